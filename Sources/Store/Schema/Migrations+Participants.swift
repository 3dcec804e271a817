// SPDX-License-Identifier: GPL-3.0-or-later

extension Migration {
    /// The register of participants, which takes the place of the list of those who want no SMS.
    static let participants = Migration(
        name: "2026-12-participants",
        sql: """
            -- By number, E.164, or the pseudonym of one that was forgotten. reference: NULL: nobody is enrolled, and what
            -- was opted out of is kept. NULL in a wish: nothing was said. opted_out: 1 calls, 2 SMS.
            CREATE TABLE participant (
                number TEXT PRIMARY KEY,
                reference TEXT,
                channels TEXT,
                languages TEXT,
                call_times TEXT,
                sms_times TEXT,
                caps TEXT,
                paused_until INTEGER,
                population TEXT NOT NULL DEFAULT '',
                test INTEGER NOT NULL DEFAULT 0,
                opted_out INTEGER NOT NULL DEFAULT 0,
                opted_since INTEGER,
                opted_source TEXT,
                opted_action TEXT
            ) STRICT, WITHOUT ROWID;
            INSERT INTO participant (number, opted_out, opted_since, opted_source, opted_action)
                SELECT number, 2, since, 'sms', action FROM opt_out;
            DROP TABLE opt_out;

            -- When participants were in actions, for limits that look back.
            CREATE TABLE participant_contact (
                id INTEGER PRIMARY KEY,
                number TEXT NOT NULL,
                class TEXT NOT NULL,
                action INTEGER NOT NULL,
                at INTEGER NOT NULL
            ) STRICT;

            -- What happened to entries, in words.
            CREATE TABLE participant_event (
                id INTEGER PRIMARY KEY,
                number TEXT NOT NULL,
                at INTEGER NOT NULL,
                who TEXT NOT NULL,
                what TEXT NOT NULL
            ) STRICT;
            CREATE INDEX participant_event_number ON participant_event(number, id);

            -- Who asked why.
            CREATE TABLE participant_question (
                id INTEGER PRIMARY KEY,
                number TEXT NOT NULL,
                at INTEGER NOT NULL,
                who TEXT NOT NULL,
                action TEXT NOT NULL
            ) STRICT;
            CREATE INDEX participant_question_number ON participant_question(number, id);

            -- What a submission says of a recipient's wishes, a word and its text in each line.
            ALTER TABLE recipient ADD COLUMN preferences TEXT;
            """)
}
