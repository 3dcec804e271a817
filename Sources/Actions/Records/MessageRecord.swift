// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import SMPP

/// One submit_sm of a message.
package struct SegmentRecord: Equatable, Sendable {
    package enum State: UInt8, Sendable {
        /// May be submitted; a ``ReleaseMark`` tells whether it was.
        case prepared = 0
        /// Handed to a bind, and so said in this record.
        case submitted = 1
        /// Refused for now (throttling, queue full), or not sent by a link that went: to be submitted.
        case waiting = 2
        /// Submitted, and whether it was taken is not known.
        case doubtful = 3
        /// The SMSC has it.
        case accepted = 4
        /// Refused for good.
        case refused = 5
        /// Given up before it was submitted.
        case abandoned = 6
    }

    package var state: State
    /// The last state that a receipt told; nil: none came.
    package var receipt: MessageState?
    /// As submit_sm_resp gave it; "" before, or when the SMSC gives none.
    package var messageID: String
    /// user_message_reference (SMPP 3.4 section 5.3.2.17).
    package var reference: UInt16
    /// How often it was handed to a bind, the first time not counted.
    package var resubmits: UInt8

    package init(
        state: State = .prepared, receipt: MessageState? = nil, messageID: String = "", reference: UInt16 = 0,
        resubmits: UInt8 = 0
    ) {
        self.state = state
        self.receipt = receipt
        self.messageID = messageID
        self.reference = reference
        self.resubmits = resubmits
    }

    /// Nothing more is awaited for it.
    package var isFinal: Bool {
        switch state {
        case .prepared, .submitted, .waiting, .doubtful: false
        case .accepted: receipt?.isConclusive ?? false
        case .refused, .abandoned: true
        }
    }
}

/// An SMS under way: one attempt over one SMSC, with all its segments.
package struct MessageRecord: Equatable, Sendable {
    package var id: AttemptID
    package var recipient: RecipientID
    /// Key of the action.
    package var action: Int64
    /// 1 for the recipient's first attempt, calls counted too.
    package var number: Int
    package var smsc: String
    package var sender: String
    /// Name of the encoding, e.g. `GSM-7`.
    package var encoding: String
    /// Segments as a telephone gets them; more than `segments` when one submit carries the whole text.
    package var billedSegments: Int
    /// The first segment was handed to a bind.
    package var start: Timestamp
    /// All segments were taken over.
    package var accepted: Timestamp?
    package var segments: [SegmentRecord]
    /// It was in doubt at any time.
    package var wasDoubtful: Bool
    /// Repeats a message that was in doubt.
    package var redial: Bool
    /// The recipient has gone over to another channel meanwhile.
    package var isBackground: Bool
    /// A former process began it.
    package var recovered: Bool
    /// The SMSC was asked to delete it (cancel_sm), and has not said that it could not.
    package var isRecalled = false
    /// Whether it takes the place of the wrong text that it corrects.
    package var replacement = Replacement.none
    /// Accepted, and not over before receipts come. Not journalled: the action says it.
    package var awaitsReceipts = false

    package enum Replacement: Int64, Sendable {
        /// Submitted by itself.
        case none = 0
        /// Goes as a replace_sm, or went as one of which nothing is known.
        case intended = 1
        /// The SMSC has put it in the place of the wrong text.
        case done = 2
        /// That did not succeed, or nobody knows: it is submitted by itself.
        case failed = 3
    }

    package init(
        id: AttemptID, recipient: RecipientID, action: Int64, number: Int, smsc: String, sender: String,
        encoding: String, billedSegments: Int, start: Timestamp, accepted: Timestamp? = nil,
        segments: [SegmentRecord], wasDoubtful: Bool = false, redial: Bool = false, isBackground: Bool = false,
        recovered: Bool = false
    ) {
        self.id = id
        self.recipient = recipient
        self.action = action
        self.number = number
        self.smsc = smsc
        self.sender = sender
        self.encoding = encoding
        self.billedSegments = billedSegments
        self.start = start
        self.accepted = accepted
        self.segments = segments
        self.wasDoubtful = wasDoubtful
        self.redial = redial
        self.isBackground = isBackground
        self.recovered = recovered
    }
}

/// Up to where the messages of one SMSC and priority were handed to binds. Segments leave in the order of
/// ``MessageRecord/id`` and position, so that one row per turn tells it for all.
package struct ReleaseMark: Equatable, Sendable {
    package var smsc: String
    package var priority: ActionPriority
    package var attempt: AttemptID
    /// Segments of that message that were handed over.
    package var segments: Int

    package init(smsc: String, priority: ActionPriority, attempt: AttemptID, segments: Int) {
        self.smsc = smsc
        self.priority = priority
        self.attempt = attempt
        self.segments = segments
    }

    /// Whether this segment was handed over.
    package func covers(_ id: AttemptID, segment: Int) -> Bool {
        id < attempt || (id == attempt && segment < segments)
    }
}
