#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The queue at scale: how fast a large action is durable, how soon its first INVITE leaves, how soon a restarted
daemon dials again, what a call costs while a million wait, and how soon a large action is cancelled.

    Benchmarks/queue.py BINARIES [--recipients N] [--only submit,restart,turns,cancel]

Beside each submission stands the time that SQLite itself takes for the same rows in the same tables, in the same run.
"""
import argparse
import csv
import json
import multiprocessing
import os
import re
import shutil
import socket
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
arguments.add_argument("binaries")
arguments.add_argument("--recipients", type=int, default=100_000)
arguments.add_argument("--only", default="submit,restart,turns,cancel")
arguments.add_argument("--seconds", type=float, default=8, help="of each measurement of a call's cost")
options = arguments.parse_args()
os.environ["BURGERNETD_BINARIES"] = options.binaries
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Tests" / "Acceptance"))

from support.daemon import BINARIES, Daemon, Trunk  # noqa: E402
from support.ports import PortAllocator  # noqa: E402

MESSAGE = [{"recording": "beep"}]


class BusyLine:
    """A far end that answers every INVITE with 486, in a process of its own, and notes when they came."""

    def __init__(self, port):
        self.first = multiprocessing.Value("d", 0.0)
        self.last = multiprocessing.Value("d", 0.0)
        self.count = multiprocessing.Value("q", 0)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.bind(("127.0.0.1", port))
        self.process = multiprocessing.Process(target=self.serve, daemon=True)
        self.process.start()

    def reset(self):
        self.first.value = 0.0

    def serve(self):
        header = re.compile(rb"^(Via|v|From|f|To|t|Call-ID|i|CSeq)\s*:", re.IGNORECASE)
        while True:
            request, peer = self.socket.recvfrom(65535)
            if not request.startswith(b"INVITE"):
                continue
            now = time.monotonic()
            if self.first.value == 0.0:
                self.first.value = now
            self.last.value = now
            self.count.value += 1
            lines = [line for line in request.split(b"\r\n\r\n")[0].split(b"\r\n")[1:] if header.match(line)]
            lines = [line + b";tag=busy" if line[:3].lower() == b"to:" else line for line in lines]
            self.socket.sendto(b"\r\n".join([b"SIP/2.0 486 Busy Here", *lines, b"Content-Length: 0", b"", b""]), peer)

    def wait_first(self, timeout=30):
        deadline = time.monotonic() + timeout
        while self.first.value == 0.0 and time.monotonic() < deadline:
            time.sleep(0.001)
        return self.first.value

    def close(self):
        self.process.terminate()
        self.process.join()
        self.socket.close()


def people(count, series=0):
    """Numbers in no order, as enrolled citizens have them."""
    return [(f"+316{(series * 10_000_000 + index * 7_368_787) % 100_000_000:08d}", f"P-{series}-{index}")
            for index in range(count)]


def document(identifier, **keys):
    return {"id": identifier, "language": "nl", "account": "GM0513", "message": MESSAGE, **keys}


def submit_raw(daemon, action, recipients):
    """JSON lines over the socket; the times of the first byte and of the answer."""
    lines = [json.dumps({"verb": "submit", "action": action})]
    lines += [json.dumps({"recipient": {"number": number, "id": reference}}) for number, reference in recipients]
    lines.append(json.dumps({"commit": True}))
    data = ("\n".join(lines) + "\n").encode()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.connect(str(daemon.socket))
        begin = time.monotonic()
        client.sendall(data)
        reply = b""
        while not reply.endswith(b"\n"):
            reply += client.recv(65536)
        end = time.monotonic()
    accepted = json.loads(reply.splitlines()[-1])
    assert accepted.get("accepted", {}).get("recipients") == len(recipients), accepted
    return begin, end


def submit_csv(daemon, action, recipients, directory):
    """burgernetctl with a CSV file, its own start included."""
    (directory / "action.json").write_text(json.dumps(action))
    with open(directory / "people.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["number", "id"])
        writer.writerows(recipients)
    begin = time.monotonic()
    daemon.ctl("submit", directory / "action.json", "--recipients", directory / "people.csv")
    return begin, time.monotonic()


def floor(daemon, recipients, directory):
    """SQLite's own time for these rows, in one transaction, in tables like the daemon's."""
    copy = directory / "copy"
    copy.mkdir(exist_ok=True)
    for name in ("journal.sqlite", "journal.sqlite-wal"):
        shutil.copy(daemon.directory / "state" / name, copy)
    journal = sqlite3.connect(copy / "journal.sqlite")
    schema = [sql for sql, in journal.execute(
        "SELECT sql FROM sqlite_master WHERE tbl_name IN ('action', 'recipient') AND sql IS NOT NULL ORDER BY rowid")]
    width = len(journal.execute("SELECT * FROM pragma_table_info('recipient')").fetchall())
    journal.close()
    path = directory / "floor.sqlite"
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    for sql in schema:
        database.execute(sql)
    rows = [(index + 1, 1, number, reference, "GM0513", 0, 0, None, None, "", None) + (None,) * (width - 11)
            for index, (number, reference) in enumerate(recipients)]
    begin = time.monotonic()
    database.execute("BEGIN")
    database.executemany(f"INSERT INTO recipient VALUES ({','.join('?' * width)})", rows)
    database.execute("COMMIT")
    end = time.monotonic()
    database.close()
    for name in directory.glob("floor.sqlite*"):
        name.unlink()
    return end - begin


def cpu_seconds(daemon):
    fields = Path(f"/proc/{daemon.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(daemon):
    status = Path(f"/proc/{daemon.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) * 1024


def longest_turn(daemon):
    return daemon.json("status")[-1]["status"]["turns"]["longest-turn-us"] / 1000


def cpu_per_call(daemon, line, seconds):
    """CPU of the daemon per call that was refused as busy, at a constant pace; microseconds."""
    time.sleep(1)
    count, cpu = line.count.value, cpu_seconds(daemon)
    time.sleep(seconds)
    calls = line.count.value - count
    return (cpu_seconds(daemon) - cpu) / calls * 1e6, calls / seconds


class Bench:
    def __init__(self, base):
        self.base = base
        self.ports = PortAllocator()
        self.made = 0

    def daemon(self, pace, channels=400):
        self.made += 1
        port = self.ports.take(2)
        line = BusyLine(port)
        daemon = Daemon(self.base / f"daemon{self.made}", self.ports,
                        [Trunk("alfa", port, CallsPerSecond=pace, Channels=channels)],
                        sections={"Gateway": {"TimeScale": "1"}})
        daemon.start()
        return daemon, line

    def submit(self):
        count = options.recipients
        daemon, line = self.daemon(20)
        try:
            # The sound is in the cache, as for an action that was rehearsed.
            submit_raw(daemon, document("warm"), people(1, 99))
            line.wait_first()
            for way in ("JSON lines", "burgernetctl, CSV"):
                recipients = people(count, self.made)
                self.made += 1
                bare = floor(daemon, recipients, self.base)
                line.reset()
                action = document(f"a{self.made}", priority="life-threat")
                cpu = cpu_seconds(daemon)
                if way == "JSON lines":
                    begin, end = submit_raw(daemon, action, recipients)
                else:
                    begin, end = submit_csv(daemon, action, recipients, self.base)
                cpu = cpu_seconds(daemon) - cpu
                first = line.wait_first()
                print(f"{way:20} {count} recipients durable in {end - begin:.3f} s, SQLite alone {bare:.3f} s, ratio "
                      f"{(end - begin) / bare:.2f}; CPU of the daemon {cpu:.2f} s; first INVITE {(first - end) * 1000:.1f} "
                      f"ms after the answer; longest turn {longest_turn(daemon):.0f} ms")
                daemon.ctl("cancel", action["id"])
        finally:
            daemon.stop()
            line.close()

    def restart(self):
        daemon, line = self.daemon(20)
        try:
            submit_raw(daemon, document("open"), people(options.recipients))
            line.wait_first()
            for how in ("kill", "kill again"):
                time.sleep(2)
                daemon.kill()
                line.reset()
                begin = time.monotonic()
                daemon.start()
                up = time.monotonic()
                first = line.wait_first()
                print(f"restart ({how}): {options.recipients} open recipients; first INVITE {first - begin:.3f} s after "
                      f"exec, socket open after {up - begin:.3f} s")
        finally:
            daemon.stop()
            line.close()

    def turns(self):
        costs = {}
        for actions, waiting in ((1, 1000), (10, 1_000_000)):
            daemon, line = self.daemon(500)
            try:
                before = resident(daemon)
                # Those who wait, and one action of more pressing people who are called.
                for number in range(actions):
                    submit_raw(daemon, document(f"waits{number}"), people(waiting // actions, number))
                size = resident(daemon) - before
                submit_raw(daemon, document("called", priority="urgent"), people(12_000, 50))
                cost, pace = cpu_per_call(daemon, line, options.seconds)
                costs[waiting] = cost
                print(f"{waiting:8} waiting in {actions} actions: {cost:.0f} us of CPU a call at {pace:.0f} calls/s, "
                      f"longest turn {longest_turn(daemon):.0f} ms, {size / waiting:.0f} octets a recipient")
            finally:
                daemon.stop()
                line.close()
        print(f"a call with a million waiting costs {costs[1_000_000] / costs[1000]:.2f} times as much as with a thousand")

    def cancel(self):
        daemon, line = self.daemon(200)
        try:
            for number in range(10):
                submit_raw(daemon, document(f"c{number}"), people(options.recipients, number))
            time.sleep(1)
            worst = longest_turn(daemon)
            for number in range(10):
                begin = time.monotonic()
                daemon.ctl("cancel", f"c{number}")
                took = time.monotonic() - begin
                if number in (0, 9):
                    print(f"cancel of {options.recipients} recipients ({10 - number} actions open): answered in "
                          f"{took * 1000:.0f} ms")
            answered = time.monotonic()
            time.sleep(1)
            print(f"last INVITE {max(0, line.last.value - answered) * 1000:.0f} ms after the last answer; longest turn "
                  f"{worst:.0f} ms before, {longest_turn(daemon):.0f} ms after")
        finally:
            daemon.stop()
            line.close()


with tempfile.TemporaryDirectory() as name:
    bench = Bench(Path(name))
    for part in options.only.split(","):
        {"submit": bench.submit, "restart": bench.restart, "turns": bench.turns, "cancel": bench.cancel}[part]()
