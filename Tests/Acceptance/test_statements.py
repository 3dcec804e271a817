# SPDX-License-Identifier: GPL-3.0-or-later
"""What municipalities are billed for real calls, and what a carrier's file says of them."""
import csv
import io
import json
import random
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from support.daemon import Refused, Trunk, silence
from support.sipp import Sipp

TARIFFS = """
[Tariff carrier]
Trunk=alfa
ValidFrom=2020-01-01
VAT=21%
Rounding=half-up
Decimals=6
[Voice all]
Prefix=+31
PerMinute=0.0420
Increment=1/1

[Tariff municipalities]
Account=*
ValidFrom=2020-01-01
VAT=21%
Rounding=half-up
Decimals=6
[Voice all]
Prefix=+31
ConnectFee=0.010001
PerMinute=0.0600
Increment=1/1
"""
MAPPING = """
[File]
Separator=semicolon
Decimal=comma
[Columns]
Number=B-nummer
Date=Datum
Time=Tijd
Duration=Duur
[Values]
TimeFormat=%d-%m-%Y %H:%M:%S
TimeZone=UTC
[Match]
TimeTolerance=20s
"""


@pytest.fixture
def daemon(make_daemon, ports, processes, tmp_path):
    tariffs = tmp_path / "tariffs"
    tariffs.mkdir()
    (tariffs / "all.tariff").write_text(TARIFFS)
    port = ports.take(2)
    processes.append(Sipp(tmp_path, port, "phones.xml"))
    return make_daemon([Trunk("alfa", port)], sections={
        "Billing": {"TariffDirectory": tariffs},
        "Account GM0513": {"Name": "Gouda", "Inhabitants": 75000, "MonthBudget": "100.00"},
        "Statement": {"Issuer": "Politie <eenheid Den Haag>"},
    }).start()


def call(daemon, tmp_path, people):
    """One action for people of several municipalities."""
    document = {"id": "2026-gouda-1", "title": "Vermist kind; <Gouda>", "message": silence(300)}
    rows = "".join(f"{number},P-{index},{account}\n" for index, (number, account) in enumerate(people))
    action_file, recipients = tmp_path / "action.json", tmp_path / "people.csv"
    action_file.write_text(json.dumps(document))
    recipients.write_text("number,id,account\n" + rows)
    daemon.ctl("submit", action_file, "--recipients", recipients)
    daemon.watch_to_end(document["id"], timeout=60)
    return daemon.cdrs()


def month_of(cdrs):
    """Of the Dutch calendar; the tests run within one."""
    return (datetime.fromisoformat(cdrs[0]["start"].replace("Z", "+00:00")) + timedelta(hours=1)).strftime("%Y-%m")


def table(text, delimiter=","):
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))


def test_statements_of_an_action_in_two_municipalities(daemon, tmp_path):
    people = [(f"+31610{n:06d}", "GM0513" if n % 3 else "GM0627") for n in range(60)]
    people += [(f"+31611{n:06d}", "GM0513") for n in range(5)]
    cdrs = call(daemon, tmp_path, people)
    month = month_of(cdrs)
    report = table(daemon.ctl("report", "--month", month, "--format", "csv", "--language", "en"))
    shown = {row["code"]: row for row in report if row["kind"] == "account"}
    assert set(shown) == {"GM0513", "GM0627"}
    for account, name in [("GM0513", "Gouda"), ("GM0627", "")]:
        ours = [cdr for cdr in cdrs if cdr["account"] == account]
        answered = [cdr for cdr in ours if cdr["answer"]]
        rows = table(daemon.ctl("statement", "--account", account, "--month", month, "--format", "csv",
                                "--language", "en"))
        kinds = {row["kind"]: row for row in rows}
        action = kinds["action"]
        assert action["action"] == "2026-gouda-1" and action["description"] == "Vermist kind; <Gouda>"
        assert int(action["calls"]) == len(ours) and int(action["answered"]) == len(answered)
        assert int(action["recipients"]) == len({cdr["recipient"] for cdr in ours})
        assert Decimal(action["amount_exact"]) > 0
        # Rows, VAT and total agree to the cent.
        subtotal, vat = Decimal(kinds["subtotal"]["amount"]), Decimal(kinds["vat"]["amount"])
        assert subtotal == sum(Decimal(row["amount"]) for row in rows if row["kind"] == "action")
        assert abs(subtotal - Decimal(action["amount_exact"])) <= Decimal("0.005")
        assert vat == (subtotal * Decimal("0.21")).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        assert Decimal(kinds["total"]["amount"]) == subtotal + vat
        assert ("budget month" in kinds) == (account == "GM0513")
        assert shown[account]["name"] == name and Decimal(shown[account]["charged"]) == subtotal
    html = daemon.ctl("statement", "--account", "GM0513", "--month", month)
    assert html.startswith("<!DOCTYPE html>") and "Vermist kind; &lt;Gouda&gt;" in html and "Gouda, " in html
    assert "Politie &lt;eenheid Den Haag&gt;" in html and "http" not in html.replace("http-equiv", "")
    output = tmp_path / "gouda.csv"
    daemon.ctl("statement", "--account", "GM0513", "--month", month, "--format", "csv", "--locale", "nl",
               "--output", output)
    dutch = output.read_bytes()
    assert dutch.startswith(b"\xef\xbb\xbfgemeente;") and dutch.endswith(b"\r\n")
    # The same ledger gives the same bytes.
    daemon.ctl("statement", "--account", "GM0513", "--month", month, "--format", "csv", "--locale", "nl",
               "--output", output)
    assert output.read_bytes() == dutch


