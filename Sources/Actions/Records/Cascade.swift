// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// When a recipient goes over to the next channel.
package struct Cascade: Equatable, Sendable, Journalled {
    /// These outcomes of one channel lead to the next.
    package var outcomes: [Outcome]
    /// Not reached this long after the first attempt of a channel: on to the next; nil: only by outcome.
    package var after: Interval?

    package init(outcomes: [Outcome] = Cascade.notReached, after: Interval? = nil) {
        self.outcomes = outcomes
        self.after = after
    }

    /// Names in the journal, which stay whatever the properties are called.
    package enum CodingKeys: String, CodingKey {
        case outcomes = "outcomes"
        case after = "after"
    }

    /// Whatever does not say that the citizen has the message or does not want it.
    package static let notReached: [Outcome] = [
        .busy, .noAnswer, .invalidNumber, .failed, .congestion, .interrupted, .undelivered, .optedOut,
        .overBudget,
    ]
}

extension ActionDefinition {
    /// The channels by which a recipient is tried, in order; empty for one whose only channel has no content.
    package func steps(for channel: Channel?) -> [Channel] {
        let usable = channels.filter { $0 == .voice ? !prompt.isEmpty : text != nil }
        guard let channel else { return usable }
        let own = channel == .voice ? !prompt.isEmpty : text != nil
        return own ? [channel] + usable.filter { $0 != channel } : usable
    }

    /// The channel by which a recipient is tried now, or was tried last.
    package func channel(of recipient: RecipientRecord) -> Channel {
        recipient.channel(among: steps(for: recipient.channel))
    }

    /// Whether anybody of this action may be called.
    package var usesVoice: Bool { !prompt.isEmpty }

    package var doubtPolicy: DoubtPolicy { text?.doubt ?? (priority == .lifeThreat ? .resend : .hold) }
}

extension RecipientRecord {
    /// - Parameter steps: The channels by which it is tried, in order.
    package func channel(among steps: [Channel]) -> Channel {
        steps.isEmpty ? .voice : steps[min(history.step, steps.count - 1)]
    }
}
