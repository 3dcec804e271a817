// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What an account was charged in a month, all rows of the ledger that began in it.
package struct Spending: Equatable, Sendable {
    package var account: String
    package var month: DutchMonth
    package var amount: Money

    package init(account: String, month: DutchMonth, amount: Money) {
        self.account = account
        self.month = month
        self.amount = amount
    }
}

/// Holds what accounts have spent and what attempts under way may still cost them, so that a cap is never overspent.
///
/// An attempt's worst case is reserved before it begins, and given back for what it really cost when its record is
/// written. Reservations count in every period: an attempt may begin on one side of midnight and be billed on the other.
package struct BudgetBook: Sendable {
    /// Whether an attempt may begin.
    package enum Verdict: Equatable, Sendable {
        case granted
        /// Not while others hold what they may not need.
        case wait
        /// Whatever the others give back, it is not enough.
        case never
    }

    /// An account has come to a mark of a limit.
    package struct Mark: Equatable, Sendable, CustomStringConvertible {
        package var account: String
        package var period: BudgetPeriod
        /// 80 or 100.
        package var percent: Int
        package var spent: Money
        package var limit: Money

        package var description: String {
            "account \(account) has spent \(percent) % of its budget of \(period): \(spent.decimal) of \(limit.decimal)"
        }
    }

    /// How an account stands in a period.
    package struct Status: Equatable, Sendable {
        package var account: String
        package var period: BudgetPeriod
        package var limit: Money?
        package var spent: Money
        package var reserved: Money
        package var policy: Budget.Policy
    }

    private struct Account: Sendable {
        var budget = Budget()
        var months: [DutchMonth: Money] = [:]
        var years: [Int: Money] = [:]
        var reserved = Money.zero

        func spent(_ kind: BudgetPeriod.Kind, _ month: DutchMonth) -> Money {
            switch kind {
            case .year: years[month.year] ?? .zero
            case .month: months[month] ?? .zero
            }
        }
    }

    private struct Reservation: Sendable {
        var account: String
        var amount: Money
    }

    private var accounts: [String: Account] = [:]
    private var reservations: [AttemptID: Reservation] = [:]
    private var budgeted: Set<String> = []
    /// The month of the last question: finding it takes longer than the answer.
    private var current: (month: DutchMonth, start: Timestamp, end: Timestamp)?

    package init() {}

    /// Any account has a limit.
    package var isActive: Bool { !budgeted.isEmpty }

    package mutating func configure(_ budgets: [String: Budget]) {
        for account in budgeted {
            accounts[account]?.budget = Budget()
            // What has neither a limit nor a charge is as if it had never been.
            if accounts[account]?.years.isEmpty == true { accounts[account] = nil }
        }
        for (account, budget) in budgets { accounts[account, default: Account()].budget = budget }
        budgeted = Set(budgets.keys)
    }

    /// From the journal; replaces what is known.
    package mutating func restore(_ spending: [Spending]) {
        for one in spending {
            accounts[one.account, default: Account()].months[one.month, default: .zero] += one.amount
            accounts[one.account, default: Account()].years[one.month.year, default: .zero] += one.amount
        }
    }

    private mutating func month(of time: Timestamp) -> DutchMonth {
        if let current, time >= current.start, time < current.end { return current.month }
        let month = DutchMonth(time)
        current = (month, month.start, month.end)
        return month
    }

    // MARK: Reserving

    /// Asks, and changes nothing.
    package mutating func verdict(_ account: String, _ amount: Money, at now: Timestamp) -> Verdict {
        guard budgeted.contains(account), let state = accounts[account], state.budget.policy == .refuse else {
            return .granted
        }
        let month = month(of: now)
        var verdict = Verdict.granted
        for kind in BudgetPeriod.Kind.allCases {
            guard let limit = state.budget.limit(of: kind) else { continue }
            let left = limit - state.spent(kind, month)
            // What costs nothing may be tried when everything is spent.
            if amount > max(left, .zero) { return .never }
            if amount > .zero, amount > left - state.reserved { verdict = .wait }
        }
        return verdict
    }

    /// Holds the amount for an attempt, without asking.
    package mutating func reserve(_ id: AttemptID, _ account: String, _ amount: Money) {
        guard budgeted.contains(account) else { return }
        release(id)
        reservations[id] = Reservation(account: account, amount: amount)
        accounts[account]?.reserved += amount
    }

    /// The attempt was taken back. Whose money it was; nil: nobody's.
    @discardableResult
    package mutating func release(_ id: AttemptID) -> String? {
        guard let reservation = reservations.removeValue(forKey: id) else { return nil }
        accounts[reservation.account]?.reserved -= reservation.amount
        return reservation.account
    }

    package mutating func releaseAll() {
        reservations = [:]
        for account in accounts.keys { accounts[account]?.reserved = .zero }
    }

    /// A row of the ledger charges so much. `id`: what was reserved for it is free again.
    package mutating func settle(_ id: AttemptID?, _ account: String, _ amount: Money, at time: Timestamp) -> [Mark] {
        if let id { release(id) }
        guard amount != .zero else { return [] }
        let month = month(of: time)
        var state = accounts[account] ?? Account()
        var marks: [Mark] = []
        for kind in BudgetPeriod.Kind.allCases {
            let before = state.spent(kind, month)
            let after = before + amount
            switch kind {
            case .year: state.years[month.year] = after
            case .month: state.months[month] = after
            }
            guard let limit = state.budget.limit(of: kind), limit > .zero else { continue }
            // The highest that was passed, once.
            for percent in [100, 80] {
                let mark = Money(microEuros: limit.microEuros / 100 * Int64(percent))
                guard before < mark, after >= mark else { continue }
                marks.append(
                    Mark(
                        account: account, period: BudgetPeriod(kind, containing: time), percent: percent, spent: after,
                        limit: limit))
                break
            }
        }
        accounts[account] = state
        return marks
    }

    // MARK: Asking

    /// Accounts with a limit or any charge, in order, each by month and year.
    package mutating func status(at now: Timestamp) -> [Status] {
        let month = month(of: now)
        return accounts.sorted { $0.key < $1.key }.flatMap { code, account in
            BudgetPeriod.Kind.allCases.map { kind in
                Status(
                    account: code, period: BudgetPeriod(kind, containing: now), limit: account.budget.limit(of: kind),
                    spent: account.spent(kind, month), reserved: account.reserved, policy: account.budget.policy)
            }
        }
    }
}
