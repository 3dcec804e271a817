# SPDX-License-Identifier: GPL-3.0-or-later
"""Message centres that do what no library does: unbind in mid-window, leave out a NUL, throttle one number for ever."""
import collections
import threading
import time

import pytest

from support.daemon import Centre, sms
from support.smsc.scripted import RESPONSE, SUBMIT, UNBIND, Scripted, pdu


def people(count):
    return [(f"+316100{index:05d}", f"P-{index}") for index in range(count)]


@pytest.fixture
def make_scripted(ports, processes):
    def make(answer):
        smsc = Scripted(ports.take(), answer)
        processes.append(smsc)
        return smsc

    return make


def test_an_unbind_in_mid_window_leaves_nobody_in_doubt(make_daemon, make_scripted):
    held = []

    def answer(smsc, send, sequence, number):
        held.append(sequence)
        if len(smsc.numbers) == 10:
            # Its window is full; it unbinds, and answers what it has in the other order.
            send(pdu(UNBIND, 77))
            for late in reversed(held):
                send(pdu(SUBMIT | RESPONSE, late, body=b"id%d\0" % late))
        elif len(smsc.numbers) > 10:
            send(pdu(SUBMIT | RESPONSE, sequence, body=b"id%d\0" % sequence))

    smsc = make_scripted(answer)
    daemon = make_daemon([], centres=[Centre("alfa", smsc.port, Window=10)]).start()
    daemon.submit(sms("unbound"), people(60))
    assert daemon.watch_to_end("unbound", timeout=30)["outcomes"] == {"sent": 60}
    assert smsc.unbound.wait(5)
    assert len(smsc.numbers) == len(set(smsc.numbers)) == 60
    assert all(row["doubtful"] == "0" for row in daemon.cdrs())


def test_a_response_without_its_nul_is_a_response(make_daemon, make_scripted):
    smsc = make_scripted(lambda smsc, send, sequence, number: send(pdu(SUBMIT | RESPONSE, sequence, body=b"id%d" % sequence)))
    daemon = make_daemon([], centres=[Centre("alfa", smsc.port, ResponseTimeout="1s")]).start()
    daemon.submit(sms("nul", priority="life-threat"), people(60))
    assert daemon.watch_to_end("nul", timeout=30)["outcomes"] == {"sent": 60}
    assert len(smsc.numbers) == 60
    assert all(row["doubtful"] == "0" and row["message_ids"].startswith("id") for row in daemon.cdrs())


@pytest.mark.parametrize("priority", ["life-threat", "normal"])
def test_a_number_that_is_always_throttled_stops_nobody(make_daemon, make_scripted, priority):
    def answer(smsc, send, sequence, number):
        bad = number.endswith("00003")
        send(pdu(SUBMIT | RESPONSE, sequence, 0x58 if bad else 0, b"" if bad else b"id%d\0" % sequence))

    smsc = make_scripted(answer)
    daemon = make_daemon([], centres=[Centre("alfa", smsc.port)]).start()
    daemon.submit(sms("first", priority=priority), people(100))
    daemon.submit(sms("second"), [(f"+316200{index:05d}", f"Q-{index}") for index in range(10, 266)])
    assert daemon.watch_to_end("second", timeout=10)["outcomes"] == {"sent": 256}
    assert daemon.summary("first")["outcomes"] == {"sent": 99}
    daemon.ctl("cancel", "first")


def test_one_that_answers_slower_than_the_timeout_gets_nothing_twice(make_daemon, make_scripted):
    def answer(smsc, send, sequence, number):
        threading.Timer(1.3, send, [pdu(SUBMIT | RESPONSE, sequence, body=b"id%d\0" % sequence)]).start()

    smsc = make_scripted(answer)
    daemon = make_daemon([], centres=[Centre("alfa", smsc.port, Window=50, ResponseTimeout="1s")]).start()
    daemon.submit(sms("slow", priority="life-threat"), people(100))
    assert daemon.watch_to_end("slow", timeout=60)["outcomes"] == {"sent": 100}
    assert len(smsc.numbers) == 100


def test_a_thousand_over_one_that_takes_a_hundred_a_second(make_daemon, make_scripted):
    taken, refused, accepted = collections.deque(), [], []

    def answer(smsc, send, sequence, number):
        now = time.monotonic()
        while taken and taken[0] <= now - 1:
            taken.popleft()
        status = 0x58 if len(taken) >= 100 else 0
        (refused if status else accepted).append(now)
        if not status:
            taken.append(now)
        send(pdu(SUBMIT | RESPONSE, sequence, status, b"" if status else b"id%d\0" % sequence))

    smsc = make_scripted(answer)
    daemon = make_daemon([], centres=[Centre("alfa", smsc.port, Window=10)]).start()
    daemon.submit(sms("thousand"), people(1000))
    assert daemon.watch_to_end("thousand", timeout=60)["outcomes"] == {"sent": 1000}
    took = accepted[-1] - accepted[0]
    print(f"{took:.2f} s, {len(refused)} refused")
    assert took <= 10.5 and len(refused) <= 30


def test_a_flood_of_broken_pdus_is_one_line_in_the_log(make_daemon, make_scripted):
    broken = b"".join(pdu(0x5, 1000 + index, body=b"\xff" * 30) for index in range(5000))

    def answer(smsc, send, sequence, number):
        if len(smsc.numbers) == 1:
            send(broken)
        send(pdu(SUBMIT | RESPONSE, sequence, body=b"id%d\0" % sequence))

    smsc = make_scripted(answer)
    daemon = make_daemon([], centres=[Centre("alfa", smsc.port)]).start()
    daemon.submit(sms("flood"), people(60))
    assert daemon.watch_to_end("flood", timeout=30)["outcomes"] == {"sent": 60}
    assert daemon.log_text().count("broke the protocol") == 1
