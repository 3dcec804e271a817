# SPDX-License-Identifier: GPL-3.0-or-later
"""What municipalities are billed for real calls, and what a carrier's file says of them."""
import csv
import io
import json
import random
import re
import shutil
import subprocess
from collections import Counter
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from support.daemon import Centre, Refused, Trunk, silence, sms
from support.sipp import Sipp
from support.smsc import NetSmpp

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


def call(daemon, tmp_path, people, title="Vermist kind; <Gouda>"):
    """One action for people of several municipalities."""
    document = {"id": "2026-gouda-1", "title": title, "message": silence(300)}
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


@pytest.mark.skipif(not shutil.which("chromium") or not shutil.which("pdftotext"), reason="needs chromium and pdftotext")
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_page_fits_on_a4(daemon, tmp_path, language):
    """Printed by a browser, with whatever font it has: nothing lies beyond the margins, and heads repeat."""
    word = "Overvalsupermarktgoverwelleoverhetzeerlangeonafgebrokenwoord"
    cdrs = call(daemon, tmp_path, [(f"+31610{n:06d}", "GM0513") for n in range(20)], title=word)
    daemon.ctl("cdr", "credit", 1, "--amount", "0.01", "--note", word)
    for verb in (["statement", "--account", "GM0513"], ["report"]):
        html = daemon.ctl(*verb, "--month", month_of(cdrs), "--language", language)
        # Large amounts, and an action for each day twice.
        html = re.sub("€\u00a0([0-9])([.,])", lambda found: f"€\u00a012{'.,'[found[2] == '.']}34{found[1]}{found[2]}", html)
        row = next((line for line in html.splitlines() if line.startswith("<tr><td class=\"date\">")), "")
        page, pdf, words = tmp_path / "page.html", tmp_path / "page.pdf", tmp_path / "words.html"
        html = html.replace(row, "\n".join([row] * 60)) if row else html
        page.write_text(html)
        subprocess.run(["chromium", "--headless", "--no-sandbox", "--no-pdf-header-footer", f"--user-data-dir={tmp_path}/b",
                        f"--print-to-pdf={pdf}", str(page)], check=True, capture_output=True, timeout=120)
        subprocess.run(["pdftotext", "-bbox", str(pdf), str(words)], check=True)
        pages = re.findall(r'<page width="([0-9.]+)" height="([0-9.]+)">(.*?)</page>', words.read_text(), re.S)
        assert {(round(float(width)), round(float(height))) for width, height, _ in pages} == {(595, 842)}
        assert len(pages) == 1 if verb == ["report"] else len(pages) > 2
        printed = Counter()
        for width, _, content in pages:
            places = re.findall(r'xMin="([0-9.]+)" yMin="[0-9.]+" xMax="([0-9.]+)" yMax="[0-9.]+">([^<]*)<', content)
            for left, right, text in places:
                # 18 mm on the left, 16 mm on the right; a point of slack for the shape of letters.
                assert float(left) >= 50 and float(right) <= float(width) - 45.3 + 1, (text, left, right)
                printed[text] += 1
        if verb != ["report"]:
            assert printed[{"nl": "Gespr.", "en": "Recip."}[language]] >= 2, "the head repeats"
        # What lies beyond the paper is cut off, and its text is no word any more.
        amounts = Counter(re.findall("€\u00a0([0-9.,]+)<", html))
        assert amounts and not amounts - printed


def test_statement_of_nobody(daemon):
    with pytest.raises(Refused, match="did you mean \"GM0513\""):
        daemon.ctl("statement", "--account", "GM0531", "--month", "2026-10")
    assert "geen acties" in daemon.ctl("statement", "--account", "GM0513", "--month", "2020-01")


def euro(amount):
    return f"{amount:.6f}".replace(".", ",")


