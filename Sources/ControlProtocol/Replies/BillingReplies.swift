// SPDX-License-Identifier: GPL-3.0-or-later

/// An account's limit in a year or month. Amounts without VAT, as decimal texts: exact in every language.
public struct BudgetReport: Equatable, Sendable, Codable {
    public var account: String
    /// "" when not known.
    public var name: String
    /// `2026` or `2026-11`
    public var period: String
    /// nil: no limit.
    public var limit: String?
    public var spent: String
    /// Held for calls and SMS under way: their worst case.
    public var reserved: String
    /// `warn` or `refuse`.
    public var whenSpent: String
    /// Of the limit that is spent, rounded down; nil without a limit.
    public var percent: Int?

    public init(
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
public struct QuoteReport: Equatable, Sendable, Codable {
    public var account: String
    /// `voice` or `sms`.
    public var channel: String
    public var recipients: Int
    /// Recipients for whom no tariff says anything.
    public var unrated: Int
    public var expected: String
    public var worst: String

    public init(account: String, channel: String, recipients: Int, unrated: Int, expected: String, worst: String) {
        self.account = account
        self.channel = channel
        self.recipients = recipients
        self.unrated = unrated
        self.expected = expected
        self.worst = worst
    }
}
