// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import SMPP
import Testing

@testable import Actions

@Suite struct MessageReceiptTests {
    private func network(_ count: Int = 3, segments: Int = 1, doubt: DoubtPolicy = .hold, binds: Int = 1) throws
        -> MessageNetwork
    {
        let network = MessageNetwork(MessageNetwork.configuration([MessageNetwork.smsc("kpn", binds: binds)]))
        network.reply = nil
        try network.submit(
            "a1", count: count, text: TextMessage(text: segments == 1 ? "Alert" : threeSegments, doubt: doubt))
        network.turn()
        return network
    }

    @Test("A receipt that comes before the response waits for it")
    func early() throws {
        let network = try network()
        for index in 0..<3 { network.receipt(index, .delivered) }
        network.turn()
        // A process that dies here has them sent again.
        #expect(network.acknowledged.isEmpty)
        #expect(network.counters("a1")?.messaging == 3)
        for index in 0..<3 { network.answer(index) }
        network.turn()
        #expect(network.acknowledged.count == 3)
        #expect(network.counters("a1")?.outcomes == [.delivered: 3])
        network.checkLedger()
    }

    @Test("Twice, out of order, over another bind: the first final state counts, once")
    func order() throws {
        let network = try network(3, binds: 2)
        for index in 0..<3 { network.answer(index) }
        network.turn()
        let other = BindKey(smsc: 0, bind: 1)
        network.receipt(0, .delivered, over: other)
        network.receipt(0, .enroute)
        network.receipt(0, .delivered)
        network.receipt(0, .undeliverable)
        network.receipt(1, .enroute, over: other)
        network.receipt(1, .accepted)
        network.turn()
        #expect(network.counters("a1")?.outcomes == [.delivered: 1])
        network.receipt(1, .undeliverable)
        network.receipt(1, .delivered)
        network.receipt(2, .unknown)
        network.turn()
        #expect(network.counters("a1")?.outcomes == [.delivered: 1, .undelivered: 1])
        // Nothing is known of it, and nothing more comes.
        network.run(for: .minutes(61))
        #expect(network.counters("a1")?.outcomes == [.delivered: 1, .undelivered: 1, .sent: 1])
        #expect(network.cdrs.map { $0.message?.state } == ["DELIVERED", "UNDELIVERABLE", "UNKNOWN"])
        #expect(network.acknowledged.count == 9)
        #expect(network.notices.allSatisfy { if case .receiptUnmatched = $0 { false } else { true } })
        network.checkLedger()
    }

    @Test(
        "What receipts tell, ends the message accordingly",
        arguments: [
            (MessageState.undeliverable, Outcome.undelivered, Disposition.undelivered, 20),
            (.expired, .undelivered, .expired, 20), (.rejected, .undelivered, .rejected, 21),
            (.deleted, .undelivered, .undelivered, 20), (.unknown, .sent, .sent, 16),
            (.delivered, .delivered, .delivered, 16),
        ])
    func states(state: MessageState, outcome: Outcome, disposition: Disposition, cause: Int) throws {
        let network = try network(1)
        network.answer(0)
        network.receipt(0, state)
        network.run(for: .minutes(61))
        #expect(network.counters("a1")?.outcomes == [outcome: 1])
        let cdr = try #require(network.cdrs.first)
        #expect(cdr.disposition == disposition && cdr.cause == cause)
        #expect(cdr.message?.state == "\(state)".uppercased() && cdr.message?.acceptedSegments == 1)
        network.checkLedger()
    }

    @Test("One segment that was not delivered makes the message not delivered")
    func oneOfSeveral() throws {
        let network = try network(1, segments: 3)
        for index in 0..<3 { network.answer(index) }
        network.receipt(0, .delivered)
        network.receipt(1, .undeliverable)
        network.turn()
        #expect(network.counters("a1")?.messaging == 1)
        network.receipt(2, .delivered)
        network.turn()
        #expect(network.counters("a1")?.outcomes == [.undelivered: 1])
        #expect(network.cdrs.first?.message?.state == "UNDELIVERABLE")
        network.checkLedger()
    }

    @Test("Some receipts of a message came when its time is over: it was sent, no more is known")
    func someOfSeveral() throws {
        let network = try network(1, segments: 3)
        for index in 0..<3 { network.answer(index) }
        network.receipt(1, .delivered)
        network.run(for: .minutes(61))
        #expect(network.counters("a1")?.outcomes == [.sent: 1])
        network.checkLedger()
    }

