// SPDX-License-Identifier: GPL-3.0-or-later
import Actions

extension JournalRecord {
    /// What standard error says of an answer or the end of a call while the journal cannot be written, without anybody's
    /// number; nil: nothing that could be told again by other means.
    var unwrittenLine: String? {
        switch self {
        case .callChanged(let call):
            guard let answer = call.answer else { return nil }
            return "attempt \(call.id) (Call-ID \(call.callID)) was answered \(answer), heard "
                + "\(call.heardMilliseconds) ms"
        case .callEnded(let id, let cdr):
            return "attempt \(id) (Call-ID \(cdr.callID)) ended \(cdr.end) as \(cdr.disposition.rawValue)"
                + (cdr.answer.map { ", answered \($0)" } ?? "") + ", recipient \(cdr.recipient) of action \(cdr.action)"
        case .actionStaged, .recipientsStaged, .actionDiscarded, .actionChanged, .numbersListed, .recipientChanged,
            .callStarted, .messageStarted, .messageChanged, .messagesReleased, .messageDropped, .messageEnded,
            .inboundStored, .inboundPartsRemoved, .optedOut, .ledgerAppended:
            return nil
        }
    }
}
