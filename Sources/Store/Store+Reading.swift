// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import Foundation
import GatewayCore

/// Which CDRs an export takes.
package struct CDRFilter: Equatable, Sendable {
    /// Inclusive, on the start of the call.
    package var from: Timestamp?
    /// Exclusive.
    package var to: Timestamp?
    package var account: String?
    package var action: String?
    /// Sequence of the last row that is looked at.
    package var through: Int64?

    package init(
        from: Timestamp? = nil, to: Timestamp? = nil, account: String? = nil, action: String? = nil,
        through: Int64? = nil
    ) {
        self.from = from
        self.to = to
        self.account = account
        self.action = action
        self.through = through
    }
}

extension Store {
    /// Everything that a new process needs; submissions that were never committed are thrown away.
    package func load() throws -> JournalSnapshot {
        checkOwner()
        let operation = "reading the journal"
        try discardStaged(operation)
        var snapshot = JournalSnapshot()
        let lastDiscarded = try number("SELECT coalesce(max(key), 0) FROM discarded", operation) ?? 0
        snapshot.lastActionKey = max(
            try number("SELECT coalesce(max(key), 0) FROM action", operation) ?? 0, lastDiscarded)
        snapshot.lastRecipient = RecipientID(try number("SELECT coalesce(max(id), 0) FROM recipient", operation) ?? 0)
        let lastLive = try number("SELECT coalesce(max(id), 0) FROM attempt", operation) ?? 0
        let lastEnded = try number("SELECT coalesce(max(attempt), 0) FROM cdr WHERE kind = 'usage'", operation) ?? 0
        let lastBatched = try number("SELECT coalesce(max(last), 0) FROM message_batch", operation) ?? 0
        let lastMessage = max(try number("SELECT coalesce(max(id), 0) FROM message", operation) ?? 0, lastBatched)
        snapshot.lastAttempt = AttemptID(max(lastLive, lastEnded, lastMessage))
        snapshot.lastInbound =
            try number("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'inbound'", operation) ?? 0
        snapshot.machineRestarted = machineRestarted
        snapshot.spending = try readSpending(operation)
        snapshot.lastCDRSequence = try readLedgerHead(operation).sequence
        snapshot.lastAlive = try number("SELECT value FROM meta WHERE key = 'alive'", operation)
            .map { Timestamp(microseconds: $0) }

        // Before recipients are read: those with messages under way are among them.
        try transaction(operation) { try settleBook(operation) }
        let actions = try connection.statement("SELECT * FROM action ORDER BY key", operation)
        while try actions.step() { snapshot.actions.append(try action(from: actions, operation)) }
        actions.reset()
        let open = snapshot.actions.filter { !$0.phase.isFinal }
        snapshot.recipients.reserveCapacity(open.reduce(0) { $0 + $1.recipientCount })
        for action in open { try readRecipients(ofAction: action.key, into: &snapshot.recipients, operation) }
        // Those of final actions too that a crash caught in a call: their CDR is still owed.
        try readRecipientsUnderWay(except: Set(open.map(\.key)), into: &snapshot.recipients, operation)
        let attempts = try connection.statement("SELECT * FROM attempt ORDER BY id", operation)
        while try attempts.step() { snapshot.attempts.append(try attempt(from: attempts, operation)) }
        attempts.reset()
        try loadMessages(into: &snapshot, operation)
        return snapshot
    }

    /// A page of an action's recipients in order, after the given one.
    package func recipients(ofAction key: Int64, after last: RecipientID = RecipientID(0), limit: Int) throws
        -> [RecipientRecord]
    {
        checkOwner()
        let operation = "reading recipients"
        let rows = try connection.statement(
            "SELECT * FROM recipient WHERE action = ? AND id > ? ORDER BY id LIMIT ?", operation
        ).bind([.integer(key), .integer(last.value), .integer(Int64(limit))])
        var page: [RecipientRecord] = []
        while try rows.step() { page.append(try recipient(from: rows, operation)) }
        rows.reset()
        return page
    }

