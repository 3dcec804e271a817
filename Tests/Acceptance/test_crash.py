# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 in the middle: nobody lost, nobody who answered called again, one CDR for each INVITE."""
import re
import subprocess
import time

import pytest

from support.daemon import BINARIES, Trunk, action, silence
from support.process import wait_until
from support.sipp import Sipp


def answered_calls(sipp):
    """Call-IDs that SIPp answered with 200, and the numbers behind them."""
    numbers = {message.call_id: message.number for message in sipp.invites()}
    return {
        message.call_id: numbers[message.call_id] for message in sipp.messages()
        if message.sent and message.status == 200 and "INVITE" in message.cseq and message.call_id in numbers
    }


@pytest.mark.parametrize("when", [60, 150, 300])
def test_killed_in_the_middle(make_daemon, ports, processes, tmp_path, when):
    port = ports.take(2)
    sipp = Sipp(tmp_path, port, "phones.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", port, CallsPerSecond=80, Channels=300)]).start()
    people = [(f"+3161{(index % 10) if index % 10 != 4 else 0}{index:06d}", f"P-{index}") for index in range(500)]
    daemon.submit({"id": "crash", "language": "nl", "message": silence(800)}, people)
    wait_until(lambda: len(sipp.invites()) >= when, 60, f"{when} INVITEs")
    daemon.kill()
    killed_at = time.time()
    answered_before = answered_calls(sipp)
    daemon.start()
    summary = daemon.watch_to_end("crash", timeout=180)
    assert summary["phase"] == "completed"
    # Everybody has an outcome.
    recipients = daemon.recipients("crash")
    assert len(recipients) == 500 and all(one["state"] == "ended" for one in recipients)
    # Nobody who answered is called again.
    for call_id, number in answered_before.items():
        later = [message for message in sipp.invites() if message.number == number and message.time > killed_at]
        assert not later, f"{number} answered {call_id} and was called again"
    # One CDR for each INVITE that SIPp saw, numbered without a gap.
    rows = daemon.cdrs()
    seen = [message.call_id for message in sipp.invites()]
    recorded = [row["call_id"] for row in rows]
    assert len(recorded) == len(set(recorded))
    assert set(seen) <= set(recorded)
    # A row without an INVITE is possible for the one that was journalled when the process died.
    assert all(row["recovered"] == "1" for row in rows if row["call_id"] not in set(seen))
    assert [int(row["sequence"]) for row in rows] == list(range(1, len(rows) + 1))
    assert any(row["recovered"] == "1" for row in rows)
    for row in rows:
        if row["recovered"] == "1" and row["answer"]:
            assert row["end"] >= row["answer"]
    # Calls that the dead process left behind were ended with BYE.
    ended = {message.call_id for message in sipp.messages() if message.method == "BYE"}
    for row in rows:
        if row["recovered"] == "1" and row["disposition"] == "ANSWERED":
            assert row["call_id"] in ended, row


def test_interrupted_calls_can_be_asked_for_again(make_daemon, ports, processes, tmp_path):
    port = ports.take(2)
    sipp = Sipp(tmp_path, port, "phones.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", port)]).start()
    people = [(f"+31610{index:06d}", f"P-{index}") for index in range(5)]
    daemon.submit({"id": "cut", "language": "nl", "message": silence(4000)}, people)
    wait_until(lambda: len([one for one in sipp.messages() if one.method == "ACK"]) == 5, 30, "five ACKs")
    daemon.kill()
    daemon.start()
    summary = daemon.watch_to_end("cut", timeout=30)
    assert summary["outcomes"] == {"interrupted": 5}
    assert len(sipp.invites()) == 5
    daemon.ctl("retry", "cut", "--interrupted")
    summary = daemon.watch_to_end("cut", timeout=60)
    assert summary["outcomes"] == {"answered": 5}
    assert len(sipp.invites()) == 10
    assert all(row["heard_percent"] == "100" for row in daemon.cdrs() if row["recovered"] == "0")


def test_second_daemon_on_the_same_state_is_refused(make_daemon, ports, processes, tmp_path):
    daemon = make_daemon([Trunk("alfa", ports.take(2))]).start()
    second = subprocess.run(
        [BINARIES / "burgernetd", "--config", daemon.configuration, "--directory", daemon.directory],
        capture_output=True, text=True, timeout=20)
    assert second.returncode != 0
    assert re.search("another|already|running|in use", second.stderr + second.stdout)
    assert daemon.json("status")[-1]["ok"]
