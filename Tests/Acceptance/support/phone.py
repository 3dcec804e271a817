# SPDX-License-Identifier: GPL-3.0-or-later
"""SIPp scenarios of a phone that a test writes itself: what it says before the answer, in it and after it."""

# Tabs and line ends as they go over the wire; what is between brackets is SIPp's.
_HEAD = """  <recv request="INVITE" crlf="true">
    <action>
      <ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" check_it="true" assign_to="cseq"/>
      <ereg regexp="sip:[^&gt;]*" search_in="hdr" header="Contact:" check_it="true" assign_to="contact"/>
      <ereg regexp="[^ ].*" search_in="hdr" header="From:" check_it="true" assign_to="from"/>
      <ereg regexp="[^ ].*" search_in="hdr" header="To:" check_it="true" assign_to="to"/>
      <ereg regexp="[^ ].*" search_in="hdr" header="Via:" check_it="true" assign_to="via"/>
    </action>
  </recv>
"""
_TOP = '<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="phone">\n'
_TAIL = '  <Reference variables="contact,from,to,via,cseq"/>\n</scenario>\n'

CONTACT = "<sip:[local_ip]:[local_port];transport=[transport]>"

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


def send(text, retransmitted=False, following=""):
    """`following`: an attribute that says what comes next."""
    lines = "\n".join(f"      {line}" if line else "" for line in text.splitlines())
    retrans = ' retrans="500"' if retransmitted else ""
    return f"  <send{retrans}{following}>\n    <![CDATA[\n{lines}\n\n    ]]>\n  </send>\n"


def of_last(tag=""):
    """The headers of a response to what came last. `tag`: behind its To."""
    return f"[last_Via:]\n[last_From:]\n[last_To:]{tag}\n[last_Call-ID:]\n[last_CSeq:]\n"


def respond(status, headers="", body="", tag="a", contact=CONTACT):
    """A response to the INVITE. `headers`: of the body, and others."""
    return send(
        f"SIP/2.0 {status}\nVia: [$via]\nFrom: [$from]\nTo: [$to];tag=[pid]{tag}[call_number]\n[last_Call-ID:]\n"
        f"CSeq: [$cseq] INVITE\nContact: {contact}\n{headers}"
        f"Content-Length: {'[len]' if body else '0'}\n\n{body}",
        # Provisional responses are sent once.
        retransmitted=not status.startswith("1"))


def request(method, cseq, headers="", body="", tag="a"):
    """A request of ours within the dialog."""
    return send(
        f"{method} [$contact] SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\nMax-Forwards: 70\n"
        f"From: [$to];tag=[pid]{tag}[call_number]\nTo: [$from]\nCall-ID: [call_id]\nCSeq: {cseq} {method}\n"
        f"Contact: {CONTACT}\n{headers}Content-Length: {'[len]' if body else '0'}\n\n{body}",
        retransmitted=method != "ACK")


def receive(request=None, response=None, optional=False):
    kind = f'request="{request}"' if request else f'response="{response}"'
    return f'  <recv {kind}' + (' optional="true"' if optional else "") + ' crlf="true"/>\n'


def refuse(status, headers=()):
    """An INVITE before the one that the steps are about: answered so, up to its ACK."""
    lines = "".join(f"{header}\n" for header in headers)
    return receive("INVITE") + send(
        f"SIP/2.0 {status}\n{of_last(';tag=[pid]r[call_number]')}{lines}Content-Length: 0\n", retransmitted=True) + receive("ACK")


def accept():
    """200 for the request that came last."""
    return send(f"SIP/2.0 200 OK\n{of_last()}Content-Length: 0\n")


def hung_up():
    """Our BYE, and its 200."""
    return receive("BYE") + accept()


def pause(milliseconds):
    return f'  <pause milliseconds="{milliseconds}"/>\n'


def multipart(*parts, boundary="uniek", kind="mixed"):
    """Headers and body; parts: (content type and further headers, body)."""
    body = "".join(f"--{boundary}\nContent-Type: {head}\n\n{text}\n" for head, text in parts) + f"--{boundary}--\n"
    return f"Content-Type: multipart/{kind};boundary={boundary}\n", body


def invite_again(sdp, sequence=1, status=200, tag="a"):
    """A re-INVITE of the phone that is answered so, up to its ACK."""
    return (request("INVITE", sequence, "Content-Type: application/sdp\n", sdp, tag) + receive(response=100, optional=True)
            + receive(response=status) + request("ACK", sequence, tag=tag))


def answering(directory, before=(), sdp=SDP, contact=CONTACT, after=""):
    """A phone that refuses the first INVITEs as `before` says, (status, headers) each, answers the next one with `sdp`,
    goes on with `after` and waits for the BYE."""
    return write(
        directory, respond("200 OK", "Content-Type: application/sdp\n", sdp, contact=contact), receive("ACK"), after,
        hung_up(), before="".join(refuse(*one) for one in before))


def write(directory, *steps, name="phone", before=""):
    """`before`: what happens before the INVITE that the steps answer."""
    path = directory / f"{name}.xml"
    path.write_text(_TOP + before + _HEAD + "".join(steps) + _TAIL)
    return str(path)
