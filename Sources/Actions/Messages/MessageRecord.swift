// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import SMPP

/// One submit_sm of a message.
public struct SegmentRecord: Equatable, Sendable {
    public enum State: UInt8, Sendable {
        /// May be submitted; a ``ReleaseMark`` tells whether it was.
        case prepared = 0
        /// Handed to a bind, and so said in this record.
        case submitted = 1
        /// Refused for now (throttling, queue full), or not sent by a link that went: to be submitted.
        case waiting = 2
        /// Submitted, and whether it was taken is not known.
        case doubtful = 3
        /// The SMS centre has it.
        case accepted = 4
        /// Refused for good.
        case refused = 5
        /// Given up before it was submitted.
        case abandoned = 6
    }

    public var state: State
    /// The last state that a receipt told; nil: none came.
    public var receipt: MessageState?
    /// As submit_sm_resp gave it; "" before, or when the SMS centre gives none.
    public var messageID: String
    /// user_message_reference (SMPP 3.4 section 5.3.2.17).
    public var reference: UInt16
    /// How often it was handed to a bind, the first time not counted.
    public var resubmits: UInt8

    public init(
        state: State = .prepared, receipt: MessageState? = nil, messageID: String = "", reference: UInt16 = 0,
        resubmits: UInt8 = 0
    ) {
        self.state = state
        self.receipt = receipt
        self.messageID = messageID
        self.reference = reference
        self.resubmits = resubmits
    }

    /// Nothing more can happen to it.
    var isFinal: Bool {
        switch state {
        case .prepared, .submitted, .waiting, .doubtful: false
        case .accepted: receipt?.isFinal ?? false
        case .refused, .abandoned: true
        }
    }
}

/// An SMS under way: one attempt over one SMS centre, with all its segments.
public struct MessageRecord: Equatable, Sendable {
    public var id: AttemptID
    public var recipient: RecipientID
    /// Key of the action.
    public var action: Int64
    /// 1 for the recipient's first attempt, calls counted too.
    public var number: Int
    public var smsc: String
    public var sender: String
    /// Name of the encoding, e.g. `GSM-7`.
    public var encoding: String
    /// Segments as a telephone gets them; more than `segments` when one submit carries the whole text.
    public var billedSegments: Int
    /// The first segment was handed to a bind.
    public var start: Timestamp
    /// All segments were taken over.
    public var accepted: Timestamp?
    public var segments: [SegmentRecord]
    /// It was in doubt at any time.
    public var wasDoubtful: Bool
    /// Repeats a message that was in doubt.
    public var redial: Bool
    /// The recipient has gone over to another channel meanwhile.
    public var isBackground: Bool
    /// A former process began it.
    public var recovered: Bool
    /// Accepted, and not over before receipts come. Not journalled: the action says it.
    public var awaitsReceipts = false

    public init(
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

extension MessageRecord {
    /// The segments as the journal keeps them: per segment state, receipt (0: none), reference (2), resubmits,
    /// length of the id, id.
    public var packedSegments: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(segments.count * 24)
        for segment in segments {
            let id = segment.messageID.utf8.prefix(255)
            bytes.append(segment.state.rawValue)
            bytes.append(segment.receipt.map { $0.rawValue + 1 } ?? 0)
            bytes.append(UInt8(segment.reference >> 8))
            bytes.append(UInt8(segment.reference & 0xFF))
            bytes.append(segment.resubmits)
            bytes.append(UInt8(id.count))
            bytes.append(contentsOf: id)
        }
        return bytes
    }

    /// nil when the bytes are none of ``packedSegments``.
    public static func unpackSegments(_ bytes: [UInt8]) -> [SegmentRecord]? {
        var segments: [SegmentRecord] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let at = rest.startIndex
            guard rest.count >= 6, let state = SegmentRecord.State(rawValue: rest[at]) else { return nil }
            let length = Int(rest[at + 5])
            guard rest.count >= 6 + length else { return nil }
            var receipt: MessageState?
            if rest[at + 1] > 0 {
                guard let known = MessageState(rawValue: rest[at + 1] - 1) else { return nil }
                receipt = known
            }
            segments.append(
                SegmentRecord(
                    state: state, receipt: receipt,
                    messageID: String(decoding: rest[(at + 6)..<(at + 6 + length)], as: UTF8.self),
                    reference: UInt16(rest[at + 2]) << 8 | UInt16(rest[at + 3]), resubmits: rest[at + 4]))
            rest = rest.dropFirst(6 + length)
        }
        return segments
    }
}

/// Up to where the messages of one SMS centre and priority were handed to binds. Segments leave in the order of
/// ``MessageRecord/id`` and position, so that one row per turn tells it for all.
public struct ReleaseMark: Equatable, Sendable {
    public var smsc: String
    public var priority: ActionPriority
    public var attempt: AttemptID
    /// Segments of that message that were handed over.
    public var segments: Int

    public init(smsc: String, priority: ActionPriority, attempt: AttemptID, segments: Int) {
        self.smsc = smsc
        self.priority = priority
        self.attempt = attempt
        self.segments = segments
    }

    /// Whether this segment was handed over.
    func covers(_ id: AttemptID, segment: Int) -> Bool {
        id < attempt || (id == attempt && segment < segments)
    }
}

/// An SMS from a citizen, or one segment of it that waits for the others.
public struct InboundRecord: Equatable, Sendable {
    public var id: Int64
    public var received: Timestamp
    public var smsc: String
    /// E.164 where it could be read, else as it came.
    public var source: String
    public var destination: String
    public var text: String
    /// Action that the sender was alerted by last; "" when there is none.
    public var action: String
    public var recipient: String
    /// nil for a whole message: which segment this is, and its octets.
    public var part: Part?

    public struct Part: Equatable, Sendable {
        public var concatenation: Concatenation
        public var dataCoding: UInt8
        /// The octets begin with a user data header.
        public var hasHeader: Bool
        public var octets: [UInt8]

        public init(concatenation: Concatenation, dataCoding: UInt8, hasHeader: Bool, octets: [UInt8]) {
            self.concatenation = concatenation
            self.dataCoding = dataCoding
            self.hasHeader = hasHeader
            self.octets = octets
        }
    }

    public init(
        id: Int64, received: Timestamp, smsc: String, source: String, destination: String, text: String,
        action: String = "", recipient: String = "", part: Part? = nil
    ) {
        self.id = id
        self.received = received
        self.smsc = smsc
        self.source = source
        self.destination = destination
        self.text = text
        self.action = action
        self.recipient = recipient
        self.part = part
    }
}

/// A citizen who wants no SMS any more.
public struct OptOutRecord: Equatable, Sendable {
    /// E.164.
    public var number: String
    public var since: Timestamp
    public var action: String

    public init(number: String, since: Timestamp, action: String) {
        self.number = number
        self.since = since
        self.action = action
    }
}
