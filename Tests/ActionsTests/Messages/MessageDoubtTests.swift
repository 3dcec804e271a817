// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import SMPP
import Testing

@testable import Actions

@Suite struct MessageDoubtTests {
    let one = MessageNetwork.configuration([MessageNetwork.smsc("kpn")])
    let two = MessageNetwork.configuration([
        MessageNetwork.smsc("kpn"), MessageNetwork.smsc("odido", priority: 2),
    ])

    private func text(_ doubt: DoubtPolicy, segments: Int = 1, wantsReceipts: Bool = true) -> TextMessage {
        TextMessage(text: segments == 1 ? "Alert" : threeSegments, wantsReceipts: wantsReceipts, doubt: doubt)
    }

    @Test("A threat to life is sent again after a doubt, by default; anything else is held")
    func defaults() {
        let text = TextMessage(text: "x")
        #expect(ActionDefinition(priority: .lifeThreat, prompt: [], text: text).doubtPolicy == .resend)
        #expect(ActionDefinition(priority: .urgent, prompt: [], text: text).doubtPolicy == .hold)
        #expect(ActionDefinition(priority: .normal, prompt: [], text: text).doubtPolicy == .hold)
    }

    @Test("The link goes with a full window: those in doubt go again, marked; the unsent ones unmarked")
    func resend() throws {
        let network = MessageNetwork(one)
        network.reply = nil
        try network.submit("a1", count: 30, text: text(.resend))
        network.turn()
        network.take(0)
        network.take(1)
        network.down(0, unsent: 4)
        network.turn()
        #expect(network.submissions.count == 10)
        network.up(0)
        network.reply = { _ in .told([.delivered]) }
        network.run(for: .seconds(1))
        #expect(network.counters("a1")?.outcomes == [.delivered: 30])
        let doubtful = Set(network.cdrs.filter { $0.message?.doubtful ?? false }.map(\.callee))
        #expect(doubtful == Set(network.submissions[0..<6].map(\.number)))
        #expect(Set(network.submissions.filter { $0.times > 1 }.map(\.number)) == doubtful)
        #expect(network.cdrs.allSatisfy { !$0.redial && !$0.recovered })
        #expect(network.submissions.count == 40)
        network.checkLedger()
    }

    @Test("Held: not sent again, and interrupted when its time is over", arguments: [true, false])
    func hold(wantsReceipts: Bool) throws {
        let network = MessageNetwork(one)
        network.reply = nil
        try network.submit("a1", count: 30, text: text(.hold, wantsReceipts: wantsReceipts))
        network.turn()
        network.down(0, unsent: 4)
        network.up(0)
        network.reply = { _ in wantsReceipts ? .told([.delivered]) : .taken }
        network.run(for: .minutes(9))
        let good: Outcome = wantsReceipts ? .delivered : .sent
        #expect(network.counters("a1")?.outcomes == [good: 24])
        #expect(network.counters("a1")?.messaging == 6)
        network.run(for: .minutes(2))
        #expect(network.counters("a1")?.outcomes == [good: 24, .interrupted: 6])
        #expect(!network.submissions.enumerated().contains { $1.times > 1 && !network.unsentIndices.contains($0) })
        let unknown = network.cdrs.filter { $0.disposition == .unknown }
        #expect(unknown.count == 6)
        #expect(unknown.allSatisfy { $0.message?.doubtful == true && $0.ownReason == .noResponse })
        #expect(network.cdrs.count { $0.message?.doubtful == true } == 6)
        network.checkLedger()
    }

    @Test("Held: a receipt by reference or by number alone clears it up", arguments: [true, false])
    func holdReceipt(byReference: Bool) throws {
        let network = MessageNetwork(one)
        network.reply = nil
        try network.submit("a1", count: 10, text: text(.hold))
        network.turn()
        network.down(0)
        network.up(0)
        network.run(for: .minutes(5))
        for index in 0..<5 {
            network.receipt(index, .delivered, withReference: byReference, withID: byReference)
        }
        network.receipt(5, .undeliverable, withReference: byReference, withID: byReference)
        network.turn()
        #expect(network.counters("a1")?.outcomes == [.delivered: 5, .undelivered: 1])
        #expect(network.cdrs.allSatisfy { $0.message?.doubtful == true && $0.message?.acceptedSegments == 1 })
        network.run(for: .minutes(10))
        #expect(network.counters("a1")?.outcomes == [.delivered: 5, .undelivered: 1, .interrupted: 4])
        #expect(network.submissions.count == 10)
        network.checkLedger()
    }

    @Test("One SMSC goes, the other takes over without a loss", arguments: [DoubtPolicy.resend, .hold], [1, 3])
    func failover(policy: DoubtPolicy, segments: Int) throws {
        let network = MessageNetwork(two)
        network.reply = { _ in .told([.delivered]) }
        try network.submit("a1", count: 200, text: text(policy, segments: segments))
        network.turn()
        for _ in 0..<3 {
            network.respond()
            network.turn()
        }
        // Of what is outstanding, half was taken.
        let lost = network.outstanding[BindKey(smsc: 0, bind: 0)] ?? []
        #expect(lost.count == 10)
        for index in lost.prefix(5) { network.take(index) }
        network.down(0, unsent: 3)
        network.run(for: .minutes(30))
        let counters = try #require(network.counters("a1"))
        #expect(counters.open == 0)
        #expect(network.submissions.last?.order.bind.smsc == 1)
        let doubtful = Set(lost.dropLast(3).map { network.submissions[$0].number })
        if policy == .resend {
            #expect(counters.outcomes == [.delivered: 200])
        } else {
            #expect(counters.outcomes == [.delivered: 200 - doubtful.count, .interrupted: doubtful.count])
            for number in doubtful {
                let sent = network.submissions.filter { $0.number == number }
                #expect(sent.allSatisfy { $0.order.bind.smsc == 0 }, "held means held")
            }
        }
        for number in doubtful {
            #expect(network.cdrs.contains { $0.callee == number && $0.message?.doubtful == true })
        }
        // Whoever was not in doubt got each segment once over one SMSC.
        for (number, all) in Dictionary(grouping: network.submissions.filter(\.wasTaken), by: \.number)
        where !doubtful.contains(number) && segments == 1 {
            #expect(all.count == 1)
        }
        network.checkLedger()
    }

