# SPDX-License-Identifier: GPL-3.0-or-later
"""Tariffs, budgets and quotes as an operator meets them; the calls themselves are SIPp's to count."""
from decimal import Decimal

import pytest

from support.daemon import Refused, Trunk, silence
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
    assert outcomes["over-budget"] == 2000 - len(reached)
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
