// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// One thing that somebody did to an action.
package struct DeedReport: Equatable, Sendable, Codable {
    package var deed: OpenWord<Deed>
    package var at: UTCTime
    /// The Unix user at the other end of the control socket.
    package var user: String
    /// nil: no name was given.
    package var officer: String?
    /// Why, or with which result; nil: nothing was said.
    package var note: String?
    /// The action that followed; nil: none.
    package var action: String?
    /// The alert that asked for it; nil: none did.
    package var alert: String?

    package init(
        deed: Deed, at: Timestamp, user: String, officer: String? = nil, note: String? = nil, action: String? = nil,
        alert: String? = nil
    ) {
        self.deed = OpenWord(deed)
        self.at = UTCTime(at)
        self.user = user
        self.officer = officer
        self.note = note
        self.action = action
        self.alert = alert
    }
}
