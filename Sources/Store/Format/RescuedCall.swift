// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore

/// A line of the rescue log: what a new process must know of a call that was answered. Times are microseconds since 1970
/// in UTC.
struct RescuedCall: Journalled, Codable, Equatable {
    var attempt: Int64
    /// Tells it from another call of the same number in another journal.
    var callID: String
    var start: Int64
    var ringing: Int64?
    var answer: Int64
    var codec: String?
    var dialog: String
    var heardMilliseconds: Int
    var keys: String
    /// nil: it may still be going on.
    var end: Int64?

    private enum CodingKeys: String, CodingKey {
        case attempt = "attempt"
        case callID = "call-id"
        case start = "start"
        case ringing = "ringing"
        case answer = "answer"
        case codec = "codec"
        case dialog = "dialog"
        case heardMilliseconds = "heard-ms"
        case keys = "keys"
        case end = "end"
    }
}

extension RescuedCall {
    /// nil: it tells of no answer.
    init?(_ record: JournalRecord) {
        switch record {
        case .callChanged(let call):
            guard let answer = call.answer else { return nil }
            self.init(
                attempt: call.id.value, callID: call.callID, start: call.start.microseconds,
                ringing: call.ringing?.microseconds, answer: answer.microseconds, codec: call.codec?.rawValue,
                dialog: call.dialog, heardMilliseconds: call.state == .heard ? call.heardMilliseconds : 0,
                keys: call.keys, end: nil)
        case .callEnded(let id, let cdr):
            guard let answer = cdr.answer else { return nil }
            let wasHeard = cdr.promptMilliseconds > 0 && cdr.heardMilliseconds >= cdr.promptMilliseconds
            self.init(
                attempt: id.value, callID: cdr.callID, start: cdr.start.microseconds,
                ringing: cdr.ringing?.microseconds, answer: answer.microseconds, codec: cdr.codec?.rawValue,
                dialog: "", heardMilliseconds: wasHeard ? cdr.heardMilliseconds : 0, keys: cdr.keys,
                end: cdr.end.microseconds)
        case .actionStaged, .recipientsStaged, .actionDiscarded, .actionChanged, .numbersListed, .recipientChanged,
            .callStarted, .messageStarted, .messageChanged, .messagesReleased, .messageDropped, .messageEnded,
            .inboundStored, .inboundPartsRemoved, .optedOut, .ledgerAppended, .callDropped, .clockSet:
            return nil
        }
    }

    /// It speaks of this call, and not of one in another journal.
    func isOf(_ call: CallRecord) -> Bool { call.id.value == attempt && call.callID == callID }

    /// Civil time minus engine time as it was when the call began: the record of a call that is over is kept in civil
    /// time, its answer was known in engine time before. nil: not known.
    func civilOffset(of call: CallRecord) -> Interval? {
        end == nil ? nil : call.answer.map { Timestamp(microseconds: answer) - $0 }
    }

    /// The call as the journal would have it.
    ///
    /// - Parameter civilOffset: Of ``civilOffset(of:)``, or what comes closest.
    func applied(to call: CallRecord, civilOffset: Interval) -> CallRecord {
        func time(_ microseconds: Int64) -> Timestamp {
            Timestamp(microseconds: microseconds) - (end == nil ? .zero : civilOffset)
        }
        var call = call
        call.state = max(call.state, heardMilliseconds > 0 ? .heard : .answered)
        call.start = time(start)
        call.ringing = ringing.map(time)
        call.answer = time(answer)
        call.codec = codec.flatMap(Codec.init(rawValue:)) ?? call.codec
        if !dialog.isEmpty { call.dialog = dialog }
        call.heardMilliseconds = max(call.heardMilliseconds, heardMilliseconds)
        if !keys.isEmpty { call.keys = keys }
        return call
    }
}