    /// Counts by state and outcome, of attempts and of messages heard to the end.
    package func counters(ofAction key: Int64, named id: String) throws -> ActionCounters {
        checkOwner()
        let operation = "counting recipients"
        var counters = ActionCounters()
        let rows = try connection.statement(
            "SELECT state, outcome, count(*) FROM recipient WHERE action = ? GROUP BY state, outcome", operation
        ).bind([.integer(key)])
        while try rows.step() {
            let state = rows.integer()
            let outcome = rows.text()
            let count = Int(rows.integer())
            if state == 0 {
                counters.waiting += count
            } else if let outcome = Outcome(rawValue: outcome) {
                counters.outcomes[outcome, default: 0] += count
            }
        }
        rows.reset()
        let calls = try connection.statement(
            """
            SELECT count(*), coalesce(sum(prompt_ms > 0 AND heard_ms >= prompt_ms), 0) FROM cdr
            WHERE action = ? AND kind = 'usage'
            """, operation
        ).bind([.text(id)])
        if try calls.step() {
            counters.attempts = Int(calls.integer())
            counters.heard = Int(calls.integer())
        }
        calls.reset()
        return counters
    }

    /// A page of CDRs in order of sequence, after the given one; memory and time do not depend on how
    /// many there are in all.
    package func callDetailRecords(matching filter: CDRFilter, after sequence: Int64, limit: Int) throws
        -> [CallDetailRecord]
    {
        checkOwner()
        let operation = "reading CDRs"
        let (sql, values) = Self.query(filter, after: sequence, limit: limit)
        let rows = try connection.statement(sql, operation).bind(values)
        var page: [CallDetailRecord] = []
        while try rows.step() { page.append(try callDetailRecord(from: rows, operation)) }
        rows.reset()
        return page
    }

    /// Rows that an export takes, and how far it has looked.
    package struct CDRPage: Sendable {
        package var rows: [CallDetailRecord]
        package var position: Int64
        /// There is nothing behind.
        package var isLast: Bool
    }

    /// Looks at a bounded part of the ledger, so that a filter that nothing passes takes no longer than another.
    package func page(matching filter: CDRFilter, after sequence: Int64, limit: Int) throws -> CDRPage {
        let end = try filter.through ?? readLedgerHead("reading CDRs").sequence
        var part = filter
        part.through = min(end, sequence + Self.lookAhead)
        let rows = try callDetailRecords(matching: part, after: sequence, limit: limit)
        let position = rows.count < limit ? part.through ?? end : rows.last?.sequence ?? end
        return CDRPage(rows: rows, position: position, isLast: position >= end)
    }

    private static let lookAhead: Int64 = 4096

    static func query(_ filter: CDRFilter, after sequence: Int64, limit: Int) -> (String, [Statement.Value]) {
        var conditions = ["sequence > ?"]
        var values: [Statement.Value] = [.integer(sequence)]
        func add(_ condition: String, _ value: Statement.Value) {
            conditions.append(condition)
            values.append(value)
        }
        if let through = filter.through { add("sequence <= ?", .integer(through)) }
        if let action = filter.action { add("action = ?", .text(action)) }
        // One index is enough: the planner must not weigh the other against it.
        if let account = filter.account { add(filter.action == nil ? "account = ?" : "+account = ?", .text(account)) }
        // Sequence order is nearly start order; the unary plus keeps pages in sequence order.
        if let from = filter.from { add("+start >= ?", .integer(from.microseconds)) }
        if let to = filter.to { add("+start < ?", .integer(to.microseconds)) }
        values.append(.integer(Int64(limit)))
        return ("SELECT * FROM cdr WHERE \(conditions.joined(separator: " AND ")) ORDER BY sequence LIMIT ?", values)
    }

    func number(_ sql: String, _ operation: String) throws -> Int64? {
        let row = try connection.statement(sql, operation)
        defer { row.reset() }
        return try row.step() ? row.integer() : nil
    }

    // MARK: - Rows

    func damaged(_ operation: String, _ what: String) -> StoreError {
        StoreError(operation: operation, message: "the journal is damaged: \(what)")
    }

