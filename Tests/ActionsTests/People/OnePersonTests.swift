// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing
import SMPP
import Testing

@testable import ActionEngine
@testable import Actions

@Suite("One person, one call") struct OnePersonTests {
    private let configuration = EngineConfiguration(trunks: [Network.trunk("a", rate: 50, channels: 60)])

    @Test("Two actions want the same people: nobody of either is busy by the other, and costs a try or a record")
    func twoActions() throws {
        let phones = SharedPhones(configuration)
        try phones.submit("a1", Array(0..<120))
        phones.run(for: .seconds(3))
        try phones.submit("a2", Array(0..<120))
        phones.run(for: .minutes(60)) { phones.isDone }
        #expect(phones.faults.isEmpty, "\(phones.faults.prefix(3))")
        #expect(phones.outcomes("a1") == [.answered: 120])
        #expect(phones.outcomes("a2") == [.answered: 120])
        #expect(phones.network.counters("a2")?.attempts == 120)
        #expect(phones.journal.cdrs.count == 240)
    }

    @Test(
        "Once an action has done with a number, another one that waits for it has its turn after the pause, not later")
    func pause() throws {
        let phones = SharedPhones(configuration)
        try phones.submit("a1", [7])
        try phones.submit("a2", [7])
        #expect(phones.called.count == 1)
        phones.run(for: .minutes(5)) { phones.isDone }
        let times = phones.called.map(\.at)
        let end = try #require(phones.journal.cdrs.first?.end)
        #expect(times.count == 2 && times[1] - end == .seconds(30))
    }

    @Test("A more pressing action waits for the end of the other's call and two seconds, and for no pause")
    func noPause() throws {
        let phones = SharedPhones(configuration)
        try phones.submit("a1", [7])
        #expect(phones.called.count == 1)
        try phones.submit("a2", [7], priority: .urgent)
        try phones.submit("a3", [7])
        phones.run(for: .minutes(5)) { phones.isDone }
        #expect(phones.faults.isEmpty, "\(phones.faults.prefix(3))")
        let times = phones.called.map(\.at)
        let ends = phones.journal.cdrs.map(\.end)
        #expect(times.count == 3 && times[1] - ends[0] == .seconds(2) && times[2] - ends[1] == .seconds(30))
    }

    @Test("The more pressing action goes first, although the other was there before")
    func pressing() throws {
        var slow = configuration
        slow.trunks = [Network.trunk("a", rate: 2, channels: 60)]
        let phones = SharedPhones(slow)
        let normal = try phones.submit("a1", Array(0..<40))
        let before = phones.called.count
        let threat = try phones.submit("a2", Array(0..<40), priority: .lifeThreat)
        phones.run(for: .minutes(60)) { phones.isDone }
        #expect(phones.faults.isEmpty, "\(phones.faults.prefix(3))")
        var first: [String: Int64] = [:]
        for call in phones.called.dropFirst(before) where first[call.number] == nil { first[call.number] = call.action }
        let begun = Set(phones.called.prefix(before).map(\.number))
        #expect(first.filter { !begun.contains($0.key) }.values.allSatisfy { $0 == threat })
        #expect(phones.outcomes("a1") == [.answered: 40] && phones.outcomes("a2") == [.answered: 40])
        #expect(normal != threat)
    }

