# SPDX-License-Identifier: GPL-3.0-or-later
"""SIPp scenarios of a phone that are made in a test: what is said before the answer, in it and after it."""
from pathlib import Path

HEAD = """      [last_Via:]
      [last_From:]
      [last_To:]%s
      [last_Call-ID:]
      [last_CSeq:]
"""
TAG = ";tag=[pid]SIPp[call_number]"

SDP = """v=0
o=- 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 8 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
"""


def _send(lines, retransmitted=True):
    attribute = ' retrans="500"' if retransmitted else ""
    return f"  <send{attribute}>\n    <![CDATA[\n{lines}\n    ]]>\n  </send>\n"


def _response(status, headers=(), body="", tag=TAG):
    lines = f"      SIP/2.0 {status}\n" + HEAD % tag
    lines += "".join(f"      {header}\n" for header in headers)
    if body:
        lines += "      Content-Type: application/sdp\n      Content-Length: [len]\n\n"
        return lines + "".join(f"      {line}\n" for line in body.splitlines())
    return lines + "      Content-Length: 0\n"


REFERENCES = """    <action>
      <ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" check_it="true" assign_to="cseq"/>
      <ereg regexp="sip:[^&gt;]*" search_in="hdr" header="Contact:" check_it="true" assign_to="contact"/>
      <ereg regexp="[^ ].*" search_in="hdr" header="From:" check_it="true" assign_to="from"/>
      <ereg regexp="[^ ].*" search_in="hdr" header="To:" check_it="true" assign_to="to"/>
    </action>
"""


def invite_again(sdp, sequence=1, status=200):
    """A re-INVITE of the phone that is answered so, up to its ACK."""
    lines = f"""      INVITE [$contact] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      Max-Forwards: 70
      From: [$to]{TAG}
      To: [$from]
      Call-ID: [call_id]
      CSeq: {sequence} INVITE
      Contact: <sip:[local_ip]:[local_port]>
      Content-Type: application/sdp
      Content-Length: [len]

""" + "".join(f"      {line}\n" for line in sdp.splitlines())
    acknowledgement = f"""      ACK [$contact] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      Max-Forwards: 70
      From: [$to]{TAG}
      To: [$from]
      Call-ID: [call_id]
      CSeq: {sequence} ACK
      Content-Length: 0
"""
    return (_send(lines) + f'  <recv response="100" optional="true"/>\n  <recv response="{status}"/>\n'
            + _send(acknowledgement, retransmitted=False))


def pause(milliseconds):
    return f'  <pause milliseconds="{milliseconds}"/>\n'


def phone(path, before=(), sdp=SDP, contact="<sip:[local_ip]:[local_port];transport=[transport]>", after=""):
    """A phone that refuses the first INVITEs as `before` says, (status, headers) each, answers the next one with `sdp`,
    goes on with `after` and waits for the BYE."""
    text = '<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="phone">\n'
    for status, headers in before:
        text += '  <recv request="INVITE"/>\n' + _send(_response(status, headers)) + '  <recv request="ACK"/>\n'
    text += '  <recv request="INVITE">\n' + REFERENCES + "  </recv>\n"
    text += _send(_response("200 OK", [f"Contact: {contact}"], sdp)) + '  <recv request="ACK"/>\n' + after
    text += '  <recv request="BYE"/>\n' + _send(_response("200 OK", tag=""), retransmitted=False)
    text += '  <Reference variables="cseq,contact,from,to"/>\n</scenario>\n'
    Path(path).write_text(text)
    return str(path)
