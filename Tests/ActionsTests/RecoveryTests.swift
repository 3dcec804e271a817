// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Testing

@testable import Actions
@testable import Pacing

@Suite struct RecoveryTests {
    let configuration = EngineConfiguration(trunks: [Network.trunk("a")])

    /// Calls four people, brings them to four states, and dies.
    private func crashed() throws -> (journal: Journal, orders: [CallOrder], died: Timestamp) {
        let network = Network(configuration)
        try network.submit("a1", count: 5)
        network.run(for: .milliseconds(10))
        let orders = network.orders.map(\.order)
        // 0 stays intended; 1 sent; 2 ringing; 3 answered; 4 heard.
        for order in orders[1...] { network.engine.callSent(order.attempt, at: network.now, now: network.now) }
        for order in orders[2...] { network.engine.callRinging(order.attempt, at: network.now) }
        network.now = network.now + .seconds(3)
        for order in orders[3...] {
            network.engine.callAnswered(order.attempt, codec: .pcma, dialog: "d\(order.attempt)", at: network.now)
        }
        network.now = network.now + .seconds(10)
        network.engine.promptEnded(orders[4].attempt, heardMilliseconds: 10_000, at: network.now, now: network.now)
        network.turn()
        var journal = Journal()
        journal.apply(network.journal)
        return (journal, orders, network.now)
    }

    private func restarted(_ journal: Journal, died: Timestamp) -> Network {
        let network = Network(configuration)
        network.now = died + .minutes(1)
        network.engine.restore(journal.snapshot(lastAlive: died), counters: [:], now: network.now)
        network.engine.promptReady(hash: "p")
        network.turn()
        return network
    }

    @Test("Answered calls are ended and billed up to the last sign of life; never dialled again")
    func answered() throws {
        let (journal, orders, died) = try crashed()
        let network = restarted(journal, died: died)
        #expect(network.effects.filter { if case .endDialog = $0 { true } else { false } }.count == 2)
        #expect(network.cdrs.map(\.callID) == orders[3...].map(\.callID))
        #expect(network.cdrs.allSatisfy { $0.recovered && $0.disposition == .answered && $0.end == died })
        #expect(network.cdrs[0].billable == .seconds(10))
        network.answer = { _, _ in CallEnd(sipCode: 200, by: .callee) }
        network.run(for: .minutes(30))
        #expect(Set(network.orders.map(\.order.callee)) == Set(orders[..<3].map(\.callee)))
        #expect(network.counters("a1")?.outcomes == [.answered: 4, .interrupted: 1])
        // One CDR for each of the former process's five INVITEs, one for each of the three new ones.
        #expect(network.cdrs.count == 8)
        #expect(Set(network.cdrs.map(\.callID)).count == 8)
        #expect(network.cdrs.map(\.sequence) == Array(1...8))
        #expect(network.cdrs.filter(\.redial).count == 3)
    }

    @Test("A cancelled action whose calls finish is taken up with all of them")
    func ofCancelled() throws {
        let network = Network(configuration)
        try network.submit("a1", count: 5)
        network.run(for: .milliseconds(10))
        let calls = network.orders.map(\.order)
        for call in calls[..<3] {
            network.engine.callSent(call.attempt, at: network.now, now: network.now)
            network.engine.callAnswered(call.attempt, codec: .pcma, dialog: "d\(call.attempt)", at: network.now)
        }
        try network.engine.cancel("a1", finishCalls: true, now: network.now)
        network.turn()
        var journal = Journal()
        journal.apply(network.journal)
        let next = restarted(journal, died: network.now)
        next.run(for: .minutes(5))
        #expect(next.effects.filter { if case .endDialog = $0 { true } else { false } }.count == 3)
        #expect(Set(next.cdrs.map(\.callID)).isSuperset(of: calls[..<3].map(\.callID)))
        #expect(next.counters("a1")?.outcomes[.interrupted] == 3)
        #expect(next.orders.isEmpty)
    }

    @Test("Calls in doubt wait for a 200 that is still on its way; it proves that they were answered")
    func strayAnswer() throws {
        let (journal, orders, died) = try crashed()
        let network = restarted(journal, died: died)
        network.run(for: .seconds(2))
        #expect(network.orders.isEmpty)
        network.engine.strayAnswer(callID: orders[2].callID, at: network.now, now: network.now)
        network.answer = { _, _ in CallEnd(sipCode: 200, by: .callee) }
        network.run(for: .minutes(30))
        #expect(Set(network.orders.map(\.order.callee)) == Set(orders[..<2].map(\.callee)))
        let cdr = try #require(network.cdrs.first { $0.callID == orders[2].callID })
        #expect(cdr.answer != nil && cdr.recovered && cdr.disposition == .answered)
        #expect(network.counters("a1")?.outcomes == [.answered: 3, .interrupted: 2])
    }

