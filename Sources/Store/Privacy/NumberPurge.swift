// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore

/// A purge of numbers under way: where it stands, so that it can go on some rows at a time.
package struct NumberPurge: Sendable {
    /// Whose numbers go.
    package enum Scope: Sendable, Equatable {
        /// Of an action that has ended.
        case action(key: Int64, id: String)
        /// One citizen's, wherever it stands.
        case number(PhoneNumber)
        /// Of citizens who wrote, before then, without an action that it belongs to.
        case inbound(before: Timestamp)
        /// Who was in which action, before then: no limit looks back so far. Civil time.
        case contacts(before: Timestamp)
    }

    package let scope: Scope
    /// Of a single number: what was opted out of stays by it, not by its pseudonym.
    package let keepsOptOutNumber: Bool
    /// Rows in which a pseudonym has taken the number's place.
    package fileprivate(set) var purged = 0
    package fileprivate(set) var isDone = false
    fileprivate var part = Part.recipients
    fileprivate var position: Int64 = 0

    fileprivate enum Part { case recipients, ledger, contacts, others }

    package init(_ scope: Scope, keepsOptOutNumber: Bool = false) {
        if case .contacts = scope { part = .contacts }
        self.scope = scope
        self.keepsOptOutNumber = keepsOptOutNumber
    }
}

/// Numbers give way to their pseudonyms, in transactions of some rows. The ledger's proof does not change.
struct Pseudonymizer {
    private let connection: SQLiteConnection
    private let numbers: NumberTable
    private let register: RegisterTables
    private let recipients: RecipientTable
    private let pseudonyms: NumberPseudonyms

    init(_ connection: SQLiteConnection, _ pseudonyms: NumberPseudonyms) {
        self.connection = connection
        self.pseudonyms = pseudonyms
        numbers = NumberTable(connection)
        register = RegisterTables(connection)
        recipients = RecipientTable(connection)
    }

    /// Actions that ended before then, in engine time, have nothing under way, and still have numbers. Their own times were
    /// named by the clock of their acceptance, which may have been wrong.
    func due(endedBefore time: Timestamp, limit: Int, _ operation: String) throws -> [NumberPurge] {
        let rows = try connection.query(
            """
            SELECT key, id FROM action WHERE phase IN (\(ActionTable.finalPhases)) AND ended - civil_offset < ?
            AND NOT EXISTS (SELECT 1 FROM purged_action WHERE purged_action.action = key)
            AND NOT EXISTS (SELECT 1 FROM attempt WHERE attempt.action = key)
            AND NOT EXISTS (SELECT 1 FROM message WHERE message.action = key)
            AND NOT EXISTS (SELECT 1 FROM message_batch WHERE message_batch.action = key)
            ORDER BY key LIMIT ?
            """, operation
        ).bind([.integer(time.microseconds), .integer(Int64(limit))])
        defer { rows.reset() }
        var found: [NumberPurge] = []
        while try rows.step() { found.append(NumberPurge(.action(key: rows.integer(), id: rows.text()))) }
        return found
    }

    /// Purges some rows more.
    ///
    /// - Parameter last: sequence of the newest row of the ledger.
    func advance(
        _ purge: inout NumberPurge, limit: Int, last: Int64, now: Timestamp, _ operation: String
    ) throws {
        guard !purge.isDone else { return }
        var next = purge
        // What was there is overwritten, not only let go of.
        try connection.execute("PRAGMA secure_delete = ON", operation)
        defer { try? connection.execute("PRAGMA secure_delete = FAST", operation) }
        try connection.transaction(operation) {
            switch next.part {
            case .recipients: try purgeRecipients(&next, limit, operation)
            case .ledger: try purgeLedger(&next, limit, last: last, operation)
            case .contacts: try purgeContacts(&next, limit, operation)
            case .others: try purgeOthers(&next, operation, now: now)
            }
        }
        purge = next
    }

    private func purgeRecipients(_ purge: inout NumberPurge, _ limit: Int, _ operation: String) throws {
        let rows: Query
        switch purge.scope {
        case .action(let key, _):
            rows = try connection.query(
                "SELECT id, number FROM recipient WHERE action = ? AND id > ? ORDER BY id LIMIT ?", operation
            ).bind([.integer(key), .integer(purge.position), .integer(Int64(limit))])
        case .number(let number):
            let last = try recipients.lastID(operation)
            return try purgePart(
                of: Self.recipientsOfNumber, number, Self.purgeRecipient, &purge, limit, last: last, then: .ledger,
                operation)
        case .inbound, .contacts:
            purge.part = .others
            return
        }
        try replace(rows, Self.purgeRecipient, &purge, limit, then: .ledger, operation)
    }

