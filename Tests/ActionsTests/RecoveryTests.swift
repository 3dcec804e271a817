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
        for (index, order) in orders.enumerated().dropFirst() {
            network.engine.callSent(
                order.attempt, rtpPort: UInt16(16_000 + 2 * index), at: network.now, now: network.now)
        }
        for order in orders[2...] { network.engine.callRinging(order.attempt, at: network.now) }
        network.now = network.now + .seconds(3)
        for order in orders[3...] {
            network.engine.callAnswered(order.attempt, codec: .pcma, dialog: "d\(order.attempt)", at: network.now)
        }
        network.now = network.now + .seconds(10)
        network.engine.promptEnded(orders[4].attempt, heardMilliseconds: 10_000, at: network.now, now: network.now)
        network.engine.beat()
        network.turn()
        var journal = Journal()
        journal.apply(network.journal)
        return (journal, orders, network.now)
    }

    private func restarted(_ journal: Journal, died: Timestamp, after pause: Interval = .minutes(1)) -> Network {
        let network = Network(configuration)
        network.now = died + pause
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

    @Test(
        "Each call has its own end: of one whose record was kept beside the journal, with the clock that it began with")
    func ownEnds() throws {
        let (journal, orders, died) = try crashed()
        var snapshot = journal.snapshot(lastAlive: died)
        // So shortly after its answer that it is in doubt; the one after it was alive much longer.
        let answered = died - .seconds(10)
        snapshot.rescuedEnds[orders[3].attempt] = RescuedEnd(
            time: answered + .milliseconds(200), civilOffset: .minutes(60))
        let network = Network(configuration)
        network.now = died + .seconds(1)
        network.engine.restore(snapshot, counters: [:], now: network.now)
        network.turn()
        network.run(for: .seconds(10))
        let early = try #require(network.cdrs.first { $0.callID == orders[3].callID })
        #expect(early.billable == .milliseconds(200) && early.answer == answered + .minutes(60))
        let late = try #require(network.cdrs.first { $0.callID == orders[4].callID })
        #expect(late.billable == .seconds(10) && late.answer == answered)
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

    @Test("Calls before an answer are cancelled at once, with what their INVITEs said; answered ones are not")
    func cancelled() throws {
        let (journal, orders, died) = try crashed()
        let network = restarted(journal, died: died)
        let held = network.effects.compactMap { if case .holdFormer(let call) = $0 { call } else { nil } }
        #expect(held.map(\.order.attempt) == orders[..<3].map(\.attempt))
        for (call, order) in zip(held, orders) {
            #expect((call.order.callID, call.order.tag, call.order.trunk) == (order.callID, order.tag, order.trunk))
            #expect((call.order.callee, call.order.caller) == (order.callee, order.caller))
            #expect(call.order.callerName == order.callerName)
            #expect(call.address == "192.0.2.1:5060" && !call.isAnswered)
        }
        // The INVITE of the first had not left, as far as was known: nobody knows the port that it named.
        #expect(held.map(\.rtpPort) == [0, 16_002, 16_004])
        #expect(Set(orders.map(\.tag)).count == 5 && orders.allSatisfy { $0.tag.count == 32 && $0.tag != $0.callID })
    }

    @Test("A call that its CANCEL has ended is made again at once, marked")
    func terminated() throws {
        let (journal, orders, died) = try crashed()
        let network = restarted(journal, died: died)
        let rang = network.now
        network.engine.callEnded(
            orders[2].attempt, CallEnd(sipCode: 487, by: .gateway), at: rang, now: network.now)
        network.turn()
        let again = try #require(network.orders.first?.order)
        #expect(again.callee == orders[2].callee && again.callID != orders[2].callID && again.tag != orders[2].tag)
        let cdr = try #require(network.cdrs.first { $0.callID == orders[2].callID })
        #expect(cdr.recovered && cdr.sipCode == 487 && cdr.cause == 31 && cdr.ownReason == .crash && cdr.end == rang)
        network.engine.callEnded(
            again.attempt, CallEnd(sipCode: 486), at: network.now, now: network.now)
        network.turn()
        #expect(network.cdrs.last?.redial == true)
    }

    @Test("A call that the far end has refused meanwhile is over as it says")
    func refused() throws {
        let (journal, orders, died) = try crashed()
        let network = restarted(journal, died: died)
        network.engine.callEnded(orders[1].attempt, CallEnd(sipCode: 486), at: network.now, now: network.now)
        network.engine.callEnded(orders[2].attempt, CallEnd(sipCode: 404), at: network.now, now: network.now)
        network.run(for: .seconds(50))
        #expect(Set(network.orders.map(\.order.callee)) == [orders[0].callee])
        #expect(network.cdrs.first { $0.callID == orders[1].callID }?.disposition == .busy)
        #expect(network.counters("a1")?.outcomes[.invalidNumber] == 1)
        network.run(for: .seconds(20))
        #expect(Set(network.orders.map(\.order.callee)) == [orders[0].callee, orders[1].callee])
    }

    @Test("Whoever picked up while nobody was there has heard nothing, and is called again, marked")
    func strayAnswer() throws {
        let (journal, orders, died) = try crashed()
        let network = restarted(journal, died: died)
        network.run(for: .seconds(2))
        #expect(network.orders.isEmpty)
        network.engine.strayAnswer(callID: orders[2].callID, at: network.now, now: network.now)
        network.answer = { _, _ in CallEnd(sipCode: 200, by: .callee) }
        network.turn()
        #expect(network.orders.map(\.order.callee) == [orders[2].callee])
        network.run(for: .minutes(30))
        #expect(Set(network.orders.map(\.order.callee)) == Set(orders[..<3].map(\.callee)))
        let cdr = try #require(network.cdrs.first { $0.callID == orders[2].callID })
        #expect(cdr.answer != nil && cdr.recovered && cdr.disposition == .answered && cdr.billable == .zero)
        #expect(network.cdrs.filter(\.redial).count == 3)
        // Only the one to whom the message was being played.
        #expect(network.counters("a1")?.outcomes == [.answered: 4, .interrupted: 1])
    }

    @Test("A stray answer after the hold leaves the call alone that was made instead")
    func lateStrayAnswer() throws {
        let (journal, orders, died) = try crashed()
        let network = restarted(journal, died: died)
        network.run(for: .seconds(6))
        #expect(network.orders.count == 3)
        network.engine.strayAnswer(callID: orders[1].callID, at: network.now, now: network.now)
        network.turn()
        let calledAgain = network.orders.map(\.order.attempt)
        #expect(!network.effects.contains { if case .hangUp(let id) = $0 { calledAgain.contains(id) } else { false } })
        #expect(network.notices.contains { if case .alarm = $0 { true } else { false } })
        for (order, _) in network.orders {
            network.engine.callAnswered(order.attempt, codec: .pcma, dialog: "{}", at: network.now)
            network.engine.promptEnded(order.attempt, heardMilliseconds: 10_000, at: network.now, now: network.now)
            network.engine.callEnded(
                order.attempt, CallEnd(sipCode: 200, by: .callee), at: network.now, now: network.now)
        }
        network.turn()
        #expect(network.counters("a1")?.outcomes == [.answered: 4, .interrupted: 1])
    }

    /// One who answered in the last turn that was journalled.
    private func diedAnswering() throws -> (journal: Journal, order: CallOrder, died: Timestamp) {
        let network = Network(configuration)
        try network.submit("a1", count: 1)
        network.run(for: .milliseconds(10))
        let order = network.orders[0].order
        network.engine.callSent(order.attempt, at: network.now, now: network.now)
        network.now = network.now + .seconds(3)
        network.engine.callAnswered(order.attempt, codec: .pcma, dialog: "d", at: network.now - .milliseconds(5))
        network.turn()
        var journal = Journal()
        journal.apply(network.journal)
        return (journal, order, network.now)
    }

    @Test("An answer that was journalled last may be without its ACK: a 200 that still comes says so, silence does not")
    func unacknowledged() throws {
        let (journal, order, died) = try diedAnswering()
        for isRepeated in [true, false] {
            let network = restarted(journal, died: died, after: .seconds(2))
            network.answer = { _, _ in CallEnd(sipCode: 200, by: .callee) }
            network.run(for: .seconds(1))
            let held = network.effects.map { if case .holdFormer(let call) = $0 { call.isAnswered } else { false } }
            #expect(held == [true])
            #expect(network.orders.isEmpty)
            if isRepeated { network.engine.strayAnswer(callID: order.callID, at: network.now, now: network.now) }
            network.run(for: .seconds(10))
            #expect(network.orders.count == (isRepeated ? 1 : 0))
            #expect(network.effects.contains(.endDialog(trunk: "a", dialog: "d")) == !isRepeated)
            #expect(network.counters("a1")?.outcomes == [isRepeated ? .answered : .interrupted: 1])
            let cdr = try #require(network.cdrs.first)
            #expect(cdr.disposition == .answered && cdr.recovered)
            #expect(cdr.billable == .milliseconds(isRepeated ? 3_005 : 5))
        }
        // The far end has given up by then: nothing is waited for.
        let later = restarted(journal, died: died, after: .seconds(33))
        #expect(later.effects == [.endDialog(trunk: "a", dialog: "d")])
        #expect(later.counters("a1")?.outcomes == [.interrupted: 1])
    }

    @Test("In doubt twice: called again as if nobody had answered, and so a bounded number of times")
    func twice() throws {
        var (journal, orders, died) = try crashed()
        let first = restarted(journal, died: died)
        first.run(for: .seconds(6))
        #expect(first.orders.count == 3)
        journal.apply(first.journal)
        let second = restarted(journal, died: first.now)
        second.run(for: .minutes(4))
        #expect(second.orders.isEmpty)
        second.answer = { _, _ in CallEnd(sipCode: 200, by: .callee) }
        second.run(for: .minutes(30))
        #expect(Set(second.orders.map(\.order.callee)) == Set(orders[..<3].map(\.callee)))
        #expect(second.counters("a1")?.outcomes == [.answered: 4, .interrupted: 1])
        // A daemon that dies of each call.
        var last = first
        var calls = 0
        for _ in 0..<10 {
            let next = restarted(journal, died: last.now)
            next.run(for: .minutes(60))
            calls += next.orders.count
            journal.apply(next.journal)
            last = next
        }
        #expect(calls == 6)
        #expect(last.counters("a1")?.outcomes == nil || last.counters("a1")?.outcomes[.interrupted] == 1)
        died = last.now
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

    @Test("Killed at any moment: nobody is left who heard nothing, nobody called again who may have heard something")
    func heardNothing() throws {
        for seed in 0..<200 {
            var random = Seeded(state: UInt64(seed) &+ 77)
            var journal = Journal()
            var network = Network(EngineConfiguration(trunks: [Network.trunk("a", rate: 20, channels: 10)]))
            try network.submit("a1", count: 20)
            journal.apply(network.journal)
            network.journal = []
            /// The far end's telephones: those that ring, and those whose 200 has no ACK.
            var ringing = network.orders.map(\.order)
            var unacknowledged: [CallOrder] = []
            var listeners: Set<PhoneNumber> = []
            var seenEffects = network.effects.count
            let deaths = Set((0..<3).map { _ in random.next() % 200 })
            for step in 0..<2000 where network.engine.action(named: "a1")?.record.phase == .running {
                // Killed before the turn is on disk, or between that and what it does.
                let dies = deaths.contains(UInt64(step))
                network.now = network.now + (step > 200 && ringing.isEmpty ? .seconds(5) : .milliseconds(50))
                for order in ringing where random.next() % 3 == 0 {
                    ringing.removeAll { $0.attempt == order.attempt }
                    network.engine.callAnswered(order.attempt, codec: .pcma, dialog: "{}", at: network.now)
                    unacknowledged.append(order)
                }
                let before = network.orders.count
                network.turn()
                if !dies || random.next() % 2 == 0 { journal.apply(network.journal) }
                network.journal = []
                if dies {
                    let died = network.now
                    network = Network(network.engine.configuration)
                    network.now = died + .milliseconds(200)
                    network.engine.restore(journal.snapshot(lastAlive: died), counters: [:], now: network.now)
                    network.engine.promptReady(hash: "p")
                    for order in ringing where random.next() % 4 != 0 {
                        network.engine.callEnded(
                            order.attempt, CallEnd(sipCode: 487, by: .gateway), at: network.now, now: network.now)
                        unacknowledged.removeAll { $0.attempt == order.attempt }
                    }
                    // The 200 comes again: the call can go on, or not.
                    let mayGoOn = unacknowledged.filter { _ in random.next() % 2 == 0 }
                    for order in unacknowledged {
                        if mayGoOn.contains(order) {
                            network.engine.callAnswered(order.attempt, codec: .pcma, dialog: "{}", at: network.now)
                        } else {
                            network.engine.strayAnswer(callID: order.callID, at: network.now, now: network.now)
                        }
                    }
                    (ringing, unacknowledged, seenEffects) = ([], mayGoOn, 0)
                    network.turn()
                    journal.apply(network.journal)
                    network.journal = []
                    for (order, _) in network.orders {
                        #expect(!listeners.contains(order.callee), "seed \(seed): called again while listening")
                        ringing.append(order)
                    }
                } else {
                    for (order, _) in network.orders[before...] {
                        #expect(!listeners.contains(order.callee), "seed \(seed): called again while listening")
                        ringing.append(order)
                    }
                }
                for case .startPrompt(let id, _) in network.effects[seenEffects...] {
                    guard let order = unacknowledged.first(where: { $0.attempt == id }) else { continue }
                    listeners.insert(order.callee)
                    unacknowledged.removeAll { $0.attempt == id }
                    network.engine.promptEnded(id, heardMilliseconds: 10_000, at: network.now, now: network.now)
                    network.engine.callEnded(
                        id, CallEnd(sipCode: 200, by: .callee), at: network.now + .milliseconds(1), now: network.now)
                }
                seenEffects = network.effects.count
            }
            #expect(network.engine.action(named: "a1")?.record.phase == .completed, "seed \(seed)")
            for recipient in journal.recipients.values where recipient.state == .ended(.interrupted) {
                #expect(listeners.contains(recipient.number), "seed \(seed): heard nothing and is interrupted")
            }
        }
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
                // Who was in doubt twice waits for minutes.
                network.now = network.now + (running.isEmpty && step > 300 ? .seconds(5) : .milliseconds(50))
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