    @Test("Both SMSCs go; what one of them had waits for it, then goes over the one that comes back")
    func otherComesBack() throws {
        let network = MessageNetwork(two)
        network.reply = nil
        try network.submit("a1", count: 50, text: text(.resend))
        network.turn()
        network.down(1)
        network.down(0, unsent: 5)
        network.run(for: .minutes(1))
        network.up(1)
        network.reply = { _ in .told([.delivered]) }
        network.run(for: .minutes(5))
        #expect(network.counters("a1")?.outcomes == [.delivered: 50])
        #expect(network.cdrs.filter { $0.message?.doubtful == true || $0.redial }.map(\.callee).count >= 5)
        network.checkLedger()
    }

    @Test("An SMSC that comes back in time goes on where it was", arguments: [DoubtPolicy.resend, .hold])
    func comesBack(policy: DoubtPolicy) throws {
        let network = MessageNetwork(MessageNetwork.configuration([MessageNetwork.smsc("kpn", window: 4)]))
        network.reply = nil
        try network.submit("a1", count: 3, text: text(policy, segments: 3))
        network.turn()
        // The first message and one segment of the second are out.
        for index in 0..<4 { network.answer(index) }
        network.turn()
        #expect(network.submissions.count == 8)
        network.down(0, unsent: 2)
        network.run(for: .minutes(2))
        network.up(0)
        network.reply = { _ in .taken }
        network.run(for: .seconds(2))
        for (index, submission) in network.submissions.enumerated() where submission.wasTaken {
            network.receipt(index, .delivered)
        }
        network.run(for: .minutes(30))
        let counters = try #require(network.counters("a1"))
        #expect(counters.open == 0)
        if policy == .resend { #expect(counters.outcomes == [.delivered: 3]) }
        #expect(Set(network.submissions.map { "\($0.number)/\($0.segment)" }).count == 9)
        // No CDR but one per message: none was begun anew.
        #expect(network.cdrs.count == 3)
        network.checkLedger()
    }

    @Test(
        "One link after the other is lost: what is in doubt waits for one that lasts, and is not held for being lost twice"
    )
    func lostAgainAndAgain() throws {
        let network = MessageNetwork(one)
        network.reply = nil
        try network.submit("a1", count: 200, text: text(.resend, wantsReceipts: false))
        for _ in 0..<10 {
            network.turn()
            network.run(for: .milliseconds(300))
            network.down(0)
            network.run(for: .milliseconds(100))
            network.up(0)
        }
        #expect(network.submissions.allSatisfy { $0.times == 1 })
        network.reply = { _ in .taken }
        network.run(for: .seconds(15))
        #expect(network.counters("a1")?.outcomes == [.sent: 200])
        #expect(network.submissions.count { $0.times == 2 } == 100 && network.submissions.allSatisfy { $0.times <= 2 })
        network.checkLedger()
    }

    @Test("One segment refused and one in doubt: sent again only where that is the policy")
    func refusedAndDoubtful() throws {
        for policy in DoubtPolicy.allCases {
            let network = MessageNetwork(two)
            network.reply = nil
            try network.submit("a1", count: 1, text: text(policy, segments: 3))
            network.turn()
            network.answer(0)
            network.answer(1, .systemError)
            network.timeOut(2)
            network.reply = { _ in .told([.delivered]) }
            network.run(for: .seconds(5))
            #expect(network.submissions.count == (policy == .resend ? 6 : 3))
            network.run(for: .minutes(30))
            let outcome: Outcome = policy == .resend ? .delivered : .interrupted
            #expect(network.counters("a1")?.outcomes == [outcome: 1], "\(policy)")
            #expect(network.cdrs[0].disposition == .unknown && network.cdrs[0].message?.doubtful == true)
            if policy == .resend { #expect(network.cdrs[1].redial) }
            network.checkLedger()
        }
    }

    @Test("What was handed over just when the link went, and came back unsent, finds another way")
    func crossing() throws {
        let network = MessageNetwork(two)
        network.reply = nil
        try network.submit("a1", count: 5, text: text(.hold))
        network.engine.advance(now: network.now)
        let output = network.engine.takeOutput()
        network.engine.bindDown(BindKey(smsc: 0, bind: 0), reason: "cut", inDoubt: [], unsent: [], now: network.now)
        for case .submit(let order) in output.effects {
            network.engine.messageUnsent(order.bind, order.token, now: network.now)
        }
        network.reply = { _ in .told([.delivered]) }
        network.run(for: .minutes(1))
        #expect(network.counters("a1")?.outcomes == [.delivered: 5])
        #expect(network.submissions.allSatisfy { $0.order.bind.smsc == 1 })
    }
}
