// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Participants

/// In an action of the highest class: passes over the times and limits that participants wish, never over opting out.
/// Who answers for it, and why, is kept with the action.
package struct ActionOverride: Equatable, Sendable, Journalled {
    package var officer: String
    package var reason: String

    package init(officer: String, reason: String) {
        self.officer = officer
        self.reason = reason
    }

    /// Names in the journal, which stay whatever the properties are called.
    package enum CodingKeys: String, CodingKey {
        case officer = "officer"
        case reason = "reason"
    }

    package var rule: RuleOverride? { RuleOverride(officer: officer, reason: reason) }
}

extension ActionRecord {
    /// What is asked of participants' wishes for it.
    package var rules: ContactRules {
        ContactRules(
            actionClass: definition.priority, override: definition.override?.rule,
            isCorrection: conduct?.tie == .correction)
    }
}
