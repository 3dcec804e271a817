// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Participants

@testable import Actions

/// Applies journal records to a snapshot, as the store does to its tables.
struct Journal {
    var actions: [Int64: ActionRecord] = [:]
    var recipients: [RecipientID: RecipientRecord] = [:]
    var attempts: [AttemptID: CallRecord] = [:]
    var cdrs: [CallDetailRecord] = []
    var messages: [AttemptID: MessageRecord] = [:]
    var releases: [ReleaseMark] = []
    var inbound: [Int64: InboundRecord] = [:]
    var lastInbound: Int64 = 0
    /// By number.
    var participants: [String: Participant] = [:]
    var contacts: [(number: PhoneNumber, contact: ParticipantRegister.Contact)] = []
    var questions: [RegisterQuestion] = []
    var numbers: [Int64: [NumberEntry]] = [:]
    var clock: ClockMark?

    mutating func apply(_ records: [JournalRecord]) {
        for record in records { apply(record) }
    }

    private mutating func apply(_ record: JournalRecord) {
        switch record {
        case .actionStaged(let action), .actionChanged(let action): actions[action.key] = action
        case .numbersListed(let action, let entries): numbers[action] = entries
        case .recipientsStaged(let people): for person in people { recipients[person.id] = person }
        case .actionDiscarded(let key):
            actions[key] = nil
            recipients = recipients.filter { $0.value.action != key }
        case .recipientChanged(let recipient): recipients[recipient.id] = recipient
        case .callStarted(let attempt), .callChanged(let attempt): attempts[attempt.id] = attempt
        case .callEnded(let id, let cdr):
            attempts[id] = nil
            cdrs.append(cdr)
        case .callDropped(let id): attempts[id] = nil
        case .messageStarted(let message): messages[message.id] = message
        case .messageChanged(let message):
            // As an UPDATE: nothing of a row that is not there.
            if messages[message.id] != nil { messages[message.id] = message }
        case .messagesReleased(let mark):
            releases.removeAll { $0.smsc == mark.smsc && $0.priority == mark.priority }
            releases.append(mark)
        case .messageDropped(let id): messages[id] = nil
        case .messageEnded(let id, let cdr, let recipient):
            messages[id] = nil
            cdrs.append(cdr)
            if let recipient { recipients[recipient.id] = recipient }
        case .inboundStored(let record):
            inbound[record.id] = record
            lastInbound = max(lastInbound, record.id)
        case .inboundPartsRemoved(let ids): for id in ids { inbound[id] = nil }
        case .ledgerAppended(let cdr): cdrs.append(cdr)
        case .clockSet(let mark): clock = mark
        case .registerChanged(let change):
            for one in change.changes {
                switch one {
                case .stored(let person): participants[person.number.e164] = person
                case .removed(let number): participants[number] = nil
                }
            }
        case .participantContacted(let number, let contact): contacts.append((number, contact))
        case .registerAsked(let question): questions.append(question)
        }
    }

    /// What ``Store/load()`` gives.
    func snapshot(lastAlive: Timestamp, machineRestarted: Bool = false) -> JournalSnapshot {
        let open = Set(actions.values.filter { !$0.phase.isFinal }.map(\.key))
        let underWay = Set(attempts.values.map(\.recipient) + messages.values.map(\.recipient))
        let people = recipients.values.filter { open.contains($0.action) || underWay.contains($0.id) }
        var snapshot = JournalSnapshot(
            actions: actions.values.filter { $0.phase != .staged }.sorted { $0.key < $1.key },
            recipients: people.sorted { $0.id < $1.id }.map(Self.asStored),
            calls: attempts.values.sorted { $0.id < $1.id },
            messages: messages.values.sorted { $0.id < $1.id }, releases: releases,
            inboundParts: inbound.values.filter { $0.part != nil }.sorted { $0.id < $1.id },
            participants: Array(participants.values), machineRestarted: machineRestarted, lastInbound: lastInbound,
            lastActionKey: actions.keys.max() ?? 0, lastRecipient: recipients.keys.max() ?? RecipientID(0),
            lastAttempt: [attempts.keys.max(), messages.keys.max(), cdrs.map(\.attempt).max()].compactMap { $0 }.max()
                ?? AttemptID(0),
            lastCDRSequence: cdrs.last?.sequence ?? 0, lastAlive: lastAlive)
        snapshot.clock = clock
        snapshot.contacts = contacts
        for cdr in cdrs {
            guard let charge = cdr.ledger.charge else { continue }
            snapshot.spending.append(
                Spending(account: cdr.account, month: DutchMonth(cdr.start), amount: charge.amount))
        }
        return snapshot
    }

    /// A row does not say that an attempt is under way; the attempt's own row does.
    private static func asStored(_ recipient: RecipientRecord) -> RecipientRecord {
        var recipient = recipient
        switch recipient.state {
        case .calling, .messaging: recipient.state = .waiting(due: .epoch)
        case .waiting, .ended: break
        }
        return recipient
    }

    /// What ``Store/counters(ofAction:named:)`` gives, for the actions whose record does not bring them.
    func counters() -> [Int64: ActionCounters] {
        var result: [Int64: ActionCounters] = [:]
        for action in actions.values where action.phase != .staged && action.finalCounters == nil {
            var counters = ActionCounters()
            for recipient in recipients.values where recipient.action == action.key {
                if case .ended(let outcome) = recipient.state {
                    counters.outcomes[outcome, default: 0] += 1
                } else {
                    counters.waiting += 1
                }
            }
            counters.attempts = cdrs.count { $0.action == action.id.text }
            result[action.key] = counters
        }
        return result
    }
}
