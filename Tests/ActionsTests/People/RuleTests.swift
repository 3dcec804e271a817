// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing
import Participants
import Testing

@testable import ActionEngine
@testable import Actions

@Suite("What participants wish, at the moment of dialling") struct RuleTests {
    /// Tuesday 24 November 2026 in the Netherlands.
    private func local(_ hour: Int, _ minute: Int, day: Int = 24) -> Timestamp {
        DutchTime(year: 2026, month: 11, day: day, hour: hour, minute: minute).timestamp()
    }

    private func number(_ index: Int) throws -> PhoneNumber {
        try #require(PhoneNumber(e164: "+316\(10_000_000 + index)"))
    }

    private func person(_ index: Int, _ preferences: Preferences = .none, optOuts: OptOuts = []) throws -> Participant {
        Participant(reference: "P-\(index)", number: try number(index), preferences: preferences, optOuts: optOuts)
    }

    private func daytime() throws -> Preferences { Preferences(callTimes: try WelcomeTimes(text: "07:05-22:55")) }

    /// At a civil time that has held for long enough.
    private func network(at civil: Timestamp, _ people: [Participant]) -> Network {
        let network = Network(EngineConfiguration(trunks: [Network.trunk("a")]))
        network.answer = { _, _ in CallEnd(sipCode: 200, by: .callee) }
        network.civilOffset = civil - network.now - .minutes(20)
        network.turn()
        network.now = network.now + .minutes(20)
        network.engine.register.restore(people, contacts: [])
        return network
    }

    private func civil(_ network: Network, _ order: Int) -> Timestamp {
        network.engine.civil(network.orders[order].at)
    }

    @Test("Who may not be called at 22:55 is called at 07:05, all others at once")
    func overnight() throws {
        let network = network(at: local(22, 55), [try person(0, daytime()), try person(1)])
        try network.submit("a1", count: 3)
        network.run(for: .minutes(60))
        #expect(network.orders.map(\.order.callee) == [try number(1), try number(2)])
        #expect(network.counters("a1")?.waiting == 1)
        let action = try #require(network.engine.action(named: "a1"))
        #expect(action.waits.mapValues(\.until) == [0: local(7, 5, day: 25)])
        #expect(action.waits[0]?.reason == .notWelcome)
        network.run(for: .minutes(12 * 60))
        #expect(network.orders.count == 3 && civil(network, 2) == local(7, 5, day: 25))
        #expect(network.counters("a1")?.outcomes == [.answered: 3])
        #expect(action.waits.isEmpty && network.cdrs.count == 3)
    }

    @Test("A retry that comes due in the night waits for the morning as well")
    func retry() throws {
        let network = network(at: local(22, 54), [try person(0, daytime())])
        network.answer = { _, tries in CallEnd(sipCode: tries == 1 ? 486 : 200, by: .callee) }
        try network.submit("a1", count: 1)
        network.run(for: .minutes(12 * 60))
        #expect(network.orders.indices.map { civil(network, $0) } == [local(22, 54), local(7, 5, day: 25)])
        #expect(network.counters("a1")?.outcomes == [.answered: 1])
    }

    @Test("Nothing is asked of the engine before the morning: it does not poll")
    func sleeps() throws {
        let network = network(at: local(23, 0), try (0..<500).map { try person($0, daytime()) })
        try network.submit("a1", count: 500)
        network.turn()
        let next = try #require(network.engine.nextDeadline(now: network.now))
        #expect(network.engine.civil(next) == local(7, 5, day: 25))
    }

    @Test("The action that ends before says so: the outcome has the reason, and no record")
    func tooLate() throws {
        let network = network(at: local(23, 0), [try person(0, daytime())])
        try network.submit("a1", count: 1, expires: local(6, 0, day: 25))
        network.turn()
        #expect(network.counters("a1")?.outcomes == [.notWelcome: 1])
        #expect(network.cdrs.isEmpty && network.orders.isEmpty)
        #expect(network.engine.action(named: "a1")?.record.phase == .completed)
    }

    @Test("A clock that was set just now ends nobody: set right, they are called")
    func clock() throws {
        let network = network(at: local(12, 0), [try person(0, daytime())])
        network.civilOffset = network.civilOffset + .minutes(11 * 60)
        network.turn()
        try network.submit("a1", count: 1, expires: local(6, 0, day: 25))
        network.turn()
        #expect(network.counters("a1")?.waiting == 1)
        network.civilOffset = network.civilOffset - .minutes(11 * 60)
        network.turn()
        #expect(network.counters("a1")?.outcomes == [.answered: 1])
    }

