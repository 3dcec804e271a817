# SPDX-License-Identifier: GPL-3.0-or-later
"""What `plan` says, and what comes: against SIPp, whose phones all answer, and against the simulated town."""
import csv
import json
from datetime import datetime

from support.carrier import Carrier, Network
from support.daemon import BINARIES, Refused, Trunk, silence
from support.process import Process, wait_until
from support.sipp import Sipp

import pytest

SHORT = {"Call": {"ListenAfterMessage": "0s"}}


def people(count, series=0):
    return [(f"+31610{series}{index:05d}", f"P-{series}-{index}") for index in range(count)]


def plan_files(daemon, action, recipients):
    directory = daemon.directory / "plans"
    directory.mkdir(exist_ok=True)
    action_file, recipients_file = directory / "action.json", directory / "people.csv"
    action_file.write_text(json.dumps(action))
    with open(recipients_file, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["number", "id", "account"])
        writer.writerows((number, identifier, "GM0513") for number, identifier in recipients)
    return action_file, "--recipients", recipients_file


def plan(daemon, action, recipients):
    return daemon.json("plan", *plan_files(daemon, action, recipients))[-1]["plan"]


def seconds(summary):
    return (datetime.fromisoformat(summary["ended"]) - datetime.fromisoformat(summary["accepted"])).total_seconds()


def test_calls_per_second_bind_and_nothing_remains(make_daemon, ports, processes, tmp_path):
    port = ports.take(2)
    sipp = Sipp(tmp_path, port, "phones.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", port, CallsPerSecond=25), Trunk("bravo", port + 1)], sections=SHORT).start()
    daemon.ctl("trunk", "down", "bravo")
    action = {"id": "plan", "language": "nl", "message": silence(300)}
    # Everybody of a rehearsal answers: that is learned.
    daemon.submit({**action, "id": "rehearsal"}, people(300, 1))
    assert daemon.watch_to_end("rehearsal", timeout=60)["outcomes"] == {"answered": 300}
    foretold = plan(daemon, action, people(500))
    assert foretold["recipients"] == 500 and foretold["binds"] == "calls-per-second"
    assert foretold["learned-calls"] == 300
    assert any("trunk bravo is not counted" in note for note in foretold["notes"])
    assert 20 <= foretold["half-done-ms"] / 500 and foretold["half-done-ms"] < foretold["most-done-ms"] < foretold["end-ms"]
    # Nobody was called, and the id is free.
    assert [reply["action"]["id"] for reply in daemon.json("list") if "action" in reply] == ["rehearsal"]
    assert len(sipp.invites()) == 300
    text = daemon.ctl("plan", *plan_files(daemon, action, people(500)))
    assert "90 % done" in text and "calls per second" in text
    daemon.submit(action, people(500))
    summary = daemon.watch_to_end("plan", timeout=60)
    for name in ("half-done-ms", "most-done-ms"):
        assert summary["plan"][f"actual-{name}"] == pytest.approx(foretold[name], rel=0.05)
    assert "plan 0:00:" in daemon.ctl("show", "plan")
    # What was foretold survives, and so does what was learned.
    daemon.kill()
    daemon.start()
    assert daemon.summary("plan")["plan"] == summary["plan"]
    wait_until(lambda: plan(daemon, {**action, "id": "later"}, people(500))["learned-calls"] == 800, 10,
               "the former process's calls are learned from")