def carrier_row(cdr):
    """A CDR as the carrier has it, on a clock that differs: number, time, seconds, amount."""
    start = datetime.fromisoformat(cdr["start"].replace("Z", "+00:00")) + timedelta(seconds=random.uniform(-2, 2))
    return [cdr["callee"].replace("+31", "0"), start.astimezone(timezone.utc), float(cdr["billsec"]), Decimal(cdr["cost"])]


def differences(daemon, tmp_path, heading, rows, mapping, *options):
    """What reconcile says of these rows: the table, and the text."""
    file, mapping_file = tmp_path / "carrier.csv", tmp_path / "carrier.conf"
    random.shuffle(rows)
    file.write_text("\n".join([heading, *rows]) + "\n")
    mapping_file.write_text(mapping)
    command = ["reconcile", file, "--mapping", mapping_file, *options]
    return table(daemon.ctl(*command, "--format", "csv")), daemon.ctl(*command)


def test_hundred_planted_differences(daemon, tmp_path):
    """Calls: twenty of each kind, among them another rate both ways; nothing else is found, and the sum is right."""
    random.seed(6)
    people = [(f"+31610{n:06d}", "GM0513" if n % 2 else "GM0627") for n in range(200)]
    cdrs = [cdr for cdr in call(daemon, tmp_path, people) if cdr["answer"]]
    assert len(cdrs) == 200 and all(Decimal(cdr["cost"]) > 0 for cdr in cdrs)
    carrier, expected, disputed = [], set(), Decimal(0)
    for index, cdr in enumerate(cdrs):
        row, cost = carrier_row(cdr), Decimal(cdr["cost"])
        if index < 20:
            expected.add(("missing", cdr["callee"]))
            disputed -= cost
            continue
        if index < 40:
            row[2] += 5
            expected.add(("duration", cdr["callee"]))
        if 80 <= index < 100:
            # A tenth of a cent and a bit, too much and too little in turn.
            change = Decimal("0.001002") * (1 if index % 2 else -1)
            row[3] += change
            disputed += change
            expected.add(("amount", cdr["callee"]))
        carrier.append(row)
        if 40 <= index < 60:
            carrier.append(list(row))
            disputed += cost
            expected.add(("extra", cdr["callee"]))
        if 60 <= index < 80:
            carrier.append([f"061199{index:04d}", row[1], 3.0, Decimal("0.0021")])
            disputed += Decimal("0.0021")
            expected.add(("extra", f"+3161199{index:04d}"))
    rows = [f"{number};{time:%d-%m-%Y};{time:%H:%M:%S};{seconds:.3f}".replace(".", ",") + f";{euro(amount)}"
            for number, time, seconds, amount in carrier]
    mapping = MAPPING.replace("Duration=Duur", "Duration=Duur\nAmount=Bedrag")
    found, text = differences(
        daemon, tmp_path, "B-nummer;Datum;Tijd;Duur;Bedrag", rows, mapping, "--month", month_of(cdrs), "--trunk", "alfa")
    assert {(row["kind"], row["number"]) for row in found} == expected
    assert len(found) == 100
    assert sum(Decimal(row["disputed"]) for row in found) == disputed
    assert "100 differences" in text and "GM0513" in text and cdrs[0]["callee"] not in text


SMS_TARIFF = """
[Tariff carrier]
Trunk=bravo
ValidFrom=2020-01-01
[SMS all]
Prefix=+31
PerSegment=0.0425
"""
SMS_MAPPING = """
[Columns]
Number=msisdn
Time=submitted
Segments=parts
Amount=price
[Values]
Only=type MT
[Match]
Channel=sms
"""


