# SPDX-License-Identifier: GPL-3.0-or-later
"""An SMSC that misbehaves as told, PDU by PDU: for what no library does. A thread; SMPP 3.4 sections 4 and 5.1."""
import socket
import struct
import threading

BIND, SUBMIT, UNBIND, ENQUIRE, RESPONSE = 0x9, 0x4, 0x6, 0x15, 0x80000000


def pdu(command, sequence, status=0, body=b""):
    return struct.pack(">IIII", 16 + len(body), command, status, sequence) + body


def destination_of(body):
    """destination_addr of a submit_sm: behind service_type and source."""
    rest = body.split(b"\0", 1)[1][2:].split(b"\0", 1)[1][2:]
    return rest.split(b"\0", 1)[0].decode()


class Scripted:
    """Takes one connection after the other. `answer(smsc, send, sequence, number)` answers a submit_sm."""

    def __init__(self, port, answer):
        self.port, self.answer = port, answer
        self.numbers = []
        self.unbound = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", port))
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self, *_arguments, **_keys):
        self._listener.close()

    def _run(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection, connection.makefile("rb") as stream:
            while len(header := stream.read(16)) == 16:
                length, command, status, sequence = struct.unpack(">IIII", header)
                body = stream.read(length - 16)
                if command == SUBMIT:
                    number = destination_of(body)
                    self.numbers.append(number)
                    self.answer(self, connection.sendall, sequence, number)
                elif command == ENQUIRE:
                    connection.sendall(pdu(ENQUIRE | RESPONSE, sequence))
                elif command == UNBIND:
                    connection.sendall(pdu(UNBIND | RESPONSE, sequence))
                    return
                elif command == UNBIND | RESPONSE:
                    self.unbound.set()
                    return
                elif not command & RESPONSE:
                    connection.sendall(pdu(command | RESPONSE, sequence, body=b"scripted\0"))
