# SPDX-License-Identifier: GPL-3.0-or-later
"""The register of participants: lists in and out, what survives a kill, why somebody was called, what to look at."""
import csv
import getpass
import io
import json
import socket

import pytest

from support.daemon import Centre, Refused, Trunk, silence, sms
from support.sipp import Sipp
from support.smsc import NetSmpp

LIST = """kenmerk;telefoonnummer;kanalen;beltijden;limieten;afgemeld
P-1;0610000001;sms,voice;ma-vr 8:00-22:00;normaal=1/maand;
P-2;0610000002;;;;
P-3;06 1000 0003;;nooit;;sms
"""


@pytest.fixture
def daemon(make_daemon, ports):
    return make_daemon([Trunk("alfa", ports.take(2))]).start()


def imported(daemon, text, *options):
    return daemon.ctl("participants", "import", "-", *options, input=text)


def shown(daemon, who):
    return daemon.json("participants", "show", who)[-1]["participant"]["entry"]


def test_a_list_comes_in_and_goes_out_again(daemon, tmp_path):
    assert "would be: 3 new, 0 changed, 0 same" in imported(daemon, LIST, "--dry-run")
    with pytest.raises(Refused, match="nobody in the register"):
        shown(daemon, "P-1")
    assert "3 new, 0 changed, 0 same" in imported(daemon, LIST)
    assert "0 new, 0 changed, 3 same" in imported(daemon, LIST)
    # The next process knows them.
    daemon.kill()
    daemon.start()
    entry = shown(daemon, "0610000001")
    assert (entry["id"], entry["calls"], entry["caps"]) == ("P-1", "mon-fri 08:00-22:00", "normal=1/month")
    for options in ([], ["--locale", "nl"], ["--format", "json-lines"]):
        file = tmp_path / "register"
        daemon.ctl("participants", "export", "--output", file, *options)
        assert "0 new, 0 changed, 3 same" in daemon.ctl("participants", "import", file, "--replace")
    rows = list(csv.DictReader(io.StringIO(daemon.ctl("participants", "export"))))
    assert {row["id"]: row["opted-out"] for row in rows} == {"P-1": "", "P-2": "", "P-3": "sms"}


def test_bad_rows_are_named_and_nothing_comes_in(daemon):
    bad = LIST + "P-4;06123;;;;\nP-5;0610000005;;8-22;;\nP-6;0610000001;;;;\n"
    with pytest.raises(Refused) as refused:
        imported(daemon, bad)
    for words in ['line 5: "number"', 'line 6: "calls"', "line 7", "2 rows are invalid", "--skip-invalid"]:
        assert words in refused.value.text
    with pytest.raises(Refused):
        shown(daemon, "P-1")
    assert "3 new" in imported(daemon, bad, "--skip-invalid")


def test_whoever_is_gone_from_the_list_is_withdrawn_and_stays_opted_out(daemon):
    imported(daemon, LIST)
    shorter = "id,number\nP-2,0610000002\n"
    assert "P-1: gone" in daemon.run("participants", "import", "-", "--replace", "--dry-run", input=shorter).stderr
    assert "0 new, 0 changed, 1 same, 2 gone" in imported(daemon, shorter, "--replace")
    with pytest.raises(Refused):
        shown(daemon, "P-1")
    assert shown(daemon, "0610000003")["opted-out"] == "sms"
    with pytest.raises(Refused, match="withdraw everybody"):
        imported(daemon, "id,number\n", "--replace")
    # A list does not opt back in; whoever asks for it does.
    imported(daemon, "id,number,opted-out\nP-3,0610000003,\n")
    assert shown(daemon, "P-3")["opted-out"] == "sms"
    daemon.ctl("participants", "set", "P-3", "--opted-out", "none")
    assert shown(daemon, "P-3")["opted-out"] == ""


def test_an_import_that_is_cut_off_changes_nothing(daemon):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.connect(str(daemon.socket))
        client.sendall(b'{"verb":"participants-import"}\n{"participant":{"id":"P-1","number":"0610000001"}}\n')
    assert daemon.json("status")[-1]["ok"]
    with pytest.raises(Refused):
        shown(daemon, "P-1")


def test_one_person_is_changed_and_forgotten(daemon):
    daemon.ctl("participants", "set", "P-7", "--number", "0610000007", "--opted-out", "all", "--calls", "never")
    daemon.ctl("participants", "pause", "P-7", "--until", "2027-01-04")
    assert shown(daemon, "P-7")["paused-until"] == "2027-01-03T23:00:00.000Z"
    daemon.ctl("participants", "pause", "P-7", "--until", "")
    assert shown(daemon, "P-7")["paused-until"] == ""
    with pytest.raises(Refused, match="calls"):
        daemon.ctl("participants", "set", "P-7", "--calls", "at noon")
    with pytest.raises(Refused, match="nobody in the register"):
        daemon.ctl("participants", "pause", "P-8", "--until", "2027-01-04")
    changes = [one["reason"]["text"] for one in daemon.json("why", "P-7") if "reason" in one]
    assert any(getpass.getuser() in text and "opted-out: all" in text for text in changes)
    daemon.ctl("participants", "forget", "P-7")
    daemon.kill()
    daemon.start()
    entry = shown(daemon, "0610000007")
    assert (entry["id"], entry["calls"], entry["opted-out"]) == ("", "", "all")
    assert entry["number"].startswith("n-")


def test_all_that_is_wrong_with_a_row_is_named(daemon):
    with pytest.raises(Refused) as refused:
        imported(daemon, "id,number,calls,population\nP-1,06123,8-22,\nP-2,0610000002,8-22,profinet\n")
    first, second = [line for line in refused.value.text.splitlines() if line.startswith("line ")][:2]
    assert '"number"' in first and '"calls"' in first
    assert '"calls"' in second and "there is no [Population profinet]" in second


