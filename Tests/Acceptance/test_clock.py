# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody sets the machine's clock while calls ring, talk and wait, and receipts are awaited: nothing that is measured
follows it. The far end's own log is the judge."""
import datetime
import json
import os
import time

import pytest

from support.clock import Clock
from support.daemon import BINARIES, Centre, Trunk, silence, sms
from support.process import Process, wait_until
from support.sipp import Sipp
from support.smsc import NetSmpp

DAY = 86_400
STEPS = [-DAY, -3600, -60, -1.8, 1.8, 3600, DAY]


@pytest.fixture
def clock(tmp_path):
    return Clock(tmp_path).settable()


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def civil(seconds):
    """An RFC 3339 time so far from now, by the machine's clock."""
    then = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return then.strftime("%Y-%m-%dT%H:%M:%SZ")


def talks(sipp):
    """Seconds from ACK to BYE as SIPp saw them, by Call-ID."""
    began, lasted = {}, {}
    for message in sipp.messages():
        if message.sent:
            continue
        if message.method == "ACK":
            began.setdefault(message.call_id, message.time)
        elif message.method == "BYE" and message.call_id in began:
            lasted.setdefault(message.call_id, message.time - began[message.call_id])
    return lasted


def alarms(daemon):
    return [line for line in daemon.log_text().splitlines() if "the system clock was set" in line]


@pytest.mark.parametrize("step", STEPS)
def test_calls_go_on_and_are_billed_as_they_were(make_daemon, ports, processes, tmp_path, clock, step):
    port = ports.take(2)
    sipp = Sipp(tmp_path / "sipp", port, "phones.xml")
    processes.append(sipp)
    pace = 8
    daemon = make_daemon([Trunk("alfa", port, CallsPerSecond=pace, Channels=100)], environment=clock.environment,
                         sections={"Gateway": {"TimeScale": "0.02"}}).start()
    # Of ten: eight answer, two of them late, one is busy (again after 1.2 s), one rings out.
    kinds = [0, 0, 0, 1, 4, 9, 7, 3, 0, 4]
    people = [(f"+3161{kinds[index % 10]}{index:06d}", f"P-{index}") for index in range(50)]
    daemon.submit({"id": "step", "language": "nl", "message": silence(1500)}, people)
    # Some are talking, some ring, some wait for another try, most were not called yet.
    wait_until(lambda: len(sipp.invites()) >= 18, 20, "some are called")
    set_at = time.time()
    clock.set(step)
    wait_until(lambda: len(sipp.invites()) >= 34, 20, "more are called")
    clock.set(0)
    wait_until(lambda: daemon.summary("step")["phase"] == "completed", 60, "everybody was called")

    invites = sipp.invites()
    first_tries = {}
    for invite in invites:
        first_tries.setdefault(invite.number, invite.time)
    assert len(first_tries) == 50
    times = sorted(invite.time for invite in invites)
    dialling = [at for at in times if at <= max(first_tries.values())]
    gaps = [later - earlier for earlier, later in zip(dialling, dialling[1:])]
    print(f"{len(invites)} INVITEs, longest gap {max(gaps):.3f} s")
    assert max(gaps) < 1, "nobody was called for a while"
    # A packet may be read late, by as much as the machine is busy.
    for at in times:
        assert sum(at <= other < at + 0.95 for other in times) <= pace + 1
    assert any(set_at < at < set_at + 0.5 for at in times)

    rows = daemon.cdrs()
    assert len(rows) == len(invites) and {row["call_id"] for row in rows} == {invite.call_id for invite in invites}
    heard = talks(sipp)
    answered = [row for row in rows if row["disposition"] == "ANSWERED"]
    assert len(answered) == len(heard) == 40
    for row in rows:
        order = [moment(row[name]) for name in ("start", "ringing", "answer", "end") if row[name]]
        assert order == sorted(order), row
        assert abs(float(row["duration"]) - (order[-1] - order[0])) < 0.0011, row
    for row in answered:
        assert abs(float(row["billsec"]) - heard[row["call_id"]]) < 0.15, (row, heard[row["call_id"]])
    # Busy ones are tried four times, with 1.2, 2.4 and 6 s between: no wait is longer or shorter by the step. First tries
    # of all others go before the second.
    for number in (number for number in first_tries if number.startswith("+31611")):
        tries = [invite.time for invite in invites if invite.number == number]
        waits = [later - earlier for earlier, later in zip(tries, tries[1:])]
        assert len(waits) == 3
        for wait, least, most in zip(waits, (1.1, 2.3, 5.9), (7, 2.9, 6.5)):
            assert least <= wait <= most, waits
    # Who was called while the clock was wrong has a record by it; all others by the right one.
    by_right = [row for row in rows if abs(moment(row["start"]) - time.time()) < 120]
    if abs(step) >= 3600:
        assert 14 <= len(rows) - len(by_right) <= 30
    assert len(alarms(daemon)) == (2 if abs(step) >= 2 else 0), daemon.log_text()[-3000:]
    status = daemon.json("status")[-1]["status"]
    if abs(step) >= 2:
        assert abs(status["clock-set"]["by-ms"] + step * 1000) < 50
    else:
        assert "clock-set" not in status


