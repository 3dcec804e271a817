// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Recipients of a dry run whom one rule keeps from being tried when the action begins.
package struct RuleReport: Equatable, Sendable, Codable {
    /// The rule's code (docs/participants.md); stable.
    package var rule: String
    /// Of which it speaks: the first by which they would be tried.
    package var channel: Channel
    /// Whose word it is: `register`, `submission`, `population` or `action`.
    package var by: String
    package var recipients: Int
    /// When the first of them may be tried; nil: none of them in this action by this channel.
    package var from: UTCTime?
    /// In words, Dutch and English.
    package var dutch: String
    package var english: String

    private enum CodingKeys: String, CodingKey {
        case rule, channel, by, recipients, from
        case dutch = "nl"
        case english = "en"
    }

    package init(
        rule: String, channel: Channel, by: String, recipients: Int, from: UTCTime?, dutch: String, english: String
    ) {
        self.rule = rule
        self.channel = channel
        self.by = by
        self.recipients = recipients
        self.from = from
        self.dutch = dutch
        self.english = english
    }
}

extension Replies {
    package static let rule = ReplyKind<RuleReport>("rule")
}
