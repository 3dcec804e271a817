# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make install` puts where, and what the timers then do."""
import csv
import json
import os
import shlex
import shutil
import subprocess
from datetime import datetime, timedelta, timezone

import pytest

from support.daemon import BINARIES, ROOT, Trunk
from support.ledger import plant_calls

UNITS = ["burgernetd.service"] + [f"burgernetd-export-{period}.{kind}" for period in ("daily", "monthly")
                                  for kind in ("service", "timer")]


@pytest.fixture
def tree(tmp_path):
    """The tree below DESTDIR."""
    destination = tmp_path / "root"
    subprocess.run(["make", "-C", ROOT, "--old-file=build", "install", f"DESTDIR={destination}", f"RELEASE={BINARIES}"],
                   check=True, capture_output=True, text=True)
    return destination


def setting(unit, key):
    values = [line.split("=", 1)[1] for line in unit.read_text().splitlines() if line.startswith(key + "=")]
    assert len(values) == 1, (unit, key)
    return values[0]


def test_everything_is_there(tree):
    for path in ["usr/sbin/burgernetd", "usr/bin/burgernetctl", "usr/bin/burgernetsim", "usr/share/burgernetd/verify-ledger"]:
        assert os.access(tree / path, os.X_OK), path
    units = tree / "lib/systemd/system"
    assert sorted(path.name for path in units.iterdir()) == sorted(UNITS)
    for path in ["etc/burgernetd/burgernetd.conf", "etc/burgernetd/tariffs/municipalities.tariff.sample",
                 "usr/lib/sysusers.d/burgernetd.conf", "usr/lib/tmpfiles.d/burgernetd.conf",
                 "usr/share/doc/burgernetd/tariffs.md", "usr/share/doc/burgernetd/CHANGELOG.md"]:
        assert (tree / path).is_file(), path
    # Each timer starts the service of its name, on Dutch time, and what a unit documents is installed.
    for unit in UNITS:
        assert (tree / setting(units / unit, "Documentation").removeprefix("file:/")).is_file(), unit
        if unit.endswith(".timer"):
            assert setting(units / unit, "OnCalendar").endswith("Europe/Amsterdam")
            assert setting(units / unit, "WantedBy") == "timers.target"
    # What the administrator changed stays.
    (tree / "etc/burgernetd/burgernetd.conf").write_text("# ours\n")
    subprocess.run(["make", "-C", ROOT, "--old-file=build", "install", f"DESTDIR={tree}", f"RELEASE={BINARIES}"],
                   check=True, capture_output=True)
    assert (tree / "etc/burgernetd/burgernetd.conf").read_text() == "# ours\n"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_accepts_the_units(tree):
    units = tree / "lib/systemd/system"
    # Programs and documents are looked for below the real root.
    for unit in units.iterdir():
        text = unit.read_text().replace("/usr/sbin/burgernetd", f"{tree}/usr/sbin/burgernetd")
        text = text.replace("/usr/bin/burgernetctl", f"{tree}/usr/bin/burgernetctl")
        unit.write_text(text.replace("file:/usr/share", f"file:{tree}/usr/share"))
    result = subprocess.run(["systemd-analyze", "verify", "--man=no", *map(str, sorted(units.iterdir()))],
                            capture_output=True, text=True, env={**os.environ, "SYSTEMD_UNIT_PATH": f"{units}:"})
    ours = [line for line in result.stderr.splitlines() if "burgernetd" in line]
    assert result.returncode == 0 and not ours, result.stderr
    for unit in UNITS:
        if unit.endswith(".timer"):
            calendar = setting(units / unit, "OnCalendar")
            said = subprocess.run(["systemd-analyze", "calendar", calendar], capture_output=True, text=True)
            assert said.returncode == 0 and "Next elapse" in said.stdout, said.stderr


def dutch_day(cdr):
    start = datetime.fromisoformat(cdr["start"].replace("Z", "+00:00"))
    for hours in (2, 1):
        local = start.astimezone(timezone(timedelta(hours=hours)))
        # Summer time: from the last Sunday of March to that of October, at 01:00 UTC.
        last = [datetime(start.year, month, 31, 1, tzinfo=timezone.utc) for month in (3, 10)]
        begin, end = (day - timedelta(days=(day.weekday() + 1) % 7) for day in last)
        if (begin <= start < end) == (hours == 2):
            return f"{local:%Y-%m-%d}"
    raise AssertionError(start)


def test_exports_as_the_timers_run_them(tree, make_daemon, ports, tmp_path):
    daemon = make_daemon([Trunk("alfa", ports.take(2))])
    plant_calls(daemon, 240, datetime.now(timezone.utc) - timedelta(days=40), timedelta(hours=4))
    cdrs = daemon.cdrs()
    assert len(cdrs) == 240
    folder = tmp_path / "exports"
    folder.mkdir()

    def run(period):
        """The service of that timer, as systemd would start it but for its sandbox."""
        unit = tree / f"lib/systemd/system/burgernetd-export-{period}.service"
        command = shlex.split(setting(unit, "ExecStart"))
        assert command[command.index("--directory") + 1] == f"/var/lib/{setting(unit, 'StateDirectory')}"
        command[0] = str(tree) + command[0]
        command[command.index("--directory") + 1] = str(folder)
        subprocess.run(command, check=True, env={**os.environ, "BURGERNETD_SOCKET": str(daemon.socket), "LC_ALL": "C"})
        files = {file.name: file.read_bytes() for file in folder.iterdir()}
        return files

    def rows(file):
        return [row["sequence"] for row in csv.DictReader(file.read_text("utf-8-sig").splitlines(), delimiter=";")]

    def expected(prefix):
        return [row["sequence"] for row in cdrs if dutch_day(row).startswith(prefix)]

    files = run("daily")
    days = sorted(name for name in files if name.endswith(".csv"))
    assert len(days) == 7 and len(files) == 14
    for name in days:
        day = name.removeprefix("cdr-native-nl-").removesuffix(".csv")
        assert rows(folder / name) == expected(day) and 5 <= len(expected(day)) <= 7
        manifest = json.loads(files[name + ".manifest.json"])
        assert manifest["rows"] == len(expected(day))
    # The same again gives the same bytes; a day later six of the seven files would be written as they are.
    assert run("daily") == files
    files = run("monthly")
    month, = {name for name in files if name.endswith(".csv")} - set(days)
    assert rows(folder / month) == expected(month.removeprefix("cdr-native-nl-").removesuffix(".csv")) != []
    assert not list(folder.glob("*.part"))
