// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Participants

extension ContactRules {
    /// What an action asks of everybody.
    ///
    /// - Parameter population: What holds for those of a population who wish nothing else.
    package init(_ definition: ActionDefinition, population: Preferences = .none) {
        self.init(
            actionClass: definition.priority, population: population, override: definition.override?.rule,
            onlyTestNumbers: definition.priority == .test, populations: definition.people)
    }
}
