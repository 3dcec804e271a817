// SPDX-License-Identifier: GPL-3.0-or-later

extension Migration {
    /// Actions, their recipients, calls under way, and the ledger.
    static let actions = Migration(
        name: "2026-11-actions",
        sql: """
            CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;

            CREATE TABLE action (
                key INTEGER PRIMARY KEY,
                id TEXT NOT NULL UNIQUE,
                content_hash TEXT NOT NULL,
                definition TEXT NOT NULL,
                prompt_hash TEXT NOT NULL,
                prompt_ms INTEGER NOT NULL,
                phase TEXT NOT NULL,
                accepted INTEGER NOT NULL,
                first_call INTEGER,
                ended INTEGER,
                recipient_count INTEGER NOT NULL,
                final_counters TEXT
            ) STRICT;

            -- state: 0 waiting (due), 2 ended (outcome). A recipient who is being called has an attempt.
            CREATE TABLE recipient (
                id INTEGER PRIMARY KEY,
                action INTEGER NOT NULL REFERENCES action(key) ON DELETE CASCADE,
                number TEXT NOT NULL,
                reference TEXT NOT NULL,
                account TEXT NOT NULL,
                state INTEGER NOT NULL,
                due INTEGER,
                outcome TEXT,
                history TEXT,
                keys TEXT NOT NULL
            ) STRICT;
            CREATE INDEX recipient_action ON recipient(action);

            -- Attempts under way only: an ended one is a CDR.
            CREATE TABLE attempt (
                id INTEGER PRIMARY KEY,
                recipient INTEGER NOT NULL REFERENCES recipient(id),
                action INTEGER NOT NULL,
                number INTEGER NOT NULL,
                state INTEGER NOT NULL,
                trunk TEXT NOT NULL,
                target TEXT NOT NULL,
                call_id TEXT NOT NULL,
                caller TEXT NOT NULL,
                start INTEGER NOT NULL,
                ringing INTEGER,
                answer INTEGER,
                codec TEXT,
                dialog TEXT NOT NULL,
                heard_ms INTEGER NOT NULL,
                keys TEXT NOT NULL,
                redial INTEGER NOT NULL
            ) STRICT;

            CREATE TABLE cdr (
                sequence INTEGER PRIMARY KEY,
                attempt INTEGER NOT NULL UNIQUE,
                action TEXT NOT NULL,
                recipient TEXT NOT NULL,
                account TEXT NOT NULL,
                callee TEXT NOT NULL,
                caller TEXT NOT NULL,
                trunk TEXT NOT NULL,
                call_id TEXT NOT NULL,
                attempt_number INTEGER NOT NULL,
                start INTEGER NOT NULL,
                ringing INTEGER,
                answer INTEGER,
                ended INTEGER NOT NULL,
                sip_code INTEGER NOT NULL,
                cause INTEGER NOT NULL,
                hangup_by TEXT NOT NULL,
                own_reason TEXT NOT NULL,
                disposition TEXT NOT NULL,
                codec TEXT,
                prompt_hash TEXT NOT NULL,
                heard_ms INTEGER NOT NULL,
                prompt_ms INTEGER NOT NULL,
                keys TEXT NOT NULL,
                recovered INTEGER NOT NULL,
                redial INTEGER NOT NULL,
                packets_sent INTEGER NOT NULL,
                packets_received INTEGER NOT NULL
            ) STRICT;
            -- The sequence behind each, so that a page of an export is one index scan in order.
            CREATE INDEX cdr_action ON cdr(action, sequence);
            CREATE INDEX cdr_account ON cdr(account, sequence);
            CREATE INDEX cdr_start ON cdr(start);

            CREATE TRIGGER cdr_is_never_changed BEFORE UPDATE ON cdr
            BEGIN SELECT RAISE(ABORT, 'a CDR is never changed'); END;
            CREATE TRIGGER cdr_is_never_deleted BEFORE DELETE ON cdr
            BEGIN SELECT RAISE(ABORT, 'a CDR is never deleted'); END;
            CREATE TRIGGER cdr_has_no_gap BEFORE INSERT ON cdr
            WHEN NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM cdr)
            BEGIN SELECT RAISE(ABORT, 'the CDR ledger would have a gap'); END;
            """)
}
