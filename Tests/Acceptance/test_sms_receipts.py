# SPDX-License-Identifier: GPL-3.0-or-later
"""Receipts in every disorder end in the right state."""
import time

import pytest

from support.daemon import Centre, Trunk, sms
from support.process import wait_until
from support.sipp import Sipp
from support.smsc import NetSmpp, Smpp34

DISORDERS = {
    "before the response": {"receipt_order": "before"},
    "twice": {"receipt_order": "twice"},
    "reversed": {"receipt_order": "reversed", "receipt_batch": 6},
    "TLV alone": {"receipt_format": "tlv"},
    "text alone": {"receipt_format": "text"},
    "text in message_payload": {"receipt_format": "payload"},
    "without sub and dlvrd": {"receipt_format": "weird"},
    "decimal, then hexadecimal": {"id_style": "decimal", "receipt_id_style": "hex", "id_start": 1_000_000},
    "hexadecimal, then decimal": {"id_style": "hex", "receipt_id_style": "decimal", "id_start": 1_000_000},
    "other letter case": {"id_style": "hex", "receipt_id_style": "HEX", "id_start": 0xABCDE},
    "zero-padded": {"id_style": "decimal", "receipt_id_style": "padded"},
    "one id for all": {"id_style": "same"},
    "no ids": {"id_style": "none"},
}


@pytest.mark.parametrize("disorder", DISORDERS)
def test_disorder(make_daemon, ports, processes, tmp_path, disorder):
    numbers = [f"316100{index:05d}" for index in range(60)]
    # Each tenth message cannot be delivered.
    failing = {number: "UNDELIV" for number in numbers[::10]}
    smsc = NetSmpp(tmp_path / "smsc", ports.take(), outcome_of=failing, receipt_delay=30, **DISORDERS[disorder])
    processes.append(smsc)
    daemon = make_daemon([], centres=[Centre("alfa", smsc.port, Window=10)],
                         sections={"Messaging": {"ReceiptTimeout": "5s"}}).start()
    smsc.wait_bound()
    text = "Controle id:123 stat:UNDELIV err:001 text:dit is geen bericht van de centrale. "
    daemon.submit(sms("disorder", text=text * 3, receipts=True), [("+" + number, number) for number in numbers])
    summary = daemon.watch_to_end("disorder", timeout=40)
    assert summary["outcomes"] == {"delivered": 54, "undelivered": 6}, daemon.log_text()[-2000:]
    outcomes = {one["id"]: one["outcome"] for one in daemon.recipients("disorder")}
    assert {number for number, outcome in outcomes.items() if outcome == "undelivered"} == set(failing)
    assert all(int(row["segments_accepted"]) == 2 for row in daemon.cdrs())


def accepted(daemon):
    return sum(bind["accepted"] for reply in daemon.json("smsc") if "smsc" in reply for bind in reply["smsc"]["binds"])


def test_receipts_after_a_restart(make_daemon, ports, processes, tmp_path):
    smsc = Smpp34(tmp_path / "smsc", ports.take(), receipt_delay=4000)
    processes.append(smsc)
    daemon = make_daemon([], centres=[Centre("alfa", smsc.port)]).start()
    smsc.wait_bound()
    daemon.submit(sms("later", receipts=True), [(f"+316100{index:05d}", f"P-{index}") for index in range(50)])
    wait_until(lambda: accepted(daemon) == 50, 10, "all are taken over")
    daemon.kill()
    daemon.start()
    assert daemon.watch_to_end("later", timeout=30)["outcomes"] == {"delivered": 50}
    rows = daemon.cdrs()
    assert len(rows) == 50 and all(row["recovered"] == "1" and row["doubtful"] == "0" for row in rows)
    assert len(smsc.submits()) == 50


def test_a_dead_link_is_noticed_and_its_traffic_moved(make_daemon, ports, processes, tmp_path):
    alfa = NetSmpp(tmp_path / "alfa", ports.take(), latency=20)
    bravo = NetSmpp(tmp_path / "bravo", ports.take())
    processes.extend([alfa, bravo])
    daemon = make_daemon([], centres=[
        Centre("alfa", alfa.port, Window=10, Priority=1), Centre("bravo", bravo.port, Window=10, Priority=2)]).start()
    alfa.wait_bound()
    bravo.wait_bound()
    recipients = [(f"+316100{index:05d}", f"P-{index}") for index in range(3000)]
    daemon.submit(sms("move", priority="life-threat"), recipients)
    alfa.wait_submits(300)
    assert not bravo.submits()
    black = time.time()
    alfa.black_hole()
    bravo.wait_submits(1, timeout=15)
    moved = bravo.submits()[0]["time"] - black
    print(f"traffic moved after {moved:.1f} s")
    assert moved <= 5
    summary = daemon.watch_to_end("move", timeout=60)
    assert summary["outcomes"] == {"sent": 3000}
    had = [*alfa.messages(), *bravo.messages()]
    assert len(set(had)) == 3000 and len(had) - 3000 <= 10


def test_cascade_from_voice_to_sms_and_back(make_daemon, ports, processes, tmp_path):
    port = ports.take(2)
    phones = Sipp(tmp_path, port, "phones.xml")
    smsc = NetSmpp(tmp_path / "smsc", ports.take(), outcome_of={"31610000001": "UNDELIV"})
    processes.extend([phones, smsc])
    daemon = make_daemon([Trunk("alfa", port)], centres=[Centre("tekst", smsc.port)]).start()
    smsc.wait_bound()
    # Who cannot be reached by SMS is called.
    daemon.submit(
        sms("text-first", receipts=True, channels=["sms", "voice"], message=[{"recording": "beep"}]),
        [("+31610000000", "P-0"), ("+31610000001", "P-1")])
    summary = daemon.watch_to_end("text-first", timeout=60)
    assert summary["outcomes"] == {"delivered": 1, "answered": 1}
    rows = {(row["recipient"], row["channel"]): row["disposition"] for row in daemon.cdrs()}
    assert rows == {("P-0", "sms"): "DELIVERED", ("P-1", "sms"): "UNDELIVERED", ("P-1", "voice"): "ANSWERED"}
