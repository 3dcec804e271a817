// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// One call attempt that sent an INVITE, as it is billed. The same columns whatever happened;
/// docs/cdr-format.md is the contract.
public struct CallDetailRecord: Equatable, Sendable {
    /// Position in the ledger: from 1, without gaps.
    public var sequence: Int64
    /// The journal's key of the attempt; unique in the ledger.
    public var attempt: AttemptID
    public var action: String
    /// Pseudonymous: the submitter's own reference, or a keyed hash of the number.
    public var recipient: String
    /// The municipality that pays, e.g. `GM0513`.
    public var account: String
    /// The number called, E.164.
    public var callee: String
    /// The number shown.
    public var caller: String
    public var trunk: String
    /// The Call-ID header of the INVITE.
    public var callID: String
    /// 1 for the recipient's first attempt in the action.
    public var attemptNumber: Int
    /// When the INVITE was handed over to be sent.
    public var start: Timestamp
    /// First 180 or 183; nil when there was none.
    public var ringing: Timestamp?
    /// The 2xx; nil when not answered.
    public var answer: Timestamp?
    /// BYE sent or received, final response, or giving up. After a crash: the last sign of life.
    public var end: Timestamp
    /// Final status code of the INVITE; 0 when there was none.
    public var sipCode: Int
    /// Q.850 cause; a Reason header wins over the table.
    public var cause: Int
    public var hangupBy: HangupParty
    public var ownReason: OwnReason
    public var disposition: Disposition
    /// nil before an answer.
    public var codec: Codec?
    /// SHA-256 of everything that changes the sound, hexadecimal; "" when none was to be played.
    public var promptHash: String
    /// Furthest point of the prompt that was sent.
    public var heardMilliseconds: Int
    public var promptMilliseconds: Int
    /// Keys in the order in which they came, e.g. `12#`.
    public var keys: String
    /// The process died during this attempt; end and counters are what the journal knew.
    public var recovered: Bool
    /// The attempt repeated one that was in doubt after a crash.
    public var redial: Bool
    public var packetsSent: Int
    public var packetsReceived: Int

    public init(
        sequence: Int64, attempt: AttemptID, action: String, recipient: String, account: String, callee: String,
        caller: String, trunk: String, callID: String, attemptNumber: Int, start: Timestamp, ringing: Timestamp?,
        answer: Timestamp?, end: Timestamp, sipCode: Int, cause: Int, hangupBy: HangupParty, ownReason: OwnReason,
        disposition: Disposition, codec: Codec?, promptHash: String, heardMilliseconds: Int, promptMilliseconds: Int,
        keys: String, recovered: Bool, redial: Bool, packetsSent: Int, packetsReceived: Int
    ) {
        self.sequence = sequence
        self.attempt = attempt
        self.action = action
        self.recipient = recipient
        self.account = account
        self.callee = callee
        self.caller = caller
        self.trunk = trunk
        self.callID = callID
        self.attemptNumber = attemptNumber
        self.start = start
        self.ringing = ringing
        self.answer = answer
        self.end = end
        self.sipCode = sipCode
        self.cause = cause
        self.hangupBy = hangupBy
        self.ownReason = ownReason
        self.disposition = disposition
        self.codec = codec
        self.promptHash = promptHash
        self.heardMilliseconds = heardMilliseconds
        self.promptMilliseconds = promptMilliseconds
        self.keys = keys
        self.recovered = recovered
        self.redial = redial
        self.packetsSent = packetsSent
        self.packetsReceived = packetsReceived
    }

    /// From start to end; never negative.
    public var duration: Interval { max(.zero, end - start) }
    /// From answer to end; zero when not answered.
    public var billable: Interval { answer.map { max(.zero, end - $0) } ?? .zero }
    /// Share of the prompt that was sent, 0 to 100, rounded down.
    public var heardPercent: Int {
        promptMilliseconds > 0 ? min(100, heardMilliseconds * 100 / promptMilliseconds) : 0
    }
}
