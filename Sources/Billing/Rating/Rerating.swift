// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What a corrected tariff changes about a record that was billed already.
public struct Rerating: Sendable {
    private let rater: Rater

    public init(_ rater: Rater) { self.rater = rater }

    public enum Result: Equatable, Sendable {
        /// Nothing differs.
        case unchanged
        /// Differences, for a correction row; nil: that side stays.
        case difference(cost: RatedAmount?, charge: RatedAmount?)
        /// It was rated, and cannot be rated any more.
        case unrated(UnratedReason)
    }

    /// Compares with what the record and all its corrections so far say together. Credits, which are given by hand,
    /// stay out. A side that today's tariffs say nothing of keeps what it has.
    public func compare(_ cdr: CallDetailRecord, corrections: [LedgerEntry] = []) -> Result {
        guard cdr.ledger.kind == .usage else { return .unchanged }
        let usage = Usage(cdr)
        let entries = [cdr.ledger] + corrections.filter { $0.kind == .correction }
        var differences: [RatedAmount?] = []
        for (side, path) in [(Tariff.Side.cost, \LedgerEntry.cost), (.charge, \.charge)] {
            let outcome = rater.explain(side, usage)
            let billed = entries.compactMap { $0[keyPath: path] }
            switch outcome {
            case .unrated(let reason):
                if reason == .numberPurged { return .unrated(reason) }
                differences.append(nil)
            case .rated(let rating):
                let before = billed.reduce(Money.zero) { $0 + $1.amount }
                var change = rating.amount
                change.amount -= before
                let isSame = change.amount == .zero && !billed.isEmpty
                differences.append(isSame ? nil : change)
            }
        }
        let (cost, charge) = (differences[0], differences[1])
        return cost == nil && charge == nil ? .unchanged : .difference(cost: cost, charge: charge)
    }

    /// The row that says so; nil: none is needed, or none can be made.
    public func correction(
        of cdr: CallDetailRecord, corrections: [LedgerEntry] = [], note: String, at time: Timestamp
    ) -> CallDetailRecord? {
        switch compare(cdr, corrections: corrections) {
        case .unchanged, .unrated: nil
        case .difference(let cost, let charge):
            cdr.adjustment(.correction, cost: cost, charge: charge, note: note, at: time)
        }
    }
}
