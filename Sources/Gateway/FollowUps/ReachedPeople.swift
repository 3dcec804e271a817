// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import GatewayCore

/// Whom an action reached, or may have reached, by which channel, in the order in which they heard it.
struct ReachedPeople {
    private struct Contact {
        var first: Timestamp
        var channel: Channel
        var person: StagedRecipient
    }

    private var contacts: [PhoneNumber: Contact] = [:]
    /// A closing message is for those who were reached; a correction is for those as well who may have been.
    private let isForDoubtful: Bool

    init(_ tie: ActionTie) { isForDoubtful = tie == .correction }

    /// From the ledger.
    mutating func add(_ cdr: CallDetailRecord) {
        guard cdr.ledger.kind == .usage, let heard = cdr.heard, heard.isCertain || isForDoubtful,
            let number = PhoneNumber(e164: cdr.callee)
        else { return }
        add(
            number, reference: cdr.recipient, account: cdr.account, by: cdr.message == nil ? .voice : .sms,
            at: heard.time)
    }

    /// Of whom the ledger has nothing yet.
    mutating func add(_ contact: RecipientContact) {
        guard contact.isCertain || isForDoubtful else { return }
        let person = contact.recipient
        add(
            person.number, reference: person.reference, account: person.account, by: contact.channel, at: contact.time)
    }

    private mutating func add(
        _ number: PhoneNumber, reference: String, account: String, by channel: Channel, at time: Timestamp
    ) {
        guard !number.isPurged else { return }
        let known = contacts[number]
        contacts[number] = Contact(
            first: min(known?.first ?? time, time),
            // A call was answered; of an SMS nobody knows whether it was read.
            channel: known?.channel == .voice ? .voice : channel,
            person: StagedRecipient(number: number, reference: reference, account: account))
    }

    /// What the submission said that a recipient wishes.
    mutating func addWishes(of recipient: RecipientRecord) {
        guard let wishes = recipient.preferences, contacts[recipient.number] != nil else { return }
        contacts[recipient.number]?.person.preferences = wishes
    }

    /// In the order in which they heard it.
    var inOrder: [StagedRecipient] {
        contacts.values.sorted { ($0.first, $0.person.number.digits) < ($1.first, $1.person.number.digits) }.map {
            var person = $0.person
            person.channel = $0.channel
            return person
        }
    }
}

extension CallDetailRecord {
    /// When somebody began to hear or to read it, and whether that is certain; nil: nobody can have. Of a call that a
    /// crash cut off nothing else is known; one that was answered to nobody after it ends with its answer.
    var heard: (time: Timestamp, isCertain: Bool)? {
        guard let message else {
            guard let answer, heardMilliseconds > 0 || packetsSent > 0 || (recovered && end > answer)
            else { return nil }
            return (time: answer, isCertain: true)
        }
        switch disposition {
        case .sent, .delivered: return (time: message.accepted ?? start, isCertain: true)
        case .unknown: return (time: message.accepted ?? start, isCertain: false)
        case .undelivered, .expired, .rejected, .failed:
            // Some segments were taken over, and no receipt says that they did not arrive.
            guard message.acceptedSegments > 0, message.state.isEmpty else { return nil }
            return (time: start, isCertain: false)
        case .answered, .noAnswer, .busy, .congestion: return nil
        }
    }
}
