# SPDX-License-Identifier: GPL-3.0-or-later
"""Few descriptors, and clients that take them all and do nothing: an operator is never locked out."""
import socket
import subprocess
from contextlib import ExitStack

from support.daemon import BINARIES, Trunk, silence
from support.sipp import Sipp


def test_clients_that_do_nothing_lock_nobody_out(make_daemon, ports, processes, tmp_path):
    sipp = Sipp(tmp_path, ports.take(2), "phones.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", sipp.port)])
    daemon.wrapper = ["prlimit", "--nofile=100:100"]
    daemon.start()
    with ExitStack() as held:
        for _ in range(150):
            idle = held.enter_context(socket.socket(socket.AF_UNIX))
            # Without a time-out it waits for room in the queue (unix(7)).
            idle.connect(str(daemon.socket))
        assert daemon.json("status", timeout=5)[-1]["status"]["calls"] == 0
        people = [(f"+31610{index:06d}", f"P-{index}") for index in range(60)]
        daemon.submit({"id": "one", "language": "nl", "message": silence(500)}, people)
        assert daemon.watch_to_end("one", timeout=60)["outcomes"] == {"answered": 60}


def test_a_limit_that_is_too_low_for_anything_is_refused(make_daemon, ports):
    daemon = make_daemon([Trunk("alfa", ports.take(2))])
    for options in (["--check"], []):
        result = subprocess.run(
            ["prlimit", "--nofile=16:16", BINARIES / "burgernetd", "--config", daemon.configuration, "--directory",
             daemon.directory, *options], capture_output=True, text=True, timeout=30)
        assert result.returncode == 78 and "may have 16 descriptors" in result.stderr, result
