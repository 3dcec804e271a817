# SPDX-License-Identifier: GPL-3.0-or-later
"""What a call leaves behind in memory: nothing, once the journal's cache is full and the last calls are known."""
import re
from pathlib import Path

from support.daemon import Trunk, silence
from support import phone
from support.sipp import Sipp


def test_answered_calls_leave_nothing_in_memory(make_daemon, ports, processes, tmp_path):
    sipp = Sipp(tmp_path, ports.take(2), phone.answering(tmp_path))
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", sipp.port, CallsPerSecond=400, Channels=400)]).start()

    def resident():
        return int(re.search(r"RssAnon:\s+(\d+)", Path(f"/proc/{daemon.process.pid}/status").read_text())[1])

    def call(action, first, count):
        daemon.submit({"id": action, "language": "nl", "message": silence(20)},
                      [(f"+3161{number:07d}", f"P-{number}") for number in range(first, first + count)])
        assert daemon.watch_to_end(action, timeout=300)["outcomes"] == {"answered": count}

    for index in range(5):
        call(f"warm-{index}", 2000 * index, 2000)
    before = resident()
    for index in range(3):
        call(f"then-{index}", 20_000 + 2000 * index, 2000)
    grown = resident() - before
    # In KiB; it was 0.7 for each call, or 4,200.
    assert grown < 1200, grown
