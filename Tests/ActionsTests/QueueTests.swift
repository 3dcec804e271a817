// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing
import Testing

@testable import Actions

/// Large actions: what a turn does is what changes, however many wait.
@Suite struct QueueTests {
    private func network(rate: Double = 10) -> Network {
        Network(EngineConfiguration(trunks: [Network.trunk("a", rate: rate)]))
    }

    private func people(_ range: Range<Int>, _ channel: Channel? = nil) throws -> [StagedRecipient] {
        try range.map {
            StagedRecipient(
                number: try #require(PhoneNumber(e164: "+316\(10_000_000 + $0)")), reference: "P-\($0)",
                channel: channel)
        }
    }

    /// Calls, records and effects of a second.
    private func output(waiting: Int) throws -> [Int] {
        let network = network()
        network.answer = { _, _ in CallEnd(sipCode: 486) }
        for number in 0..<10 { try network.submit("a\(number)", count: waiting / 10) }
        network.journal = []
        network.effects = []
        let calls = network.orders.count
        network.run(for: .seconds(1))
        return [network.orders.count - calls, network.journal.count, network.effects.count]
    }

    @Test("What turns write and do does not grow with those who wait")
    func output() throws {
        let few = try output(waiting: 500)
        #expect(few[0] > 5)
        #expect(try output(waiting: 10_000) == few)
    }

    /// The time of the quickest of many turns, each of which starts one call.
    private func quickestTurn(waiting: Int) throws -> Duration {
        let network = network(rate: 1000)
        for number in 0..<10 { try network.submit("a\(number)", count: waiting / 10) }
        let clock = ContinuousClock()
        return (0..<50).map { _ in
            network.now = network.now + .milliseconds(1)
            return clock.measure { network.turn() }
        }.min() ?? .zero
    }

    @Test("Nor does its time")
    func time() throws {
        let few = try quickestTurn(waiting: 500)
        let many = try quickestTurn(waiting: 100_000)
        // 200 times as many; a turn that looked at each of them would take as many times as long.
        #expect(many < few * 20, "\(many) with 100,000, \(few) with 500")
    }

    @Test("A commit brings two records, however many are submitted; they are called in their order")
    func commit() throws {
        let network = network(rate: 1000)
        let key = try network.engine.stage(
            try ActionID("a"), ActionDefinition(prompt: [.text("x")], account: "GM0513"), now: network.now)
        for start in stride(from: 0, to: 6000, by: 2000) {
            network.engine.stageRecipients(try people(start..<start + 2000), of: key, now: network.now)
        }
        network.turn()
        #expect(network.orders.isEmpty)
        network.journal = []
        network.engine.commitStaged(
            key, contentHash: "h", promptHash: "p", promptMilliseconds: 1000, now: network.now)
        #expect(network.engine.action(named: "a")?.counters.waiting == 6000)
        network.run(for: .milliseconds(20))
        let expected = try people(0..<network.orders.count).map(\.number)
        #expect(network.orders.count > 10 && network.orders.map(\.order.callee) == expected)
        let changes = network.journal.count { if case .actionChanged = $0 { true } else { false } }
        #expect(changes == 2)
    }

    @Test("Cancelling changes one record, however many wait")
    func cancel() throws {
        let network = network()
        try network.submit("a", count: 5000)
        network.journal = []
        try network.engine.cancel("a", finishCalls: true, now: network.now)
        network.turn()
        #expect(network.journal.count <= 2)
        #expect(network.counters("a")?.outcomes[.cancelled] == 4999)
    }

    @Test("An action with SMS lists whose number is whose, sorted; one without does not")
    func numbers() throws {
        let network = network()
        for (id, text) in [("sms", TextMessage(text: "x")), ("voice", nil)] {
            let key = try network.engine.stage(
                try ActionID(id),
                ActionDefinition(prompt: [.text("x")], account: "GM0513", channels: [.voice, .sms], text: text),
                now: network.now)
            let some = try people(0..<10)
            network.engine.stageRecipients(some.reversed(), of: key, now: network.now)
            network.engine.commitStaged(
                key, contentHash: "h", promptHash: "p", promptMilliseconds: 1000, now: network.now)
        }
        network.turn()
        let lists = network.journal.compactMap { record -> [NumberEntry]? in
            if case .numbersListed(_, let entries) = record { entries } else { nil }
        }
        #expect(lists.count == 1)
        #expect(lists.first?.map(\.digits) == (0..<10).map { UInt64(31_610_000_000 + $0) })
        #expect(lists.first?.map(\.recipient.value) == (1...10).reversed())
    }

    @Test("Who waits takes little room: a history is kept of those only who have one")
    func room() throws {
        #expect(MemoryLayout<RecipientRecord>.stride <= 128)
        var person = RecipientRecord(
            id: RecipientID(1), action: 1, number: try #require(PhoneNumber(e164: "+31612345678")), reference: "P",
            account: "A", state: .waiting(due: .epoch))
        let before = person
        person.history.busy = 1
        #expect(person != before && person.history.busy == 1 && before.history.busy == 0)
        person.history.busy = 0
        #expect(person == before)
    }
}
