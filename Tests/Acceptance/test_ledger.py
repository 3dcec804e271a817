# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger as finance and an auditor see it: proof, exports, manifests, purged numbers."""
import csv
import hashlib
import io
import json
import shutil
import sqlite3
import subprocess
import sys
import xml.etree.ElementTree as tree
from decimal import Decimal

import pytest

from support.daemon import ROOT, Refused, Trunk, silence
from support.process import wait_until
from support.sipp import Sipp


TARIFF = """
[Tariff municipalities]
Account=*
ValidFrom=2020-01-01
Decimals=4
VAT=21%
[Voice all]
Prefix=+31
ConnectFee=0.0523
PerMinute=0.06
Increment=60/60
"""


@pytest.fixture
def ledger(make_daemon, ports, processes, tmp_path):
    """A daemon that has made calls and stands still."""
    port = ports.take(2)
    processes.append(Sipp(tmp_path, port, "phones.xml"))
    folder = tmp_path / "tariffs"
    folder.mkdir()
    (folder / "a.tariff").write_text(TARIFF)
    daemon = make_daemon([Trunk("alfa", port)], sections={"Billing": {"TariffDirectory": folder}}).start()
    daemon.submit({"id": "audit", "language": "nl", "message": silence(100)},
                  [(f"+31610{index:06d}", f"P-{index}") for index in range(5)])
    daemon.watch_to_end("audit", 60)
    return daemon


def journal_path(daemon):
    return next(daemon.directory.rglob("journal.sqlite"))


def test_any_change_is_found(ledger):
    """Every column of a row, every row removed, every two exchanged."""
    assert "rows proved" in ledger.ctl("cdr", "verify")
    ledger.stop()
    path = journal_path(ledger)
    with sqlite3.connect(path) as journal:
        columns = [row[1] for row in journal.execute("PRAGMA table_info(cdr)")]
        count = journal.execute("SELECT count(*) FROM cdr").fetchone()[0]
    # With the last connection the write-ahead log is folded in.
    journal.close()
    original, seal = path.read_bytes(), path.with_name("journal.seal").read_bytes()
    assert count >= 5 and len(columns) == 51
    cases = {"DELETE FROM cdr WHERE sequence = %d" % row: row for row in range(1, count + 1)}
    for column in set(columns) - {"sequence", "callee", "hash"}:
        cases[f"UPDATE cdr SET {column} = CASE WHEN {column} IS NULL THEN 1 ELSE {column} || '1' END WHERE sequence = 2"] = 2
    cases["UPDATE cdr SET callee = '+31600000000' WHERE sequence = 3"] = 3
    cases["UPDATE cdr SET hash = zeroblob(32) WHERE sequence = 4"] = 4
    cases["""UPDATE cdr SET sequence = 99 WHERE sequence = 2; UPDATE cdr SET sequence = 2 WHERE sequence = 5;
             UPDATE cdr SET sequence = 5 WHERE sequence = 99"""] = 2
    for statement, row in cases.items():
        path.write_bytes(original)
        # He who takes a part of the log away puts the seal of before back, or nothing starts.
        path.with_name("journal.seal").write_bytes(seal)
        tamper(path, statement)
        ledger.start()
        with pytest.raises(Refused) as refusal:
            ledger.ctl("cdr", "verify")
        assert refusal.value.status == 1
        assert str(row) in refusal.value.text or "ends with row" in refusal.value.text, (statement, refusal.value.text)
        ledger.kill()


def tamper(path, statement):
    """Someone with the file: no trigger is in his way, and he puts them back."""
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    with sqlite3.connect(path) as journal:
        triggers = [row[0] for row in journal.execute("SELECT sql FROM sqlite_schema WHERE type = 'trigger'")]
        for name in ("cdr_is_never_changed", "cdr_is_never_deleted"):
            journal.execute(f"DROP TRIGGER {name}")
        journal.executescript(statement)
        for trigger in triggers:
            journal.execute(trigger)
    journal.close()


def test_others_prove_it(ledger, tmp_path):
    file = tmp_path / "ledger"
    ledger.ctl("cdr", "export", "--format", "ledger", "--output", file)
    script = [sys.executable, str(ROOT / "scripts/verify-ledger"), str(file)]
    proof = subprocess.run(script, capture_output=True, text=True, check=True).stdout
    assert proof.split()[-1] == ledger.json("cdr", "verify")[-1]["verified"]["last"]["hash"]
    assert "+31610" not in file.read_text()
    file.write_text(file.read_text().replace("ANSWERED", "BUSY", 1))
    assert subprocess.run(script, capture_output=True, check=False).returncode == 1


def test_manifest_and_repetition(ledger, tmp_path):
    for locale in ([], ["--locale", "nl"]):
        file = tmp_path / "cdr.csv"
        ledger.ctl("cdr", "export", "--format", "native", *locale, "--output", file)
        content = file.read_bytes()
        note = tmp_path / "cdr.csv.manifest.json"
        manifest = json.loads(note.read_text())
        assert manifest["sha256"] == hashlib.sha256(content).hexdigest() and manifest["bytes"] == len(content)
        if locale:
            assert content.startswith(b"\xef\xbb\xbf") and content.count(b"\r\n") == content.count(b"\n")
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";" if locale else ","))
        assert len(rows) == manifest["rows"] == manifest["last-sequence"] - manifest["first-sequence"] + 1
        account, = manifest["accounts"]
        spoken = sum(round(float(row["billsec"].replace(",", ".")) * 1000) for row in rows)
        assert round(float(account["billsec"]) * 1000) == spoken
        first = note.read_bytes()
        ledger.ctl("cdr", "export", "--format", "native", *locale, "--output", file)
        assert file.read_bytes() == content and note.read_bytes() == first
        assert "proved" in ledger.ctl("cdr", "verify", "--manifest", note)
        assert not list(tmp_path.glob("*.part"))
    directory = tmp_path / "exports"
    directory.mkdir()
    ledger.ctl("cdr", "export", "--format", "native", "--locale", "nl", "--period", "last-7-days", "--directory", directory)
    assert len(list(directory.glob("cdr-native-nl-20??-??-??.csv"))) == 7


