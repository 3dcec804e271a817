# SPDX-License-Identifier: GPL-3.0-or-later
"""Tariffs, budgets and quotes as an operator meets them; the calls themselves are SIPp's to count."""
import csv
import io
import json
import signal
import subprocess
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from support.daemon import BINARIES, Refused, Trunk, silence
from support.ledger import plant_calls
from support.process import wait_until
from support.sipp import Sipp

TARIFF = """
[Tariff municipalities]
Account=*
ValidFrom=2020-01-01
Decimals=4
[Voice all]
Prefix=+31
ConnectFee=0.05
PerMinute=0.06
Increment=60/60
"""
# Every answered call is shorter than a minute.
CALL = Decimal("0.11")
CAP = Decimal("25")


def with_tariffs(make_daemon, tmp_path, trunks, **account):
    folder = tmp_path / "tariffs"
    folder.mkdir()
    (folder / "a.tariff").write_text(TARIFF)
    return make_daemon(trunks, sections={
        "Billing": {"TariffDirectory": folder}, "Call": {"MaximumDuration": "30s"},
        "Account GM0513": {"Name": "Gouda", **account}})


def month(daemon):
    return next(reply["budget"] for reply in daemon.json("budget")
                if reply.get("budget", {}).get("account") == "GM0513" and len(reply["budget"]["period"]) == 7)


def test_a_cap_is_never_overspent(make_daemon, ports, processes, tmp_path):
    """EUR 25, 2,000 recipients, as many calls at once as the trunk carries, and a kill in the middle."""
    port = ports.take(2)
    sipp = Sipp(tmp_path, port, "phones.xml")
    processes.append(sipp)
    daemon = with_tariffs(make_daemon, tmp_path, [Trunk("alfa", port)], MonthBudget="25", WhenSpent="refuse").start()
    people = [(f"+31610{index:06d}", f"P-{index}") for index in range(2000)]
    daemon.submit({"id": "cap", "language": "nl", "message": silence(500)}, people)
    wait_until(lambda: Decimal(month(daemon)["spent"]) > 5, 30, "some money is spent")
    at_kill = month(daemon)
    assert Decimal(at_kill["spent"]) + Decimal(at_kill["reserved"]) <= CAP
    daemon.kill()
    daemon.start()
    outcomes = daemon.watch_to_end("cap", timeout=90)["outcomes"]
    budget = month(daemon)
    answered = [row for row in daemon.cdrs() if row["disposition"] == "ANSWERED"]
    # A call that the kill caught within its first moment may have no increment.
    assert CALL * (len(answered) - 200) <= Decimal(budget["spent"]) <= CAP
    assert Decimal(budget["reserved"]) == 0
    # What is left would not pay for the longest call.
    assert Decimal(budget["spent"]) > CAP - Decimal("0.20")
    reached = {message.number for message in sipp.invites()}
    # Whoever was called when it was killed may have heard nothing, and is called again only if there is money.
    caught = sum(row["recovered"] == "1" for row in daemon.cdrs())
    assert 2000 - len(reached) <= outcomes["over-budget"] <= 2000 - len(reached) + caught
    assert sum(outcomes.values()) == 2000
    assert "has spent 80 % of its budget" in daemon.log_text()


def test_explain_quote_and_check(make_daemon, ports, processes, tmp_path):
    port = ports.take(2)
    processes.append(Sipp(tmp_path, port, "phones.xml"))
    daemon = with_tariffs(make_daemon, tmp_path, [Trunk("alfa", port)]).start()
    action = {"id": "one", "language": "nl", "message": silence(300)}
    replies = daemon.submit(action, [("+31610000001", "P-1"), ("+31610000002", "P-2")], "--dry-run")
    quote = next(reply["quote"] for reply in replies if "quote" in reply)
    # At most: 30 s and a margin, which is within a minute, and one increment more.
    assert quote == {"account": "GM0513", "channel": "voice", "recipients": 2, "unrated": 0,
                     "expected": "0.22", "worst": "0.34"}
    files = daemon.directory / "submissions"
    assert "0.22" in daemon.ctl("quote", files / "one.json", "--recipients", files / "one.csv")
    daemon.submit(action, [("+31610000001", "P-1")])
    daemon.watch_to_end("one", timeout=30)
    (row,) = daemon.cdrs()
    said = daemon.ctl("explain", row["sequence"])
    assert "1 x 60 s = 60 s at 0.06 a minute: EUR 0.06" in said
    assert "rounded once, half-up to 4 decimals: EUR 0.11" in said
    assert daemon.ctl("explain", row["call_id"]) == said
    with pytest.raises(Refused, match="the ledger has no record 9"):
        daemon.ctl("explain", "9")
    # Another price changes no record, and the old one can still be explained.
    file = tmp_path / "tariffs" / "a.tariff"
    file.write_text(TARIFF.replace("0.06", "0.07"))
    daemon.stop()
    daemon.start()
    assert daemon.ctl("explain", row["sequence"]) == said
    assert "municipalities@2020-01-01/" in daemon.ctl("tariff", "check", file)
    file.write_text(TARIFF.replace("Increment", "Incremnt"))
    with pytest.raises(Refused, match=r"a\.tariff:10: \[Voice all\] Incremnt: unknown key; did you mean Increment="):
        daemon.ctl("tariff", "check", file)