    @Test("Who wishes something else meanwhile is called at once")
    func changed() throws {
        let network = network(at: local(23, 0), [try person(0, daytime())])
        try network.submit("a1", count: 1)
        network.run(for: .seconds(5))
        #expect(network.orders.isEmpty)
        var edit = ParticipantEdit(number: try number(0))
        edit.callTimes = .some(.always)
        let time = network.engine.civil(network.now)
        network.engine.changeRegister(now: network.now) { register in
            RegisterChange(register.apply(edit, note: OptOutNote(since: time, source: .list)), at: time)
        }
        network.turn()
        #expect(network.orders.count == 1)
    }

    @Test("Who opted out is not called, neither by an action of the highest class with an override")
    func optedOut() throws {
        let network = network(at: local(12, 0), [try person(0, optOuts: .calls)])
        let key = try network.engine.stage(
            try ActionID("a1"),
            ActionDefinition(
                priority: .lifeThreat, prompt: [.text("x")], account: "GM0513",
                override: ActionOverride(officer: "J. de Vries", reason: "dam breach")), now: network.now)
        network.engine.stageRecipients([StagedRecipient(number: try number(0))], of: key, now: network.now)
        network.engine.commitStaged(key, contentHash: "h", promptHash: "p", promptMilliseconds: 10, now: network.now)
        network.turn()
        #expect(network.orders.isEmpty && network.cdrs.isEmpty)
        #expect(network.counters("a1")?.outcomes == [.optedOut: 1])
    }

    @Test("An override passes over times and limits", arguments: [true, false])
    func override(isGiven: Bool) throws {
        let never = Preferences(caps: [.lifeThreat: ActionCap(perMonth: 0)])
        let network = network(at: local(23, 0), [try person(0, daytime()), try person(1, never)])
        let key = try network.engine.stage(
            try ActionID("a1"),
            ActionDefinition(
                priority: .lifeThreat, prompt: [.text("x")], account: "GM0513",
                override: isGiven ? ActionOverride(officer: "J. de Vries", reason: "dam breach") : nil),
            now: network.now)
        network.engine.stageRecipients(
            [StagedRecipient(number: try number(0)), StagedRecipient(number: try number(1))], of: key, now: network.now)
        network.engine.commitStaged(key, contentHash: "h", promptHash: "p", promptMilliseconds: 10, now: network.now)
        network.turn()
        #expect(network.orders.count == (isGiven ? 2 : 0))
        #expect(network.counters("a1")?.outcomes == (isGiven ? [.answered: 2] : [.capped: 1]))
    }

    @Test("Not more than once a month: the second action of the class leaves alone who was called in the first")
    func monthly() throws {
        let once = Preferences(caps: [.normal: ActionCap(perMonth: 1)])
        let network = network(at: local(12, 0), [try person(0, once)])
        try network.submit("a1", count: 2)
        network.run(for: .minutes(2))
        #expect(network.counters("a1")?.outcomes == [.answered: 2])
        let contacts = network.journal.filter { if case .participantContacted = $0 { true } else { false } }
        #expect(contacts.count == 1)
        try network.submit("a2", count: 2)
        network.run(for: .minutes(2))
        #expect(network.counters("a2")?.outcomes == [.answered: 1, .capped: 1])
        try network.submit("a3", count: 2, priority: .urgent)
        network.run(for: .minutes(2))
        #expect(network.counters("a3")?.outcomes == [.answered: 2])
    }

    @Test("A process that is killed in the night calls nobody before the morning either")
    func killed() throws {
        let people = [try person(0, daytime())]
        let network = network(at: local(23, 0), people)
        try network.submit("a1", count: 1)
        network.run(for: .minutes(5))
        var journal = Journal()
        journal.apply(network.journal)
        let next = Network(network.engine.configuration)
        next.answer = network.answer
        next.now = network.now + .minutes(1)
        next.civilOffset = network.civilOffset
        var snapshot = journal.snapshot(lastAlive: network.now)
        snapshot.participants = people
        if let clock = snapshot.clock { next.engine.clockStarts(clock) }
        next.engine.restore(snapshot, counters: [:], now: next.now)
        next.engine.promptReady(hash: "p")
        next.run(for: .minutes(12 * 60))
        #expect(next.orders.count == 1 && civil(next, 0) == local(7, 5, day: 25))
    }

