# SPDX-License-Identifier: GPL-3.0-or-later
"""What carriers have room for: found out, used and spared; and what happens when one of two goes silent."""
import time

import pytest

from support.capture import Capture, most_in_a_second
from support.daemon import Trunk, silence
from support.limiter import Limiter
from support.process import wait_until
from support.sipp import Sipp

SHORT = {"Call": {"ListenAfterMessage": "0s"}}


def people(count, prefix="+31610"):
    return [(f"{prefix}{index:06d}", f"P-{index}") for index in range(count)]


def refusals(capture, port):
    """When each 503 left the far end, as the kernel saw it."""
    rows = capture.fields(
        f"sip.Status-Code == 503 && udp.srcport == {port}", "frame.time_epoch", "sip.Call-ID", decode=[f"udp.port=={port},sip"])
    first = {}
    for at, call in rows:
        first.setdefault(call, float(at))
    return sorted(first.values())


@pytest.mark.parametrize("retry_after", [None, 1])
def test_a_trunk_that_refuses_is_used_and_spared(make_daemon, ports, processes, tmp_path, retry_after):
    port, phones = ports.take(2), ports.take(2)
    processes.append(Sipp(tmp_path / "sipp", phones, "phones.xml"))
    processes.append(Limiter(tmp_path / "limiter", port, phones, 20, retry_after))
    capture = Capture(tmp_path / "capture", f"udp port {port}")
    processes.append(capture)
    daemon = make_daemon([Trunk("alfa", port, CallsPerSecond=50, Channels=200, RetryAfter="strict" if retry_after else "number")], sections=SHORT).start()
    daemon.submit({"id": "busy", "language": "nl", "message": silence(200)}, people(950))
    wait_until(lambda: "calls are refused" in daemon.ctl("trunks"), 30, "the operator is told why the pace is lower")
    summary = daemon.watch_to_end("busy", timeout=150)
    # The 503s cost nobody an attempt.
    assert summary["outcomes"] == {"answered": 950}
    rows = daemon.cdrs()
    wait_until(lambda: len(capture.invites(port)) == len(rows), 20, "tshark has seen all")
    invites, refused = capture.invites(port), refusals(capture, port)
    begin, end = invites[0] + 30, invites[-1] - 1
    late = len([at for at in invites if begin <= at < end])
    late_refused = len([at for at in refused if begin <= at < end])
    used = (late - late_refused) / (20 * (end - begin))
    print(f"{len(refused)} of {len(invites)} refused in all; after 30 s, {late_refused / late:.1%} of {late} refused, "
          f"{used:.1%} of the capacity used")
    assert end - begin >= 10
    assert late_refused <= 0.05 * late
    assert used >= 0.9
    if retry_after:
        for at in refused:
            # What was on its way when the 503 left is not meant.
            inside = [invite for invite in invites if at + 0.1 < invite < at + retry_after]
            assert not inside, "INVITE inside a Retry-After"


def test_a_silent_trunk_is_left_and_used_again(make_daemon, ports, processes, tmp_path):
    port_a, port_b = ports.take(2), ports.take(2)
    trunk_a = Sipp(tmp_path / "a", port_a, "phones.xml")
    processes.append(Sipp(tmp_path / "b", port_b, "phones.xml"))
    capture = Capture(tmp_path / "capture", f"udp port {port_a} or udp port {port_b}")
    processes.append(capture)
    count, pace = 5000, 50
    # INVITEs wait long for an answer, as they do in earnest: the silence is noticed before.
    daemon = make_daemon(
        [Trunk(name, port, CallsPerSecond=pace, Channels=5 * pace, ProbeInterval="30s")
         for name, port in (("alfa", port_a), ("bravo", port_b))],
        sections={"Call": {"ListenAfterMessage": "0s", "NoResponseTimeout": "8s", "RingTimeout": "20s"}}).start()
    daemon.submit({"id": "silent", "language": "nl", "message": silence(200)}, people(count))
    wait_until(lambda: daemon.summary("silent")["attempts"] >= count * 0.4, 60, "both trunks are used")
    gone = time.time()
    trunk_a.kill()
    wait_until(lambda: "no answer to INVITEs" in daemon.ctl("trunks"), 6, "the silence is noticed")
    time_left = gone + 12 - time.time()
    wait_until(lambda: time.time() >= gone + 12, time_left + 5, "the trunk stays away")
    back = time.time()
    processes.append(Sipp(tmp_path / "a-again", port_a, "phones.xml"))
    summary = daemon.watch_to_end("silent", timeout=120)
    assert summary["outcomes"] == {"answered": count}
    wait_until(lambda: capture.invites(port_b), 20, "tshark has seen all")
    on_a, on_b = capture.invites(port_a), capture.invites(port_b)
    tried = len([at for at in on_a if gone + 5 <= at < back])
    again = [at for at in on_a if at >= back]
    total = max(on_a[-1], on_b[-1]) - min(on_a[0], on_b[0])
    print(f"{tried} INVITEs to the silent trunk after 5 s; used again {again[0] - back:.1f} s after it came back; "
          f"{count} calls in {total:.1f} s, {count / pace:.0f} s over one trunk alone")
    assert tried == 0
    assert len([at for at in on_b if gone + 5 <= at < gone + 10]) >= 0.9 * 5 * pace
    assert again and again[0] - back <= 30
    assert total <= 1.1 * count / pace
    assert most_in_a_second(on_a) <= pace and most_in_a_second(on_b) <= pace


def test_a_prefix_is_not_flooded(make_daemon, ports, processes, tmp_path):
    port = ports.take(2)
    sipp = Sipp(tmp_path, port, "phones.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", port, CallsPerSecond=100, Channels=200)],
                         sections={**SHORT, "Prefix +3161000": {"CallsPerSecond": 10, "Channels": 8}}).start()
    village, others = people(60, "+31610"), [(f"+316105{index:05d}", f"O-{index}") for index in range(300)]
    daemon.submit({"id": "village", "language": "nl", "message": silence(200)}, village + others)
    wait_until(lambda: "+3161000" in daemon.ctl("trunks"), 10, "the prefix is shown")
    assert daemon.watch_to_end("village", timeout=60)["outcomes"] == {"answered": 360}
    invites = sipp.invites()
    limited = sorted(invite.time for invite in invites if "3161000" in invite.number)
    free = sorted(invite.time for invite in invites if "3161000" not in invite.number)
    assert len(limited) == 60 and len(free) == 300
    # SIPp reads late when it is busy; the wire's own bound is held by the unit tests.
    assert most_in_a_second(limited) <= 12
    assert free[-1] < limited[-1], "those of the village hold up nobody"
