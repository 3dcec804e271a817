// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import SMPP
import Testing

@testable import Actions
@testable import Pacing

@Suite struct MessageCascadeTests {
    static let both = MessageNetwork.configuration(
        [MessageNetwork.smsc("kpn")], trunks: [Network.trunk("a")])
    static let noAnswer = CallEnd(sipCode: 487, fromWire: false, ownReason: .ringTimeout)
    static let answered = CallEnd(sipCode: 200, by: .callee)
    static let timed = Cascade(after: .minutes(2))

    @Test("Not answered after all its tries: an SMS")
    func voiceThenText() throws {
        let network = MessageNetwork(Self.both)
        network.call = { _, _ in Self.noAnswer }
        network.reply = { _ in .told([.delivered]) }
        try network.submit("a1", count: 5, channels: [.voice, .sms])
        network.run(for: .minutes(60))
        #expect(network.calls.count == 15)
        #expect(network.submissions.count == 5)
        #expect(network.counters("a1")?.outcomes == [.delivered: 5])
        #expect(network.cdrs.filter { $0.callee == MessageNetwork.number(0) }.map(\.attemptNumber) == [1, 2, 3, 4])
        network.checkLedger()
    }

    @Test("With every SMSC down, who waits for an SMS is called after the channel's time")
    func centresDown() throws {
        let network = MessageNetwork(Self.both)
        network.call = { _, _ in Self.answered }
        network.down(0)
        try network.submit("a1", count: 20, channels: [.sms, .voice], cascade: Self.timed)
        network.run(for: .seconds(110))
        #expect(network.calls.isEmpty && network.submissions.isEmpty)
        network.run(for: .seconds(60))
        #expect(network.calls.count == 20 && network.submissions.isEmpty)
        #expect(network.counters("a1")?.outcomes == [.answered: 20])
        network.checkLedger()
    }

    @Test("A centre that comes back in time keeps its messages")
    func centreBackInTime() throws {
        let network = MessageNetwork(Self.both)
        network.call = { _, _ in Self.answered }
        network.reply = { _ in .told([.delivered]) }
        network.down(0)
        try network.submit("a1", count: 20, channels: [.sms, .voice], cascade: Self.timed)
        network.run(for: .seconds(90))
        network.up(0)
        network.run(for: .minutes(10))
        #expect(network.calls.isEmpty && network.submissions.count == 20)
        #expect(network.counters("a1")?.outcomes == [.delivered: 20])
    }

    @Test("Not delivered: a call", arguments: [MessageState.undeliverable, .expired])
    func textThenVoice(state: MessageState) throws {
        let network = MessageNetwork(Self.both)
        network.call = { _, _ in Self.answered }
        network.reply = { _ in .told([state]) }
        try network.submit("a1", count: 5, channels: [.sms, .voice])
        network.run(for: .minutes(1))
        #expect(network.submissions.count == 5 && network.calls.count == 5)
        #expect(network.counters("a1")?.outcomes == [.answered: 5])
        #expect(network.cdrs.count == 10)
        network.checkLedger()
    }

    @Test(
        "What no SMSC takes for good is a reason to call",
        arguments: [
            CommandStatus.permanentApplicationError, .invalidDestinationAddress, .invalidSourceAddress,
        ])
    func refusedThenVoice(status: CommandStatus) throws {
        let network = MessageNetwork(Self.both)
        network.call = { _, _ in Self.answered }
        network.reply = { _ in .refused(status) }
        try network.submit("a1", count: 3, channels: [.sms, .voice])
        network.run(for: .minutes(1))
        #expect(network.counters("a1")?.outcomes == [.answered: 3])
        network.checkLedger()
    }

    @Test("No receipt in time: a call; the message stays under way, and its CDR comes with its end")
    func byTime() throws {
        let network = MessageNetwork(Self.both)
        network.call = { _, _ in Self.answered }
        try network.submit("a1", count: 5, channels: [.sms, .voice], cascade: Self.timed)
        network.run(for: .seconds(119))
        #expect(network.calls.isEmpty)
        network.run(for: .seconds(2))
        #expect(network.calls.count == 5)
        #expect(network.phase("a1") == .completed)
        #expect(network.counters("a1")?.outcomes == [.answered: 5])
        #expect(network.cdrs.map(\.attemptNumber) == [2, 2, 2, 2, 2])
        for index in 0..<3 { network.receipt(index, .delivered) }
        network.run(for: .minutes(90))
        #expect(network.cdrs.map(\.attemptNumber) == [2, 2, 2, 2, 2, 1, 1, 1, 1, 1])
        #expect(network.cdrs.dropFirst(5).map(\.disposition) == [.delivered, .delivered, .delivered, .sent, .sent])
        #expect(network.outcomes() == [.answered: 5])
        #expect(network.counters("a1")?.attempts == 10)
        #expect(network.engine.action(named: "a1")?.record.finalCounters?.attempts == 10)
        network.checkLedger()
    }

