# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input of every kind gets a clear error, nothing half-done is left, and the daemon runs on."""
import json
import socket
import subprocess
from datetime import datetime, timedelta, timezone

import pytest

from support.daemon import BINARIES, Refused, Trunk, action, silence
from support.process import wait_until


@pytest.fixture
def daemon(make_daemon, ports):
    daemon = make_daemon([Trunk("alfa", ports.take(2), CallsPerSecond=1)], sections={
        "Speech": {"TimeLimit": "1s"},
        "Language nl": {"Command": "espeak-ng -v nl --stdin --stdout"},
        "Language en": {"Command": "sleep 30"},
    }).start()
    yield daemon
    # Whatever the test did, the daemon serves on.
    assert daemon.json("status")[-1]["ok"]


def submit_files(daemon, tmp_path, action_text, recipients_text, *options, name="people.csv"):
    action_file, recipients = tmp_path / "action.json", tmp_path / name
    action_file.write_text(action_text)
    recipients.write_bytes(recipients_text if isinstance(recipients_text, bytes) else recipients_text.encode())
    return daemon.run("submit", action_file, "--recipients", recipients, *options)


GOOD_ACTION = json.dumps(action("good", account="GM0513"))
GOOD_PEOPLE = "number,id,account\n0612345678,P-1,GM0513\n"


@pytest.mark.parametrize("text, words", [
    ("", ["action.json"]),
    ("{", ["action.json"]),
    ("[]", ["action"]),
    ('{"id":"x","message":[{"text":"a"}],"colour":"red"}', ["colour"]),
    ('{"message":[{"text":"a"}]}', ["id"]),
    ('{"id":"../x","message":[{"text":"a"}]}', ["id"]),
    ('{"id":"x"}', ["message"]),
    ('{"id":"x","message":[]}', ["message"]),
    ('{"id":"x","message":[{"text":"a","pause":3}]}', ["message"]),
    ('{"id":"x","message":[{"pause":-3}]}', ["pause"]),
    ('{"id":"x","message":[{"recording":"no-such-prompt"}],"account":"GM0513"}', ["no-such-prompt"]),
    ('{"id":"x","message":[{"recording":"../../../etc/passwd"}],"account":"GM0513"}', ["passwd"]),
    ('{"id":"x","message":[{"text":"a"}],"priority":"high"}', ["priority", "life-threat"]),
    ('{"id":"x","message":[{"text":"a"}],"language":"xx"}', ["language"]),
    ('{"id":"x","message":[{"text":"a"}],"expires":"tomorrow"}', ["expires"]),
    ('{"id":"x","message":[{"text":"a"}],"keys":{"1":"explode"}}', ["keys"]),
    ('{"id":"x","message":[{"text":"a"}],"caller-number":"12"}', ["caller-number"]),
    ('{"id":"x","message":[{"text":"   "}],"account":"GM0513"}', ["message"]),
])
def test_bad_action(daemon, tmp_path, text, words):
    result = submit_files(daemon, tmp_path, text, GOOD_PEOPLE)
    assert result.returncode in (1, 2), result
    for word in words:
        assert word in result.stderr + result.stdout, result
    assert "Fatal error" not in result.stderr
    assert daemon.json("list")[-1]["count"] == 0


@pytest.mark.parametrize("people, words", [
    ("", ["people.csv"]),
    ("naam,adres\nx,y\n", ["naam"]),
    ("id\nP-1\n", ["number"]),
    ("number,id\n0612345678,P-1\n06-1234,P-2\n", ["3", "digits"]),
    ("number,id\n112,P-1\n", ["2", "112"]),
    ("number,id\n0900-8844,P-1\n", ["2", "+31900"]),
    ("number,id\n+4915112345678,P-1\n", ["2", "foreign"]),
    ("number,id\n0612345678,\"P-1\n", ["2"]),
    ("number,id\n0612345678,P 1/\n", ["2", "P 1/"]),
    ("number,id\n0612345678,P-1,GM0513,more\n", ["2"]),
    ("number,id\n06123\x0045678,P-1\n", ["2"]),
    (b"number,id\n0612345678,Ren\xe9\n", ["2", "UTF-8"]),
])
def test_bad_recipients(daemon, tmp_path, people, words):
    result = submit_files(daemon, tmp_path, GOOD_ACTION, people)
    assert result.returncode in (1, 2), result
    for word in words:
        assert word in result.stderr + result.stdout, result
    assert daemon.json("list")[-1]["count"] == 0


