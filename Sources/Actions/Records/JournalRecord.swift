// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Participants

/// A number and whose it is.
package struct NumberEntry: Equatable, Sendable {
    /// ``PhoneNumber/digits``.
    package var digits: UInt64
    package var recipient: RecipientID

    package init(digits: UInt64, recipient: RecipientID) {
        self.digits = digits
        self.recipient = recipient
    }
}

/// One change that a turn writes; indirect, since they are large and handed on often. All of a turn's are written in one transaction, in order, before
/// any of its effects is performed.
package indirect enum JournalRecord: Equatable, Sendable {
    /// New, in phase `staged`.
    case actionStaged(ActionRecord)
    case recipientsStaged([RecipientRecord])
    /// A submission that was not committed: the action and its recipients go.
    case actionDiscarded(key: Int64)
    /// Everything of the action but key, id and definition may have changed (the content hash, prompt
    /// and acceptance of a submission are known at its commit).
    case actionChanged(ActionRecord)
    /// Of an action that sends SMS: who has which number, in order of the numbers, for citizens who write.
    case numbersListed(action: Int64, [NumberEntry])
    case recipientChanged(RecipientRecord)
    case callStarted(CallRecord)
    case callChanged(CallRecord)
    /// The attempt is over: its CDR is appended, its row goes.
    case callEnded(AttemptID, CallDetailRecord)
    /// Its INVITE never left: as if it had not been started.
    case callDropped(AttemptID)
    /// An SMS that may be submitted from now on.
    case messageStarted(MessageRecord)
    case messageChanged(MessageRecord)
    /// Of the messages of one SMSC and priority, started in this order, all up to this segment have been
    /// handed to a bind.
    case messagesReleased(ReleaseMark)
    /// No segment ever left: as if it had not been started.
    case messageDropped(AttemptID)
    /// Its CDR is appended, its row goes; the recipient as it stands then, if that changed.
    case messageEnded(AttemptID, CallDetailRecord, RecipientRecord?)
    /// A citizen's SMS, or one segment of it.
    case inboundStored(InboundRecord)
    /// The segments of a message that is whole now.
    case inboundPartsRemoved([Int64])
    /// Of the register, all in the transaction of its turn: who was stored or removed.
    case registerChanged(RegisterChange)
    /// A participant was in an action, for limits that look back.
    case participantContacted(PhoneNumber, ParticipantRegister.Contact)
    /// Somebody asked why.
    case registerAsked(RegisterQuestion)
    /// A correction or credit.
    case ledgerAppended(CallDetailRecord)
    /// How engine time stands to the machine's clocks from now on.
    case clockSet(ClockMark)

    /// What comes thousands of times a second; beside it, ends of messages can wait.
    ///
    /// A crash of the process loses nothing of it if the disk has not confirmed it yet, and messages that were started
    /// do not leave before it has. A loss of power makes the messages in question doubtful, as the loss of their
    /// responses would have.
    package var isTraffic: Bool {
        switch self {
        case .messageStarted, .messagesReleased, .messageEnded, .participantContacted: true
        // How many copies a citizen may have, and which text, must not be forgotten.
        case .messageChanged(let message):
            !message.wasDoubtful && !message.isRecalled && message.replacement == .none
        case .actionStaged, .recipientsStaged, .actionDiscarded, .actionChanged, .numbersListed, .recipientChanged,
            .callStarted, .callChanged, .callEnded, .callDropped, .messageDropped, .inboundStored, .inboundPartsRemoved,
            .registerChanged, .registerAsked, .ledgerAppended, .clockSet:
            false
        }
    }

}
