// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// `intended -> sent -> ringing -> answered -> heard -> ended`; an ended attempt is a CDR.
package enum CallState: Int, Sendable, Codable, Comparable {
    /// On disk before the INVITE leaves. After a crash it may or may not have left.
    case intended = 0
    case sent = 1
    case ringing = 2
    /// Journalled before the ACK and the first sound.
    case answered = 3
    /// The message was played to its end.
    case heard = 4

    package static func < (left: CallState, right: CallState) -> Bool { left.rawValue < right.rawValue }
}

package struct CallRecord: Equatable, Sendable {
    package var id: AttemptID
    package var recipient: RecipientID
    package var action: Int64
    /// 1 for the recipient's first.
    package var number: Int
    package var state: CallState
    package var trunk: String
    /// "address:port" of the trunk's target, for a BYE after a crash.
    package var target: String
    package var callID: String
    package var caller: String
    /// Handed over to be sent; the CDR's start.
    package var start: Timestamp
    package var ringing: Timestamp?
    package var answer: Timestamp?
    package var codec: Codec?
    /// What a BYE needs, as the voice module wrote it (JSON); "" before the answer.
    package var dialog: String
    package var heardMilliseconds: Int
    package var keys: String
    /// Repeats an attempt that a crash left in doubt.
    package var redial: Bool
    /// Our RTP port, as the offer named it; 0: the INVITE has not left, as far as is known.
    package var rtpPort: UInt16

    package init(
        id: AttemptID, recipient: RecipientID, action: Int64, number: Int, state: CallState = .intended,
        trunk: String, target: String, callID: String, caller: String, start: Timestamp, ringing: Timestamp? = nil,
        answer: Timestamp? = nil, codec: Codec? = nil, dialog: String = "", heardMilliseconds: Int = 0,
        keys: String = "", redial: Bool = false, rtpPort: UInt16 = 0
    ) {
        self.id = id
        self.recipient = recipient
        self.action = action
        self.number = number
        self.state = state
        self.trunk = trunk
        self.target = target
        self.callID = callID
        self.caller = caller
        self.start = start
        self.ringing = ringing
        self.answer = answer
        self.codec = codec
        self.dialog = dialog
        self.heardMilliseconds = heardMilliseconds
        self.keys = keys
        self.redial = redial
        self.rtpPort = rtpPort
    }
}
