# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses and requests that the RFCs allow and few phones send: SDP beside other parts, forks, Reason with text."""
import socket
import uuid

import pytest

from support import phone
from support.daemon import Trunk, silence
from support.phone import SDP, multipart, receive, respond
from support.process import wait_until
from support.sipp import Sipp

ISUP = ("application/ISUP;version=itu-t92+\nContent-Disposition: signal;handling=optional", "0110000a030a")
HOLD = "\n".join(f"a=x-filler:{n}" for n in range(600)) + "\n"


def call(make_daemon, ports, processes, directory, steps, milliseconds=100, sections=None):
    """One call to a phone with these steps: its CDR, the far end, and the daemon."""
    port = ports.take(2)
    sipp = Sipp(directory, port, phone.write(directory, *steps))
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", port)], sections=sections).start()
    daemon.submit({"id": "odd", "language": "nl", "message": silence(milliseconds)}, [("+31610000001", "P-1")])
    daemon.watch_to_end("odd", timeout=30)
    rows = daemon.cdrs()
    return rows[0], sipp, daemon


def byes(sipp):
    """BYEs of ours, retransmissions left out."""
    return {message.branch for message in sipp.messages() if not message.sent and message.method == "BYE"}


def nested(depth):
    """An SDP in so many bodies within another one."""
    head, body = multipart(("application/sdp", SDP), boundary=f"b{depth}")
    for level in range(depth - 1, -1, -1):
        head, body = multipart((head.removeprefix("Content-Type: ").strip(), body), boundary=f"b{level}")
    return head, body


@pytest.mark.parametrize("content", [
    multipart(("application/sdp", SDP), ISUP),
    multipart(ISUP, ("application/sdp\nContent-Disposition: session;handling=required", SDP)),
    multipart(("text/plain", "sdp"), ("application/SDP", SDP), kind="alternative"),
    nested(1),
    # An early session of its own (RFC 3959) is another one.
    multipart(("application/sdp\nContent-Disposition: early-session", SDP.replace("audio [media_port]", "audio 9")),
              ("application/sdp", SDP)),
], ids=["mixed", "last", "alternative", "nested", "early-session"])
def test_an_answer_beside_other_parts_is_heard(make_daemon, ports, processes, tmp_path, content):
    head, body = content
    row, sipp, _ = call(make_daemon, ports, processes, tmp_path, [
        respond("180 Ringing"), respond("200 OK", head, body), receive("ACK"), phone.hung_up()])
    assert (row["disposition"], row["own_reason"], row["codec"]) == ("ANSWERED", "requested", "PCMA")
    assert int(row["heard_ms"]) > 0 and int(row["packets_sent"]) > 5
    assert len(byes(sipp)) == 1


def test_an_early_answer_beside_other_parts_holds_for_the_200(make_daemon, ports, processes, tmp_path):
    head, body = multipart(ISUP, ("application/sdp", SDP))
    row, _, _ = call(make_daemon, ports, processes, tmp_path, [
        respond("183 Session Progress", head, body), phone.pause(200), respond("200 OK"), receive("ACK"),
        phone.hung_up()])
    assert (row["disposition"], row["own_reason"]) == ("ANSWERED", "requested") and int(row["packets_sent"]) > 5


@pytest.mark.parametrize("head,body", [
    ("", ""),
    ("Content-Type: application/sdp\n", SDP + HOLD),
    ("Content-Type: application/sdp\n", SDP.replace("RTP/AVP 8", "RTP/AVP 18")),
    multipart(ISUP),
    multipart(("application/sdp", SDP + HOLD), ISUP),
    multipart(*[ISUP] * 12, ("application/sdp", SDP)),
    multipart(("application/octet-stream", "x" * 70 + "\n" + ("y" * 70 + "\n") * 180), ("application/sdp", SDP)),
    nested(4),
], ids=["nothing", "long", "codec", "no-sdp", "long-part", "parts", "size", "depth"])
def test_an_answer_without_media_gets_one_bye(make_daemon, ports, processes, tmp_path, head, body):
    row, sipp, _ = call(make_daemon, ports, processes, tmp_path, [
        respond("200 OK", head, body), receive("ACK"), phone.hung_up(), phone.pause(700)])
    assert (row["disposition"], row["own_reason"], row["codec"]) == ("ANSWERED", "bad-media", "")
    wait_until(lambda: len(byes(sipp)) > 0, 5, "the BYE has come")
    acks = [message for message in sipp.messages() if not message.sent and message.method == "ACK"]
    assert len(acks) == 1
    with pytest.raises(AssertionError):
        wait_until(lambda: len(byes(sipp)) > 1, 1, "a second BYE")


