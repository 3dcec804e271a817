# SPDX-License-Identifier: GPL-3.0-or-later
"""A ledger with a history: calls that were made long ago."""
import sqlite3

# As a journal of before the chain has them: the daemon takes them over at its start.
ROWS = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
INSERT INTO cdr_unchained SELECT i, i, 'a', 'P-' || i, 'GM0513', '+316' || (10000000 + i), '+31182588444', 'kpn', 'c' || i,
    1, {first} + i * {step}, NULL, {first} + i * {step} + 1000000, {first} + i * {step} + 11000000, 200, 16, 'gateway',
    'requested', 'ANSWERED', 'PCMA', '', 0, 0, '', 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM n
"""


def plant_calls(daemon, count, first, step):
    """Starts the daemon with so many answered calls of ten seconds in its ledger, unrated, a step apart."""
    daemon.start()
    daemon.stop()
    with sqlite3.connect(next(daemon.directory.rglob("journal.sqlite"))) as journal:
        columns = [row[1] for row in journal.execute("PRAGMA table_info(cdr)")][:38]
        journal.execute(f"CREATE TABLE cdr_unchained ({', '.join(columns)})")
        journal.execute(ROWS.format(
            count=count, first=int(first.timestamp() * 1e6), step=int(step.total_seconds() * 1e6)))
    journal.close()
    daemon.start()
