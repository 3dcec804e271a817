// SPDX-License-Identifier: GPL-3.0-or-later
import ActionRoster
import Actions
import Billing
import GatewayCore
import Pacing
import Trunks

/// A call under way.
final class LiveCall {
    var record: CallRecord
    let action: LiveAction
    /// Position in the action's recipients.
    let index: Int
    /// nil for a call of a former process that was not taken over.
    var seizure: Seizure?
    /// Civil time minus engine time when the call began: its record's times are made with it.
    let civilOffset: Interval
    var hangUpAt: Timestamp?
    var hangUpRequested = false
    /// How often the prompt is still to be played without being asked for.
    var playsLeft: Int
    /// How often the citizen asked for it.
    var repeats = 0
    var confirmed = false
    /// Of a former process: the last that is known of it.
    var formerlyAlive: Timestamp?
    /// The message began to be played.
    var isSpokenTo = false
    /// Its action was stopped: the message is played to its end, and not again.
    var isStopped = false
    /// What is said when the message has ended, since the action was stopped.
    var afterword: String?
    /// Since when that is played; nil: it is not.
    var saysSince: Timestamp?
    /// The sound that plays, or is played again when it is asked for.
    var sound: String { saysSince == nil ? action.record.promptHash : afterword ?? action.record.promptHash }
    /// Of a former process: it may or may not have been answered.
    var isDoubtful: Bool
    /// In doubt, and answered meanwhile: the message begins as soon as its sound is loaded.
    var lateAnswer: LateAnswer?
    /// Of a former process, and goes on in this one.
    var isTakenOver = false

    /// The 200 to an INVITE of the former process.
    struct LateAnswer {
        var codec: Codec?
        var dialog: String
        var time: Timestamp
    }

    init(
        _ record: CallRecord, of action: LiveAction, index: Int, civilOffset: Interval, seizure: Seizure?,
        playsLeft: Int,
        isDoubtful: Bool = false
    ) {
        self.record = record
        self.action = action
        self.index = index
        self.civilOffset = civilOffset
        self.seizure = seizure
        self.playsLeft = playsLeft
        self.isDoubtful = isDoubtful
    }

    var recipient: RecipientRecord { action.recipients[index] }

    /// What the call came to for its recipient, once it was answered.
    func outcome(_ end: CallEnd) -> Outcome {
        if confirmed { return .confirmed }
        // The callee's own hanging up is their choice; our cutting off before the end is not.
        if record.state == .heard || end.by == .callee { return .answered }
        // What took the message's place is over, or was.
        if saysSince != nil { return .answered }
        // Who pressed a key has listened before the call was put on hold.
        if end.ownReason == .held, !record.keys.isEmpty { return .answered }
        return .interrupted
    }

    /// Its record, not priced yet.
    func detailRecord(
        sequence: Int64, _ end: CallEnd, _ termination: CallTermination, at time: Timestamp, recovered: Bool
    ) -> CallDetailRecord {
        let recipient = recipient
        let ringing = record.ringing.map { max($0, record.start) }
        let answer = record.answer.map { max($0, ringing ?? record.start) }
        return CallDetailRecord(
            sequence: sequence, attempt: record.id, action: action.record.id.text, recipient: recipient.reference,
            account: recipient.account, callee: recipient.number.e164, caller: record.caller, trunk: record.trunk,
            callID: record.callID, attemptNumber: record.number, start: record.start + civilOffset,
            ringing: ringing.map { $0 + civilOffset }, answer: answer.map { $0 + civilOffset },
            end: max(time, answer ?? ringing ?? record.start) + civilOffset, sipCode: end.sipCode,
            cause: termination.cause, hangupBy: end.by, ownReason: end.ownReason,
            disposition: termination.disposition, codec: record.codec, promptHash: action.record.promptHash,
            heardMilliseconds: max(end.heardMilliseconds, record.heardMilliseconds),
            promptMilliseconds: action.record.promptMilliseconds, keys: record.keys, recovered: recovered,
            redial: record.redial, packetsSent: end.packetsSent, packetsReceived: end.packetsReceived,
            audio: end.audio)
    }
}
