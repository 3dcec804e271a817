// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import SMPP

/// A call to be placed.
package struct CallOrder: Equatable, Sendable {
    package var attempt: AttemptID
    package var trunk: String
    /// The trunk's target, as ``TrunkTargets`` numbered it.
    package var target: UInt32
    package var callID: String
    /// From tag; with the Call-ID made of the attempt's number alone (``CallIdentity``).
    package var tag: String
    package var callee: PhoneNumber
    package var caller: String
    package var callerName: String
    /// After a 488: offers PCMA alone.
    package var pcmaOnly: Bool

    package init(
        attempt: AttemptID, trunk: String, target: UInt32, callID: String, tag: String, callee: PhoneNumber,
        caller: String, callerName: String, pcmaOnly: Bool
    ) {
        self.attempt = attempt
        self.trunk = trunk
        self.target = target
        self.callID = callID
        self.tag = tag
        self.callee = callee
        self.caller = caller
        self.callerName = callerName
        self.pcmaOnly = pcmaOnly
    }
}

/// A call of the former process whose answer may still come.
package struct FormerCall: Equatable, Sendable {
    /// As it was placed; its target is not one of this process.
    package var order: CallOrder
    /// Where its INVITE went.
    package var address: String
    /// As ``CallRecord/rtpPort``.
    package var rtpPort: UInt16
    /// The former process knew of an answer: there is nothing to cancel.
    package var isAnswered: Bool

    package init(order: CallOrder, address: String, rtpPort: UInt16, isAnswered: Bool) {
        self.order = order
        self.address = address
        self.rtpPort = rtpPort
        self.isAnswered = isAnswered
    }
}

/// What is done once the turn's records are on disk.
package indirect enum Effect: Equatable, Sendable {
    case placeCall(CallOrder)
    /// Sends the ACK that waited for the journal, then plays the prompt.
    case startPrompt(AttemptID, promptHash: String)
    case repeatPrompt(AttemptID, promptHash: String)
    /// Of a call of the former process that is in doubt: nobody waits for its answer any more.
    case hangUp(AttemptID)
    /// Cancels a call of the former process that may ring, and waits for its answer.
    case holdFormer(FormerCall)
    /// Ends a dialog that the former process left behind.
    case endDialog(trunk: String, dialog: String)
    case submit(MessageOrder)
    /// What came in over a bind is on disk.
    case acknowledge(BindKey, ticket: UInt64)
}

/// One segment of a message under way, and what an SMSC is asked about it; its value is the token by which a bind speaks of
/// it.
package struct SegmentToken: Hashable, Sendable {
    package enum Request: UInt64, Sendable {
        /// submit_sm or data_sm.
        case submit = 0
        /// replace_sm (SMPP 3.4 section 4.10): it takes the place of another message.
        case replace = 1
        /// cancel_sm (section 4.9).
        case cancel = 2
    }

    package let value: UInt64

    package init(value: UInt64) { self.value = value }
    package init(_ attempt: AttemptID, _ segment: Int, _ request: Request = .submit) {
        value = request.rawValue << Self.requestShift | UInt64(attempt.value) << 8 | UInt64(segment)
    }

    private static let requestShift: UInt64 = 62

    package var attempt: AttemptID { AttemptID(Int64((value & (1 << Self.requestShift - 1)) >> 8)) }
    package var segment: Int { Int(value & 0xFF) }
    package var request: Request { Request(rawValue: value >> Self.requestShift) ?? .submit }

    /// nil: a submit_sm or data_sm.
    package var command: CommandID? {
        switch request {
        case .submit: nil
        case .replace: .replaceSM
        case .cancel: .cancelSM
        }
    }

    /// The segment, whatever is asked about it.
    package var ofSubmit: SegmentToken { SegmentToken(value: value & (1 << Self.requestShift - 1)) }
}

/// Which bind of which SMSC; never used again for another one while the process lives.
package struct BindKey: Hashable, Sendable {
    package var smsc: Int
    package var bind: Int

    package init(smsc: Int, bind: Int) {
        self.smsc = smsc
        self.bind = bind
    }
}

/// A message to be handed to a bind.
package struct MessageOrder: Equatable, Sendable {
    package var bind: BindKey
    package var token: SegmentToken
    /// submit_sm, data_sm, replace_sm or cancel_sm.
    package var body: PDU.Body

    package init(bind: BindKey, token: SegmentToken, body: PDU.Body) {
        self.bind = bind
        self.token = token
        self.body = body
    }
}
