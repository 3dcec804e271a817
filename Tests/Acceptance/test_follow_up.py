# SPDX-License-Identifier: GPL-3.0-or-later
"""Found! Wrong! Corrections and closing messages go to exactly those who were reached: SIPp and the SMSC are the judges."""
import csv
import json
import time
from concurrent.futures import ThreadPoolExecutor

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


def test_a_text_that_was_taken_back_is_no_answer_to_who_asks_for_it_again(make_daemon, ports, processes, tmp_path):
    """A, then B, then A: the last word counts."""
    scene = Scene(make_daemon, ports, processes, tmp_path)
    daemon = scene.daemon
    scene.submit("wrong", calls=4, texts=0, seconds=1)
    wait_until(lambda: len(scene.heard()) == 2, 30, "two have the wrong text")
    names = []
    for text in ("Het was in Delft.", "Het was in Gouda.", "Het was in Delft.", "Het was in Delft."):
        report = daemon.json("correct", "wrong", "--text", text, *OFFICER)[-1]["followed"]
        names.append((report["action"], report["already-accepted"]))
        daemon.watch_to_end(report["action"], timeout=60)
    assert names == [("wrong.correction", False), ("wrong.correction-2", False), ("wrong.correction-3", False),
                     ("wrong.correction-3", True)]
    # Whoever names a correction means what it corrects: also those are told whom it never reached.
    report = daemon.json("correct", "wrong.correction-3", "--text", "Het was in Leiden.", *OFFICER)[-1]["followed"]
    assert (report["of"], report["action"], report["recipients"]) == ("wrong", "wrong.correction-4", 2)
    # One that somebody stops is not being told, and is asked for anew.
    daemon.ctl("pause", "wrong.correction-4")
    daemon.ctl("stop", "wrong.correction-4", *OFFICER)
    report = daemon.json("correct", "wrong", "--text", "Het was in Leiden.", *OFFICER)[-1]["followed"]
    assert (report["action"], report["already-accepted"]) == ("wrong.correction-5", False)


def slow_voice(tmp_path):
    """Speech that takes its time: a second request comes while the text of the first is being made."""
    voice = tmp_path / "voice"
    voice.write_text("#!/bin/sh\nsleep 2\nexec espeak-ng -v nl --stdin --stdout\n")
    voice.chmod(0o755)
    return {"Language nl": {"Command": str(voice)}}


@pytest.mark.parametrize("verb, deed, name", [
    ("correct", "corrected", "first.correction"), ("close", "closed", "first.closing")])
def test_the_same_asked_for_twice_at_once_is_done_once(make_daemon, ports, processes, tmp_path, verb, deed, name):
    sipp = Sipp(tmp_path, ports.take(2), "phones.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", sipp.port)], sections=slow_voice(tmp_path)).start()
    daemon.submit({"id": "first", "message": silence(300)}, [("+31610000001", "P-1")])
    daemon.watch_to_end("first", timeout=20)
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(daemon.json, verb, "first", "--text", "Gevonden.", *OFFICER) for _ in range(3)]
        time.sleep(0.5)
        if verb == "close":
            with pytest.raises(Refused, match="is being closed with another text"):
                daemon.ctl("close", "first", "--text", "Iets anders.", *OFFICER)
        with pytest.raises(Refused, match="is being made at this moment"):
            daemon.ctl("retry", "first", "--interrupted")
        reports = [one.result()[-1]["followed"] for one in asked]
    assert {report["action"] for report in reports} == {name}
    assert sorted(report["already-accepted"] for report in reports) == [False, True, True]
    assert daemon.watch_to_end(name, timeout=20)["outcomes"] == {"answered": 1}
    assert len(sipp.invites()) == 2
    assert [one["deed"] for one in daemon.summary("first")["deeds"]] == ["submitted", deed]


