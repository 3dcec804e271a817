# SPDX-License-Identifier: GPL-3.0-or-later
"""What an SMSC has of a stopped action is deleted there (cancel_sm), and what has a wrong text gets its correction in its
place (replace_sm), where the SMSC knows these. Message centres that we did not write judge by their own logs."""
import collections
import time

import pytest

from support.daemon import Centre, sms
from support.process import wait_until
from support.smsc import NetSmpp, Smpp34, SmppCapture, Twisted, assert_no_malformed

OFFICER = ("--officer", "A. de Vries")
WRONG, RIGHT = "Bel 0900-1234.", "Correctie: bel 0800-0011."


def numbers(count):
    return [f"316200{index:05d}" for index in range(count)]


def begin(make_daemon, smsc, processes, **keys):
    processes.append(smsc)
    daemon = make_daemon([], centres=[Centre("kpn", smsc.port, Sender="1403", **keys)],
                         sections={"Messaging": {"ReceiptTimeout": "20s", "DoubtHold": "2s"}}).start()
    smsc.wait_bound()
    return daemon


def commanded(smsc, name, status=0):
    return {event["message_id"] for event in smsc.events("commanded")
            if event["command"] == name and event["status"] == status}


def arrived(smsc):
    """The texts on each telephone, of those that the SMSC kept."""
    texts = collections.defaultdict(list)
    for event in smsc.events("arrived"):
        texts[event["destination_addr"]].append(event["text"])
    return dict(texts)


def ids(rows):
    return {row["message_ids"] for row in rows}


def test_a_stop_deletes_what_the_smsc_still_has(make_daemon, ports, processes, tmp_path):
    """With the process killed in the middle: what is said of each message is what the SMSC did with it."""
    smsc = NetSmpp(tmp_path / "smsc", ports.take(), keep=0, latency=5)
    daemon = begin(make_daemon, smsc, processes, Window=4, MessagesPerSecond=80)
    daemon.submit(sms("wrong", text=WRONG, receipts=True), [("+" + number, number) for number in numbers(600)])
    smsc.wait_submits(40)
    smsc.set(keep=1)
    before = len(smsc.submits())
    smsc.wait_submits(before + 80)
    stopped = time.time()
    daemon.ctl("stop", "wrong", *OFFICER)
    answered = time.time()
    wait_until(lambda: len(commanded(smsc, "cancel_sm")) >= 20, 10, "the SMSC deletes")
    daemon.kill()
    daemon.start()
    wait_until(lambda: daemon.summary("wrong")["messaging"] == 0, 40, "the SMSC has said what it deleted")
    smsc.set(keep=0)
    wait_until(lambda: not [row for row in daemon.cdrs() if not row["disposition"]], 5, "all are over")
    rows = daemon.cdrs("--action", "wrong")
    deleted = commanded(smsc, "cancel_sm")
    reported = {row["message_ids"] for row in rows if row["message_state"] == "DELETED"}
    doubtful = {row["message_ids"] for row in rows if row["disposition"] == "UNKNOWN"}
    # What was asked for when the process died may have been done: so it is said, and nothing more.
    assert reported <= deleted <= reported | doubtful and len(reported) >= 20
    assert len(doubtful) <= 8 + len({row["message_ids"] for row in rows if row["message_ids"] == ""})
    assert all(row["disposition"] == "UNDELIVERED" for row in rows if row["message_state"] == "DELETED")
    assert not deleted & {row["message_ids"] for row in rows if row["disposition"] in ("DELIVERED", "SENT")}
    # Each telephone's number, by the SMSC: neither a deleted message nor one that was sent after the stop.
    assert all(event["time"] < answered for event in smsc.submits())
    gone = {event["message_id"] for event in smsc.events("arrived")}
    assert not gone & deleted
    assert stopped < answered < stopped + 1
    times = sorted([event["time"] for event in smsc.submits()] + [event["time"] for event in smsc.events("commanded")])
    assert all(later - first > 0.9 for first, later in zip(times, times[81:]))


def test_a_message_that_the_smsc_keeps_for_later_is_deleted(make_daemon, ports, processes, tmp_path):
    smsc = NetSmpp(tmp_path / "smsc", ports.take(), keep=1)
    daemon = begin(make_daemon, smsc, processes)
    later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    action = sms("later", text=WRONG, receipts=False)
    action["sms"]["deliver-at"] = later
    daemon.submit(action, [("+" + number, number) for number in numbers(20)])
    smsc.wait_submits(20)
    wait_until(lambda: daemon.summary("later")["messaging"] == 20, 10, "they are with the SMSC")
    daemon.ctl("stop", "later", *OFFICER)
    wait_until(lambda: daemon.summary("later")["messaging"] == 0, 10, "they are deleted")
    assert daemon.summary("later")["outcomes"] == {"cancelled": 20}
    assert commanded(smsc, "cancel_sm") == {event["message_id"] for event in smsc.submits()} == ids(daemon.cdrs())


