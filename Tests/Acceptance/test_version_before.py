# SPDX-License-Identifier: GPL-3.0-or-later
"""What the version before left is opened, proved, exported and taken up as that version itself did it.

`fixtures/version_before` has the state of a gateway that was killed in the middle of five actions, and what its own
version said of it. The daemon lives on the evening of the kill here, whatever the date is."""
import difflib
import json
from datetime import timedelta

import pytest

from support.process import wait_until
from support.version_before import state
from support.version_before.observations import answers, decisions, exports, written
from support.version_before.scene import Scene

SPOKEN = {"id": "2026-1299", "language": "nl", "account": "GM0513",
          "message": [{"recording": "beep.wav"}, {"pause": 5000}]}
BOTH = {**SPOKEN, "sms": {"text": "Blijf binnen. " * 20}, "priority": "life-threat", "cascade": {"after": 60}}
ACCOUNTS = ["GM0513", "GM0484", "GM0627"]
TOWN = [{"number": f"+3161500{at:04d}", "id": f"P-{at}", "account": ACCOUNTS[at % 3]} for at in range(120)]
# As many as its prefix does not let through at once.
VILLAGE = [{"number": f"+3118250{at:04d}", "id": f"V-{at}"} for at in range(30)]


def killed(directory, ports):
    """The process died, and is started again at once; later the far ends come up, and everything goes to its end."""
    with Scene(directory, ports) as scene:
        daemon = scene.daemon
        daemon.settled(scene.rows)
        yield "before", {**exports(daemon, directory, scene.rows), **answers(daemon, scene.rows)}
        found = decisions(daemon, scene.rows, scene.mask, scene.month)
        found["farewells.txt"] = scene.far_end.farewells()
        found["accepted-again.jsonl"] = "".join(map(scene.submit_again, sorted(state.SUBMITTED.glob("*.json"))))
        assert "sounds different" not in daemon.log_text()
        scene.far_ends_come_up()
        taken_up = [action for action in state.OPEN if action.startswith("2026-12")]
        for action in taken_up:
            daemon.watch_to_end(action, timeout=60)
        found["outcomes.txt"] = "".join(
            f"{action} {one['id']} {one['outcome']}\n" for action in taken_up for one in daemon.recipients(action))
        found["attempts.txt"] = attempts(scene)
        assert "proved" in daemon.ctl("cdr", "verify")
        daemon.kill()
        found["written.txt"] = written(scene.state, scene.mask, ["action", "recipient", "opt_out"])
        yield "killed", found


def attempts(scene):
    """Who was called and written to since the restart, by the records. The telephones saw just these calls."""
    rows = [row for row in scene.daemon.cdrs()[scene.rows:] if row["recovered"] == "0"]
    called = {row["call_id"] for row in rows if row["channel"] == "voice"}

    def seen():
        return [json.loads(line)["call_id"] for line in scene.calls.read_text().splitlines()]

    wait_until(lambda: len(seen()) >= len(called), 5, "the simulator's log")
    assert set(seen()) == called
    columns = ["action", "recipient", "account", "callee", "trunk", "attempt", "channel", "disposition", "redial",
               "doubtful", "charge_tariff"]
    return "".join(sorted(" ".join(row[name] or "-" for name in columns) + "\n" for row in rows))


def power_cut(directory, ports):
    """The machine was started since: what may have left is in doubt. All that is open is called off, and planned anew."""
    with Scene(directory, ports, is_new_boot=True) as scene:
        daemon = scene.daemon
        daemon.settled(scene.rows)
        found = decisions(daemon, scene.rows, scene.mask, scene.month)
        daemon.kill()
        found["written.txt"] = written(scene.state, scene.mask)
        scene.begin(timedelta(minutes=1))
        for action in state.OPEN:
            if "ended" not in daemon.summary(action):
                daemon.ctl("cancel", action)
        daemon.settled(scene.rows)
        # Again, so that all is learned from the ledger, and nothing from what ends meanwhile.
        daemon.stop()
        scene.begin(timedelta(minutes=2))
        scene.far_ends_come_up()
        found["plan-voice.jsonl"] = scene.plan(SPOKEN, TOWN + VILLAGE)
        found["plan-both.jsonl"] = scene.plan(BOTH, TOWN + VILLAGE)
        found["plan-sms.jsonl"] = scene.plan({**BOTH, "channels": ["sms", "voice"]}, TOWN)
        yield "power-cut", found


def long_after(directory, ports):
    """Nobody started it again for forty days: all that was open has expired, and October's numbers are purged."""
    with Scene(directory, ports, later=timedelta(days=40)) as scene:
        daemon = scene.daemon
        wait_until(lambda: "numbers purged" in daemon.log_text(), 10, "October's numbers are purged")
        daemon.settled(scene.rows)
        found = decisions(daemon, scene.rows, scene.mask, scene.month)
        found["cdr-2026-10.csv"] = daemon.ctl("cdr", "export", "--format", "native", "--period", "2026-10")
        found["statement-2026-11.csv"] = daemon.ctl(
            "statement", "--account", "GM0484", "--month", "2026-11", "--format", "csv")
        assert "proved" in daemon.ctl("cdr", "verify")
        daemon.kill()
        found["written.txt"] = written(scene.state, scene.mask, ["action"])
        yield "long-after", found


SCENES = {"killed": killed, "power cut": power_cut, "long after": long_after}


def observe(directory, ports):
    """For the recording: each part of what is compared, and its texts by name."""
    for name, scene in SCENES.items():
        yield from scene(directory / name.replace(" ", "-"), ports)


def difference(name, expected, actual):
    expected, actual = (text.decode("utf-8", "backslashreplace").splitlines() for text in (expected, actual))
    lines = difflib.unified_diff(expected, actual, f"the version before: {name}", "this version", n=0, lineterm="")
    return "\n".join(line[:1000] for line in list(lines)[:30]) or f"{name}: other ends of lines"


@pytest.mark.parametrize("scene", SCENES)
def test_as_the_version_before_itself(ports, tmp_path, scene):
    for part, found in SCENES[scene](tmp_path / "scene", ports):
        expected = state.expected(part)
        assert set(found) == set(expected)
        actual = {name: state.octets(content) for name, content in found.items()}
        wrong = [difference(f"{part}/{name}", expected[name], actual[name]) for name in sorted(expected)
                 if actual[name] != expected[name]]
        assert not wrong, "\n\n".join(wrong)
