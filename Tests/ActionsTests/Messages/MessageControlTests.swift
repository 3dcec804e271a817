// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import SMPP
import Testing

@testable import Actions
@testable import Pacing

@Suite struct MessageControlTests {
    let one = MessageNetwork.configuration([MessageNetwork.smsc("kpn")])

    private func begun(_ count: Int = 50, segments: Int = 1, wantsReceipts: Bool = true) throws -> MessageNetwork {
        let network = MessageNetwork(one)
        network.reply = nil
        try network.submit(
            "a1", count: count,
            text: TextMessage(text: segments == 1 ? "Alert" : threeSegments, wantsReceipts: wantsReceipts))
        network.turn()
        return network
    }

    @Test("Cancelled: nothing more leaves, what is under way gets its end and its CDR")
    func cancel() throws {
        let network = try begun()
        try network.engine.cancel("a1", finishCalls: false, now: network.now)
        network.turn()
        #expect(network.journal.messages.count == 10)
        #expect(network.counters("a1")?.messaging == 10 && network.counters("a1")?.outcomes == [.cancelled: 40])
        // Refused for the moment is refused for good: it is not sent again.
        for index in 0..<3 { network.answer(index, .throttled) }
        network.answer(3, .messageQueueFull)
        for index in 4..<10 { network.answer(index) }
        network.turn()
        #expect(network.counters("a1")?.messaging == 6)
        for index in 4..<7 { network.receipt(index, .delivered) }
        network.receipt(7, .undeliverable)
        network.run(for: .minutes(90))
        #expect(network.submissions.count == 10)
        #expect(network.counters("a1")?.outcomes == [.cancelled: 44, .delivered: 3, .undelivered: 1, .sent: 2])
        #expect(network.cdrs.count == 10)
        #expect(network.engine.action(named: "a1")?.record.finalCounters != nil)
        network.checkLedger()
    }

    @Test("Cancelled with half of a message out: the rest stays, and its CDR says how much was taken")
    func cancelHalf() throws {
        let network = try begun(5, segments: 3)
        try network.engine.cancel("a1", finishCalls: false, now: network.now)
        network.turn()
        // Three messages and one segment of the fourth are out.
        for index in 0..<10 { network.answer(index) }
        network.turn()
        for index in 0..<9 { network.receipt(index, .delivered) }
        network.run(for: .minutes(90))
        #expect(network.submissions.count == 10)
        #expect(network.counters("a1")?.outcomes == [.delivered: 3, .cancelled: 2])
        #expect(network.cdrs.map { $0.message?.acceptedSegments }.sorted { $0 ?? 0 < $1 ?? 0 } == [1, 3, 3, 3])
        network.checkLedger()
    }

    @Test("Cancelled, then killed: the next process sends nothing, and ends what was under way")
    func cancelAndCrash() throws {
        let network = try begun()
        try network.engine.cancel("a1", finishCalls: false, now: network.now)
        network.turn(dying: .afterActing)
        network.reply = { _ in .taken }
        network.run(for: .minutes(30))
        #expect(network.submissions.count == 10)
        #expect(network.phase("a1") == .cancelled)
        #expect(network.counters("a1")?.outcomes == [.cancelled: 40, .interrupted: 10])
        #expect(network.counters("a1")?.open == 0)
        network.checkLedger()
    }

    @Test("What was dropped with an action does not stand in the way of another one")
    func cancelFreesTheWay() throws {
        var configuration = one
        configuration.messaging.smscs[0].limits.perSecond = 20
        let network = MessageNetwork(configuration)
        network.reply = nil
        try network.submit("a1", count: 100)
        network.turn()
        try network.submit("a2", count: 5, firstNumber: 500)
        for index in network.submissions.indices { network.answer(index, .invalidDestinationAddress) }
        try network.engine.cancel("a1", finishCalls: false, now: network.now)
        network.reply = { _ in .told([.delivered]) }
        network.run(for: .seconds(2))
        #expect(network.counters("a2")?.outcomes == [.delivered: 5])
    }

