# SPDX-License-Identifier: GPL-3.0-or-later
"""SMS actions against message centres that we did not write: texts arrive as they were written, as those decode them."""
import random

import pytest

from support.daemon import Centre, sms
from support.process import wait_until
from support.smsc import NetSmpp, Smpp34, Twisted

ALPHABETS = {
    "ascii": "Sirene gaat af in uw wijk. Sluit ramen en deuren, blijf binnen en luister naar de radio. ",
    "dutch": "Vermist: Zoë, 6 jaar, blauwe jas. Gezien? Bel 0800-6070 à la minute; één tip is genoeg. ",
    "extension": "Tarief €0,25 {melding} [wijk 3] ~ a\\b | c^d ",
    "polish": "Zażółć gęślą jaźń, uwaga: ewakuacja mieszkańców. ",
    "ukrainian": "Увага! Повітряна тривога. Пройдіть в укриття. ",
    "emoji": "Brand 🔥 bij het station 🚉, blijf weg 👨‍👩‍👧‍👦! ",
    "typographic": "’s Avonds – “veilig” binnen… ",
}


def texts(count, seed):
    """Mixed alphabets, from a few characters to several segments."""
    generator = random.Random(seed)
    names = list(ALPHABETS)
    found = []
    for index in range(count):
        base = ALPHABETS[names[index % len(names)]]
        length = generator.choice([len(base), 70, 71, 134, 160, 161, 306, 307, 400])
        text = (base * (length // len(base) + 1))[:length].strip()
        # An emoji made of several is not to be cut by the test itself.
        while text and (ord(text[-1]) > 0xFFFF or text[-1] == "\u200d"):
            text = text[:-1].strip()
        found.append(f"{index} {text}")
    return found


def expect_unchanged(daemon, smsc, count, keys=None):
    """`count` messages over 40 actions, each with a text of its own."""
    each = count // 40
    written = {}
    for index, text in enumerate(texts(40, 7)):
        numbers = [f"+3161{index:03d}{person:04d}" for person in range(each)]
        identifier = f"mix-{index}"
        daemon.submit(sms(identifier, text=text, receipts=True, **(keys or {})),
                      [(number, f"P-{person}") for person, number in enumerate(numbers)])
        for number in numbers:
            written[number[1:]] = text
    for index in range(40):
        summary = daemon.watch_to_end(f"mix-{index}", timeout=180)
        assert summary["outcomes"] == {"delivered": each}, summary
    arrived = smsc.messages()
    for number, text in written.items():
        assert arrived.get(number) == [text], f"{number}: {arrived.get(number)} in place of {[text]}"
    rows = daemon.cdrs()
    assert len(rows) == len(written) and all(row["disposition"] == "DELIVERED" for row in rows)
    assert sum(int(row["segments_accepted"]) for row in rows) == len(smsc.submits(status=0))


@pytest.mark.parametrize("far_end", [Smpp34, Twisted, NetSmpp])
def test_texts_arrive_as_written(make_daemon, ports, processes, tmp_path, far_end):
    smsc = far_end(tmp_path / "smsc", ports.take(), receipt_delay=20)
    processes.append(smsc)
    # The two from PyPI take 5,000; the third one is here for the breadth.
    count = 1000 if far_end is NetSmpp else 5000
    daemon = make_daemon([], centres=[Centre("alfa", smsc.port, Window=50)]).start()
    smsc.wait_bound()
    expect_unchanged(daemon, smsc, count)
    # In order: unbind comes from us, and the connection ends after it.
    daemon.stop()
    if "unbind_resp" not in smsc.lacks:
        smsc.wait_event("unbind", timeout=5)


@pytest.mark.parametrize("far_end", [Smpp34, Twisted, NetSmpp])
@pytest.mark.parametrize("kind", ["pair", "transceiver"])
def test_binds_receipts_and_answers(make_daemon, ports, processes, tmp_path, far_end, kind):
    smsc = far_end(tmp_path / "smsc", ports.take(), receipt_bind="receiver" if kind == "pair" else "same")
    processes.append(smsc)
    daemon = make_daemon([], centres=[Centre("alfa", smsc.port, Bind=kind)]).start()
    smsc.wait_bound(2 if kind == "pair" else 1)
    modes = sorted(event["mode"] for event in smsc.events("bind"))
    assert modes == (["receiver", "transmitter"] if kind == "pair" else ["transceiver"])
    daemon.submit(sms("two-ways", receipts=True), [("+31612345678", "P-1"), ("+31612345679", "P-2")])
    assert daemon.watch_to_end("two-ways", timeout=30)["outcomes"] == {"delivered": 2}
    smsc.mo("31612345678", "1403", "Ik heb haar gezien bij het station")
    smsc.mo("31612345679", "1403", "STOP")

    def answers():
        found = [reply["inbound"] for reply in daemon.json("show", "two-ways", "--messages") if "inbound" in reply]
        return found if len(found) == 2 else None

    found = {one["id"]: one["text"] for one in wait_until(answers, 10, "both answers are stored")}
    assert found == {"P-1": "Ik heb haar gezien bij het station", "P-2": "STOP"}
    # Who said STOP gets no more; the others do.
    daemon.submit(sms("again", receipts=True), [("+31612345678", "P-1"), ("+31612345679", "P-2")])
    assert daemon.watch_to_end("again", timeout=30)["outcomes"] == {"delivered": 1, "opted-out": 1}


@pytest.mark.parametrize("far_end", [Smpp34, Twisted])
def test_throttled_by_each(make_daemon, ports, processes, tmp_path, far_end):
    smsc = far_end(tmp_path / "smsc", ports.take(), throttle=100)
    processes.append(smsc)
    daemon = make_daemon([], centres=[Centre("alfa", smsc.port, Window=20)]).start()
    smsc.wait_bound()
    daemon.submit(sms("slow"), [(f"+316100{index:05d}", f"P-{index}") for index in range(600)])
    assert daemon.watch_to_end("slow", timeout=60)["outcomes"] == {"sent": 600}
    assert all(len(found) == 1 for found in smsc.messages().values())
