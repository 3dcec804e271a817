// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Participants

extension ContactRules {
    /// What an action asks of everybody.
    ///
    /// - Parameters:
    ///   - tie: To the action that it follows; nil: it follows none.
    ///   - population: What holds for those of a population who wish nothing else.
    package init(_ definition: ActionDefinition, as tie: ActionTie?, population: Preferences = .none) {
        self.init(
            actionClass: definition.priority, population: population, override: definition.override?.rule,
            onlyTestNumbers: definition.priority == .test, populations: definition.people,
            isCorrection: tie == .correction)
    }
}
