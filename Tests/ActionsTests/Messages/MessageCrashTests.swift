// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import SMPP
import Testing

@testable import Actions

/// The engine thrown away between deciding, journalling, acting and hearing of it.
@Suite struct MessageCrashTests {
    static let window = 50

    /// One action over its whole life, with deaths at random turns.
    struct Form: CustomTestStringConvertible {
        var policy: DoubtPolicy
        var segments: Int
        var wantsReceipts: Bool
        var testDescription: String { "\(policy), \(segments) segments, receipts \(wantsReceipts)" }

        static let all = DoubtPolicy.allCases.flatMap { policy in
            [(1, true), (3, true), (1, false), (3, false)].map {
                Form(policy: policy, segments: $0.0, wantsReceipts: $0.1)
            }
        }
    }

    private struct Run {
        let network: MessageNetwork
        let deaths: Int

        init(seed: UInt64, form: Form, machine: Bool, smscs: Int = 1) throws {
            var random = Seeded(state: seed &+ 1)
            let settings = (0..<smscs).map {
                MessageNetwork.smsc("smsc\($0)", window: MessageCrashTests.window, priority: $0 + 1)
            }
            network = MessageNetwork(MessageNetwork.configuration(settings))
            network.reply = nil
            try network.submit(
                "a1", count: 120,
                text: TextMessage(
                    text: form.segments == 1 ? "Alert" : threeSegments, wantsReceipts: form.wantsReceipts,
                    doubt: form.policy))
            network.defersEnds = true
            // The submission itself is on disk: its client was told.
            network.turn()
            // Some SMSCs give our reference back in receipts, others do not.
            let echoes = random.next() % 2 == 0
            var deaths = 0
            let turns = 20 * form.segments
            let moments = Set((0..<(1 + random.next() % 3)).map { _ in Int(random.next() % UInt64(turns)) })
            var reports: [Int: UInt64] = [:]
            for turn in 0..<turns {
                network.now = network.now + .milliseconds(20)
                // Each centre answers some of what it has, in any order; receipts follow at once or later.
                for bind in network.outstanding.keys.sorted(by: { $0.smsc < $1.smsc }) {
                    for index in (network.outstanding[bind] ?? []).shuffled(using: &random)
                    where random.next() % 3 == 0 {
                        network.answer(index, random.next() % 20 == 0 ? .throttled : .ok)
                    }
                }
                for (index, submission) in network.submissions.enumerated()
                where form.wantsReceipts && submission.wasTaken && random.next() % 4 == 0 {
                    // What was not acknowledged comes again; now and then, what was.
                    if let ticket = reports[index], network.acknowledged.contains(ticket), random.next() % 10 != 0 {
                        continue
                    }
                    reports[index] = network.receipt(index, .delivered, withReference: echoes)
                }
                guard moments.contains(turn) else {
                    network.turn()
                    continue
                }
                let kinds: [MessageNetwork.Death] = [.beforeJournal, .afterJournal, .afterActing]
                network.turn(dying: kinds[Int(random.next() % 3)], machine: machine)
                deaths += 1
                // What the dead process had handed over may have been taken: its responses were never read.
                for (index, submission) in network.submissions.enumerated()
                where submission.generation == network.generation - 1 && !submission.wasTaken
                    && !submission.wasRefused && random.next() % 2 == 0
                { network.take(index) }
            }
            network.defersEnds = false
            network.reply = { _ in form.wantsReceipts ? .told([.delivered]) : .taken }
            network.run(for: .seconds(10))
            for (index, submission) in network.submissions.enumerated()
            where submission.wasTaken && form.wantsReceipts {
                if let ticket = reports[index], network.acknowledged.contains(ticket) { continue }
                network.receipt(index, .delivered, withReference: echoes)
            }
            network.run(for: .minutes(90))
            self.deaths = deaths
        }
    }

