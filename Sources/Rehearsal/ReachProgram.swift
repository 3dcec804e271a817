// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Pacing

/// `burgernetsim reach`: prints what the engine reaches beside who knows the network.
package enum ReachProgram {
    /// - Parameter arguments: `--networks N`, `--seed FIRST`, `--worst N`.
    /// - Returns: The exit status.
    package static func run(_ arguments: [String]) -> Int32 {
        var (networks, seed, worst) = (1000, 1, 10)
        var rest = arguments[...]
        while let name = rest.popFirst() {
            guard let value = rest.popFirst().flatMap({ Int($0) }), value >= 0 else {
                print("usage: burgernetsim reach [--networks N] [--seed FIRST] [--worst N]")
                return 64
            }
            switch name {
            case "--networks": networks = value
            case "--seed": seed = value
            case "--worst": worst = value
            default:
                print("unknown option \(name)")
                return 64
            }
        }
        if let kind = ProcessInfo.processInfo.environment["TRACE"] {
            PaceTrace.isOn = true
            let network = UInt64(kind).map { ModelNetwork.random(seed: $0) } ?? ModelNetwork.kinds.first { $0.name.hasPrefix(kind) }
            if let network {
                print(network.citizens.count, "citizens")
                for trunk in network.trunks {
                    print(trunk.limits.name, trunk.limits.callsPerSecond, trunk.limits.channels, "prio", trunk.limits.priority, trunk.roundTrip.milliseconds)
                    for c in trunk.capacities { print("   from", c.from.seconds, c.capacity.rate, c.capacity.channels ?? -1, c.capacity.refusal.code, c.capacity.refusal.retryAfter?.seconds ?? 0) }
                    for o in trunk.outages { print("   out", o.from.seconds, o.to.seconds, o.refusal.code, o.refusal.retryAfter?.seconds ?? 0, o.prefix ?? "all") }
                }
                let refused = network.citizens.filter { !$0.refusals.isEmpty }
                print(refused.count, "refused numbers,", refused.filter { $0.refusals.count == network.trunks.count }.count, "everywhere, e.g.", refused.first?.refusals.values.first?.code ?? 0, refused.first?.refusals.values.first?.retryAfter?.seconds ?? 0)
                let c = ReachComparison(network)
                print(c.line, "reached", c.engine.answers.count, "of", c.oracle.answers.count)
            }
            return 0
        }
        print(ReachComparison.heading)
        for network in ModelNetwork.kinds { print(ReachComparison(network).line) }
        guard networks > 0 else { return 0 }
        var all = (seed..<seed + networks).map { ReachComparison(.random(seed: UInt64($0))) }
        all.sort { $0.ratio(0.9) > $1.ratio(0.9) }
        let ratios = all.map { $0.ratio(0.9) }
        let within = Double(ratios.filter { $0 <= 1.15 }.count) / Double(ratios.count)
        let beyond = ratios.filter { $0 > 1.5 }.count
        print(String(format: "%d random networks: 90 %% reached within 1.15 of the oracle's time in %.1f %%, beyond 1.5 in %d",
            networks, within * 100, beyond))
        let contract = all.reduce(0) { $0 + $1.engine.beyondContract }
        print("INVITEs beyond a contract: \(contract)")
        for one in all.prefix(worst) { print(one.line) }
        return 0
    }
}
