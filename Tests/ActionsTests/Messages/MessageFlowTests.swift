// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import SMPP
import Testing

@testable import Actions

/// A text of three GSM-7 segments.
let threeSegments = String(repeating: "Keep windows and doors closed. ", count: 13)

@Suite struct MessageFlowTests {
    @Test(
        "Everybody gets every segment once, within the window, and a CDR that says so",
        arguments: [10, 50], [(false, 1), (true, 1), (false, 3), (true, 3)])
    func thousand(window: Int, form: (wantsReceipts: Bool, segments: Int)) throws {
        let network = MessageNetwork(MessageNetwork.configuration([MessageNetwork.smsc("kpn", window: window)]))
        let text = form.segments == 1 ? "Alert" : threeSegments
        network.reply = { _ in form.wantsReceipts ? .told([.enroute, .delivered]) : .taken }
        try network.submit("a1", count: 1000, text: TextMessage(text: text, wantsReceipts: form.wantsReceipts))
        network.run(for: .seconds(1))

        #expect(network.submissions.count == 1000 * form.segments)
        #expect(network.submissions.allSatisfy { $0.times == 1 })
        #expect(Set(network.submissions.map(\.number)).count == 1000)
        #expect(network.mostOutstanding[BindKey(smsc: 0, bind: 0)] == window)
        #expect(network.phase("a1") == .completed)
        let outcome: Outcome = form.wantsReceipts ? .delivered : .sent
        #expect(network.counters("a1")?.outcomes == [outcome: 1000])
        #expect(network.counters("a1")?.attempts == 1000)
        #expect(network.outcomes() == [outcome: 1000])
        network.checkLedger()
        #expect(network.cdrs.count == 1000)
        for cdr in network.cdrs {
            let detail = try #require(cdr.message)
            #expect(cdr.disposition == (form.wantsReceipts ? .delivered : .sent) && cdr.cause == 16)
            #expect(cdr.trunk == "kpn" && cdr.caller == "NL-Alert" && cdr.attemptNumber == 1)
            #expect(!cdr.redial && !cdr.recovered && !detail.doubtful)
            #expect(detail.segments == form.segments && detail.acceptedSegments == form.segments)
            #expect(detail.submits == form.segments && detail.messageIDs.count == form.segments)
            #expect(Set(detail.messageIDs).count == form.segments && !detail.messageIDs.contains(""))
            #expect(detail.accepted != nil && detail.encoding == "GSM-7")
            #expect(detail.state == (form.wantsReceipts ? "DELIVERED" : ""))
        }
        let ids = Set(network.cdrs.flatMap { $0.message?.messageIDs ?? [] })
        #expect(ids.count == 1000 * form.segments)
    }

    @Test("Several binds and SMSCs share the work, each within its window")
    func shared() throws {
        let network = MessageNetwork(
            MessageNetwork.configuration([
                MessageNetwork.smsc("kpn", window: 10, binds: 2), MessageNetwork.smsc("odido", window: 5),
            ]))
        network.reply = { _ in .told([.delivered]) }
        try network.submit("a1", count: 1000)
        network.run(for: .seconds(1))
        #expect(network.submissions.count == 1000 && network.submissions.allSatisfy { $0.times == 1 })
        #expect(network.mostOutstanding[BindKey(smsc: 0, bind: 0)] ?? 0 <= 10)
        #expect(network.mostOutstanding[BindKey(smsc: 0, bind: 1)] ?? 0 <= 10)
        #expect(network.mostOutstanding[BindKey(smsc: 1, bind: 0)] ?? 0 <= 5)
        #expect(Set(network.submissions.map(\.order.bind)).count == 3)
        #expect(network.counters("a1")?.outcomes == [.delivered: 1000])
        network.checkLedger()
    }

    @Test("Nothing is submitted that the journal does not know")
    func journalFirst() throws {
        let network = MessageNetwork(MessageNetwork.configuration([MessageNetwork.smsc("kpn")]))
        network.reply = nil
        try network.submit("a1", count: 30)
        network.turn()
        #expect(network.submissions.count == 10)
        for submission in network.submissions {
            #expect(network.journal.messages[submission.attempt] != nil)
        }
        let mark = try #require(network.journal.releases.first)
        #expect(network.submissions.allSatisfy { mark.covers($0.attempt, segment: $0.segment) })
        #expect(!mark.covers(AttemptID(mark.attempt.value + 1), segment: 0))
    }

