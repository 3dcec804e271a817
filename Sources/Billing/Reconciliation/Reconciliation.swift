// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Compares the ledger with what a carrier bills.
package struct Reconciliation: Equatable, Sendable {
    /// In order of time.
    package private(set) var differences: [ReconciliationDifference] = []
    /// Calls that both have.
    package private(set) var matched = 0

    /// What answered and was taken over is paired first, so that a try that failed takes nothing away from it.
    package init(ledger: [LedgerCall], carrier: [CarrierCall], tolerance: ReconciliationTolerance) {
        var partners: [Int?] = Array(repeating: nil, count: carrier.count)
        var isPaired = Array(repeating: false, count: ledger.count)
        for onlyExpected in [true, false] {
            for usesOtherTime in [false, true] {
                var entries: [CallMatching.Entry] = []
                for (index, call) in carrier.enumerated() where partners[index] == nil {
                    guard let time = usesOtherTime ? call.otherTime : call.time else { continue }
                    entries.append(
                        .init(number: call.number, time: time.microseconds, isCarrier: true, index: index))
                }
                guard !entries.isEmpty else { continue }
                for (index, call) in ledger.enumerated() where !isPaired[index] && (call.isExpected || !onlyExpected) {
                    entries.append(
                        .init(number: call.number, time: call.time.microseconds, isCarrier: false, index: index))
                }
                for pair in CallMatching.pairs(entries, tolerance: tolerance.time) {
                    partners[pair.carrier] = pair.ledger
                    isPaired[pair.ledger] = true
                }
            }
        }
        var accounts: [UInt64: String]?
        for (index, call) in carrier.enumerated() {
            if let partner = partners[index] {
                matched += 1
                if let kind = Self.difference(ledger[partner], call, tolerance) {
                    add(kind, ledger[partner], call, account: ledger[partner].account)
                }
            } else {
                let known = accounts ?? Dictionary(ledger.map { ($0.number, $0.account) }) { first, _ in first }
                accounts = known
                add(.extra, nil, call, account: known[call.number] ?? "")
            }
        }
        for (index, call) in ledger.enumerated() where !isPaired[index] && call.isExpected {
            add(.missing, call, nil, account: call.account)
        }
        differences.sort { left, right in
            if left.time != right.time { return left.time < right.time }
            if left.number != right.number { return left.number < right.number }
            return (left.carrier?.line ?? 0) < (right.carrier?.line ?? 0)
        }
    }

    private mutating func add(
        _ kind: ReconciliationDifference.Kind, _ ledger: LedgerCall?, _ carrier: CarrierCall?, account: String
    ) {
        guard let number = ledger?.number ?? carrier?.number, let time = ledger?.time ?? carrier?.time else { return }
        differences.append(
            ReconciliationDifference(
                kind: kind, account: account, number: number, time: time, ledger: ledger, carrier: carrier))
    }

    private static func difference(
        _ ledger: LedgerCall, _ carrier: CarrierCall, _ tolerance: ReconciliationTolerance
    ) -> ReconciliationDifference.Kind? {
        if let milliseconds = carrier.milliseconds {
            let step = max(1, tolerance.durationStep)
            let expected = (ledger.milliseconds + step - 1) / step * step
            // Within a step both ways, when our own measure lies on the edge of one.
            let lenient = max(0, ledger.milliseconds - tolerance.milliseconds)
            let least = (lenient + step - 1) / step * step
            let most = (ledger.milliseconds + tolerance.milliseconds + step - 1) / step * step
            let isNear = abs(milliseconds - expected) <= tolerance.milliseconds
            if !isNear, step == 1 || milliseconds != least && milliseconds != most { return .duration }
        }
        if let segments = carrier.segments, segments != ledger.segments { return .segments }
        if let amount = carrier.amount {
            let difference = amount - (ledger.cost ?? .zero)
            if abs(difference.microEuros) > tolerance.amount.microEuros { return .amount }
        }
        return nil
    }
}

/// How many differences there are, and what is at stake.
package struct ReconciliationTally: Equatable, Sendable {
    package var counts: [ReconciliationDifference.Kind: Int] = [:]
    /// What the carrier charges too much.
    package var over = Money.zero
    /// What it charges too little; positive.
    package var under = Money.zero

    package init() {}

    package mutating func add(_ difference: ReconciliationDifference) {
        counts[difference.kind, default: 0] += 1
        let disputed = difference.disputed
        if disputed > .zero { over += disputed } else { under -= disputed }
    }

    package var count: Int { counts.values.reduce(0, +) }
}

extension Reconciliation {
    package var total: ReconciliationTally {
        differences.reduce(into: ReconciliationTally()) { $0.add($1) }
    }

    /// By account, in order of their codes; "" for numbers that the ledger does not know.
    package var byAccount: [(account: String, tally: ReconciliationTally)] {
        var tallies: [String: ReconciliationTally] = [:]
        for difference in differences { tallies[difference.account, default: ReconciliationTally()].add(difference) }
        return tallies.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