def test_a_correction_that_is_asked_for_while_another_is_made_takes_its_place(make_daemon, ports, processes, tmp_path):
    sipp = Sipp(tmp_path, ports.take(2), "phones.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", sipp.port)], sections=slow_voice(tmp_path)).start()
    daemon.submit({"id": "first", "message": silence(300)}, [("+31610000001", "P-1")])
    daemon.watch_to_end("first", timeout=20)
    with ThreadPoolExecutor(1) as pool:
        former = pool.submit(daemon.run, "correct", "first", "--text", "Het was in Delft.", *OFFICER)
        time.sleep(0.5)
        report = daemon.json("correct", "first", "--text", "Het was in Gouda.", *OFFICER)[-1]["followed"]
        refused = former.result()
    assert refused.returncode == 1 and "asked for meanwhile" in refused.stderr, refused
    assert daemon.watch_to_end(report["action"], timeout=20)["outcomes"] == {"answered": 1}
    assert [one["action"]["id"] for one in daemon.json("list")[:-1]] == ["first", report["action"]]
    assert len(sipp.invites()) == 2


def test_what_was_corrected_is_not_called_out_again(make_daemon, ports, processes, tmp_path):
    sipp = Sipp(tmp_path, ports.take(2), "phones.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", sipp.port)]).start()
    daemon.submit({"id": "wrong", "message": silence(20_000)}, [("+31610000001", "P-1")])
    wait_until(lambda: any(m.method == "ACK" for m in sipp.messages()), 20, "somebody listens")
    time.sleep(1)
    daemon.kill()
    daemon.start()
    assert daemon.watch_to_end("wrong", timeout=20)["outcomes"] == {"interrupted": 1}
    daemon.ctl("correct", "wrong", "--text", RIGHT, *OFFICER)
    with pytest.raises(Refused, match='was corrected, by action "wrong.correction"'):
        daemon.ctl("retry", "wrong", "--interrupted")
    assert daemon.watch_to_end("wrong.correction", timeout=20)["outcomes"] == {"answered": 1}
    assert len(sipp.invites()) == 2


def test_a_correction_passes_the_limit_that_the_wrong_call_used_up_and_keeps_what_the_submission_said(
        make_daemon, ports, processes, tmp_path):
    sipp = Sipp(tmp_path, ports.take(2), "phones.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", sipp.port)]).start()
    daemon.ctl("participants", "import", "-",
               input="id,number,calls,caps\nP-1,0610000001,,normal=1/month\nP-2,0610000002,never,\n")
    definition, people = tmp_path / "action.json", tmp_path / "people.jsonl"
    definition.write_text(json.dumps({"id": "wrong", "language": "nl", "account": "GM0513", "message": silence(300)}))
    people.write_text('{"id":"P-1"}\n{"id":"P-2","preferences":{"calls":"always"}}\n')
    daemon.ctl("submit", definition, "--recipients", people)
    assert daemon.watch_to_end("wrong", timeout=20)["outcomes"] == {"answered": 2}
    daemon.ctl("correct", "wrong", "--text", RIGHT, *OFFICER)
    assert daemon.watch_to_end("wrong.correction", timeout=20)["outcomes"] == {"answered": 2}
    # The closing message asks for wishes, and the submission's go over the register.
    daemon.ctl("close", "wrong", "--text", "Gevonden.", *OFFICER)
    assert daemon.watch_to_end("wrong.closing", timeout=20)["outcomes"] == {"answered": 2}
    assert len(sipp.invites()) == 6


@pytest.mark.parametrize("text, words", [
    ("Bel 06-99999999.", "AllowNumbers"), ("...", "nothing that can be spoken"), ("", "nothing that can be spoken"),
    ("x" * 5001, "5001 characters"),
])
def test_a_text_that_is_refused_stops_the_action_all_the_same(make_daemon, ports, processes, tmp_path, text, words):
    sipp = Sipp(tmp_path, ports.take(2), "phones.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", sipp.port)], sections={"Gate": {"Numbers": "refuse"}}).start()
    for verb, option in (("correct", "--text"), ("close", "--text"), ("stop", "--say")):
        daemon.submit({"id": verb, "account": "GM0513", "message": silence(20_000)}, [(f"+3161000000{len(verb)}", "P-1")])
        wait_until(lambda: daemon.summary(verb)["calling"] == 1, 20, "somebody is called")
        with pytest.raises(Refused) as refused:
            daemon.ctl(verb, verb, option, text, *OFFICER)
        assert words in refused.value.text and f'action "{verb}" is stopped; no' in refused.value.text
        assert daemon.summary(verb)["phase"] == "cancelled"
        with pytest.raises(Refused, match="cannot be retried"):
            daemon.ctl("retry", verb, "--interrupted")