def test_a_late_answer_without_media_gets_one_bye(make_daemon, ports, processes, tmp_path):
    """It crosses our CANCEL."""
    row, sipp, _ = call(make_daemon, ports, processes, tmp_path, [
        respond("180 Ringing"), receive("CANCEL"), phone.accept(), respond("200 OK"), receive("ACK"), phone.hung_up(),
        phone.pause(700)])
    assert (row["disposition"], row["own_reason"]) == ("ANSWERED", "late-answer")
    with pytest.raises(AssertionError):
        wait_until(lambda: len(byes(sipp)) > 1, 1, "a second BYE")


def test_who_answers_a_call_that_was_given_up_is_ours_and_not_called_again(make_daemon, ports, processes, tmp_path):
    """The far end is silent for more than five seconds after the CANCEL, then it answers the INVITE."""
    port = ports.take(2)
    sipp = Sipp(tmp_path, port, phone.write(tmp_path, *[
        respond("180 Ringing"), receive("CANCEL"), phone.pause(6000), respond("200 OK"), receive("ACK"),
        phone.hung_up(), phone.pause(700)]))
    processes.append(sipp)
    # Four minutes are 2.4 seconds.
    daemon = make_daemon([Trunk("alfa", port)], sections={"Retry": {"NoAnswer": "4min 4min"}}).start()
    daemon.submit({"id": "late", "language": "nl", "message": silence(100)}, [("+31610000001", "P-1")])
    assert daemon.watch_to_end("late", timeout=30)["outcomes"] == {"interrupted": 1}
    assert len(sipp.invites()) == 1 and len(byes(sipp)) == 1
    log = daemon.log_text()
    assert "not ours" not in log and log.count("was answered after it had been given up") == 1


