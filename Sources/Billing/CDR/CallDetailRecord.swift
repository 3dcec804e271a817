// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

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

    /// Nothing in it yet: for whoever fills in column by column.
    static var blank: CallDetailRecord {
        CallDetailRecord(
            sequence: 0, attempt: AttemptID(0), action: "", recipient: "", account: "", callee: "", caller: "",
            trunk: "", callID: "", attemptNumber: 0, start: .epoch, ringing: nil, answer: nil, end: .epoch, sipCode: 0,
            cause: 0, hangupBy: .nobody, ownReason: .none, disposition: .unknown, codec: nil, promptHash: "",
            heardMilliseconds: 0, promptMilliseconds: 0, keys: "", recovered: false, redial: false, packetsSent: 0,
            packetsReceived: 0)
    }

    /// From start to end; never negative.
    package var duration: Interval { max(.zero, end - start) }
    /// From answer to end; zero when not answered.
    package var billable: Interval { answer.map { max(.zero, end - $0) } ?? .zero }
    /// ``duration``, from the milliseconds that a row shows.
    var shownMilliseconds: Int64 { max(0, end.milliseconds - start.milliseconds) }
    /// ``billable``, likewise.
    var shownBillableMilliseconds: Int64 { answer.map { max(0, end.milliseconds - $0.milliseconds) } ?? 0 }
    /// Share of the prompt that was sent, 0 to 100, rounded down.
    package var heardPercent: Int {
        promptMilliseconds > 0 ? min(100, heardMilliseconds * 100 / promptMilliseconds) : 0
    }
}

extension CallDetailRecord {
    /// A row that changes what this one is billed at: it names it, its time is when it was made, and it has no
    /// duration and no segments, so that whoever sums up counts nothing twice.
    ///
    /// `cost` and `charge` are differences. The sequence is given when it is appended.
    package func adjustment(
        _ kind: LedgerKind, cost: RatedAmount?, charge: RatedAmount?, note: String, at time: Timestamp
    ) -> CallDetailRecord {
        var row = self
        row.sequence = 0
        row.start = time
        row.ringing = nil
        row.answer = nil
        row.end = time
        row.heardMilliseconds = 0
        row.promptMilliseconds = 0
        row.keys = ""
        row.packetsSent = 0
        row.packetsReceived = 0
        row.audio = nil
        if let message {
            row.message = MessageDetail(
                segments: 0, acceptedSegments: 0, encoding: message.encoding, accepted: nil, messageIDs: [],
                references: [], state: "", error: "", submits: 0, doubtful: false)
        }
        row.ledger = LedgerEntry(
            kind: kind, corrects: ledger.corrects ?? sequence, cost: cost, charge: charge, note: note)
        return row
    }
}