def test_a_dead_exchange_is_told_and_planned_with(make_daemon, ports, processes, tmp_path):
    dead = [(f"+31182599{index:03d}", f"D-{index}") for index in range(60)]
    port = ports.take(2)
    processes.append(Carrier(tmp_path / "carrier", port, Network(frozenset(number for number, _ in dead))))
    daemon = make_daemon([Trunk("alfa", port, CallsPerSecond=20)], sections=SHORT).start()
    action = {"id": "first", "language": "nl", "message": silence(300)}
    daemon.submit(action, people(40) + dead + people(200, 1))

    def believed():
        return [one for one in daemon.summary("first").get("findings", []) if one["subject"].startswith("+31182")]

    seen = []

    def is_settled():
        """It is narrow at first, and nobody has come to wait for it yet."""
        seen.append([(one["subject"], one.get("waiting", 0) > 0) for one in believed()])
        return len(seen) > 1 and seen[-1] == seen[-2] and [waits for _, waits in seen[-1]] == [True]

    wait_until(is_settled, 20, "the route is believed to be dead, and some wait for it", interval=1)
    (finding,) = believed()
    assert finding["trunk"] == "alfa" and "refused with 503" in finding["text"] and finding["since"]
    assert 0 < finding["waiting"] <= 60
    text = daemon.ctl("show", "first")
    assert "Believed" in text and "trunk alfa since" in text and "route, not pace" in text, text
    # Who is not on the route is not held up by it, and who is would not be reached.
    foretold = plan(daemon, {**action, "id": "next"}, people(100, 2) + dead[:20])
    (route,) = foretold["routes"]
    assert (route["recipients"], route["trunks"], route["everywhere"], route["sip"]) == (20, ["alfa"], True, 503)
    assert route["prefix"] == finding["subject"] and route["refused"] >= 5
    assert 60 < foretold["reached"] <= 100
    text = daemon.ctl("plan", *plan_files(daemon, {**action, "id": "next"}, people(100, 2) + dead[:20]))
    assert f"20 of {route['prefix']}" in text and "refused by trunk alfa with 503" in text, text
    daemon.ctl("trunk", "forget", "alfa")
    assert "routes" not in plan(daemon, {**action, "id": "next"}, people(100, 2))


def test_what_cannot_be_planned_is_refused(make_daemon, ports, processes, tmp_path):
    port = ports.take(2)
    processes.append(Sipp(tmp_path, port, "phones.xml"))
    daemon = make_daemon([Trunk("alfa", port)], sections=SHORT).start()
    action = {"id": "plan", "language": "nl", "message": silence(300)}
    with pytest.raises(Refused, match="no recipient"):
        plan(daemon, action, [])
    with pytest.raises(Refused, match="1 of the recipients cannot be called"):
        plan(daemon, action, [("112", "P-1"), ("0612345678", "P-2")])
    with pytest.raises(Refused, match="language"):
        plan(daemon, {**action, "language": "en-GB"}, people(1))
    # The connection goes on after a plan, and after a refusal.
    assert plan(daemon, action, people(3))["recipients"] == 3


@pytest.mark.parametrize("channels,binds", [(200, "calls-per-second"), (12, "channels")])
def test_a_town_takes_as_long_as_planned(make_daemon, ports, processes, tmp_path, channels, binds):
    """People who are busy, do not answer, hang up: a rehearsal with some of them foretells the others."""
    port = ports.take(2)
    rtp = ports.take_range(1000)
    processes.append(Process(
        [BINARIES / "burgernetsim", "--listen", f"127.0.0.1:{port}", "--time-scale", "0.04", "--seed", "11",
         # No congestion: a 503 says something of the trunk, and its pace would fall.
         "--share", "answer=54,hang-up-early=4,press-keys=4,later=6,early-media=3,voicemail=12,ring-out=9,busy=5,"
         "unavailable=3,reject=2,not-existing=1", "--rtp-ports", f"{rtp}-{rtp + 999}"], tmp_path / "simulator.log"))
    daemon = make_daemon(
        [Trunk("alfa", port, CallsPerSecond=20, Channels=channels)],
        sections={"Call": {"ListenAfterMessage": "200ms", "RingTimeout": "1200ms"}, "Gateway": {"TimeScale": "0.02"}}).start()
    action = {"id": "town", "language": "nl", "message": silence(600), "keys": {}}
    daemon.submit({**action, "id": "rehearsal"}, people(200, 1))
    daemon.watch_to_end("rehearsal", timeout=120)
    recipients = people(400, 2)
    foretold = plan(daemon, action, recipients)
    daemon.submit(action, recipients)
    summary = daemon.watch_to_end("town", timeout=180)
    actual = seconds(summary) * 1000
    print(f"end foretold {foretold['end-ms']} ms, was {actual:.0f} ms; reached {foretold['reached']} foretold, "
          f"{summary['answered']} were; calls {foretold['calls']} and {summary['attempts']}")
    assert foretold["binds"] == binds
    assert foretold["end-ms"] == pytest.approx(actual, rel=0.1)
    assert foretold["reached"] == pytest.approx(summary["answered"], rel=0.1)
    assert summary["plan"]["actual-half-done-ms"] == pytest.approx(foretold["half-done-ms"], rel=0.1)
    assert summary["plan"]["actual-most-done-ms"] == pytest.approx(foretold["most-done-ms"], rel=0.1)
