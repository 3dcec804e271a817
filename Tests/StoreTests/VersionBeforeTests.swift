// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import Foundation
import GatewayCore
import SMPP
import Testing

@testable import Store

/// The journal of a killed gateway of the version before (Tests/Acceptance/fixtures/version_before), as that version
/// itself read it.
@Suite("The version before") struct VersionBeforeTests {
    private static let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Acceptance/fixtures/version_before")

    private func open() throws -> Store {
        let scratch = try Scratch()
        let archive = Self.fixture.appendingPathComponent("state.tar.xz").path
        let tar = Process()
        tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        tar.arguments = ["tar", "-xJf", archive, "-C", scratch.path, "--strip-components", "1"]
        try tar.run()
        tar.waitUntilExit()
        try #require(tar.terminationStatus == 0)
        return try Store(path: scratch.journal, queue: nil)
    }

    @Test("Its journal is read as it read it itself")
    func snapshot() throws {
        let recorded = Self.fixture.appendingPathComponent("expected/store/snapshot.txt")
        let text = Description(of: try open().load()).text
        if ProcessInfo.processInfo.environment["RECORD_VERSION_BEFORE"] != nil {
            try FileManager.default.createDirectory(
                at: recorded.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: recorded)
        }
        let lines = text.split(separator: "\n")
        let expected = try String(contentsOf: recorded, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == expected.count)
        for (line, wanted) in zip(lines, expected) { #expect(line == wanted) }
    }

    @Test("Its ledger is proved, and ends as its manifest says")
    func ledger() throws {
        let store = try open()
        #expect(store.ledgerWarning == nil)
        let verified = try String(
            contentsOf: Self.fixture.appendingPathComponent("expected/before/verify.txt"), encoding: .utf8)
        var audit = try store.beginAudit(from: nil, to: nil, noted: [])
        var position: Int64 = 0
        while !audit.isDone { position = try store.advance(&audit, after: position, limit: 100) }
        #expect(audit.fault == nil && audit.rows > 0)
        #expect(
            verified.contains("\"hash\":\"\(hexadecimal(audit.last.hash.bytes))\",\"sequence\":\(audit.last.sequence)}")
        )
    }
}

/// A snapshot in words that stay, whatever becomes of the names in the code.
private struct Description {
    var text = ""

    init(of snapshot: JournalSnapshot) {
        line(
            "last", snapshot.lastActionKey, snapshot.lastRecipient.value, snapshot.lastAttempt.value,
            snapshot.lastCDRSequence, snapshot.lastInbound, snapshot.lastAlive?.microseconds ?? 0)
        for one in snapshot.spending.sorted(by: { ($0.account, "\($0.month)") < ($1.account, "\($1.month)") }) {
            line("spent", one.account, one.month, one.amount.microEuros)
        }
        for action in snapshot.actions { add(action) }
        for recipient in snapshot.recipients { add(recipient) }
        for call in snapshot.calls { add(call) }
        for message in snapshot.messages { add(message) }
        for mark in snapshot.releases { add(mark) }
        for part in snapshot.inboundParts {
            let octets = part.part?.octets ?? []
            line(
                "part", part.id, part.received.microseconds, part.smsc, part.source, part.destination,
                part.part?.concatenation.reference ?? 0, part.part?.concatenation.total ?? 0,
                part.part?.concatenation.sequence ?? 0, octets)
        }
        for (action, count) in snapshot.inboundCounts.sorted(by: { $0.key < $1.key }) { line("inbound", action, count) }
        for number in snapshot.participants.map(\.number.e164).sorted() { line("opted out", number) }
    }

    private mutating func line(_ parts: Any...) {
        let words = parts.map { "\($0)" }.joined(separator: " ")
        text += words.replacingOccurrences(of: "\n", with: "|") + "\n"
    }

    private mutating func add(_ action: ActionRecord) {
        line(
            "action", action.key, action.id.text, action.contentHash, action.promptHash, action.phase.rawValue,
            action.accepted.microseconds, action.firstCall?.microseconds ?? 0, action.ended?.microseconds ?? 0,
            action.recipientCount)
        if let counters = action.finalCounters {
            let outcomes = counters.outcomes.filter { $0.value > 0 }.map { "\($0.key.rawValue)=\($0.value)" }.sorted()
            line(" counted", counters.attempts, counters.heard, outcomes)
        }
        if let foretold = action.forecast {
            line(
                " foretold", foretold.forecast.course.map(\.microseconds), foretold.halfDone?.microseconds ?? 0,
                foretold.mostDone?.microseconds ?? 0)
        }
    }

    private mutating func add(_ recipient: RecipientRecord) {
        let state =
            switch recipient.state {
            case .waiting(let due): "waiting \(due.microseconds)"
            case .calling, .messaging: "under way"
            case .ended(let outcome): "ended \(outcome.rawValue)"
            }
        let past = recipient.history
        line(
            "recipient", recipient.id.value, recipient.action, recipient.number.e164, recipient.reference,
            recipient.account, state, recipient.keys, recipient.channel?.rawValue ?? "-")
        guard past != AttemptHistory() else { return }
        line(
            " tried", past.attempts, past.busy, past.unavailable, past.ringTimeout, past.congestion, past.forbidden,
            past.doubts, past.messages, past.excludedTrunks, past.excludedSMSCs, past.step,
            past.stepStarted?.microseconds ?? 0)
    }

    private mutating func add(_ mark: ReleaseMark) {
        line("mark", mark.smsc, mark.priority.word, mark.attempt.value, mark.segments)
    }

    private mutating func add(_ call: CallRecord) {
        let state =
            switch call.state {
            case .intended: "intended"
            case .sent: "sent"
            case .ringing: "ringing"
            case .answered: "answered"
            case .heard: "heard"
            }
        line(
            "call", call.id.value, call.recipient.value, call.action, call.number, state, call.trunk, call.target,
            call.callID, call.caller, call.start.microseconds, call.ringing?.microseconds ?? 0,
            call.answer?.microseconds ?? 0, call.codec?.rawValue ?? "-", call.heardMilliseconds, call.keys,
            call.redial, call.dialog)
    }

    private mutating func add(_ message: MessageRecord) {
        line(
            "message", message.id.value, message.recipient.value, message.action, message.number, message.smsc,
            message.sender, message.encoding, message.billedSegments, message.start.microseconds,
            message.accepted?.microseconds ?? 0, message.wasDoubtful, message.redial, message.isBackground,
            message.recovered)
        for segment in message.segments {
            let state =
                switch segment.state {
                case .prepared: "prepared"
                case .submitted: "submitted"
                case .waiting: "waiting"
                case .doubtful: "doubtful"
                case .accepted: "accepted"
                case .refused: "refused"
                case .abandoned: "abandoned"
                }
            line(
                " segment", state, segment.receipt?.rawValue ?? 0, segment.messageID, segment.reference,
                segment.resubmits)
        }
    }
}
