# SPDX-License-Identifier: GPL-3.0-or-later
"""SMS on a disk that refuses: none leaves meanwhile, each leaves once. The message centre's log is the judge."""
import collections
import signal as signals
import time

import pytest

from support.daemon import Centre, sms
from support.disk import Disk
from support.process import wait_until
from support.smsc import NetSmpp

PEOPLE = 3000


@pytest.mark.parametrize("mode", ["full", "error", "readonly"])
@pytest.mark.parametrize("end", ["goes on", "SIGTERM"])
def test_each_message_leaves_once(make_daemon, ports, processes, tmp_path, mode, end):
    centre = NetSmpp(tmp_path / "smsc", ports.take())
    processes.append(centre)
    daemon = make_daemon([], centres=[Centre("alfa", centre.port, Window=20, MessagesPerSecond=200)],
                         # Who stays in doubt has an outcome in this test's time.
                         sections={"Messaging": {"DoubtHold": "3s"}})
    disk = Disk(tmp_path, daemon.directory)
    daemon.environment = disk.environment
    daemon.start()
    centre.wait_bound()
    daemon.submit(sms("vol"), [(f"+31610{index:06d}", f"P-{index}") for index in range(PEOPLE)])
    centre.wait_submits(400, timeout=20)
    disk.become(mode)
    wait_until(lambda: daemon.json("status")[-1]["status"].get("journal-error"), 3, "the daemon has noticed")
    noticed = time.time()
    time.sleep(3)
    late = [event for event in centre.submits() if event["time"] > noticed + 0.3]
    assert not late
    if end == "SIGTERM":
        daemon.process.signal(signals.SIGTERM)
        assert daemon.process.wait(10) == 0
        disk.become("well")
        daemon.start()
    else:
        disk.become("well")
        well = time.time()
        wait_until(lambda: [event for event in centre.submits() if event["time"] > well], 5, "messages leave again")
        assert min(event["time"] for event in centre.submits() if event["time"] > well) < well + 1.2
    summary = daemon.watch_to_end("vol", timeout=90)
    times = collections.Counter(event["destination_addr"] for event in centre.submits())
    assert len(times) == PEOPLE
    twice = [number for number, count in times.items() if count > 1]
    if end == "goes on":
        assert not twice and summary["outcomes"] == {"sent": PEOPLE}
    else:
        # What was under way when the disk failed is in doubt after it, a window at most; who is sent it again is marked.
        assert len(twice) <= 20
    rows = daemon.cdrs()
    assert [int(row["sequence"]) for row in rows] == list(range(1, len(rows) + 1))