def test_skip_invalid_and_duplicates(daemon, tmp_path):
    people = "\ufefftelefoonnummer;id;account\r\n0612345678;P-1;GM0513\r\n06-12 34 56 78;P-2;GM0513\r\n112;P-3;GM0513\r\n+31 6 87654321;P-4;GM0599\r\n"
    result = submit_files(daemon, tmp_path, GOOD_ACTION, people, "--skip-invalid", "--json")
    assert result.returncode == 0, result
    replies = [json.loads(line) for line in result.stdout.splitlines()]
    assert replies[-1]["accepted"]["recipients"] == 2
    assert [reply["invalid"]["line"] for reply in replies if "invalid" in reply and "line" in reply["invalid"]] == [4]
    duplicates = [reply["duplicate"] for reply in replies if "duplicate" in reply]
    assert [(one["line"], one["first-line"]) for one in duplicates] == [(3, 2)]
    assert "12345678" not in result.stdout
    assert {one["account"] for one in daemon.recipients("good")} == {"GM0513", "GM0599"}


def test_a_list_as_a_spreadsheet_makes_it(daemon, tmp_path):
    """An apostrophe that keeps a cell text, marks that came along from a contact card, lost zeros, Dutch headings."""
    people = ("\ufeffID;Telefoon;Gemeente;Kanaal\r\nP-1;'0612345678;GM0513;Telefoon\r\n"
              "P-2;\u202a+31\u202f6\u202f87\u200965\u200943\u200921\u202c;GM0513;MOBIEL\r\nP-3;612345679;GM0513;\r\n")
    result = submit_files(daemon, tmp_path, GOOD_ACTION, people)
    assert result.returncode == 1 and "line 4: 6123**679: " in result.stderr, result
    assert "was a leading zero lost" in result.stderr and "assume-lost-zero" in result.stderr
    result = submit_files(daemon, tmp_path, GOOD_ACTION, people, "--assume-lost-zero", "--json")
    assert result.returncode == 0, result
    assert json.loads(result.stdout.splitlines()[-1])["accepted"]["recipients"] == 3
    assert {one["number"] for one in daemon.recipients("good")} == {"+316*****678", "+316*****321", "+316*****679"}


def test_an_account_in_another_writing_is_refused(make_daemon, ports, tmp_path):
    """Its budget would be passed by: it is that of another code."""
    daemon = make_daemon([Trunk("alfa", ports.take(2), CallsPerSecond=1)], sections={
        "Language nl": {"Command": "espeak-ng -v nl --stdin --stdout"},
        "Account GM0513": {"Name": "Gouda", "MonthBudget": "0", "WhenSpent": "refuse"}}).start()
    for code in ("gm0513", "GM513", "0513", "Gouda"):
        people = f"number,id,account\n0612345678,P-1,{code}\n"
        result = submit_files(daemon, tmp_path, GOOD_ACTION, people)
        assert result.returncode == 1 and f'there is no account "{code}", but GM0513' in result.stderr, result
        other = json.dumps(action("good", account=code))
        result = submit_files(daemon, tmp_path, other, "number\n0612345678\n")
        assert result.returncode == 1 and f'"action.account": there is no account "{code}"' in result.stderr, result
    assert daemon.json("list")[-1]["count"] == 0
    result = submit_files(daemon, tmp_path, other, "number\n0612345678\n", "--allow-unknown-accounts")
    assert result.returncode == 0, result


def test_same_content_again_is_accepted_other_content_is_not(daemon, tmp_path):
    first = submit_files(daemon, tmp_path, GOOD_ACTION, GOOD_PEOPLE, "--json")
    again = submit_files(daemon, tmp_path, GOOD_ACTION, GOOD_PEOPLE, "--json")
    assert json.loads(first.stdout.splitlines()[-1])["accepted"]["already-accepted"] is False
    assert json.loads(again.stdout.splitlines()[-1])["accepted"]["already-accepted"] is True
    other = submit_files(daemon, tmp_path, GOOD_ACTION, GOOD_PEOPLE + "0687654321,P-2,GM0513\n")
    assert other.returncode == 1 and "good" in other.stderr
    assert daemon.summary("good")["recipients"] == 1


