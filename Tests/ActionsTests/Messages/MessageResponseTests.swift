// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import SMPP
import Testing

@testable import Actions
@testable import Pacing

@Suite struct MessageResponseTests {
    let one = MessageNetwork.configuration([MessageNetwork.smsc("kpn")])
    let two = MessageNetwork.configuration([
        MessageNetwork.smsc("kpn"), MessageNetwork.smsc("odido", priority: 2),
    ])
    let plain = TextMessage(text: "Alert", wantsReceipts: false)

    @Test("Throttling costs nobody a try and stops nothing", arguments: [1, 3])
    func throttled(segments: Int) throws {
        let network = MessageNetwork(one)
        var refusals = 0
        network.reply = { submission in
            guard submission.times <= 3 else { return .taken }
            refusals += 1
            return .refused(.throttled)
        }
        try network.submit(
            "a1", count: 50,
            text: TextMessage(text: segments == 1 ? "Alert" : threeSegments, wantsReceipts: false))
        network.run(for: .minutes(10))
        #expect(network.counters("a1")?.outcomes == [.sent: 50])
        #expect(refusals == 150 * segments)
        #expect(network.submissions.count == 200 * segments)
        #expect(network.cdrs.count == 50)
        #expect(network.cdrs.allSatisfy { $0.message?.submits == 4 * segments && $0.message?.doubtful == false })
        #expect(network.engine.smscs[0].counts.throttled == 150 * segments)
        network.checkLedger()
    }

    @Test("However often it was throttled, a message of a threat to life is sent again after a doubt")
    func throttledThenDoubtful() throws {
        let network = MessageNetwork(one)
        network.reply = { $0.times <= 20 ? .refused(.throttled) : .silence }
        try network.submit("a1", count: 1, text: plain, priority: .lifeThreat)
        network.run(for: .minutes(30))
        #expect(network.submissions.count == 21)
        network.down(0)
        network.up(0)
        // A full queue after all that is still waited for.
        network.reply = { $0.times == 22 ? .refused(.messageQueueFull) : .taken }
        network.run(for: .minutes(5))
        #expect(network.counters("a1")?.outcomes == [.sent: 1])
        #expect(network.cdrs.count == 1 && network.cdrs[0].message?.doubtful == true)
    }

