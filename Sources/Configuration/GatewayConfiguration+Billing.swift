// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore

extension GatewayConfiguration {
    /// `[Billing]`: what calls and SMS cost, and who may spend how much.
    package struct BillingRules: Equatable, Sendable {
        /// Holds the `*.tariff` files; absolute. When it is not there, nothing is rated.
        package var tariffDirectory = "/etc/burgernetd/tariffs"
        /// Budget of a year for each inhabitant of an account that names no other; nil: none.
        package var yearBudgetPerInhabitant: Money?

        package init() {}
    }

    /// By account; those without any limit are left out.
    package var budgets: [String: Budget] {
        var result: [String: Budget] = [:]
        for account in accounts {
            var budget = Budget(year: account.yearBudget, month: account.monthBudget, policy: account.whenSpent)
            if budget.year == nil, let each = billing.yearBudgetPerInhabitant, let inhabitants = account.inhabitants {
                budget.year = Money(microEuros: each.microEuros * Int64(inhabitants))
            }
            if budget.year != nil || budget.month != nil { result[account.code] = budget }
        }
        return result
    }
}

extension ConfigurationSchema {
    static var billing: PlainSection {
        PlainSection(
            kind: "Billing",
            keys: [
                .value("TariffDirectory", \.billing.tariffDirectory, .path),
                .value(
                    "YearBudgetPerInhabitant", \.billing.yearBudgetPerInhabitant, ValueReader<Money>.amount.optional),
            ])
    }
}

extension ValueReader where Value == Money {
    /// `0.24`: at most six decimals.
    static var amount: ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                guard let amount = Money(decimal: text), amount.microEuros <= 1_000_000_000_000_000 else {
                    let hint = text.contains(",") ? "; the decimal sign is a point" : ""
                    throw ValueError("\(quoted(text)) is no amount: write 0.24 or 17500\(hint)")
                }
                return amount
            },
            write: \.decimal)
    }
}
