// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing
import Participants
import Testing

@testable import ActionEngine
@testable import Actions

@Suite("The register changes while an action runs") struct RegisterChangeTests {
    private func number(_ index: Int) throws -> PhoneNumber {
        try #require(PhoneNumber(e164: "+316\(10_000_000 + index)"))
    }

    private func network(_ people: [Participant]) -> Network {
        let network = Network(EngineConfiguration(trunks: [Network.trunk("a")]))
        network.answer = { _, _ in CallEnd(sipCode: 200, by: .callee) }
        network.engine.register.restore(people, contacts: [])
        return network
    }

    private func paused(_ index: Int, until: Timestamp) throws -> Participant {
        Participant(
            reference: "P-\(index)", number: try number(index), preferences: Preferences(pausedUntil: until))
    }

    @Test("Whoever is withdrawn from the register while waiting is asked about anew")
    func withdrawn() throws {
        let network = network([try paused(0, until: Timestamp(milliseconds: 1_000_000) + .minutes(600))])
        try network.submit("a1", count: 1)
        network.run(for: .minutes(1))
        #expect(network.orders.isEmpty)
        network.engine.changeRegister(now: network.now) { register in
            RegisterChange(register.withdrawAll(except: []), at: .epoch)
        }
        network.turn()
        #expect(network.orders.map(\.order.callee) == [try number(0)])
    }

    @Test("A change that the disk refuses has not been made: neither to wishes nor to references; opting out stays")
    func undone() throws {
        let until = Timestamp(milliseconds: 1_000_000) + .minutes(600)
        let before = [try paused(0, until: until), Participant(reference: "P-1", number: try number(1))]
        let network = network(before)
        let engine = network.engine
        let numbers = try (0..<9).map(number)
        try network.submit("a1", count: 1)
        network.run(for: .minutes(1))
        let note = OptOutNote(since: .epoch, source: .list)
        var moved = ParticipantEdit(number: try number(7), reference: "P-1")
        moved.caps = [.normal: ActionCap(perMonth: 0)]
        let new = ParticipantEdit(number: try number(8), reference: "P-8")
        var edit = ParticipantEdit(number: try number(0), reference: "P-0")
        edit.pausedUntil = .some(nil)
        let undo = engine.changeRegister(now: network.now) { register in
            RegisterChange([edit, moved, new].flatMap { register.apply($0, note: note) }, at: .epoch)
        }
        #expect(engine.register.count == 3 && engine.register[reference: "P-1"]?.number == moved.number)
        // Somebody else says STOP meanwhile.
        _ = engine.register.optOut(numbers[8], of: .sms, note: OptOutNote(since: .epoch, source: .sms))
        engine.undo(undo, now: network.now)
        #expect(engine.register[numbers[0]] == before[0] && engine.register[numbers[1]] == before[1])
        #expect(engine.register[reference: "P-1"] == before[1] && engine.register[reference: "P-8"] == nil)
        #expect(engine.register[numbers[7]] == nil && engine.register.count == 2)
        let rest = engine.register[numbers[8]]
        #expect(rest?.optOuts == .sms && rest?.reference == nil)
        network.run(for: .minutes(1))
        #expect(network.orders.isEmpty)
        // The journal is told of who was changed by another, and of nobody else.
        let last = network.journal.compactMap { if case .registerChanged(let change) = $0 { change } else { nil } }.last
        #expect(last?.changes == rest.map { [.stored($0)] })
    }

    @Test("A number that is forgotten while a submission comes in is neither called nor kept")
    func forgotten() throws {
        let network = network([])
        let engine = network.engine
        let (gone, other) = (try number(0), try number(1))
        let key = try engine.stage(try ActionID("a1"), ActionDefinition(prompt: [.text("x")]), now: network.now)
        engine.stageRecipients([StagedRecipient(number: other)], of: key, now: network.now)
        #expect(engine.openAction(alerting: other) == "a1" && engine.openAction(alerting: gone) == nil)
        engine.beginForgetting(gone)
        let second = try engine.stage(try ActionID("a2"), ActionDefinition(prompt: [.text("x")]), now: network.now)
        engine.numberForgotten(gone, now: network.now)
        for key in [key, second] {
            engine.stageRecipients([StagedRecipient(number: gone)], of: key, now: network.now)
            engine.commitStaged(key, contentHash: "h", promptHash: "p", promptMilliseconds: 1, now: network.now)
        }
        network.run(for: .minutes(1))
        #expect(network.orders.map(\.order.callee) == [other])
        #expect(network.counters("a1")?.outcomes == [.answered: 1, .notWelcome: 1])
        #expect(network.counters("a2")?.outcomes == [.notWelcome: 1])
        #expect(engine.action(named: "a2")?.record.phase == .completed)
        let kept = network.journal.flatMap { record -> [PhoneNumber] in
            if case .recipientsStaged(let people) = record { people.map(\.number) } else { [] }
        }
        #expect(kept.count == 3 && !kept.contains(gone) && kept.count(where: \.isPurged) == 2)
        // A list that is submitted afterwards means it.
        try network.submit("a3", count: 1)
        network.run(for: .minutes(1))
        #expect(network.orders.count == 2 && engine.wasForgotten(gone, now: network.now))
    }

    @Test("What a citizen writes while the number is being forgotten is kept by the pseudonym alone")
    func wroteMeanwhile() throws {
        let network = network([])
        network.engine.beginForgetting(try number(0))
        _ = network.engine.register.optOut(try number(0), of: .sms, note: OptOutNote(since: .epoch, source: .sms))
        network.engine.numberForgotten(try number(0), now: network.now)
        network.turn()
        var journal = Journal()
        journal.apply(network.journal)
        #expect(journal.participants.values.map(\.number.isPurged) == [true])
        #expect(network.engine.register[try number(0)]?.optOuts == .sms)
    }
}
