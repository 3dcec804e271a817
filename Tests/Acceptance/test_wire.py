# SPDX-License-Identifier: GPL-3.0-or-later
"""What our INVITEs look like to a carrier."""
import json

import pytest

from support.daemon import Trunk, action, silence
from support.sipp import Sipp


def test_identity_as_the_trunk_wants_it(make_daemon, ports, processes, tmp_path):
    port = ports.take(2)
    sipp = Sipp(tmp_path, port, "phones.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk(
        "alfa", port, AssertedIdentity="yes", Privacy="yes", UserPhone="yes", NumberFormat="00",
        FromHost="burgernet.example.nl", CallerNumber="+31880001122")]).start()
    daemon.submit({"id": "identity", "language": "nl", "message": silence(100), "caller-name": 'Burger "net"'},
                  [("+31610000001", "P-1")])
    daemon.watch_to_end("identity", timeout=30)
    (invite,) = sipp.invites()
    assert invite.first_line.startswith("INVITE sip:0031610000001@127.0.0.1")
    assert "user=phone" in invite.first_line
    sender = invite.header("From")
    assert sender.startswith('"Burger \\"net\\""') and "sip:0031880001122@burgernet.example.nl" in sender
    assert "sip:0031880001122@burgernet.example.nl" in invite.header("P-Asserted-Identity")
    assert invite.header("Privacy") == "id"
    assert invite.header("User-Agent").startswith("burgernetd/")
    assert "timer" in invite.header("Supported")
    body = invite.text.split("\n\n", 1)[-1]
    assert "m=audio " in body and " RTP/AVP 8 0 101" in body and "a=rtpmap:101 telephone-event/8000" in body
    (row,) = daemon.cdrs()
    # The records keep E.164, whatever the trunk is shown.
    assert (row["callee"], row["caller"]) == ("+31610000001", "+31880001122")


def test_the_number_of_the_action_wins_and_nothing_is_shown_that_was_not_asked_for(
        make_daemon, ports, processes, tmp_path):
    port = ports.take(2)
    sipp = Sipp(tmp_path, port, "phones.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", port, NumberFormat="national", Codecs="PCMU")]).start()
    daemon.submit({"id": "number", "language": "nl", "message": silence(100), "caller-number": "010-1234567"},
                  [("+31610000001", "P-1")])
    daemon.watch_to_end("number", timeout=30)
    (invite,) = sipp.invites()
    assert invite.number == "0610000001"
    assert "sip:0101234567@127.0.0.1" in invite.header("From")
    assert invite.header("P-Asserted-Identity") is None and invite.header("Privacy") is None
    assert " RTP/AVP 0 101" in invite.text


def test_a_call_ends_at_its_maximum_duration(make_daemon, ports, processes, tmp_path):
    port = ports.take(2)
    sipp = Sipp(tmp_path, port, "phones.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", port)], sections={"Call": {"MaximumDuration": "1s"}}).start()
    daemon.submit({"id": "long", "language": "nl", "message": silence(5000)}, [("+31610000001", "P-1")])
    assert daemon.watch_to_end("long", timeout=30)["outcomes"] == {"interrupted": 1}
    # Whoever is counted as answered is not counted as not reached.
    shown = " ".join(daemon.ctl("show", "long").split())
    assert "Answered 1 (100 %), 0 heard all, 0 confirmed, 1 interrupted" in shown and "Not reached" not in shown
    (row,) = daemon.cdrs()
    assert row["own_reason"] == "max-duration" and 0.9 < float(row["billsec"]) < 1.5
    assert len(sipp.invites()) == 1


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_recipients_from_either_kind_of_file(make_daemon, ports, processes, tmp_path, form):
    port = ports.take(2)
    sipp = Sipp(tmp_path, port, "phones.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", port)]).start()
    action_file = tmp_path / "action.json"
    action_file.write_text(json.dumps(action("files", "Dit is een test.", account="GM0513")))
    people = tmp_path / f"people.{form}"
    if form == "csv":
        people.write_text("number,id\n0610000001,P-1\n0610000002,P-2\n")
    else:
        people.write_text('{"number":"0610000001","id":"P-1"}\n{"number":"0610000002","id":"P-2"}\n')
    daemon.ctl("submit", action_file, "--recipients", people)
    assert daemon.watch_to_end("files", timeout=60)["outcomes"] == {"answered": 2}
    for layout, columns in (("asterisk", 18), ("freeswitch", 15)):
        lines = daemon.ctl("cdr", "export", "--format", layout, "--account", "GM0513").splitlines()
        assert len(lines) == 2 and all(line.count(",") == columns - 1 for line in lines)
    assert daemon.ctl("cdr", "export", "--format", "asterisk", "--action", "nobody") == ""
