# SPDX-License-Identifier: GPL-3.0-or-later
"""A trunk's address at which nobody is: what comes is noted, a BYE gets its 200, all else no answer."""
import re
import socket


class FarEnd:
    def __init__(self, port):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", port))
        self._socket.setblocking(False)

    def farewells(self):
        """The BYEs that have come, as the journal's dialogs say them, each once."""
        found = set()
        for data, sender in self._datagrams():
            head, *lines = data.decode().split("\r\n\r\n")[0].split("\r\n")
            if not head.startswith("BYE "):
                continue
            headers = dict(line.split(": ", 1) for line in lines)
            said = " ".join([head, *(headers[name] for name in ("Call-ID", "CSeq", "From", "To"))])
            found.add(re.sub(r"127\.0\.0\.1:\d+", "<here>", said) + "\n")
            echoed = [f"{name}: {headers[name]}" for name in ("Via", "From", "To", "Call-ID", "CSeq")]
            answer = "\r\n".join(["SIP/2.0 200 OK", *echoed, "Content-Length: 0", "", ""])
            self._socket.sendto(answer.encode(), sender)
        return "".join(sorted(found))

    def _datagrams(self):
        while True:
            try:
                yield self._socket.recvfrom(65536)
            except BlockingIOError:
                return

    def close(self):
        self._socket.close()
