// SPDX-License-Identifier: GPL-3.0-or-later

extension Migration {
    /// Every row of the ledger is chained to the one before, corrections are rows, numbers can be purged.
    ///
    /// Rows of before go to the new table, with their hashes, in ``FormerLedger``.
    static let ledger = Migration(
        name: "2026-11-ledger",
        sql: """
            DROP TRIGGER cdr_is_never_changed;
            DROP TRIGGER cdr_is_never_deleted;
            DROP INDEX cdr_action;
            DROP INDEX cdr_account;
            ALTER TABLE cdr RENAME TO cdr_unchained;

            CREATE TABLE cdr (
                sequence INTEGER PRIMARY KEY,
                attempt INTEGER NOT NULL,
                action TEXT NOT NULL,
                recipient TEXT NOT NULL,
                account TEXT NOT NULL,
                -- The number called, or its pseudonym once it is purged.
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
                packets_received INTEGER NOT NULL,
                -- Of SMS only; a call has NULL in all of them.
                segments INTEGER,
                accepted_segments INTEGER,
                encoding TEXT,
                accepted INTEGER,
                message_ids TEXT,
                message_references TEXT,
                message_state TEXT,
                smsc_error TEXT,
                submits INTEGER,
                doubtful INTEGER,
                -- usage, correction or credit; the latter two name the row that they are about.
                kind TEXT NOT NULL,
                corrects INTEGER,
                -- Micro-euros without VAT, VAT in hundredths of a percent; NULL: no tariff said anything.
                cost INTEGER,
                cost_vat INTEGER,
                cost_tariff TEXT,
                charge INTEGER,
                charge_vat INTEGER,
                charge_tariff TEXT,
                note TEXT NOT NULL,
                -- SHA-256 of the hash of the row before and this row's canonical text: LedgerLine.
                hash BLOB NOT NULL
            ) STRICT;
            -- An attempt has one record; corrections bear its number too.
            CREATE UNIQUE INDEX cdr_attempt ON cdr(attempt) WHERE kind = 'usage';
            CREATE INDEX cdr_corrects ON cdr(corrects) WHERE corrects IS NOT NULL;
            -- The sequence behind each, so that a page of an export is one index scan in order.
            CREATE INDEX cdr_action ON cdr(action, sequence);
            CREATE INDEX cdr_account ON cdr(account, sequence);

            CREATE TRIGGER cdr_is_never_deleted BEFORE DELETE ON cdr
            BEGIN SELECT RAISE(ABORT, 'a CDR is never deleted'); END;
            -- But for the number called, which may give way to its pseudonym.
            CREATE TRIGGER cdr_is_never_changed BEFORE UPDATE ON cdr
            WHEN NOT (
                OLD.callee GLOB '+*' AND NEW.callee GLOB 'n-*' AND (
                        NEW.sequence, NEW.attempt, NEW.action, NEW.recipient, NEW.account, NEW.caller,
                        NEW.trunk, NEW.call_id, NEW.attempt_number, NEW.start, NEW.ringing, NEW.answer,
                        NEW.ended, NEW.sip_code, NEW.cause, NEW.hangup_by, NEW.own_reason, NEW.disposition,
                        NEW.codec, NEW.prompt_hash, NEW.heard_ms, NEW.prompt_ms, NEW.keys, NEW.recovered,
                        NEW.redial, NEW.packets_sent, NEW.packets_received, NEW.segments,
                        NEW.accepted_segments, NEW.encoding, NEW.accepted, NEW.message_ids,
                        NEW.message_references, NEW.message_state, NEW.smsc_error, NEW.submits, NEW.doubtful,
                        NEW.kind, NEW.corrects, NEW.cost, NEW.cost_vat, NEW.cost_tariff, NEW.charge,
                        NEW.charge_vat, NEW.charge_tariff, NEW.note, NEW.hash
                ) IS (
                        OLD.sequence, OLD.attempt, OLD.action, OLD.recipient, OLD.account, OLD.caller,
                        OLD.trunk, OLD.call_id, OLD.attempt_number, OLD.start, OLD.ringing, OLD.answer,
                        OLD.ended, OLD.sip_code, OLD.cause, OLD.hangup_by, OLD.own_reason, OLD.disposition,
                        OLD.codec, OLD.prompt_hash, OLD.heard_ms, OLD.prompt_ms, OLD.keys, OLD.recovered,
                        OLD.redial, OLD.packets_sent, OLD.packets_received, OLD.segments,
                        OLD.accepted_segments, OLD.encoding, OLD.accepted, OLD.message_ids,
                        OLD.message_references, OLD.message_state, OLD.smsc_error, OLD.submits, OLD.doubtful,
                        OLD.kind, OLD.corrects, OLD.cost, OLD.cost_vat, OLD.cost_tariff, OLD.charge,
                        OLD.charge_vat, OLD.charge_tariff, OLD.note, OLD.hash
                )
            )
            BEGIN SELECT RAISE(ABORT, 'a CDR is never changed'); END;

            -- Actions whose numbers are purged.
            CREATE TABLE purged_action (
                action INTEGER PRIMARY KEY,
                purged INTEGER NOT NULL
            ) STRICT;
            """)
}
