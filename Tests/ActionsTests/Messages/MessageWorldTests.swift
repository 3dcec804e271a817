// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import SMPP
import Testing

@testable import Actions

/// SMSCs of all kinds of trouble, drawn from a seed, over simulated time.
@Suite struct MessageWorldTests {
    /// One SMSC at least is well; the others may be slow, throttle by link or by number, refuse everything for a while,
    /// stand still, lose responses, or leave in an orderly way or not. They may have different priorities, write malformed
    /// PDUs that are clear all the same, and send receipts.
    private struct Run {
        let network: MessageNetwork
        let world: MessageWorld
        let policy: DoubtPolicy
        let segments: Int
        let hasReceipts: Bool
        let count: Int
        var tiresome: Set<String> = []
        /// Seconds that the first SMSC alone would take for everybody.
        let alone: Double

        init(seed: UInt64) throws {
            var random = Seeded(state: seed &* 7919)
            func draw(_ range: ClosedRange<Int>) -> Int {
                range.lowerBound + Int(random.next() % UInt64(range.count))
            }
            let smscs = draw(1...3)
            let settings = (0..<smscs).map { index in
                var one = MessageNetwork.smsc("smsc\(index)", window: draw(1...50))
                one.limits.firstPace = 100
                one.priority = draw(1...2)
                return one
            }
            hasReceipts = draw(0...1) == 0
            network = MessageNetwork(
                MessageNetwork.configuration(settings, receiptTimeout: .minutes(20)))
            let start = network.now
            count = draw(50...300)
            let numbers = (0..<count).map(MessageNetwork.number)
            var simulated: [SimulatedSMSC] = []
            for index in 0..<smscs {
                var one = SimulatedSMSC(latency: .milliseconds(Int64(draw(1...200))))
                if draw(0...2) == 0 { one.limit = draw(20...200) }
                if draw(0...2) == 0 {
                    let bad = Set(numbers.filter { _ in random.next() % 20 == 0 })
                    one.throttled = (bad, start + .minutes(5))
                    tiresome.formUnion(bad)
                }
                if draw(0...1) == 0 { one.malformations = Malformation.allCases.filter { _ in draw(0...1) == 0 } }
                // Before its response now and then.
                if hasReceipts { one.receiptsAfter = one.latency + .milliseconds(Int64(draw(0...4000)) - 50) }
                // The first one is well but for that.
                if index > 0 {
                    switch draw(0...5) {
                    case 0: one.latency = .seconds(Double(draw(1...30)))
                    case 1:
                        one.refusesAll = (draw(0...1) == 0 ? .throttled : .messageQueueFull, start, start + .minutes(4))
                    case 2: one.limit = draw(1...5)
                    case 3: one.losesOneIn = draw(2...20)
                    case 4: one.standstill = (start + .milliseconds(300), start + .seconds(Double(draw(2...40))))
                    default: break
                    }
                    if draw(0...1) == 0 {
                        for round in 1...3 {
                            one.leaves.append(
                                (start + .milliseconds(Int64(round * draw(200...3000))), draw(0...1) == 0))
                        }
                        one.leaves.sort { $0.at < $1.at }
                    }
                }
                simulated.append(one)
            }
            world = MessageWorld(
                network, simulated, responseTimeout: .milliseconds([1000, 10_000][draw(0...1)]), seed: seed)
            policy = draw(0...1) == 0 ? .hold : .resend
            segments = draw(0...3) == 0 ? 3 : 1
            let pace = min(
                Double(simulated[0].limit ?? 10_000), Double(settings[0].limits.window) / simulated[0].latency.seconds)
            alone = Double(count * segments) / pace
            try network.submit(
                "a1", count: count,
                text: TextMessage(
                    text: segments == 1 ? "Alert" : threeSegments, wantsReceipts: hasReceipts, doubt: policy))
        }
    }

    @Test(
        "Nobody starves while a link is free; two copies at most, marked; nobody is interrupted who was never sent",
        arguments: 0..<15)
    func anySMSCs(group: UInt64) throws {
        for seed in (group * 30)..<(group * 30 + 30) {
            let run = try Run(seed: seed)
            let place: Comment = "seed \(seed), \(run.policy), \(run.segments) segments, receipts \(run.hasReceipts)"
            run.world.run(for: .seconds(max(75, 1.5 * run.alone)))
            // Whoever is not refused for himself, or held in doubt, has been reached by now, with every SMSC that is slow beside one that is
            // well.
            let unanswered = Set(
                run.network.submissions.filter { !$0.wasTaken && !$0.wasRefused }.map(\.number))
            let late = (0..<run.count).map(MessageNetwork.number).filter {
                run.world.reached[$0] == nil && !run.tiresome.contains($0)
                    && !(run.policy == .hold && unanswered.contains($0))
            }
            #expect(late.isEmpty, "\(place): \(late.count) of \(run.count) not reached")
            run.world.run(for: .minutes(40))
            check(run, place)
        }
    }

