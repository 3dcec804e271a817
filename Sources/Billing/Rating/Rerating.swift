// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What a corrected tariff changes about a record that was billed already.
package struct Rerating: Sendable {
    private let rater: Rater

    package init(_ rater: Rater) { self.rater = rater }

    package enum Result: Equatable, Sendable {
        /// Nothing differs.
        case unchanged
        /// What must be added on each side, one amount for each rate of VAT; not both are empty.
        case differences(cost: [RatedAmount], charge: [RatedAmount])
        /// The number was purged, so nothing can be said of it any more.
        case unrated(UnratedReason)
    }

    /// Compares with what the record and all its corrections so far say together. Credits, which are given by hand,
    /// stay out. A side that today's tariffs say nothing of keeps what it has.
    package func compare(_ cdr: CallDetailRecord, adjustments: [LedgerEntry] = []) -> Result {
        guard cdr.ledger.kind == .usage else { return .unchanged }
        let usage = Usage(cdr)
        let entries = [cdr.ledger] + adjustments.filter { $0.kind == .correction }
        let (cost, charge) = (LedgerBalance(\.cost, of: entries), LedgerBalance(\.charge, of: entries))
        // Nothing is due whatever a tariff says, and nothing was billed: most of them, so nothing is looked up.
        if usage.isFree, cost.isZero, charge.isZero { return .unchanged }
        var differences: [Tariff.Side: [RatedAmount]] = [:]
        for (side, balance) in [(Tariff.Side.cost, cost), (.charge, charge)] {
            switch rater.explain(side, usage) {
            case .unrated(.numberPurged): return .unrated(.numberPurged)
            case .unrated: break
            case .rated(let rating): differences[side] = balance.differences(to: rating.amount)
            }
        }
        let changes = (cost: differences[.cost] ?? [], charge: differences[.charge] ?? [])
        return changes.cost.isEmpty && changes.charge.isEmpty
            ? .unchanged : .differences(cost: changes.cost, charge: changes.charge)
    }

    /// The rows that say so: one as a rule, two when another rate of VAT applies, since a row has one rate. None: none
    /// is needed, or none can be made.
    package func corrections(
        of cdr: CallDetailRecord, adjustments: [LedgerEntry] = [], note: String, at time: Timestamp
    ) -> [CallDetailRecord] {
        guard case .differences(let cost, let charge) = compare(cdr, adjustments: adjustments) else { return [] }
        return (0..<max(cost.count, charge.count)).map { index in
            cdr.adjustment(
                .correction, cost: index < cost.count ? cost[index] : nil,
                charge: index < charge.count ? charge[index] : nil, note: note, at: time)
        }
    }
}

/// What rating many records again came to, in memory that depends on how many accounts there are alone.
package struct RerateTotals: Equatable, Sendable {
    /// Differences of one account.
    package struct Tally: Equatable, Sendable {
        package var changed = 0
        package var cost = Money.zero
        package var charge = Money.zero
        /// On the charge.
        package var vat = Money.zero
    }

    /// Calls and SMS that were looked at.
    package var rows = 0
    package private(set) var changed = 0
    /// Rows of the ledger that say so.
    package private(set) var corrections = 0
    /// Of which nothing can be said any more.
    package var purged = 0
    package private(set) var accounts: [String: Tally] = [:]

    package init() {}

    /// One record that is billed differently.
    package mutating func add(account: String, cost: [RatedAmount], charge: [RatedAmount]) {
        changed += 1
        corrections += max(cost.count, charge.count)
        var tally = accounts[account, default: Tally()]
        tally.changed += 1
        for amount in cost { tally.cost += amount.amount }
        for amount in charge {
            tally.charge += amount.amount
            tally.vat += amount.amount.vat(basisPoints: amount.vatBasisPoints)
        }
        accounts[account] = tally
    }
}
