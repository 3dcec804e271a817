// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing
import Participants
import SMPP
import Testing

@testable import ActionEngine
@testable import Actions

@Suite("Who was in an action is remembered, for limits that look back") struct ContactNoteTests {
    private static let once = Preferences(caps: [.normal: ActionCap(perMonth: 1)])

    private func number(_ index: Int) throws -> PhoneNumber {
        try #require(PhoneNumber(e164: "+316\(10_000_000 + index)"))
    }

    private func network(_ answer: @escaping (CallOrder, Int) -> CallEnd?) -> Network {
        let network = Network(EngineConfiguration(trunks: [Network.trunk("a")]))
        network.answer = answer
        return network
    }

    private func set(_ preferences: Preferences, of index: Int, in engine: Engine, now: Timestamp) throws {
        var edit = ParticipantEdit(number: try number(index), reference: "P-\(index)")
        edit.caps = preferences.caps
        engine.changeRegister(now: now) { register in
            RegisterChange(register.apply(edit, note: OptOutNote(since: .epoch, source: .list)), at: .epoch)
        }
    }

    private func contacts(_ records: [JournalRecord]) -> [PhoneNumber] {
        records.compactMap { if case .participantContacted(let number, _) = $0 { number } else { nil } }
    }

    @Test("A limit that is set tomorrow looks back at yesterday's action, whoever was enrolled then")
    func looksBack() throws {
        let network = network { _, _ in CallEnd(sipCode: 200, by: .callee) }
        try network.submit("a1", count: 2)
        network.run(for: .minutes(5))
        try set(Self.once, of: 0, in: network.engine, now: network.now)
        try network.submit("a2", count: 2)
        network.run(for: .minutes(5))
        #expect(network.counters("a2")?.outcomes == [.answered: 1, .capped: 1])
    }

    @Test("An INVITE that never left is no action that somebody was in")
    func unsent() throws {
        let network = network { _, tries in
            tries < 3 ? CallEnd(sipCode: 0, unsent: .address) : CallEnd(sipCode: 200, by: .callee)
        }
        network.engine.register.restore(
            [Participant(reference: "P-0", number: try number(0), preferences: Self.once)], contacts: [])
        try network.submit("a1", count: 1)
        network.turn()
        #expect(contacts(network.journal).isEmpty)
        #expect(network.engine.register.former(try number(0), actionClass: .normal, except: 0).isEmpty)
        network.run(for: .minutes(5))
        #expect(contacts(network.journal) == [try number(0)])
    }

    @Test("It is noted once in an action, however often and by whatever channel somebody is tried")
    func once() throws {
        let network = MessageNetwork(
            MessageNetwork.configuration([MessageNetwork.smsc("kpn")], trunks: [Network.trunk("a")]))
        network.call = { _, _ in CallEnd(sipCode: 486) }
        try network.submit(
            "a1", count: 3, text: TextMessage(text: "Alert", wantsReceipts: false), channels: [.voice, .sms])
        network.run(for: .minutes(60))
        #expect(network.counters("a1")?.outcomes == [.sent: 3])
        #expect(network.calls.count == 12)
        #expect(network.journal.contacts.map(\.number.e164).sorted() == (0..<3).map(MessageNetwork.number))
    }

    @Test("An SMS that no SMSC takes over, or that waits for one, is not noted; one that may have left is")
    func texts() throws {
        let network = MessageNetwork(MessageNetwork.configuration([MessageNetwork.smsc("kpn")]), areUp: false)
        try network.submit("a1", count: 1, text: TextMessage(text: "Alert", wantsReceipts: false))
        network.run(for: .minutes(1))
        let number = try number(0)
        #expect(network.engine.register.former(number, actionClass: .normal, except: 0).isEmpty)
        network.reply = { _ in .silence }
        network.bindAll()
        network.run(for: .seconds(1))
        #expect(network.submissions.count == 1)
        network.turn(dying: .afterActing)
        network.run(for: .seconds(1))
        #expect(network.engine.register.former(number, actionClass: .normal, except: 0).count == 1)
    }

    @Test("A process that is killed while the telephone rings remembers it all the same")
    func killed() throws {
        let network = network { _, _ in nil }
        network.reportsSending = true
        try network.submit("a1", count: 1)
        network.turn()
        #expect(network.orders.count == 1)
        var journal = Journal()
        journal.apply(network.journal)
        let next = Network(network.engine.configuration)
        next.answer = { _, _ in CallEnd(sipCode: 200, by: .callee) }
        next.now = network.now + .minutes(1)
        next.engine.restore(journal.snapshot(lastAlive: network.now), counters: [:], now: next.now)
        #expect(next.engine.register.former(try number(0), actionClass: .normal, except: 0).count == 1)
        next.engine.promptReady(hash: "p")
        next.run(for: .minutes(5))
        #expect(contacts(next.journal) == [try number(0)])
        try set(Self.once, of: 0, in: next.engine, now: next.now)
        try next.submit("a2", count: 1)
        next.run(for: .minutes(5))
        #expect(next.counters("a2")?.outcomes == [.capped: 1])
    }

    @Test("Of those who are not enrolled it goes with the numbers of the action; what is too old goes by itself")
    func bounded() throws {
        let register = ParticipantRegister(pseudonyms: NumberPseudonyms(instanceKey: [1]))
        let day = Interval.minutes(24 * 60)
        register.restore([Participant(reference: "P-1", number: try number(1))], contacts: [])
        for index in 0..<2 {
            register.contacted(try number(index), .init(actionClass: .normal, action: 1, at: .epoch + day))
        }
        register.forgetContacts(ofAction: 1)
        #expect(register.former(try number(0), actionClass: .normal, except: 9).isEmpty)
        #expect(register.former(try number(1), actionClass: .normal, except: 9).count == 1)
        register.contacted(try number(1), .init(actionClass: .normal, action: 2, at: .epoch + day * 402))
        #expect(register.former(try number(1), actionClass: .normal, except: 9) == [.epoch + day * 402])
    }

    @Test("A hundred thousand who want no SMS are no turn that calls wait for")
    func refusalsAreSpread() throws {
        let network = MessageNetwork(MessageNetwork.configuration([MessageNetwork.smsc("kpn")]))
        let count = 10_000
        network.engine.register.restore(
            try (0..<count).map {
                Participant(reference: "P-\($0)", number: try number($0), optOuts: .all)
            }, contacts: [])
        try network.submit("a1", count: count, text: TextMessage(text: "Alert", wantsReceipts: false))
        var most = 0
        var done = 0
        for _ in 0..<20 {
            network.turn()
            let now = network.counters("a1")?.outcomes[.optedOut, default: 0] ?? 0
            (most, done) = (max(most, now - done), now)
        }
        #expect(done == count && most <= 2048)
    }
}