    @Test("A stray answer after the hold ends the call that was made instead")
    func lateStrayAnswer() throws {
        let (journal, orders, died) = try crashed()
        let network = restarted(journal, died: died)
        network.run(for: .seconds(6))
        #expect(network.orders.count == 3)
        let redial = try #require(network.orders.first { $0.order.callee == orders[1].callee }?.order)
        network.engine.strayAnswer(callID: orders[1].callID, at: network.now, now: network.now)
        network.turn()
        #expect(network.effects.last == .hangUp(redial.attempt))
    }

    @Test("In doubt twice: no third call without a person's word")
    func twice() throws {
        var (journal, _, died) = try crashed()
        let first = restarted(journal, died: died)
        first.run(for: .seconds(6))
        #expect(first.orders.count == 3)
        journal.apply(first.journal)
        let second = restarted(journal, died: first.now)
        second.run(for: .minutes(60))
        #expect(second.orders.isEmpty)
        #expect(second.counters("a1")?.outcomes == [.answered: 1, .interrupted: 4])
        died = first.now
    }

    @Test("Waiting recipients keep their due times and their counts of tries")
    func waiting() throws {
        let network = Network(configuration)
        network.answer = { _, _ in CallEnd(sipCode: 486) }
        try network.submit("a1", count: 1)
        network.run(for: .seconds(61))
        var journal = Journal()
        journal.apply(network.journal)
        let next = restarted(journal, died: network.now)
        next.answer = { _, _ in CallEnd(sipCode: 486) }
        next.run(for: .minutes(60))
        #expect(next.times(of: "+31610000000").map { $0.rounded() } == [180, 480])
        #expect(next.counters("a1")?.outcomes == [.busy: 1])
    }

    @Test("Killed at any moment: everybody has an outcome, every INVITE one CDR, who answered is not called again")
    func killedAnywhere() throws {
        for seed in 0..<200 {
            var random = Seeded(state: UInt64(seed) &+ 1)
            var journal = Journal()
            var seen: [String: Int] = [:]
            var answeredNumbers: Set<String> = []
            var network = Network(EngineConfiguration(trunks: [Network.trunk("a", rate: 20, channels: 10)]))
            try network.submit("a1", count: 30)
            var running: [CallOrder] = network.orders.map(\.order)
            for order in running { seen[order.callID, default: 0] += 1 }
            journal.apply(network.journal)
            network.journal = []
            let deaths = Set([random.next() % 300, random.next() % 300])
            for step in 0..<3000 where network.engine.action(named: "a1")?.record.phase == .running {
                if deaths.contains(UInt64(step)) {
                    let died = network.now
                    network = Network(network.engine.configuration)
                    network.now = died + .seconds(1)
                    network.engine.restore(journal.snapshot(lastAlive: died), counters: [:], now: network.now)
                    network.engine.promptReady(hash: "p")
                    running = []
                }
                network.now = network.now + .milliseconds(50)
                for order in running where random.next() % 4 == 0 {
                    let roll = random.next() % 6
                    if roll < 2 {
                        network.engine.callRinging(order.attempt, at: network.now)
                    } else if roll < 4 {
                        network.engine.callAnswered(order.attempt, codec: .pcma, dialog: "{}", at: network.now)
                        answeredNumbers.insert(order.callee.e164)
                    } else {
                        let end = CallEnd(sipCode: answeredNumbers.contains(order.callee.e164) ? 200 : 404, by: .callee)
                        network.engine.callEnded(order.attempt, end, at: network.now, now: network.now)
                        running.removeAll { $0.attempt == order.attempt }
                    }
                }
                let before = network.orders.count
                network.turn()
                journal.apply(network.journal)
                network.journal = []
                for (order, _) in network.orders[before...] {
                    seen[order.callID, default: 0] += 1
                    running.append(order)
                    #expect(!answeredNumbers.contains(order.callee.e164), "seed \(seed): called again after an answer")
                }
            }
            #expect(network.engine.action(named: "a1")?.record.phase == .completed, "seed \(seed)")
            #expect(journal.recipients.values.allSatisfy { if case .ended = $0.state { true } else { false } })
            #expect(Set(journal.cdrs.map(\.callID)) == Set(seen.keys), "seed \(seed)")
            #expect(journal.cdrs.count == seen.count && seen.values.allSatisfy { $0 == 1 }, "seed \(seed)")
            #expect(journal.cdrs.map(\.sequence) == Array(1...Int64(journal.cdrs.count)), "seed \(seed)")
        }
    }
}

/// SplitMix64: the same run for the same seed.
struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
