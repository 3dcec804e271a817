// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import Foundation
import GatewayCore

extension Timestamp? {
    var bound: Statement.Value { map { .integer($0.microseconds) } ?? .null }
}

extension Store {
    func write(_ record: JournalRecord, _ operation: String) throws {
        switch record {
        case .actionStaged(let action):
            try connection.statement("INSERT INTO action VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", operation).bind([
                .integer(action.key), .text(action.id.text), .text(action.contentHash),
                .text(try encode(action.definition, operation)), .text(action.promptHash),
                .integer(Int64(action.promptMilliseconds)), .text(action.phase.rawValue),
                .integer(action.accepted.microseconds), action.firstCall.bound, action.ended.bound,
                .integer(Int64(action.recipientCount)), try column(action.finalCounters, operation),
                try column(action.forecast, operation),
            ]).run()
        case .recipientsStaged(let people):
            try insert(people, operation)
        case .actionDiscarded(let key):
            try discard(key, operation)
        case .actionChanged(let action):
            try connection.statement(
                """
                UPDATE action SET content_hash = ?, prompt_hash = ?, prompt_ms = ?, phase = ?, accepted = ?,
                first_call = ?, ended = ?, recipient_count = ?, final_counters = ?, plan = ?
                WHERE key = ?
                """, operation
            ).bind([
                .text(action.contentHash), .text(action.promptHash), .integer(Int64(action.promptMilliseconds)),
                .text(action.phase.rawValue), .integer(action.accepted.microseconds), action.firstCall.bound,
                action.ended.bound, .integer(Int64(action.recipientCount)),
                try column(action.finalCounters, operation), try column(action.forecast, operation),
                .integer(action.key),
            ]).run()
        case .numbersListed(let action, let numbers):
            try insert(numbers, of: action, operation)
        case .recipientChanged(let person):
            try update(person, operation)
        case .callStarted(let attempt):
            try insert(attempt, operation)
        case .callChanged(let attempt):
            try connection.statement(
                """
                UPDATE attempt SET state = ?, start = ?, ringing = ?, answer = ?, codec = ?, dialog = ?, heard_ms = ?,
                keys = ? WHERE id = ?
                """, operation
            ).bind([
                .integer(Int64(attempt.state.rawValue)), .integer(attempt.start.microseconds), attempt.ringing.bound,
                attempt.answer.bound, attempt.codec.map { .text($0.rawValue) } ?? .null, .text(attempt.dialog),
                .integer(Int64(attempt.heardMilliseconds)), .text(attempt.keys), .integer(attempt.id.value),
            ]).run()
        case .callEnded(let id, let cdr):
            try connection.statement("DELETE FROM attempt WHERE id = ?", operation).bind([.integer(id.value)]).run()
            try insert(cdr, operation)
        case .ledgerAppended(let cdr):
            try insert(cdr, operation)
        case .messageStarted, .messageChanged, .messagesReleased, .messageDropped, .messageEnded, .inboundStored,
            .inboundPartsRemoved, .optedOut:
            try writeMessage(record, operation)
        }
    }

    /// As JSON.
    private func column(_ value: (some Encodable)?, _ operation: String) throws -> Statement.Value {
        try value.map { .text(try encode($0, operation)) } ?? .null
    }

    func encode(_ value: some Encodable, _ operation: String) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            throw StoreError(operation: operation, message: "cannot encode: \(error)")
        }
    }

    private func insert(_ attempt: CallRecord, _ operation: String) throws {
        try connection.statement("INSERT INTO attempt VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", operation).bind([
            .integer(attempt.id.value), .integer(attempt.recipient.value), .integer(attempt.action),
            .integer(Int64(attempt.number)), .integer(Int64(attempt.state.rawValue)), .text(attempt.trunk),
            .text(attempt.target), .text(attempt.callID), .text(attempt.caller), .integer(attempt.start.microseconds),
            attempt.ringing.bound, attempt.answer.bound, attempt.codec.map { .text($0.rawValue) } ?? .null,
            .text(attempt.dialog), .integer(Int64(attempt.heardMilliseconds)), .text(attempt.keys),
            .integer(attempt.redial ? 1 : 0),
        ]).run()
    }

    private static let insertCDR =
        "INSERT INTO cdr VALUES (\(Array(repeating: "?", count: 51).joined(separator: ",")))"

    func insert(_ cdr: CallDetailRecord, _ operation: String) throws {
        let head = try readLedgerHead(operation)
        guard cdr.sequence == head.sequence + 1 else {
            throw StoreError(
                operation: operation,
                message: "the CDR ledger would have a gap: \(cdr.sequence) follows \(head.sequence)")
        }
        var values: [Statement.Value] = [
            .integer(cdr.sequence), .integer(cdr.attempt.value), .text(cdr.action), .text(cdr.recipient),
            .text(cdr.account), .text(cdr.callee), .text(cdr.caller), .text(cdr.trunk), .text(cdr.callID),
            .integer(Int64(cdr.attemptNumber)), .integer(cdr.start.microseconds), cdr.ringing.bound, cdr.answer.bound,
            .integer(cdr.end.microseconds), .integer(Int64(cdr.sipCode)), .integer(Int64(cdr.cause)),
            .text(cdr.hangupBy.rawValue), .text(cdr.ownReason.rawValue), .text(cdr.disposition.rawValue),
            cdr.codec.map { .text($0.rawValue) } ?? .null, .text(cdr.promptHash),
            .integer(Int64(cdr.heardMilliseconds)), .integer(Int64(cdr.promptMilliseconds)), .text(cdr.keys),
            .integer(cdr.recovered ? 1 : 0), .integer(cdr.redial ? 1 : 0), .integer(Int64(cdr.packetsSent)),
            .integer(Int64(cdr.packetsReceived)),
        ]
        values += cdr.message.map(columns) ?? Array(repeating: .null, count: 10)
        values += columns(of: cdr.ledger)
        let audio = columns(of: cdr.audio)
        let hash = chain(values, later: cdr.audio == nil ? nil : audio, after: head)
        values.append(.blob(hash.bytes))
        values += audio
        try connection.statement(Self.insertCDR, operation).bind(values).run()
        ledgerHead = LedgerHead(sequence: cdr.sequence, hash: hash)
        mustNoteHead = true
        addSpending(of: cdr)
    }
}
