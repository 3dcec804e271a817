// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Testing

@testable import ActionEngine
@testable import Actions
@testable import Pacing

@Suite("Reloads") struct ReloadTests {
    /// Configurations of a few names each, so that the same ones come, change, go and return.
    private struct Dice {
        var random: Seeded

        mutating func roll(_ sides: Int) -> Int { Int(random.next() % UInt64(sides)) }
        mutating func chance(_ oneIn: Int) -> Bool { roll(oneIn) == 0 }

        mutating func configuration() throws -> EngineConfiguration {
            var trunks: [TrunkSettings] = []
            for name in ["a", "b", "c", "d"].shuffled(using: &random) where trunks.isEmpty || chance(2) {
                trunks.append(
                    TrunkSettings(
                        limits: TrunkLimits(
                            name: name, callsPerSecond: [5.0, 20, 50][roll(3)], channels: [3, 30][roll(2)],
                            priority: 1 + roll(2), weight: [50, 100][roll(2)]),
                        callerNumber: chance(2) ? "+3110000000\(roll(3))" : nil, isProbed: chance(2),
                        mustRegister: chance(3), place: "\(1 + roll(2))", manner: "\(roll(2))"))
            }
            let prefixes = ["+3161", "+31610", "+31612"].filter { _ in chance(2) }
                .map { PrefixLimits(prefix: $0, callsPerSecond: [2.0, 10][roll(2)], channels: [2, 10][roll(2)]) }
            let smscs = ["n", "o"].shuffled(using: &random).filter { _ in chance(2) }.map { name in
                MessageNetwork.smsc(name, window: 1 + roll(9), priority: 1 + roll(2), binds: 1 + roll(2))
            }
            var budgets: [String: Budget] = [:]
            for account in ["GM0513", "GM0627"] where chance(2) {
                budgets[account] = Budget(month: Money(microEuros: Int64(1 + roll(3)) * 100_000_000), policy: .refuse)
            }
            return EngineConfiguration(
                trunks: trunks, prefixes: prefixes, messaging: MessagingSettings(smscs: smscs),
                rater: try rater(cents: 1 + roll(3)), budgets: budgets)
        }

        private func rater(cents: Int) throws -> Rater {
            var reader = TariffReader()
            let text =
                "[Tariff t]\nAccount=*\nValidFrom=1970-01-01\n[Voice all]\nPrefix=+31\nPerMinute=0.0\(cents)\nIncrement=60/60\n"
            reader.read(Array(text.utf8), file: "t")
            try #require(reader.complaints.isEmpty, "\(reader.complaints)")
            return Rater(TariffBook(reader.tariffs.map(\.tariff)))
        }
    }

    /// What a last action shows: over which trunks, from which number and for which price people are called, and over
    /// which binds messages go.
    private func act(_ world: ReloadWorld) throws -> [String] {
        // What is under way ends, and the troubles are over. What was learned in one of a trunk that stayed as it was is
        // no matter of the configuration.
        for action in world.engine.actions.values where !action.record.phase.isFinal {
            try world.engine.cancel(action.record.id.text, finishCalls: false, now: world.now)
        }
        world.run(for: .seconds(10))
        for name in world.troubles.keys.sorted() { world.trouble(name, nil) }
        for trunk in world.configuration.trunks.map(\.limits.name) {
            world.trouble(trunk, nil)
            if world.troubled.contains(trunk) { try world.engine.forgetTrunk(trunk) }
        }
        world.run(for: .seconds(40))
        (world.placed, world.cdrs, world.usedBinds, world.unsent) = ([], [], [], 0)
        try world.submit("last", calls: 30, messages: 10)
        world.run(for: .minutes(1))
        let calls = Set(world.placed.map { "\($0.trunk) from \($0.caller)" })
        let prices = Set(world.cdrs.map { "\($0.ledger.charge?.amount.microEuros ?? -1)" })
        let outcomes = ["lastv", "lastt"].map { "\(world.engine.action(named: $0)?.counters.outcomes ?? [:])" }
        let messages = world.configuration.messaging.smscs.isEmpty ? [] : world.usedBinds.sorted()
        return calls.sorted() + prices.sorted() + outcomes + messages + ["unsent \(world.unsent)"]
    }

