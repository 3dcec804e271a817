// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Testing

@testable import ActionEngine
@testable import Actions
@testable import Budgeting
@testable import Pacing

@Suite("Caps of accounts") struct BudgetTests {
    private static let cap = Money(microEuros: 25_000_000)

    private static func rater() throws -> Rater {
        var reader = TariffReader()
        let text = """
            [Tariff t]
            Account=*
            ValidFrom=2026-01-01
            [Voice day]
            Prefix=+31
            ConnectFee=0.01
            PerMinute=0.055
            Increment=60/60
            Hours=mon-fri 08:00-20:00
            [Voice rest]
            Prefix=+31
            PerMinute=0.04
            Increment=30/6
            """
        reader.read(Array(text.utf8), file: "t")
        try #require(reader.complaints.isEmpty)
        return Rater(TariffBook(reader.tariffs.map(\.tariff)))
    }

    private static func configuration(
        _ budget: Budget = Budget(month: cap, policy: .refuse), rate: Double = 1000, channels: Int = 2000
    ) throws -> EngineConfiguration {
        EngineConfiguration(
            trunks: [Network.trunk("a", rate: rate, channels: channels)], rater: try rater(),
            budgets: ["GM0513": budget])
    }

    private static func network(_ configuration: EngineConfiguration, at time: String = "2026-11-24T12:00:00Z") throws
        -> Network
    {
        let network = Network(configuration)
        network.now = try #require(Timestamp(iso8601: time))
        return network
    }

    private static func charged(_ cdrs: [CallDetailRecord]) -> Money {
        cdrs.reduce(.zero) { $0 + ($1.ledger.charge?.amount ?? .zero) }
    }

    private static func status(_ network: Network) -> BudgetBook.Status? {
        var book = network.engine.budgets
        return book.status(at: network.now).first { $0.account == "GM0513" && $0.period.kind == .month }
    }

    @Test("2,000 recipients at full concurrency, killed at any moment: never a micro-euro over", arguments: 0..<6)
    func neverOver(_ seed: Int) throws {
        var random = Seeded(state: UInt64(seed) &+ 77)
        var journal = Journal()
        // A Tuesday, shortly before the dear hours begin.
        var network = try Self.network(try Self.configuration(), at: "2026-11-24T06:55:00Z")
        try network.submit("a1", count: 2000)
        var running = network.orders.map { (order: $0.order, answered: Timestamp?.none) }
        var atOnce = running.count
        journal.apply(network.journal)
        network.journal = []
        let deaths = seed == 0 ? [] : Set((0..<4).map { _ in random.next() % 600 })
        for step in 0..<6000 where network.engine.action(named: "a1")?.record.phase == .running {
            if deaths.contains(UInt64(step)) {
                let died = network.now
                network = Network(network.engine.configuration)
                network.now = died + .seconds(1)
                network.engine.restore(journal.snapshot(lastAlive: died), counters: [:], now: network.now)
                network.engine.promptReady(hash: "p")
                running = []
            }
            network.now = network.now + .seconds(1)
            var left: [(order: CallOrder, answered: Timestamp?)] = []
            for var call in running {
                let roll = random.next() % 100
                if let answered = call.answered {
                    // Some come to the longest duration, which the voice module ends a little late.
                    let isLong = network.now - answered >= .minutes(5)
                    if isLong || roll < 1 {
                        let end =
                            isLong ? answered + .minutes(5) + .milliseconds(Int64(random.next() % 9000)) : network.now
                        network.engine.callEnded(
                            call.order.attempt, CallEnd(sipCode: 200, by: .gateway), at: end, now: network.now)
                        continue
                    }
                } else if roll < 30 {
                    network.engine.callAnswered(call.order.attempt, codec: .pcma, dialog: "{}", at: network.now)
                    call.answered = network.now
                } else if roll < 33 {
                    network.engine.callEnded(
                        call.order.attempt, CallEnd(sipCode: 486), at: network.now, now: network.now)
                    continue
                }
                left.append(call)
            }
            running = left
            let before = network.orders.count
            network.turn()
            journal.apply(network.journal)
            network.journal = []
            running += network.orders[before...].map { ($0.order, nil) }
            atOnce = max(atOnce, running.count)
            #expect(Self.charged(journal.cdrs) <= Self.cap)
            let status = try #require(Self.status(network))
            #expect(status.spent == Self.charged(journal.cdrs))
            #expect(status.spent + status.reserved <= Self.cap)
        }
        let counters = try #require(network.counters("a1"))
        #expect(network.engine.action(named: "a1")?.record.phase == .completed)
        #expect(atOnce > 50)
        #expect(counters.outcomes[.overBudget, default: 0] > 1000)
        #expect(counters.outcomes.values.reduce(0, +) == 2000)
        // Nothing is left with which another call could have been begun.
        #expect(Self.charged(journal.cdrs) > Self.cap - Money(microEuros: 400_000))
        #expect(Self.status(network)?.reserved == .zero)
    }