def test_hundred_planted_differences_of_sms(make_daemon, ports, processes, tmp_path):
    """SMS: twenty of each kind, among them other numbers of segments and another rate."""
    random.seed(7)
    (tmp_path / "tariffs").mkdir()
    (tmp_path / "tariffs" / "sms.tariff").write_text(SMS_TARIFF)
    smsc = NetSmpp(tmp_path / "smsc", ports.take())
    processes.append(smsc)
    daemon = make_daemon([], centres=[Centre("bravo", smsc.port)],
                         sections={"Billing": {"TariffDirectory": tmp_path / "tariffs"}}).start()
    smsc.wait_bound()
    # Three segments each.
    daemon.submit(sms("parts", text="Sirene: sluit ramen en deuren, en luister naar Radio West. " * 6),
                  [(f"+31610{n:06d}", f"P-{n}") for n in range(150)])
    daemon.watch_to_end("parts", timeout=60)
    cdrs = daemon.cdrs()
    assert len(cdrs) == 150 and {(row["segments_accepted"], row["cost"]) for row in cdrs} == {("3", "0.127500")}
    carrier, expected = [], set()
    for index, cdr in enumerate(cdrs):
        row = [cdr["callee"], cdr["start"], 3, Decimal(cdr["cost"])]
        if index < 20:
            expected.add(("missing", cdr["callee"]))
            continue
        if index < 40:
            row[2:] = [4, Decimal("0.17")]
            expected.add(("segments", cdr["callee"]))
        if 80 <= index < 100:
            row[3] = Decimal("0.1305")
            expected.add(("amount", cdr["callee"]))
        carrier.append(row)
        if 40 <= index < 60:
            carrier.append(list(row))
            expected.add(("extra", cdr["callee"]))
        if 60 <= index < 80:
            carrier.append([f"+3161199{index:04d}", row[1], 1, Decimal("0.0425")])
            expected.add(("extra", f"+3161199{index:04d}"))
    rows = [f"{number},{time},{parts},{price},MT" for number, time, parts, price in carrier]
    # Incoming messages are of no interest.
    rows.append(f"+31610000001,{cdrs[0]['start']},1,0,MO")
    found, text = differences(daemon, tmp_path, "msisdn,submitted,parts,price,type", rows, SMS_MAPPING,
                              "--month", month_of(cdrs))
    assert {(row["kind"], row["number"]) for row in found} == expected
    assert len(found) == 100 and "100 differences" in text
    # 20 too few, 20 with a segment more, 20 dearer, 20 twice and 20 of nobody.
    assert sum(Decimal(row["disputed"]) for row in found) == 20 * (
        -Decimal("0.1275") + Decimal("0.0425") + Decimal("0.003") + Decimal("0.1275") + Decimal("0.0425"))


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


def test_a_carriers_file_in_utf_16_with_the_other_decimal_sign(daemon, tmp_path):
    """As Excel saves "Unicode text". A point in a file with decimal commas is no thousands' sign."""
    file, mapping = tmp_path / "carrier.csv", tmp_path / "carrier.conf"
    mapping.write_text("[File]\nSeparator=tab\nDecimal=comma\n[Columns]\nNumber=Geb\u00e9lde\nTime=Tijd\nAmount=Bedrag\n"
                       "[Values]\nTimeZone=-03:00\n")
    file.write_text("Geb\u00e9lde\tTijd\tBedrag\n0612345678\t2026-10-15 12:00:00\t1.234,50\n", encoding="utf-16")
    shown = daemon.ctl("reconcile", file, "--mapping", mapping)
    assert "TIME (-03:00)" in shown and "2026-10-15 12:00:00" in shown and "1234.5000" in shown
    (row,) = table(daemon.ctl("reconcile", file, "--mapping", mapping, "--format", "csv"))
    assert row["time"] == "2026-10-15T12:00:00.000-03:00"
    file.write_text("Geb\u00e9lde\tTijd\tBedrag\n0612345678\t2026-10-15 12:00:00\t0.0420\n", encoding="utf-16")
    result = daemon.run("reconcile", file, "--mapping", mapping)
    assert result.returncode != 0 and 'carrier.csv:2: "0.0420" is no amount with a decimal comma' in result.stderr
