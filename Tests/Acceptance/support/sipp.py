# SPDX-License-Identifier: GPL-3.0-or-later
"""SIPp as phones and trunks, and its own message log as the other side's truth."""
import re
from datetime import datetime
from pathlib import Path

from .ports import PortAllocator
from .process import Process, wait_until

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"


class Message:
    def __init__(self, time, sent, text):
        self.time = time
        self.sent = sent
        self.text = text
        self.first_line = text.split("\n", 1)[0].strip()
        self.call_id = self._header("Call-ID") or self._header("i")
        self.cseq = (self._header("CSeq") or "").upper()

    def _header(self, name):
        match = re.search(rf"^{name}\s*:\s*(.*?)\s*$", self.text, re.I | re.M)
        return match.group(1) if match else None

    header = _header

    @property
    def method(self):
        return None if self.first_line.startswith("SIP/2.0") else self.first_line.split(" ")[0]

    @property
    def status(self):
        return int(self.first_line.split(" ")[1]) if self.first_line.startswith("SIP/2.0") else None

    @property
    def number(self):
        match = re.search(r"sips?:(\+?[0-9]+)@", self.first_line)
        return match.group(1) if match else None

    @property
    def branch(self):
        match = re.search(r"branch=([^;\s]+)", self._header("Via") or "")
        return match.group(1) if match else None


class Sipp(Process):
    """A SIPp UAS on loopback with one of our scenario files."""

    def __init__(self, directory, port, scenario, *options, address="127.0.0.1", name="sipp"):
        directory = Path(directory)
        directory.mkdir(parents=True, exist_ok=True)
        self.port = port
        self.messages_file = directory / f"{name}-messages.log"
        path = SCENARIOS / scenario if not str(scenario).startswith("/") else scenario
        self._media = PortAllocator()
        super().__init__(
            # SIPp takes a second pair, for video.
            ["sipp", "-sf", path, "-i", address, "-p", port, "-mp", self._media.take(4), "-nostdin", "-trace_msg",
             "-message_file", self.messages_file, "-message_overwrite", "false", "-trace_err", "-error_file",
             directory / f"{name}-errors.log", "-buff_size", "1048576",
             *options],
            directory / f"{name}.out", cwd=directory)
        wait_until(lambda: self._is_bound() or not self.is_running(), 10, "SIPp listens")
        assert self.is_running(), self.text()[-2000:]

    def _is_bound(self):
        port = f":{self.port:04X} "
        for table in ("/proc/net/udp", "/proc/net/udp6", "/proc/net/tcp", "/proc/net/tcp6"):
            with open(table) as file:
                if any(port in line.split(" rem")[0] and port in line for line in file):
                    return True
        return False

    def stop(self, *arguments, **keywords):
        super().stop(*arguments, **keywords)
        self._media.close()

    def messages(self):
        if not self.messages_file.exists():
            return []
        text = self.messages_file.read_text(errors="replace")
        found = []
        parts = re.split(r"^-{20,} (\d{4}-\d\d-\d\d[ T][0-9:.]+).*$", text, flags=re.M)
        for stamp, body in zip(parts[1::2], parts[2::2]):
            head = re.match(r"\s*(?:UDP|TCP|TLS) message (sent|received)[^\n]*\n+", body)
            if head:
                time = datetime.fromisoformat(stamp.strip().replace("T", " ")).timestamp()
                found.append(Message(time, head.group(1) == "sent", body[head.end():]))
        return found

    def invites(self):
        """INVITEs of new calls received, retransmissions and re-INVITEs left out."""
        seen = set()
        result = []
        for message in self.messages():
            if message.sent or message.method != "INVITE" or "tag=" in (message.header("To") or ""):
                continue
            if message.branch in seen:
                continue
            seen.add(message.branch)
            result.append(message)
        return result
