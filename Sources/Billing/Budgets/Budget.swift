// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What a contract says of an account's money. Amounts are charges without VAT.
package struct Budget: Equatable, Sendable {
    /// What happens when it is spent.
    package enum Policy: String, Sendable, CaseIterable {
        /// Alarms, and calls go on.
        case warn
        /// Only actions of priority life-threat go on.
        case refuse
    }

    /// For each calendar year; nil: no limit.
    package var year: Money?
    /// For each calendar month; nil: no limit.
    package var month: Money?
    package var policy: Policy

    package init(year: Money? = nil, month: Money? = nil, policy: Policy = .warn) {
        self.year = year
        self.month = month
        self.policy = policy
    }

    package func limit(of period: BudgetPeriod.Kind) -> Money? {
        switch period {
        case .year: year
        case .month: month
        }
    }
}

/// A year or month of the Dutch calendar.
package struct BudgetPeriod: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: String, Sendable, CaseIterable {
        case year
        case month
    }

    package var kind: Kind
    /// `2026` or `2026-11`
    package var description: String

    package init(_ kind: Kind, containing time: Timestamp) {
        self.kind = kind
        let month = DutchMonth(time).description
        switch kind {
        case .year: description = String(month.prefix(4))
        case .month: description = month
        }
    }
}
