# SPDX-License-Identifier: GPL-3.0-or-later
"""Alerts of the Common Alerting Protocol: what is Actual is called out, nothing else is, and no XML does harm.

SIPp says who was called, expat (Python's parser, which is not ours) what is well-formed."""
import json
import random
import re
import resource
import subprocess
import time
from pathlib import Path
from xml.parsers import expat

import capparser
import pytest

from support.daemon import BINARIES, Trunk
from support.sipp import Sipp

SAMPLES = Path(__file__).resolve().parents[1] / "AlertingTests" / "Samples"
PEOPLE = "number,id\n" + "".join(f"+3161000000{index},P-{index}\n" for index in range(5))


def check(content, *options, timeout=20):
    """`cap check` of these octets, with no more memory than it may take. No daemon is there."""
    return subprocess.run(
        [str(BINARIES / "burgernetctl"), "cap", "check", "-", *options], input=content, capture_output=True, timeout=timeout)


@pytest.fixture
def carrier(ports, processes, tmp_path):
    sipp = Sipp(tmp_path, ports.take(2), "phones.xml", name="alfa")
    processes.append(sipp)
    return sipp


@pytest.fixture
def daemon(make_daemon, carrier):
    return make_daemon([Trunk("alfa", carrier.port)]).start()


@pytest.fixture
def submit(daemon, tmp_path):
    def submit(text, *options):
        alert, people = tmp_path / "alert.xml", tmp_path / "people.csv"
        alert.write_text(text)
        people.write_text(PEOPLE)
        return daemon.run("submit", "--cap", alert, "--recipients", people, "--account", "GM0513", *options)

    return submit


def alert():
    return (SAMPLES / "burgernet.xml").read_text()


def test_an_actual_alert_is_called_out_once(daemon, carrier, submit):
    result = submit(alert(), "--json")
    assert result.returncode == 0, result
    accepted = json.loads(result.stdout.splitlines()[-1])["accepted"]
    action = accepted["action"]
    assert action.startswith("cap-2026-11-24-gouda-1-") and accepted["recipients"] == 5
    summary = daemon.watch_to_end(action, timeout=60)
    assert summary["outcomes"] == {"answered": 5}
    assert summary["priority"] == "life-threat"
    assert summary["title"] == "Vermist in Gouda: een jongen van zes jaar"
    # The same alert again, written otherwise: the same moment, other blanks.
    again = submit(alert().replace("T13:30:00+01:00</sent>", "T12:30:00-00:00</sent>").replace("\n", "\r\n"), "--json")
    assert again.returncode == 0, again
    assert json.loads(again.stdout.splitlines()[-1])["accepted"]["already-accepted"] is True
    assert len(carrier.invites()) == 5
    # Another text under the same name is none that anybody should hear.
    other = submit(alert().replace("rode jas", "groene jas"))
    assert other.returncode == 1 and "other content" in other.stderr, other


@pytest.mark.parametrize("status", ["Test", "Exercise", "Draft", "System"])
def test_what_is_not_actual_never_dials(daemon, carrier, submit, status):
    result = submit(alert().replace(">Actual<", f">{status}<"))
    assert result.returncode == 4, result
    assert f"nobody was alerted: the alert's status is {status}" in result.stderr
    assert "would alert 5 recipients" in result.stdout
    assert daemon.json("list")[-1]["count"] == 0
    assert not carrier.invites()


@pytest.mark.parametrize("change, status, words", [
    ((">Alert<", ">Ack<"), 4, "acknowledges another one"),
    ((">Alert<", ">Error<"), 4, "rejects another one"),
    ((">Alert<", ">Update<"), 1, "--officer NAME"),
    ((">Alert<", ">Cancel<"), 1, "--officer NAME"),
    ((">Actual</status>\n  <msgType>Alert<", ">Test</status>\n  <msgType>Cancel<"), 4, "nothing is to be done: its status is Test"),
    ((">Public<", ">Restricted<"), 2, "--allow-restricted"),
])
def test_other_alerts_call_nobody(daemon, carrier, submit, change, status, words):
    more = "<restriction>only us</restriction>" if "Restricted" in change[1] else ""
    references = "<references>a,old,2026-11-24T12:00:00+01:00</references>"
    result = submit(alert().replace(*change).replace("</scope>", f"</scope>{more}{references}"))
    assert result.returncode == status, result
    assert words in result.stderr, result
    assert daemon.json("list")[-1]["count"] == 0
    assert not carrier.invites()


