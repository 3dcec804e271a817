// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore

extension JournalRecord {
    /// What standard error says of an answer, the end of a call or a cancel while the journal cannot be written, without anybody's
    /// number; nil: nothing that could be told again by other means.
    ///
    /// - Parameter civil: The system clock's name of a time of the engine.
    func unwrittenLine(_ civil: (Timestamp) -> Timestamp) -> String? {
        switch self {
        case .callChanged(let call):
            guard let answer = call.answer else { return nil }
            return "attempt \(call.id) (Call-ID \(call.callID)) was answered \(civil(answer)), heard "
                + "\(call.heardMilliseconds) ms"
        case .callEnded(let id, let cdr):
            return "attempt \(id) (Call-ID \(cdr.callID)) ended \(cdr.end) as \(cdr.disposition.rawValue)"
                + (cdr.answer.map { ", answered \($0)" } ?? "") + ", recipient \(cdr.recipient) of action \(cdr.action)"
        case .actionChanged(let action):
            return action.phase == .cancelled ? "action \(action.id) was cancelled" : nil
        case .actionStaged, .recipientsStaged, .actionDiscarded, .numbersListed, .recipientChanged,
            .callStarted, .messageStarted, .messageChanged, .messagesReleased, .messageDropped, .messageEnded,
            .inboundStored, .inboundPartsRemoved, .registerChanged, .participantContacted, .registerAsked,
            .ledgerAppended, .callDropped, .clockSet:
            return nil
        }
    }
}