    @Test("A more pressing action without a way out holds nobody up")
    func noWayOut() throws {
        let phones = SharedPhones(configuration)
        try phones.submit("a1", Array(0..<5), priority: .lifeThreat)
        phones.run(for: .minutes(5)) { phones.isDone }
        phones.network.engine.promptsUnloaded(except: [])
        // As after a restart: its sound is not there.
        let key = try phones.network.engine.stage(
            try ActionID("a2"), ActionDefinition(priority: .lifeThreat, prompt: [.text("y")], account: "GM0513"),
            now: phones.network.now)
        phones.network.engine.stageRecipients(
            [StagedRecipient(number: try #require(PhoneNumber(e164: "+31610000099")))], of: key, now: phones.network.now
        )
        phones.network.engine.commitStaged(
            key, contentHash: "h", promptHash: "other", promptMilliseconds: 10, now: phones.network.now)
        phones.network.engine.promptsUnloaded(except: ["p"])
        let start = phones.network.now
        try phones.submit("a3", [99])
        phones.run(for: .minutes(2)) { !phones.outcomes("a3").isEmpty }
        #expect(phones.outcomes("a3") == [.answered: 1])
        #expect(phones.network.now - start < .minutes(1))
    }

    @Test("A paused action keeps those who wait for its numbers no longer than the call that is under way")
    func paused() throws {
        let phones = SharedPhones(configuration)
        try phones.submit("a1", [1, 2, 3])
        try phones.submit("a2", [1, 2, 3])
        try phones.network.engine.pause("a1", now: phones.network.now)
        phones.run(for: .minutes(5)) { !phones.outcomes("a2").isEmpty }
        #expect(phones.faults.isEmpty)
        phones.run(for: .minutes(1))
        #expect(phones.outcomes("a2") == [.answered: 3])
    }

    @Test("Whoever waits for a number shares the action's end like all who wait")
    func cancelled() throws {
        let phones = SharedPhones(configuration)
        try phones.submit("a1", Array(0..<10))
        try phones.submit("a2", Array(0..<10))
        #expect(phones.network.counters("a2")?.waiting == 10)
        try phones.network.engine.cancel("a2", finishCalls: false, now: phones.network.now)
        phones.run(for: .minutes(5)) { phones.isDone }
        #expect(phones.outcomes("a1") == [.answered: 10])
        #expect(phones.outcomes("a2") == [.cancelled: 10])
        #expect(phones.called.count == 10)
    }

    @Test("A call that never left holds no number")
    func unsent() throws {
        let network = Network(configuration)
        network.answer = { order, tries in
            order.attempt.value == 1
                ? CallEnd(sipCode: 0, fromWire: false, unsent: .address) : CallEnd(sipCode: 200, by: .callee)
        }
        try network.submit("a1", count: 1)
        try network.submit("a2", count: 1)
        network.run(for: .minutes(3))
        let times = network.orders.map(\.at)
        #expect(times.count == 3)
        #expect(times[1] - times[0] < .seconds(2))
        #expect(
            network.counters("a1")?.outcomes == [.answered: 1] && network.counters("a2")?.outcomes == [.answered: 1])
    }

    @Test(
        "Several actions share numbers and are killed at any moment: one call at a time, everybody has an outcome",
        arguments: 0..<60)
    func anything(seed: Int) throws {
        let phones = SharedPhones(configuration, seed: UInt64(seed) &+ 77)
        var random = Seeded(state: UInt64(seed) &* 31 &+ 5)
        phones.answers = { random in
            let ringing = Interval.seconds(Double(1 + random.next() % 15))
            return ([200, 200, 200, 480, 486, 503][Int(random.next() % 6)], ringing)
        }
        let priorities = ActionPriority.allCases
        for index in 0..<4 {
            let first = Int(random.next() % 30)
            try phones.submit(
                "a\(index)", Array(first..<first + 20 + Int(random.next() % 20)),
                priority: priorities[Int(random.next() % UInt64(priorities.count))], weight: 1 + Int(random.next() % 3))
            phones.run(for: .seconds(Double(random.next() % 40)))
            if random.next() % 2 == 0 { phones.kill() }
        }
        for _ in 0..<3 {
            phones.run(for: .seconds(Double(random.next() % 200))) { phones.isDone }
            phones.kill()
        }
        phones.run(for: .minutes(24 * 60)) { phones.isDone }
        #expect(phones.faults.isEmpty, "seed \(seed): \(phones.faults.prefix(3))")
        #expect(phones.isDone, "seed \(seed)")
        #expect(phones.journal.recipients.values.allSatisfy { if case .ended = $0.state { true } else { false } })
        let expired = phones.journal.recipients.values.filter { $0.state == .ended(.expired) }
        #expect(expired.isEmpty, "seed \(seed): starved")
        #expect(phones.journal.cdrs.count == phones.called.count, "seed \(seed)")
    }

    // MARK: - SMS

    private let plain = TextMessage(text: "Alert", wantsReceipts: false)
    private let both = MessageNetwork.configuration([MessageNetwork.smsc("kpn")], trunks: [Network.trunk("a")])

    @Test("An SMS that waits for its receipt keeps another action's call waiting; the receipt and a pause end that")
    func receipt() throws {
        let network = MessageNetwork(both)
        network.call = { _, _ in CallEnd(sipCode: 200, by: .callee) }
        network.reply = { _ in .taken }
        let text = TextMessage(text: "Alert", wantsReceipts: true)
        try network.submit("a1", count: 1, text: text)
        network.run(for: .seconds(1))
        try network.submit("a2", count: 1, text: nil, channels: [.voice])
        network.run(for: .seconds(20))
        #expect(network.submissions.count == 1 && network.calls.isEmpty)
        network.receipt(0, .delivered)
        network.run(for: .seconds(29))
        #expect(network.calls.isEmpty)
        network.run(for: .seconds(2))
        #expect(network.calls.count == 1)
        #expect(network.counters("a2")?.outcomes == [.answered: 1])
    }

    @Test("A threat to life waits for no answer to a less pressing action's SMS")
    func noAnswer() throws {
        let network = MessageNetwork(both)
        network.call = { _, _ in CallEnd(sipCode: 200, by: .callee) }
        network.reply = { _ in .taken }
        try network.submit("a1", count: 1, text: TextMessage(text: "Alert", wantsReceipts: true))
        network.run(for: .seconds(1))
        try network.submit("a2", count: 1, text: nil, priority: .lifeThreat, channels: [.voice])
        network.run(for: .seconds(1))
        #expect(network.submissions.count == 1 && network.calls.count == 1)
    }

    @Test("A receipt that never comes holds a number for the time that its action gives the channel")
    func window() throws {
        let network = MessageNetwork(both)
        network.call = { _, _ in CallEnd(sipCode: 200, by: .callee) }
        let text = TextMessage(text: "Alert", wantsReceipts: true)
        try network.submit("a1", count: 1, text: text, channels: [.sms, .voice], cascade: Cascade(after: .seconds(90)))
        network.run(for: .seconds(1))
        try network.submit("a2", count: 1, text: nil, channels: [.voice])
        network.run(for: .seconds(80))
        #expect(network.calls.isEmpty)
        network.run(for: .minutes(5))
        #expect(network.calls.count == 2)
        #expect(network.counters("a2")?.outcomes == [.answered: 1])
    }

    @Test("Two actions send SMS to the same people: the second's leave after a pause, each once")
    func twoTexts() throws {
        let network = MessageNetwork(both)
        try network.submit("a1", count: 50, text: plain)
        try network.submit("a2", count: 50, text: plain)
        network.run(for: .seconds(10))
        #expect(network.submissions.count == 50)
        network.run(for: .minutes(2))
        #expect(network.submissions.count == 100)
        let gaps = (0..<50).compactMap { index -> Interval? in
            let times = network.submissions.filter { $0.number == MessageNetwork.number(index) }.map(\.at)
            return times.count == 2 ? times[1] - times[0] : nil
        }
        #expect(gaps.count == 50 && gaps.allSatisfy { $0 >= .seconds(30) })
        #expect(network.counters("a1")?.outcomes == [.sent: 50] && network.counters("a2")?.outcomes == [.sent: 50])
        network.checkLedger()
    }

    @Test("Who lets a more pressing action go first that cannot come to the number waits for ten minutes, not for ever")
    func deadRoute() throws {
        var configuration = both
        configuration.prefixes = [PrefixLimits(prefix: "+31", channels: 1)]
        let network = MessageNetwork(configuration)
        try network.submit("blocks", count: 1, text: nil, channels: [.voice], firstNumber: 500)
        network.run(for: .seconds(1))
        #expect(network.calls.count == 1)
        // Parked behind a call that does not end.
        try network.submit("threat", count: 1, text: nil, priority: .lifeThreat, channels: [.voice])
        try network.submit("a1", count: 1, text: plain)
        network.run(for: .minutes(9))
        #expect(network.submissions.isEmpty)
        network.run(for: .minutes(2))
        #expect(network.submissions.count == 1)
        #expect(network.counters("a1")?.outcomes == [.sent: 1])
    }

    @Test("A message that is journalled ahead goes back to those who wait when another action's call comes before it")
    func takenBack() throws {
        var configuration = both
        configuration.messaging.smscs[0].limits = BindLimits(window: 10, perSecond: 1)
        let network = MessageNetwork(configuration)
        try network.submit("a1", count: 30, text: plain)
        network.run(for: .milliseconds(500))
        let sent = network.submissions.count
        #expect(sent < 5)
        try network.submit("a2", count: 30, text: nil, priority: .lifeThreat, channels: [.voice])
        network.run(for: .seconds(1))
        // Whoever was sent an SMS, too: a threat to life waits for no answer to it.
        #expect(network.calls.count == 30)
        // By hand: nobody has answered yet.
        network.run(for: .seconds(20))
        #expect(network.submissions.count == sent)
        for (order, _) in network.calls {
            network.engine.callEnded(order.attempt, CallEnd(sipCode: 603), at: network.now, now: network.now)
        }
        network.run(for: .minutes(5))
        #expect(network.submissions.count == 30)
        #expect(network.counters("a1")?.outcomes == [.sent: 30])
    }
}
