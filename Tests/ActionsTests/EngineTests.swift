// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Testing

@testable import ActionEngine
@testable import Actions
@testable import Pacing

/// A whole telephone network in a test: places the engine's calls with an answer per number and
/// moves the clock from deadline to deadline.
final class Network {
    let engine: Engine
    var now = Timestamp(milliseconds: 1_000_000)
    var orders: [(order: CallOrder, at: Timestamp)] = []
    var cdrs: [CallDetailRecord] = []
    var journal: [JournalRecord] = []
    var effects: [Effect] = []
    var notices: [Notice] = []
    /// What the far end does with a call; nil: the test answers by hand.
    var answer: ((CallOrder, Int) -> CallEnd?)?
    /// Calls that the test answers by hand are reported as sent.
    var reportsSending = false
    /// Civil time minus engine time.
    var civilOffset = Interval.zero

    init(_ configuration: EngineConfiguration) {
        engine = Engine(configuration: configuration, instanceKey: [1, 2, 3])
        for trunk in configuration.trunks {
            engine.trunkResolved(trunk.limits.name, [TargetAddress(address: "192.0.2.1", port: 5060)])
        }
    }

    static func trunk(_ name: String, rate: Double = 1000, channels: Int = 1000, priority: Int = 1) -> TrunkSettings {
        TrunkSettings(
            limits: TrunkLimits(name: name, callsPerSecond: rate, channels: channels, priority: priority))
    }

    @discardableResult
    func submit(
        _ id: String, count: Int, priority: ActionPriority = .normal, starts: Timestamp? = nil,
        expires: Timestamp? = nil, keys: [String: KeyMeaning] = ["1": .repeat], plays: Int = 1,
        firstNumber: Int = 0
    ) throws -> Int64 {
        let key = try engine.stage(
            try ActionID(id),
            ActionDefinition(
                priority: priority, prompt: [.text("x")], starts: starts, expires: expires, plays: plays, keys: keys,
                account: "GM0513"
            ),
            now: now)
        let people = try (0..<count).map {
            StagedRecipient(number: try #require(PhoneNumber(e164: "+316\(10_000_000 + firstNumber + $0)")))
        }
        engine.stageRecipients(people, of: key, now: now)
        engine.commitStaged(key, contentHash: "h", promptHash: "p", promptMilliseconds: 10_000, now: now)
        turn()
        return key
    }

    /// One turn: journal, then effects; calls that are answered by ``answer`` end in the same turn.
    func turn() {
        engine.clockRead(civilOffset: civilOffset, now: now)
        engine.advance(now: now)
        let output = engine.takeOutput()
        journal += output.records
        effects += output.effects
        notices += output.notices
        for record in output.records {
            if case .callEnded(_, let cdr) = record { cdrs.append(cdr) }
        }
        engine.launched(now: now)
        var ended = false
        for case .placeCall(let order) in output.effects {
            orders.append((order, now))
            let tries = orders.filter { $0.order.callee == order.callee }.count
            guard let end = answer?(order, tries) else {
                if reportsSending { engine.callSent(order.attempt, at: now, now: now) }
                continue
            }
            if end.unsent == nil { engine.callSent(order.attempt, at: now, now: now) }
            if end.sipCode == 200 {
                engine.callAnswered(order.attempt, codec: .pcma, dialog: "{}", at: now)
                engine.promptEnded(order.attempt, heardMilliseconds: 10_000, at: now, now: now)
            }
            engine.callEnded(order.attempt, end, at: now, now: now)
            ended = true
        }
        if ended { turn() }
    }

    /// Runs until nothing is due before `limit`.
    func run(for interval: Interval) {
        let end = now + interval
        turn()
        while let deadline = engine.nextDeadline(now: now), deadline <= end {
            now = max(now + .microseconds(1), deadline)
            turn()
        }
        now = end
        turn()
    }

    func times(of number: String) -> [Double] {
        orders.filter { $0.order.callee.e164 == number }.map { ($0.at - Timestamp(milliseconds: 1_000_000)).seconds }
    }

    func counters(_ id: String) -> ActionCounters? { engine.action(named: id)?.counters }
}

@Suite struct EngineTests {
    let one = EngineConfiguration(trunks: [Network.trunk("a")])
    let two = EngineConfiguration(trunks: [Network.trunk("a"), Network.trunk("b", priority: 2)])