    @Test("A receipt that comes after a restart finds its message", arguments: [1, 3])
    func afterRestart(segments: Int) throws {
        let network = try network(3, segments: segments)
        for index in 0..<(3 * segments) { network.answer(index) }
        network.receipt(0, .delivered)
        network.turn()
        network.restart()
        network.turn()
        #expect(network.counters("a1")?.open == (segments == 1 ? 2 : 3))
        for index in 1..<(3 * segments) { network.receipt(index, .delivered) }
        network.run(for: .seconds(1))
        #expect(network.counters("a1")?.outcomes == [.delivered: 3])
        #expect(network.submissions.count == 3 * segments)
        network.checkLedger()
    }

    @Test("The time for receipts of a message that is delivered later runs from then, a restart or not")
    func deferred() throws {
        let network = MessageNetwork(MessageNetwork.configuration([MessageNetwork.smsc("kpn")]))
        try network.submit(
            "a1", count: 1, text: TextMessage(text: "Alert", deliverAt: network.now + .minutes(300)))
        network.settle()
        network.run(for: .minutes(120))
        network.restart()
        network.run(for: .minutes(230))
        #expect(network.counters("a1")?.messaging == 1)
        network.run(for: .minutes(20))
        #expect(network.counters("a1")?.outcomes == [.sent: 1])
    }

    @Test("Receipts of messages that nobody knows are acknowledged, and reported once they have waited")
    func unknown() throws {
        let network = try network(1)
        var fields = MessageFields()
        fields.source = .e164("+31600000000")
        fields.esmClass = .deliveryReceipt
        fields.parameters = [
            OptionalParameter(.messageState, MessageState.delivered.rawValue),
            OptionalParameter(.receiptedMessageID, text: "nobody"),
        ]
        let ticket = network.deliver(fields)
        network.turn()
        #expect(!network.acknowledged.contains(ticket), "its response may be under way")
        #expect(network.engine.smscs[0].counts.unmatchedReceipts == 1)
        network.run(for: .milliseconds(250))
        #expect(network.acknowledged.contains(ticket))
        network.run(for: .minutes(3))
        network.answer(0)
        network.receipt(0, .delivered)
        network.turn()
        #expect(network.counters("a1")?.outcomes == [.delivered: 1])
        let unmatched = network.notices.count { if case .receiptUnmatched = $0 { true } else { false } }
        #expect(unmatched == 1)
        network.checkLedger()
    }

    @Test("The same receipt twice does not speak for two segments in doubt, though only the number leads to them")
    func repeatedByNumber() throws {
        let network = try network(1, segments: 3)
        network.down(0)
        network.up(0)
        network.receipt(0, .delivered)
        network.receipt(0, .delivered)
        network.receipt(2, .delivered)
        network.receipt(2, .delivered)
        network.turn()
        #expect(network.counters("a1")?.messaging == 1)
        network.run(for: .minutes(11))
        #expect(network.counters("a1")?.outcomes == [.interrupted: 1])
        #expect(network.cdrs.first?.message?.acceptedSegments == 2)
        network.checkLedger()
    }

    @Test("A late receipt of a former process's message is not taken for one of a new message to the same number")
    func formerProcess() throws {
        let network = try network(20)
        network.reply = { _ in .taken }
        network.run(for: .minutes(61))
        #expect(network.counters("a1")?.outcomes == [.sent: 20])
        network.restart()
        network.reply = { _ in .taken }
        try network.submit("a2", count: 20)
        network.settle()
        #expect(network.counters("a2")?.messaging == 20)
        for index in 0..<20 { network.receipt(index, .undeliverable, withReference: true) }
        network.turn()
        #expect(network.counters("a2")?.messaging == 20)
    }

    @Test("Other settings of an SMSC do not lose the messages that wait for receipts")
    func reconfigured() throws {
        let network = try network(10)
        for index in 0..<10 { network.answer(index) }
        network.turn()
        network.configuration.messaging.smscs[0].receipts.settleAfter = 5
        network.engine.configure(network.configuration)
        for index in 0..<10 { network.receipt(index, .delivered) }
        network.turn()
        #expect(network.counters("a1")?.outcomes == [.delivered: 10])
        network.checkLedger()
    }
}