def invite(daemon, head, body):
    """An INVITE from the trunk's address to the daemon: the status of its final response."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.bind(("127.0.0.1", 0))
        client.settimeout(5)
        port = client.getsockname()[1]
        body = body.replace("[local_ip]", "127.0.0.1").replace("[media_ip]", "127.0.0.1")
        body = body.replace("[media_port]", "40000").replace("\n", "\r\n")
        head = head.replace("\n", "\r\n")
        client.sendto((
            f"INVITE sip:+31880001122@127.0.0.1:{daemon.sip_port} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{uuid.uuid4().hex}\r\nMax-Forwards: 70\r\n"
            f"From: <sip:+31610000009@127.0.0.1>;tag=x\r\nTo: <sip:+31880001122@127.0.0.1>\r\n"
            f"Call-ID: {uuid.uuid4().hex}\r\nCSeq: 1 INVITE\r\nContact: <sip:127.0.0.1:{port}>\r\n{head}"
            f"Content-Length: {len(body)}\r\n\r\n{body}").encode(), ("127.0.0.1", daemon.sip_port))
        while True:
            status = int(client.recv(65536).split(b" ")[1])
            if status >= 200:
                return status


def test_the_bounds_hold_for_requests_too(make_daemon, ports, processes, tmp_path):
    """A citizen who calls back is told 480, once the offer could be understood."""
    daemon = make_daemon([Trunk("alfa", ports.take(2), AcceptIncoming="yes")]).start()
    wait_until(lambda: invite(daemon, "Content-Type: application/sdp\n", SDP) == 480, 5, "the trunk is known")
    assert invite(daemon, *multipart(("application/sdp", SDP), ISUP)) == 480
    assert invite(daemon, *multipart(ISUP)) == 480  # no offer: we would make one
    assert invite(daemon, *multipart(("application/sdp", SDP.replace("RTP/AVP 8", "RTP/AVP 18")), ISUP)) == 488
    assert invite(daemon, "Content-Type: application/sdp\n", SDP + HOLD) == 413
    assert invite(daemon, *multipart(("application/sdp", SDP + HOLD), ISUP)) == 413
    assert invite(daemon, *multipart(*[ISUP] * 12, ("application/sdp", SDP))) == 413
    assert invite(daemon, *nested(4)) == 413


def test_an_offer_beside_other_parts_within_a_call(make_daemon, ports, processes, tmp_path):
    good, long = multipart(("application/sdp", SDP), ISUP), multipart(("application/sdp", SDP + HOLD), ISUP)
    row, sipp, _ = call(make_daemon, ports, processes, tmp_path, [
        respond("200 OK", "Content-Type: application/sdp\n", SDP), receive("ACK"),
        phone.request("INVITE", 1, *good), receive(response="200"), phone.request("ACK", 1),
        phone.request("INVITE", 2, *long), receive(response="413"), phone.request("ACK", 2), phone.hung_up()],
        milliseconds=1500)
    assert (row["disposition"], row["own_reason"]) == ("ANSWERED", "requested") and int(row["packets_sent"]) > 50
    answers = {(message.cseq, message.status) for message in sipp.messages() if not message.sent and message.status}
    assert answers == {("1 INVITE", 200), ("2 INVITE", 413)}


def test_a_fork_of_our_own_call_is_ended_and_known_as_ours(make_daemon, ports, processes, tmp_path):
    """Two telephones behind one number are picked up: one hears the message, the other one is hung up on."""
    sdp = "Content-Type: application/sdp\n"
    row, sipp, daemon = call(make_daemon, ports, processes, tmp_path, [
        respond("200 OK", sdp, SDP, tag="a"), receive("ACK"), phone.pause(200),
        respond("200 OK", sdp, SDP, tag="b"), receive("ACK"), phone.hung_up(), phone.hung_up(),
        # A third one, when the call is over.
        respond("200 OK", sdp, SDP, tag="c"), receive("ACK"), phone.hung_up()], milliseconds=1500)
    assert (row["disposition"], row["own_reason"]) == ("ANSWERED", "requested") and int(row["packets_sent"]) > 50
    wait_until(lambda: len(byes(sipp)) == 3, 5, "all three are ended")
    log = daemon.log_text()
    assert "not ours" not in log and log.count("a second telephone answered attempt") == 2
    assert len(sipp.invites()) == 1


@pytest.mark.parametrize("reason,cause", [
    ("Q.850;cause=16;text=\"Normal\"", 16),
    ("SIP;cause=480;text=\"see Q.850;cause=17\", Q.850;cause=18", 18),
    ("SIP;cause=480;text=\"Q.850;cause=17\"", None),
    ("SIP ;cause=480 ;text=\"a \\\", Q.850;cause=17\" , q.850 ; text=\"cause=3\" ; cause = 27", 27),
    ("Q.850;text=\"cause=3\"", None),
    ("X-Q.850;cause=3, Q.850.1;cause=4", None),
    ("Q.850;cause=0, Q.850;cause=128, Q.850;cause=1", 1),
    ("Q.850;x-cause=3;cause=19", 19),
    (f"SIP;cause=480;text=\"{'x' * 300}\",Q.850;cause=21", 21),
    ("Q.850;cause=17, \"", 17),
    ("Q.850;cause=\"17", None),
])
def test_the_cause_is_read_by_the_grammar_of_reason(make_daemon, ports, processes, tmp_path, reason, cause):
    """RFC 3326: several values between commas, quoted text among them. Without any, the cause of a 480 is 18."""
    row, _, _ = call(make_daemon, ports, processes, tmp_path, [
        respond("480 Temporarily Unavailable", f"Reason: {reason}\n"), receive("ACK")],
        sections={"Retry": {"NoAnswer": ""}})
    assert row["q850_cause"] == str(cause or 18)