def test_statement_of_nobody(daemon):
    with pytest.raises(Refused, match="did you mean \"GM0513\""):
        daemon.ctl("statement", "--account", "GM0531", "--month", "2026-10")
    assert "geen acties" in daemon.ctl("statement", "--account", "GM0513", "--month", "2020-01")


def test_hundred_planted_differences(daemon, tmp_path):
    random.seed(6)
    people = [(f"+31610{n:06d}", "GM0513" if n % 2 else "GM0627") for n in range(200)]
    cdrs = [cdr for cdr in call(daemon, tmp_path, people) if cdr["answer"]]
    assert len(cdrs) == 200
    carrier, expected = [], set()
    for index, cdr in enumerate(cdrs):
        start = datetime.fromisoformat(cdr["start"].replace("Z", "+00:00")) + timedelta(seconds=random.uniform(-2, 2))
        row = [cdr["callee"].replace("+31", "0"), start.astimezone(timezone.utc), float(cdr["billsec"])]
        if index < 25:
            expected.add(("missing", cdr["callee"]))
            continue
        if index < 50:
            row[2] += 5
            expected.add(("duration", cdr["callee"]))
        carrier.append(row)
        if 50 <= index < 75:
            carrier.append(list(row))
            expected.add(("extra", cdr["callee"]))
        if 75 <= index < 100:
            carrier.append([f"061199{index:04d}", row[1], 3.0])
            expected.add(("extra", f"+3161199{index:04d}"))
    random.shuffle(carrier)
    file, mapping = tmp_path / "carrier.csv", tmp_path / "carrier.conf"
    lines = ["B-nummer;Datum;Tijd;Duur"]
    lines += [f"{number};{time:%d-%m-%Y};{time:%H:%M:%S};{seconds:.3f}".replace(".", ",")
              for number, time, seconds in carrier]
    file.write_text("\n".join(lines) + "\n")
    mapping.write_text(MAPPING)
    found = table(daemon.ctl("reconcile", file, "--mapping", mapping, "--month", month_of(cdrs), "--trunk", "alfa",
                             "--format", "csv"))
    assert {(row["kind"], row["number"]) for row in found} == expected
    assert len(found) == 100
    text = daemon.ctl("reconcile", file, "--mapping", mapping, "--month", month_of(cdrs))
    assert "100 differences" in text and "GM0513" in text and cdrs[0]["callee"] not in text


def test_mapping_and_file_complaints(daemon, tmp_path):
    file, mapping = tmp_path / "carrier.csv", tmp_path / "carrier.conf"
    mapping.write_text("[Columns]\nNumber=a\nTme=b\n")
    file.write_text("a,b\n0612345678,soon\n")
    result = daemon.run("reconcile", file, "--mapping", mapping)
    assert result.returncode != 0
    assert "carrier.conf:3: [Columns] Tme: unknown key; did you mean Time=?" in result.stderr
    mapping.write_text("[Columns]\nNumber=a\nTime=b\n")
    result = daemon.run("reconcile", file, "--mapping", mapping)
    assert "carrier.csv:2: \"soon\" is no time of the format in the mapping" in result.stderr
    assert daemon.run("reconcile", file, "--mapping", mapping, "--skip-invalid").returncode == 0
