# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 in the middle: nobody lost, telephones stop ringing, nobody who may have heard something called again, nobody
who heard nothing left out, one CDR for each INVITE."""
import re
import subprocess
import time

import pytest

from support.daemon import BINARIES, Trunk, silence
from support.kamailio import Kamailio
from support.process import wait_until
from support.ringing import ringing
from support.sipp import Sipp

LONG_RING = {"Call": {"RingTimeout": "60s"}}


def people(count, prefix="+3161"):
    return [(f"{prefix}{index:0{12 - len(prefix)}d}", f"P-{index}") for index in range(count)]


def acknowledged_calls(sipp):
    """Call-IDs whose 200 was acknowledged, after which something is heard, and the numbers behind them."""
    numbers = {message.call_id: message.number for message in sipp.invites()}
    answered = sent(sipp, 200)
    return {
        message.call_id: numbers[message.call_id] for message in sipp.messages()
        if message.method == "ACK" and message.call_id in answered
    }


def sent(sipp, status):
    """Call-IDs of the INVITEs that SIPp has answered so."""
    return {
        message.call_id for message in sipp.messages()
        if message.sent and message.status == status and "INVITE" in message.cseq
    }


def received(sipp, method):
    return [message for message in sipp.messages() if not message.sent and message.method == method]


@pytest.mark.parametrize("when", [60, 150, 300])
def test_killed_in_the_middle(make_daemon, ports, processes, tmp_path, when):
    port = ports.take(2)
    sipp = Sipp(tmp_path, port, "phones.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", port, CallsPerSecond=80, Channels=300)]).start()
    everybody = [(f"+3161{(index % 10) if index % 10 != 4 else 0}{index:06d}", f"P-{index}") for index in range(500)]
    daemon.submit({"id": "crash", "language": "nl", "message": silence(800)}, everybody)
    wait_until(lambda: len(sipp.invites()) >= when, 60, f"{when} INVITEs")
    daemon.kill()
    killed_at = time.time()
    heard_before = acknowledged_calls(sipp)
    daemon.start()
    summary = daemon.watch_to_end("crash", timeout=180)
    assert summary["phase"] == "completed"
    # Everybody has an outcome.
    recipients = daemon.recipients("crash")
    assert len(recipients) == 500 and all(one["state"] == "ended" for one in recipients)
    # Nobody who may have heard something is called again.
    for call_id, number in heard_before.items():
        later = [message for message in sipp.invites() if message.number == number and message.time > killed_at]
        assert not later, f"{number} was listening to {call_id} and was called again"
    # Nobody who heard nothing is left with it.
    listeners = set(acknowledged_calls(sipp).values())
    interrupted = {one["id"] for one in recipients if one["outcome"] == "interrupted"}
    assert {number for number, identifier in everybody if identifier in interrupted} <= listeners
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


def cancels_match(sipp):
    """Each CANCEL says what its INVITE said (RFC 3261 9.1)."""
    invites = {message.branch: message for message in sipp.messages() if message.method == "INVITE"}
    for message in received(sipp, "CANCEL"):
        invite = invites[message.branch]
        assert message.first_line.split(" ")[1] == invite.first_line.split(" ")[1]
        for header in ("Via", "From", "To", "Call-ID"):
            assert message.header(header) == invite.header(header)
        assert message.cseq.split(" ")[0] == invite.cseq.split(" ")[0]


def crash_while_ringing(daemon, sipp, count):
    """Submits an action, kills the daemon when so many telephones ring, and starts another, which cancels their calls."""
    daemon.submit({"id": "ring", "language": "nl", "message": silence(200)}, people(count))
    wait_until(lambda: len(sent(sipp, 180)) == count, 30, f"{count} telephones ring")
    former = sent(sipp, 180)
    daemon.kill()
    started_at = time.time()
    daemon.start()
    wait_until(lambda: {message.call_id for message in received(sipp, "CANCEL")} >= former, 10, f"{count} CANCELs")
    last = max(message.time for message in received(sipp, "CANCEL")) - started_at
    assert last < 2, f"the last CANCEL came {last:.1f} s after the start"
    return former


def test_telephones_stop_ringing(make_daemon, ports, processes, tmp_path):
    sipp = Sipp(tmp_path, ports.take(2), ringing(tmp_path / "phone.xml", 60_000))
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", sipp.port, Channels=300)], sections=LONG_RING).start()
    former = crash_while_ringing(daemon, sipp, 200)
    cancels_match(sipp)
    # Each 487 is acknowledged, and everybody is called again, marked.
    wait_until(lambda: {message.call_id for message in received(sipp, "ACK")} >= former, 10, "200 ACKs")
    wait_until(lambda: len(sent(sipp, 180)) == 400, 10, "200 telephones ring again")
    daemon.ctl("cancel", "ring")
    assert daemon.watch_to_end("ring", timeout=60)["outcomes"] == {"cancelled": 200}
    rows = {row["call_id"]: row for row in daemon.cdrs()}
    assert len(rows) == 400 and sum(row["redial"] == "1" for row in rows.values()) == 200
    for call_id in former:
        assert (rows[call_id]["recovered"], rows[call_id]["sip_code"], rows[call_id]["q850_cause"]) == ("1", "487", "31")


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_telephones_behind_a_proxy_that_asks_for_credentials_stop_ringing(
        make_daemon, ports, processes, tmp_path, transport):
    sipp = Sipp(tmp_path, ports.take(2), ringing(tmp_path / "phone.xml", 60_000))
    proxy = Kamailio(tmp_path / "proxy", ports.take(2), sipp.port)
    processes += [sipp, proxy]
    password = tmp_path / "password"
    password.write_text("geheim\n")
    password.chmod(0o600)
    daemon = make_daemon(
        [Trunk("alfa", proxy.port, Transport=transport, Username="burgernet", PasswordFile=password)],
        sections=LONG_RING).start()
    # Kamailio passes on the CANCEL of the transaction whose branch it has (RFC 3261 17.2.3), no other.
    crash_while_ringing(daemon, sipp, 20)
    wait_until(lambda: len(sent(sipp, 180)) == 40, 10, "20 telephones ring again")
    daemon.ctl("cancel", "ring")
    assert daemon.watch_to_end("ring", timeout=60)["outcomes"] == {"cancelled": 20}


@pytest.mark.parametrize("when", ["while it was dead", "after the start"])
def test_who_picked_up_hears_the_message_in_that_call_or_another(make_daemon, ports, processes, tmp_path, when):
    """Killed as soon as they ring: the journal does not know the port of each call yet. One that cannot go on is
    acknowledged and ended; the second call, marked, is heard to its end (test_take_over.py has those that go on)."""
    crosses = when == "after the start"
    sipp = Sipp(tmp_path, ports.take(2), ringing(tmp_path / "phone.xml", 4000 if crosses else 1500, crosses=crosses))
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", sipp.port)], sections=LONG_RING).start()
    daemon.submit({"id": "picked-up", "language": "nl", "message": silence(300)}, people(60))
    wait_until(lambda: len(sent(sipp, 180)) == 60, 30, "60 telephones ring")
    former = sent(sipp, 180)
    daemon.kill()
    assert not sent(sipp, 200)
    if not crosses:
        wait_until(lambda: sent(sipp, 200) == former, 10, "60 are picked up")
    daemon.start()
    summary = daemon.watch_to_end("picked-up", timeout=60)
    assert summary["outcomes"] == {"answered": 60}
    invites = sipp.invites()
    for method in ("ACK", "BYE"):
        assert {message.call_id for message in received(sipp, method)} == {invite.call_id for invite in invites}
    rows = daemon.cdrs()
    assert sorted(row["call_id"] for row in rows) == sorted(invite.call_id for invite in invites)
    assert all(row["disposition"] == "ANSWERED" for row in rows)
    for number, _ in people(60):
        first, *others = [row for row in rows if row["callee"] == number]
        assert first["call_id"] in former and (first["recovered"], first["redial"]) == ("1", "0")
        if others:
            assert float(first["billsec"]) == 0
            assert [(row["recovered"], row["redial"], row["heard_percent"]) for row in others] == [("0", "1", "100")]
        else:
            assert first["heard_percent"] == "100"


def test_interrupted_calls_can_be_asked_for_again(make_daemon, ports, processes, tmp_path):
    port = ports.take(2)
    sipp = Sipp(tmp_path, port, "phones.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", port)]).start()
    daemon.submit({"id": "cut", "language": "nl", "message": silence(4000)}, people(5, "+31610"))
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
