# SPDX-License-Identifier: GPL-3.0-or-later
"""An action that runs across a boundary of the times at which participants want to be called: by the far end's log nobody
was called outside of them."""
import sqlite3
import time
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from support import phone
from support.daemon import Trunk, silence
from support.process import wait_until
from support.sipp import Sipp

DUTCH = ZoneInfo("Europe/Amsterdam")
EARLY, LATE, NEVER, OPTED_OUT = 600, 40, 5, 5


def people(first, count):
    return [(f"+31610{first + index:06d}", f"P-{first + index}") for index in range(count)]


def enrol(daemon, rows):
    """The register as the journal has it."""
    daemon.start()
    daemon.stop()
    with sqlite3.connect(daemon.directory / "state" / "journal.sqlite") as journal:
        journal.executemany(
            "INSERT INTO participant (number, reference, call_times, opted_out, opted_since, opted_source, opted_action) "
            "VALUES (?,?,?,?,?,?,?)", rows)
    journal.close()
    daemon.start()


def test_nobody_is_called_outside_the_times_that_they_want(make_daemon, ports, processes, tmp_path):
    sipp = Sipp(tmp_path / "phones", ports.take(2), phone.answering(tmp_path))
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", sipp.port, CallsPerSecond=5, Channels=100)])
    early, late = people(0, EARLY), people(100_000, LATE)
    never, opted_out = people(200_000, NEVER), people(300_000, OPTED_OUT)
    # The next whole minute that is far enough for some to be called before it.
    boundary = (int(time.time() + 20) // 60 + 1) * 60
    local = datetime.fromtimestamp(boundary, DUTCH)
    before = f"{local - timedelta(hours=2):%H:%M}-{local:%H:%M}"
    after = f"{local:%H:%M}-{local + timedelta(hours=2):%H:%M}"
    none = (0, None, None, None)
    enrol(daemon, [(number, name, before, *none) for number, name in early]
          + [(number, name, after, *none) for number, name in late]
          + [(number, name, "never", *none) for number, name in never]
          + [(number, name, None, 1, 0, "list", "") for number, name in opted_out])
    expires = datetime.fromtimestamp(boundary + 60, timezone.utc).isoformat()
    daemon.submit({"id": "night", "language": "nl", "message": silence(200), "expires": expires},
                  opted_out + never + late + early)

    wait_until(lambda: daemon.summary("night").get("waits"), 10, "somebody waits")
    summary = daemon.summary("night")
    (waits,) = summary["waits"]
    assert (waits["reason"], waits["count"]) == ("not-welcome", LATE)
    assert datetime.fromisoformat(waits["until"]).timestamp() == boundary
    assert summary["outcomes"]["opted-out"] == OPTED_OUT and summary["outcomes"]["not-welcome"] >= NEVER
    waiting = [one for one in daemon.recipients("night") if one.get("reason")]
    assert len(waiting) == LATE and {one["due"] for one in waiting} == {waits["until"]}

    summary = daemon.watch_to_end("night", timeout=150)
    called = {True: [], False: []}
    for invite in sipp.invites():
        called[invite.number >= late[0][0]].append(invite)
    assert len({invite.number for invite in called[True]}) == len(called[True]) == LATE
    assert 0 < len(called[False]) < EARLY
    # A call that was decided on before the minute was over may arrive a little later.
    assert min(invite.time for invite in called[True]) >= boundary
    assert max(invite.time for invite in called[False]) < boundary + 0.3
    assert summary["outcomes"] == {
        "answered": LATE + len(called[False]), "not-welcome": NEVER + EARLY - len(called[False]), "opted-out": OPTED_OUT}
    # Nothing left for whoever was not called: no record either.
    assert len(daemon.cdrs()) == len(called[True]) + len(called[False])