    @Test("A full queue holds up its own number only")
    func queueFull() throws {
        let network = MessageNetwork(one)
        let full = MessageNetwork.number(3)
        network.reply = { $0.number == full && $0.times <= 4 ? .refused(.messageQueueFull) : .taken }
        try network.submit("a1", count: 100, text: plain)
        network.run(for: .milliseconds(100))
        #expect(network.counters("a1")?.outcomes == [.sent: 99])
        network.run(for: .minutes(2))
        #expect(network.counters("a1")?.outcomes == [.sent: 100])
        let times = network.submissions.filter { $0.number == full }.map { ($0.at - network.submissions[0].at).seconds }
        // Two seconds more each time, and up to a quarter.
        let waits = zip(times.dropFirst(), times).map { $0 - $1 }
        #expect(waits.count == 4)
        for (wait, least) in zip(waits, [2.0, 4, 6, 8]) { #expect(wait >= least && wait <= least * 1.25) }
        #expect(network.cdrs.count == 100)
        network.checkLedger()
    }

    @Test("A temporary refusal goes over the other SMSC, then again after the delays, then it failed")
    func temporary() throws {
        let network = MessageNetwork(two)
        network.reply = { _ in .refused(.systemError) }
        try network.submit("a1", count: 1, text: plain)
        network.run(for: .minutes(30))
        let start = network.submissions[0].at
        #expect(network.submissions.map { ($0.at - start).seconds.rounded() } == [0, 0, 10, 10, 70, 70, 370, 370])
        #expect(network.submissions.map(\.order.bind.smsc) == [0, 1, 0, 1, 0, 1, 0, 1])
        #expect(network.counters("a1")?.outcomes == [.failed: 1])
        #expect(network.cdrs.map(\.attemptNumber) == Array(1...8))
        for cdr in network.cdrs {
            #expect(cdr.disposition == .failed && cdr.cause == 41 && cdr.message?.acceptedSegments == 0)
            #expect(cdr.message?.error == "ESME_RSYSERR" && cdr.message?.accepted == nil)
        }
        network.checkLedger()
    }

    @Test(
        "Refusals end as they mean",
        arguments: [
            (CommandStatus.invalidDestinationAddress, [0], Outcome.invalidNumber, Disposition.rejected, 1),
            (.invalidSourceAddress, [0, 1], .failed, .rejected, 21),
            (.permanentApplicationError, [0, 1], .failed, .rejected, 21),
            (.rejectedByApplication, [0, 1], .failed, .rejected, 21),
        ])
    func refused(status: CommandStatus, smscs: [Int], outcome: Outcome, disposition: Disposition, cause: Int) throws {
        let network = MessageNetwork(two)
        network.reply = { _ in .refused(status) }
        try network.submit("a1", count: 1, text: plain)
        network.run(for: .minutes(60))
        #expect(network.submissions.map(\.order.bind.smsc) == smscs)
        #expect(network.counters("a1")?.outcomes == [outcome: 1])
        #expect(network.cdrs.allSatisfy { $0.disposition == disposition && $0.cause == cause })
        #expect(network.cdrs.count == smscs.count)
        network.checkLedger()
    }

    @Test("A refusal of our sender is an alarm; the other SMSC takes the message")
    func configurationRefused() throws {
        let network = MessageNetwork(two)
        network.reply = { $0.order.bind.smsc == 0 ? .refused(.invalidSourceAddress) : .taken }
        try network.submit("a1", count: 2, text: plain)
        network.run(for: .seconds(1))
        #expect(network.counters("a1")?.outcomes == [.sent: 2])
        #expect(network.notices.contains { if case .alarm(let text) = $0 { text.contains("kpn") } else { false } })
        network.checkLedger()
    }

    @Test("A text that one SMSC cannot send goes over the other")
    func noPlan() throws {
        var configuration = two
        configuration.messaging.smscs[0].sender = ""
        let network = MessageNetwork(configuration)
        try network.submit("a1", count: 20, text: plain)
        network.run(for: .seconds(1))
        #expect(network.counters("a1")?.outcomes == [.sent: 20])
        #expect(network.submissions.allSatisfy { $0.order.bind.smsc == 1 })
        network.checkLedger()
    }

    @Test("One segment of three refused: the others are billed, and the whole text goes over the other SMSC")
    func segmentRefused() throws {
        let network = MessageNetwork(two)
        network.reply = {
            $0.order.bind.smsc == 0 && $0.segment == 1 ? .refused(.systemError) : .told([.delivered])
        }
        try network.submit("a1", count: 1, text: TextMessage(text: threeSegments))
        network.run(for: .seconds(1))
        #expect(network.submissions.map(\.order.bind.smsc) == [0, 0, 0, 1, 1, 1])
        #expect(network.cdrs.count == 2)
        let first = try #require(network.cdrs[0].message)
        #expect(first.acceptedSegments == 2 && first.segments == 3 && first.submits == 3 && first.accepted == nil)
        #expect(first.messageIDs.map(\.isEmpty) == [false, true, false])
        #expect(network.cdrs[0].disposition == .failed && network.cdrs[1].disposition == .delivered)
        #expect(network.cdrs[1].message?.acceptedSegments == 3)
        #expect(network.counters("a1")?.outcomes == [.delivered: 1])
        network.checkLedger()
    }

    @Test("What has not left when a segment is refused, stays")
    func restStays() throws {
        let network = MessageNetwork(MessageNetwork.configuration([MessageNetwork.smsc("kpn", window: 1)]))
        network.reply = { _ in .refused(.invalidDestinationAddress) }
        try network.submit("a1", count: 1, text: TextMessage(text: threeSegments))
        network.run(for: .seconds(1))
        #expect(network.submissions.count == 1)
        #expect(network.cdrs.first?.message?.submits == 1)
        #expect(network.counters("a1")?.outcomes == [.invalidNumber: 1])
        network.checkLedger()
    }

    @Test("A late response clears up a doubt; a late refusal is no answer to what was sent since")
    func late() throws {
        let network = MessageNetwork(one)
        network.reply = nil
        try network.submit("a1", count: 2, text: plain)
        network.turn()
        network.timeOut(0)
        network.timeOut(1)
        network.turn()
        network.answer(0, isLate: true)
        network.answer(1, .invalidDestinationAddress, isLate: true)
        network.turn()
        #expect(network.counters("a1")?.outcomes == [.sent: 1, .invalidNumber: 1])
        #expect(network.cdrs.allSatisfy { $0.message?.doubtful == true })

        try network.submit("a2", count: 1, text: plain, priority: .lifeThreat, firstNumber: 10)
        network.turn()
        network.timeOut(2)
        network.run(for: .milliseconds(900))
        // The late response may be on its way.
        #expect(network.submissions.count == 3)
        network.run(for: .milliseconds(200))
        #expect(network.submissions.count == 4)
        network.answer(2, .systemError, isLate: true)
        network.turn()
        network.answer(3)
        network.run(for: .minutes(30))
        #expect(network.submissions.count == 4)
        #expect(network.counters("a2")?.outcomes == [.sent: 1])
        network.checkLedger()
    }
}
