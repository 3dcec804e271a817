# SPDX-License-Identifier: GPL-3.0-or-later
"""Two populations with trunks of their own: by the logs of both carriers nobody was called over the other's."""
import json
import re

import pytest

from support import phone
from support.daemon import Refused, Trunk, silence
from support.process import wait_until
from support.sipp import Sipp

CITIZENS = [(f"+31610{index:06d}", f"P-{index}") for index in range(40)]
POLICE = [(f"+31620{index:06d}", f"B-{index}") for index in range(20)]


@pytest.fixture
def carriers(ports, processes, tmp_path):
    made = {name: Sipp(tmp_path / name, ports.take(2), phone.answering(tmp_path)) for name in ("alfa", "blue")}
    processes.extend(made.values())
    return made


@pytest.fixture
def daemon(make_daemon, carriers):
    daemon = make_daemon([Trunk(name, sipp.port) for name, sipp in carriers.items()],
                         sections={"Population profinet": {"Trunks": "blue", "CallerNumber": "+31882222222",
                                                           "CallsPerSecond": 5}}).start()
    rows = [f"{name},{number},\n" for number, name in CITIZENS]
    rows += [f"{name},{number},profinet\n" for number, name in POLICE]
    daemon.ctl("participants", "import", "-", input="id,number,population\n" + "".join(rows))
    return daemon


def invites(sipp):
    return [one for one in sipp.messages() if not one.sent and one.method == "INVITE" and "INVITE" in one.cseq]


def called(sipp):
    return {one.number for one in invites(sipp)}


def test_each_population_is_called_over_its_own_trunk_with_its_own_number(daemon, carriers):
    action = {"id": "both", "language": "nl", "message": silence(200), "populations": ["citizens", "profinet"]}
    daemon.submit(action, CITIZENS + POLICE)
    # The police are called at 5 a second: a kill falls into the middle of them.
    wait_until(lambda: len(called(carriers["blue"])) >= 5, 20, "some of the police are called")
    daemon.kill()
    daemon.start()
    daemon.watch_to_end("both", timeout=60)
    assert called(carriers["alfa"]) == {number for number, _ in CITIZENS}
    assert called(carriers["blue"]) == {number for number, _ in POLICE}
    shown = {name: {re.search(r"sips?:([^@>;]+)", one.header("From")).group(1) for one in invites(sipp)}
             for name, sipp in carriers.items()}
    assert shown == {"alfa": {"+31182588444"}, "blue": {"+31882222222"}}
    first = sorted({one.call_id: one.time for one in reversed(invites(carriers["blue"]))}.values())
    assert max(sum(1 for one in first if start <= one < start + 1) for start in first) <= 6


def test_a_recipient_of_another_population_is_an_error(daemon, carriers):
    action = {"id": "citizens", "language": "nl", "message": silence(200)}
    with pytest.raises(Refused) as refused:
        daemon.submit(action, CITIZENS[:1] + POLICE[:1])
    assert '"line":3' in refused.value.text
    assert "is of the population profinet, and the action is for citizens" in refused.value.text
    with pytest.raises(Refused, match="did you mean profinet"):
        daemon.submit({**action, "populations": ["profinett"]}, CITIZENS[:1])
    daemon.submit(action, CITIZENS[:1] + POLICE[:1], "--skip-invalid")
    daemon.watch_to_end("citizens", timeout=30)
    assert called(carriers["alfa"]) == {CITIZENS[0][0]} and not called(carriers["blue"])
    with pytest.raises(Refused, match="there is no .Population profinett.; did you mean profinet"):
        daemon.ctl("participants", "set", "P-1", "--population", "profinett")


def test_a_trunk_that_is_up_is_no_way_out_for_another_population(daemon, carriers):
    carriers["blue"].kill()
    daemon.submit({"id": "police", "language": "nl", "message": silence(200), "populations": ["profinet"]}, POLICE[:3])
    daemon.submit({"id": "citizens", "language": "nl", "message": silence(200)}, CITIZENS[:3])
    daemon.watch_to_end("citizens", timeout=30)
    assert called(carriers["alfa"]) == {number for number, _ in CITIZENS[:3]}
    assert daemon.summary("police")["outcomes"].get("answered", 0) == 0


def test_a_dry_run_says_whom_which_rule_keeps_and_whose_word_it_is(daemon, tmp_path):
    daemon.ctl("participants", "set", "P-0", "--opted-out", "all")
    daemon.ctl("participants", "pause", "P-1", "--until", "2099-01-01")
    daemon.ctl("participants", "set", "P-2", "--calls", "never")
    file, people = tmp_path / "action.json", tmp_path / "people.csv"
    file.write_text(json.dumps({"id": "dry", "language": "nl", "account": "GM0513", "message": silence(200)}))
    people.write_text("number,id\n" + "".join(f"{number},{name}\n" for number, name in CITIZENS))
    replies = daemon.json("submit", file, "--recipients", people, "--dry-run")
    rules = {one["rule"]["rule"]: one["rule"] for one in replies if "rule" in one}
    assert {name: (one["recipients"], one["by"]) for name, one in rules.items()} == {
        "opted-out": (1, "register"), "paused": (1, "register"), "never-welcome": (1, "register")}
    assert rules["opted-out"]["nl"] == "heeft zich afgemeld voor oproepen"
    assert rules["opted-out"]["en"] == "opted out of calls"
    page = daemon.ctl("submit", file, "--recipients", people, "--dry-run")
    assert "37 meteen, 0 later, 3 niet in deze actie" in page
    assert "1 heeft zich afgemeld voor oproepen, volgens het register" in page