def test_an_update_corrects_and_a_cancel_closes(daemon, submit):
    def about(kind, number):
        references = f"<references>{field('sender')},{field('identifier')},{field('sent')}</references>"
        text = alert().replace(">Alert<", f">{kind}<").replace("</scope>", f"</scope>{references}")
        return text.replace(f">{field('identifier')}<", f">{field('identifier')}-{number}<")

    def field(name):
        return re.search(f"<{name}>(.*?)</{name}>", alert())[1]

    result = submit(alert())
    assert result.returncode == 0, result
    first = daemon.json("list")[0]["action"]["id"]
    assert daemon.watch_to_end(first, timeout=60)["outcomes"] == {"answered": 5}
    result = submit(about("Update", 2), "--officer", "A. de Vries")
    assert result.returncode == 0 and f"Action {first}.correction follows {first}" in result.stdout, result
    assert daemon.watch_to_end(f"{first}.correction", timeout=60)["outcomes"] == {"answered": 5}
    result = submit(about("Cancel", 3), "--officer", "A. de Vries")
    assert result.returncode == 0 and f"Action {first}.closing follows {first}" in result.stdout, result
    assert [one["deed"] for one in daemon.summary(first)["deeds"]] == ["submitted", "corrected", "closed"]


def variant(kind, number, *about, text="rode jas"):
    """An alert of its own name, which is about those of these numbers."""
    names = " ".join(f"meldkamer@denhaag.example,2026-11-24-gouda-{one},2026-11-24T13:30:00+01:00" for one in about)
    references = f"<references>{names}</references>" if names else ""
    return (alert().replace(">Alert<", f">{kind}<").replace("</scope>", f"</scope>{references}")
            .replace(">2026-11-24-gouda-1<", f">2026-11-24-gouda-{number}<").replace("rode jas", text))


def test_an_update_of_an_update_corrects_what_both_are_about(daemon, submit):
    officer = ("--officer", "A. de Vries")
    assert submit(variant("Alert", 1)).returncode == 0
    first = daemon.json("list")[0]["action"]["id"]
    assert daemon.watch_to_end(first, timeout=60)["outcomes"] == {"answered": 5}
    for number, about, text, name in [(2, (1,), "groene jas", "correction"), (3, (2,), "gele jas", "correction-2"),
                                      (4, (1, 2, 3), "witte jas", "correction-3")]:
        result = submit(variant("Update", number, *about, text=text), *officer)
        assert result.returncode == 0 and f"Action {first}.{name} follows {first}: 5 recipients" in result.stdout, result
    # Alerts are sent several times: one that comes late takes the place of nothing.
    result = submit(variant("Update", 2, 1, text="groene jas"), *officer)
    assert result.returncode == 0 and f"Action {first}.correction was accepted before" in result.stdout, result
    result = submit(variant("Cancel", 5, 3), *officer)
    assert result.returncode == 0 and f"Action {first}.closing follows {first}" in result.stdout, result
    assert daemon.watch_to_end(f"{first}.closing", timeout=60)["outcomes"] == {"answered": 5}
    deeds = daemon.summary(first)["deeds"]
    assert [deed["deed"] for deed in deeds] == ["submitted", "corrected", "corrected", "corrected", "closed"]
    assert [deed["alert"].split("-gouda-")[1][0] for deed in deeds[1:]] == ["2", "3", "4", "5"]


@pytest.mark.parametrize("kind, text", [("Cancel", True), ("Cancel", False), ("Update", True)])
def test_all_that_an_alert_names_is_stopped_whatever_one_of_them_refuses(make_daemon, ports, processes, tmp_path, kind, text):
    carrier = Sipp(tmp_path, ports.take(2), "phones.xml", name="alfa")
    processes.append(carrier)
    daemon = make_daemon([Trunk("alfa", carrier.port, CallsPerSecond=1)]).start()
    path, people = tmp_path / "alert.xml", tmp_path / "people.csv"

    def submit(content, *options):
        path.write_text(content)
        return daemon.run("submit", "--cap", path, "--recipients", people, "--account", "GM0513", *options)

    for number in (1, 2):
        people.write_text("number,id\n" + "".join(f"+316100{number}{index:04d},P-{index}\n" for index in range(60)))
        assert submit(variant("Alert", number)).returncode == 0
    # The one in the middle is unknown.
    content = variant(kind, 4, 1, 3, 2)
    if not text:
        content = re.sub("<info>.*</info>", "", content, flags=re.DOTALL)
    result = submit(content, "--officer", "A. de Vries")
    assert result.returncode == 1 and 'there is no action "cap-2026-11-24-gouda-3-' in result.stderr, result
    phases = {one["action"]["id"][4:22]: one["action"]["phase"] for one in daemon.json("list")[:-1]
              if "closes" not in one["action"] and "corrects" not in one["action"]}
    assert phases == {"2026-11-24-gouda-1": "cancelled", "2026-11-24-gouda-2": "cancelled"}


def test_a_plan_and_a_quote_take_alerts(daemon, submit, tmp_path):
    submit(alert(), "--dry-run")
    result = daemon.run("plan", "--cap", tmp_path / "alert.xml", "--recipients", tmp_path / "people.csv", "--account", "GM0513")
    assert result.returncode == 0 and "would alert 5 recipients" in result.stdout, result
    assert daemon.json("list")[-1]["count"] == 0


