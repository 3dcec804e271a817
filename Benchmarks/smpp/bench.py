# SPDX-License-Identifier: GPL-3.0-or-later
"""What the SMPP benchmarks share: the far end, the rival, and the daemon of the acceptance tests.

The environment variable BURGERNETD_BINARIES names the directory of the release binaries."""
import os
import re
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "Tests" / "Acceptance"))

from support.daemon import Centre, Daemon, sms  # noqa: E402, F401
from support.ports import PortAllocator  # noqa: E402
from support.process import Process, wait_until  # noqa: E402

# The far end has a core to itself where there are two; the rival and the daemon share none with it.
CORES = ("0", "1") if os.cpu_count() > 1 else ("0", "0")


class Server(Process):
    """Net::SMPP as message centre: it counts and times what comes in."""

    def __init__(self, directory, port, *options):
        self.port = port
        super().__init__(["taskset", "-c", CORES[1], HERE / "netsmpp_server.pl", port, *options],
                         directory / "server.log")
        wait_until(lambda: is_listening(port) or not self.is_running(), 10, "the server listens")
        assert self.is_running(), self.text()

    def marks(self):
        """(submits, seconds since the first) at each step of --every."""
        return [(int(count), float(time)) for count, time in re.findall(r"^(\d+) after ([\d.]+) s$", self.text(), re.M)]

    def report(self, number):
        """(submits, submits a second) of the client that left as the `number`th."""
        def found():
            reports = re.findall(r"^(\d+) submits in [\d.]+ s: (\d+) a second$", self.text(), re.M)
            return reports[number] if len(reports) > number else None

        submits, rate = wait_until(found, 15, "the server's report")
        return int(submits), float(rate)


def is_listening(port):
    """By the kernel's table, so that the server sees no client of ours."""
    wanted = f"0100007F:{port:04X}"
    with open("/proc/net/tcp") as file:
        return any(line.split()[1] == wanted and line.split()[3] == "0A" for line in list(file)[1:])


def run_rival(port, window, messages):
    """Net::SMPP as client."""
    subprocess.run(["taskset", "-c", CORES[0], str(HERE / "netsmpp_client.pl"), str(port), "--window", str(window),
                    "--messages", str(messages)], check=True, stdout=subprocess.DEVNULL, timeout=300)


@contextmanager
def scratch():
    """A directory and free ports, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="burgernetd-bench-") as name:
        yield Path(name), PortAllocator()


@contextmanager
def gateway(directory, ports, port, sections=None, **keys):
    """The daemon, bound to the SMSC at `port`."""
    daemon = Daemon(directory, ports, [], sections=sections, centres=[Centre("test", port, **keys)])
    try:
        daemon.start()
        wait_until(lambda: daemon.json("smsc")[0]["smsc"]["up"], 10, "the bind is up")
        yield daemon
    finally:
        daemon.stop()


@contextmanager
def held(daemon):
    """Within it no message leaves; the SMSC is opened to them at its end."""
    daemon.ctl("smsc", "down", "test")
    yield
    daemon.ctl("smsc", "up", "test")


def people(count, first=0):
    return [(f"+316{first + index:08d}", f"P-{first + index}") for index in range(count)]


def resident(process):
    """VmRSS in bytes."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"^VmRSS:\s+(\d+) kB", status, re.M).group(1)) * 1024


def processor_seconds(process):
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