    private func purgeLedger(
        _ purge: inout NumberPurge, _ limit: Int, last: Int64, _ operation: String
    ) throws {
        let rows: Query
        switch purge.scope {
        case .action(_, let id):
            rows = try connection.query(
                "SELECT sequence, callee FROM cdr WHERE action = ? AND sequence > ? ORDER BY sequence LIMIT ?",
                operation
            ).bind([.text(id), .integer(purge.position), .integer(Int64(limit))])
        case .number(let number):
            return try purgePart(
                of: Self.rowsOfNumber, number, Self.purgeRow, &purge, limit, last: last, then: .others, operation)
        case .inbound, .contacts:
            purge.part = .others
            return
        }
        try replace(rows, Self.purgeRow, &purge, limit, then: .contacts, operation)
    }

    /// Who was in an action: of those who are not enrolled the number is not kept for it. A part of the table at a time.
    private func purgeContacts(_ purge: inout NumberPurge, _ limit: Int, _ operation: String) throws {
        let (part, end) = (purge.position, purge.position + Int64(limit) * 16)
        switch purge.scope {
        case .action(let key, _): try register.forgetContacts(ofAction: key, after: part, through: end, operation)
        case .contacts(let before): try register.forgetContacts(before: before, after: part, through: end, operation)
        case .number, .inbound: break
        }
        guard try end >= register.lastContact(operation) else {
            purge.position = end
            return
        }
        if case .contacts = purge.scope { purge.isDone = true }
        (purge.part, purge.position) = (.others, 0)
    }

    private static let recipientsOfNumber =
        "SELECT id, number FROM recipient WHERE id > ? AND id <= ? AND number = ? ORDER BY id"
    private static let rowsOfNumber =
        "SELECT sequence, callee FROM cdr WHERE sequence > ? AND sequence <= ? AND callee = ? ORDER BY sequence"
    private static let purgeRow = "UPDATE cdr SET callee = ? WHERE sequence = ?"
    private static let purgeRecipient = "UPDATE recipient SET number = ? WHERE id = ?"

    /// Numbers have no index: a part of the table, between two keys, at a time.
    private func purgePart(
        of query: String, _ number: PhoneNumber, _ update: String, _ purge: inout NumberPurge, _ limit: Int,
        last: Int64, then: NumberPurge.Part, _ operation: String
    ) throws {
        let part = purge.part
        let end = purge.position + Int64(limit) * 16
        let rows = try connection.query(query, operation)
            .bind([.integer(purge.position), .integer(end), .text(number.e164)])
        try replace(rows, update, &purge, .max, then: part, operation)
        (purge.part, purge.position) = end >= last ? (then, 0) : (part, end)
    }

    /// `then`: what comes when these were fewer than asked for.
    private func replace(
        _ rows: Query, _ update: String, _ purge: inout NumberPurge, _ limit: Int, then: NumberPurge.Part,
        _ operation: String
    ) throws {
        var found: [(key: Int64, number: String)] = []
        while try rows.step() { found.append((rows.integer(), rows.text())) }
        rows.reset()
        for (key, number) in found where !NumberPseudonyms.isPseudonym(number) {
            try connection.query(update, operation)
                .bind([.text(pseudonyms.pseudonym(of: number)), .integer(key)]).run()
            purge.purged += 1
        }
        if found.count < limit {
            (purge.part, purge.position) = (then, 0)
        } else {
            purge.position = found.last?.key ?? purge.position
        }
    }

    /// What citizens wrote, what the register remembers of the number, and that it is done.
    private func purgeOthers(_ purge: inout NumberPurge, _ operation: String, now: Timestamp) throws {
        let condition: String
        let value: Query.Value
        switch purge.scope {
        case .action(_, let id): (condition, value) = ("action = ?", .text(id))
        case .number(let number): (condition, value) = ("source = ?", .text(number.e164))
        case .inbound(let before): (condition, value) = ("action = '' AND received < ?", .integer(before.microseconds))
        case .contacts: return
        }
        let rows = try connection.query(
            "SELECT id, source FROM inbound WHERE \(condition) AND source GLOB '+*' AND octets IS NULL", operation
        ).bind([value])
        try replace(rows, "UPDATE inbound SET source = ? WHERE id = ?", &purge, .max, then: .others, operation)
        if case .number(let number) = purge.scope {
            try numbers.forget(number, operation)
            purge.purged += try register.forget(
                number, pseudonym: pseudonyms.pseudonym(of: number.e164), keepsNumber: purge.keepsOptOutNumber,
                operation)
        }
        if case .action(let key, _) = purge.scope {
            try numbers.forget(action: key, operation)
            try connection.query("INSERT OR REPLACE INTO purged_action VALUES (?, ?)", operation)
                .bind([.integer(key), .integer(now.microseconds)]).run()
        }
        purge.isDone = true
    }
}
