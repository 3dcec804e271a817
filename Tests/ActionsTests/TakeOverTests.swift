// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Testing

@testable import ActionEngine
@testable import Actions
@testable import Pacing

/// Calls that were picked up while no process was there, and go on in the next one.
@Suite struct TakeOverTests {
    let configuration = EngineConfiguration(trunks: [Network.trunk("a")])
    private static let dead = Interval.seconds(6)

    /// So many telephones ring, and the process dies.
    private func diedRinging(_ count: Int, _ configuration: EngineConfiguration? = nil) throws -> (Journal, [CallOrder])
    {
        let network = Network(configuration ?? self.configuration)
        try network.submit("a1", count: count)
        network.run(for: .milliseconds(10))
        let orders = network.orders.map(\.order)
        for (index, order) in orders.enumerated() {
            network.engine.callSent(
                order.attempt, rtpPort: UInt16(16_000 + 2 * index), at: network.now, now: network.now)
            network.engine.callRinging(order.attempt, at: network.now)
        }
        network.engine.beat()
        network.turn()
        var journal = Journal()
        journal.apply(network.journal)
        return (journal, orders)
    }

    private func restarted(
        _ journal: Journal, after former: Timestamp = Timestamp(milliseconds: 1_000_020), isLoaded: Bool = true
    ) -> Network {
        let network = Network(configuration)
        network.now = former + Self.dead
        network.engine.restore(journal.snapshot(lastAlive: former), counters: journal.counters(), now: network.now)
        if isLoaded { network.engine.promptReady(hash: "p") }
        network.turn()
        return network
    }

    private func answer(_ order: CallOrder, in network: Network) {
        network.engine.callAnswered(order.attempt, codec: .pcmu, dialog: "d\(order.attempt)", at: network.now)
        network.turn()
    }

    private func started(_ network: Network) -> [AttemptID] {
        network.effects.compactMap { if case .startPrompt(let id, _) = $0 { id } else { nil } }
    }

    @Test("Whoever picked up meanwhile hears the message in the same call, which has one record and is not made again")
    func takenOver() throws {
        let (journal, orders) = try diedRinging(2)
        let network = restarted(journal)
        let began = network.now
        #expect(network.engine.activeCalls == 0)
        answer(orders[1], in: network)
        #expect(started(network) == [orders[1].attempt] && network.engine.activeCalls == 1)
        let record = try #require(
            network.journal.compactMap { if case .callChanged(let call) = $0 { call } else { nil } }.last)
        #expect(record.id == orders[1].attempt && record.state == .answered && record.answer == began)
        #expect((record.codec, record.dialog) == (.pcmu, "d\(orders[1].attempt)"))