def test_speech_that_fails_or_hangs_stops_the_submission_only(daemon, tmp_path):
    hangs = submit_files(daemon, tmp_path, json.dumps(action("hangs", account="A", language="en")), GOOD_PEOPLE)
    assert hangs.returncode == 1 and "1" in hangs.stderr and "sleep" in hangs.stderr, hangs
    daemon.sections["Language en"] = {"Command": "false"}
    daemon.write_configuration()
    daemon.stop()
    daemon.start()
    fails = submit_files(daemon, tmp_path, json.dumps(action("fails", account="A", language="en")), GOOD_PEOPLE)
    assert fails.returncode == 1 and "false" in fails.stderr, fails
    assert daemon.json("list")[-1]["count"] == 0


def connect(daemon):
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(10)
    client.connect(str(daemon.socket))
    return client


def lines_of(client):
    buffer = b""
    while True:
        data = client.recv(65536)
        if not data:
            return
        buffer += data
        while b"\n" in buffer:
            line, buffer = buffer.split(b"\n", 1)
            yield json.loads(line)


@pytest.mark.parametrize("line", [
    b"hello\n", b"{}\n", b"[1,2]\n", b'{"verb":"dance"}\n', b'{"verb":"show"}\n', b'{"verb":"show","action":7}\n',
    b'{"verb":"list","surprise":1}\n', b"\xff\xfe\n", b'{"verb":"submit","action":{}}\n', b'{"verb":"show","action":"nobody"}\n',
    b'{"verb":' + b"[" * 5000 + b"\n", b'{"verb":"cdr-export","format":"xml"}\n',
])
def test_bad_requests_name_their_fault(daemon, line):
    with connect(daemon) as client:
        client.sendall(line)
        reply = next(lines_of(client))
        assert reply["ok"] is False and reply["error"]["code"] and reply["error"]["message"], reply


def test_an_endless_line_is_refused_and_the_next_one_is_read(daemon):
    with connect(daemon) as client:
        client.sendall(b'{"verb":"' + b"x" * 300_000 + b'"}\n{"verb":"status"}\n')
        replies = lines_of(client)
        first, second = next(replies), next(replies)
        assert first["ok"] is False and first["error"]["code"] == "line-too-long"
        assert second["ok"] is True
    # One that never ends costs the daemon nothing.
    with connect(daemon) as client:
        client.sendall(b"x" * 300_000)


def test_a_client_that_leaves_half_way_leaves_nothing(daemon):
    submission = json.dumps({"verb": "submit", "action": action("half", account="GM0513")}).encode() + b"\n"
    recipient = json.dumps({"recipient": {"number": "0612345678"}}).encode() + b"\n"
    for part in (submission, submission + recipient, submission + recipient[:10], submission + recipient * 50):
        with connect(daemon) as client:
            client.sendall(part)
    wait_until(lambda: daemon.json("list")[-1]["count"] == 0, 5, "nothing of it is listed")
    # The id is free again.
    with connect(daemon) as client:
        client.sendall(submission + recipient + b'{"commit":true}\n')
        for reply in lines_of(client):
            if reply.get("final"):
                assert reply["ok"] and reply["accepted"]["recipients"] == 1, reply
                break


def test_submission_by_hand_over_the_socket(daemon):
    with connect(daemon) as client:
        client.sendall(b'{"verb":"submit","action":{"id":"hand","account":"GM0513","message":[{"recording":"beep"}]}}\n')
        for index in range(3000):
            client.sendall(json.dumps({"recipient": {"number": f"06{index:08d}", "id": f"P-{index}"}}).encode() + b"\n")
        client.sendall(b'{"commit":true}\n')
        final = [reply for reply in lines_of_until_final(client)][-1]
        assert final["accepted"]["recipients"] == 3000
    daemon.ctl("cancel", "hand")


def lines_of_until_final(client):
    for reply in lines_of(client):
        yield reply
        if reply.get("final"):
            return


