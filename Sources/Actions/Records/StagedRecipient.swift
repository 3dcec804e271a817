// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// A recipient of a submission, checked, on its way into the roster.
package struct StagedRecipient: Equatable, Sendable {
    package var number: PhoneNumber
    /// The submitter's own pseudonymous id; "": a keyed hash of the number stands for the citizen.
    package var reference: String
    /// Who pays; "": the action's account.
    package var account: String
    /// The channel that the citizen chose when enrolling; nil: the action's order.
    package var channel: Channel?

    package init(number: PhoneNumber, reference: String = "", account: String = "", channel: Channel? = nil) {
        self.number = number
        self.reference = reference
        self.account = account
        self.channel = channel
    }
}
