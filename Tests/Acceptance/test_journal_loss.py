# SPDX-License-Identifier: GPL-3.0-or-later
"""A journal of which a part is lost is told from one that ends where it ends, and nobody begins anew without a word."""
import os
import subprocess
import time

import pytest

from support.daemon import BINARIES, Trunk, silence
from support.process import wait_until
from support.sipp import Sipp


def under_way(make_daemon, ports, processes, tmp_path, people=120):
    """Killed in the midst of an action; its log is in the disk's hands."""
    port = ports.take(2)
    sipp = Sipp(tmp_path, port, "phones.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", port, CallsPerSecond=40, Channels=300)]).start()
    daemon.submit({"id": "brand", "language": "nl", "message": silence(1000)},
                  [(f"+31610{index:06d}", f"P-{index}") for index in range(people)])
    wait_until(lambda: len([m for m in sipp.messages() if m.method == "BYE"]) >= 20, 30, "twenty calls have ended")
    daemon.kill()
    return daemon, sipp


def burgernetd(daemon, *options):
    return subprocess.run([BINARIES / "burgernetd", "--config", daemon.configuration, "--directory", daemon.directory,
                           *options], capture_output=True, text=True, timeout=30)


def place(log):
    """Where the last third of the pages that the seal knows of begins: behind the submission."""
    seal = (log.parent / "journal.seal").read_bytes()
    newest = max(seal[:64], seal[512:576], key=lambda one: int.from_bytes(one[8:16], "big"))
    frames = int.from_bytes(newest[28:32], "big")
    return 32 + frames * 2 // 3 * (24 + 4096)


def cut(log):
    os.truncate(log, place(log) + 100)


def flip(log):
    with open(log, "r+b") as file:
        file.seek(place(log) + 1000)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 0x10]))


def flip_header(log):
    with open(log, "r+b") as file:
        file.seek(17)
        file.write(b"\xff\xff")


def empty(log):
    os.truncate(log, 0)


@pytest.mark.parametrize("damage", [cut, flip, flip_header, empty, os.unlink])
def test_a_damaged_log_stops_the_start_until_somebody_accepts_it(make_daemon, ports, processes, tmp_path, damage):
    daemon, sipp = under_way(make_daemon, ports, processes, tmp_path)
    state = daemon.directory / "state"
    damage(state / "journal.sqlite-wal")
    called = {m.number for m in sipp.invites()}
    before = {file.name: file.read_bytes() for file in state.glob("journal.sqlite*")}
    result = burgernetd(daemon)
    assert result.returncode == 78
    assert "a part of the journal is lost" in result.stderr and "--accept-loss" in result.stderr
    # Nothing was touched: who knows more may still save it.
    assert {file.name: file.read_bytes() for file in state.glob("journal.sqlite*")} == before
    killed = time.time()
    accepted = burgernetd(daemon, "--accept-loss")
    assert accepted.returncode == 0, accepted.stderr
    daemon.start()
    if "brand" not in daemon.ctl("list"):
        # The whole log was the action.
        assert damage in (flip_header, empty, os.unlink)
        return
    daemon.watch_to_end("brand", timeout=60)
    rows = daemon.cdrs()
    # Whoever is called from now on may be called twice, and the record says so; no Call-ID comes twice.
    later = {m.call_id for m in sipp.invites() if m.time > killed}
    assert later and all(row["redial"] == "1" for row in rows if row["call_id"] in later)
    print(f"{len(called & {m.number for m in sipp.invites() if m.time > killed})} called twice, each marked")
    calls = [m.call_id for m in sipp.invites()]
    assert len(calls) == len(set(calls))


def test_a_journal_that_ends_where_it_ends_starts_by_itself(make_daemon, ports, processes, tmp_path):
    daemon, sipp = under_way(make_daemon, ports, processes, tmp_path)
    for _ in range(3):
        daemon.start()
        wait_until(lambda: daemon.ctl("status"), 5, "it answers")
        daemon.kill()
    daemon.start()
    daemon.watch_to_end("brand", timeout=60)
    daemon.stop()
    # As sqlite3 does when it is closed: the log is moved into the database and goes.
    import sqlite3
    database = sqlite3.connect(daemon.directory / "state" / "journal.sqlite")
    database.execute("SELECT count(*) FROM cdr").fetchone()
    database.close()
    assert not (daemon.directory / "state" / "journal.sqlite-wal").exists()
    daemon.start()
    assert daemon.summary("brand")["phase"] == "completed"


def test_a_journal_that_is_gone_is_not_begun_anew_without_a_word(make_daemon, ports, processes, tmp_path):
    daemon, _ = under_way(make_daemon, ports, processes, tmp_path)
    state = daemon.directory / "state"
    for name in ("journal.sqlite", "journal.sqlite-wal"):
        (state / name).rename(state / f"{name}.away")
    result = burgernetd(daemon)
    assert result.returncode == 78 and "there was a journal" in result.stderr and "--init" in result.stderr
    for name in ("journal.sqlite", "journal.sqlite-wal"):
        (state / f"{name}.away").rename(state / name)
    assert "there is one" in burgernetd(daemon, "--init").stderr
    daemon.start()
    assert daemon.summary("brand")["recipients"] == 120
    daemon.kill()
    (state / "journal.sqlite").unlink()
    log = (state / "journal.sqlite-wal").read_bytes()
    result = burgernetd(daemon, "--init")
    assert result.returncode == 0
    # What is left of the former one is kept, and it is said where.
    for name in ("journal.sqlite-wal", "journal.seal"):
        assert f"{name}.old-1" in result.stdout, result.stdout
    assert (state / "journal.sqlite-wal.old-1").read_bytes() == log
    daemon.start()
    assert "There are no actions" in daemon.run("list").stderr


def test_a_seal_that_is_gone_stops_the_start_until_somebody_accepts_it(make_daemon, ports, processes, tmp_path):
    daemon, sipp = under_way(make_daemon, ports, processes, tmp_path)
    (daemon.directory / "state" / "journal.seal").unlink()
    for options in ((), ("--check",)):
        result = burgernetd(daemon, *options)
        assert result.returncode == 78 and "journal.seal is gone" in result.stderr and "--accept-loss" in result.stderr
    assert burgernetd(daemon, "--accept-loss").returncode == 0
    assert burgernetd(daemon, "--check").returncode == 0
    daemon.start()
    # While it runs, there is nothing to be found from outside.
    assert burgernetd(daemon, "--check").returncode == 0
    assert daemon.watch_to_end("brand", timeout=60)["recipients"] == 120


@pytest.mark.parametrize("offset", [0, 4096])
def test_damage_in_the_database_is_said_with_what_can_be_done(make_daemon, ports, processes, tmp_path, offset):
    daemon, _ = under_way(make_daemon, ports, processes, tmp_path)
    daemon.start()
    daemon.watch_to_end("brand", timeout=60)
    daemon.stop()
    journal = daemon.directory / "state" / "journal.sqlite"
    with open(journal, "r+b") as file:
        file.seek(offset)
        file.write(b"\x5a" * 40_000)
    damaged = journal.read_bytes()
    result = burgernetd(daemon)
    assert result.returncode == 78, result.stderr
    assert "the journal is damaged" in result.stderr and "backup" in result.stderr
    assert journal.read_bytes() == damaged
    # Behind its first page the log may still say otherwise: only a start knows.
    assert burgernetd(daemon, "--check").returncode == (78 if offset == 0 else 0)
    assert journal.read_bytes() == damaged
