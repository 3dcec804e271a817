// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore

/// That an action was cancelled while the disk refused: kept beside the journal, so that the next process calls nobody of
/// it any more, whatever becomes of this one.
struct RescuedCancel: Journalled, Codable, Equatable {
    /// The action's key.
    var action: Int64
    /// Its id: another journal's keys are another's.
    var id: String
    /// Microseconds, as the action's row has it.
    var ended: Int64
    /// Who did it; nil: a line of before.
    var conduct: ActionConduct?

    private enum CodingKeys: String, CodingKey {
        case action = "action"
        case id = "id"
        case ended = "ended"
        case conduct = "conduct"
    }

    /// nil: it tells of no cancel.
    init?(_ record: JournalRecord) {
        guard case .actionChanged(let action) = record, action.phase == .cancelled, let ended = action.ended else {
            return nil
        }
        (self.action, id, self.ended) = (action.key, action.id.text, ended.microseconds)
        conduct = action.conduct
    }
}