    @Test(
        "Killed anywhere: nobody lost, and sent again only what was in doubt, marked",
        arguments: Form.all, [false, true])
    func anywhere(form: Form, machine: Bool) throws {
        for seed in 0..<25 {
            let run = try Run(
                seed: UInt64(seed), form: form, machine: machine, smscs: seed % 2 + 1)
            let network = run.network
            let place: Comment = "seed \(seed)"
            #expect(run.deaths > 0)
            #expect(network.generation == run.deaths, place)
            // Everybody has an outcome, and everybody got every segment once at least, or is held.
            #expect(network.phase("a1") == .completed, place)
            let outcomes = network.outcomes()
            #expect(outcomes[nil] == nil && outcomes.values.reduce(0, +) == 120, place)
            let good: Outcome = form.wantsReceipts ? .delivered : .sent
            #expect(Set(outcomes.keys).isSubset(of: [good, .interrupted]), place)
            if form.policy == .resend, run.deaths < 2 { #expect(outcomes[.interrupted] == nil, place) }
            network.checkLedger(place)
            #expect(network.counters("a1")?.outcomes.values.reduce(0, +) == 120, place)
            #expect(network.counters("a1")?.attempts == network.cdrs.count, place)

            // A segment taken twice: only of messages in doubt, marked as such, a window at most per death.
            var taken: [String: Int] = [:]
            for submission in network.submissions where submission.wasTaken {
                taken["\(submission.number)/\(submission.segment)", default: 0] += 1
            }
            #expect(taken.values.allSatisfy { $0 <= 2 }, place)
            let twice = taken.filter { $0.value > 1 }
            let centres = seed % 2 + 1
            #expect(twice.count <= run.deaths * Self.window * centres * (machine ? 3 : 1), place)
            if form.policy == .hold { #expect(twice.isEmpty, place) }
            for number in Set(twice.keys.map { String($0.prefix { $0 != "/" }) }) {
                #expect(
                    network.cdrs.contains { $0.callee == number && ($0.message?.doubtful ?? false || $0.redial) },
                    "\(number) of seed \(seed)")
            }
            for (number, cdrs) in Dictionary(grouping: network.cdrs, by: \.callee) {
                if case .interrupted? = outcome(of: number, network) {
                    #expect(cdrs.contains { $0.disposition == .unknown && $0.message?.doubtful == true }, place)
                } else {
                    let whole = (0..<form.segments).allSatisfy { taken["\(number)/\($0)"] != nil }
                    #expect(whole, place)
                }
            }
            for (bind, most) in network.mostOutstanding { #expect(most <= Self.window, "\(bind)") }
        }
    }

    private func outcome(of number: String, _ network: MessageNetwork) -> Outcome? {
        guard let state = network.journal.recipients.values.first(where: { $0.number.e164 == number })?.state,
            case .ended(let outcome) = state
        else { return nil }
        return outcome
    }

    @Test("What was journalled ahead and never left is sent by the next process, unmarked")
    func ahead() throws {
        let network = MessageNetwork(MessageNetwork.configuration([MessageNetwork.smsc("kpn")]))
        network.reply = nil
        try network.submit("a1", count: 40, text: TextMessage(text: "Alert", doubt: .hold))
        network.turn()
        // More are journalled than have left: the window holds ten.
        #expect(network.submissions.count == 10)
        network.restart()
        network.reply = { _ in .told([.delivered]) }
        network.run(for: .minutes(20))
        #expect(network.counters("a1")?.outcomes == [.delivered: 30, .interrupted: 10])
        #expect(network.cdrs.filter { $0.disposition == .delivered }.allSatisfy { !$0.recovered && !$0.redial })
        #expect(
            network.cdrs.filter { $0.disposition == .unknown }.allSatisfy { $0.recovered && $0.ownReason == .crash })
        #expect(network.submissions.allSatisfy { $0.times == 1 })
        network.checkLedger()
    }

    @Test("The machine died: whatever the disk cannot exclude is in doubt, the rest is not")
    func machine() throws {
        let network = MessageNetwork(
            MessageNetwork.configuration([MessageNetwork.smsc("kpn", window: 5, perSecond: 100)]))
        network.reply = nil
        try network.submit("a1", count: 40, text: TextMessage(text: "Alert", wantsReceipts: false, doubt: .resend))
        network.run(for: .seconds(1))
        let journalled = network.durable.messages.count
        #expect(journalled >= 5 && journalled < 40)
        // Their answers are with the kernel only.
        for index in 0..<3 { network.answer(index) }
        network.turn(dying: .afterActing, machine: true)
        network.reply = { _ in .taken }
        network.run(for: .minutes(20))
        #expect(network.counters("a1")?.outcomes == [.sent: 40])
        #expect(network.cdrs.count { $0.message?.doubtful == true } == journalled)
        #expect(network.submissions.filter { $0.times > 1 }.count <= 8)
        network.checkLedger()
    }

    @Test("An attempt's number is never given twice, though a dropped message left no row")
    func dropped() throws {
        let network = MessageNetwork(MessageNetwork.configuration([MessageNetwork.smsc("kpn", window: 1)]))
        network.reply = { _ in .refused(.throttled) }
        try network.submit("a1", count: 1, text: TextMessage(text: "Alert", doubt: .hold))
        network.turn()
        network.respond()
        network.turn()
        // Refused for now, not in doubt: taken back when its SMSC leaves.
        try network.engine.setSMSC("kpn", enabled: false, now: network.now)
        network.configuration.messaging.smscs.append(MessageNetwork.smsc("odido", window: 1))
        network.engine.configure(network.configuration)
        network.up(1)
        network.run(for: .milliseconds(1))
        network.restart(areUp: false)
        network.up(0)
        network.up(1)
        network.reply = { _ in .told([.delivered]) }
        network.run(for: .minutes(20))
        #expect(network.counters("a1")?.outcomes == [.delivered: 1])
        network.checkLedger()
    }

    @Test("A former process's SMSC is no longer configured: another one takes over", arguments: [1, 3])
    func retired(segments: Int) throws {
        let both = MessageNetwork.configuration([
            MessageNetwork.smsc("kpn"), MessageNetwork.smsc("odido", priority: 2),
        ])
        let network = MessageNetwork(both)
        network.reply = nil
        try network.submit(
            "a1", count: 20,
            text: TextMessage(text: segments == 1 ? "Alert" : threeSegments, doubt: .resend))
        network.turn()
        network.configuration = MessageNetwork.configuration([MessageNetwork.smsc("odido")])
        network.restart()
        network.reply = { _ in .told([.delivered]) }
        network.run(for: .minutes(5))
        #expect(network.counters("a1")?.outcomes == [.delivered: 20])
        #expect(network.engine.smscs.map(\.name) == ["odido", "kpn"])
        #expect(network.cdrs.filter { $0.redial }.count == network.cdrs.filter { $0.trunk == "kpn" }.count)
        network.checkLedger()
    }

    @Test("After a restart one SMSC stays away: what was under way over it goes over the other")
    func staysAway() throws {
        let network = MessageNetwork(
            MessageNetwork.configuration([MessageNetwork.smsc("kpn"), MessageNetwork.smsc("odido", priority: 2)]))
        network.reply = nil
        try network.submit("a1", count: 20, text: TextMessage(text: "Alert", doubt: .resend))
        network.turn()
        network.restart(areUp: false)
        network.up(1)
        network.reply = { _ in .told([.delivered]) }
        network.run(for: .minutes(1))
        #expect(network.counters("a1")?.outcomes == [.delivered: 20])
        #expect(network.submissions.dropFirst(10).allSatisfy { $0.order.bind.smsc == 1 })
        network.checkLedger()
    }

    @Test("Half of a message out, its next segment refused, and a crash: the whole text is sent anew")
    func refusedBeforeCrash() throws {
        let network = MessageNetwork(MessageNetwork.configuration([MessageNetwork.smsc("kpn", window: 3)]))
        network.reply = nil
        try network.submit("a1", count: 1, text: TextMessage(text: threeSegments, doubt: .resend))
        network.turn()
        network.answer(0)
        network.answer(1, .systemError)
        network.turn(dying: .afterActing)
        network.reply = { _ in .told([.delivered]) }
        network.run(for: .minutes(5))
        #expect(network.counters("a1")?.outcomes == [.delivered: 1])
        #expect(network.cdrs.count == 2 && network.cdrs[1].redial && network.cdrs[0].recovered)
        network.checkLedger()
    }
}