def statement(daemon, cdrs):
    """Rows of the month's statement: kind to (amount, VAT percent) pairs."""
    start = datetime.fromisoformat(cdrs[-1]["start"].replace("Z", "+00:00")) + timedelta(hours=1)
    text = daemon.ctl("statement", "--account", "GM0513", "--month", f"{start:%Y-%m}", "--format", "csv",
                      "--language", "en")
    return list(csv.DictReader(io.StringIO(text)))


def test_a_corrected_tariff_makes_corrections(make_daemon, ports, processes, tmp_path):
    """A wrong price, then a wrong rate of VAT: each difference becomes a row, once, and everything agrees."""
    port = ports.take(2)
    processes.append(Sipp(tmp_path, port, "phones.xml"))
    daemon = with_tariffs(make_daemon, tmp_path, [Trunk("alfa", port)], MonthBudget="25").start()
    people = [(f"+31610{index:06d}", f"P-{index}") for index in range(120)] + [("+31611000001", "busy")]
    daemon.submit({"id": "wrong", "language": "nl", "message": silence(300)}, people)
    daemon.watch_to_end("wrong", timeout=60)
    before = daemon.cdrs()
    answered = [row for row in before if row["answer"]]
    assert len(answered) == 120 and {Decimal(row["charge"]) for row in answered} == {CALL}
    first = min(row["start"] for row in before)
    file = tmp_path / "tariffs" / "a.tariff"

    def rerate(*options):
        replies = daemon.json("cdr", "rerate", "--from", first, *options)
        return [reply["change"] for reply in replies if "change" in reply], replies[-1]["rerated"]

    # With the tariff that rated them nothing differs.
    assert rerate("--dry-run") == ([], {"rows": len(before), "changed": 0, "corrections": 0, "purged": 0,
                                        "dry-run": True, "accounts": []})
    with pytest.raises(Refused, match="--note TEXT is missing"):
        daemon.ctl("cdr", "rerate", "--from", first)
    file.write_text(TARIFF.replace("0.06", "0.04"))
    daemon.process.signal(signal.SIGHUP)
    wait_until(lambda: rerate("--dry-run")[0], 10, "the corrected tariff is loaded")
    changes, report = rerate("--dry-run")
    assert {change["sequence"] for change in changes} == {int(row["sequence"]) for row in answered}
    assert {change["charge"] for change in changes} == {"-0.020000"} and all(not one["corrections"] for one in changes)
    assert report["accounts"] == [{"account": "GM0513", "changed": 120, "cost": "0.000000", "charge": "-2.400000",
                                   "vat": "-0.504000"}]
    assert daemon.cdrs() == before and Decimal(month(daemon)["spent"]) == 120 * CALL
    said = daemon.ctl("cdr", "rerate", "--from", first, "--note", "=price; corrected")
    assert f"{len(before)} records looked at, 120 differ, 120 corrections written" in said
    after = daemon.cdrs()
    assert after[:len(before)] == before
    rows = after[len(before):]
    assert sorted(int(row["corrects"]) for row in rows) == [int(row["sequence"]) for row in answered]
    assert {(row["kind"], row["charge"], row["note"], row["billsec"]) for row in rows} == {
        ("correction", "-0.020000", "'=price; corrected", "0.000")}
    # A second time there is nothing to correct.
    assert rerate("--note", "again")[1]["changed"] == 0 and len(daemon.cdrs()) == len(after)
    assert "proved" in daemon.ctl("cdr", "verify")

    def agree(total):
        """Budget of the running daemon, statement and ledger."""
        ledger = daemon.cdrs()
        assert sum(Decimal(row["charge"] or 0) for row in ledger) == total
        assert Decimal(month(daemon)["spent"]) == total
        lines = statement(daemon, ledger)
        assert next(line["amount"] for line in lines if line["kind"] == "subtotal") == f"{total:.2f}"
        return lines

    lines = agree(120 * Decimal("0.09"))
    correction, = [line for line in lines if line["kind"] == "correction"]
    assert (correction["amount"], correction["description"]) == ("-2.40", "'=price; corrected")
    # VAT alone: what stood at 21 % is taken back there, and stands at 9 %.
    file.write_text(TARIFF.replace("0.06", "0.04").replace("Decimals=4", "Decimals=4\nVAT=9%"))
    daemon.process.signal(signal.SIGHUP)
    wait_until(lambda: rerate("--dry-run")[0], 10, "the other rate is loaded")
    changes, report = rerate("--note", "low rate")
    assert len(changes) == 120 and {change["charge"] for change in changes} == {"0.000000"}
    assert {change["vat"] for change in changes} == {"-0.010800"}
    assert all(len(change["corrections"]) == 2 for change in changes) and report["corrections"] == 240
    lines = agree(120 * Decimal("0.09"))
    vat = {line["vat_percent"]: (line["vat_base"], line["amount"]) for line in lines if line["kind"] == "vat"}
    assert vat.pop("9.00") == ("10.80", "0.97")
    assert all(Decimal(base) == 0 and Decimal(amount) == 0 for base, amount in vat.values())
    assert rerate("--note", "again")[1]["changed"] == 0
    assert "proved" in daemon.ctl("cdr", "verify")
    # A restart reads the same budget, and credits come on top of the corrections.
    daemon.stop()
    daemon.start()
    agree(120 * Decimal("0.09"))
    with pytest.raises(Refused, match="is charged with EUR 0.090000"):
        daemon.ctl("cdr", "credit", answered[0]["sequence"], "--amount", "0.10", "--note", "x")
    daemon.ctl("cdr", "credit", answered[0]["sequence"], "--amount", "0.09", "--note", "x")
    assert rerate("--note", "again")[1]["changed"] == 0
    agree(120 * Decimal("0.09") - Decimal("0.09"))


