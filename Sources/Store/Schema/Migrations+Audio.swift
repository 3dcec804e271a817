// SPDX-License-Identifier: GPL-3.0-or-later

extension Migration {
    /// How evenly a call's audio left. The columns stand behind the hash: it covers them where they say something.
    static let audio = Migration(
        name: "2026-11-audio",
        sql: """
            ALTER TABLE cdr ADD COLUMN late_mean_us INTEGER;
            ALTER TABLE cdr ADD COLUMN late_max_us INTEGER;
            ALTER TABLE cdr ADD COLUMN skipped INTEGER;

            DROP TRIGGER cdr_is_never_changed;
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
                        NEW.charge_vat, NEW.charge_tariff, NEW.note, NEW.hash,
                        NEW.late_mean_us, NEW.late_max_us, NEW.skipped
                ) IS (
                        OLD.sequence, OLD.attempt, OLD.action, OLD.recipient, OLD.account, OLD.caller,
                        OLD.trunk, OLD.call_id, OLD.attempt_number, OLD.start, OLD.ringing, OLD.answer,
                        OLD.ended, OLD.sip_code, OLD.cause, OLD.hangup_by, OLD.own_reason, OLD.disposition,
                        OLD.codec, OLD.prompt_hash, OLD.heard_ms, OLD.prompt_ms, OLD.keys, OLD.recovered,
                        OLD.redial, OLD.packets_sent, OLD.packets_received, OLD.segments,
                        OLD.accepted_segments, OLD.encoding, OLD.accepted, OLD.message_ids,
                        OLD.message_references, OLD.message_state, OLD.smsc_error, OLD.submits, OLD.doubtful,
                        OLD.kind, OLD.corrects, OLD.cost, OLD.cost_vat, OLD.cost_tariff, OLD.charge,
                        OLD.charge_vat, OLD.charge_tariff, OLD.note, OLD.hash,
                        OLD.late_mean_us, OLD.late_max_us, OLD.skipped
                )
            )
            BEGIN SELECT RAISE(ABORT, 'a CDR is never changed'); END;
            """)
}
