// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Testing

@testable import Actions
@testable import Pacing

/// What is measured and waited for does not see the civil clock at all.
@Suite("A civil clock that jumps at random") struct JumpingClockTests {
    private static let scenarios: UInt64 = 5
    private static let recipients = 8

    /// What one and the same network makes of an action without any jump.
    private static let steady: [(orders: [Timestamp], cdrs: [CallDetailRecord])] = (0..<scenarios).compactMap {
        scenario in
        guard let world = try? JumpingNetwork(scenario: scenario, clock: nil) else { return nil }
        try? world.run(recipients)
        return (world.network.orders.map(\.at), world.network.cdrs)
    }

    @Test(
        "10,000 clocks: pace, waits and bills are those without a jump, and no record's times are out of order",
        arguments: 0..<10)
    func anyClock(_ part: Int) throws {
        try #require(Self.steady.count == Int(Self.scenarios))
        for clock in 0..<1000 {
            let scenario = UInt64(clock) % Self.scenarios
            let world = try JumpingNetwork(scenario: scenario, clock: UInt64(part * 1000 + clock))
            try world.run(Self.recipients)
            let (orders, cdrs) = (world.network.orders.map(\.at), world.network.cdrs)
            let steady = Self.steady[Int(scenario)]
            // The same pace to the microsecond, so within 2 % and never above the contract.
            guard orders == steady.orders, cdrs.count == steady.cdrs.count else {
                Issue.record("clock \(part * 1000 + clock): other calls, or at other times")
                return
            }
            for (one, other) in zip(cdrs, steady.cdrs) {
                let isOrdered =
                    one.start <= one.ringing ?? one.start && one.ringing ?? one.start <= one.answer ?? one.end
                    && one.answer ?? one.start <= one.end
                let isSame =
                    one.end - one.start == other.end - other.start && one.billable == other.billable
                    && one.ledger.charge?.amount == other.ledger.charge?.amount
                    && one.disposition == other.disposition
                guard isOrdered, isSame else {
                    Issue.record("clock \(part * 1000 + clock): \(one) where \(other) was")
                    return
                }
            }
            #expect(world.network.counters("a1")?.open == 0)
        }
    }

    @Test("Without jumps no second has more calls than the contract allows, and a busy one has as many")
    func pace() {
        for steady in Self.steady {
            let perSecond = Dictionary(grouping: steady.orders) { ($0 - JumpingNetwork.start).microseconds / 1_000_000 }
            #expect(perSecond.values.allSatisfy { Double($0.count) <= JumpingNetwork.rate })
            #expect(Double(perSecond[0]?.count ?? 0) == JumpingNetwork.rate)
        }
    }

    @Test("A record's times are named by the clock that its call began with", arguments: [86_400, -86_400, 1.8, -1.8])
    func anchor(seconds: Double) throws {
        let network = Network(EngineConfiguration(trunks: [Network.trunk("a")]))
        network.now = JumpingNetwork.start
        try network.submit("a1", count: 2)
        let began = network.now
        let engine = network.engine
        for (order, _) in network.orders { engine.callSent(order.attempt, at: began, now: began) }
        // One is ringing, one is talking, when the clock is set.
        for (order, _) in network.orders { engine.callRinging(order.attempt, at: began + .seconds(1)) }
        engine.callAnswered(network.orders[0].order.attempt, codec: .pcma, dialog: "{}", at: began + .seconds(2))
        network.now = began + .seconds(3)
        network.civilOffset = .seconds(seconds)
        network.turn()
        engine.callAnswered(network.orders[1].order.attempt, codec: .pcma, dialog: "{}", at: began + .seconds(4))
        network.now = began + .milliseconds(5600)
        for (order, _) in network.orders {
            engine.callEnded(order.attempt, CallEnd(sipCode: 200, by: .callee), at: network.now, now: network.now)
        }
        network.turn()
        #expect(network.cdrs.map(\.billable) == [.milliseconds(3600), .milliseconds(1600)])
        for cdr in network.cdrs {
            #expect(cdr.start == began && cdr.ringing == began + .seconds(1) && cdr.end == began + .milliseconds(5600))
        }
        // The next one begins by the new clock.
        try network.submit("a2", count: 1, firstNumber: 10)
        engine.callEnded(
            network.orders[2].order.attempt, CallEnd(sipCode: 486), at: network.now + .seconds(1),
            now: network.now + .seconds(1))
        network.turn()
        #expect(network.cdrs.last?.start == network.now + .seconds(seconds))
    }
}
