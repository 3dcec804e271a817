// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Whose word a rule is.
package enum RuleSource: String, Vocabulary {
    case action = "action"
    case register = "register"
    /// What the submission says of the recipient.
    case submission = "submission"
    /// What holds for the population.
    case population = "population"
}

extension ContactRules {
    /// Whose word is in the way of somebody; parameters as of ``decide(_:submission:by:at:former:)``.
    package func source(
        of reason: ContactReason, _ participant: Participant?, submission: Preferences?, by channel: Channel
    ) -> RuleSource {
        func said(_ isSaid: (Preferences) -> Bool) -> RuleSource {
            if submission.map(isSaid) == true { return .submission }
            return participant.map { isSaid($0.preferences) } == true ? .register : .population
        }
        switch reason {
        case .optedOut, .otherPopulation: return .register
        case .noTestNumber: return .action
        case .channelNotWanted: return said { $0.channels != nil }
        case .paused: return said { $0.pausedUntil != nil }
        case .capped, .classNotWanted: return said { $0.caps[actionClass] != nil }
        case .notWelcome, .neverWelcome: return said { $0.times(of: channel) != nil }
        }
    }
}
