# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk that is full, refuses, is read-only or slow: reading goes on, nothing is done that was refused, whoever answers
hears the message, and nobody is lost or called twice. SIPp's log is the judge."""
import collections
import json
import os
import signal as signals
import socket
import subprocess
import time

import pytest

from support.daemon import Refused, Trunk, silence
from support.disk import Disk
from support.process import wait_until
from support.sipp import Sipp

MODES = ["full", "quota", "error", "readonly"]
# A quota takes longer to show.
PEOPLE = {"full": 300, "error": 300, "readonly": 300, "quota": 1200}
# What is looked at while the disk refuses.
READS = [{"verb": "status"}, {"verb": "list"}, {"verb": "trunks"}, {"verb": "smsc"}, {"verb": "show", "action": "brand"},
         {"verb": "show", "action": "brand", "recipients": True}]


class Scene:
    """An action that is under way on a disk that can fail."""

    def __init__(self, make_daemon, ports, processes, tmp_path, people=300, pause=2500, pace=30, scenario="phones.xml"):
        port = ports.take(2)
        self.sipp = Sipp(tmp_path, port, scenario)
        processes.append(self.sipp)
        self.daemon = make_daemon([Trunk("alfa", port, CallsPerSecond=pace, Channels=300)])
        self.disk = Disk(tmp_path, self.daemon.directory)
        self.daemon.environment = self.disk.environment
        self.daemon.start()
        # Half of them answer half a second after it rings: so there are answers while the disk refuses.
        self.people = [(f"+3161{9 if index % 2 else 0}{index:06d}", f"P-{index}") for index in range(people)]
        self.daemon.submit({"id": "brand", "language": "nl", "message": silence(pause)}, self.people)
        wait_until(lambda: len(self.acknowledged()) >= 20, 30, "twenty answers")

    def fail(self, mode):
        self.disk.become(mode)
        # A quota is noticed by what it refuses: the room that was kept is not enlarged.
        wait_until(lambda: self.status().get("journal-error"), 40 if mode == "quota" else 2, "the daemon has noticed")
        return time.time()

    def status(self):
        return self.ask({"verb": "status"})[-1]["status"]

    def ask(self, request, timeout=5):
        """Asks without the time that a process takes to start; returns the replies."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(timeout)
            client.connect(str(self.daemon.socket))
            client.sendall(json.dumps(request).encode() + b"\n")
            replies = []
            for line in client.makefile():
                replies.append(json.loads(line))
                if replies[-1].get("final"):
                    return replies
        raise AssertionError(f"no answer to {request}")

    def acknowledged(self):
        return {message.call_id for message in self.sipp.messages() if message.method == "ACK" and not message.sent}

    def answered(self):
        """Call-ID to the time of SIPp's first 200."""
        times = {}
        for message in self.sipp.messages():
            if message.sent and message.status == 200 and "INVITE" in message.cseq:
                times.setdefault(message.call_id, message.time)
        return times

    def expect_nobody_twice(self):
        calls = collections.Counter(message.number for message in self.sipp.invites())
        assert calls and max(calls.values()) == 1, [number for number, count in calls.items() if count > 1]

    def expect_one_record_each(self):
        rows = self.daemon.cdrs()
        assert sorted(row["call_id"] for row in rows) == sorted(message.call_id for message in self.sipp.invites())
        assert [int(row["sequence"]) for row in rows] == list(range(1, len(rows) + 1))
        self.daemon.ctl("cdr", "verify")


def refused(scene, *arguments):
    begin = time.monotonic()
    result = scene.daemon.run(*arguments, timeout=10)
    assert time.monotonic() - begin < 1, arguments
    assert result.returncode == 75, (arguments, result)
    return result


def write_submission(scene, identifier, number):
    directory = scene.daemon.directory
    (directory / f"{identifier}.json").write_text(json.dumps({"id": identifier, "message": silence(200), "account": "GM0513"}))
    (directory / f"{identifier}.csv").write_text(f"number,id\n{number},X-1\n")
    return "submit", directory / f"{identifier}.json", "--recipients", directory / f"{identifier}.csv"


# Five minutes on demand: they show nothing that 45 seconds do not. A quota takes a minute to be used up.
LONG = [("quota", 45), *((mode, 300) for mode in MODES)] if os.environ.get("DISK_LONG") else []


