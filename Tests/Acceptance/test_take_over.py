# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 while telephones ring: whoever picks up meanwhile hears the message in that same call, from its start."""
import re
import socket
import time

import pytest

from support.daemon import Trunk, action, silence
from support.kamailio import Kamailio
from support.phone import SDP, invite_again, pause, receive, request
from support.process import wait_until
from support.ringing import ringing
from support.sipp import Sipp
from support.softphone import Softphone, correlation, read_wav

LONG_RING = {"Call": {"RingTimeout": "60s"}}
# The journal has the ports of INVITEs that left so long ago.
SIGN_OF_LIFE = 1.5
TEXT = "Hier volgt een oproep voor Burgernet. Wilt u uitkijken naar een jongen van zes jaar met een rode jas?"


def people(count):
    return [(f"+31610{index:06d}", f"P-{index}") for index in range(count)]


def sent(sipp, status):
    """Call-IDs of the INVITEs that SIPp has answered so."""
    return {
        message.call_id for message in sipp.messages()
        if message.sent and message.status == status and "INVITE" in message.cseq
    }


def received(sipp, method):
    return [message for message in sipp.messages() if not message.sent and message.method == method]


def calls(sipp, method):
    return {message.call_id for message in received(sipp, method)}


def kill_while_they_ring(daemon, sipp, count, milliseconds=300):
    """Call-IDs of as many telephones, which have rung long enough to be known."""
    daemon.submit({"id": "ring", "language": "nl", "message": silence(milliseconds)}, people(count))
    wait_until(lambda: len(sent(sipp, 180)) == count, 30, f"{count} telephones ring")
    time.sleep(SIGN_OF_LIFE)
    daemon.kill()
    assert not sent(sipp, 200)
    return sent(sipp, 180)


def taken_over(row):
    return (row["recovered"], row["redial"], row["disposition"], row["heard_percent"]) == ("1", "0", "ANSWERED", "100")


def test_who_picks_up_meanwhile_hears_the_message_from_its_start(make_daemon, ports, processes, tmp_path):
    phone = Softphone(tmp_path / "phone", ports, answers="manual")
    processes.append(phone)
    daemon = make_daemon([Trunk("alfa", phone.port)], sections=LONG_RING).start()
    daemon.submit({**action("heard", TEXT), "keys": {"2": "confirm"}}, [("0612345678", "P-1")])
    wait_until(lambda: "Incoming call" in phone.text(), 20, "the telephone rings")
    time.sleep(SIGN_OF_LIFE)
    daemon.kill()
    picked_up = time.time()
    phone.pick_up()
    time.sleep(0.5)
    assert "Call established" not in phone.text()
    daemon.start()
    wait_until(lambda: "Call established" in phone.text(), 10, "the call goes on")
    began = time.time()
    phone.press("2")
    assert daemon.watch_to_end("heard", timeout=60)["outcomes"] == {"confirmed": 1}
    length = time.time() - began
    (row,) = daemon.cdrs()
    assert taken_over(row) and row["keys"] == "2" and row["hangup_by"] == "gateway"
    assert picked_up - began + length - 1 < float(row["billsec"]) < length + 1
    rendered = tmp_path / "rendered.wav"
    daemon.ctl("prompt", "render", "--message", daemon.directory / "submissions" / "heard.json", "--output", rendered)
    wait_until(lambda: len(list(phone.recordings.glob("*-dec.wav"))) == 1, 5, "the recording is there")
    value, shift = correlation(read_wav(rendered), phone.heard())
    assert value >= 0.99 and shift >= 0, (value, shift)


@pytest.mark.parametrize("when", ["while it was dead", "after the start"])
def test_all_who_pick_up_are_taken_over(make_daemon, ports, processes, tmp_path, when):
    """One record for each, and nobody is called again."""
    crosses = when == "after the start"
    sipp = Sipp(tmp_path, ports.take(2), ringing(tmp_path / "phone.xml", 20_000 if crosses else 3500, crosses=crosses))
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", sipp.port)], sections=LONG_RING).start()
    former = kill_while_they_ring(daemon, sipp, 60)
    if not crosses:
        wait_until(lambda: sent(sipp, 200) == former, 10, "60 are picked up")
    daemon.start()
    assert daemon.watch_to_end("ring", timeout=60)["outcomes"] == {"answered": 60}
    assert {invite.call_id for invite in sipp.invites()} == former and len(sipp.invites()) == 60
    rows = daemon.cdrs()
    assert len(rows) == 60 and all(taken_over(row) and row["hangup_by"] == "gateway" for row in rows)
    for row in rows:
        assert float(row["billsec"]) > 0.3 and row["end"] > row["answer"] > row["ringing"] >= row["start"], row
    wait_until(lambda: calls(sipp, "BYE") == former, 5, "60 BYEs")
    # A 200 that came again is acknowledged again; there is one BYE (its CSeq is the second), whatever is sent again.
    for message in received(sipp, "ACK") + received(sipp, "BYE"):
        assert message.cseq == ("1 ACK" if message.method == "ACK" else "2 BYE")