def test_refused_configuration_names_every_fault(daemon, tmp_path):
    bad = tmp_path / "bad.conf"
    bad.write_text("[Gateway]\nLogLvel=info\n[Trunk a]\nHost=x\nCallsPerSecond=fast\n[Nonsense]\nX=1\n")
    result = subprocess.run([BINARIES / "burgernetd", "--check", "--config", bad], capture_output=True, text=True)
    assert result.returncode != 0
    output = result.stdout + result.stderr
    for words in ("bad.conf:2", "LogLevel", "bad.conf:5", "CallsPerSecond", "Channels", "bad.conf:6", "Nonsense"):
        assert words in output, output


def test_unknown_command_line(daemon):
    for arguments in (["lst"], ["show"], ["show", "nobody"], ["cdr", "export", "--format", "xml"], ["list", "--jsn"]):
        result = daemon.run(*arguments)
        assert result.returncode in (1, 2) and result.stderr.strip(), arguments
    with pytest.raises(Refused):
        daemon.ctl("pause", "nobody")


def final(result):
    return json.loads(result.stdout.splitlines()[-1])


def test_an_action_that_is_over_is_refused_and_one_accepted_in_its_time_keeps_its_answer(daemon, tmp_path):
    over = json.dumps(action("over", account="GM0513", expires="2026-01-01T00:00:00Z"))
    for options in ([], ["--dry-run"]):
        result = submit_files(daemon, tmp_path, over, GOOD_PEOPLE, *options)
        assert result.returncode == 1 and '"action.expires": 2026-01-01T00:00:00.000Z is over' in result.stderr, result
    for verb in ("plan", "quote"):
        result = daemon.run(verb, tmp_path / "action.json", "--recipients", tmp_path / "people.csv")
        assert result.returncode == 1 and "is over" in result.stderr, result
    assert daemon.json("list")[-1]["count"] == 0
    soon = datetime.now(timezone.utc) + timedelta(seconds=3)
    short = json.dumps(action("short", account="GM0513", expires=soon.isoformat()))
    assert final(submit_files(daemon, tmp_path, short, GOOD_PEOPLE, "--json"))["ok"]
    wait_until(lambda: daemon.summary("short")["phase"] == "expired", 20, "its time is over")
    again = final(submit_files(daemon, tmp_path, short, GOOD_PEOPLE, "--json"))
    assert again["accepted"]["already-accepted"] is True
    other = submit_files(daemon, tmp_path, short, GOOD_PEOPLE + "0687654321,P-2,GM0513\n")
    assert other.returncode == 1 and "other content" in other.stderr, other


def test_what_is_allowed_and_odd_gets_a_note(make_daemon, ports, tmp_path):
    daemon = make_daemon([Trunk("alfa", ports.take(2), CallsPerSecond=1)],
                         sections={"Call": {"MaximumDuration": "10s"}}).start()
    far = (datetime.now(timezone.utc) + timedelta(days=20)).isoformat()
    document = {"id": "odd", "language": "nl", "account": "GM0513", "plays": 5, "starts": far,
                "message": silence(2000)}
    notes = []
    for options in (["--dry-run"], []):
        result = submit_files(daemon, tmp_path, json.dumps(document), GOOD_PEOPLE, *options, "--json")
        # A dry run asks for the sound as well, at the end.
        replies = [json.loads(line) for line in result.stdout.splitlines()]
        notes += [(reply.get("aborted") or reply["accepted"])["notes"]
                  for reply in replies if "aborted" in reply or "accepted" in reply]
    result = daemon.run("plan", tmp_path / "action.json", "--recipients", tmp_path / "people.csv", "--json")
    notes.append(final(result)["plan"]["notes"][:2])
    assert notes[0] == notes[1] == notes[2], notes
    start, length = notes[0]
    assert "in 19 days" in start and " play is cut off" in length and "a call ends after 10 s" in length
    shown = daemon.run("submit", tmp_path / "action.json", "--recipients", tmp_path / "people.csv", "--dry-run")
    assert shown.returncode == 0 and " play is cut off" in shown.stderr, shown


