# SPDX-License-Identifier: GPL-3.0-or-later
"""tshark on loopback, to see what is really on the wire."""
import subprocess

from .process import Process, wait_until


class Capture(Process):
    def __init__(self, directory, expression, interface="lo"):
        directory.mkdir(parents=True, exist_ok=True)
        self.file = directory / "capture.pcap"
        super().__init__(["tshark", "-i", interface, "-f", expression, "-w", self.file, "-q"], directory / "tshark.log")
        wait_until(lambda: (self.file.exists() and self.file.stat().st_size > 0) or not self.is_running(), 15, "tshark captures")
        assert self.is_running(), self.text()

    def fields(self, display_filter, *fields, decode=()):
        """Rows of the named fields, as tshark prints them."""
        command = ["tshark", "-r", str(self.file), "-Y", display_filter, "-T", "fields", "-E", "separator=|"]
        for field in fields:
            command += ["-e", field]
        for rule in decode:
            command += ["-d", rule]
        result = subprocess.run(command, capture_output=True, text=True)
        # While packets are being written, the last one may be there in part: tshark prints those before it.
        if result.returncode != 0 and "cut short" not in result.stderr:
            raise RuntimeError(result.stderr)
        return [line.split("|") for line in result.stdout.splitlines()]

    def invites(self, port):
        """When each new call's first INVITE to this port left, as the kernel saw it: a busy far end reads late."""
        first = {}
        rows = self.fields(
            f"sip.Method == INVITE && udp.dstport == {port}", "frame.time_epoch", "sip.Call-ID", decode=[f"udp.port=={port},sip"])
        for time, call in rows:
            first.setdefault(call, float(time))
        return sorted(first.values())


def most_in_a_second(times):
    """The most events in any second, wherever it begins."""
    most = first = 0
    for index, time in enumerate(times):
        while times[first] <= time - 1:
            first += 1
        most = max(most, index - first + 1)
    return most
