# SPDX-License-Identifier: GPL-3.0-or-later
"""SIPp as a carrier with trouble: numbers that it always refuses, so many channels or calls a second, an outage.

SIPp runs a call's commands up to the next message without another call in between, so that its global variables count
exactly: what is inside, what was taken in this second of the clock, and when the outage ends."""
from dataclasses import dataclass
from textwrap import indent
from xml.sax.saxutils import quoteattr

from . import phone
from .sipp import Sipp

# Seconds from the INVITE to the 200, and from the ACK to the citizen's BYE.
RING, TALK = 1.0, 4.7

HEADERS = indent(phone.of_last(";tag=[pid]SIPp[call_number]"), " " * 6)
CONTACT = "      Contact: <sip:[local_ip]:[local_port];transport=[transport]>\n"
SDP = indent(phone.SDP, " " * 6)


@dataclass(frozen=True)
class Network:
    """What a carrier does to those who call through it. Whom nothing of this concerns is put through."""
    # Who is always refused, and how: the status line without its version, and further header lines.
    refused: frozenset = frozenset()
    answer: str = "503 Service Unavailable"
    headers: tuple = ()
    # What there is room for; 503 beyond.
    channels: int | None = None
    per_second: int | None = None
    # Everybody gets 503 for so many seconds from the first INVITE on.
    outage: float = 0


class Carrier(Sipp):
    """A network on a port of its own."""

    def __init__(self, directory, port, network, name="carrier"):
        directory.mkdir(parents=True, exist_ok=True)
        file = directory / f"{name}.xml"
        file.write_text(scenario(network))
        super().__init__(directory, port, str(file), name=name)

    def reached(self):
        """When the ACK to the 200 of each number came, by number."""
        numbers, answered, times = {}, set(), {}
        for message in self.messages():
            if message.method == "INVITE":
                numbers.setdefault(message.call_id, message.number)
            elif message.status == 200 and message.cseq.endswith("INVITE"):
                answered.add(message.call_id)
            elif message.method == "ACK" and message.call_id in answered:
                times.setdefault(numbers[message.call_id], message.time)
        return times

    def refusals(self):
        """Number of calls that ended with a final response other than 200."""
        return len({message.call_id for message in self.messages()
                    if message.sent and (message.status or 0) >= 300 and message.cseq.endswith("INVITE")})


def scenario(network):
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<scenario name="carrier">
  <Global variables="inside,second,taken,well"/>
  <recv request="INVITE" crlf="true">
    <action>
      <ereg regexp={quoteattr(_pattern(network.refused))} search_in="msg" check_it="false" assign_to="refused"/>
      <ereg regexp="sip:[^&gt;]*" search_in="hdr" header="Contact:" check_it="true" assign_to="contact"/>
      <ereg regexp="[^ ].*" search_in="hdr" header="From:" check_it="true" assign_to="from"/>
      <ereg regexp="[^ ].*" search_in="hdr" header="To:" check_it="true" assign_to="to"/>
      <gettimeofday assign_to="now,micros"/>
      <assign assign_to="fraction" variable="micros"/>
      <divide assign_to="fraction" value="1000000"/>
      <assign assign_to="clock" variable="now"/>
      <add assign_to="clock" variable="fraction"/>
    </action>
  </recv>
{_outage(network.outage)}{_pace(network.per_second)}{_channels(network.channels)}\
  <nop next="refuse" test="refused"/>
  <nop>
    <action>
      <add assign_to="inside" value="1"/>
      <add assign_to="taken" value="1"/>
    </action>
  </nop>
{_send("180 Ringing", CONTACT)}\
  <recv request="CANCEL" timeout="{RING * 1000:.0f}" ontimeout="answer"/>
{_send("200 OK")}\
  <nop next="over"/>
  <label id="answer"/>
{_send("200 OK", CONTACT + "      Content-Type: application/sdp" + chr(10), body=SDP, retransmitted=True)}\
  <recv request="ACK" crlf="true" timeout="32000" ontimeout="over"/>
  <recv request="BYE" timeout="{TALK * 1000:.0f}" ontimeout="hang-up"/>
{_send("200 OK")}\
  <nop next="over"/>
  <label id="hang-up"/>
  <nop><action><add assign_to="inside" value="-1"/></action></nop>
  <send retrans="500">
    <![CDATA[
      BYE [$contact] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      Max-Forwards: 70
      From: [$to];tag=[pid]SIPp[call_number]
      To: [$from]
      Call-ID: [call_id]
      CSeq: 1 BYE
      Content-Length: 0

    ]]>
  </send>
  <recv response="200" next="end"/>
  <label id="over"/>
  <nop next="end"><action><add assign_to="inside" value="-1"/></action></nop>
  <label id="no-room"/>
{_send("503 No Room", retransmitted=True)}\
  <recv request="ACK" crlf="true" next="end"/>
  <label id="refuse"/>
{_send(network.answer, "".join(f"      {line}{chr(10)}" for line in network.headers), retransmitted=True)}\
  <recv request="ACK" crlf="true" next="end"/>
  <label id="end"/>
  <nop/>
  <Reference variables="inside,second,taken,well,clock,micros"/>
</scenario>
"""


def _pattern(numbers):
    """Of the INVITEs to these numbers; without any, of none."""
    digits = "|".join(sorted(number.lstrip("+") for number in numbers))
    return f"INVITE sip:.?({digits or 'nobody'})@"


def _send(status, headers="", body="", retransmitted=False):
    length = "[len]" if body else "0"
    return f"""  <send{' retrans="500"' if retransmitted else ''}>
    <![CDATA[
      SIP/2.0 {status}
{HEADERS}{headers}      Content-Length: {length}

{body}
    ]]>
  </send>
"""


def _outage(seconds):
    return f"""  <nop><action><test assign_to="first" variable="well" compare="equal" value="0"/></action></nop>
  <nop next="first" test="first"/>
  <nop next="outage"/>
  <label id="first"/>
  <nop><action><assign assign_to="well" variable="clock"/><add assign_to="well" value="{seconds}"/></action></nop>
  <label id="outage"/>
  <nop><action><test assign_to="ill" variable="clock" compare="less_than" variable2="well"/></action></nop>
  <nop next="no-room" test="ill"/>
""" if seconds else ""


def _pace(per_second):
    return f"""  <nop><action><test assign_to="same" variable="second" compare="equal" variable2="now"/></action></nop>
  <nop next="counted" test="same"/>
  <nop><action><assign assign_to="second" variable="now"/><assign assign_to="taken" value="0"/></action></nop>
  <label id="counted"/>
  <nop><action><test assign_to="fast" variable="taken" compare="greater_than_equal" value="{per_second}"/></action></nop>
  <nop next="no-room" test="fast"/>
""" if per_second else ""


def _channels(count):
    return f"""  <nop><action><test assign_to="full" variable="inside" compare="greater_than_equal" value="{count}"/></action></nop>
  <nop next="no-room" test="full"/>
""" if count else ""