    func decode<Value: Decodable>(_ type: Value.Type, _ text: String, _ operation: String) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
            throw damaged(operation, "\(type): \(error)")
        }
    }

    private func action(from row: Statement, _ operation: String) throws -> ActionRecord {
        let key = row.integer()
        let id = row.text()
        let hash = row.text()
        let definition = try decode(ActionDefinition.self, row.text(), operation)
        let promptHash = row.text()
        let promptMilliseconds = Int(row.integer())
        guard let phase = ActionPhase(rawValue: row.text()) else { throw damaged(operation, "phase of action \(id)") }
        let accepted = Timestamp(microseconds: row.integer())
        let firstCall = row.optionalInteger().map { Timestamp(microseconds: $0) }
        let ended = row.optionalInteger().map { Timestamp(microseconds: $0) }
        let recipientCount = Int(row.integer())
        let (counters, plan) = (row.text(), row.text())
        return ActionRecord(
            key: key, id: try ActionID(id), contentHash: hash, definition: definition, promptHash: promptHash,
            promptMilliseconds: promptMilliseconds, phase: phase, accepted: accepted, firstCall: firstCall,
            ended: ended,
            recipientCount: recipientCount,
            finalCounters: counters.isEmpty ? nil : try decode(ActionCounters.self, counters, operation),
            forecast: plan.isEmpty ? nil : try decode(ActionForecast.self, plan, operation))
    }

    private func attempt(from row: Statement, _ operation: String) throws -> CallRecord {
        let id = row.integer()
        let recipient = row.integer()
        let action = row.integer()
        let number = Int(row.integer())
        guard let state = CallState(rawValue: Int(row.integer())) else {
            throw damaged(operation, "state of attempt \(id)")
        }
        let trunk = row.text()
        let target = row.text()
        let callID = row.text()
        let caller = row.text()
        let start = Timestamp(microseconds: row.integer())
        let ringing = row.optionalInteger().map { Timestamp(microseconds: $0) }
        let answer = row.optionalInteger().map { Timestamp(microseconds: $0) }
        let codec = Codec(rawValue: row.text())
        let dialog = row.text()
        let heard = Int(row.integer())
        let keys = row.text()
        return CallRecord(
            id: AttemptID(id), recipient: RecipientID(recipient), action: action, number: number, state: state,
            trunk: trunk, target: target, callID: callID, caller: caller, start: start, ringing: ringing,
            answer: answer, codec: codec, dialog: dialog, heardMilliseconds: heard, keys: keys,
            redial: row.integer() != 0)
    }

    func callDetailRecord(from row: Statement, _ operation: String) throws -> CallDetailRecord {
        let sequence = row.integer()
        let attempt = AttemptID(row.integer())
        let (action, recipient, account) = (row.text(), row.text(), row.text())
        let (callee, caller, trunk, callID) = (row.text(), row.text(), row.text(), row.text())
        let attemptNumber = Int(row.integer())
        let start = Timestamp(microseconds: row.integer())
        let ringing = row.optionalInteger().map { Timestamp(microseconds: $0) }
        let answer = row.optionalInteger().map { Timestamp(microseconds: $0) }
        let end = Timestamp(microseconds: row.integer())
        let (sipCode, cause) = (Int(row.integer()), Int(row.integer()))
        guard let hangupBy = HangupParty(rawValue: row.text()), let ownReason = OwnReason(rawValue: row.text()),
            let disposition = Disposition(rawValue: row.text())
        else { throw damaged(operation, "CDR \(sequence)") }
        let codec = Codec(rawValue: row.text())
        let promptHash = row.text()
        let (heard, prompt) = (Int(row.integer()), Int(row.integer()))
        let keys = row.text()
        let (recovered, redial) = (row.integer() != 0, row.integer() != 0)
        let (sent, received) = (Int(row.integer()), Int(row.integer()))
        let message = messageDetail(from: row)
        let entry = try ledgerEntry(from: row, sequence, operation)
        return CallDetailRecord(
            sequence: sequence, attempt: attempt, action: action, recipient: recipient, account: account,
            callee: callee, caller: caller, trunk: trunk, callID: callID, attemptNumber: attemptNumber, start: start,
            ringing: ringing, answer: answer, end: end, sipCode: sipCode, cause: cause, hangupBy: hangupBy,
            ownReason: ownReason, disposition: disposition, codec: codec, promptHash: promptHash,
            heardMilliseconds: heard, promptMilliseconds: prompt, keys: keys, recovered: recovered, redial: redial,
            packetsSent: sent, packetsReceived: received, audio: audioTiming(from: row),
            message: message, ledger: entry)
    }
}
