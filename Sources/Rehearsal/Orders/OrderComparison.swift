// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GatewayCore

/// The engine's order of calls beside fixed ones, in one town over several seeds.
package struct OrderComparison: Sendable {
    /// Means over the seeds, seconds.
    package struct Result: Sendable {
        package let name: String
        package let half: Double
        package let nine: Double
        package let all: Double
    }

    package let town: String
    package let ours: Result
    /// The quickest to 90 % first.
    package let fixed: [Result]

    package init(_ town: Town, seeds: ClosedRange<UInt64>) {
        let networks = seeds.map { town.network(seed: $0) }
        self.town = town.name
        ours = Self.result("the engine's", networks.map { ReachRun.run($0) })
        fixed = FixedOrder.allCases.map { order in
            Self.result(order.rawValue, networks.map { OrderedDialer.run($0, by: order) })
        }.sorted { $0.nine < $1.nine }
    }

    private static func result(_ name: String, _ reaches: [Reach]) -> Result {
        func mean(_ share: Double) -> Double {
            let times = reaches.map { ($0.time(share, of: $0.answers.count) ?? .zero).seconds }
            return times.reduce(0, +) / Double(max(1, times.count))
        }
        return Result(name: name, half: mean(0.5), nine: mean(0.9), all: mean(1))
    }

    /// Lines of the table.
    package var lines: [String] {
        [town]
            + ([ours] + fixed).map { result in
                let title = result.name.padding(toLength: 46, withPad: " ", startingAt: 0)
                let times = String(format: "%8.1f%8.1f%9.1f", result.half, result.nine, result.all)
                return "  \(title)\(times)   \(String(format: "%5.3f", result.nine / ours.nine))"
            }
    }

    package static let heading =
        "Who is called next: seconds to                      50 %    90 %    100 %   of ours for 90 %"
}
