// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing
import Testing

@testable import Actions

@Suite("Prefixes that must not be flooded") struct DestinationTests {
    private func submit(_ network: Network, _ id: String, _ prefixes: [(String, Int)]) throws {
        let key = try network.engine.stage(
            try ActionID(id), ActionDefinition(prompt: [.text("x")], account: "GM0513"), now: network.now)
        let numbers = prefixes.flatMap { prefix, count in (0..<count).map { "\(prefix)\(100_000 + $0)" } }
        let people = try numbers.map { StagedRecipient(number: try #require(PhoneNumber(e164: $0))) }
        network.engine.stageRecipients(people, of: key, now: network.now)
        network.engine.commitStaged(key, contentHash: "h", promptHash: "p", promptMilliseconds: 1000, now: network.now)
        network.turn()
    }

    private func network(_ limits: [PrefixLimits]) -> Network {
        let network = Network(EngineConfiguration(trunks: [Network.trunk("a", rate: 50)], prefixes: limits))
        network.answer = { _, _ in CallEnd(sipCode: 200, by: .callee) }
        return network
    }

    @Test("A saturated prefix keeps its pace and holds up nobody else")
    func village() throws {
        let network = network([PrefixLimits(prefix: "+31182", callsPerSecond: 2)])
        // The village comes first, all of it.
        try submit(network, "a1", [("+31182", 300), ("+31183", 500)])
        network.run(for: .seconds(11))
        let others = network.orders.filter { $0.order.callee.e164.hasPrefix("+31183") }
        let village = network.orders.filter { $0.order.callee.e164.hasPrefix("+31182") }
        #expect(others.count == 500)
        #expect((20...23).contains(village.count), "\(village.count)")
        #expect(network.engine.waiting(at: 0) == 300 - village.count)
        for (earlier, later) in zip(village, village.dropFirst(2)) {
            #expect(later.at - earlier.at >= .seconds(1))
        }
        network.run(for: .minutes(3))
        #expect(network.engine.action(named: "a1")?.record.phase == .completed)
        #expect(network.counters("a1")?.outcomes == [.answered: 800])
    }

    @Test("Several prefixes have their own pace side by side")
    func turns() throws {
        let network = network(
            ["+31181", "+31182", "+31183", "+31184"].map { PrefixLimits(prefix: $0, callsPerSecond: 13) })
        try submit(network, "a1", [("+31181", 200), ("+31182", 200), ("+31183", 200), ("+31184", 200)])
        network.run(for: .seconds(10))
        for prefix in ["+31181", "+31182", "+31183", "+31184"] {
            let count = network.orders.count { $0.order.callee.e164.hasPrefix(prefix) }
            #expect((90...135).contains(count), "\(prefix): \(count)")
        }
    }

    @Test("A reload that lifts the limit lets those go who waited")
    func lifted() throws {
        let network = network([PrefixLimits(prefix: "+31182", callsPerSecond: 0.1)])
        try submit(network, "a1", [("+31182", 100)])
        network.run(for: .seconds(5))
        #expect(network.orders.count == 1)
        network.engine.configure(EngineConfiguration(trunks: [Network.trunk("a", rate: 50)]))
        network.run(for: .seconds(5))
        #expect(network.counters("a1")?.outcomes == [.answered: 100])
    }

    @Test("A cancelled action leaves nobody waiting; calls to a full prefix follow when one ends")
    func channels() throws {
        let network = network([PrefixLimits(prefix: "+31182", channels: 3)])
        network.answer = nil
        network.reportsSending = true
        try submit(network, "a1", [("+31182", 10)])
        network.run(for: .seconds(5))
        #expect(network.orders.count == 3)
        network.engine.callEnded(
            network.orders[0].order.attempt, CallEnd(sipCode: 404), at: network.now, now: network.now)
        network.run(for: .seconds(1))
        #expect(network.orders.count == 4)
        try network.engine.cancel("a1", finishCalls: true, now: network.now)
        network.run(for: .seconds(1))
        #expect(network.engine.waiting(at: 0) == 0)
        #expect(network.orders.count == 4)
    }
}
