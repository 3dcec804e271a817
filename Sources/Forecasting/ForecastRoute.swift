// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing

extension ForecastInput {
    /// Numbers that some trunks are believed to refuse, whoever they belong to.
    package struct Route: Hashable, Sendable {
        /// E.164.
        package var prefix: String
        /// Positions in ``ForecastInput/trunks`` of those that refuse.
        package var trunks: Set<Int>
        package var failure: FailureClass

        package init(prefix: String, trunks: Set<Int>, failure: FailureClass) {
            self.prefix = prefix
            self.trunks = trunks
            self.failure = failure
        }
    }
}

/// Finds the routes of numbers among those that trunks are believed to refuse.
package struct ForecastRoutes {
    private let believed: [UInt64: [ForecastConditions.Route]]
    /// Those that a number was found to belong to.
    package private(set) var found: [ForecastInput.Route] = []
    private var positions: [ForecastInput.Route: Int] = [:]

    package init(_ routes: [ForecastConditions.Route]) {
        believed = Dictionary(grouping: routes) { UInt64($0.prefix.dropFirst()) ?? 0 }
    }

    package var isEmpty: Bool { believed.isEmpty }

    /// Position in ``found`` of a number's route; nil: no trunk is believed to refuse it.
    package mutating func index(of digits: UInt64) -> Int? {
        var route: ForecastInput.Route?
        var rest = digits
        // The longest prefix first: it gives the name.
        while rest > 0 {
            for one in believed[rest] ?? [] {
                let failure = CallTermination.classify(CallEnd(sipCode: one.sipCode), answered: false).failure
                route = route ?? ForecastInput.Route(prefix: one.prefix, trunks: [], failure: failure ?? .congestion)
                route?.trunks.insert(one.trunk)
            }
            rest /= 10
        }
        guard let route else { return nil }
        if let known = positions[route] { return known }
        positions[route] = found.count
        found.append(route)
        return found.count - 1
    }
}

/// A route in a forecast: each trunk that refuses it lets single calls try. Microseconds.
struct ForecastRoute {
    let failure: FailureClass
    /// By trunk.
    private var tried: [Int: Int64] = [:]
    private let trunks: Set<Int>
    /// What one trial stands for.
    private var weight: Int64 = 1

    /// Of a route that has been known for a while, and where nobody else can use the slot (docs/pace.md).
    private static let gap: Int64 = 15_000_000
    private static let idleGap: Int64 = 250_000

    init(_ route: ForecastInput.Route) {
        (failure, trunks) = (route.failure, route.trunks)
    }

    func isRefused(by trunk: Int) -> Bool { trunks.contains(trunk) }

    /// When a call to one of its numbers may go.
    func ready(over trunk: Int, isIdle: Bool) -> Int64 {
        guard isRefused(by: trunk), let last = tried[trunk] else { return 0 }
        return last + (isIdle ? Self.idleGap : Self.gap) * weight
    }

    mutating func admit(_ calls: Int, over trunk: Int, now: Int64) {
        guard isRefused(by: trunk) else { return }
        tried[trunk] = now
        weight = Int64(calls)
    }
}
