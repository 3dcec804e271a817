// SPDX-License-Identifier: GPL-3.0-or-later

extension Migration {
    /// What a large submission writes does not depend on former ones.
    static let queue = Migration(
        name: "2026-11-queue",
        sql: """
            -- Each row of a submission was written to another page of it.
            DROP INDEX recipient_number;

            -- Numbers of an action's recipients, sorted, some in a row: digits:recipient digits:recipient ...
            CREATE TABLE number_block (
                id INTEGER PRIMARY KEY,
                action INTEGER NOT NULL,
                first INTEGER NOT NULL,
                entries TEXT NOT NULL
            ) STRICT;
            INSERT INTO number_block (action, first, entries)
                SELECT action, min(digits), group_concat(digits || ':' || id, ' ') FROM (
                    SELECT action, digits, id,
                        (row_number() OVER (PARTITION BY action ORDER BY digits) - 1) / 128 AS block
                    FROM (SELECT action, CAST(substr(number, 2) AS INTEGER) AS digits, id FROM recipient))
                GROUP BY action, block;
            CREATE INDEX number_block_action ON number_block(action, first);

            -- Submissions that were given up and whose recipients still have rows.
            CREATE TABLE discarded (key INTEGER PRIMARY KEY) STRICT;
            """)
}
