# SPDX-License-Identifier: GPL-3.0-or-later
"""Links cut and the daemon killed in the middle of SMS actions, with a window of 50 open: nobody is lost, and only
messages in doubt are sent twice, never more than a window of them for each time, each marked."""
import collections
import random
import time

import pytest

from support.daemon import Centre, sms
from support.process import wait_until
from support.smsc import NetSmpp

WINDOW = 50
TIMES = 50


def people(count):
    return [(f"+3161{index // 1000000}{index % 1000000:06d}", f"P-{index}") for index in range(count)]


def submits_by_number(smsc):
    found = collections.defaultdict(list)
    for event in smsc.submits(status=0):
        found["+" + event["destination_addr"]].append(event["time"])
    return found


def check(daemon, smsc, action, recipients, disturbances, may_double):
    """Nobody lost, doubles only in doubt, at most a window for each disturbance."""
    submits = submits_by_number(smsc)
    rows = [row for row in daemon.cdrs("--action", action)]
    assert [int(row["sequence"]) for row in rows] == list(range(1, len(rows) + 1))
    by_number = collections.defaultdict(list)
    for row in rows:
        by_number[row["callee"]].append(row)
    ended = daemon.recipients(action)
    assert len(ended) == len(recipients) and all(one["state"] == "ended" for one in ended)
    outcomes = {one["id"]: one["outcome"] for one in ended}
    doubled = []
    for number, identifier in recipients:
        count = len(submits.get(number, []))
        if outcomes[identifier] == "sent":
            assert count >= 1, f"{number} has the outcome sent, and the message centre never had it"
        else:
            assert outcomes[identifier] == "interrupted" and not may_double, f"{number}: {outcomes[identifier]}"
            assert by_number[number][-1]["disposition"] == "UNKNOWN" and by_number[number][-1]["doubtful"] == "1"
        marks = [row for row in by_number[number] if row["doubtful"] == "1" or row["redial"] == "1"]
        if count > 1:
            doubled.append(number)
            assert may_double, f"{number} got {count} messages, though those in doubt are held"
            assert marks, f"{number} got {count} messages, and no record says that it was in doubt"
    # A double of one disturbance may come after the next one, never before its own.
    extra = sorted(time for number in doubled for time in submits[number][1:])
    for index in range(len(disturbances)):
        end = disturbances[index + 1] if index + 1 < len(disturbances) else float("inf")
        so_far = sum(1 for time in extra if time < end)
        assert so_far <= WINDOW * (index + 1), f"{so_far} doubles after {index + 1} disturbances"
    assert not [time for time in extra if time < disturbances[0]]
    return len(extra), sum(row["doubtful"] == "1" for row in rows)


@pytest.fixture
def centre(ports, processes, tmp_path):
    # It answers late: what is cut off in between it has taken, and we do not know.
    smsc = NetSmpp(tmp_path / "smsc", ports.take(), latency=20)
    processes.append(smsc)
    return smsc


@pytest.mark.parametrize("priority", ["life-threat", "normal"])
@pytest.mark.parametrize("kind", ["cut", "kill"])
def test_disturbed_fifty_times(make_daemon, ports, centre, kind, priority):
    generator = random.Random(f"{kind} {priority}")
    daemon = make_daemon(
        [], centres=[Centre("alfa", centre.port, Window=WINDOW)],
        sections={"Messaging": {"DoubtHold": "1s", "ReceiptTimeout": "2s"}}).start()
    centre.wait_bound()
    recipients = people(12_000 if kind == "cut" else 20_000)
    daemon.submit(sms("storm", priority=priority), recipients)
    disturbances = []
    for number in range(TIMES):
        before = len(centre.submits())
        if before >= len(recipients) - 200:
            break
        wait_until(lambda: len(centre.submits()) >= before + generator.randint(20, 150), 20, "messages flow")
        time.sleep(generator.random() * 0.01)
        disturbances.append(time.time())
        if kind == "cut":
            centre.cut()
        else:
            daemon.kill()
            daemon.start()
    assert len(disturbances) == TIMES, f"only {len(disturbances)} disturbances before all was sent"
    summary = daemon.watch_to_end("storm", timeout=120)
    assert summary["phase"] == "completed"
    doubles, doubtful = check(daemon, centre, "storm", recipients, disturbances, priority == "life-threat")
    print(f"{kind}, {priority}: {doubles} doubles, {doubtful} in doubt, of {len(recipients)} in {TIMES} times")
    assert doubtful > 0, "nothing was ever in doubt: the test disturbs nothing"


def test_killed_before_the_records_are_written(make_daemon, ports, processes, tmp_path):
    """CDRs of a burst follow when it is over; a process that dies before that owes them to the next one."""
    smsc = NetSmpp(tmp_path / "smsc", ports.take())
    processes.append(smsc)
    daemon = make_daemon(
        [], centres=[Centre("alfa", smsc.port, Window=WINDOW)], sections={"Messaging": {"DoubtHold": "1s"}}).start()
    smsc.wait_bound()
    daemon.submit(sms("burst"), people(20_000))
    wait_until(lambda: len(smsc.submits()) >= 15_000, 30, "messages flow")
    daemon.kill()
    daemon.start()
    summary = daemon.watch_to_end("burst", timeout=60)
    rows = daemon.cdrs()
    assert [int(row["sequence"]) for row in rows] == list(range(1, len(rows) + 1))
    assert len({row["callee"] for row in rows}) == 20_000
    doubtful = sum(row["doubtful"] == "1" for row in rows)
    assert doubtful <= WINDOW
    assert summary["outcomes"].get("sent", 0) + summary["outcomes"].get("interrupted", 0) == 20_000
    assert summary["outcomes"].get("interrupted", 0) <= doubtful