    @Test(
        "Each failure is retried when the rules say, and ends as it says",
        arguments: [
            (CallEnd(sipCode: 486), [0.0, 60, 180, 480], Outcome.busy, Disposition.busy),
            (CallEnd(sipCode: 480), [0, 180, 480], .noAnswer, .noAnswer),
            (CallEnd(sipCode: 487, fromWire: false, ownReason: .ringTimeout), [0, 300, 600], .noAnswer, .noAnswer),
            (CallEnd(sipCode: 408, fromWire: false, ownReason: .noResponse), [0, 60, 120], .failed, .failed),
            (CallEnd(sipCode: 404), [0], .invalidNumber, .failed),
            (CallEnd(sipCode: 603), [0], .rejected, .failed),
            (CallEnd(sipCode: 302), [0], .failed, .failed),
            (CallEnd(sipCode: 403), [0, 5], .failed, .failed),
            (CallEnd(sipCode: 482), [0, 5], .failed, .failed),
            (CallEnd(sipCode: 488), [0, 0], .failed, .failed),
            (CallEnd(sipCode: 200, by: .gateway, ownReason: .requested), [0], .answered, .answered),
        ])
    func schedule(end: CallEnd, times: [Double], outcome: Outcome, disposition: Disposition) throws {
        var configuration = one
        // A silent target would rest; probing is what keeps this trunk up here.
        configuration.trunks[0].isProbed = true
        let network = Network(configuration)
        network.answer = { _, _ in end }
        try network.submit("a1", count: 1)
        network.run(for: .minutes(120))
        let actual = network.times(of: "+31610000000")
        #expect(actual.count == times.count)
        for (one, other) in zip(actual, times) { #expect(abs(one - other) < 0.1, "\(actual)") }
        #expect(network.counters("a1")?.outcomes == [outcome: 1])
        #expect(network.engine.action(named: "a1")?.record.phase == .completed)
        #expect(network.cdrs.allSatisfy { $0.disposition == disposition })
        #expect(network.cdrs.map(\.sequence) == Array(1...Int64(times.count)))
        #expect(network.cdrs.map(\.attemptNumber) == Array(1...times.count))
    }

    @Test("A time scale shortens every delay")
    func timeScale() throws {
        var configuration = one
        configuration.retry.timeScale = 0.01
        let network = Network(configuration)
        network.answer = { _, _ in CallEnd(sipCode: 486) }
        try network.submit("a1", count: 1)
        network.run(for: .minutes(1))
        #expect(network.times(of: "+31610000000").map { ($0 * 100).rounded() } == [0, 60, 180, 480])
    }

    @Test("403, silence and congestion go over the other trunk at once; 401 takes the trunk down")
    func otherTrunk() throws {
        for (end, isDown) in [
            (CallEnd(sipCode: 403), false), (CallEnd(sipCode: 408, fromWire: false, ownReason: .noResponse), false),
            (CallEnd(sipCode: 503), false), (CallEnd(sipCode: 401, text: "Unauthorized"), false),
        ] {
            let network = Network(two)
            network.answer = { order, _ in order.trunk == "a" ? end : CallEnd(sipCode: 200, by: .callee) }
            try network.submit("a1", count: 1)
            network.run(for: .seconds(1))
            #expect(network.orders.map(\.order.trunk) == ["a", "b"])
            #expect(network.counters("a1")?.outcomes == [.answered: 1])
            #expect(network.engine.trunks.trunks[0].isDown == isDown)
        }
    }

    @Test("503 costs the citizen no try: both trunks full, then free again")
    func congestionIsFree() throws {
        let network = Network(two)
        network.answer = { _, tries in
            tries <= 8 ? CallEnd(sipCode: 503, retryAfter: .seconds(2)) : CallEnd(sipCode: 200, by: .callee)
        }
        try network.submit("a1", count: 1)
        network.run(for: .minutes(10))
        #expect(network.counters("a1")?.outcomes == [.answered: 1])
        // Never inside a Retry-After.
        for trunk in ["a", "b"] {
            let times = network.orders.filter { $0.order.trunk == trunk }.map(\.at)
            for (later, earlier) in zip(times.dropFirst(), times) { #expect(later - earlier >= .seconds(2)) }
        }
    }

    @Test("488 is tried once more with PCMA alone")
    func mediaRefused() throws {
        let network = Network(one)
        network.answer = { order, _ in CallEnd(sipCode: order.pcmaOnly ? 200 : 488, by: .callee) }
        try network.submit("a1", count: 1)
        network.run(for: .seconds(1))
        #expect(network.orders.map(\.order.pcmaOnly) == [false, true])
        #expect(network.counters("a1")?.outcomes == [.answered: 1])
    }

    @Test("Nothing goes out that the same turn did not journal")
    func journalFirst() throws {
        let network = Network(one)
        try network.submit("a1", count: 5)
        network.run(for: .seconds(1))
        let journalled = network.journal.compactMap { record in
            if case .callStarted(let attempt) = record { attempt.callID } else { nil }
        }
        #expect(journalled == network.orders.map(\.order.callID))
        #expect(Set(journalled).count == 5)
    }

    @Test("Pace and channels hold over actions; the more pressing action goes first")
    func pressing() throws {
        let network = Network(EngineConfiguration(trunks: [Network.trunk("a", rate: 10, channels: 20)]))
        network.reportsSending = true
        try network.submit("slow", count: 100)
        network.run(for: .seconds(1))
        try network.submit("life", count: 5, priority: .lifeThreat, firstNumber: 1000)
        network.run(for: .milliseconds(950))
        #expect(network.orders.count <= 21)
        #expect(network.orders.suffix(8).prefix(5).allSatisfy { $0.order.attempt.value >= 10 })
        #expect(network.counters("life")?.calling == 5)
        network.run(for: .seconds(10))
        // 20 channels, nobody hangs up.
        #expect(network.orders.count == 20)
    }

    @Test("Pause starts nothing, resume goes on, cancel ends every call in the same turn")
    func operatorVerbs() throws {
        let network = Network(EngineConfiguration(trunks: [Network.trunk("a", rate: 10)]))
        try network.submit("a1", count: 100)
        network.run(for: .milliseconds(500))
        try network.engine.pause("a1", now: network.now)
        let before = network.orders.count
        network.run(for: .seconds(5))
        #expect(network.orders.count == before)
        try network.engine.resume("a1", now: network.now)
        network.run(for: .milliseconds(500))
        #expect(network.orders.count > before)
        let answered = network.orders[0].order.attempt
        network.engine.callAnswered(answered, codec: .pcmu, dialog: "{}", at: network.now)
        network.effects = []
        try network.engine.cancel("a1", finishCalls: false, now: network.now)
        network.turn()
        let hangUps = network.effects.filter { if case .hangUp = $0 { true } else { false } }
        #expect(hangUps.count == network.orders.count)
        for (order, _) in network.orders {
            network.engine.callEnded(
                order.attempt,
                CallEnd(sipCode: order.attempt == answered ? 200 : 487, by: .gateway, ownReason: .requested),
                at: network.now, now: network.now)
        }
        network.run(for: .minutes(60))
        let counters = try #require(network.counters("a1"))
        #expect(counters.outcomes == [.cancelled: 99, .interrupted: 1])
        #expect(counters.open == 0)
        #expect(throws: EngineError.wrongPhase(action: "a1", phase: .cancelled, operation: "resumed")) {
            try network.engine.resume("a1", now: network.now)
        }
    }

    @Test("Keys: 1 plays again, 2 confirms, all stand in the CDR; the line stays open for keys after the message")
    func keys() throws {
        let network = Network(one)
        try network.submit("a1", count: 1, keys: ["1": .repeat, "2": .confirm])
        network.run(for: .milliseconds(10))
        let id = try #require(network.orders.first?.order.attempt)
        network.engine.callAnswered(id, codec: .pcma, dialog: "{}", at: network.now)
        network.turn()
        #expect(network.effects.contains(.startPrompt(id, promptHash: "p")))
        network.engine.promptEnded(id, heardMilliseconds: 10_000, at: network.now, now: network.now)
        network.run(for: .seconds(3))
        network.engine.keyPressed(id, digit: "1", now: network.now)
        network.turn()
        #expect(network.effects.last == .repeatPrompt(id, promptHash: "p"))
        network.run(for: .seconds(9))
        #expect(!network.effects.contains(.hangUp(id)))
        network.engine.promptEnded(id, heardMilliseconds: 10_000, at: network.now, now: network.now)
        network.engine.keyPressed(id, digit: "2", now: network.now)
        network.run(for: .seconds(5))
        #expect(network.effects.last == .hangUp(id))
        network.engine.callEnded(
            id, CallEnd(sipCode: 200, by: .gateway, ownReason: .requested, heardMilliseconds: 10_000), at: network.now,
            now: network.now)
        network.turn()
        #expect(network.cdrs.first?.keys == "12")
        #expect(network.counters("a1")?.outcomes == [.confirmed: 1])
    }

    @Test("Who hung up early was reached; whom we cut off was interrupted and can be called again on request")
    func interrupted() throws {
        let network = Network(one)
        try network.submit("a1", count: 2)
        network.run(for: .milliseconds(10))
        let ids = network.orders.map(\.order.attempt)
        for (id, end) in zip(
            ids, [CallEnd(sipCode: 200, by: .callee), CallEnd(sipCode: 200, by: .gateway, ownReason: .sessionTimer)])
        {
            network.engine.callAnswered(id, codec: .pcma, dialog: "{}", at: network.now)
            network.engine.callEnded(id, end, at: network.now + .seconds(2), now: network.now)
        }
        network.turn()
        #expect(network.counters("a1")?.outcomes == [.answered: 1, .interrupted: 1])
        #expect(network.engine.action(named: "a1")?.record.phase == .completed)
        network.run(for: .minutes(60))
        #expect(network.orders.count == 2)
        // Completed: its recipients are in the journal only.
        var stored: [RecipientID: RecipientRecord] = [:]
        for case .recipientChanged(let recipient) in network.journal { stored[recipient.id] = recipient }
        let people = stored.values.sorted { $0.id < $1.id }
        // The disk does not take it: it never was.
        let ended = network.engine.action(named: "a1")?.record.ended
        let refused = try network.engine.retryInterrupted("a1", stored: people, now: network.now)
        network.engine.undo(refused, now: network.now)
        #expect(network.engine.action(named: "a1")?.record.phase == .completed)
        #expect(network.engine.action(named: "a1")?.record.ended == ended)
        network.run(for: .seconds(1))
        #expect(network.orders.count == 2)
        let again = try network.engine.retryInterrupted("a1", stored: people, now: network.now)
        #expect(again.count == 1)
        network.run(for: .seconds(1))
        #expect(network.orders.count == 3)
    }

    @Test("An action expires: no call after its time")
    func expiry() throws {
        let network = Network(one)
        network.answer = { _, _ in CallEnd(sipCode: 486) }
        try network.submit("a1", count: 1, expires: network.now + .seconds(100))
        network.run(for: .minutes(60))
        #expect(network.times(of: "+31610000000").count == 2)
        #expect(network.engine.action(named: "a1")?.record.phase == .expired)
        #expect(network.counters("a1")?.outcomes == [.expired: 1])
    }

    @Test("A discarded submission leaves nothing; the id is free again")
    func discard() throws {
        let network = Network(one)
        let key = try network.engine.stage(try ActionID("a1"), ActionDefinition(prompt: []), now: network.now)
        #expect(throws: EngineError.beingSubmitted("a1")) {
            try network.engine.stage(try ActionID("a1"), ActionDefinition(prompt: []), now: network.now)
        }
        network.engine.discardStaged(key)
        network.turn()
        #expect(network.journal.last == .actionDiscarded(key: key))
        try network.submit("a1", count: 1)
        #expect(network.orders.count == 1)
    }