        network.now = network.now + .seconds(10)
        network.engine.promptEnded(orders[1].attempt, heardMilliseconds: 10_000, at: network.now, now: network.now)
        network.engine.keyPressed(orders[1].attempt, digit: "7", now: network.now)
        network.now = network.now + .seconds(2)
        network.engine.callEnded(
            orders[1].attempt, CallEnd(sipCode: 200, by: .callee, heardMilliseconds: 10_000), at: network.now,
            now: network.now)
        network.answer = { _, _ in CallEnd(sipCode: 200, by: .callee) }
        network.run(for: .minutes(30))
        let cdr = try #require(network.cdrs.first { $0.callID == orders[1].callID })
        #expect(cdr.recovered && !cdr.redial && cdr.disposition == .answered && cdr.keys == "7")
        #expect(cdr.answer == began && cdr.billable == .seconds(12) && cdr.codec == .pcmu)
        #expect(cdr.ringing != nil && cdr.start < began - .seconds(5))
        #expect(network.cdrs.count { $0.callID == orders[1].callID } == 1)
        #expect(network.orders.map(\.order.callee) == [orders[0].callee])
        #expect(network.counters("a1")?.outcomes == [.answered: 2] && network.counters("a1")?.heard == 2)
    }

    @Test("A second crash during such a call ends and bills it, and makes it no more")
    func secondCrash() throws {
        var (journal, orders) = try diedRinging(1)
        let first = restarted(journal)
        answer(orders[0], in: first)
        first.now = first.now + .seconds(4)
        journal.apply(first.journal)
        let second = restarted(journal, after: first.now)
        second.run(for: .minutes(30))
        #expect(second.orders.isEmpty)
        #expect(second.effects == [.endDialog(trunk: "a", dialog: "d\(orders[0].attempt)")])
        #expect(second.cdrs.map(\.billable) == [.seconds(4)] && second.cdrs[0].recovered)
        #expect(second.counters("a1")?.outcomes == [.interrupted: 1])
    }

    @Test("Who picked up waits until the sound is loaded, and is called again when that takes too long")
    func waitsForSound() throws {
        let (journal, orders) = try diedRinging(2)
        let network = restarted(journal, isLoaded: false)
        let began = network.now
        answer(orders[0], in: network)
        #expect(started(network).isEmpty && network.engine.activeCalls == 0)
        network.run(for: .seconds(2))
        network.engine.promptReady(hash: "other")
        #expect(started(network).isEmpty)
        network.engine.promptReady(hash: "p")
        network.turn()
        #expect(started(network) == [orders[0].attempt])

        let slow = restarted(journal, isLoaded: false)
        answer(orders[0], in: slow)
        slow.run(for: .seconds(6))
        #expect(slow.effects.contains(.hangUp(orders[0].attempt)) && started(slow).isEmpty)
        let cdr = try #require(slow.cdrs.first { $0.callID == orders[0].callID })
        #expect(cdr.recovered && cdr.answer == began && cdr.billable == configuration.doubtHold)
        // What the voice module says of the call afterwards is too late.
        slow.engine.callEnded(orders[0].attempt, CallEnd(sipCode: 200, by: .gateway), at: slow.now, now: slow.now)
        slow.engine.promptReady(hash: "p")
        slow.turn()
        #expect(Set(slow.orders.map(\.order.callee)) == Set(orders.map(\.callee)))
        #expect(slow.cdrs.count == 2)
    }

    @Test("Who hangs up before the sound is loaded is called again")
    func hangsUpBefore() throws {
        let (journal, orders) = try diedRinging(1)
        let network = restarted(journal, isLoaded: false)
        answer(orders[0], in: network)
        network.now = network.now + .seconds(1)
        network.engine.callEnded(
            orders[0].attempt, CallEnd(sipCode: 200, by: .callee), at: network.now, now: network.now)
        network.engine.promptReady(hash: "p")
        network.turn()
        #expect(network.cdrs.map(\.billable) == [.seconds(1)] && network.cdrs[0].disposition == .answered)
        #expect(network.orders.map(\.order.callee) == [orders[0].callee])
    }

    @Test("An action that was cancelled says nothing to those who pick up, whether before or after")
    func cancelled() throws {
        for isBefore in [true, false] {
            let (journal, orders) = try diedRinging(1)
            let network = restarted(journal, isLoaded: false)
            if isBefore { try network.engine.cancel("a1", finishCalls: true, now: network.now) }
            answer(orders[0], in: network)
            if !isBefore { try network.engine.cancel("a1", finishCalls: true, now: network.now) }
            network.turn()
            #expect(network.effects.last == .hangUp(orders[0].attempt))
            network.engine.promptReady(hash: "p")
            network.run(for: .minutes(1))
            #expect(started(network).isEmpty && network.orders.isEmpty)
            #expect(network.cdrs.map(\.disposition) == [.answered])
            #expect(network.counters("a1")?.outcomes == [.cancelled: 1])
        }
    }

    @Test("An answer that was journalled and has no ACK is taken over as well, and billed from when it came")
    func unacknowledged() throws {
        var (journal, orders) = try diedRinging(1)
        let answer = Timestamp(milliseconds: 1_000_015)
        journal.attempts[orders[0].attempt]?.state = .answered
        journal.attempts[orders[0].attempt]?.answer = answer
        let network = restarted(journal)
        // Keys of nobody.
        network.engine.keyPressed(orders[0].attempt, digit: "1", now: network.now)
        self.answer(orders[0], in: network)
        #expect(started(network) == [orders[0].attempt])
        network.engine.promptEnded(orders[0].attempt, heardMilliseconds: 10_000, at: network.now, now: network.now)
        network.engine.callEnded(
            orders[0].attempt, CallEnd(sipCode: 200, by: .callee), at: network.now, now: network.now)
        network.run(for: .minutes(30))
        #expect(network.cdrs.map(\.answer) == [answer] && network.cdrs[0].keys == "" && network.orders.isEmpty)
        #expect(network.counters("a1")?.outcomes == [.answered: 1])
    }

    @Test("An answer that cannot be used is as if nobody had heard anything")
    func badMedia() throws {
        let (journal, orders) = try diedRinging(1)
        let network = restarted(journal)
        network.engine.callAnswered(orders[0].attempt, codec: nil, dialog: "d", at: network.now)
        network.engine.callEnded(
            orders[0].attempt, CallEnd(sipCode: 200, by: .gateway, ownReason: .badMedia), at: network.now,
            now: network.now)
        network.turn()
        #expect(network.cdrs.count == 1 && network.orders.map(\.order.callee) == [orders[0].callee])
    }

    @Test("Such a call takes a channel of its trunk and of its prefix, and gives them back")
    func channels() throws {
        var narrow = EngineConfiguration(trunks: [Network.trunk("a", channels: 1)])
        narrow.prefixes = [PrefixLimits(prefix: "+316", channels: 1)]
        let (journal, orders) = try diedRinging(1, narrow)
        for limited in [narrow, EngineConfiguration(trunks: [Network.trunk("a", channels: 1)])] {
            let network = Network(limited)
            network.now = Timestamp(milliseconds: 1_000_020) + Self.dead
            network.engine.restore(
                journal.snapshot(lastAlive: network.now - Self.dead), counters: journal.counters(), now: network.now)
            network.engine.promptReady(hash: "p")
            network.turn()
            answer(orders[0], in: network)
            try network.submit("a2", count: 1, firstNumber: 50)
            network.engine.promptReady(hash: "p")
            network.run(for: .seconds(3))
            #expect(network.orders.isEmpty)
            network.engine.callEnded(
                orders[0].attempt, CallEnd(sipCode: 200, by: .callee), at: network.now, now: network.now)
            network.run(for: .seconds(3))
            #expect(network.orders.count == 1)
        }
    }
}
