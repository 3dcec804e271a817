# SPDX-License-Identifier: GPL-3.0-or-later
"""Stopping: an action within a second, the daemon with its messages finished, at once on a second signal."""
import signal as signals
import socket
import time

from support.daemon import Trunk, silence
from support.process import wait_until
from support.sipp import Sipp


def begin(make_daemon, ports, processes, tmp_path, pause=20000, count=30, **sections):
    port = ports.take(2)
    sipp = Sipp(tmp_path, port, "phones.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", port, CallsPerSecond=20, Channels=300)], sections=sections).start()
    people = [(f"+31610{index:06d}", f"P-{index}") for index in range(count)]
    pieces = silence(pause)
    daemon.submit({"id": "stop", "language": "nl", "message": pieces}, people)
    wait_until(lambda: len([m for m in sipp.messages() if m.method == "ACK"]) >= 5, 30, "five answers")
    return daemon, sipp


def test_cancel_ends_every_call_within_a_second(make_daemon, ports, processes, tmp_path):
    daemon, sipp = begin(make_daemon, ports, processes, tmp_path, count=200)
    before = time.time()
    daemon.ctl("cancel", "stop")
    summary = daemon.watch_to_end("stop", timeout=20)
    assert summary["phase"] == "cancelled"
    wait_until(lambda: daemon.json("status")[-1]["status"]["calls"] == 0, 5, "no call is left")
    messages = sipp.messages()
    assert not [m for m in messages if m.method == "INVITE" and m.time > before + 1]
    acknowledged = {m.call_id for m in messages if m.method == "ACK"}
    byes = {m.call_id: m.time for m in messages if m.method == "BYE"}
    assert acknowledged <= set(byes)
    assert max(byes.values()) < before + 1
    assert len(daemon.cdrs()) == len(sipp.invites())


def test_pause_and_resume(make_daemon, ports, processes, tmp_path):
    daemon, sipp = begin(make_daemon, ports, processes, tmp_path, pause=200, count=60)
    daemon.ctl("pause", "stop")
    paused_at = time.time()
    assert daemon.summary("stop")["phase"] == "paused"
    wait_until(lambda: daemon.json("status")[-1]["status"]["calls"] == 0, 10, "running calls end")
    assert not [m for m in sipp.invites() if m.time > paused_at + 0.5]
    daemon.ctl("resume", "stop")
    assert daemon.watch_to_end("stop", timeout=60)["outcomes"] == {"answered": 60}
    assert len(sipp.invites()) == 60


def test_sigterm_lets_messages_finish_and_a_restart_goes_on(make_daemon, ports, processes, tmp_path):
    daemon, sipp = begin(make_daemon, ports, processes, tmp_path, pause=2000, count=60)
    stopped_at = time.time()
    daemon.process.signal(signals.SIGTERM)
    assert daemon.process.wait(10) == 0
    assert not [m for m in sipp.invites() if m.time > stopped_at + 0.5]
    daemon.start()
    assert daemon.watch_to_end("stop", timeout=60)["outcomes"] == {"answered": 60}
    rows = daemon.cdrs()
    assert not [row for row in rows if row["recovered"] == "1"]
    answered = [row["recipient"] for row in rows if row["disposition"] == "ANSWERED"]
    assert len(answered) == len(set(answered)) == 60


def test_second_signal_ends_at_once(make_daemon, ports, processes, tmp_path):
    daemon, sipp = begin(make_daemon, ports, processes, tmp_path)
    daemon.process.signal(signals.SIGTERM)
    wait_until(lambda: "drain" in daemon.log_text(), 5, "the drain begins")
    daemon.process.signal(signals.SIGTERM)
    before = time.time()
    daemon.process.wait(3)
    assert time.time() - before < 2
    answered = {m.call_id for m in sipp.messages() if m.method == "ACK"}
    assert answered <= {m.call_id for m in sipp.messages() if m.method == "BYE"}
    daemon.start()
    rows = daemon.cdrs()
    assert {row["call_id"] for row in rows} >= answered


def test_who_was_given_up_unheard_is_not_called_any_more(make_daemon, ports, tmp_path):
    """A carrier that hears nothing yet must not be told of calls that are over when it hears again."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as carrier:
        carrier.bind(("127.0.0.1", ports.take(2)))
        daemon = make_daemon([Trunk("alfa", carrier.getsockname()[1], ProbeInterval="0")]).start()
        daemon.submit({"id": "stop", "language": "nl", "message": silence(100)}, [("+31610000001", "P-1")])
        carrier.settimeout(10)
        assert carrier.recv(65536).startswith(b"INVITE ")
        daemon.ctl("cancel", "stop")
        # Nobody is waited for who was never heard of.
        wait_until(lambda: daemon.json("status")[-1]["status"]["calls"] == 0, 1, "the call is over")
        assert daemon.summary("stop")["outcomes"] == {"cancelled": 1}
        until = time.time() + 9
        late = []
        while (left := until - time.time()) > 0:
            carrier.settimeout(left)
            try:
                datagram = carrier.recv(65536)
            except TimeoutError:
                break
            if datagram.startswith(b"INVITE ") and time.time() > until - 8:
                late.append(datagram)
        assert not late


def test_who_answers_after_having_been_given_up_unheard_is_ended(make_daemon, ports, tmp_path):
    """A 200 that crosses the cancel of a call of which nothing had been heard gets its ACK and its BYE."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as carrier:
        carrier.bind(("127.0.0.1", ports.take(2)))
        carrier.settimeout(5)
        daemon = make_daemon([Trunk("alfa", carrier.getsockname()[1], ProbeInterval="0")]).start()
        daemon.submit({"id": "stop", "language": "nl", "message": silence(100)}, [("+31610000001", "P-1")])
        invite, address = carrier.recvfrom(65536)
        daemon.ctl("cancel", "stop")
        wait_until(lambda: daemon.json("status")[-1]["status"]["calls"] == 0, 1, "the call is over")
        head = invite.split(b"\r\n\r\n")[0].split(b"\r\n")
        kept = [line for line in head if line.split(b":")[0] in (b"Via", b"From", b"Call-ID", b"CSeq")]
        to = next(line for line in head if line.startswith(b"To:"))
        sdp = (b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.2\r\nt=0 0\r\n"
               b"m=audio 4000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n")
        own = b"<sip:x@127.0.0.1:%d>" % carrier.getsockname()[1]
        carrier.sendto(b"\r\n".join([b"SIP/2.0 200 OK", *kept, to + b";tag=late", b"Contact: " + own,
                                     b"Content-Type: application/sdp", b"Content-Length: %d" % len(sdp), b"", sdp]), address)
        requests = []
        while b"BYE" not in requests:
            requests.append(carrier.recv(65536).split(b" ")[0])
        assert b"ACK" in requests, requests
    assert [row["attempt"] for row in daemon.cdrs()] == ["1"]