    @Test("Who does not want a call gets the SMS, if the action has one")
    func cascade() throws {
        let network = MessageNetwork(
            MessageNetwork.configuration([MessageNetwork.smsc("kpn")], trunks: [Network.trunk("a")]))
        network.call = { _, _ in CallEnd(sipCode: 200, by: .callee) }
        network.engine.register.restore(
            [
                try person(0, optOuts: .calls), try person(1, Preferences(channels: [.sms])),
                try person(2, Preferences(callTimes: .never)), try person(3, optOuts: .all),
            ], contacts: [])
        try network.submit(
            "a1", count: 5, text: TextMessage(text: "Alert", wantsReceipts: false), channels: [.voice, .sms])
        network.run(for: .minutes(1))
        #expect(network.calls.map(\.order.callee) == [try number(4)])
        #expect(network.submissions.count == 3)
        #expect(network.counters("a1")?.outcomes == [.answered: 1, .sent: 3, .optedOut: 1])
    }

    @Test(
        "Whoever has an outcome, or goes by another channel, and stands in a queue still, is neither sent an SMS nor asked about wishes"
    )
    func stale() throws {
        let network = MessageNetwork(
            MessageNetwork.configuration([MessageNetwork.smsc("kpn")], trunks: [Network.trunk("a")]), areUp: false)
        // Who is asked, has opted out: their outcome would change.
        network.engine.register.restore(try (0..<3).map { try person($0, optOuts: .all) }, contacts: [])
        try network.submit(
            "a1", count: 4, text: TextMessage(text: "Alert", wantsReceipts: false), channels: [.sms, .voice])
        let action = try #require(network.engine.action(named: "a1"))
        let roster = network.engine.roster
        roster.setState(.ended(.answered), of: 0, in: action, now: network.now)
        roster.setState(.ended(.cancelled), of: 1, in: action, now: network.now)
        roster.updateHistory(of: 2, in: action) { $0.step = 1 }
        network.up(0)
        network.run(for: .seconds(5))
        #expect(network.submissions.map(\.number) == [MessageNetwork.number(3)])
        #expect(network.counters("a1")?.outcomes == [.answered: 1, .cancelled: 1, .sent: 1])
        // Nor does a stale entry keep its recipient from the other channel.
        #expect(action.recipients[2].history.step == 1 && network.counters("a1")?.waiting == 1)
    }

    @Test("Enough have confirmed: telephones that ring stop, whoever listens hears it to the end, nobody else is tried")
    func enough() throws {
        let network = Network(EngineConfiguration(trunks: [Network.trunk("a", channels: 6)]))
        network.reportsSending = true
        let key = try network.engine.stage(
            try ActionID("a1"),
            ActionDefinition(prompt: [.text("x")], keys: ["2": .confirm], account: "GM0513", enough: 2),
            now: network.now)
        network.engine.stageRecipients(
            try (0..<20).map { StagedRecipient(number: try number($0)) }, of: key, now: network.now)
        network.engine.commitStaged(key, contentHash: "h", promptHash: "p", promptMilliseconds: 10, now: network.now)
        network.run(for: .seconds(1))
        #expect(network.orders.count == 6)
        let calls = network.orders.map(\.order.attempt)
        for call in calls.prefix(3) {
            network.engine.callAnswered(call, codec: .pcma, dialog: "{}", at: network.now)
        }
        network.engine.keyPressed(calls[0], digit: "2", now: network.now)
        network.engine.keyPressed(calls[0], digit: "2", now: network.now)
        network.turn()
        #expect(network.engine.action(named: "a1")?.record.phase == .running)
        network.effects = []
        network.engine.callEnded(calls[0], CallEnd(sipCode: 200, by: .callee), at: network.now, now: network.now)
        network.engine.keyPressed(calls[1], digit: "2", now: network.now)
        network.turn()
        let hungUp = network.effects.compactMap { if case .hangUp(let call) = $0 { call } else { nil } }
        #expect(Set(hungUp) == Set(calls.suffix(3)))
        for call in calls.suffix(3) {
            network.engine.callEnded(
                call, CallEnd(sipCode: 487, by: .gateway, ownReason: .requested), at: network.now, now: network.now)
        }
        for call in calls[1...2] {
            network.engine.callEnded(call, CallEnd(sipCode: 200, by: .callee), at: network.now, now: network.now)
        }
        network.run(for: .minutes(10))
        #expect(network.orders.count == 6)
        #expect(network.counters("a1")?.outcomes == [.confirmed: 2, .answered: 1, .cancelled: 17])
    }
}
