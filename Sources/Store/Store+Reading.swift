// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import GatewayCore

/// What can be read of actions and of citizens.
extension Store {
    /// A page of an action's recipients in order, after the given one.
    package func recipients(ofAction key: Int64, after last: RecipientID = RecipientID(0), limit: Int) throws
        -> [RecipientRecord]
    {
        checkOwner()
        return try journal.recipients.page(ofAction: key, after: last, limit: limit, "reading recipients")
    }

    /// Counts by state and outcome, of attempts and of messages heard to the end.
    package func counters(ofAction key: Int64, named id: String) throws -> ActionCounters {
        checkOwner()
        let operation = "counting recipients"
        var counters = ActionCounters()
        try journal.recipients.count(ofAction: key, into: &counters, operation)
        (counters.attempts, counters.heard) = try LedgerReader(connection).attempts(ofAction: id, operation)
        return counters
    }

    /// Titles of these actions; none of those that are not known, or have none.
    package func titles(ofActions ids: Set<String>) throws -> [String: String] {
        checkOwner()
        return try journal.actions.titles(of: ids, "reading titles of actions")
    }

    /// The action by which this number was alerted last, and its reference there; nil: by none.
    package func latestAction(of number: PhoneNumber) throws -> (action: String, recipient: String)? {
        checkOwner()
        let operation = "reading who wrote"
        return try journal.numbers.latestAction(
            of: number, reference: { try journal.recipients.reference(of: $0, operation) }, operation)
    }

    /// A page of what citizens wrote in answer to an action, in order, after the given one.
    package func inbound(ofAction id: String, after last: Int64 = 0, limit: Int) throws -> [InboundRecord] {
        checkOwner()
        return try texts.inbound.page(ofAction: id, after: last, limit: limit, "reading messages of citizens")
    }
}

/// What can be read of the register of participants.
extension Store {
    /// What happened to a number's entry, the oldest first.
    package func registerEvents(of number: PhoneNumber) throws -> [RegisterEvent] {
        checkOwner()
        return try register.events(of: number, "reading the register")
    }

    /// Who asked about a number, the oldest first.
    package func registerQuestions(of number: PhoneNumber) throws -> [RegisterQuestion] {
        checkOwner()
        return try register.questions(
            of: number, pseudonym: pseudonyms.pseudonym(of: number.e164), "reading the register")
    }

    /// Looks at so many rows more.
    package func advance(_ scan: inout NumberScan, rows: Int) throws {
        checkOwner()
        let operation = "looking for a number"
        let names: [Query.Value] = [
            .text(scan.number.e164),
            .text(scan.number.isPurged ? scan.number.e164 : pseudonyms.pseudonym(of: scan.number.e164)),
        ]
        let end = scan.position + Int64(rows)
        let range: [Query.Value] = [.integer(scan.position), .integer(end)]
        let last: Int64
        if scan.isInLedger {
            let found = try connection.query(
                "SELECT sequence FROM cdr WHERE sequence > ? AND sequence <= ? AND callee IN (?,?) ORDER BY sequence",
                operation
            ).bind(range + names)
            var sequences: [Int64] = []
            while try found.step() { sequences.append(found.integer()) }
            found.reset()
            scan.records += try sequences.compactMap { try callDetailRecord(sequence: $0) }
            last = try lastSequence()
        } else {
            scan.recipients += try journal.recipients.of(names, range, operation)
            last = try journal.recipients.lastID(operation)
        }
        scan.position = end
        guard end >= last else { return }
        scan.position = 0
        (scan.isInLedger, scan.isDone) = (true, scan.isInLedger)
    }
}