    @Test("Drain: unanswered calls end now and cost nothing, messages finish, then the rest is ended")
    func drain() throws {
        let network = Network(one)
        try network.submit("a1", count: 3)
        network.run(for: .milliseconds(10))
        let ids = network.orders.map(\.order.attempt)
        network.engine.callAnswered(ids[0], codec: .pcma, dialog: "{}", at: network.now)
        network.turn()
        network.effects = []
        network.engine.drain(now: network.now)
        network.turn()
        #expect(Set(network.effects.map { "\($0)" }) == Set(ids[1...].map { "\(Effect.hangUp($0))" }))
        for id in ids[1...] {
            network.engine.callEnded(
                id, CallEnd(sipCode: 487, by: .gateway, ownReason: .requested), at: network.now, now: network.now)
        }
        #expect(!network.engine.isDrained)
        network.run(for: .seconds(31))
        #expect(network.effects.last == .hangUp(ids[0]))
        #expect(network.orders.count == 3)
        #expect(network.counters("a1")?.waiting == 2)
    }

    @Test("Second signal: every call gets its CDR at once")
    func terminate() throws {
        let network = Network(one)
        network.reportsSending = true
        try network.submit("a1", count: 3)
        network.run(for: .milliseconds(10))
        network.engine.callAnswered(network.orders[0].order.attempt, codec: .pcma, dialog: "{}", at: network.now)
        network.engine.terminate(now: network.now)
        network.turn()
        #expect(network.cdrs.count == 3)
        #expect(network.engine.isDrained)
    }

