// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Pacing
import SMPP
import Testing

@testable import ActionEngine
@testable import Actions

@Suite("What an SMSC has of a stopped action is deleted there") struct RecallTests {
    private let dispatch = Requester(user: "dispatch")

    private func network(_ smscs: [SMSCSettings] = [MessageNetwork.smsc("kpn", window: 50)]) -> MessageNetwork {
        MessageNetwork(MessageNetwork.configuration(smscs))
    }

    private func states(_ network: MessageNetwork) -> [String: Int] {
        network.cdrs.reduce(into: [:]) { $0["\($1.disposition) \($1.message?.state ?? "")", default: 0] += 1 }
    }

    @Test("Each is named by its id and its addresses, the first alone, the others when that was answered")
    func deleted() throws {
        let network = network()
        try network.submit("a1", count: 20)
        network.settle()
        network.receipt(0, .delivered)
        network.commandReply = { _ in nil }
        try network.engine.stop("a1", by: dispatch, now: network.now)
        network.turn()
        #expect(network.commands.count == 1)
        guard case .cancelSM(let cancel) = network.commands[0].order.body else { throw Unexpected() }
        #expect(cancel.messageID == "m1" && cancel.serviceType.isEmpty)
        #expect(cancel.source == Address(.alphanumeric, .unknown, "NL-Alert"))
        #expect(cancel.destination == Address.e164(MessageNetwork.number(1)))
        network.commandReply = { _ in .ok }
        network.run(for: .seconds(5))
        #expect(network.commands.map(\.messageID) == (1..<20).map { "m\($0)" })
        #expect(network.counters("a1")?.outcomes == [.delivered: 1, .cancelled: 19])
        #expect(states(network) == ["delivered DELIVERED": 1, "undelivered DELETED": 19])
        // The SMSC says so once more.
        network.receipt(5, .deleted)
        network.run(for: .minutes(90))
        #expect(network.phase("a1") == .cancelled && network.submissions.count == 20)
        network.checkLedger()
    }

    @Test("What the SMSC has delivered meanwhile cannot be deleted, and counts as delivered")
    func tooLate() throws {
        let network = network()
        try network.submit("a1", count: 4)
        network.settle()
        network.commandReply = { $0.messageID == "m2" ? CommandStatus(rawValue: 0x11) : .ok }
        try network.engine.stop("a1", by: dispatch, now: network.now)
        network.run(for: .seconds(1))
        #expect(network.counters("a1")?.messaging == 1)
        network.receipt(2, .delivered)
        network.run(for: .seconds(1))
        #expect(network.counters("a1")?.outcomes == [.cancelled: 3, .delivered: 1])
        #expect(network.commands.count == 4)
        network.checkLedger()
    }

    @Test("An SMSC that does not know cancel_sm is asked once, for all of its messages, and said so once")
    func unknown() throws {
        let network = network()
        network.commandReply = { _ in .invalidCommandID }
        try network.submit("a1", count: 20)
        try network.submit("a2", count: 5, firstNumber: 100)
        network.settle()
        try network.engine.stop("a1", by: dispatch, now: network.now)
        network.run(for: .seconds(5))
        try network.engine.stop("a2", by: dispatch, now: network.now)
        network.run(for: .minutes(90))
        #expect(network.commands.count == 1)
        let said = network.notices.filter { $0 == .smscLearned("kpn", "it does not know cancel_sm") }
        #expect(said.count == 1)
        #expect(network.counters("a1")?.outcomes == [.sent: 20] && network.counters("a2")?.outcomes == [.sent: 5])
        network.checkLedger()
    }

    @Test("An SMSC that leaves cancel_sm unanswered is not asked by the hundred")
    func silent() throws {
        let network = network()
        network.commandReply = { _ in nil }
        try network.submit("a1", count: 20)
        network.settle()
        try network.engine.stop("a1", by: dispatch, now: network.now)
        network.turn()
        network.now = network.now + .seconds(10)
        network.timeOutCommand(0)
        network.run(for: .seconds(2))
        try #require(network.commands.count == 2)
        network.now = network.now + .seconds(10)
        network.timeOutCommand(1)
        network.run(for: .minutes(90))
        #expect(network.commands.count == 2)
        #expect(network.notices.contains(.smscLearned("kpn", "it does not answer cancel_sm")))
        #expect(network.counters("a1")?.outcomes[.sent] ?? 0 >= 18 && network.counters("a1")?.open == 0)
        network.checkLedger()
    }

    @Test("Cancel=no asks nobody")
    func configured() throws {
        var smsc = MessageNetwork.smsc("kpn")
        smsc.mayCancel = false
        let network = network([smsc])
        try network.submit("a1", count: 5)
        network.settle()
        try network.engine.stop("a1", by: dispatch, now: network.now)
        network.run(for: .minutes(90))
        #expect(network.commands.isEmpty && network.counters("a1")?.outcomes == [.sent: 5])
    }

    @Test("Ids that are worthless name nobody's message")
    func worthless() throws {
        let network = network()
        network.reply = nil
        try network.submit("a1", count: 20)
        network.turn()
        for index in network.submissions.indices { network.answer(index, read: "1") }
        network.turn()
        try network.engine.stop("a1", by: dispatch, now: network.now)
        network.run(for: .seconds(5))
        #expect(network.commands.isEmpty)
    }