def test_within_two_seconds_all_have_stopped_ringing_or_hear_the_message(make_daemon, ports, processes, tmp_path):
    rings = Sipp(tmp_path, ports.take(2), ringing(tmp_path / "rings.xml", 60_000), name="rings")
    answers = Sipp(tmp_path, ports.take(2), ringing(tmp_path / "answers.xml", 4000), name="answers")
    processes += [rings, answers]
    daemon = make_daemon(
        [Trunk("alfa", rings.port), Trunk("bravo", answers.port)],
        sections=LONG_RING).start()
    daemon.submit({"id": "ring", "language": "nl", "message": silence(300)}, people(200))
    wait_until(lambda: len(sent(rings, 180) | sent(answers, 180)) == 200, 30, "200 telephones ring")
    time.sleep(SIGN_OF_LIFE)
    daemon.kill()
    former, answered = sent(rings, 180), sent(answers, 180)
    assert min(len(former), len(answered)) > 80 and not sent(answers, 200)
    wait_until(lambda: sent(answers, 200) == answered, 10, "half of them are picked up")
    started = time.time()
    daemon.start()
    wait_until(lambda: calls(rings, "CANCEL") >= former and calls(answers, "ACK") >= answered, 10, "all have ended or hear")
    for messages in (received(rings, "CANCEL"), received(answers, "ACK")):
        first = {}
        for message in messages:
            first.setdefault(message.call_id, message.time)
        assert max(first.values()) - started < 2
    wait_until(lambda: daemon.summary("ring")["outcomes"].get("answered", 0) >= len(answered), 20, "they have heard it")
    daemon.ctl("cancel", "ring")
    rows = {row["call_id"]: row for row in daemon.cdrs()}
    for call_id in answered:
        row = rows[call_id]
        assert taken_over(row), "|".join(row[key] for key in ("recovered", "redial", "disposition", "heard_percent", "heard_ms", "hangup_by", "own_reason", "billsec", "packets_sent"))
    assert all((rows[call_id]["recovered"], rows[call_id]["sip_code"]) == ("1", "487") for call_id in former)


def test_behind_a_proxy_that_records_its_route(make_daemon, ports, processes, tmp_path):
    """Over UDP: of a TCP connection that is gone Kamailio knows no other way back than the caller's former port."""
    sipp = Sipp(tmp_path, ports.take(2), ringing(tmp_path / "phone.xml", 3500, is_routed=True))
    proxy = Kamailio(tmp_path / "proxy", ports.take(2), sipp.port)
    processes += [sipp, proxy]
    password = tmp_path / "password"
    password.write_text("geheim\n")
    password.chmod(0o600)
    daemon = make_daemon(
        [Trunk("alfa", proxy.port, Username="burgernet", PasswordFile=password)], sections=LONG_RING).start()
    former = kill_while_they_ring(daemon, sipp, 20)
    wait_until(lambda: sent(sipp, 200) == former, 10, "20 are picked up")
    daemon.start()
    assert daemon.watch_to_end("ring", timeout=60)["outcomes"] == {"answered": 20}
    assert len(sipp.invites()) == 20 and all(taken_over(row) for row in daemon.cdrs()) and len(daemon.cdrs()) == 20
    wait_until(lambda: calls(sipp, "BYE") == former, 5, "20 BYEs")
    # They came by the route set, and one after the INVITE that had the credentials.
    assert {message.cseq for message in received(sipp, "ACK")} == {"2 ACK"}
    assert {message.cseq for message in received(sipp, "BYE")} == {"3 BYE"}
    assert all(len(re.findall("^Via:", message.text, re.M)) == 2 for message in received(sipp, "BYE"))


