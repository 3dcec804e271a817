// SPDX-License-Identifier: GPL-3.0-or-later
import Actions

/// Writes the records of a transaction, each to the tables that it concerns.
final class RecordWriter {
    private let journal: JournalTables
    private let texts: TextTables
    private let register: RegisterTables
    private let ledger: Ledger
    private let reader: LedgerReader
    private let meta: MetaTable
    /// Of this transaction's messages, to be written together.
    private var endedRecipients: [RecipientRecord] = []
    /// A transaction failed: what is known in memory may not be so on disk.
    private var isStale = false
    /// The highest that was begun.
    private(set) var lastAttempt: Int64 = 0

    init(
        _ journal: JournalTables, _ texts: TextTables, _ register: RegisterTables, _ ledger: Ledger,
        _ reader: LedgerReader, _ meta: MetaTable
    ) {
        self.journal = journal
        self.texts = texts
        self.register = register
        self.ledger = ledger
        self.reader = reader
        self.meta = meta
    }

    /// Within a transaction.
    func write(_ records: [JournalRecord], _ operation: String) throws {
        ledger.begin()
        if isStale { try settle(operation) }
        try texts.messages.begin(records, operation)
        var someEnded = false
        for record in records {
            switch record {
            // A recipient may be changed by a later record: what was collected goes first.
            case .recipientChanged: try writeEnded(operation)
            case .messageEnded, .messageDropped: someEnded = true
            case .actionStaged, .recipientsStaged, .actionDiscarded, .actionChanged, .numbersListed, .callStarted,
                .callChanged, .callEnded, .callDropped, .messageStarted, .messageChanged, .messagesReleased,
                .inboundStored, .inboundPartsRemoved, .registerChanged, .participantContacted, .registerAsked,
                .ledgerAppended, .clockSet:
                break
            }
            try write(record, operation)
        }
        try writeEnded(operation)
        try texts.messages.end(someEnded: someEnded, operation)
        try ledger.end(operation)
    }

    /// The transaction failed.
    func noteFailure() { isStale = true }

    /// After a start, or a failed transaction: what memory knows is made of what is on disk. Within a transaction.
    func settle(_ operation: String) throws {
        isStale = true
        endedRecipients = []
        ledger.forget()
        try texts.messages.settle(hasEnded: { try reader.hasRecord(ofAttempt: $0, operation) }, operation)
        isStale = false
    }

    private func writeEnded(_ operation: String) throws {
        guard !endedRecipients.isEmpty else { return }
        try journal.recipients.update(endedRecipients, operation)
        endedRecipients.removeAll(keepingCapacity: true)
    }

    private func write(_ record: JournalRecord, _ operation: String) throws {
        switch record {
        case .actionStaged(let action): try journal.actions.insert(action, operation)
        case .recipientsStaged(let people): try journal.recipients.insert(people, operation)
        case .actionDiscarded(let key): try journal.discarded.discard(key, operation)
        case .actionChanged(let action): try journal.actions.update(action, operation)
        case .numbersListed(let action, let numbers): try journal.numbers.insert(numbers, of: action, operation)
        case .recipientChanged(let person): try journal.recipients.update(person, operation)
        case .callStarted(let call):
            lastAttempt = max(lastAttempt, call.id.value)
            try journal.calls.insert(call, operation)
        case .callChanged(let call): try journal.calls.update(call, operation)
        case .callEnded(let id, let cdr):
            try journal.calls.delete(id, operation)
            try ledger.append(cdr, operation)
        case .callDropped(let id): try journal.calls.delete(id, operation)
        case .ledgerAppended(let cdr): try ledger.append(cdr, operation)
        // Those of a transaction are written together.
        case .messageStarted(let message): lastAttempt = max(lastAttempt, message.id.value)
        case .messagesReleased: break
        case .messageChanged(let message): try texts.messages.change(message, operation)
        case .messageDropped(let id): try texts.messages.drop(id, operation)
        case .messageEnded(let id, let cdr, let recipient):
            try texts.messages.finish(id, operation)
            try ledger.append(cdr, operation)
            if let recipient { endedRecipients.append(recipient) }
        case .inboundStored(let inbound): try texts.inbound.insert(inbound, operation)
        case .inboundPartsRemoved(let ids): try texts.inbound.delete(ids, operation)
        case .registerChanged(let change): try register.write(change, operation)
        case .participantContacted(let number, let contact): try register.insert(number, contact, operation)
        case .registerAsked(let question): try register.insert(question, operation)
        case .clockSet(let mark):
            try meta.set(.clock, .text(try JournalJSON.encode(mark, operation)), operation)
            try meta.set(.boot, .text(try MetaTable.bootNow()), operation)
        }
    }
}
