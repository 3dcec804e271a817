// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Participants

/// A recipient of a submission, checked, on its way into the roster.
package struct StagedRecipient: Equatable, Sendable {
    package var number: PhoneNumber
    /// The submitter's own pseudonymous id; "": a keyed hash of the number stands for the citizen.
    package var reference: String
    /// Who pays; "": the action's account.
    package var account: String
    /// The channel that the citizen chose when enrolling; nil: the action's order.
    package var channel: Channel?
    /// As the register or the submission says; "": a citizen.
    package var population: String
    /// What the submission says of the recipient's wishes.
    package var preferences: Preferences?

    package init(
        number: PhoneNumber, reference: String = "", account: String = "", channel: Channel? = nil,
        population: String = "", preferences: Preferences? = nil
    ) {
        self.population = population
        self.number = number
        self.reference = reference
        self.account = account
        self.channel = channel
        self.preferences = preferences
    }
}
