# SPDX-License-Identifier: GPL-3.0-or-later
"""All that is compared, each by a name: what the daemon says, and what it writes."""
import itertools
import json
import sqlite3

from .state import OPEN

# What is compared of each table of the journal, by the first two columns in order. The ledger is compared by exports.
WRITTEN = {
    "action": "id, content_hash, definition, prompt_hash, prompt_ms, phase, recipient_count, final_counters",
    "recipient": "action, reference, number, account, state, due, outcome, history, keys, channel",
    "attempt": "id, recipient, state",
    "message": "id, recipient, action, number, smsc, sender, encoding, billed, accepted, hex(segments), flags",
    "message_batch": "first, last, action, smsc, sender, encoding, billed, hex(entries)",
    "release": "smsc, priority, attempt, segments",
    "inbound": "received, smsc, source, destination, text, action, recipient, reference, total, position, hex(octets)",
    "opt_out": "number, action",
}


def exports(daemon, directory, rows):
    """Every export of what was in the ledger at the kill: `rows` of it."""
    found = {}
    usage = sum(row["kind"] == "usage" for row in daemon.cdrs()[:rows])

    def export(name, *options, lines=None):
        file = directory / name
        daemon.ctl(*options, "--output", file)
        # What the restart added comes behind.
        found[name] = b"".join(file.read_bytes().splitlines(keepends=True)[:lines])
        manifest = file.with_name(name + ".manifest.json")
        if lines is None and manifest.exists():
            found[manifest.name] = manifest.read_bytes()

    export("ledger", "cdr", "export", "--format", "ledger", lines=rows)
    for layout, locale in itertools.product(("native", "asterisk", "freeswitch"), (None, "nl")):
        options = ["cdr", "export", "--format", layout, *(["--locale", locale] if locale else [])]
        ending = f"{layout}{'-' + locale if locale else ''}.csv"
        export(f"cdr-{ending}", *options, lines=rows + 1 if layout == "native" else usage)
        export(f"cdr-2026-10-{ending}", *options, "--period", "2026-10")
        export(f"cdr-GM0484-{ending}", *options, "--account", "GM0484", "--to", "2026-11-24T18:59:00Z")
        export(f"cdr-2026-1002-{ending}", *options, "--action", "2026-1002")
    for month, language in (("2026-09", "nl"), ("2026-10", "nl"), ("2026-10", "en")):
        for layout, *locale in (("html",), ("csv",), ("csv", "--locale", "nl")):
            name = f"{month}-{language}{'-nl' if locale else ''}.{layout}"
            options = ["--month", month, "--language", language, "--format", layout, *locale]
            export(f"statement-GM0513-{name}", "statement", "--account", "GM0513", *options)
            export(f"report-{name}", "report", *options)
    return found


def answers(daemon, rows):
    """What the daemon says of what was over at the kill."""
    found = {"verify.txt": daemon.replies(verb="cdr-verify", **{"from": 1, "to": rows})}
    # Each third says all that there is to say of calls and SMS.
    explained = [int(row["sequence"]) for row in daemon.cdrs()[:rows]
                 if row["kind"] != "usage" or int(row["sequence"]) % 3 == 0]
    found["explain.txt"] = "".join(daemon.replies(verb="explain", sequence=sequence) for sequence in explained)
    listed = [json.loads(line) for line in daemon.replies(verb="list").splitlines()]
    for action in (reply["action"]["id"] for reply in listed if "action" in reply):
        if action not in OPEN:
            found[f"show-{action}.jsonl"] = show(daemon, action)
    return found


def show(daemon, action):
    return daemon.replies(verb="show", action=action, recipients=True, messages=True)


def decisions(daemon, rows, mask, month):
    """What the daemon made of what was open at the kill."""
    return {
        "list.jsonl": mask(daemon.replies(verb="list")),
        "budget.jsonl": daemon.replies(verb="budget"),
        **{f"show-{action}.jsonl": mask(show(daemon, action)) for action in OPEN},
        "records.csv": added_records(daemon, rows, mask),
        "statement.csv": daemon.ctl("statement", "--account", "GM0513", "--month", month, "--format", "csv"),
        "report.csv": daemon.ctl("report", "--month", month, "--format", "csv"),
    }


def added_records(daemon, rows, mask):
    """What the restart appended, sorted: which of two that end at one moment comes first says nothing."""
    lines = []
    for row in daemon.cdrs()[rows:]:
        del row["sequence"]
        masked = {name: mask(value) for name, value in row.items()}
        if masked["end"] != row["end"]:
            masked["duration"] = "…"
        lines.append(",".join(masked.values()) + "\n")
    return "".join(sorted(lines))


def written(state, mask, tables=tuple(WRITTEN)):
    """What lies on the disk, as it lies there. The daemon is not running."""
    journal = sqlite3.connect(state / "journal.sqlite")
    known = {name for name, in journal.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    lines = []
    for table in tables:
        lines.append(f"-- {table}")
        query = f"SELECT {WRITTEN[table]} FROM {table} ORDER BY 1, 2"
        # Who opted out of SMS stands in the register of participants since there is one.
        if table == "opt_out" and table not in known:
            query = "SELECT number, opted_action FROM participant WHERE opted_out & 2 ORDER BY 1, 2"
        for row in journal.execute(query):
            lines.append("\t".join("" if value is None else str(value) for value in row))
    journal.close()
    lines += ["-- tariffs", *sorted(file.name for file in (state / "tariffs").iterdir())]
    return mask.journalled("\n".join(lines) + "\n")
