# SPDX-License-Identifier: GPL-3.0-or-later
"""Several actions at a time, by the far end's own log: one person has one call, pressing actions have their share, the
others their floor."""
import time

import pytest

from support import phone
from support.daemon import Refused, Trunk, silence
from support.process import wait_until
from support.sipp import Sipp


def phones(tmp_path, ports, processes):
    sipp = Sipp(tmp_path / "phones", ports.take(2), phone.answering(tmp_path))
    processes.append(sipp)
    return sipp


def people(first, count):
    return [(f"+31610{first + index:06d}", f"P-{first + index}") for index in range(count)]


def action(identifier, milliseconds, **keys):
    return {"id": identifier, "language": "nl", "account": "GM0513", "message": silence(milliseconds), **keys}


def spans(sipp):
    """From INVITE to BYE, in order, by number."""
    ends = {message.call_id: message.time for message in sipp.messages() if not message.sent and message.method == "BYE"}
    found = {}
    for invite in sipp.invites():
        found.setdefault(invite.number, []).append((invite.time, ends[invite.call_id]))
    return {number: sorted(calls) for number, calls in found.items()}


@pytest.mark.parametrize("priority, pause", [("normal", 3.9), ("urgent", 1.9)])
def test_two_actions_with_the_same_people_never_ring_one_telephone_at_once(
        make_daemon, ports, processes, tmp_path, priority, pause):
    """The more pressing one waits for the end of a call and two seconds, and for no pause after it."""
    sipp = phones(tmp_path, ports, processes)
    daemon = make_daemon([Trunk("alfa", sipp.port, CallsPerSecond=60, Channels=200)],
                         sections={"Gateway": {"PauseBetweenActions": "4s"}}).start()
    daemon.submit(action("first", 3000), people(0, 120))
    daemon.submit(action("second", 3000, priority=priority), people(0, 120))
    for name in ("first", "second"):
        summary = daemon.watch_to_end(name, timeout=90)
        assert summary["outcomes"] == {"answered": 120}
        assert summary["attempts"] == 120
    calls = spans(sipp)
    assert len(calls) == 120 and {len(of_one) for of_one in calls.values()} == {2}
    for number, ((_, end), (begin, _)) in calls.items():
        assert begin - end >= pause, number
    assert len(daemon.cdrs()) == 240


def test_a_threat_to_life_has_its_share_beside_an_action_that_has_all_channels(
        make_daemon, ports, processes, tmp_path):
    sipp = phones(tmp_path, ports, processes)
    # Calls of two seconds: somewhere a channel is always about to be free.
    daemon = make_daemon([Trunk("alfa", sipp.port, CallsPerSecond=16, Channels=32)]).start()
    daemon.submit(action("normal", 2000), people(0, 1200))
    wait_until(lambda: daemon.summary("normal")["calling"] == 32, 30, "all channels are taken")
    daemon.submit(action("threat", 2000, priority="life-threat"), people(500_000, 200))
    accepted = time.time()
    daemon.watch_to_end("threat", timeout=90)
    invites = sipp.invites()
    pressing = [invite for invite in invites if invite.number >= "+31610500000"]
    assert len(pressing) == 200
    # Before all others from then on, as soon as a channel is free.
    assert pressing[0].time - accepted < 1
    between = [invite for invite in invites if pressing[0].time <= invite.time <= pressing[-1].time]
    others = len(between) - 200
    assert 0.03 <= others / len(between) <= 0.08, (others, len(between))
    # No call that plays is cut off.
    daemon.ctl("cancel", "normal", "--finish-calls")
    outcomes = daemon.watch_to_end("normal", timeout=60)["outcomes"]
    assert set(outcomes) == {"answered", "cancelled"}


def test_a_test_calls_test_numbers_only(make_daemon, ports, processes, tmp_path):
    sipp = phones(tmp_path, ports, processes)
    daemon = make_daemon([Trunk("alfa", sipp.port)],
                         sections={"Numbers": {"TestNumbers": "+31610000001 +3161000001"}}).start()
    with pytest.raises(Refused) as refused:
        daemon.submit(action("test", 200, priority="test"), people(1, 2))
    # The line of the file: the head is the first.
    assert "no test number" in refused.value.text and "3" in refused.value.text
    daemon.submit(action("again", 200, priority="test"), people(1, 1) + people(10, 2))
    assert daemon.watch_to_end("again", timeout=30)["outcomes"] == {"answered": 3}
    assert len(sipp.invites()) == 3