@pytest.mark.parametrize("step", [-DAY, -7, 1.8, DAY])
def test_messages_go_on_and_receipts_are_awaited_for_their_time(make_daemon, ports, processes, tmp_path, clock, step):
    missing = [f"316100{index:05d}" for index in range(0, 120, 10)]
    centre = NetSmpp(tmp_path / "smsc", ports.take(), receipt_delay=1500, 
                     outcome_of={number: "ENROUTE" for number in missing})
    processes.append(centre)
    daemon = make_daemon([], centres=[Centre("alfa", centre.port, Window=10, MessagesPerSecond=20,
                                             EnquireLink="1s", ResponseTimeout="2s")],
                         environment=clock.environment, sections={"Messaging": {"ReceiptTimeout": "6s"}}).start()
    centre.wait_bound()
    daemon.submit(sms("step", receipts=True), [(f"+316100{index:05d}", f"P-{index}") for index in range(120)])
    centre.wait_submits(50)
    clock.set(step)
    began = time.monotonic()
    wait_until(lambda: daemon.summary("step")["phase"] == "completed", 40, "all have their end")
    print(f"over {time.monotonic() - began:.1f} s after the step")
    # The rest is sent in 3.5 s; the last receipt that never comes is awaited for 6 s.
    assert 8 < time.monotonic() - began < 16
    assert daemon.summary("step")["outcomes"] == {"delivered": 108, "sent": 12}
    times = [submit["time"] for submit in centre.submits()]
    assert len(times) == 120
    assert max(later - earlier for earlier, later in zip(times, times[1:])) < 1
    assert all(sum(at <= other < at + 0.9 for other in times) <= 21 for at in times)
    assert sum(event["event"] == "bind" for event in centre.events()) == 1, "the link has stayed"
    for row in daemon.cdrs():
        lasted = moment(row["end"]) - moment(row["start"])
        # Without a receipt it ends with the response.
        expected = (0, 1) if row["callee"].lstrip("+") in missing else (1.4, 5)
        assert expected[0] <= lasted <= expected[1], row


def test_an_action_does_not_expire_by_a_step_there_and_back(make_daemon, ports, processes, tmp_path, clock):
    port = ports.take(2)
    sipp = Sipp(tmp_path / "sipp", port, "phones.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", port, CallsPerSecond=5)], environment=clock.environment).start()
    people = [(f"+31610{index:06d}", f"P-{index}") for index in range(40)]
    daemon.submit({"id": "end", "language": "nl", "message": silence(300), "expires": civil(3600)}, people)
    wait_until(lambda: len(sipp.invites()) >= 8, 20, "some are called")
    clock.set(DAY)
    wait_until(lambda: daemon.summary("end").get("held-by-clock"), 5, "it is held")
    assert daemon.summary("end")["phase"] == "running"
    assert "nobody is tried" in daemon.ctl("show", "end")
    before = len(sipp.invites())
    time.sleep(2)  # Nothing can be waited for: nobody is to be called.
    assert len(sipp.invites()) == before
    clock.set(0)
    assert daemon.watch_to_end("end", timeout=30)["outcomes"] == {"answered": 40}
    assert len(sipp.invites()) == 40
    said = alarms(daemon)
    assert len(said) == 2 and "action end is past its end" in said[0] and "action end is before its end" in said[1]