    @Test("Who does not answer gives the money back, and others wait for it") func waiting() throws {
        // Room for one worst case.
        let network = try Self.network(
            try Self.configuration(Budget(year: Money(microEuros: 400_000), policy: .refuse)))
        try network.submit("a1", count: 3)
        #expect(network.orders.count == 1)
        #expect(network.counters("a1")?.waiting == 2)
        network.engine.callEnded(
            network.orders[0].order.attempt, CallEnd(sipCode: 404), at: network.now, now: network.now)
        network.turn()
        #expect(network.orders.count == 2)
        network.engine.callAnswered(
            network.orders[1].order.attempt, codec: .pcma, dialog: "{}", at: network.now)
        network.now = network.now + .seconds(30)
        network.engine.callEnded(
            network.orders[1].order.attempt, CallEnd(sipCode: 200, by: .callee), at: network.now, now: network.now)
        network.turn()
        // 0.065 is spent: what is left is less than a worst case.
        #expect(network.orders.count == 2)
        #expect(network.counters("a1")?.outcomes[.overBudget] == 1)
        #expect(network.engine.action(named: "a1")?.record.phase == .completed)
    }

    @Test("A threat to life goes on, and a contract that only warns") func exempt() throws {
        let nothing = Budget(year: Money(microEuros: 1), policy: .refuse)
        let urgent = try Self.network(try Self.configuration(nothing))
        try urgent.submit("a1", count: 3, priority: .lifeThreat)
        #expect(urgent.orders.count == 3)
        let refused = try Self.network(try Self.configuration(nothing))
        try refused.submit("a1", count: 3)
        #expect(refused.orders.isEmpty)
        #expect(refused.counters("a1")?.outcomes == [.overBudget: 3])
        let warned = try Self.network(try Self.configuration(Budget(year: Money(microEuros: 1), policy: .warn)))
        try warned.submit("a1", count: 3)
        #expect(warned.orders.count == 3)
    }