    @Test("1,000 sequences of reloads under calls and troubles end in the state of a fresh start", arguments: 0..<20)
    func anyOrder(_ block: Int) throws {
        for seed in block * 50..<(block + 1) * 50 {
            var dice = Dice(random: Seeded(state: UInt64(seed) &* 7919 &+ 13))
            let world = ReloadWorld(try dice.configuration())
            var off: Set<String> = []
            for step in 0..<2 + dice.roll(4) {
                try world.submit("s\(step)", calls: 3 + dice.roll(10), messages: dice.roll(5))
                for trunk in world.configuration.trunks where dice.chance(3) {
                    world.trouble(trunk.limits.name, ReloadWorld.Trouble.allCases[dice.roll(5)])
                }
                if dice.chance(3), let trunk = world.configuration.trunks.first?.limits.name {
                    try world.engine.setTrunk(trunk, enabled: false)
                    off.insert(trunk)
                }
                world.run(for: .milliseconds(Int64(dice.roll(20_000))))
                world.reload(try dice.configuration())
                off.formIntersection(world.configuration.trunks.map(\.limits.name))
                if dice.chance(2) { for name in world.troubles.keys { world.trouble(name, nil) } }
            }
            // What the operator said of a trunk that stays is no matter of the configuration.
            for trunk in off { try world.engine.setTrunk(trunk, enabled: true) }
            let fresh = ReloadWorld(world.configuration)
            fresh.now = world.now
            let (seen, expected) = (try act(world), try act(fresh))
            #expect(seen == expected, "seed \(seed)")
            #expect(world.state() == fresh.state(), "seed \(seed)")
        }
    }

    @Test(
        "A trunk that returns is used again, as if nothing had been known of it",
        arguments: ReloadWorld.Trouble.allCases)
    func returns(_ trouble: ReloadWorld.Trouble) throws {
        let trunk = TrunkSettings(
            limits: TrunkLimits(name: "a", callsPerSecond: 100, channels: 10), isProbed: true, mustRegister: true,
            place: "1")
        let with = EngineConfiguration(trunks: [trunk])
        let world = ReloadWorld(with)
        world.trouble("a", trouble)
        try world.submit("one", calls: 20)
        world.run(for: .seconds(20))
        world.reload(EngineConfiguration(trunks: []))
        world.run(for: .seconds(1))
        world.troubles = [:]
        world.placed = []
        world.reload(with)
        // Whose call has failed waits for its time.
        world.run(for: .minutes(2))
        #expect(world.engine.trunks.trunks[0].downReason == nil)
        #expect(world.placed.count >= 20)
    }

    @Test("What the calls of a trunk that went come to is not held against the one that returned")
    func lateWords() throws {
        let with = EngineConfiguration(trunks: [Network.trunk("a")])
        let network = Network(with)
        network.reportsSending = true
        try network.submit("one", count: 20)
        network.run(for: .seconds(1))
        let former = network.orders.map(\.order)
        #expect(former.count == 20)
        network.engine.configure(EngineConfiguration(trunks: []))
        network.engine.configure(with)
        network.engine.trunkResolved("a", [TargetAddress(address: "192.0.2.1", port: 5060)])
        try network.submit("two", count: 20, firstNumber: 100)
        network.run(for: .seconds(1))
        #expect(network.orders.count == 40)
        let refused = CallEnd(sipCode: 401, challenge: AuthenticationChallenge(realm: "r", isOurs: true))
        for order in former { network.engine.callEnded(order.attempt, refused, at: network.now, now: network.now) }
        network.turn()
        #expect(network.engine.trunks.trunks[0].downReason == nil)
        #expect(network.engine.trunks.trunks[0].pacer.evidence.findings(now: network.now).isEmpty)
        #expect(network.engine.trunks.trunks[0].pacer.activeCalls >= 20)
    }

    @Test("A trunk that comes gets its share, not all calls until it has had as many as the others")
    func share() throws {
        let world = ReloadWorld(EngineConfiguration(trunks: [Network.trunk("a")]))
        try world.submit("one", calls: 500)
        world.run(for: .minutes(1))
        world.placed = []
        world.reload(EngineConfiguration(trunks: [Network.trunk("a"), Network.trunk("b")]))
        try world.submit("two", calls: 100)
        world.run(for: .minutes(1))
        #expect(world.placed.count { $0.trunk == "a" } == 50)
    }

    @Test("More trunks than a mask has bits come and go: who must not use one does not")
    func manyNames() throws {
        let world = ReloadWorld(EngineConfiguration(trunks: [Network.trunk("t0")]))
        for round in 1..<200 {
            world.reload(
                EngineConfiguration(trunks: [Network.trunk("t\(round)"), Network.trunk("u\(round)", priority: 2)]))
        }
        #expect(world.engine.trunks.trunks.count <= TrunkMask.places)
        world.trouble("t199", .silence)
        try world.submit("one", calls: 1)
        world.run(for: .seconds(10))
        #expect(world.placed.map(\.trunk) == ["t199", "u199"])
    }

    @Test("Who may not use a trunk that is gone for now may not when it is back")
    func exclusionOutlivesTheTrunk() throws {
        let (a, b) = (Network.trunk("a"), Network.trunk("b", priority: 2))
        let world = ReloadWorld(EngineConfiguration(trunks: [a, b]))
        world.trouble("a", .silence)
        world.trouble("b", .unsent)
        try world.submit("one", calls: 1)
        world.run(for: .seconds(6))
        #expect(world.placed.map(\.trunk) == ["a"])
        world.reload(EngineConfiguration(trunks: [b]))
        world.reload(EngineConfiguration(trunks: [a, b]))
        world.trouble("b", nil)
        world.run(for: .minutes(1))
        #expect(world.placed.map(\.trunk) == ["a", "b"])
    }
}
