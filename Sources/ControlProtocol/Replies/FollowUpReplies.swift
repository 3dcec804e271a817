// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What followed from an action that was corrected or closed; it is on disk.
package struct FollowUpReport: Equatable, Sendable, Codable {
    /// The action that was corrected or closed.
    package var of: String
    /// The action that tells its recipients; nil: nobody is told.
    package var action: String?
    /// Who is told.
    package var recipients: Int
    /// Of them by a call, and by SMS.
    package var calls: Int
    package var messages: Int
    /// The same was asked for before; nothing new happens.
    package var alreadyAccepted: Bool
    /// For people: what is odd in the text. nil: nothing is.
    package var notes: [String]?

    package init(
        of original: String, action: String? = nil, recipients: Int = 0, calls: Int = 0, messages: Int = 0,
        alreadyAccepted: Bool = false, notes: [String] = []
    ) {
        of = original
        self.action = action
        self.recipients = recipients
        self.calls = calls
        self.messages = messages
        self.alreadyAccepted = alreadyAccepted
        self.notes = notes.isEmpty ? nil : notes
    }

    private enum CodingKeys: String, CodingKey {
        case of, action, recipients, calls, messages, notes
        case alreadyAccepted = "already-accepted"
    }
}

extension Replies {
    package static let followed = ReplyKind<FollowUpReport>("followed")
}
