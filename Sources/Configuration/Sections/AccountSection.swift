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

    package func account(_ code: String) -> Account? { accounts.first { $0.code == code } }
}

extension ConfigurationSchema {
    static var account: ConfigurationSection<GatewayConfiguration.Account> {
        ConfigurationSection(
            kind: "Account",
            home: .named(
                NamedSections(
                    rule: .identifier("account's code", example: "[Account GM0513]"), list: \.accounts, name: \.code,
                    blank: { code, _ in GatewayConfiguration.Account(code: code) })),
            keys: [
                .value("Name", \.name, .text(maximum: 100)),
                .value("Inhabitants", \.inhabitants, ValueReader<Int>.integer(1...100_000_000).optional),
                .value("YearBudget", \.yearBudget, ValueReader<Money>.amount.optional),
                .value("MonthBudget", \.monthBudget, ValueReader<Money>.amount.optional),
                .value("WhenSpent", \.whenSpent, .oneOf),
            ])
    }
}