    private func check(_ run: Run, _ place: Comment) {
        let network = run.network
        let outcomes = network.outcomes()
        #expect(outcomes[nil] == nil, place)
        #expect(
            Set(outcomes.keys.compactMap { $0 }).isSubset(of: [.sent, .delivered, .interrupted]),
            "\(place): \(outcomes)")
        #expect(run.world.unread == 0, "\(place): nothing could be made of \(run.world.unread) PDUs")
        var taken: [String: Int] = [:]
        var wereSent: Set<String> = []
        for submission in network.submissions {
            if submission.wasTaken { taken["\(submission.number)/\(submission.segment)", default: 0] += 1 }
            if !submission.wasRefused { wereSent.insert(submission.number) }
        }
        for (segment, copies) in taken where copies > 1 {
            #expect(copies == 2 && run.policy == .resend || run.segments > 1 && copies == 2, "\(place): \(segment)")
            let number = String(segment.prefix { $0 != "/" })
            #expect(
                run.segments > 1
                    || network.cdrs.contains {
                        $0.callee == number && ($0.message?.doubtful ?? false || $0.redial)
                    }, place)
        }
        for recipient in network.journal.recipients.values {
            // Parts without an id cannot be told apart.
            if run.segments == 1, run.world.told.contains(recipient.number.e164) {
                #expect(recipient.state == .ended(.delivered), "\(place): \(recipient.number.e164) was told")
            }
            guard case .ended(.interrupted) = recipient.state else { continue }
            #expect(wereSent.contains(recipient.number.e164), place)
        }
        network.checkLedger(place)
    }

    @Test("The SMSC answers after 1.3 s and the time for a response is 1 s: nobody gets two copies of a window on end")
    func slowerThanTheTimeout() throws {
        let network = MessageNetwork(MessageNetwork.configuration([MessageNetwork.smsc("kpn")]))
        let world = MessageWorld(
            network, [SimulatedSMSC(latency: .milliseconds(1300))], responseTimeout: .seconds(1))
        try network.submit(
            "a1", count: 100, text: TextMessage(text: "Alert", wantsReceipts: false), priority: .lifeThreat)
        world.run(for: .minutes(2))
        #expect(network.counters("a1")?.outcomes == [.sent: 100])
        #expect(network.submissions.count == 100)
    }

    @Test("A standstill of five seconds doubles nothing, and nobody who was never sent is drawn into the doubt")
    func standstill() throws {
        for policy in DoubtPolicy.allCases {
            let network = MessageNetwork(MessageNetwork.configuration([MessageNetwork.smsc("kpn")]))
            let from = network.now + .milliseconds(100)
            let world = MessageWorld(
                network, [SimulatedSMSC(limit: 100, standstill: (from, from + .seconds(5)))],
                responseTimeout: .seconds(1))
            try network.submit(
                "a1", count: 1200, text: TextMessage(text: "Alert", wantsReceipts: false, doubt: policy))
            world.run(for: .minutes(30))
            #expect(network.counters("a1")?.outcomes == [.sent: 1200], "\(policy)")
            #expect(network.submissions.filter(\.wasTaken).count == 1200)
            // A window, and those that tried whether it answers.
            #expect(network.cdrs.count { $0.message?.doubtful == true } <= 15)
        }
    }

    @Test("An SMSC that takes messages and answers none: two copies, then it is waited for")
    func neverAnswers() throws {
        let network = MessageNetwork(MessageNetwork.configuration([MessageNetwork.smsc("kpn")]))
        let world = MessageWorld(
            network, [SimulatedSMSC(losesOneIn: 1)], responseTimeout: .seconds(1))
        try network.submit(
            "a1", count: 3, text: TextMessage(text: "Alert", wantsReceipts: false), priority: .lifeThreat)
        world.run(for: .minutes(30))
        #expect(network.counters("a1")?.outcomes == [.interrupted: 3])
        #expect(network.submissions.count == 6 && network.submissions.allSatisfy { $0.times <= 2 })
        #expect(network.cdrs.allSatisfy { $0.message?.doubtful == true && $0.message?.submits == 2 })
        network.checkLedger()
    }

    @Test(
        "An SMSC that unbinds in mid-window and still answers leaves nobody in doubt", arguments: DoubtPolicy.allCases)
    func unbinds(policy: DoubtPolicy) throws {
        let network = MessageNetwork(MessageNetwork.configuration([MessageNetwork.smsc("kpn")]))
        let world = MessageWorld(
            network,
            [SimulatedSMSC(latency: .milliseconds(100), leaves: [(network.now + .milliseconds(150), true)])])
        try network.submit("a1", count: 60, text: TextMessage(text: "Alert", wantsReceipts: false, doubt: policy))
        world.run(for: .minutes(1))
        #expect(network.counters("a1")?.outcomes == [.sent: 60])
        #expect(network.submissions.count == 60)
        #expect(network.cdrs.allSatisfy { $0.message?.doubtful == false })
    }
}
