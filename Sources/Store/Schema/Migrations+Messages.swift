// SPDX-License-Identifier: GPL-3.0-or-later

extension Migration {
    /// SMS: messages under way, what citizens wrote, who wants none; their columns in the ledger.
    static let messages = Migration(
        name: "2026-11-messages",
        sql: """
            ALTER TABLE recipient ADD COLUMN channel TEXT;
            -- Who writes to us is matched to the action that alerted them last.
            CREATE INDEX recipient_number ON recipient(number, id);

            -- Messages under way only: an ended one is a CDR. flags: 1 was doubtful, 2 redial, 4 background,
            -- 8 recovered, 16 dropped (of a batch that still stands).
            CREATE TABLE message (
                id INTEGER PRIMARY KEY,
                recipient INTEGER NOT NULL,
                action INTEGER NOT NULL,
                number INTEGER NOT NULL,
                smsc TEXT NOT NULL,
                sender TEXT NOT NULL,
                encoding TEXT NOT NULL,
                billed INTEGER NOT NULL,
                start INTEGER NOT NULL,
                accepted INTEGER,
                segments BLOB NOT NULL,
                flags INTEGER NOT NULL
            ) STRICT;

            -- Messages that were started together; one that has a row in message, or a CDR, is not meant here
            -- any more. entries: see MessageBatch.
            CREATE TABLE message_batch (
                first INTEGER PRIMARY KEY,
                last INTEGER NOT NULL,
                action INTEGER NOT NULL,
                smsc TEXT NOT NULL,
                sender TEXT NOT NULL,
                encoding TEXT NOT NULL,
                billed INTEGER NOT NULL,
                start INTEGER NOT NULL,
                entries BLOB NOT NULL
            ) STRICT;

            -- What changed since the other tables were written: acceptances and marks. entries: see MessageLog.
            CREATE TABLE message_log (
                id INTEGER PRIMARY KEY,
                entries BLOB NOT NULL
            ) STRICT;

            -- Up to where messages were handed to binds.
            CREATE TABLE release (
                smsc TEXT NOT NULL,
                priority INTEGER NOT NULL,
                attempt INTEGER NOT NULL,
                segments INTEGER NOT NULL,
                PRIMARY KEY (smsc, priority)
            ) STRICT, WITHOUT ROWID;

            -- What citizens wrote; octets: one segment that waits for the others.
            CREATE TABLE inbound (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                received INTEGER NOT NULL,
                smsc TEXT NOT NULL,
                source TEXT NOT NULL,
                destination TEXT NOT NULL,
                text TEXT NOT NULL,
                action TEXT NOT NULL,
                recipient TEXT NOT NULL,
                scheme INTEGER,
                reference INTEGER,
                total INTEGER,
                position INTEGER,
                coding INTEGER,
                header INTEGER,
                octets BLOB
            ) STRICT;
            CREATE INDEX inbound_action ON inbound(action, id);

            CREATE TABLE opt_out (
                number TEXT PRIMARY KEY,
                since INTEGER NOT NULL,
                action TEXT NOT NULL
            ) STRICT, WITHOUT ROWID;

            DROP TRIGGER cdr_has_no_gap;
            -- No query used it: pages of an export follow the sequence.
            DROP INDEX cdr_start;
            -- Of SMS only; a call has NULL in all of them.
            ALTER TABLE cdr ADD COLUMN segments INTEGER;
            ALTER TABLE cdr ADD COLUMN accepted_segments INTEGER;
            ALTER TABLE cdr ADD COLUMN encoding TEXT;
            ALTER TABLE cdr ADD COLUMN accepted INTEGER;
            ALTER TABLE cdr ADD COLUMN message_ids TEXT;
            ALTER TABLE cdr ADD COLUMN message_references TEXT;
            ALTER TABLE cdr ADD COLUMN message_state TEXT;
            ALTER TABLE cdr ADD COLUMN smsc_error TEXT;
            ALTER TABLE cdr ADD COLUMN submits INTEGER;
            ALTER TABLE cdr ADD COLUMN doubtful INTEGER;
            """)
}
