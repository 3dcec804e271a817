// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GatewayCore

/// Reach of the engine beside the oracle's, over the same network.
package struct ReachComparison: Sendable {
    package let name: String
    package let oracle: Reach
    package let engine: Reach

    package init(_ network: ModelNetwork) {
        name = network.name
        oracle = ReachOracle.run(network)
        engine = ReachRun.run(network)
    }

    /// How much longer it took to this share of whom the oracle reaches; infinite: they were never reached.
    package func ratio(_ share: Double) -> Double {
        guard let ideal = oracle.time(share, of: oracle.answers.count) else { return 1 }
        guard let actual = engine.time(share, of: oracle.answers.count) else { return .infinity }
        return ideal > .zero ? actual.seconds / ideal.seconds : 1
    }

    /// A line of the table.
    package var line: String {
        func time(_ reach: Reach, _ share: Double) -> String {
            reach.time(share, of: oracle.answers.count).map { String(format: "%7.1f", $0.seconds) } ?? "      -"
        }
        let shares = [0.5, 0.9, 1]
        let times = shares.map { "\(time(oracle, $0))\(time(engine, $0))" }.joined(separator: " ")
        let refused = String(format: "%5.1f %%", 100 * Double(engine.refused) / Double(max(1, engine.calls)))
        let title = name.padding(toLength: 32, withPad: " ", startingAt: 0)
        return "\(title)\(times)  \(String(format: "%5.2f %5.2f", ratio(0.9), ratio(1)))  \(refused)"
    }

    package static let heading =
        "                                  50 % ideal, here   90 %           100 %         ratios      refused"
}
