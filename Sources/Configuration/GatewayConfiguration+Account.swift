// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore

extension GatewayConfiguration {
    /// `[Account GM0513]`: a municipality, or another that pays.
    package struct Account: Equatable, Sendable {
        /// As recipients and actions name it, e.g. `GM0513`.
        package var code: String
        /// On statements; "": the code alone.
        package var name = ""
        /// nil: not known.
        package var inhabitants: Int?
        /// Charges without VAT of a calendar year; nil: by the inhabitants, or no limit.
        package var yearBudget: Money?
        /// Of a calendar month; nil: no limit.
        package var monthBudget: Money?
        package var whenSpent = Budget.Policy.warn

        package init(code: String, name: String = "", inhabitants: Int? = nil) {
            self.code = code
            self.name = name
            self.inhabitants = inhabitants
        }
    }

    /// `[Statement]`: what stands on every billing statement.
    package struct StatementHeading: Equatable, Sendable {
        /// Who bills, e.g. `Politie, eenheid Den Haag`; "": nothing.
        package var issuer = ""
        /// Lines below it: address, numbers of the chamber of commerce and of VAT.
        package var details: [String] = []

        package init() {}
    }

    package func account(_ code: String) -> Account? { accounts.first { $0.code == code } }
}

/// The sections of those who pay.
extension ConfigurationSchema {
    static let accountKind = "Account"

    static var statement: PlainSection {
        PlainSection(
            kind: "Statement",
            keys: [
                .value("Issuer", \.statement.issuer, .text(maximum: 100)),
                .list("Details", \.statement.details, .phrase(maximum: 100)),
            ])
    }

    static var accountKeys: [ConfigurationKey<GatewayConfiguration.Account>] {
        [
            .value("Name", \.name, .text(maximum: 100)),
            .value("Inhabitants", \.inhabitants, ValueReader<Int>.integer(1...100_000_000).optional),
            .value("YearBudget", \.yearBudget, ValueReader<Money>.amount.optional),
            .value("MonthBudget", \.monthBudget, ValueReader<Money>.amount.optional),
            .value("WhenSpent", \.whenSpent, .oneOf),
        ]
    }
}
