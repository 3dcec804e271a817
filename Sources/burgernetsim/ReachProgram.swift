// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Rehearsal

/// `burgernetsim reach`: prints what the engine reaches beside who knows the network.
enum ReachProgram {
    private static let usage = "usage: burgernetsim reach [--networks N] [--seed FIRST] [--worst N] [--explain SEED|KIND]"

    private static let orderSeeds: ClosedRange<UInt64> = 1...5

    /// - Returns: The exit status.
    static func run(_ arguments: [String]) -> Int32 {
        var (networks, seed, worst) = (1000, 1, 10)
        var rest = arguments[...]
        var given: Set<String> = []
        while let name = rest.popFirst() {
            guard given.insert(name).inserted else {
                complain("\(name) is given twice; it takes one value")
                return 64
            }
            let value = rest.popFirst()
            if name == "--explain" {
                guard let network = value.flatMap(network(named:)) else {
                    complain("--explain: \"\(value ?? "")\" is neither a seed nor a kind of trouble of the table")
                    return 64
                }
                for line in ReachExplanation.lines(of: network) { print(line) }
                return 0
            }
            guard let number = value.flatMap({ Int($0) }), number >= 0 else {
                complain(name == "--help" ? usage : "\(name): a whole number is missing\n\(usage)")
                return name == "--help" ? 0 : 64
            }
            switch name {
            case "--networks": networks = number
            case "--seed": seed = number
            case "--worst": worst = number
            default:
                complain("there is no option \(name)\n\(usage)")
                return 64
            }
        }
        print(ReachComparison.heading)
        for network in ModelNetwork.kinds { print(ReachComparison(network).line) }
        print(OrderComparison.heading)
        for town in Town.all { for line in OrderComparison(town, seeds: orderSeeds).lines { print(line) } }
        if networks > 0 { compare((seed..<seed + networks).map { .random(seed: UInt64($0)) }, worst: worst) }
        return 0
    }

    /// A kind of the table, or the random network of a seed.
    private static func network(named name: String) -> ModelNetwork? {
        UInt64(name).map { .random(seed: $0) } ?? ModelNetwork.kinds.first { $0.name == name }
    }

    private static func complain(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

    private static func compare(_ networks: [ModelNetwork], worst: Int) {
        let all = networks.map { ReachComparison($0) }.sorted { $0.ratio(0.9) > $1.ratio(0.9) }
        let within = all.count { $0.ratio(0.9) <= 1.15 }
        let beyond = all.count { $0.ratio(0.9) > 1.5 }
        let share = String(format: "%.1f %%", 100 * Double(within) / Double(all.count))
        print(
            "\(all.count) random networks: 90 % reached within 1.15 of the oracle's time in \(share), beyond 1.5 in \(beyond)"
        )
        print("INVITEs beyond a contract: \(all.reduce(0) { $0 + $1.engine.beyondContract })")
        for one in all.prefix(worst) { print(one.line) }
    }
}
