// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GatewayCore
import Pacing

/// One network in words, and second by second what the engine did over each trunk and why: for whoever wants to know
/// what keeps it behind the oracle.
package struct ReachExplanation {
    private let network: ModelNetwork
    private var counts: [(calls: Int, refused: Int)]
    private var second: Int64 = 0
    private(set) var lines: [String] = []

    init(_ network: ModelNetwork) {
        self.network = network
        counts = network.trunks.map { _ in (0, 0) }
        for trunk in network.trunks {
            lines.append("\(trunk.limits) round trip \(trunk.roundTrip)")
            lines += trunk.capacities.map { "    from \($0.from): \($0.capacity)" }
            lines += trunk.outages.map { "    \($0)" }
        }
        let refused = network.citizens.count { !$0.refusals.isEmpty }
        lines.append("\(network.citizens.count) citizens, \(refused) of them refused for their own sake")
        if let one = network.citizens.first(where: { !$0.refusals.isEmpty }) { lines.append("    as \(one.refusals)") }
    }

    /// What the engine does over a network, and beside it the oracle's figures.
    package static func lines(of network: ModelNetwork) -> [String] {
        ReachRun.explained(network).lines + [ReachComparison.heading, ReachComparison(network).line]
    }

    mutating func called(over trunk: Int, isRefused: Bool) {
        counts[trunk].calls += 1
        if isRefused { counts[trunk].refused += 1 }
    }

    /// - Parameters:
    ///   - trunks: As the engine has them.
    ///   - reached: So many answered yet.
    mutating func turn(at time: Interval, trunks: [TrunkState], reached: Int, now: Timestamp) {
        let current = time.microseconds / 1_000_000
        guard current > second else { return }
        second = current
        for (index, trunk) in trunks.enumerated() {
            let beliefs = trunk.pacer.evidence.findings(now: now).map(\.text).joined(separator: "; ")
            lines.append(
                String(
                    format: "%4d s %@ %3d calls %3d refused, %3d active, pace %5.1f, %5d reached in all  ",
                    Int(current),
                    trunk.name, counts[index].calls, counts[index].refused, trunk.pacer.activeCalls,
                    trunk.pacer.pace(now: now), reached) + (trunk.downReason ?? "") + beliefs)
            counts[index] = (0, 0)
        }
    }
}
