// SPDX-License-Identifier: GPL-3.0-or-later

/// A change of the schema. Names never change and are never reused; new ones go to the end.
struct Migration {
    var name: String
    var sql: String

    static let all = [
        Migration(
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
                """),
        Migration(
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
                """),
        ledger,
        spending,
        queue,
        audio,
        reached,
        plan,
    ]
}