def test_an_option_of_one_value_is_not_taken_twice(daemon, tmp_path):
    (tmp_path / "other.csv").write_text(GOOD_PEOPLE)
    result = submit_files(daemon, tmp_path, GOOD_ACTION, GOOD_PEOPLE, "--recipients", tmp_path / "other.csv")
    assert result.returncode == 2 and "--recipients is given twice" in result.stderr, result
    result = daemon.run("cdr", "export", "--format=native", "--format", "asterisk")
    assert result.returncode == 2 and "--format is given twice" in result.stderr, result
    for arguments in (["burgernetd", "--config", "a", "--config", "a", "--check"],
                      ["burgernetsim", "--check", "--seed", "1", "--seed", "2"],
                      ["burgernetsim", "reach", "--networks", "0", "--networks", "1"]):
        result = subprocess.run([BINARIES / arguments[0], *arguments[1:]], capture_output=True, text=True)
        assert result.returncode == 64 and "is given twice" in result.stderr, result
    # A message has as many pieces as it takes.
    daemon.ctl("prompt", "render", "--text", "een", "--pause", "100", "--text", "twee", "--output", tmp_path / "a.wav")


def test_advice_names_the_options_of_the_command(daemon, tmp_path):
    people = "number,id,account\n612345678,P-1,GM0513\n112,P-2,GM0513\n"
    result = submit_files(daemon, tmp_path, GOOD_ACTION, people)
    assert "or skip them with --skip-invalid)" in result.stderr, result
    assert "(--assume-lost-zero puts it back)" in result.stderr
    assert "the emergency number 112 is never dialled\n" in result.stderr


def test_a_name_that_nobody_has_is_said_to_be_one(daemon, tmp_path):
    result = daemon.run("budget", "NOPE")
    assert result.returncode == 1 and '"NOPE" has neither a budget nor anything spent' in result.stderr, result
    carrier, mapping = tmp_path / "carrier.csv", tmp_path / "carrier.conf"
    mapping.write_text("[Columns]\nNumber=a\nTime=b\n")
    carrier.write_text("a,b\n0612345678,2026-10-15 12:00:00\n")
    result = daemon.run("reconcile", carrier, "--mapping", mapping, "--trunk", "nope")
    assert result.returncode == 1 and 'no trunk or SMSC "nope"' in result.stderr and "there are alfa" in result.stderr
    assert daemon.run("reconcile", carrier, "--mapping", mapping, "--trunk", "alfa").returncode == 0
    verified = daemon.run("cdr", "verify", "--to", "99999")
    assert verified.returncode == 0 and "there is no row 99999 yet" in verified.stderr, verified


def test_a_check_finds_what_would_not_start(daemon):
    daemon.sections["Gateway"] = {"ControlGroup": "no-such-group"}
    daemon.write_configuration()
    result = subprocess.run([BINARIES / "burgernetd", "--check", "--config", daemon.configuration],
                            capture_output=True, text=True)
    assert result.returncode == 78 and 'there is no group "no-such-group"' in result.stderr, result


def test_half_done_submissions_keep_their_place_and_newcomers_are_told_that_it_is_busy(make_daemon, ports):
    daemon = make_daemon([Trunk("alfa", ports.take(2))]).start()

    def connect(lines):
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        client.settimeout(20)
        client.connect(str(daemon.socket))
        if lines:
            client.sendall("".join(json.dumps(line) + "\n" for line in lines).encode())
        return client

    halves = []
    try:
        for index in range(128):
            half = connect([
                {"verb": "submit", "action": {"id": f"half-{index}", "message": [{"recording": "beep"}]}},
                {"recipient": {"number": "nobody", "id": "P"}}])
            halves.append((half, half.makefile()))
            # It is open: the number has been looked at.
            assert "reason" in json.loads(halves[-1][1].readline())["invalid"]
        for _ in range(20):
            with connect([]) as late:
                assert json.loads(late.makefile().readline())["error"]["code"] == "busy"
            result = daemon.run("list")
            assert result.returncode != 0 and "too many clients are connected" in result.stderr
        for half, replies in halves:
            half.sendall(b'{"abort":true}\n')
            assert json.loads(replies.readline())["final"]
    finally:
        for half, replies in halves:
            replies.close()
            half.close()
    assert daemon.json("list")[-1]["count"] == 0
