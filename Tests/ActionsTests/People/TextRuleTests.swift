// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing
import Participants
import SMPP
import Testing

@testable import ActionEngine
@testable import Actions

@Suite("What participants wish, at the moment at which an SMS leaves") struct TextRuleTests {
    private func local(_ hour: Int, _ minute: Int, day: Int = 24) -> Timestamp {
        DutchTime(year: 2026, month: 11, day: day, hour: hour, minute: minute).timestamp()
    }

    private func number(_ index: Int) throws -> PhoneNumber {
        try #require(PhoneNumber(e164: MessageNetwork.number(index)))
    }

    private func person(_ index: Int, _ preferences: Preferences = .none) throws -> Participant {
        Participant(reference: "P-\(index)", number: try number(index), preferences: preferences)
    }

    /// Fifty SMS at a civil time that has held for long enough: ten are with the SMSC, which answers nothing by itself,
    /// the others are journalled and wait for it.
    private func begun(
        at civil: Timestamp, _ people: [Participant] = [], _ text: TextMessage = TextMessage(text: "Alert"),
        expires: Timestamp? = nil
    ) throws -> MessageNetwork {
        let network = MessageNetwork(MessageNetwork.configuration([MessageNetwork.smsc("kpn")]))
        network.reply = nil
        network.civilOffset = civil - network.now - .minutes(20)
        network.turn()
        network.now = network.now + .minutes(20)
        network.engine.register.restore(people, contacts: [])
        try network.submit("a1", count: 50, text: text, expires: expires)
        network.turn()
        #expect(network.submissions.count == 10 && network.counters("a1")?.messaging == 50)
        return network
    }

    private func change(_ network: MessageNetwork, _ edit: (inout ParticipantEdit) -> Void, _ index: Int) throws {
        var one = ParticipantEdit(number: try number(index))
        edit(&one)
        let at = network.engine.civil(network.now)
        network.engine.changeRegister(now: network.now) { register in
            RegisterChange(register.apply(one, note: OptOutNote(since: at, source: .list)), at: at)
        }
    }

    private func numbers(_ network: MessageNetwork) -> Set<String> { Set(network.submissions.map(\.number)) }

    @Test("Who opts out while the SMS is journalled does not get it, and the outcome says why")
    func optOut() throws {
        let network = try begun(at: local(12, 0))
        try change(network, { $0.optOuts = .adds(.sms) }, 30)
        network.reply = { _ in .told([.delivered]) }
        network.run(for: .seconds(5))
        #expect(!numbers(network).contains(MessageNetwork.number(30)))
        #expect(network.counters("a1")?.outcomes == [.delivered: 49, .optedOut: 1])
        #expect(network.cdrs.count == 49)
        network.checkLedger()
    }

    @Test("Who opted out is not sent once more what the SMSC refused for now")
    func optOutAfterThrottling() throws {
        let network = try begun(at: local(12, 0))
        network.answer(3, .throttled)
        network.turn()
        try change(network, { $0.optOuts = .adds(.all) }, 3)
        network.reply = { _ in .told([.delivered]) }
        network.run(for: .minutes(2))
        #expect(network.submissions.count { $0.number == MessageNetwork.number(3) } == 1)
        #expect(network.counters("a1")?.outcomes == [.delivered: 49, .optedOut: 1])
        network.checkLedger()
    }

    @Test("Who opted out is not sent a second copy of what is in doubt")
    func optOutInDoubt() throws {
        let network = try begun(at: local(12, 0), [], TextMessage(text: "Alert", doubt: .resend))
        network.timeOut(3)
        try change(network, { $0.optOuts = .adds(.sms) }, 3)
        network.reply = { $0.number == MessageNetwork.number(3) ? .silence : .told([.delivered]) }
        network.run(for: .minutes(30))
        #expect(network.submissions.count { $0.number == MessageNetwork.number(3) } == 1)
        #expect(network.counters("a1")?.outcomes == [.delivered: 49, .interrupted: 1])
        network.checkLedger()
    }

    @Test("Whose quiet hours begin meanwhile gets it in the morning, without a record of the night")
    func quietHours() throws {
        let quiet = Preferences(smsTimes: try WelcomeTimes(text: "07:05-22:55"))
        let network = try begun(at: local(22, 54), [try person(30, quiet), try person(5, quiet)])
        network.run(for: .minutes(1))
        network.reply = { _ in .told([.delivered]) }
        network.run(for: .minutes(60))
        // The SMSC had number 5's before.
        #expect(network.submissions.count == 49 && network.counters("a1")?.waiting == 1)
        let action = try #require(network.engine.action(named: "a1"))
        #expect(action.waits[30]?.reason == .notWelcome)
        network.run(for: .minutes(10 * 60))
        let last = try #require(network.submissions.last)
        #expect(last.number == MessageNetwork.number(30) && network.engine.civil(last.at) == local(7, 5, day: 25))
        #expect(network.counters("a1")?.outcomes == [.delivered: 50] && network.cdrs.count == 50)
    }

    @Test("Who asks for a pause that is longer than the action has that as the outcome")
    func pause() throws {
        let network = try begun(at: local(12, 0), expires: local(13, 0))
        let until = local(9, 0, day: 30)
        try change(network, { $0.pausedUntil = until }, 30)
        network.reply = { _ in .told([.delivered]) }
        network.run(for: .seconds(5))
        #expect(!numbers(network).contains(MessageNetwork.number(30)))
        #expect(network.counters("a1")?.outcomes == [.delivered: 49, .notWelcome: 1])
    }

    @Test("After a restart those whom the SMSC never had are asked about like all others")
    func restart() throws {
        let network = try begun(at: local(12, 0), [try person(0)])
        try change(network, { $0.optOuts = .adds(.sms) }, 30)
        network.turn(dying: .afterJournal)
        let opted = Participant(reference: nil, number: try number(30), optOuts: .sms)
        network.engine.register.restore([opted], contacts: [])
        network.reply = { _ in .told([.delivered]) }
        network.run(for: .minutes(30))
        #expect(!numbers(network).contains(MessageNetwork.number(30)))
        #expect(network.counters("a1")?.outcomes[.optedOut] == 1)
    }
}