    @Test("Second signal: a call that has only begun gets its CDR if its INVITE turns out to have left, else none")
    func terminateBegun() throws {
        let network = Network(one)
        try network.submit("a1", count: 3)
        network.run(for: .milliseconds(10))
        let ids = network.orders.map(\.order.attempt)
        network.engine.terminate(now: network.now)
        network.turn()
        #expect(network.cdrs.isEmpty && ids.allSatisfy { network.effects.contains(.hangUp($0)) })
        // What the voice module says as it ends; of the third nothing comes in time, and the next process asks.
        network.engine.callSent(ids[0], at: network.now, now: network.now)
        let ends = [nil, UnsentReason.network].map {
            CallEnd(sipCode: 487, fromWire: false, by: .gateway, ownReason: .requested, unsent: $0)
        }
        for (id, end) in zip(ids, ends) { network.engine.callEnded(id, end, at: network.now, now: network.now) }
        network.turn()
        #expect(network.cdrs.map(\.attempt) == [ids[0]])
        var journal = Journal()
        journal.apply(network.journal)
        #expect(Array(journal.attempts.keys) == [ids[2]] && network.orders.count == 3)
        #expect(network.counters("a1")?.attempts == 1)
    }

    @Test("A turn costs what changes, not what waits")
    func turnCost() throws {
        func stepsPerTurn(_ count: Int) throws -> Double {
            let network = Network(EngineConfiguration(trunks: [Network.trunk("a", rate: 100, channels: 100_000)]))
            try network.submit("big", count: count)
            let clock = ContinuousClock()
            let time = clock.measure { network.run(for: .seconds(5)) }
            return Double(time.components.attoseconds) / 1e18 + Double(time.components.seconds)
        }
        let small = try stepsPerTurn(1_000)
        let large = try stepsPerTurn(50_000)
        // A copy of the recipients per call would make this a factor of 50.
        #expect(large < small * 8 + 0.05)
    }
}
