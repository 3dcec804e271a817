# SPDX-License-Identifier: GPL-3.0-or-later
"""A SIPp scenario of a phone whose responses a test writes itself."""

# Tabs and line ends as they go over the wire; what is between brackets is SIPp's.
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="phone">
  <recv request="INVITE" crlf="true">
    <action>
      <ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" check_it="true" assign_to="cseq"/>
      <ereg regexp="sip:[^&gt;]*" search_in="hdr" header="Contact:" check_it="true" assign_to="contact"/>
      <ereg regexp="[^ ].*" search_in="hdr" header="From:" check_it="true" assign_to="from"/>
      <ereg regexp="[^ ].*" search_in="hdr" header="To:" check_it="true" assign_to="to"/>
      <ereg regexp="[^ ].*" search_in="hdr" header="Via:" check_it="true" assign_to="via"/>
    </action>
  </recv>
"""
_TAIL = '  <Reference variables="contact,from,to,via,cseq"/>\n</scenario>\n'

SDP = """v=0
o=- 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 8 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
"""


def _send(text, retransmitted=False):
    lines = "\n".join(f"      {line}" if line else "" for line in text.splitlines())
    retrans = ' retrans="500"' if retransmitted else ""
    return f"  <send{retrans}>\n    <![CDATA[\n{lines}\n\n    ]]>\n  </send>\n"


def respond(status, headers="", body="", tag="a"):
    """A response to the INVITE. `headers`: of the body, and others."""
    return _send(
        f"SIP/2.0 {status}\nVia: [$via]\nFrom: [$from]\nTo: [$to];tag=[pid]{tag}[call_number]\n[last_Call-ID:]\n"
        f"CSeq: [$cseq] INVITE\nContact: <sip:[local_ip]:[local_port]>\n{headers}"
        f"Content-Length: {'[len]' if body else '0'}\n\n{body}",
        # Provisional responses are sent once.
        retransmitted=not status.startswith("1"))


def request(method, cseq, headers="", body="", tag="a"):
    """A request of ours within the dialog."""
    return _send(
        f"{method} [$contact] SIP/2.0\nVia: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]\nMax-Forwards: 70\n"
        f"From: [$to];tag=[pid]{tag}[call_number]\nTo: [$from]\nCall-ID: [call_id]\nCSeq: {cseq} {method}\n"
        f"Contact: <sip:[local_ip]:[local_port]>\n{headers}Content-Length: {'[len]' if body else '0'}\n\n{body}",
        retransmitted=method != "ACK")


def receive(request=None, response=None):
    kind = f'request="{request}"' if request else f'response="{response}"'
    return f'  <recv {kind} crlf="true"/>\n'


def accept():
    """200 for the request that came last."""
    return _send(
        "SIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\nContent-Length: 0\n")


def hung_up():
    """Our BYE, and its 200."""
    return receive("BYE") + accept()


def pause(milliseconds):
    return f'  <pause milliseconds="{milliseconds}"/>\n'


def multipart(*parts, boundary="uniek", kind="mixed"):
    """Headers and body; parts: (content type and further headers, body)."""
    body = "".join(f"--{boundary}\nContent-Type: {head}\n\n{text}\n" for head, text in parts) + f"--{boundary}--\n"
    return f"Content-Type: multipart/{kind};boundary={boundary}\n", body


def write(directory, *steps, name="phone"):
    path = directory / f"{name}.xml"
    path.write_text(_HEAD + "".join(steps) + _TAIL)
    return str(path)
