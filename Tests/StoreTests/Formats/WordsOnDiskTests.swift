// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import GatewayCore
import SMPP
import Testing

@testable import Store

/// Words and numbers that lie on disk. A new one may be added; none of these may change, or come to mean another.
@Suite("Words and numbers on disk") struct WordsOnDiskTests {
    @Test("Of actions and recipients")
    func actions() {
        #expect(
            ActionPhase.allCases.map(\.rawValue)
                == [
                    "staged", "scheduled", "running", "paused", "completed", "cancelled", "expired",
                    "awaiting-approval", "stale",
                ])
        #expect(
            Deed.allCases.map(\.rawValue) == [
                "submitted", "approved", "paused", "resumed", "retried", "cancelled", "stopped", "corrected", "closed",
                "left-unclosed",
            ])
        #expect(ActionTie.allCases.map(\.rawValue) == ["correction", "closing"])
        #expect(ActionPriority.allCases.map(\.rawValue) == [0, 1, 2, 3, 4])
        #expect(ActionPriority.allCases == [.lifeThreat, .urgent, .normal, .closing, .test])
        #expect(Channel.allCases.map(\.rawValue) == ["voice", "sms"])
        #expect(DoubtPolicy.allCases.map(\.rawValue) == ["resend", "hold"])
        #expect([KeyMeaning.repeat, .confirm].map(\.rawValue) == ["repeat", "confirm"])
        #expect(
            Outcome.allCases.map(\.rawValue) == [
                "answered", "confirmed", "busy", "no-answer", "invalid-number", "rejected", "failed", "congestion",
                "interrupted", "delivered", "sent", "undelivered", "opted-out", "not-welcome", "capped", "over-budget",
                "cancelled", "expired", "not-approved",
            ])
        #expect(
            ForecastLimit.allCases.map(\.rawValue) == [
                "calls-per-second", "ramp-up", "channels", "prefix", "route", "messages-per-second", "budget",
                "retry-delays", "under-way", "no-way-out",
            ])
        #expect(RecipientColumns(.waiting(due: Timestamp(microseconds: 5))).state.rawValue == 0)
        #expect(RecipientColumns(.ended(.busy)).state.rawValue == 2)
    }

    @Test("Of calls")
    func calls() {
        #expect([CallState.intended, .sent, .ringing, .answered, .heard].map(\.rawValue) == [0, 1, 2, 3, 4])
        #expect([Codec.pcma, .pcmu].map(\.rawValue) == ["PCMA", "PCMU"])
    }

    @Test("Of SMS")
    func messages() {
        let states: [SegmentRecord.State] = [
            .prepared, .submitted, .waiting, .doubtful, .accepted, .refused, .abandoned,
        ]
        #expect(states.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 6])
        let schemes: [Concatenation.Scheme] = [.reference8, .reference16, .sar]
        #expect(schemes.map(\.rawValue) == [0, 1, 2])
        let flags: [MessageFlags] = [.wasDoubtful, .redial, .isBackground, .recovered, .dropped, .recalled]
        #expect(flags.map(\.rawValue) == [1, 2, 4, 8, 16, 32])
        let replacements: [MessageRecord.Replacement] = [.none, .intended, .done, .failed]
        #expect(replacements.map(\.rawValue) == [0, 1, 2, 3])
        // SMPP 5.0 section 4.7.15
        #expect(MessageState.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    }

    @Test("Of the ledger")
    func ledger() {
        #expect(LedgerKind.allCases.map(\.rawValue) == ["usage", "correction", "credit"])
        #expect(
            Disposition.allCases.map(\.rawValue) == [
                "ANSWERED", "NO ANSWER", "BUSY", "FAILED", "CONGESTION", "DELIVERED", "SENT", "UNDELIVERED", "EXPIRED",
                "REJECTED", "UNKNOWN",
            ])
        #expect([HangupParty.nobody, .gateway, .callee].map(\.rawValue) == ["", "gateway", "callee"])
        let reasons: [OwnReason] = [
            .none, .requested, .ringTimeout, .noResponse, .maximumDuration, .sessionTimer, .badMedia, .transport,
            .lateAnswer, .held, .crash,
        ]
        #expect(
            reasons.map(\.rawValue) == [
                "", "requested", "ring-timeout", "no-response", "max-duration", "session-timer", "bad-media",
                "transport", "late-answer", "held", "crash",
            ])
    }

    @Test("Of the journal itself")
    func names() {
        #expect(
            [MetaTable.Key.boot, .instanceKey, .alive, .ledgerHead, .clock].map(\.rawValue)
                == ["boot", "instance-key", "alive", "ledger-head", "clock"])
        #expect(
            Migration.all.prefix(11).map(\.name) == [
                "2026-11-actions", "2026-11-messages", "2026-11-ledger", "2026-11-spending", "2026-11-queue",
                "2026-11-audio", "2026-11-reached", "2026-11-plan", "2026-12-clock",
                "2026-12-participants", "2026-12-conduct",
            ])
    }
}
