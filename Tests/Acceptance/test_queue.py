# SPDX-License-Identifier: GPL-3.0-or-later
"""Large actions: durable when they are accepted, gone when they are not, taken up after a crash, stopped at once."""
import json
import socket

import pytest

from support.daemon import Trunk, silence
from support.process import wait_until
from support.sipp import Sipp

COUNT = 20_000


def document(identifier, **keys):
    return {"id": identifier, "language": "nl", "account": "GM0513", "message": silence(300), **keys}


def numbers(count, series=0):
    """Phones that answer and listen; the sixth digit from the end is the series."""
    return [(f"+31610{series}{index:05d}", f"P-{series}-{index}") for index in range(count)]


class Client:
    """A submission over the socket, line by line, which can be left at any point."""

    def __init__(self, daemon):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(30)
        self.socket.connect(str(daemon.socket))

    def send(self, *objects):
        self.socket.sendall("".join(json.dumps(one) + "\n" for one in objects).encode())

    def begin(self, action, recipients):
        self.send({"verb": "submit", "action": action},
                  *({"recipient": {"number": number, "id": reference}} for number, reference in recipients))

    def commit(self):
        self.send({"commit": True})
        reply = b""
        while not reply.endswith(b"\n"):
            piece = self.socket.recv(65536)
            assert piece, "the daemon closed the connection before its answer"
            reply += piece
        return json.loads(reply.splitlines()[-1])

    def close(self):
        self.socket.close()


@pytest.fixture
def phones(tmp_path, ports, processes):
    sipp = Sipp(tmp_path / "phones", ports.take(2), "phones.xml")
    processes.append(sipp)
    return sipp


def test_accepted_is_durable_and_dialled_again_after_a_kill(make_daemon, phones):
    daemon = make_daemon([Trunk("alfa", phones.port, CallsPerSecond=50)]).start()
    client = Client(daemon)
    people = numbers(COUNT)
    client.begin(document("large"), people)
    accepted = client.commit()
    # Killed the moment it was answered.
    daemon.kill()
    client.close()
    assert accepted["accepted"]["recipients"] == COUNT
    before = len(phones.invites())
    daemon.start()
    wait_until(lambda: len(phones.invites()) > before + 20, 30, "it dials on")
    summary = daemon.summary("large")
    assert summary["recipients"] == COUNT
    assert summary["waiting"] + summary["calling"] + sum(summary["outcomes"].values()) == COUNT
    recipients = daemon.recipients("large")
    assert [one["id"] for one in recipients] == [reference for _, reference in people]
    # The same content again is the same action.
    again = Client(daemon)
    again.begin(document("large"), people)
    assert again.commit()["accepted"]["already-accepted"]
    again.close()
    daemon.ctl("cancel", "large")


@pytest.mark.parametrize("end", ["leaves", "aborts", "killed"])
def test_what_was_not_committed_never_was(make_daemon, phones, end):
    daemon = make_daemon([Trunk("alfa", phones.port)]).start()
    client = Client(daemon)
    client.begin(document("half"), numbers(COUNT))
    if end == "aborts":
        client.send({"abort": True})
        assert "aborted" in client.socket.recv(65536).decode()
    elif end == "killed":
        daemon.kill()
        daemon.start()
    client.close()

    # The id is free at once, whatever is still being tidied.
    def resubmitted():
        other = Client(daemon)
        other.begin(document("half"), numbers(3, 5))
        reply = other.commit()
        other.close()
        return reply if "accepted" in reply else None

    accepted = wait_until(resubmitted, 10, "the id can be submitted again")
    assert accepted["accepted"]["recipients"] == 3
    summary = daemon.watch_to_end("half", timeout=60)
    assert summary["recipients"] == 3 and sum(summary["outcomes"].values()) == 3
    assert {invite.number[-6] for invite in phones.invites()} == {"5"}


def test_large_actions_are_cancelled_at_once(make_daemon, phones):
    daemon = make_daemon([Trunk("alfa", phones.port, CallsPerSecond=100)]).start()
    for number in range(3):
        client = Client(daemon)
        client.begin(document(f"large{number}"), numbers(COUNT, number))
        assert client.commit()["accepted"]["recipients"] == COUNT
        client.close()
    wait_until(lambda: len(phones.invites()) > 30, 30, "they are being called")
    for number in range(3):
        daemon.ctl("cancel", f"large{number}")
    wait_until(lambda: all(daemon.summary(f"large{number}")["calling"] == 0 for number in range(3)), 5, "calls ended")
    for number in range(3):
        summary = daemon.summary(f"large{number}")
        assert summary["phase"] == "cancelled" and summary["waiting"] == 0
        assert sum(summary["outcomes"].values()) == COUNT
    # An action that comes now has the trunk to itself, and nobody of the others is called.
    before = len(phones.invites())
    daemon.submit(document("next"), numbers(5, 7))
    assert sum(daemon.watch_to_end("next", timeout=60)["outcomes"].values()) == 5
    assert {invite.number[-6] for invite in phones.invites()[before:]} == {"7"}
