// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// An account's limit in a year or month. Amounts without VAT, as decimal texts: exact in every language.
package struct BudgetReport: Equatable, Sendable, Codable {
    package var account: String
    /// "" when not known.
    package var name: String
    /// `2026` or `2026-11`
    package var period: String
    /// nil: no limit.
    package var limit: String?
    package var spent: String
    /// Held for calls and SMS under way: their worst case.
    package var reserved: String
    /// `warn` or `refuse`.
    package var whenSpent: String
    /// Of the limit that is spent, rounded down; nil without a limit.
    package var percent: Int?

    package init(
        account: String, name: String, period: String, limit: String?, spent: String, reserved: String,
        whenSpent: String, percent: Int?
    ) {
        self.account = account
        self.name = name
        self.period = period
        self.limit = limit
        self.spent = spent
        self.reserved = reserved
        self.whenSpent = whenSpent
        self.percent = percent
    }

    private enum CodingKeys: String, CodingKey {
        case account, name, period, limit, spent, reserved, percent
        case whenSpent = "when-spent"
    }
}

/// What an action would be charged to an account over a channel, without VAT.
package struct QuoteReport: Equatable, Sendable, Codable {
    package var account: String
    package var channel: OpenWord<Channel>
    package var recipients: Int
    /// Recipients for whom no tariff says anything.
    package var unrated: Int
    package var expected: String
    package var worst: String

    package init(account: String, channel: Channel, recipients: Int, unrated: Int, expected: String, worst: String) {
        self.account = account
        self.channel = OpenWord(channel)
        self.recipients = recipients
        self.unrated = unrated
        self.expected = expected
        self.worst = worst
    }
}

extension Replies {
    package static let budget = ReplyKind<BudgetReport>("budget")
    /// One for each account and channel.
    package static let quote = ReplyKind<QuoteReport>("quote")
}