    @Test("A late receipt ends the recipient who waits to be called again")
    func lateReceipt() throws {
        let network = MessageNetwork(Self.both)
        network.call = { _, _ in CallEnd(sipCode: 486) }
        try network.submit("a1", count: 4, channels: [.sms, .voice], cascade: Self.timed)
        network.run(for: .seconds(130))
        #expect(network.calls.count == 4 && network.counters("a1")?.waiting == 4)
        network.receipt(0, .delivered)
        network.receipt(1, .undeliverable)
        network.turn()
        #expect(network.counters("a1")?.outcomes == [.delivered: 1])
        network.run(for: .minutes(90))
        #expect(network.counters("a1")?.outcomes == [.delivered: 1, .busy: 3])
        #expect(network.calls.filter { $0.order.callee.e164 == MessageNetwork.number(0) }.count == 1)
        network.checkLedger()
    }

    @Test("A restart keeps the time of a channel, and what is under way beside it")
    func restart() throws {
        let network = MessageNetwork(Self.both)
        network.call = { _, _ in CallEnd(sipCode: 486) }
        try network.submit("a1", count: 4, channels: [.sms, .voice], cascade: Self.timed)
        network.run(for: .seconds(60))
        network.restart()
        network.run(for: .seconds(58))
        #expect(network.calls.isEmpty)
        network.run(for: .seconds(5))
        #expect(network.calls.count == 4)
        network.restart()
        network.turn()
        #expect(network.engine.openMessages == 4 && network.counters("a1")?.waiting == 4)
        for index in 0..<4 { network.receipt(index, .delivered) }
        network.run(for: .seconds(10))
        #expect(network.counters("a1")?.outcomes == [.delivered: 4])
        #expect(network.calls.count == 4)
        network.checkLedger()
    }

    @Test("Completed by calls, killed, and the messages beside them still get their CDRs")
    func restartAfterCompletion() throws {
        let network = MessageNetwork(Self.both)
        network.call = { _, _ in Self.answered }
        try network.submit("a1", count: 4, channels: [.sms, .voice], cascade: Self.timed)
        network.run(for: .minutes(3))
        #expect(network.phase("a1") == .completed)
        network.restart()
        network.turn()
        #expect(network.counters("a1")?.outcomes.values.reduce(0, +) == 4)
        for index in 0..<4 { network.receipt(index, .delivered) }
        network.turn()
        #expect(network.cdrs.count == 8)
        #expect(network.counters("a1")?.attempts == 8 && network.counters("a1")?.outcomes.values.reduce(0, +) == 4)
        network.checkLedger()
    }

    @Test("The recipient's own channel comes first, then the others in order")
    func ownChannel() throws {
        let network = MessageNetwork(Self.both)
        network.call = { _, _ in CallEnd(sipCode: 404) }
        network.reply = { _ in .told([.undeliverable]) }
        try network.submit("a1", count: 4, channels: [.voice, .sms], own: { $0 % 2 == 0 ? .sms : nil })
        network.run(for: .minutes(1))
        for index in 0..<4 {
            let order = network.cdrs.filter { $0.callee == MessageNetwork.number(index) }.map { $0.message != nil }
            #expect(order == (index % 2 == 0 ? [true, false] : [false, true]))
        }
        #expect(network.counters("a1")?.outcomes == [.invalidNumber: 2, .undelivered: 2])
        network.checkLedger()
    }

    @Test("Who wants no SMS gets none, and is called if that is a channel")
    func optedOut() throws {
        let network = MessageNetwork(Self.both)
        network.call = { _, _ in Self.answered }
        var fields = MessageFields()
        fields.source = .e164(MessageNetwork.number(1))
        fields.shortMessage = Array("STOP".utf8)
        network.deliver(fields)
        network.turn()
        // Known to the next process too.
        network.restart()
        network.reply = { _ in .told([.delivered]) }
        try network.submit("both", count: 3, channels: [.sms, .voice])
        try network.submit("text", count: 3, channels: [.sms])
        // They share their numbers.
        network.run(for: .minutes(2))
        #expect(network.counters("both")?.outcomes == [.delivered: 2, .answered: 1])
        #expect(network.counters("text")?.outcomes == [.delivered: 2, .optedOut: 1])
        #expect(!network.submissions.contains { $0.number == MessageNetwork.number(1) })
        network.checkLedger()
    }

    @Test("Time is over while an SMS waits to be tried again without any SMSC up: a call, and no SMS")
    func overWhileWaiting() throws {
        let network = MessageNetwork(Self.both)
        network.call = { _, tries in tries == 1 ? CallEnd(sipCode: 486) : Self.answered }
        network.reply = { _ in .refused(.systemError) }
        try network.submit("a1", count: 1, channels: [.sms, .voice], cascade: Cascade(after: .seconds(30)))
        network.run(for: .seconds(5))
        network.down(0)
        network.run(for: .seconds(20))
        network.run(for: .seconds(10))
        #expect(network.calls.count == 1)
        network.reply = { _ in .told([.delivered]) }
        network.up(0)
        network.run(for: .minutes(10))
        #expect(network.submissions.count == 1)
        #expect(network.counters("a1")?.outcomes == [.answered: 1])
        network.checkLedger()
    }
}