def test_a_correction_takes_the_place_of_the_wrong_text(make_daemon, ports, processes, tmp_path):
    smsc = NetSmpp(tmp_path / "smsc", ports.take(), keep=1, latency=10)
    capture = SmppCapture(tmp_path / "capture", smsc.port)
    processes.append(capture)
    daemon = begin(make_daemon, smsc, processes, Window=4, MessagesPerSecond=60)
    people = numbers(200)
    daemon.submit(sms("wrong", text=WRONG, receipts=True), [("+" + number, number) for number in people])
    smsc.wait_submits(200, timeout=20)
    wait_until(lambda: len(daemon.cdrs()) == 0 and daemon.summary("wrong")["messaging"] == 200, 10, "all are taken over")
    before = time.time()
    report = daemon.json("correct", "wrong", "--text", RIGHT, *OFFICER)[-1]["followed"]
    assert report["recipients"] == 200
    wait_until(lambda: len(commanded(smsc, "replace_sm")) >= 40, 20, "the SMSC replaces")
    assert min(event["time"] for event in smsc.events("commanded")) < before + 5
    daemon.kill()
    daemon.start()
    again = daemon.json("correct", "wrong", "--text", RIGHT, *OFFICER)[-1]["followed"]
    assert again["already-accepted"]

    def has_all():
        return len(commanded(smsc, "replace_sm")) + len(smsc.submits()) - 200 >= 200

    wait_until(has_all, 30, "everybody has the right text")
    time.sleep(1)
    smsc.set(keep=0)
    daemon.watch_to_end("wrong.correction", timeout=60)
    wait_until(lambda: daemon.summary("wrong")["messaging"] == 0, 30, "the wrong ones are over")
    texts = arrived(smsc)
    assert set(texts) == set(people)
    assert all(text == RIGHT for one in texts.values() for text in one)
    doubled = {number for number, one in texts.items() if len(one) > 1}
    assert all(len(one) <= 2 for one in texts.values())
    rows = {row["callee"].lstrip("+"): row for row in daemon.cdrs("--action", "wrong.correction")}
    assert set(rows) == set(people)
    # Two copies only of what was in doubt when the process died, and marked.
    assert all(rows[number]["doubtful"] == "1" for number in doubled) and len(doubled) <= 8
    replaced = {row["message_ids"] for row in rows.values() if row["segments_accepted"] == "0"}
    assert replaced <= commanded(smsc, "replace_sm")
    first = daemon.cdrs("--action", "wrong")
    assert {row["message_ids"] for row in first if row["message_state"] == "REPLACED"} == replaced
    # Billed once: as what was submitted.
    paid = sum(int(row["segments_accepted"]) for row in list(rows.values()) + first)
    assert paid == len(smsc.submits())
    # In the order in which they had the wrong text.
    order = [event["message_id"] for event in smsc.events("commanded") if event["command"] == "replace_sm"]
    assert order[:40] == [event["message_id"] for event in smsc.submits()][:40]
    capture.finish()
    assert_no_malformed(capture.file, smsc.port)
    kinds = collections.Counter(row["smpp.command_id"] for row in capture.rows())
    assert kinds[7] >= 190 and kinds[0x80000007] >= 190


@pytest.mark.parametrize("far_end, settings", [
    (Smpp34, {}), (Twisted, {}), (NetSmpp, {"commands": "unknown"}), (NetSmpp, {"commands": "nack"}),
    (NetSmpp, {"commands": "silent"}), (NetSmpp, {"status_of": {"replace_sm": 0x13, "cancel_sm": 0x11}})],
    ids=["smpp34", "twisted", "unknown", "nack", "silent", "refused"])
def test_an_smsc_that_cannot_is_followed_by_the_correction(make_daemon, ports, processes, tmp_path, far_end, settings):
    smsc = far_end(tmp_path / "smsc", ports.take(), receipt_delay=600_000, **settings)
    daemon = begin(make_daemon, smsc, processes, Window=4, ResponseTimeout="1s")
    people = numbers(60)
    daemon.submit(sms("wrong", text=WRONG, receipts=True), [("+" + number, number) for number in people])
    smsc.wait_submits(60)
    wait_until(lambda: daemon.summary("wrong")["messaging"] == 60, 10, "all are taken over")
    daemon.json("correct", "wrong", "--text", RIGHT, *OFFICER)
    wait_until(lambda: len(smsc.submits(status=0)) >= 120, 40, "each gets the correction")
    time.sleep(1)
    written = smsc.messages()
    assert set(written) == set(people)
    assert all(texts == [WRONG, RIGHT] for texts in written.values())
    # One that says that it does not know them, or answers none, is not asked by each message.
    if "commands" in settings:
        asked = smsc.events("replace_sm", "cancel_sm")
        assert len(asked) <= 16, collections.Counter(event["event"] for event in asked)
    if far_end is Twisted:
        # It closes the connection at each replace_sm, of which a window may be on its way.
        assert len(smsc.events("close")) <= 3


def test_a_closing_message_does_not_go_to_those_whose_sms_was_deleted(make_daemon, ports, processes, tmp_path):
    smsc = NetSmpp(tmp_path / "smsc", ports.take(), latency=5)
    daemon = begin(make_daemon, smsc, processes, Window=4, MessagesPerSecond=60)
    people = numbers(300)
    daemon.submit(sms("a", text=WRONG, receipts=True), [("+" + number, number) for number in people])
    smsc.wait_submits(30)
    smsc.set(keep=1)
    before = len(smsc.submits())
    smsc.wait_submits(before + 30)
    report = daemon.json("close", "a", "--text", "Gevonden, dank u wel.", *OFFICER)[-1]["followed"]
    deleted = commanded(smsc, "cancel_sm")
    assert len(deleted) >= 20
    wait_until(lambda: daemon.summary("a.closing")["recipients"] == report["recipients"], 10, "it is told")
    smsc.set(keep=0)
    wait_until(lambda: daemon.summary("a.closing").get("ended"), 30, "everybody is told")
    told = {event["destination_addr"] for event in smsc.submits() if event["text"].startswith("Gevonden")}
    opened = {event["destination_addr"] for event in smsc.submits()
              if event["text"] == WRONG and event["status"] == 0 and event["message_id"] not in deleted}
    assert told == opened and len(told) == report["recipients"]