    @Test("Paused: what was journalled ahead goes back; a message of which a segment is out is finished")
    func pause() throws {
        let network = try begun(50, segments: 3)
        #expect(network.submissions.count == 10)
        try network.engine.pause("a1", now: network.now)
        network.reply = { _ in .told([.delivered]) }
        network.run(for: .minutes(30))
        #expect(network.submissions.count == 12)
        #expect(network.counters("a1")?.outcomes == [.delivered: 4] && network.counters("a1")?.waiting == 46)
        #expect(network.journal.messages.isEmpty)
        network.restart()
        network.run(for: .minutes(1))
        #expect(network.submissions.count == 12)
        try network.engine.resume("a1", now: network.now)
        network.run(for: .seconds(5))
        #expect(network.counters("a1")?.outcomes == [.delivered: 50])
        #expect(network.submissions.allSatisfy { $0.times == 1 })
        // In their order: who came first is sent first.
        #expect(network.submissions.map(\.number) == network.submissions.map(\.number).sorted())
        network.checkLedger()
    }

    @Test("Paused just when the SMSC goes: everybody waits, and gets it after all")
    func pauseAndDown() throws {
        let network = try begun()
        try network.engine.pause("a1", now: network.now)
        network.down(0, unsent: 10)
        network.run(for: .minutes(1))
        #expect(network.counters("a1")?.open == 50)
        network.up(0)
        try network.engine.resume("a1", now: network.now)
        network.reply = { _ in .told([.delivered]) }
        network.run(for: .seconds(5))
        #expect(network.counters("a1")?.outcomes == [.delivered: 50])
        network.checkLedger()
    }

    @Test("Expired: nothing leaves after its time; who had the message then keeps the outcome of it")
    func expiry() throws {
        let network = MessageNetwork(one)
        network.reply = { _ in .taken }
        let expires = network.now + .seconds(100)
        try network.submit("a1", count: 20, expires: expires)
        network.settle()
        network.down(0)
        try network.submit("a2", count: 20, expires: expires, firstNumber: 100)
        network.run(for: .seconds(90))
        #expect(network.submissions.count == 20)
        network.run(for: .seconds(20))
        #expect(network.phase("a1") == .expired && network.phase("a2") == .expired)
        network.up(0)
        for index in 0..<5 { network.receipt(index, .delivered) }
        network.run(for: .minutes(90))
        #expect(network.counters("a1")?.outcomes == [.delivered: 5, .sent: 15])
        #expect(network.counters("a2")?.outcomes == [.expired: 20])
        #expect(network.submissions.count == 20)
        network.checkLedger()
    }

    @Test("A drain hands over nothing more, and does not wait for receipts; the next process takes up the rest")
    func drain() throws {
        let network = try begun()
        for index in 0..<2 { network.answer(index) }
        network.engine.drain(now: network.now)
        network.turn()
        #expect(network.engine.isDrained)
        #expect(network.submissions.count == 10)
        // Responses that come while the binds are being ended still count.
        for index in 2..<8 { network.answer(index) }
        network.answer(8, .throttled)
        network.answer(9, .invalidDestinationAddress)
        network.receipt(0, .delivered)
        network.turn()
        #expect(network.submissions.count == 10)
        #expect(network.cdrs.count == 2)
        network.restart()
        network.reply = { _ in .told([.delivered]) }
        network.run(for: .seconds(1))
        for index in 1..<8 { network.receipt(index, .delivered) }
        network.run(for: .seconds(1))
        #expect(network.counters("a1")?.outcomes == [.delivered: 49, .invalidNumber: 1])
        #expect(network.cdrs.allSatisfy { $0.message?.doubtful == false })
        #expect(network.submissions.count == 51)
        network.checkLedger()
    }