def test_options_of_alerts_are_refused_without_one(daemon, tmp_path):
    for options, words in [
        (["--account", "GM0513"], "--account goes with --cap"), ([], "ACTION.json, --template NAME or --cap FILE is missing"),
        ([tmp_path / "a.json", "--cap", tmp_path / "a.xml"], "exclude each other"),
        (["--cap", tmp_path / "a.xml", "--channels", "fax"], "voice and sms are channels"),
    ]:
        result = daemon.run("submit", *options, "--recipients", tmp_path / "people.csv")
        assert result.returncode == 2 and words in result.stderr, result


def test_samples_in_the_forms_that_are_seen():
    for sample in SAMPLES.glob("*.xml"):
        result = check(sample.read_bytes(), "--channels", "sms")
        if sample.name == "external-entities.xml":
            assert result.returncode == 2 and b"line 3, column 1: a document type declaration" in result.stderr, result
        else:
            assert result.returncode == 0, (sample, result)


@pytest.mark.parametrize("name", ["security", "thunderstorm", "earthquake-update", "amber-two-languages", "meteoalarm", "burgernet"])
def test_another_program_reads_the_same_and_what_it_writes_is_read(name):
    sample = (SAMPLES / f"{name}.xml").read_text()
    theirs = capparser.parse(stringXML=sample)

    def ours(content):
        return json.loads(check(content, "--json").stdout)["action"]

    action = ours(sample.encode())
    assert action["title"] in [info.headline[0] for info in theirs.info[0]]
    assert action["id"].startswith(f"cap-{theirs.identifier[0]}"[:47])
    # It leaves white space as it is, and writes no time otherwise: the same alert is the same action.
    assert ours(capparser.deparse(theirs)) == action


def test_a_hundred_megabytes_are_refused_unread():
    process = subprocess.Popen(
        [str(BINARIES / "burgernetctl"), "cap", "check", "-"], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    written, begin = 0, time.monotonic()
    try:
        for _ in range(100):
            written += process.stdin.write(b"<a>" * 350_000)
    except BrokenPipeError:
        pass
    assert process.wait(timeout=20) == 2
    assert written < 5_000_000 and time.monotonic() - begin < 10
    assert b"is longer than 1048576 bytes" in process.stderr.read()
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 200_000  # KiB


LAUGHS = "<!DOCTYPE a [<!ENTITY l0 'ha'>" + "".join(
    f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 12)) + "]><a>&l11;</a>"


HOSTILE = [
    LAUGHS.encode(), b"<!DOCTYPE a SYSTEM 'http://127.0.0.1:9/a.dtd'><a/>", b"<a>" * 340_000, b"<a " + b"b='' " * 200_000 + b"/>",
    b"\xff\xfe" + b"<\x00" * 500_000, b"&amp;" * 200_000, b"<" * 1_000_000, b"<![CDATA[" * 100_000, b"<!--" * 250_000,
    b"<?x " * 250_000, bytes(1_000_000), b"<a>" + b"x" * 1_000_000, b"<a b='" + b"x" * 1_000_000,
]


@pytest.mark.parametrize("index", range(len(HOSTILE)))
def test_hostile_documents_end_in_words_at_once(index):
    begin = time.monotonic()
    result = check(HOSTILE[index])
    assert result.returncode == 2 and result.stderr.startswith(b"burgernetctl: standard input: "), result
    assert b"Fatal error" not in result.stderr and len(result.stderr) < 4000
    assert time.monotonic() - begin < 5


def is_well_formed(content):
    parser = expat.ParserCreate(namespace_separator=" ")
    try:
        parser.Parse(content, True)
    except expat.ExpatError:
        return False
    return True


@pytest.mark.parametrize("seed", range(4))
def test_what_another_parser_refuses_is_refused(seed):
    """Random changes of the samples: nothing that expat finds broken is taken for an alert."""
    source = random.Random(seed)
    samples = [path.read_bytes() for path in sorted(SAMPLES.glob("*.xml"))]
    pieces = [b"<", b">", b"&", b"&amp;", b"</info>", b"<info>", b"'", b'"', b"]]>", b"<!--", b"-->", b"\x00", b"\xe9", b"=",
              b"<a:b/>", b" xmlns='x'", b"&#x41;", b"&#0;", b"<![CDATA[", b"<?p ?>", b"\n", b"/"]
    for _ in range(150):
        content = bytearray(source.choice(samples))
        for _ in range(source.randint(1, 3)):
            place = source.randrange(len(content))
            content[place:place + source.randint(0, 20)] = source.choice(pieces)
        content = bytes(content)
        result = check(content, "--channels", "sms")
        assert result.returncode in (0, 2), (content, result)
        if result.returncode == 0:
            assert is_well_formed(content), (content, result.stdout)
        else:
            assert result.stderr.startswith(b"burgernetctl: standard input: "), result