def test_rating_again_survives_a_kill(make_daemon, ports, tmp_path):
    """Killed in the middle: what was told is in the ledger, another run does the rest, and nothing twice."""
    daemon = with_tariffs(make_daemon, tmp_path, [Trunk("alfa", ports.take(2))])
    plant_calls(daemon, 5000, datetime.now(timezone.utc) - timedelta(hours=3), timedelta(seconds=1))
    command = [str(BINARIES / "burgernetctl"), "--socket", str(daemon.socket), "cdr", "rerate", "--from", "2020-01-01",
               "--note", "no tariff was loaded", "--json"]
    told = set()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as client:
        for line in client.stdout:
            if len(told) == 700:
                daemon.kill()
                break
            told.update(json.loads(line)["change"]["corrections"])
        client.kill()
    daemon.start()
    before = [row for row in daemon.cdrs() if row["kind"] == "correction"]
    assert told <= {int(row["sequence"]) for row in before} and len(before) < 5000
    report = daemon.json("cdr", "rerate", "--from", "2020-01-01", "--note", "the rest")[-1]["rerated"]
    assert (report["rows"], report["changed"]) == (5000, 5000 - len(before))
    corrections = [row for row in daemon.cdrs() if row["kind"] == "correction"]
    assert sorted(int(row["corrects"]) for row in corrections) == list(range(1, 5001))
    assert {row["charge"] for row in corrections} == {"0.110000"}
    assert Decimal(month(daemon)["spent"]) == 5000 * CALL
    assert "proved" in daemon.ctl("cdr", "verify")
    # They stand on the statement of this month, whenever the calls were.
    lines = statement(daemon, corrections)
    assert next(line["amount"] for line in lines if line["kind"] == "subtotal") == "550.00"