    @Test("What the SMSC keeps until a time is deleted, receipt or not; if not stopped, it is sent then")
    func scheduled() throws {
        let network = network()
        let later = network.now + .seconds(3600)
        let text = TextMessage(text: "Alert", wantsReceipts: false, deliverAt: later)
        try network.submit("a1", count: 5, text: text)
        try network.submit("a2", count: 5, text: text, firstNumber: 100)
        network.settle()
        #expect(network.counters("a1")?.messaging == 5 && network.cdrs.isEmpty)
        network.run(for: .minutes(30))
        try network.engine.stop("a1", by: dispatch, now: network.now)
        network.run(for: .seconds(5))
        #expect(network.counters("a1")?.outcomes == [.cancelled: 5])
        #expect(Set(network.commands.map(\.messageID)) == ["m0", "m1", "m2", "m3", "m4"])
        network.restart()
        network.run(for: .minutes(31))
        #expect(network.counters("a2")?.outcomes == [.sent: 5] && network.commands.count == 5)
        network.checkLedger()
    }

    @Test("What is taken over only after the stop is deleted too")
    func underWay() throws {
        let network = network()
        network.reply = nil
        try network.submit("a1", count: 8, text: TextMessage(text: "Alert", wantsReceipts: false))
        network.turn()
        try network.engine.stop("a1", by: dispatch, now: network.now)
        network.turn()
        network.reply = { _ in .taken }
        network.run(for: .seconds(5))
        #expect(network.commands.count == 8 && network.counters("a1")?.outcomes == [.cancelled: 8])
        network.checkLedger()
    }

    @Test("A process that dies in the middle leaves nothing out: what may have been deleted before is in doubt")
    func killed() throws {
        let network = network()
        try network.submit("a1", count: 10)
        network.settle()
        network.commandReply = { _ in nil }
        try network.engine.stop("a1", by: dispatch, now: network.now)
        network.turn()
        network.answerCommand(0)
        network.turn(dying: .afterActing)
        // The SMSC has done what it was asked, and does not know those messages any more.
        let asked = Set(network.commands.map(\.messageID))
        #expect(asked.count == 10)
        network.commandReply = { asked.contains($0.messageID) ? .invalidMessageID : .ok }
        network.run(for: .minutes(90))
        #expect(Set(network.commands.dropFirst(10).map(\.messageID)) == asked.subtracting(["m0"]))
        #expect(network.counters("a1")?.outcomes == [.cancelled: 1, .interrupted: 9])
        #expect(states(network) == ["undelivered DELETED": 1, "unknown ": 9])
        network.checkLedger()
    }

    @Test("The disk is told that a deletion is asked for before it is")
    func journalFirst() throws {
        let network = network()
        try network.submit("a1", count: 3)
        network.settle()
        try network.engine.stop("a1", by: dispatch, now: network.now)
        network.turn(dying: .afterJournal)
        #expect(network.commands.isEmpty)
        network.run(for: .seconds(5))
        #expect(network.commands.count == 3 && network.counters("a1")?.outcomes == [.cancelled: 3])
    }

    @Test("When the link goes, it is asked again once it is back")
    func linkLost() throws {
        let network = network()
        try network.submit("a1", count: 6)
        network.settle()
        network.down(0)
        try network.engine.stop("a1", by: dispatch, now: network.now)
        network.run(for: .minutes(3))
        #expect(network.commands.isEmpty)
        network.commandReply = { _ in nil }
        network.up(0)
        network.run(for: .seconds(1))
        #expect(network.commands.count == 1)
        network.down(0)
        network.commandReply = { _ in .ok }
        network.up(0)
        network.run(for: .seconds(1))
        #expect(network.commands.count == 7 && network.counters("a1")?.outcomes == [.cancelled: 6])
    }

    @Test("An SMSC that is told too much is asked again a little later")
    func throttled() throws {
        let network = network()
        try network.submit("a1", count: 4)
        network.settle()
        var refused = 0
        network.commandReply = { _ in
            refused += 1
            return refused <= 3 ? .throttled : .ok
        }
        try network.engine.stop("a1", by: dispatch, now: network.now)
        network.run(for: .seconds(10))
        #expect(network.counters("a1")?.outcomes == [.cancelled: 4] && network.commands.count == 7)
    }

    @Test("Deletions hold nobody up: a threat to life goes first, and others of the class have every second place")
    func shares() throws {
        let network = network([MessageNetwork.smsc("kpn", window: 100, perSecond: 20)])
        try network.submit("a1", count: 200)
        network.run(for: .seconds(12))
        try network.engine.stop("a1", by: dispatch, now: network.now)
        try network.submit("a2", count: 200, firstNumber: 1000)
        let stopped = network.now
        network.run(for: .seconds(4))
        let others = network.submissions.count { $0.at > stopped }
        #expect((30...50).contains(others) && (30...50).contains(network.commands.count))
        try network.submit("a3", count: 60, priority: .lifeThreat, firstNumber: 2000)
        let pressed = network.now
        network.run(for: .seconds(3))
        #expect(network.submissions.count { $0.at > pressed && $0.number >= MessageNetwork.number(2000) } >= 54)
        // No second has more than the contract allows, whatever is asked.
        let times = (network.submissions.map(\.at) + network.commands.map(\.at)).sorted()
        for index in times.indices.dropFirst(20) { #expect(times[index] - times[index - 20] >= .seconds(1)) }
        network.run(for: .seconds(60))
        #expect(network.counters("a1")?.outcomes == [.cancelled: 200])
    }

    @Test("Of a text of several segments each is deleted; who has had one of them is in doubt")
    func segments() throws {
        let network = network()
        try network.submit("a1", count: 2, text: TextMessage(text: threeSegments))
        network.settle()
        network.receipt(0, .delivered)
        try network.engine.stop("a1", by: dispatch, now: network.now)
        network.run(for: .seconds(5))
        #expect(network.commands.map(\.messageID) == ["m1", "m2", "m3", "m4", "m5"])
        #expect(network.counters("a1")?.outcomes == [.cancelled: 2])
        #expect(states(network) == ["unknown DELETED": 1, "undelivered DELETED": 1])
        network.checkLedger()
    }

    private struct Unexpected: Error {}
}
