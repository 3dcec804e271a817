// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Participants

/// What changed in the register of participants, together, and what is remembered of it.
package struct RegisterChange: Equatable, Sendable {
    package var changes: [ParticipantRegister.Change]
    package var events: [RegisterEvent]
    /// Civil time.
    package var at: Timestamp
    /// By which one that no journal has yet is found again, to be undone; 0: nobody undoes it. Not journalled.
    package var mark: Int64 = 0

    package init(_ changes: [ParticipantRegister.Change], events: [RegisterEvent] = [], at: Timestamp) {
        self.changes = changes
        self.events = events
        self.at = at
    }
}

/// Something that happened to a participant's entry.
package struct RegisterEvent: Equatable, Sendable {
    /// E.164.
    package var number: String
    /// Civil time.
    package var at: Timestamp
    /// Who did it; a name of the machine's users, "" for the citizen.
    package var who: String
    /// In words, English.
    package var what: String

    package init(number: String, at: Timestamp, who: String, what: String) {
        self.number = number
        self.at = at
        self.who = who
        self.what = what
    }
}

/// A question about somebody, which is itself remembered.
package struct RegisterQuestion: Equatable, Sendable {
    /// E.164 or a pseudonym.
    package var number: String
    /// Civil time.
    package var at: Timestamp
    package var who: String
    /// "": of all.
    package var action: String

    package init(number: String, at: Timestamp, who: String, action: String) {
        self.number = number
        self.at = at
        self.who = who
        self.action = action
    }
}
