// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Participants

/// Where a recipient stands.
package enum RecipientState: Equatable, Hashable, Sendable {
    /// To be called, not before `due`.
    case waiting(due: Timestamp)
    /// An attempt is under way.
    case calling(AttemptID)
    /// An SMS is under way.
    case messaging(AttemptID)
    case ended(Outcome)
}

package struct RecipientRecord: Equatable, Sendable {
    package var id: RecipientID
    /// Key of the action.
    package var action: Int64
    package var number: PhoneNumber
    /// Pseudonymous id that stands in CDRs and reports.
    package var reference: String
    package var account: String
    package var state: RecipientState
    /// nil: nothing was tried. A million wait for their first attempt, and a history takes more room than the rest.
    private var past: Past?
    /// Keys pressed in the answered call.
    package var keys: String
    /// The channel that the citizen chose when enrolling; nil: the action's order.
    package var channel: Channel?
    /// Hardly anybody has some.
    private var said: Said?

    package init(
        id: RecipientID, action: Int64, number: PhoneNumber, reference: String, account: String,
        state: RecipientState, history: AttemptHistory = AttemptHistory(), keys: String = "",
        channel: Channel? = nil, population: String = "", preferences: Preferences? = nil
    ) {
        self.id = id
        self.action = action
        self.number = number
        self.reference = reference
        self.account = account
        self.state = state
        self.keys = keys
        self.channel = channel
        self.history = history
        said = Said(population: population, preferences: preferences)
    }

    package var isWaiting: Bool { if case .waiting = state { true } else { false } }

    package var history: AttemptHistory {
        get { past?.history ?? AttemptHistory() }
        set { past = newValue == AttemptHistory() ? nil : Past(newValue) }
    }

    /// What the submission says of the recipient's wishes; nil: nothing. They go over the register.
    package var preferences: Preferences? {
        get { said?.preferences }
        set { said = Said(population: population, preferences: newValue) }
    }

    /// As it was submitted, or the register said then; "": a citizen.
    package var population: String { said?.population ?? "" }

    private final class Said: Equatable, Sendable {
        let population: String
        let preferences: Preferences?
        /// nil: nothing is said.
        init?(population: String, preferences: Preferences?) {
            guard !population.isEmpty || preferences != nil else { return nil }
            self.population = population
            self.preferences = preferences
        }
        static func == (left: Said, right: Said) -> Bool {
            (left.population, left.preferences) == (right.population, right.preferences)
        }
    }

    private final class Past: Equatable, Sendable {
        let history: AttemptHistory
        init(_ history: AttemptHistory) { self.history = history }
        static func == (left: Past, right: Past) -> Bool { left.history == right.history }
    }
}