def test_forgotten(ledger):
    rows = ledger.cdrs()
    number = rows[0]["callee"]
    ledger.ctl("participants", "forget", number)
    after = ledger.cdrs()
    assert number not in [row["callee"] for row in after]
    assert after[0]["callee"].startswith("n-") and len(after) == len(rows)
    assert "proved" in ledger.ctl("cdr", "verify")


def test_numbers_go_on_schedule(ledger):
    """An action that ended two days ago, and numbers that are kept for one."""
    rows = ledger.cdrs()
    ledger.sections["Privacy"] = {"KeepNumbersFor": "1d"}
    ledger.write_configuration()
    ledger.stop()
    with sqlite3.connect(journal_path(ledger)) as journal:
        journal.execute("UPDATE action SET ended = ended - 172800000000")
    journal.close()
    ledger.start()
    wait_until(lambda: "numbers purged" in ledger.log_text(), 10, "the numbers are purged")
    after = ledger.cdrs()
    assert [row["callee"][:2] for row in after] == ["n-"] * len(rows)
    assert [{**row, "callee": ""} for row in after] == [{**row, "callee": ""} for row in rows]
    assert "proved" in ledger.ctl("cdr", "verify")
    assert not any("+31610" in str(one) for one in ledger.recipients("audit"))
    # Nothing can be said of them any more when a tariff changes.
    (ledger.sections["Billing"]["TariffDirectory"] / "a.tariff").write_text(TARIFF.replace("0.06", "0.09"))
    ledger.stop()
    ledger.start()
    report = ledger.json("cdr", "rerate", "--from", "2020-01-01", "--dry-run")[-1]["rerated"]
    assert (report["changed"], report["purged"]) == (0, len([row for row in rows if row["answer"]]))


def test_credit(ledger):
    """A credit is a row of its own, and never more than was charged."""
    rows = ledger.cdrs()
    charged = Decimal(rows[0]["charge"])
    assert charged > 0
    with pytest.raises(Refused):
        ledger.ctl("cdr", "credit", 1, "--amount", charged + 1, "--note", "too much")
    ledger.ctl("cdr", "credit", 1, "--amount", "0.05", "--note", "=complaint; @1")
    with pytest.raises(Refused):
        ledger.ctl("cdr", "credit", 1, "--amount", charged, "--note", "again")
    after = ledger.cdrs()
    assert after[:-1] == rows
    credit = after[-1]
    assert (credit["kind"], credit["corrects"], credit["charge"]) == ("credit", "1", "-0.050000")
    assert (credit["billsec"], credit["account"], credit["note"]) == ("0.000", rows[0]["account"], "'=complaint; '@1")
    assert "proved" in ledger.ctl("cdr", "verify")
    for layout in ("asterisk", "freeswitch"):
        assert len(ledger.ctl("cdr", "export", "--format", layout).splitlines()) == len(rows)


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_libreoffice_reads_numbers(ledger, tmp_path):
    """The Dutch file, opened by LibreOffice in the Dutch locale: columns of numbers are numbers, sums are ours."""
    file = tmp_path / "cdr.csv"
    ledger.ctl("cdr", "credit", 1, "--amount", "0.05", "--note", "=1+1")
    ledger.ctl("cdr", "export", "--format", "native", "--locale", "nl", "--output", file)
    manifest = json.loads((tmp_path / "cdr.csv.manifest.json").read_text())
    # 59: semicolon, 34: quote, 76: UTF-8, 1043: Dutch; then all cells as they are, into a flat XML document.
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "fods",
         "--infilter=CSV:59,34,76,1,,1043,false,true", "--outdir", str(tmp_path), str(file)],
        check=True, capture_output=True, timeout=120)
    office = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
    table = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
    text = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
    lines = []
    for row in tree.parse(tmp_path / "cdr.fods").iter(f"{table}table-row"):
        cells = []
        for cell in row.iter(f"{table}table-cell"):
            value = cell.get(f"{office}value")
            value = float(value) if value is not None else "".join(part.text or "" for part in cell.iter(f"{text}p"))
            cells += [value] * min(64, int(cell.get(f"{table}number-columns-repeated", 1)))
        lines.append(cells)
    account, = manifest["accounts"]
    for name in ("charge", "billsec"):
        column = lines[0].index(name)
        values = [line[column] for line in lines[1:] if line[0] != ""]
        assert len(values) == manifest["rows"] and all(isinstance(value, float) for value in values)
        assert round(sum(values), 6) == float(account[name])
    assert min(line[lines[0].index("charge")] for line in lines[1:] if line[0] != "") == -0.05
    assert "'=1+1" in [cell for line in lines for cell in line]
