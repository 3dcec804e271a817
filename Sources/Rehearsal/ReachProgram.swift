// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

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
