# SPDX-License-Identifier: GPL-3.0-or-later
"""Found! Wrong! Corrections and closing messages go to exactly those who were reached: SIPp and the SMSC are the judges."""
import csv
import json
import time

import pytest

from support.daemon import Centre, Refused, Trunk, silence
from support.process import wait_until
from support.sipp import Sipp
from support.smsc import NetSmpp

OFFICER = ("--officer", "A. de Vries")
RIGHT = "Correctie: bel 0800-0011."


class Scene:
    """Citizens with a telephone of every kind, and others who chose SMS."""

    def __init__(self, make_daemon, ports, processes, tmp_path, rate=20):
        port = ports.take(2)
        self.sipp = Sipp(tmp_path, port, "phones.xml")
        processes.append(self.sipp)
        self.smsc = NetSmpp(tmp_path / "smsc", ports.take(), latency=20)
        processes.append(self.smsc)
        self.daemon = make_daemon(
            [Trunk("alfa", port, CallsPerSecond=rate, Channels=300)], centres=[Centre("kpn", self.smsc.port, Window=2)],
            sections={"Call": {"RingTimeout": "30s"}, "Retry": {"Busy": "1h"},
                      "Messaging": {"DoubtHold": "1s"}}).start()
        self.smsc.wait_bound()
        self.directory = tmp_path
        self.switched = None

    def submit(self, name, calls, texts, seconds=20, priority="normal"):
        document = {"id": name, "priority": priority, "account": "GM0513", "message": silence(seconds * 1000),
                    "sms": {"text": "Bel 0900-1234.", "sender": "1403", "receipts": False}, "cascade": {"outcomes": []}}
        action, people = self.directory / f"{name}.json", self.directory / f"{name}.csv"
        action.write_text(json.dumps(document))
        # 0 answers and listens, 1 is busy, 3 rings until it is let go.
        voice = [(f"+3161{(0, 0, 1, 3)[index % 4]}{index:06d}", f"V-{index}", "voice") for index in range(calls)]
        with open(people, "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["number", "id", "channel"])
            writer.writerows(voice + [(f"+316200{index:05d}", f"S-{index}", "sms") for index in range(texts)])
        self.daemon.json("submit", action, "--recipients", people)

    def heard(self):
        """Numbers whose call was answered and acknowledged, in that order."""
        messages = self.sipp.messages()
        numbers = {m.call_id: m.number for m in messages if not m.sent and m.method == "INVITE"}
        return list(dict.fromkeys(numbers[m.call_id] for m in messages if not m.sent and m.method == "ACK"
                                  and m.call_id in self.answered(messages)))

    @staticmethod
    def answered(messages):
        return {m.call_id for m in messages if m.sent and m.status == 200 and m.cseq.endswith("INVITE")}

    def called_since(self, moment):
        return [(m.number, m.time) for m in self.sipp.invites() if m.time > moment]

    def written(self):
        return {number: list(texts) for number, texts in self.smsc.messages().items()}


def test_a_correction_reaches_exactly_those_who_heard_the_wrong_text(make_daemon, ports, processes, tmp_path):
    scene = Scene(make_daemon, ports, processes, tmp_path)
    daemon = scene.daemon
    scene.submit("wrong", calls=400, texts=3000, priority="life-threat")
    wait_until(lambda: len(scene.heard()) >= 30 and len(scene.smsc.submits()) >= 50, 30, "some have the wrong text")
    before = time.time()
    report = daemon.json("correct", "wrong", "--text", RIGHT, *OFFICER)[-1]["followed"]
    stopped = time.time()
    assert daemon.summary("wrong")["phase"] == "cancelled"
    wait_until(lambda: scene.called_since(stopped), 10, "the correction begins")
    # In the middle of it the process dies.
    wait_until(lambda: len(scene.called_since(stopped)) >= 10, 10, "the correction is under way")
    daemon.kill()
    daemon.start()
    again = daemon.json("correct", "wrong", "--text", RIGHT, *OFFICER)[-1]["followed"]
    assert again["already-accepted"] and again["action"] == report["action"] == "wrong.correction"
    summary = daemon.watch_to_end("wrong.correction", timeout=90)
    assert summary["corrects"] == "wrong" and summary["recipients"] == report["recipients"]

    rows = daemon.cdrs("--action", "wrong")
    first = {row["call_id"] for row in rows}
    messages = scene.sipp.messages()
    numbers = {m.call_id: m.number for m in messages if not m.sent and m.method == "INVITE"}
    acknowledged = {m.call_id for m in messages if not m.sent and m.method == "ACK"}
    heard = {numbers[call] for call in scene.answered(messages) & acknowledged & first}
    corrections = [invite for invite in scene.sipp.invites() if invite.call_id not in first]
    called = [invite.number for invite in corrections]
    assert set(called) == heard
    assert corrections[0].time < before + 5
    # In the order in which they heard it.
    order = [row["callee"] for row in sorted(rows, key=lambda row: row["answer"]) if row["callee"] in heard]
    assert list(dict.fromkeys(called))[:8] == order[:8]

    written = scene.written()
    wrong = {number for number, texts in written.items() if "Bel 0900-1234." in texts}
    right = {number for number, texts in written.items() if RIGHT in texts}
    assert wrong == right and 50 <= len(wrong) < 3000
    assert all(texts[0] == "Bel 0900-1234." for texts in written.values())
    assert report["calls"] == len(heard) and report["messages"] == len(wrong)


def test_a_closing_message_reaches_exactly_those_who_were_reached(make_daemon, ports, processes, tmp_path):
    scene = Scene(make_daemon, ports, processes, tmp_path, rate=50)
    daemon = scene.daemon
    scene.submit("a", calls=60, texts=40, seconds=3)
    wait_until(lambda: len(scene.heard()) == 30 and len(scene.smsc.submits()) == 40, 30, "everybody is reached")
    scene.smsc.mo("31620000007", "1403", "STOP")
    wait_until(lambda: daemon.summary("a")["inbound"] == 1, 10, "one has opted out")
    report = daemon.json("close", "a", "--text", "Gevonden, dank u wel.", "--result", "found", *OFFICER)[-1]["followed"]
    daemon.kill()
    daemon.start()
    again = daemon.json("close", "a", "--text", "Gevonden, dank u wel.", "--result", "found", *OFFICER)[-1]["followed"]
    assert again["already-accepted"] and again["action"] == report["action"] == "a.closing"
    with pytest.raises(Refused, match="was closed"):
        daemon.ctl("close", "a", "--text", "Iets anders.", *OFFICER)
    summary = daemon.watch_to_end("a.closing", timeout=60)
    # What the crash caught is interrupted, and never repeated.
    assert summary["closes"] == "a" and summary["recipients"] == 70 and summary["outcomes"]["opted-out"] == 1
    assert set(summary["outcomes"]) <= {"answered", "sent", "opted-out", "interrupted"}
    doubtful = {one["number"] for one in daemon.recipients("a.closing") if one["outcome"] == "interrupted"}
    heard = {row["callee"] for row in daemon.cdrs("--action", "a") if row["disposition"] == "ANSWERED"}
    messages = scene.sipp.messages()
    first = {row["call_id"] for row in daemon.cdrs("--action", "a")}
    closing = [m for m in scene.sipp.invites() if m.call_id not in first]
    assert {m.number for m in closing} == heard
    # Never before their own opening has ended.
    ended = max(m.time for m in messages if m.method == "BYE" and m.call_id in first)
    assert min(m.time for m in closing) > ended
    acknowledged = [m.call_id for m in messages if not m.sent and m.method == "ACK"]
    assert all(acknowledged.count(m.call_id) <= 1 for m in closing)
    written = scene.written()
    told = {number for number, texts in written.items() if "Gevonden, dank u wel." in texts}
    assert "31620000007" not in told
    # A number is shown as +316*****007.
    assert all(f"+316*****{number[-3:]}" in doubtful for number in set(written) - told - {"31620000007"})
    assert all(texts.count("Gevonden, dank u wel.") <= 1 for texts in written.values())
    deed = daemon.summary("a")["deeds"][-1]
    assert (deed["deed"], deed["note"], deed["action"]) == ("closed", "found", "a.closing")


def test_what_nobody_closes_is_an_alarm_until_somebody_says_why(make_daemon, ports, processes, tmp_path):
    port = ports.take(2)
    processes.append(Sipp(tmp_path, port, "phones.xml"))
    daemon = make_daemon([Trunk("alfa", port)], sections={"Gate": {"CloseWithin": "1s"}}).start()
    daemon.submit({"id": "a", "message": silence(300)}, [("+31610000001", "P-1")])
    with pytest.raises(Refused, match="stop it first"):
        daemon.ctl("close", "a", "--none", "oefening", *OFFICER)
    daemon.watch_to_end("a", timeout=20)
    wait_until(lambda: daemon.json("status")[-1]["status"].get("unclosed") == ["a"], 10, "it stands as an alarm")
    assert "NOT CLOSED: a" in daemon.ctl("status")
    with pytest.raises(Refused, match="--officer"):
        daemon.ctl("close", "a", "--none", "oefening")
    daemon.ctl("close", "a", "--none", "oefening", *OFFICER)
    daemon.kill()
    daemon.start()
    assert "unclosed" not in daemon.json("status")[-1]["status"]
    assert daemon.summary("a")["deeds"][-1]["note"] == "oefening"


def test_what_is_not_there_or_over_is_said(make_daemon, ports, processes, tmp_path):
    port = ports.take(2)
    processes.append(Sipp(tmp_path, port, "phones.xml"))
    daemon = make_daemon([Trunk("alfa", port)]).start()
    for arguments in (("stop", "x"), ("approve", "x"), ("correct", "x", "--text", "x"), ("close", "x", "--text", "x"),
                      ("close", "x", "--none", "x")):
        with pytest.raises(Refused, match='there is no action "x"'):
            daemon.ctl(*arguments, *OFFICER)
    daemon.submit({"id": "a", "message": silence(300)}, [("+31611000001", "P-1")])
    report = daemon.json("correct", "a", "--text", "x", *OFFICER)[-1]["followed"]
    assert report["recipients"] == 0 and "action" not in report
    with pytest.raises(Refused, match="cannot be approved"):
        daemon.ctl("approve", "a", *OFFICER)


def test_another_correction_ends_the_one_before(make_daemon, ports, processes, tmp_path):
    """Nobody is told what holds no more behind what holds."""
    scene = Scene(make_daemon, ports, processes, tmp_path, rate=5)
    daemon = scene.daemon
    scene.submit("wrong", calls=60, texts=0, seconds=2)
    wait_until(lambda: len(scene.heard()) >= 12, 30, "some have the wrong text")
    daemon.json("correct", "wrong", "--text", "Het was in Delft.", *OFFICER)
    wait_until(lambda: daemon.summary("wrong.correction")["calling"] > 0, 20, "the correction begins")
    report = daemon.json("correct", "wrong", "--text", "Het was in Gouda.", *OFFICER)[-1]["followed"]
    assert report["action"] == "wrong.correction-2" and report["recipients"] >= 12
    former = daemon.summary("wrong.correction")
    assert former["phase"] == "cancelled" and former["calling"] == 0
    # Asked again, it is the same, and goes on.
    again = daemon.json("correct", "wrong", "--text", "Het was in Gouda.", *OFFICER)[-1]["followed"]
    assert again["action"] == "wrong.correction-2" and again["already-accepted"]
    assert daemon.watch_to_end("wrong.correction-2", timeout=60)["phase"] == "completed"


def test_a_number_that_is_not_allowed_is_not_said_by_a_follow_up_either(make_daemon, ports, processes, tmp_path):
    sipp = Sipp(tmp_path, ports.take(2), "phones.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", sipp.port)], sections={"Gate": {"Numbers": "refuse"}}).start()
    daemon.submit({"id": "first", "account": "GM0513", "message": silence(20_000)}, [("+31610000001", "P-1")])
    wait_until(lambda: daemon.summary("first")["calling"] == 1, 20, "somebody is called")
    for verb in ("correct", "close"):
        with pytest.raises(Refused) as refused:
            daemon.json(verb, "first", "--text", "Bel 06-99999999.", *OFFICER)
        assert "AllowNumbers" in refused.value.text
    # Nothing was done: the text comes before the stop.
    assert daemon.summary("first")["phase"] == "running"
    with pytest.raises(Refused) as refused:
        daemon.json("stop", "first", "--say", "Bel 06-99999999.", *OFFICER)
    assert "AllowNumbers" in refused.value.text
    assert daemon.summary("first")["phase"] == "cancelled"