@pytest.mark.parametrize("mode, seconds", [(mode, 5) for mode in MODES] + [("full", 45), ("error", 45), ("readonly", 45)] + LONG)
def test_reading_goes_on_writing_is_refused_and_nobody_is_lost(make_daemon, ports, processes, tmp_path, mode, seconds):
    scene = Scene(make_daemon, ports, processes, tmp_path, people=PEOPLE[mode])
    noticed = scene.fail(mode)
    slowest = 0
    forbidden = write_submission(scene, "geweigerd", "+31610999999")
    while time.time() < noticed + seconds:
        for request in READS:
            begin = time.monotonic()
            last = scene.ask(request)[-1]
            slowest = max(slowest, time.monotonic() - begin)
            assert last["ok"] and last["journal-error"] and last["journal-error-since"] and "space-left" in last, last
        refused(scene, "pause", "brand")
        refused(scene, *forbidden)
        time.sleep(0.5)
    assert slowest < 0.1, slowest
    # Nothing was begun, and whoever answered was spoken to at once.
    assert not [m for m in scene.sipp.invites() if noticed + 0.2 < m.time]
    acknowledged = {}
    for message in scene.sipp.messages():
        if message.method == "ACK":
            acknowledged.setdefault(message.call_id, message.time)
    answers = {call: at for call, at in scene.answered().items() if at > noticed}
    assert answers and all(acknowledged[call] - at < 1 for call, at in answers.items())
    assert scene.daemon.summary("brand")["phase"] == "running"
    well = time.time()
    scene.disk.become("well")
    wait_until(lambda: [m for m in scene.sipp.invites() if m.time > well], 5, "calls are placed again")
    assert min(m.time for m in scene.sipp.invites() if m.time > well) < well + 1
    summary = scene.daemon.watch_to_end("brand", timeout=120)
    assert summary["outcomes"] == {"answered": PEOPLE[mode]}
    scene.expect_nobody_twice()
    scene.expect_one_record_each()
    assert not [m for m in scene.sipp.invites() if m.number == "+31610999999"]
    assert [reply["action"]["id"] for reply in scene.daemon.json("list") if "action" in reply] == ["brand"]
    # The same submission is a new one.
    assert scene.daemon.json(*forbidden)[-1]["accepted"]["already-accepted"] is False


@pytest.mark.parametrize("mode", MODES)
def test_cancel_acts_at_once_and_holds(make_daemon, ports, processes, tmp_path, mode):
    scene = Scene(make_daemon, ports, processes, tmp_path, people=PEOPLE[mode], pause=20000)
    scene.fail(mode)
    begin = time.time()
    result = scene.daemon.run("cancel", "brand", timeout=5)
    assert result.returncode == 0 and "cancelled" in result.stdout
    assert "cannot write to its disk" in result.stderr
    assert time.time() < begin + 1
    wait_until(lambda: scene.status()["calls"] == 0, 5, "no call is left")
    byes = {}
    for message in scene.sipp.messages():
        if message.method == "BYE":
            byes.setdefault(message.call_id, message.time)
    # Who was being spoken to; a telephone that picks up while it is cancelled is ended when it has.
    assert len(byes) >= 20 and sorted(byes.values())[len(byes) - 5] < begin + 1
    scene.disk.become("well")
    wait_until(lambda: not scene.status().get("journal-error"), 2, "the journal is written again")
    scene.daemon.stop()
    scene.daemon.start()
    assert scene.daemon.summary("brand")["phase"] == "cancelled"
    time.sleep(1)
    assert not [m for m in scene.sipp.invites() if m.time > begin + 0.2]
    scene.expect_one_record_each()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("end", ["SIGTERM", "SIGTERM twice", "SIGKILL"])
def test_no_answer_is_lost_when_the_daemon_ends(make_daemon, ports, processes, tmp_path, mode, end):
    scene = Scene(make_daemon, ports, processes, tmp_path, people=PEOPLE[mode], pause=3000)
    scene.fail(mode)
    # The calls that ring at this moment are answered while the disk refuses.
    time.sleep(1.5)
    answered = set(scene.answered())
    numbers = {message.call_id: message.number for message in scene.sipp.invites()}
    if end == "SIGKILL":
        scene.daemon.kill()
    else:
        scene.daemon.process.signal(signals.SIGTERM)
        if end == "SIGTERM twice":
            time.sleep(0.3)
            scene.daemon.process.signal(signals.SIGTERM)
        assert scene.daemon.process.wait(10) == 0
    ended = time.time()
    scene.disk.become("well")
    scene.daemon.start()
    scene.daemon.watch_to_end("brand", timeout=120)
    again = {m.number for m in scene.sipp.invites() if m.time > ended} & {numbers[call] for call in answered}
    assert not again, again
    assert all(one["state"] == "ended" for one in scene.daemon.recipients("brand"))
    rows = {row["call_id"]: row for row in scene.daemon.cdrs()}
    assert set(rows) >= {message.call_id for message in scene.sipp.invites()}
    for call in answered:
        assert rows[call]["disposition"] == "ANSWERED", rows[call]


