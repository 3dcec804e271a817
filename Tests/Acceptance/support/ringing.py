# SPDX-License-Identifier: GPL-3.0-or-later
"""A SIPp phone that rings until it is picked up or cancelled, whichever comes first."""
from pathlib import Path

from .phone import SDP, of_last, send


def _send(status, again="", headers="", body="", following="", is_routed=False):
    """The response to the last request, or with `again` to the INVITE."""
    second = "Via: [$via2]\n" if is_routed else ""
    head = (f"Via: [$via]\n{second}From: [$from]\nTo: [$to];tag=[pid]SIPp[call_number]\n[last_Call-ID:]\nCSeq: [$cseq] INVITE\n"
            if again else of_last())
    return send(
        f"SIP/2.0 {status}\n{head}{headers}Content-Length: {'[len]' if body else '0'}\n\n{body}",
        retransmitted=again and not status.startswith("1"), following=following)


def ringing(path, milliseconds, crosses=False, is_routed=False, talk=None):
    """Rings so long, then it is picked up, and the 200 comes until it is acknowledged (RFC 3261 13.3.1.4). A CANCEL
    before ends it with 487, or with `crosses` comes too late: it was being picked up. One after it is answered with 481.
    `is_routed`: behind a proxy that records its route. `talk`: steps between the ACK and the end, in place of our BYE."""
    read_more = (
        '      <ereg regexp="[^ ].*" search_in="hdr" header="Record-Route:" check_it="true" assign_to="route"/>\n'
        # The proxy's is the first, ours the second.
        '      <ereg regexp="[^ ].*" search_in="hdr" header="Via:" occurrence="2" check_it="true" assign_to="via2"/>\n'
        if is_routed else "")
    route = "Record-Route: [$route]\n" if is_routed else ""
    answer = _send(
        "200 OK", again="INVITE", body=SDP, is_routed=is_routed,
        headers=route + "Contact: <sip:[local_ip]:[local_port];transport=[transport]>\nContent-Type: application/sdp\n")
    hung_up = f"""  <recv request="CANCEL" optional="true" next="5"/>
  <recv request="BYE" next="6"/>
  <label id="5"/>
{_send("481 Call/Transaction Does Not Exist", following=' next="4"')}
  <label id="6"/>
{_send("200 OK")}"""
    cancelled = _send("487 Request Terminated", again="INVITE") + '  <recv request="ACK" next="9"/>\n'
    Path(path).write_text(f"""<?xml version="1.0" encoding="UTF-8"?>
<scenario name="ringing">
  <recv request="INVITE" crlf="true">
    <action>
      <ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" check_it="true" assign_to="cseq"/>
      <ereg regexp="[^ ].*" search_in="hdr" header="From:" check_it="true" assign_to="from"/>
      <ereg regexp="[^ ].*" search_in="hdr" header="To:" check_it="true" assign_to="to"/>
      <ereg regexp="[^ ].*" search_in="hdr" header="Via:" check_it="true" assign_to="via"/>
      <ereg regexp="sip:[^&gt;]*" search_in="hdr" header="Contact:" check_it="true" assign_to="contact"/>
{read_more}    </action>
  </recv>
{_send("180 Ringing", again="INVITE", is_routed=is_routed)}
  <recv request="CANCEL" timeout="{milliseconds}" ontimeout="2"/>
{_send("200 OK", following=' next="2"' if crosses else "")}
{"" if crosses else cancelled}
  <label id="2"/>
{answer}
  <recv request="CANCEL" optional="true" next="3"/>
  <recv request="ACK" next="4"/>
  <label id="3"/>
{_send("481 Call/Transaction Does Not Exist", following=' next="2"')}
  <label id="4"/>
{talk or hung_up}
  <label id="9"/>
  <nop/>
  <Reference variables="contact"/>
</scenario>
""")
    return str(path)