def test_a_port_that_another_program_has_taken_makes_a_second_call(make_daemon, ports, processes, tmp_path):
    sipp = Sipp(tmp_path, ports.take(2), ringing(tmp_path / "phone.xml", 3500))
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", sipp.port)], sections=LONG_RING).start()
    former = kill_while_they_ring(daemon, sipp, 10)
    offered = {message.call_id: int(re.search(r"m=audio (\d+)", message.text).group(1)) for message in sipp.invites()}
    taken = dict(list(offered.items())[:5])
    sockets = []
    for port in taken.values():
        sockets.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        sockets[-1].bind(("127.0.0.1", port))
    wait_until(lambda: sent(sipp, 200) == former, 10, "10 are picked up")
    daemon.start()
    assert daemon.watch_to_end("ring", timeout=60)["outcomes"] == {"answered": 10}
    assert len(sipp.invites()) == 15
    rows = {row["call_id"]: row for row in daemon.cdrs()}
    assert len(rows) == 15
    for call_id in former:
        if call_id not in taken:
            assert taken_over(rows[call_id])
        else:
            row = rows[call_id]
            assert (row["recovered"], row["redial"], row["disposition"]) == ("1", "0", "ANSWERED")
            assert (row["packets_sent"], float(row["billsec"])) == ("0", 0)
    assert all(
        (row["recovered"], row["redial"], row["heard_percent"]) == ("0", "1", "100")
        for call_id, row in rows.items() if call_id not in former)
    for one in sockets:
        one.close()


def test_a_second_crash_in_such_a_call_makes_no_other_and_loses_no_bill(make_daemon, ports, processes, tmp_path):
    sipp = Sipp(tmp_path, ports.take(2), ringing(tmp_path / "phone.xml", 3500))
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", sipp.port)], sections=LONG_RING).start()
    former = kill_while_they_ring(daemon, sipp, 10, milliseconds=20_000)
    wait_until(lambda: sent(sipp, 200) == former, 10, "10 are picked up")
    daemon.start()
    wait_until(lambda: calls(sipp, "ACK") == former, 10, "10 hear the message")
    time.sleep(3)
    assert daemon.json("status")[-1]["status"]["calls"] == 10
    daemon.kill()
    assert not received(sipp, "BYE")
    daemon.start()
    assert daemon.watch_to_end("ring", timeout=60)["outcomes"] == {"interrupted": 10}
    assert len(sipp.invites()) == 10 and calls(sipp, "BYE") == former
    rows = daemon.cdrs()
    assert len(rows) == 10 and {row["call_id"] for row in rows} == former
    for row in rows:
        assert (row["recovered"], row["disposition"], row["own_reason"]) == ("1", "ANSWERED", "crash")
        assert 1 < float(row["billsec"]) < 4


def test_the_far_end_speaks_in_such_a_call(make_daemon, ports, processes, tmp_path):
    """OPTIONS, a re-INVITE and a BYE of the telephone."""
    options = request("OPTIONS", 1, tag="SIPp") + receive(response=200)
    again = invite_again(SDP, sequence=2, tag="SIPp")
    hangs_up = pause(1000) + request("BYE", 3, tag="SIPp") + receive(response=200)
    sipp = Sipp(tmp_path, ports.take(2), ringing(tmp_path / "phone.xml", 3500, talk=options + again + hangs_up))
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", sipp.port)], sections=LONG_RING).start()
    former = kill_while_they_ring(daemon, sipp, 5, milliseconds=10_000)
    wait_until(lambda: sent(sipp, 200) == former, 10, "5 are picked up")
    daemon.start()
    assert daemon.watch_to_end("ring", timeout=60)["outcomes"] == {"answered": 5}
    assert len(sipp.invites()) == 5 and not received(sipp, "BYE")
    for method in ("OPTIONS", "INVITE", "BYE"):
        answers = [one for one in sipp.messages() if not one.sent and one.status == 200 and method in one.cseq]
        assert {one.call_id for one in answers} == former
    for row in daemon.cdrs():
        assert (row["recovered"], row["hangup_by"], row["disposition"]) == ("1", "callee", "ANSWERED")
        assert 1 < float(row["billsec"]) < 3 and 0 < int(row["heard_percent"]) < 100
