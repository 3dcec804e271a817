# SPDX-License-Identifier: GPL-3.0-or-later
"""How an action went: the page, the text and the figures, with SIPp as the people."""
import json
import re

import pytest

from support.daemon import Refused, Trunk, silence
from support.process import wait_until
from support.sipp import Sipp


@pytest.fixture
def evening(make_daemon, ports, processes, tmp_path):
    port = ports.take(2)
    sipp = Sipp(tmp_path, port, "phones.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", port)], sections={"Account GM0513": {"Name": "Gouda"}, "Account GM0627": {"Name": "Waddinxveen"}})
    return daemon.start(), sipp


def people(account, mark, count):
    return [{"number": f"+316{mark}{index:06d}", "id": f"{account}-{mark}-{index}", "account": account} for index in range(count)]


def test_a_report_agrees_with_the_ledger_and_shows_nobody_elses(evening, tmp_path):
    daemon, _ = evening
    recipients = tmp_path / "people.jsonl"
    recipients.write_text("".join(json.dumps(one) + "\n" for one in people("GM0513", "10", 12) + people("GM0627", "20", 8)))
    action = tmp_path / "action.json"
    action.write_text(json.dumps({"id": "a", "title": "Vermist: Jan", "message": silence(2000)}))
    daemon.ctl("submit", str(action), "--recipients", str(recipients), "--officer", "J. Jansen")
    assert "DRAFT" in daemon.ctl("report", "a", "--text", "--language", "en")
    wait_until(lambda: daemon.summary("a")["phase"] == "completed", 60, "the action's end")
    figures = json.loads(daemon.ctl("report", "a", "--json"))["evaluation"]
    cdrs = daemon.cdrs()
    assert figures["recipients"] == 20 and not figures["draft"]
    reached = {row["recipient"] for row in cdrs if row["disposition"] == "ANSWERED"}
    assert figures["reached"] == len(reached) == sum(one["reached"] for one in figures["accounts"])
    assert sum(one["made"] for one in figures["attempts"]) == sum(one["calls"] for one in figures["causes"]) == len(cdrs)
    assert [one["deed"] for one in figures["deeds"]] == ["submitted"]
    # The page of all names both, that of one nothing of the other.
    page = daemon.ctl("report", "a")
    assert page == daemon.ctl("report", "a") and "Waddinxveen" in page and "J. Jansen" in page
    assert not re.search(r"<script|src=|href=|url\(|@import", page)
    for options in [["--text"], [], ["--json"]]:
        own = daemon.ctl("report", "a", "--for", "GM0513", *options)
        for mark in ["GM0627", "Waddinxveen", "alfa", "-20-"]:
            assert mark not in own, (options, mark)
        assert "Gouda" in own
    briefing = daemon.ctl("report", "a", "--for", "briefing", "--text")
    assert len(briefing.splitlines()) < 30 and "Vermist: Jan" in briefing
    output = tmp_path / "report.html"
    daemon.ctl("report", "a", "--output", str(output))
    assert output.read_text() == page


@pytest.mark.parametrize("arguments, said", [
    ([], "ACTION or --month"), (["nobody"], "no action"), (["a", "--month", "2026-10"], "--month goes with"),
    (["a", "--for", "GM9999"], "nobody of an account"), (["a", "--for", "x y"], "must be briefing or an account"),
    (["--month", "2026-10", "--text"], "--text goes with ACTION"), (["a", "--html", "--text"], "not both"),
])
def test_bad_requests_say_what_is_wrong(evening, arguments, said):
    daemon, _ = evening
    daemon.submit({"id": "a", "message": silence(1000)}, [("+31610000001", "P-1")])
    with pytest.raises(Refused) as caught:
        daemon.ctl("report", *arguments)
    assert said in caught.value.text