    @Test("A message of three segments is delivered only when all of them are")
    func allSegments() throws {
        let network = MessageNetwork(MessageNetwork.configuration([MessageNetwork.smsc("kpn")]))
        try network.submit("a1", count: 1, text: TextMessage(text: threeSegments))
        network.settle()
        #expect(network.submissions.map(\.segment) == [0, 1, 2])
        network.receipt(2, .delivered)
        network.receipt(0, .delivered)
        network.settle()
        #expect(network.counters("a1")?.messaging == 1)
        network.receipt(1, .delivered)
        network.settle()
        #expect(network.counters("a1")?.outcomes == [.delivered: 1])
        network.checkLedger()
    }

    @Test("Without any receipt the message counts as sent when its time is over")
    func noReceipt() throws {
        let network = MessageNetwork(MessageNetwork.configuration([MessageNetwork.smsc("kpn")]))
        try network.submit("a1", count: 3)
        network.run(for: .minutes(59))
        #expect(network.counters("a1")?.messaging == 3)
        network.run(for: .minutes(2))
        #expect(network.counters("a1")?.outcomes == [.sent: 3])
        #expect(network.submissions.count == 3)
        network.checkLedger()
    }

    @Test("The contract's messages per second are kept in every second")
    func pace() throws {
        let network = MessageNetwork(
            MessageNetwork.configuration([MessageNetwork.smsc("kpn", window: 50, perSecond: 100)]))
        try network.submit("a1", count: 500, text: TextMessage(text: "Alert", wantsReceipts: false))
        network.run(for: .seconds(10))
        #expect(network.counters("a1")?.outcomes == [.sent: 500])
        let times = network.submissions.map(\.at)
        for (later, earlier) in zip(times.dropFirst(100), times) { #expect(later - earlier > .seconds(1)) }
    }

    @Test("What a socket holds back counts from when it has left: until then nothing follows on that bind")
    func blockedSocket() throws {
        let network = MessageNetwork(
            MessageNetwork.configuration([MessageNetwork.smsc("kpn", window: 50, perSecond: 10)]))
        network.reply = nil
        try network.submit("a1", count: 100, text: TextMessage(text: "Alert", wantsReceipts: false))
        func submits() -> Int {
            network.engine.advance(now: network.now)
            return network.engine.takeOutput().effects.count { if case .submit = $0 { true } else { false } }
        }
        #expect(submits() == 1)
        network.engine.launched(now: network.now, isBlocked: { _ in true })
        network.now = network.now + .seconds(2)
        #expect(submits() == 0)
        network.engine.launched(BindKey(smsc: 0, bind: 0), now: network.now)
        var left = 0
        for _ in 0..<100 {
            network.now = network.now + .milliseconds(10)
            left += submits()
            network.engine.launched(now: network.now)
        }
        // With the one that was held back, ten in that second.
        #expect(left == 9)
    }

    @Test("A threat to life leaves within one window, whatever waits")
    func lifeThreat() throws {
        let network = MessageNetwork(MessageNetwork.configuration([MessageNetwork.smsc("kpn", window: 50)]))
        network.reply = nil
        try network.submit("big", count: 100_000, text: TextMessage(text: "Alert", wantsReceipts: false))
        network.turn()
        #expect(network.submissions.count == 50)
        try network.submit(
            "life", count: 20, text: TextMessage(text: "Fire", wantsReceipts: false), priority: .lifeThreat,
            firstNumber: 200_000)
        network.turn()
        #expect(network.submissions.count == 50)
        network.reply = { _ in .taken }
        network.respond()
        network.turn()
        let next = network.submissions[50..<100].map(\.number)
        #expect(Set(next.prefix(20)) == Set((200_000..<200_020).map(MessageNetwork.number)))
        network.respond()
        network.turn()
        #expect(network.counters("life")?.outcomes == [.sent: 20])
        #expect(network.phase("life") == .completed)
    }
}
