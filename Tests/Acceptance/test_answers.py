# SPDX-License-Identifier: GPL-3.0-or-later
"""What far ends make of a call that they answered: holds, lengths of packets, keys, Contacts."""
import socket
import struct
import threading

import pytest

from support.daemon import Trunk, silence
from support.phone import SDP, answering, invite_again, pause
from support.sipp import Sipp

NUMBER = [("+31610000001", "P-1")]


def call(make_daemon, ports, processes, tmp_path, scenario, message=silence(1500), keys=None, trunk=None, **sections):
    """One call to a phone of this scenario: its record, the outcomes, the phone and the daemon."""
    sipp = Sipp(tmp_path, ports.take(2), scenario)
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", sipp.port, **(trunk or {}))], sections=sections).start()
    action = {"id": "one", "language": "nl", "message": message}
    if keys:
        action["keys"] = keys
    daemon.submit(action, NUMBER)
    outcomes = daemon.watch_to_end("one", timeout=30)["outcomes"]
    (row,) = daemon.cdrs()
    return row, outcomes, sipp, daemon


def methods(sipp):
    return [message.method for message in sipp.messages() if not message.sent and message.method]


# ----------------------------------------------------------------------- holds

HOLDS = {
    "inactive": SDP + "a=inactive\n",
    "sendonly": SDP + "a=sendonly\n",
    "as RFC 2543 did it": SDP.replace("c=IN IP4 [media_ip]", "c=IN IP4 0.0.0.0"),
}


@pytest.mark.parametrize("hold", HOLDS)
def test_an_answer_that_holds_ends_after_a_time(make_daemon, ports, processes, tmp_path, hold):
    row, outcomes, sipp, daemon = call(
        make_daemon, ports, processes, tmp_path, answering(tmp_path, sdp=HOLDS[hold]),
        Call={"HoldTimeout": "1s"})
    assert outcomes == {"interrupted": 1}
    assert (row["own_reason"], row["hangup_by"], row["disposition"]) == ("held", "gateway", "ANSWERED")
    assert row["heard_ms"] == "0" and 0.9 < float(row["billsec"]) < 2
    assert methods(sipp).count("BYE") == 1 and len(sipp.invites()) == 1
    # Nobody is called again who answered, unless the operator wants it.
    daemon.ctl("retry", "one", "--interrupted")


@pytest.mark.parametrize("hold", HOLDS)
def test_a_hold_that_is_never_resumed_ends_too(make_daemon, ports, processes, tmp_path, hold):
    scenario = answering(tmp_path, after=pause(300) + invite_again(HOLDS[hold]))
    row, outcomes, _, _ = call(
        make_daemon, ports, processes, tmp_path, scenario, message=silence(5000), Call={"HoldTimeout": "1s"})
    assert outcomes == {"interrupted": 1}
    assert row["own_reason"] == "held" and 1.2 < float(row["billsec"]) < 2.5
    assert 100 < int(row["heard_ms"]) < 1000


@pytest.mark.parametrize("hold", HOLDS)
def test_the_message_goes_on_after_a_hold(make_daemon, ports, processes, tmp_path, hold):
    scenario = answering(
        tmp_path, after=pause(300) + invite_again(HOLDS[hold]) + pause(700) + invite_again(SDP, 2))
    row, outcomes, _, _ = call(
        make_daemon, ports, processes, tmp_path, scenario, Call={"HoldTimeout": "1500ms"})
    assert outcomes == {"answered": 1}
    assert row["own_reason"] == "requested" and row["heard_ms"] == row["prompt_ms"]
    assert float(row["billsec"]) > int(row["prompt_ms"]) / 1000 + 0.6


# ------------------------------------------------------------ lengths of packets

def test_a_far_end_that_takes_shorter_packets_only_is_refused(make_daemon, ports, processes, tmp_path):
    row, outcomes, sipp, _ = call(
        make_daemon, ports, processes, tmp_path, answering(tmp_path, sdp=SDP + "a=maxptime:10\n"))
    assert outcomes == {"interrupted": 1}
    assert (row["own_reason"], row["packets_sent"]) == ("bad-media", "0")
    assert methods(sipp).count("BYE") >= 1


def test_packets_of_20_ms_are_sent_to_who_takes_them(make_daemon, ports, processes, tmp_path):
    sdp = SDP + "a=ptime:10\na=maxptime:20\n"
    _, outcomes, _, _ = call(make_daemon, ports, processes, tmp_path, answering(tmp_path, sdp=sdp))
    assert outcomes == {"answered": 1}


def test_a_call_goes_on_when_shorter_packets_were_asked_for_later(make_daemon, ports, processes, tmp_path):
    after = pause(300) + invite_again(SDP + "a=maxptime:10\n", status=488)
    row, outcomes, _, _ = call(make_daemon, ports, processes, tmp_path, answering(tmp_path, after=after))
    assert outcomes == {"answered": 1} and row["heard_ms"] == row["prompt_ms"]


# ------------------------------------------------------------------------- keys

class Handset:
    """A telephone's audio: takes RTP, and sends packets of one key press after the first that it got."""

    def __init__(self, port, packets):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", port))
        self._socket.settimeout(20)
        self._packets = packets
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        _, sender = self._socket.recvfrom(2048)
        for packet in self._packets:
            self._socket.recvfrom(2048)  # every 20 ms
            self._socket.sendto(packet, sender)

    def close(self):
        self._thread.join(timeout=20)
        self._socket.close()