    @Test("The second signal ends at once: messages stay in the journal for the next process")
    func terminate() throws {
        let network = try begun()
        for index in 0..<5 { network.answer(index) }
        network.engine.terminate(now: network.now)
        network.turn()
        #expect(network.engine.isDrained && network.cdrs.isEmpty)
        #expect(network.submissions.count == 10)
        network.restart()
        network.reply = { _ in .told([.delivered]) }
        network.run(for: .seconds(1))
        for index in 0..<5 { network.receipt(index, .delivered) }
        network.run(for: .minutes(30))
        #expect(network.counters("a1")?.outcomes == [.delivered: 45, .interrupted: 5])
        network.checkLedger()
    }

    @Test("An SMSC that the operator takes out sends nothing; another one takes over, or it waits")
    func disabled() throws {
        for count in 1...2 {
            let names = ["kpn", "odido"].prefix(count)
            let network = MessageNetwork(
                MessageNetwork.configuration(
                    names.enumerated().map { MessageNetwork.smsc($1, priority: $0 + 1) }))
            network.reply = nil
            try network.submit("a1", count: 50)
            network.turn()
            try network.engine.setSMSC("kpn", enabled: false, now: network.now)
            network.reply = { _ in .told([.delivered]) }
            network.run(for: .minutes(1))
            #expect(network.submissions.dropFirst(10).allSatisfy { $0.order.bind.smsc == 1 })
            #expect(network.counters("a1")?.outcomes == [.delivered: count == 1 ? 10 : 50])
            try network.engine.setSMSC("kpn", enabled: true, now: network.now)
            network.run(for: .minutes(1))
            #expect(network.counters("a1")?.outcomes == [.delivered: 50])
            network.checkLedger()
        }
        #expect(throws: EngineError.unknownSMSC("x")) {
            try MessageNetwork(one).engine.setSMSC("x", enabled: true, now: .epoch)
        }
    }

    @Test("A reload that changes the sender or the alphabet: what has not left goes as it is now")
    func reload() throws {
        let network = try begun(20, segments: 3)
        network.configuration.messaging.smscs[0].sender = "Gemeente"
        network.engine.configure(network.configuration)
        network.reply = { _ in .told([.delivered]) }
        network.run(for: .minutes(1))
        #expect(network.counters("a1")?.outcomes == [.delivered: 20])
        // No telephone can put segments of two senders together.
        for all in Dictionary(grouping: network.submissions, by: \.attempt).values {
            #expect(Set(all.map(\.fields.source)).count == 1)
        }
        network.checkLedger()
    }

    @Test("A reload without the SMSC that has them: another one takes over")
    func removed() throws {
        let network = MessageNetwork(
            MessageNetwork.configuration([MessageNetwork.smsc("kpn"), MessageNetwork.smsc("odido", priority: 2)]))
        network.reply = nil
        try network.submit("a1", count: 50)
        network.turn()
        network.configuration.messaging.smscs.removeFirst()
        network.engine.configure(network.configuration)
        network.reply = { _ in .told([.delivered]) }
        network.run(for: .minutes(1))
        #expect(network.counters("a1")?.outcomes == [.delivered: 50])
        #expect(network.submissions.dropFirst(10).allSatisfy { $0.order.bind.smsc == 1 })
        network.checkLedger()
    }

    @Test("Those held in doubt to their end can be sent again on request")
    func retry() throws {
        let network = try begun(15)
        network.down(0)
        network.up(0)
        network.reply = { _ in .told([.delivered]) }
        network.run(for: .minutes(15))
        #expect(network.counters("a1")?.outcomes == [.delivered: 5, .interrupted: 10])
        #expect(network.phase("a1") == .completed)
        let stored = network.journal.recipients.values.sorted { $0.id < $1.id }
        #expect(try network.engine.retryInterrupted("a1", stored: stored, now: network.now).count == 10)
        network.run(for: .seconds(5))
        #expect(network.counters("a1")?.outcomes == [.delivered: 15, .interrupted: 0])
        #expect(network.phase("a1") == .completed)
        network.checkLedger()
    }
}