def test_a_start_follows_the_clock(make_daemon, ports, processes, tmp_path, clock):
    port = ports.take(2)
    sipp = Sipp(tmp_path / "sipp", port, "phones.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", port)], environment=clock.environment).start()
    daemon.submit({"id": "later", "language": "nl", "message": silence(300), "starts": civil(3600)},
                  [("+31610000001", "P-1")])
    assert daemon.summary("later")["phase"] == "scheduled"
    clock.set(-60)
    wait_until(lambda: "action later starts in 36" in daemon.log_text(), 5, "the alarm says when")
    clock.set(3600)
    assert daemon.watch_to_end("later", timeout=20)["outcomes"] == {"answered": 1}
    assert len(sipp.invites()) == 1
    assert "action later starts at once" in alarms(daemon)[-1]


@pytest.mark.parametrize("step", [-DAY, DAY])
def test_what_was_waited_for_goes_on_after_a_crash_under_another_clock(
        make_daemon, ports, processes, tmp_path, clock, step):
    port = ports.take(2)
    sipp = Sipp(tmp_path / "sipp", port, "phones.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", port)], environment=clock.environment,
                         sections={"Gateway": {"TimeScale": "0.1"}}).start()
    busy = [(f"+31611{index:06d}", f"B-{index}") for index in range(5)]
    talking = [(f"+31610{index:06d}", f"T-{index}") for index in range(5)]
    daemon.submit({"id": "crash", "language": "nl", "message": silence(20_000)}, busy + talking)
    wait_until(lambda: len([m for m in sipp.messages() if m.method == "ACK" and not m.sent]) == 10, 20,
               "five are busy, five talk")
    began = time.time()
    # The sign of life of each second.
    wait_until(lambda: time.time() - began > 2.5, 5, "they have talked")
    daemon.kill()
    killed = time.time()
    clock.set(step)
    daemon.start()
    wait_until(lambda: len(sipp.invites()) == 15, 20, "the busy ones are called again")
    again = [invite.time for invite in sipp.invites()[10:]]
    # Busy: again after 6 s, whatever was between.
    assert all(5.8 <= at - began <= 9 for at in again), [at - began for at in again]
    rows = [row for row in daemon.cdrs() if row["recovered"] == "1"]
    assert len(rows) == 5
    for row in rows:
        assert killed - began - 1.3 <= float(row["billsec"]) <= killed - began + 0.3, row
        order = [moment(row[name]) for name in ("start", "ringing", "answer", "end")]
        assert order == sorted(order), row
    assert len(alarms(daemon)) == 1
    daemon.ctl("cancel", "crash")


@pytest.mark.parametrize("step", [-DAY, DAY])
def test_the_simulated_network_does_not_see_a_step_either(make_daemon, ports, processes, tmp_path, clock, step):
    port, centre = ports.take(2), ports.take()
    rtp = ports.take_range(200)
    calls, messages = tmp_path / "calls.jsonl", tmp_path / "messages.jsonl"
    processes.append(Process(
        [BINARIES / "burgernetsim", "--listen", f"127.0.0.1:{port}", "--rtp-ports", f"{rtp}-{rtp + 199}", "--share",
         "answer=1", "--time-scale", "0.1", "--log", calls, "--smsc", f"127.0.0.1:{centre}", "--smsc-log", messages],
        tmp_path / "simulator.log", env={**os.environ, **clock.environment}))
    daemon = make_daemon([Trunk("alfa", port, CallsPerSecond=5)], centres=[Centre("alfa", centre, MessagesPerSecond=5)],
                         sections={"Messaging": {"ReceiptTimeout": "60s"}}).start()
    wait_until(lambda: "bound" in daemon.log_text(), 10, "the SMSC is there")
    people = [(f"+31610{index:06d}", f"P-{index}") for index in range(20)]
    daemon.submit({"id": "calls", "language": "nl", "message": silence(300)}, people)
    daemon.submit(sms("texts", receipts=True), people)
    wait_until(lambda: daemon.summary("calls")["outcomes"].get("answered", 0) >= 3, 20, "some have answered")
    clock.set(step)
    assert daemon.watch_to_end("calls", timeout=30)["outcomes"] == {"answered": 20}
    summary = daemon.watch_to_end("texts", timeout=30)
    assert sum(summary["outcomes"].values()) == 20
    wait_until(lambda: len(calls.read_text().splitlines()) == 20, 10, "the simulator has written all calls")
    for line in calls.read_text().splitlines():
        call = json.loads(line)
        assert moment(call["invite"]) <= moment(call["ack"]) <= moment(call["end"]) < moment(call["invite"]) + 30, call