def press(payload_type, key=2, own_timestamps=False):
    """Packets of one key press (RFC 4733); own_timestamps: each end packet has another one, as some gateways do."""
    packets = []
    for step in range(1, 9):
        end = step > 5
        duration = 160 * min(step, 6)
        timestamp = 80_000 + (160 * step if own_timestamps and end else 0)
        packets.append(
            struct.pack("!BBHII", 0x80, payload_type | (0x80 if step == 1 else 0), 100 + step, timestamp, 0x1234)
            + struct.pack("!BBH", key, 0x80 if end else 0, duration))
    return packets


KEYS = {
    "by the payload type of the answer": (96, 96, False),
    "by the payload type of the offer": (96, 101, False),
    "by the payload type of the offer, which the answer left out": (None, 101, False),
    "with a timestamp for each end": (101, 101, True),
}


@pytest.mark.parametrize("case", KEYS)
def test_a_key_is_heard(make_daemon, ports, processes, tmp_path, case):
    named, used, own_timestamps = KEYS[case]
    port = ports.take(2)
    handset = Handset(port, press(used, own_timestamps=own_timestamps))
    sdp = SDP.replace("[media_port]", str(port)).replace("[media_ip]", "127.0.0.1")
    lines = [line for line in sdp.splitlines() if "101" not in line or line.startswith("m=")]
    sdp = "\n".join(lines).replace(" 8 101", f" 8 {named}" if named else " 8") + "\n"
    if named:
        sdp += f"a=rtpmap:{named} telephone-event/8000\n"
    row, outcomes, _, _ = call(
        make_daemon, ports, processes, tmp_path, answering(tmp_path, sdp=sdp), keys={"2": "confirm"})
    handset.close()
    assert outcomes == {"confirmed": 1} and row["keys"] == "2"


# ---------------------------------------------------------- nobody behind the audio

@pytest.mark.parametrize("address,transport", [("127.0.0.1", "RTP/AVP"), ("239.1.2.3", "RTP/AVP"), ("127.0.0.2", "RTP/SAVP")])
def test_an_answer_that_no_person_can_be_behind_is_refused(make_daemon, ports, processes, tmp_path, address, transport):
    """To this machine although the call went elsewhere, to a group of listeners, encrypted with keys that nobody named."""
    sdp = SDP.replace("IN IP4 [media_ip]", f"IN IP4 {address}").replace("RTP/AVP", transport)
    # The system takes what goes to 0.0.0.0 to this machine; for the gateway it is an address like any other.
    host = "0.0.0.0" if transport == "RTP/AVP" else "127.0.0.1"
    row, outcomes, sipp, _ = call(
        make_daemon, ports, processes, tmp_path, answering(tmp_path, sdp=sdp), trunk={"Host": host})
    assert outcomes != {"answered": 1}
    assert (row["own_reason"], row["heard_ms"], row["packets_sent"]) == ("bad-media", "0", "0")
    assert len(sipp.invites()) == 1 and methods(sipp).count("BYE") == 1


@pytest.mark.parametrize("types", ["101", "96"])
def test_a_payload_type_of_keys_that_has_no_rtpmap_ends_no_call(make_daemon, ports, processes, tmp_path, types):
    lines = [line for line in SDP.splitlines() if not line.startswith(("a=rtpmap:101", "a=fmtp"))]
    sdp = "\n".join(lines).replace(" 8 101", f" 8 {types}") + "\n"
    row, outcomes, _, _ = call(
        make_daemon, ports, processes, tmp_path, answering(tmp_path, sdp=sdp), message=silence(300))
    assert outcomes == {"answered": 1} and row["heard_percent"] == "100"


# --------------------------------------------------------------------- Contacts

def test_with_contact_rewrite_requests_go_to_where_the_answer_came_from(make_daemon, ports, processes, tmp_path):
    # Nobody listens there.
    contact = f"<sip:burger@127.0.0.1:{ports.take(2)}>"
    row, outcomes, sipp, daemon = call(
        make_daemon, ports, processes, tmp_path, answering(tmp_path, contact=contact),
        message=silence(100), trunk={"Contact": "rewrite"})
    assert outcomes == {"answered": 1} and row["hangup_by"] == "gateway"
    received = methods(sipp)
    assert received.count("ACK") == 1 and received.count("BYE") == 1
    assert "Contact" not in daemon.log_text()


def test_a_contact_that_is_hardly_reached_is_told_once(make_daemon, ports, processes, tmp_path):
    # A bracket would begin a keyword of SIPp's.
    contact = r"<sip:burger@\x5b2001:db8::1]:5060>"
    sipp = Sipp(tmp_path, ports.take(2), answering(tmp_path, contact=contact))
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", sipp.port)]).start()
    daemon.submit({"id": "two", "language": "nl", "message": silence(100)}, NUMBER + [("+31610000002", "P-2")])
    daemon.watch_to_end("two", timeout=30)
    (trunk,) = [reply["trunk"] for reply in daemon.json("trunks") if "trunk" in reply]
    assert trunk["up"] and "2001:db8::1, of another address family" in trunk["contact-warning"]
    assert "2001:db8::1" in daemon.ctl("trunks")
    assert daemon.log_text().count("2001:db8::1") == 1