def test_a_dutch_list_is_dutch_and_comes_in_again(daemon, tmp_path):
    imported(daemon, LIST)
    daemon.ctl("participants", "pause", "P-2", "--until", "2027-01-04")
    file = tmp_path / "register.csv"
    daemon.ctl("participants", "export", "--locale", "nl", "--output", file)
    text = file.read_text(encoding="utf-8-sig")
    for words in ("sms,telefoon", "ma-vr 08:00-22:00", "normaal=1/maand", "nooit", "2027-01-04T00:00"):
        assert words in text
    assert "0 new, 0 changed, 3 same" in daemon.ctl("participants", "import", file, "--replace")


def test_forgetting_says_what_is_gone(daemon):
    imported(daemon, LIST)
    assert "purged from 1 row" in daemon.ctl("participants", "forget", "P-1")


def test_why_says_what_happened_to_one_number_and_who_asked(make_daemon, ports, processes, tmp_path):
    sipp = Sipp(tmp_path, ports.take(2), "phones.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", sipp.port)]).start()
    people = [("+31610000001", "P-1"), ("+31615000002", "P-2"), ("+31616000003", "P-3"), ("+31612000004", "P-4")]
    imported(daemon, "id,number\n" + "".join(f"{identifier},{number}\n" for number, identifier in people))
    for identifier in ("one", "two"):
        daemon.submit({"id": identifier, "language": "nl", "message": silence(300)}, people)
        daemon.watch_to_end(identifier, timeout=60)

    def why(who, *options):
        return [one["reason"] for one in daemon.json("why", who, *options) if "reason" in one]

    enrolled, *reasons = why("P-1")
    assert (enrolled["kind"], enrolled["code"]) == ("register", "enrolled") and getpass.getuser() in enrolled["text"]
    assert [(one["action"], one["kind"], one["code"]) for one in reasons[:4]] == [
        ("one", "call", "answered"), ("one", "outcome", "answered"),
        ("two", "call", "answered"), ("two", "outcome", "answered")]
    assert reasons[0]["text"] == "called: answered, heard all"
    assert why("P-1", "--action", "two", "--language", "nl")[0]["text"] == "gebeld: opgenomen, alles gehoord"
    # Both questions are remembered, with who asked; nothing about others.
    asked = [one for one in why("P-1") if one["kind"] == "asked"]
    assert len(asked) == 3 and all(getpass.getuser() in one["text"] for one in asked)
    assert "the number does not exist" in why("0615000002")[1]["text"]
    for other in ("P-2", "P-3", "P-4", "+3161500"):
        assert other not in json.dumps(reasons)
    with pytest.raises(Refused, match="neither a number nor a reference"):
        daemon.ctl("why", "P-99")
    with pytest.raises(Refused, match="no-such"):
        daemon.ctl("why", "P-1", "--action", "no-such")
    # The question is on the disk.
    daemon.kill()
    daemon.start()
    assert len([one for one in why("P-1") if one["kind"] == "asked"]) >= 4

    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(
        daemon.ctl("participants", "hygiene", "--since", "2020-01-01")))}
    assert {one: rows[one]["problem"] for one in rows} == {"P-2": "does-not-exist", "P-3": "always-rejected"}
    dutch = daemon.ctl("participants", "hygiene", "--since", "2020-01-01", "--locale", "nl")
    assert "bestaat niet;+31615000002;P-2;2;" in dutch


def test_stop_by_sms_is_in_the_register(make_daemon, ports, processes, tmp_path):
    smsc = NetSmpp(tmp_path / "smsc", ports.take())
    processes.append(smsc)
    daemon = make_daemon([], centres=[Centre("alfa", smsc.port)]).start()
    smsc.wait_bound()
    daemon.ctl("participants", "set", "P-1", "--number", "0610000001", "--opted-out", "sms")
    daemon.submit(sms("one"), [("+31610000001", "P-1"), ("+31610000002", "P-2")])
    assert daemon.watch_to_end("one", timeout=30)["outcomes"] == {"opted-out": 1, "sent": 1}


def test_recipients_by_reference_alone(make_daemon, ports, processes, tmp_path):
    sipp = Sipp(tmp_path, ports.take(2), "phones.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", sipp.port)]).start()
    imported(daemon, "id,number\nP-1,0610000001\nP-2,0610000002\n")
    definition = tmp_path / "action.json"
    definition.write_text(json.dumps({"id": "one", "language": "nl", "account": "GM0513", "message": silence(300)}))
    people = tmp_path / "people.csv"
    people.write_text("id\nP-1\nP-2\nP-3\n")
    with pytest.raises(Refused, match="nobody in the register has the reference P-3"):
        daemon.ctl("submit", definition, "--recipients", people)
    lines = tmp_path / "people.jsonl"
    lines.write_text('{"id":"P-1","preferences":{"calls":"at noon"}}\n{"id":"P-2"}\n')
    with pytest.raises(Refused, match='"calls"'):
        daemon.ctl("submit", definition, "--recipients", lines)
    lines.write_text('{"id":"P-1","preferences":{"calls":"always"}}\n{"id":"P-2"}\n')
    daemon.ctl("submit", definition, "--recipients", lines)
    assert daemon.watch_to_end("one", timeout=60)["outcomes"] == {"answered": 2}
    assert {call.number for call in sipp.invites()} == {"+31610000001", "+31610000002"}
    # The same again is known as the same.
    assert "accepted before" in daemon.ctl("submit", definition, "--recipients", lines)