    @Test("Alarms at 80 and 100 percent, once each") func marks() throws {
        let network = try Self.network(try Self.configuration(Budget(year: Money(microEuros: 325_000), policy: .warn)))
        // 0.065 a call.
        try network.submit("a1", count: 7)
        for (order, _) in network.orders {
            network.engine.callAnswered(order.attempt, codec: .pcma, dialog: "{}", at: network.now)
            network.engine.callEnded(
                order.attempt, CallEnd(sipCode: 200, by: .callee), at: network.now + .seconds(1), now: network.now)
        }
        network.turn()
        let alarms = network.notices.compactMap { if case .alarm(let text) = $0 { text } else { nil } }
        #expect(
            alarms == [
                "account GM0513 has spent 80 % of its budget of 2026: 0.26 of 0.325",
                "account GM0513 has spent 100 % of its budget of 2026: 0.325 of 0.325",
            ])
    }

    @Test("A higher budget lets those go on who wait; a lower one stops new calls") func reloaded() throws {
        let network = try Self.network(
            try Self.configuration(Budget(year: Money(microEuros: 400_000), policy: .refuse)))
        try network.submit("a1", count: 5)
        #expect(network.orders.count == 1)
        network.engine.configure(try Self.configuration(Budget(year: Money(microEuros: 1_200_000), policy: .refuse)))
        network.turn()
        #expect(network.orders.count == 3)
    }

    @Test("A turn passes over a bounded number of those who cannot be afforded, and others are called meanwhile")
    func bounded() throws {
        let network = try Self.network(try Self.configuration(Budget(month: Money(microEuros: 1), policy: .refuse)))
        let key = try network.engine.stage(
            try ActionID("other"), ActionDefinition(prompt: [.text("x")], account: "GM0627"), now: network.now)
        let number = try #require(PhoneNumber(e164: "+31620000000"))
        network.engine.stageRecipients([StagedRecipient(number: number)], of: key, now: network.now)
        try network.submit("a1", count: 5000)
        #expect(network.orders.isEmpty)
        #expect(network.counters("a1")?.outcomes == [.overBudget: BudgetGate.mostUnafforded])
        #expect(network.engine.nextDeadline(now: network.now) == network.now)
        network.engine.commitStaged(key, contentHash: "h", promptHash: "p", promptMilliseconds: 1, now: network.now)
        network.journal = []
        network.turn()
        #expect(network.orders.map(\.order.callee) == [number])
        let passed = try #require(network.counters("a1")?.outcomes[.overBudget])
        // Once more for each round in which another was called.
        #expect(passed >= 2 * BudgetGate.mostUnafforded && passed <= 2 * BudgetGate.mostUnafforded + 2)
        #expect(network.journal.count <= BudgetGate.mostUnafforded + 8)
        network.turn()
        #expect(network.counters("a1")?.outcomes == [.overBudget: 5000])
        #expect(network.engine.action(named: "a1")?.record.phase == .completed)
    }

    @Test("So many who waited for money are told in one turn that there is none") func boundedWaiters() throws {
        // Room for one worst case, which is under way.
        let network = try Self.network(
            try Self.configuration(Budget(year: Money(microEuros: 400_000), policy: .refuse)))
        try network.submit("a1", count: 5000)
        for _ in 0..<3 { network.turn() }
        #expect(network.orders.count == 1 && network.counters("a1")?.waiting == 4999)
        network.engine.configure(try Self.configuration(Budget(year: Money(microEuros: 1), policy: .refuse)))
        network.turn()
        #expect(network.counters("a1")?.outcomes == [.overBudget: BudgetGate.mostUnafforded])
        #expect(network.engine.nextDeadline(now: network.now) == network.now)
        network.turn()
        network.turn()
        #expect(network.counters("a1")?.outcomes == [.overBudget: 4999])
    }

    @Test("SMS that cannot be afforded are bounded likewise, and those of others leave meanwhile")
    func boundedMessages()
        throws
    {
        var configuration = MessageNetwork.configuration([MessageNetwork.smsc("s")])
        var reader = TariffReader()
        reader.read(
            Array("[Tariff t]\nAccount=GM0513\nValidFrom=1970-01-01\n[SMS all]\nPrefix=+31\nPerSegment=0.05\n".utf8),
            file: "t")
        try #require(reader.complaints.isEmpty)
        configuration.rater = Rater(TariffBook(reader.tariffs.map(\.tariff)))
        configuration.budgets = ["GM0513": Budget(month: Money(microEuros: 120_000), policy: .refuse)]
        let network = MessageNetwork(configuration)
        try network.submit("a1", count: 5000)
        // Two are afforded; whether the rest may be is not known before their receipts.
        network.turn()
        #expect(network.submissions.count == 2)
        network.run(for: .minutes(60 * 3))
        #expect(network.submissions.count == 2)
        let counters = try #require(network.engine.action(named: "a1")?.counters)
        #expect(counters.outcomes[.overBudget] == 4998)
        // With nothing to wait for: at once, but for so many in a turn.
        try network.submit("a2", count: 5000, firstNumber: 10_000)
        network.turn()
        #expect(network.engine.action(named: "a2")?.counters.outcomes == [.overBudget: BudgetGate.mostUnafforded])
        #expect(network.engine.nextDeadline(now: network.now) == network.now)
        network.turn()
        network.turn()
        #expect(network.engine.action(named: "a2")?.record.phase == .completed)
    }
}
