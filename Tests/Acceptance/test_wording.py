# SPDX-License-Identifier: GPL-3.0-or-later
"""What whoever sends an action sees before, what the gate keeps back, and what citizens hear of it."""
import json

import pytest

from support.daemon import ROOT, Trunk

SPEECH = {"Language nl": {"Command": "espeak-ng -v nl -s 150 --stdin --stdout"}}
FIELDS = {"id": "2026-0042", "account": "GM0513", "place": "Gouda", "who": "een jongen van 6 jaar",
          "looks": "blond haar, rode jas", "where": "bij het station", "since": "14.00 uur"}
TEMPLATES = ("--templates", ROOT / "etc" / "templates")


def template(name="missing-child", **fields):
    given = [f"{key}={value}" for key, value in {**FIELDS, **fields}.items() if value is not None]
    return ["--template", name, *TEMPLATES, *(part for field in given for part in ("--field", field))]


@pytest.fixture
def people(tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("number,id,account\n0612345678,P-1,GM0513\n0687654321,P-2,GM0513\n")
    return file


def gateway(make_daemon, ports, **gate):
    return make_daemon([Trunk("alfa", ports.take(2), CallsPerSecond=1)], sections={**SPEECH, "Gate": gate}).start()


def voice_only(daemon, tmp_path, *options, change=lambda action: action, **fields):
    """The action of a template without its SMS, for which there is no SMSC here."""
    filled = json.loads(daemon.ctl("template", "fill", "missing-child", *template(**fields)[2:]))
    del filled["sms"]
    file = tmp_path / "action.json"
    file.write_text(json.dumps(change(filled)))
    return [file, *options]


def test_a_dry_run_shows_all_on_one_page_and_keeps_nothing(make_daemon, ports, tmp_path, people):
    daemon = gateway(make_daemon, ports)
    arguments = ["submit", *voice_only(daemon, tmp_path), "--recipients", people, "--dry-run"]
    shown = daemon.run(*arguments)
    assert shown.returncode == 0, shown
    page = shown.stdout
    assert "Dry run, nothing was submitted. Action 2026-0042 would alert 2 recipients" in page
    assert "Hier volgt een oproep van Burgernet." in page
    assert "Ziet u dit kind? Bel direct 0800-6070." in page
    assert "Ziet u dit kind? Bel direct nul acht nul nul, zes nul, zeven nul." in page
    assert "sinds 14.00 uur vermist" in page and "sinds 14 uur vermist" in page
    assert "2 by voice" in page and "90 % done" in page, page
    assert "warning" not in shown.stderr, shown.stderr
    replies = [json.loads(line) for line in daemon.run(*arguments, "--json").stdout.splitlines()]
    kinds = [next(key for key in reply if key not in ("id", "ok", "final")) for reply in replies]
    assert kinds == ["texts", "plan", "aborted", "rendered"]
    assert replies[0]["texts"]["message-ms"] == replies[-1]["rendered"]["message-ms"] > 5000
    assert daemon.json("list")[-1]["count"] == 0


def test_the_gate_warns_and_refuses(make_daemon, ports, tmp_path, people):
    daemon = gateway(make_daemon, ports, Numbers="refuse")
    arguments = [*voice_only(daemon, tmp_path, call="0800-6071"), "--recipients", people]
    for options in (["--dry-run"], []):
        refused = daemon.run("submit", *arguments, *options)
        assert refused.returncode == 1 and '"0800-6071" is not among the telephone numbers' in refused.stderr, refused
        assert "was 08006070 meant?" in refused.stderr
        assert ("nul acht nul nul, zes nul, zeven één" in refused.stdout) == bool(options), "the dry run shows it all"
    assert daemon.json("list")[-1]["count"] == 0
    # The calendar only warns here.
    told = daemon.run("submit", *voice_only(daemon, tmp_path, since="31-02-2026"), "--recipients", people)
    assert told.returncode == 0 and 'there is no such date: "31-02-2026"' in told.stderr, told


def test_an_action_that_was_accepted_keeps_its_answer_when_the_gate_has_become_stricter(
        make_daemon, ports, tmp_path, people):
    daemon = gateway(make_daemon, ports)
    arguments = ["submit", *voice_only(daemon, tmp_path, call="0800-6071"), "--recipients", people]
    first = daemon.run(*arguments)
    assert first.returncode == 0 and "0800-6071" in first.stderr, first
    daemon.sections["Gate"]["Numbers"] = "refuse"
    daemon.reload()
    again = daemon.run(*arguments)
    assert again.returncode == 0 and "was accepted before" in again.stdout, again


def test_templates_name_what_is_missing_or_unknown(make_daemon, ports, people):
    daemon = gateway(make_daemon, ports)
    assert "missing-child" in daemon.ctl("template", "list", *TEMPLATES)
    assert "what the child looks like" in daemon.ctl("template", "show", "missing-child", *TEMPLATES)
    for fields, words in [({"place": None}, "fields are not filled in: place"), ({"plaats": "Gouda"}, '"plaats"')]:
        refused = daemon.run("submit", *template(**fields), "--recipients", people, "--dry-run")
        assert refused.returncode == 2 and words in refused.stderr, refused
    for arguments in (["--field", "a=b", "x.json"], ["--template", "missing-child", "x.json"], []):
        refused = daemon.run("submit", *arguments, "--recipients", people)
        assert refused.returncode == 2, refused
    assert daemon.json("list")[-1]["count"] == 0


def test_what_is_rendered_is_what_people_say(make_daemon, ports, tmp_path):
    """The two texts sound the same: the number is written out before it is spoken."""
    daemon = gateway(make_daemon, ports)
    sounds = []
    for text in ("Bel 0800-6070.", "Bel nul acht nul nul, zes nul, zeven nul.", "Bel 0800 duizend."):
        daemon.ctl("prompt", "render", "--text", text, "--output", tmp_path / "sound.wav")
        sounds.append((tmp_path / "sound.wav").read_bytes())
    assert sounds[0] == sounds[1] != sounds[2]


def test_a_lexicon_is_reloaded_and_its_faults_are_named(make_daemon, ports, tmp_path):
    daemon = gateway(make_daemon, ports)
    lexicon = daemon.directory / "lexicon.nl"
    hashes = []
    for content in ("", "hoodie = hoedie\n"):
        lexicon.write_text(content)
        daemon.reload()
        for text in ("een rode hoodie", "een rode jas"):
            shown = daemon.json("prompt", "render", "--text", text, "--output", tmp_path / "sound.wav")
            hashes.append(shown[-1]["rendered"]["prompt-hash"])
    assert hashes[0] != hashes[2] and hashes[1] == hashes[3]
