# SPDX-License-Identifier: GPL-3.0-or-later
"""The fixture's files: the state as the kill left it, and what was recorded of it."""
import json
import lzma
import shutil
import sqlite3
import subprocess
from datetime import datetime
from pathlib import Path

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "version_before"
EXPECTED = FIXTURE / "expected"
# What was open at the kill, as it had been submitted.
SUBMITTED = FIXTURE / "submitted"
# Under way when the daemon was killed: one scheduled, one paused, five that ran, two cancelled that go on to an end.
OPEN = ["2026-1190", "2026-1191", *(f"2026-120{at}" for at in range(1, 8))]
# Where phone networks and SMSCs were. In a test they are elsewhere, since others may use these.
RECORDED = {"NOORD": "127.77.0.1:5070", "ZUID": "127.77.0.2:5070", "SMSC_NOORD": "2775", "SMSC_ZUID": "2776"}
# What is longer is kept compressed.
LONG = 20_000


def killed_at():
    return datetime.fromisoformat(facts()["killed"])


def rows_at_kill():
    return facts()["rows"]


def facts():
    return json.loads((FIXTURE / "facts.json").read_text())


def unpack(directory, places, is_new_boot=False):
    """The state directory of the killed daemon, at `directory`/state. Its far ends become those of `places`, and the
    machine is the one that runs this; `is_new_boot`: it was started since."""
    original = directory / "original"
    original.mkdir(parents=True)
    subprocess.run(["tar", "-xJf", FIXTURE / "state.tar.xz", "-C", original], check=True)
    shutil.copytree(original / "state", directory / "state")
    boot = "another" if is_new_boot else Path("/proc/sys/kernel/random/boot_id").read_text()
    journal = sqlite3.connect(original / "state" / "journal.sqlite", isolation_level=None)
    journal.execute("PRAGMA wal_autocheckpoint = 0")
    journal.execute("UPDATE meta SET value = ? WHERE key = 'boot'", [boot])
    for name in ("NOORD", "ZUID"):
        for column in ("target", "dialog"):
            journal.execute(f"UPDATE attempt SET {column} = replace({column}, ?, ?)", [RECORDED[name], places[name]])
    # The daemon shall find a write-ahead log, as after a crash; the last connection folds it in when it is closed.
    for suffix in ("", "-wal"):
        shutil.copy(original / "state" / f"journal.sqlite{suffix}", directory / "state")
    journal.close()
    shutil.rmtree(original)


def expected(part):
    """What was recorded of a part, by name."""
    found = {}
    for file in (EXPECTED / part).iterdir():
        content = file.read_bytes()
        found[file.name.removesuffix(".xz")] = lzma.decompress(content) if file.suffix == ".xz" else content
    return found


def expect(part, found):
    """Records a part."""
    shutil.rmtree(EXPECTED / part, ignore_errors=True)
    (EXPECTED / part).mkdir(parents=True)
    for name, content in found.items():
        if len(octets(content)) > LONG:
            (EXPECTED / part / f"{name}.xz").write_bytes(lzma.compress(octets(content), preset=9))
        else:
            (EXPECTED / part / name).write_bytes(octets(content))


def octets(content):
    return content if isinstance(content, bytes) else content.encode()
