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
        return try register.questions(of: number, "reading the register")
    }
}
