// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing
import Rehearsal
import Testing

/// Who is called next, beside orders that learn nothing (docs/pace.md, "Beside fixed orders").
@Suite struct OrderTests {
    /// How much sooner the best of the fixed orders may have nine in ten of a town.
    private static let margins = [
        "a third do not answer": 0.05, "many unavailable and busy": 0.02, "too few channels": 0.01,
    ]

    @Test("Nine in ten of the simulator's citizens are reached no later than by any fixed order", arguments: Town.all)
    func noFixedOrderIsSooner(town: Town) throws {
        let comparison = OrderComparison(town, seeds: 1...2)
        let best = try #require(comparison.fixed.first)
        // The engine keeps a thousandth of each slot in hand for calls to leave in.
        let margin = Self.margins[town.name] ?? 0.005
        #expect(comparison.ours.nine <= best.nine * (1 + margin), "\(town.name): \(best.name)")
    }

    @Test("Orders of calls differ, and all of them reach the same people in the end")
    func ordersDiffer() {
        var town = Town.all[0]
        town.callsPerSecond = 1.5
        let network = town.network(seed: 7, count: 600)
        let ours = ReachRun.run(network)
        for order in FixedOrder.allCases {
            let reach = OrderedDialer.run(network, by: order)
            #expect(
                reach.answersByCitizen.map { $0 != nil } == ours.answersByCitizen.map { $0 != nil }, "\(order.rawValue)"
            )
        }
        let times = Set(FixedOrder.allCases.map { OrderedDialer.run(network, by: $0).answersByCitizen })
        #expect(times.count > 10)
    }

    @Test("A dialer without trouble keeps the contract's pace, and calls again when the retry rules say so")
    func dialerByHand() throws {
        let answer = ModelFate.answers(ring: .seconds(1), stays: .seconds(4))
        func citizen(_ digits: String, _ fates: [ModelFate]) throws -> ModelCitizen {
            ModelCitizen(number: try #require(PhoneNumber(e164: digits)), fates: fates)
        }
        let network = ModelNetwork(
            "by hand",
            citizens: [
                try citizen("+31182300001", [.busy, answer]), try citizen("+31182300002", [.rings, answer]),
                try citizen("+31182300003", [answer]),
                try citizen("+31182300004", [.refuses(ModelRefusal(603), after: .zero), answer]),
                try citizen(
                    "+31182300005", [.refuses(ModelRefusal(503, retryAfter: .seconds(9)), after: .zero), answer]),
            ],
            trunks: [
                ModelTrunk(
                    limits: TrunkLimits(name: "t", callsPerSecond: 2, channels: 9), roundTrip: .milliseconds(100))
            ])
        let reach = OrderedDialer.run(network, by: .retriesLast)
        let times: [Interval?] = [
            // 486 after 0.1 s, again after a minute.
            .milliseconds(61_200),
            // The second slot, 30 s of ringing, five minutes.
            .milliseconds(331_600),
            .milliseconds(2100), nil,
            // The fifth slot; its Retry-After is longer than the five seconds of `Congestion=`.
            .milliseconds(12_200),
        ]
        #expect(reach.answersByCitizen == times)
        #expect(reach.calls == 8)
    }
}
