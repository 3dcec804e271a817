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
    static var billing: ConfigurationSection<GatewayConfiguration> {
        ConfigurationSection(
            kind: "Billing",
            keys: [
                .value("TariffDirectory", \.billing.tariffDirectory, .path),
                .value(
                    "YearBudgetPerInhabitant", \.billing.yearBudgetPerInhabitant, ValueReader<Money>.amount.optional),
            ])
    }
}