def test_a_submission_whose_client_has_left_is_not_accepted(make_daemon, ports, processes, tmp_path):
    scene = Scene(make_daemon, ports, processes, tmp_path, people=60, pause=500)
    scene.disk.become("slow 3000")
    time.sleep(0.2)
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(scene.daemon.socket))
        for line in ({"verb": "submit", "action": {"id": "verlaten", "message": silence(300)}},
                     {"recipient": {"number": "+31610888888"}}, {"commit": True}):
            client.sendall(json.dumps(line).encode() + b"\n")
        time.sleep(0.5)
    scene.disk.become("well")
    scene.daemon.watch_to_end("brand", timeout=60)
    assert "verlaten" not in scene.daemon.ctl("list")
    assert not [m for m in scene.sipp.invites() if m.number == "+31610888888"]


def test_a_slow_disk_slows_and_stops_nothing(make_daemon, ports, processes, tmp_path):
    scene = Scene(make_daemon, ports, processes, tmp_path, people=120, pause=500)
    scene.disk.become("slow 2000")
    begin = time.time()
    slowest = 0
    while time.time() < begin + 8:
        for verb in ("status", "list", "trunks"):
            asked = time.monotonic()
            assert scene.ask({"verb": verb}, timeout=20)[-1]["ok"]
            slowest = max(slowest, time.monotonic() - asked)
        time.sleep(0.1)
    assert slowest < 0.1, slowest
    scene.disk.become("well")
    assert scene.daemon.watch_to_end("brand", timeout=60)["outcomes"] == {"answered": 120}
    scene.expect_nobody_twice()
    scene.expect_one_record_each()
    # Who answered meanwhile did not wait for longer than two writes.
    acknowledged = {m.call_id: m.time for m in scene.sipp.messages() if m.method == "ACK"}
    late = [acknowledged[call] - at for call, at in scene.answered().items() if at > begin]
    assert not late or max(late) < 7, late


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 96 MiB; tests that need it need root."""
    place = tmp_path / "daemon" / "state"
    place.mkdir(parents=True)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", str(place)], capture_output=True).returncode:
        pytest.skip("file systems cannot be mounted here")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_disk_that_fills_up_is_said_before_and_dialling_goes_on_within_a_second(
        make_daemon, ports, processes, tmp_path, small_disk):
    port = ports.take(2)
    sipp = Sipp(tmp_path, port, "phones.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", port, CallsPerSecond=30, Channels=300)],
                         sections={"Gateway": {"SpaceWarning": 40, "SpaceAlarm": 20}}).start()
    daemon.submit({"id": "vol", "language": "nl", "message": silence(1500)},
                  [(f"+31610{index:06d}", f"P-{index}") for index in range(400)])
    wait_until(lambda: len(sipp.invites()) > 20, 30, "calls are placed")

    def fill(leaving):
        left = os.statvfs(small_disk)
        size = left.f_bavail * left.f_frsize - (leaving << 20)
        with open(small_disk / f"filler-{leaving}", "wb") as file:
            os.posix_fallocate(file.fileno(), 0, size)

    fill(30)
    wait_until(lambda: "the disk fills up: " in daemon.log_text(), 2, "the first alarm")
    fill(10)
    wait_until(lambda: "the disk is nearly full: " in daemon.log_text(), 2, "the second alarm")
    assert "journal-error" not in daemon.json("status")[-1]["status"]
    fill(0)
    wait_until(lambda: daemon.json("status")[-1]["status"].get("journal-error"), 2, "the disk is full")
    full = time.time()
    time.sleep(4)
    assert not [m for m in sipp.invites() if m.time > full + 0.2]
    # All calls have ended since, and all of them are in the ledger.
    assert len(daemon.cdrs()) == len(sipp.invites())
    with pytest.raises(Refused) as refusal:
        daemon.ctl("pause", "vol")
    assert refusal.value.status == 75
    (small_disk / "filler-0").unlink()
    freed = time.time()
    wait_until(lambda: [m for m in sipp.invites() if m.time > freed], 5, "calls are placed again")
    assert min(m.time for m in sipp.invites() if m.time > freed) < freed + 1
    (small_disk / "filler-10").unlink()
    (small_disk / "filler-30").unlink()
    assert daemon.watch_to_end("vol", timeout=60)["outcomes"] == {"answered": 400}
    assert len({m.number for m in sipp.invites()}) == len(sipp.invites()) == 400
