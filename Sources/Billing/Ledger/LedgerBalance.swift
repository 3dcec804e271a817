// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What a row of the ledger and all that was appended about it say together of one side, by rate of VAT.
package struct LedgerBalance: Sendable {
    /// A sum for each rate of VAT, in the order in which they first occur, with the newest tariff that said it.
    package private(set) var amounts: [RatedAmount] = []

    /// The row's own entry first, then those about it in order.
    package init(_ side: KeyPath<LedgerEntry, RatedAmount?>, of entries: some Sequence<LedgerEntry>) {
        for entry in entries {
            guard let amount = entry[keyPath: side] else { continue }
            if let index = amounts.firstIndex(where: { $0.vatBasisPoints == amount.vatBasisPoints }) {
                amounts[index].amount += amount.amount
                amounts[index].tariff = amount.tariff
            } else {
                amounts.append(amount)
            }
        }
    }

    /// Without VAT.
    package var total: Money { amounts.reduce(.zero) { $0 + $1.amount } }
    package var isZero: Bool { amounts.allSatisfy { $0.amount == .zero } }

    /// The rate of VAT at which most is billed; nil: no tariff said anything.
    package var principal: RatedAmount? { amounts.max { $0.amount < $1.amount } }

    /// What must be added so that it comes to this, and at this rate of VAT alone: what stands at another rate is taken
    /// back there. Nothing of it is zero.
    package func differences(to target: RatedAmount) -> [RatedAmount] {
        var result: [RatedAmount] = []
        for amount in amounts where amount.vatBasisPoints != target.vatBasisPoints && amount.amount != .zero {
            result.append(
                RatedAmount(
                    amount: -amount.amount, vatBasisPoints: amount.vatBasisPoints, tariff: amount.tariff))
        }
        var change = target
        change.amount -= amounts.first { $0.vatBasisPoints == target.vatBasisPoints }?.amount ?? .zero
        if change.amount != .zero { result.append(change) }
        return result
    }
}
