# SPDX-License-Identifier: GPL-3.0-or-later
"""Message centres that we did not write, as far ends of the acceptance tests.

    smsc = Smpp34(tmp_path / "alfa", ports.take(), receipt_delay=50)      # or Twisted, NetSmpp
    smsc.set(throttle=20)
    smsc.wait_submits(3)
    smsc.messages()["31612345678"]       # texts as that far end's own decoders read them
    smsc.mo("31612345678", "1403", "STOP")
    smsc.cut()

Settings are those of behaviour.py. Each far end writes what it sees as JSON lines; event names: listening, open, close,
bind, submit, delivered (an answer to a deliver_sm), enquire_link, enquired, unbind, data_sm, query_sm, cancel_sm,
replace_sm, submit_multi, malformed, done and failed (of a command)."""
import collections
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

from ..capture import Capture
from ..ports import PortAllocator
from ..process import Process, wait_until

HERE = Path(__file__).resolve().parent
BENCHMARKS = Path(__file__).resolve().parents[4] / "Benchmarks" / "smpp"
DRIVE_SMPP = "/usr/lib/kannel/test/drive_smpp"


class Smsc(Process):
    """A far end that writes events and takes commands."""

    #: What it cannot be told or asked, for tests that choose among far ends.
    lacks = frozenset()

    def __init__(self, directory, port, **settings):
        directory = Path(directory)
        directory.mkdir(parents=True, exist_ok=True)
        self.port = port
        self.events_file = directory / "events.jsonl"
        self.events_file.touch()
        self._read, self._rest, self._events, self._orders = 0, b"", [], 0
        super().__init__(self.command_line(json.dumps(settings)), directory / "smsc.log", cwd=directory,
                         stdin=subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"})
        wait_until(lambda: self.events("listening") or not self.is_running(), 15, f"{type(self).__name__} listens")
        assert self.is_running(), self.text()[-3000:]

    def command_line(self, settings):
        raise NotImplementedError

    def stop(self, *arguments, **keywords):
        super().stop(*arguments, **keywords)
        try:
            self.popen.stdin.close()
        except OSError:
            # An order may still be in the buffer of a far end that is gone.
            pass

    # -- commands

    def order(self, do, **values):
        """Carried out when this returns."""
        self._orders += 1
        self.popen.stdin.write(json.dumps({"do": do, **values}).encode() + b"\n")
        self.popen.stdin.flush()
        wait_until(lambda: len(self.events("done", "failed")) >= self._orders or not self.is_running(), 10, f"{do} is done")
        answer = self.events("done", "failed")[self._orders - 1]
        assert answer["event"] == "done", f"{do}: {answer.get('reason')}"

    def set(self, **settings):
        self.order("set", **settings)

    def mo(self, source, destination, text=None, **values):
        """A mobile-originated message; see do_mo of the servers for `values` (data_coding, segments, hex, …)."""
        self.order("mo", source=source, destination=destination, **({"text": text} if text is not None else {}), **values)

    def cut(self, **values):
        """Resets all connections (or that of `connection`)."""
        self.order("cut", **values)

    def black_hole(self, on=True, **values):
        """Stops reading, so that the other side's window and socket fill up."""
        self.order("blackhole", on=on, **values)

    def unbind(self, **values):
        self.order("unbind", **values)

    def enquire(self, **values):
        """Sends an enquire_link; its answer is an `enquired` event."""
        self.order("enquire", **values)

    def alert(self, source, destination, **values):
        self.order("alert", source=source, destination=destination, **values)

    def outbind(self, port, **values):
        """Connects to `port` and asks the other side to bind there."""
        self.order("outbind", port=port, **values)

    def raw(self, data, **values):
        """Octets as they are, for garbage and malformed PDUs."""
        self.order("raw", hex=bytes(data).hex(), **values)

    # -- what it saw

    def events(self, *names, where=lambda event: True):
        with open(self.events_file, "rb") as file:
            file.seek(self._read)
            data = self._rest + file.read()
            self._read = file.tell()
        *lines, self._rest = data.split(b"\n")
        self._events += [json.loads(line) for line in lines]
        return [event for event in self._events if (not names or event["event"] in names) and where(event)]

    def wait_event(self, *names, count=1, timeout=10, where=lambda event: True):
        """The last of `count` such events."""
        def found():
            events = self.events(*names, where=where)
            return events[count - 1] if len(events) >= count else None

        return wait_until(found, timeout, f"{count} of {names} at {type(self).__name__}")

    def submits(self, **equal):
        return self.events("submit", where=lambda event: all(event.get(name) == value for name, value in equal.items()))

    def wait_submits(self, count, timeout=10, **equal):
        wait_until(lambda: len(self.submits(**equal)) >= count, timeout, f"{count} submits")
        return self.submits(**equal)

    def wait_bound(self, count=1, timeout=10):
        self.wait_event("bind", count=count, timeout=timeout, where=lambda event: not event["refused"])

    def messages(self, accepted=True):
        """Texts by destination, in the order in which they were complete; segments (UDH or SAR) are put together in their
        order, and what is incomplete is left out. Each segment was decoded by itself, as a careless phone does, so a
        character torn apart between segments shows. Text of 8-bit data is None."""
        found, open_ones = collections.defaultdict(list), {}
        for event in self.submits():
            if accepted and event["status"]:
                continue
            segment, destination = event["segment"], event["destination_addr"]
            if not segment:
                found[destination].append(event["text"])
                continue
            key = (event["source_addr"], destination, segment["by"], segment["reference"], segment["total"])
            parts = open_ones.setdefault(key, {})
            parts[segment["number"]] = event["text"]
            if len(parts) == segment["total"]:
                texts = [text for _, text in sorted(parts.items())]
                found[destination].append(None if None in texts else "".join(texts))
                del open_ones[key]
        return dict(found)

    def per_second(self, event="submit", **equal):
        """How many came in each second that had any, by whole seconds of its clock."""
        counts = collections.Counter(
            int(one["time"]) for one in self.events(event) if all(one.get(name) == value for name, value in equal.items()))
        return dict(sorted(counts.items()))

    def most_in_a_second(self, event="submit", **equal):
        """The most that came in any window of one second, wherever it begins."""
        times = sorted(one["time"] for one in self.events(event)
                       if all(one.get(name) == value for name, value in equal.items()))
        most, first = 0, 0
        for index, time in enumerate(times):
            while times[first] <= time - 1:
                first += 1
            most = max(most, index - first + 1)
        return most


class Smpp34(Smsc):
    """PyPI smpp34 (Rust). Answers in any order, and an unbind only by closing."""

    lacks = frozenset({"data_sm", "query_sm", "cancel_sm", "replace_sm", "submit_multi", "unbind_resp", "order"})

    def command_line(self, settings):
        # The library listens behind a relay, on a port of its own.
        self._inner = PortAllocator()
        return [sys.executable, HERE / "smpp34_server.py", self.port, self._inner.take(), self.events_file, settings]

    def stop(self, *arguments, **keywords):
        super().stop(*arguments, **keywords)
        self._inner.close()


class Twisted(Smsc):
    """PyPI smpp.twisted3 and smpp.pdu3, of Jasmin's descent."""

    lacks = frozenset({"replace_sm", "submit_multi", "vendor TLVs"})

    def command_line(self, settings):
        return [sys.executable, HERE / "twisted_server.py", self.port, self.events_file, settings]


class NetSmpp(Smsc):
    """Debian's libnet-smpp-perl."""

    def command_line(self, settings):
        return ["perl", BENCHMARKS / "netsmpp_server.pl", self.port, "--log", self.events_file, "--control", "--settings",
                json.dumps({"receipts": "asked", **json.loads(settings)})]


FAR_ENDS = (Smpp34, Twisted, NetSmpp)


class NetSmppBench(Process):
    """Net::SMPP without a log, for speed; what it counted is in text()."""

    def __init__(self, directory, port, *options):
        directory = Path(directory)
        directory.mkdir(parents=True, exist_ok=True)
        self.port = port
        super().__init__(["perl", BENCHMARKS / "netsmpp_server.pl", port, *options], directory / "netsmpp.log")
        wait_until(lambda: listens(port) or not self.is_running(), 10, "Net::SMPP listens")
        assert self.is_running(), self.text()


class PortTaken(Exception):
    """Somebody else uses a port that a far end cannot do without."""


class DriveSmpp(Process):
    """Kannel's drive_smpp: C. Binds of transmitters and receivers only (no bind_transceiver), an empty message_id in each
    submit_sm_resp, no receipts; one client, with which it ends. It listens on every address and cannot be told otherwise.
    Without a bearerbox on port 13001, which cannot be set either, it would panic three seconds after its client came; so
    it is given a port there that only accepts. One at a time: another run's is waited for."""

    BEARERBOX = 13001

    def __init__(self, directory, port):
        directory = Path(directory)
        directory.mkdir(parents=True, exist_ok=True)
        self.port = port
        self._bearerbox = socket.socket()
        self._bearerbox.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            wait_until(self._binds, 120, f"the bearerbox's port {self.BEARERBOX} is free")
        except AssertionError as error:
            raise PortTaken(str(error)) from None
        # Never accepted: the kernel completes the handshake, and drive_smpp then waits for messages that never come.
        self._bearerbox.listen(4)
        # Without a configuration it would look for one in its working directory.
        configuration = directory / "drive_smpp.conf"
        configuration.write_text(f"group = core\nadmin-port = {port}\nsmsbox-port = {self.BEARERBOX}\nadmin-password = x\n")
        super().__init__([DRIVE_SMPP, "-v", "4", "-p", port, "-m", "1", "-c", configuration], directory / "drive_smpp.log",
                         cwd=directory)
        wait_until(lambda: listens(port) or not self.is_running(), 10, "drive_smpp listens")
        assert self.is_running(), self.text()

    def _binds(self):
        try:
            self._bearerbox.bind(("127.0.0.1", self.BEARERBOX))
            return True
        except OSError:
            return False

    def stop(self, *arguments, **keywords):
        super().stop(*arguments, **keywords)
        self._bearerbox.close()


def listens(port):
    """Whether a process listens on that TCP port; without connecting, since drive_smpp ends with its first client."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(table) as file:
            for line in file:
                columns = line.split()
                if columns[1].endswith(f":{port:04X}") and columns[3] == "0A":
                    return True
    return False


class SmppCapture(Capture):
    """tshark on loopback for one SMPP port."""

    def __init__(self, directory, port):
        self.port = port
        # Reserved, so that nothing else sends there: finish() marks the end of the capture with a datagram to it.
        self._marker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._marker.bind(("127.0.0.1", 0))
        super().__init__(Path(directory), f"tcp port {port} or udp port {self._marker.getsockname()[1]}")

    def rows(self, *fields, display_filter="smpp"):
        """One row for each PDU, with the names of the fields; tshark puts what one frame holds into one cell, which is
        taken apart here where each PDU of the frame has the field."""
        rows = []
        output = self.fields(display_filter, "frame.number", "smpp.command_id", *fields,
                             decode=(f"tcp.port=={self.port},smpp",))
        for frame, commands, *cells in output:
            commands = commands.split(",")
            cells = [cell.split(",") for cell in cells]
            for index, command in enumerate(commands):
                row = {"frame": int(frame), "smpp.command_id": int(command, 0)}
                for name, values in zip(fields, cells):
                    row[name] = values[index] if len(values) == len(commands) else ",".join(values)
                rows.append(row)
        return rows

    def finish(self):
        """Ends the capture once everything sent before this has reached the file."""
        mark = os.urandom(16)
        self._marker.sendto(mark, self._marker.getsockname())
        wait_until(lambda: mark in self.file.read_bytes(), 15, "the capture is written")
        self.stop()

    def stop(self, *arguments, **keywords):
        super().stop(*arguments, **keywords)
        self._marker.close()


def assert_no_malformed(pcap, port):
    """tshark reads every frame of that port as SMPP or TCP without complaint."""
    decode = ["-d", f"tcp.port=={port},smpp"]
    # 8388608 is the severity "error" of an expert item.
    for display_filter in ("_ws.malformed", "_ws.expert.severity == 8388608 && smpp",
                           f"tcp.port == {port} && tcp.len > 0 && !smpp && !tcp.segment_data && !tcp.reassembled_in"
                           " && !tcp.analysis.keep_alive"):
        output = subprocess.run(["tshark", "-r", str(pcap), *decode, "-Y", display_filter], capture_output=True, text=True,
                                check=True).stdout
        assert not output.strip(), f"{display_filter}:\n{output[:2000]}"
