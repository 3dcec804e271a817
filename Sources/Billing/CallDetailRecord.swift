// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What only the CDR of an SMS has.
package struct MessageDetail: Equatable, Sendable {
    /// Segments that the text takes.
    package var segments: Int
    /// Those that the SMSC took over: what is billed.
    package var acceptedSegments: Int
    /// E.g. `GSM-7`.
    package var encoding: String
    /// When the last segment was taken over; nil: not all were.
    package var accepted: Timestamp?
    /// As the SMSC gave them, in order of the segments; "" where there is none.
    package var messageIDs: [String]
    /// user_message_reference of each segment (SMPP 3.4 section 5.3.2.17).
    package var references: [UInt16]
    /// Worst final state of a segment by its receipts, e.g. `UNDELIVERABLE`; "" without any.
    package var state: String
    /// command_status of the refusal, or the receipt's own error code.
    package var error: String
    /// submit_sm that left, repetitions counted.
    package var submits: Int
    /// Whether it was taken over was not known at some time.
    package var doubtful: Bool

    package init(
        segments: Int, acceptedSegments: Int, encoding: String, accepted: Timestamp?, messageIDs: [String],
        references: [UInt16], state: String, error: String, submits: Int, doubtful: Bool
    ) {
        self.segments = segments
        self.acceptedSegments = acceptedSegments
        self.encoding = encoding
        self.accepted = accepted
        self.messageIDs = messageIDs
        self.references = references
        self.state = state
        self.error = error
        self.submits = submits
        self.doubtful = doubtful
    }
}

/// One call attempt that sent an INVITE, or one SMS over one SMSC, as it is billed. The same columns
/// whatever happened; docs/cdr-format.md is the contract.
package struct CallDetailRecord: Equatable, Sendable {
    /// Position in the ledger: from 1, without gaps.
    package var sequence: Int64
    /// The journal's key of the attempt; unique in the ledger.
    package var attempt: AttemptID
    package var action: String
    /// Pseudonymous: the submitter's own reference, or a keyed hash of the number.
    package var recipient: String
    /// The municipality that pays, e.g. `GM0513`.
    package var account: String
    /// The number called, E.164.
    package var callee: String
    /// The number shown.
    package var caller: String
    package var trunk: String
    /// The Call-ID header of the INVITE.
    package var callID: String
    /// 1 for the recipient's first attempt in the action.
    package var attemptNumber: Int
    /// When the INVITE was handed over to be sent.
    package var start: Timestamp
    /// First 180 or 183; nil when there was none.
    package var ringing: Timestamp?
    /// The 2xx; nil when not answered.
    package var answer: Timestamp?
    /// BYE sent or received, final response, or giving up. After a crash: the last sign of life.
    package var end: Timestamp
    /// Final status code of the INVITE; 0 when there was none.
    package var sipCode: Int
    /// Q.850 cause; a Reason header wins over the table.
    package var cause: Int
    package var hangupBy: HangupParty
    package var ownReason: OwnReason
    package var disposition: Disposition
    /// nil before an answer.
    package var codec: Codec?
    /// SHA-256 of everything that changes the sound, hexadecimal; "" when none was to be played.
    package var promptHash: String
    /// Furthest point of the prompt that was sent.
    package var heardMilliseconds: Int
    package var promptMilliseconds: Int
    /// Keys in the order in which they came, e.g. `12#`.
    package var keys: String
    /// The process died during this attempt; end and counters are what the journal knew.
    package var recovered: Bool
    /// The attempt repeated one that was in doubt after a crash.
    package var redial: Bool
    package var packetsSent: Int
    package var packetsReceived: Int
    /// nil: nothing was sent, or what was sent is not known.
    package var audio: AudioTiming?
    /// nil: a call.
    package var message: MessageDetail?
    package var ledger: LedgerEntry

    package init(
        sequence: Int64, attempt: AttemptID, action: String, recipient: String, account: String, callee: String,
        caller: String, trunk: String, callID: String, attemptNumber: Int, start: Timestamp, ringing: Timestamp?,
        answer: Timestamp?, end: Timestamp, sipCode: Int, cause: Int, hangupBy: HangupParty, ownReason: OwnReason,
        disposition: Disposition, codec: Codec?, promptHash: String, heardMilliseconds: Int, promptMilliseconds: Int,
        keys: String, recovered: Bool, redial: Bool, packetsSent: Int, packetsReceived: Int,
        audio: AudioTiming? = nil, message: MessageDetail? = nil, ledger: LedgerEntry = LedgerEntry()
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
        self.audio = audio
        self.message = message
        self.ledger = ledger
    }

    /// From start to end; never negative.
    package var duration: Interval { max(.zero, end - start) }
    /// From answer to end; zero when not answered.
    package var billable: Interval { answer.map { max(.zero, end - $0) } ?? .zero }
    /// Share of the prompt that was sent, 0 to 100, rounded down.
    package var heardPercent: Int {
        promptMilliseconds > 0 ? min(100, heardMilliseconds * 100 / promptMilliseconds) : 0
    }
}
