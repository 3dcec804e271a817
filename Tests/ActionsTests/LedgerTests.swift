// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Pacing
import Testing

@testable import Actions
@testable import Budgeting

@Suite("Rows that are appended by hand") struct AppendedRowTests {
    private static let limit = Money(microEuros: 130_000)

    /// One call in the Netherlands is charged with 0.11 and 9 % VAT, and its worst case with the same.
    private func network(_ budget: Budget) throws -> Network {
        var reader = TariffReader()
        let text = """
            [Tariff t]
            Account=*
            ValidFrom=2026-01-01
            VAT=9%
            [Voice all]
            Prefix=+31
            ConnectFee=0.11
            PerMinute=0
            Increment=60/60
            """
        reader.read(Array(text.utf8), file: "t")
        try #require(reader.complaints.isEmpty)
        let network = Network(
            EngineConfiguration(
                trunks: [Network.trunk("a")], rater: Rater(TariffBook(reader.tariffs.map(\.tariff))),
                budgets: ["GM0513": budget]))
        network.now = try #require(Timestamp(iso8601: "2026-11-24T12:00:00Z"))
        network.answer = { _, _ in CallEnd(sipCode: 200, by: .callee) }
        return network
    }

    private func month(_ network: Network) -> Money? {
        var book = network.engine.budgets
        return book.status(at: network.now).first { $0.account == "GM0513" && $0.period.kind == .month }?.spent
    }

    @Test("A credit makes room in the running budget at once, and what a restart reads says the same")
    func room() throws {
        let network = try network(Budget(month: Self.limit, policy: .refuse))
        try network.submit("a1", count: 2)
        network.run(for: .minutes(1))
        #expect(network.counters("a1")?.outcomes == [.answered: 1, .overBudget: 1])
        #expect(month(network) == Money(microEuros: 110_000))
        let call = try #require(network.cdrs.first)
        let credit = try network.engine.credit(
            Money(microEuros: 100_000), for: call, adjustments: [], note: "complaint", now: network.now)
        #expect(credit.sequence == 2 && credit.charged == Money(microEuros: 10_000))
        #expect(month(network) == Money(microEuros: 10_000))
        try network.submit("a2", count: 1)
        network.run(for: .minutes(1))
        #expect(network.counters("a2")?.outcomes == [.answered: 1])
        var journal = Journal()
        journal.apply(network.journal)
        #expect(journal.cdrs.map(\.sequence) == [1, 2, 3])
        #expect(journal.cdrs[1].ledger.charge?.vatBasisPoints == 900)
        let restarted = try self.network(Budget(month: Self.limit, policy: .refuse))
        restarted.engine.restore(
            journal.snapshot(lastAlive: network.now), counters: journal.counters(), now: network.now)
        #expect(month(restarted) == month(network) && month(network) == Money(microEuros: 120_000))
    }

    @Test("Who waits for money goes on in the turn of the credit; a correction upwards can pass a mark")
    func waiters() throws {
        let network = try network(Budget(month: Money(microEuros: 220_000), policy: .refuse))
        network.answer = nil
        try network.submit("a1", count: 3)
        #expect(network.orders.count == 2 && network.counters("a1")?.waiting == 1)
        let first = network.orders[0].order.attempt
        network.engine.callAnswered(first, codec: .pcma, dialog: "{}", at: network.now)
        network.engine.callEnded(first, CallEnd(sipCode: 200, by: .callee), at: network.now, now: network.now)
        network.turn()
        // Still one under way, so the third may yet get its turn.
        #expect(network.orders.count == 2)
        let call = try #require(network.cdrs.first)
        _ = try network.engine.credit(
            Money(microEuros: 110_000), for: call, adjustments: [], note: "x", now: network.now)
        network.turn()
        #expect(network.orders.count == 3)
        network.notices = []
        let dearer = RatedAmount(amount: Money(microEuros: 200_000), vatBasisPoints: 900, tariff: "t")
        network.engine.appendToLedger(
            call.adjustment(.correction, cost: nil, charge: dearer, note: "x", at: network.now))
        network.turn()
        #expect(
            network.notices == [.alarm("account GM0513 has spent 80 % of its budget of 2026-11: 0.20 of 0.22")])
    }

    @Test("Credits of one turn see each other: together they are no more than the charge") func together() throws {
        let network = try network(Budget())
        try network.submit("a1", count: 1)
        network.run(for: .minutes(1))
        let call = try #require(network.cdrs.first)
        let part = Money(microEuros: 60_000)
        _ = try network.engine.credit(part, for: call, adjustments: [], note: "1", now: network.now)
        #expect(throws: NothingToCredit(charged: Money(microEuros: 50_000))) {
            try network.engine.credit(part, for: call, adjustments: [], note: "2", now: network.now)
        }
        // A disk that refuses keeps what was taken out; it is known until the journal has it.
        let records = network.engine.takeOutput().records
        #expect(network.engine.adjustmentsUnderWay(ofRow: 1).count == 1)
        network.engine.ledgerJournalled()
        #expect(network.engine.adjustmentsUnderWay(ofRow: 1).isEmpty)
        let stored = records.compactMap { record -> LedgerEntry? in
            if case .ledgerAppended(let row) = record { row.ledger } else { nil }
        }
        #expect(throws: NothingToCredit(charged: Money(microEuros: 50_000))) {
            try network.engine.credit(part, for: call, adjustments: stored, note: "3", now: network.now)
        }
        let rest = try network.engine.credit(
            Money(microEuros: 50_000), for: call, adjustments: stored, note: "4", now: network.now)
        #expect(rest.charged == .zero)
    }

    @Test("What is taken back at one rate of VAT and stands at another passes no mark of the budget") func net() throws
    {
        let network = try network(Budget(month: Money(microEuros: 130_000)))
        try network.submit("a1", count: 1)
        network.run(for: .minutes(1))
        #expect(
            network.notices.contains(.alarm("account GM0513 has spent 80 % of its budget of 2026-11: 0.11 of 0.13")))
        network.notices = []
        let call = try #require(network.cdrs.first)
        var (back, anew) = (try #require(call.ledger.charge), try #require(call.ledger.charge))
        back.amount = -back.amount
        anew.vatBasisPoints = 2100
        let rows = [back, anew].map {
            call.adjustment(.correction, cost: nil, charge: $0, note: "VAT", at: network.now)
        }
        #expect(network.engine.appendToLedger(rows) == [2, 3])
        #expect(network.engine.adjustmentsUnderWay(ofRow: 1).count == 2)
        network.turn()
        #expect(network.notices.isEmpty)
        #expect(month(network) == Money(microEuros: 110_000))
        #expect(network.engine.appendToLedger([]).isEmpty)
    }
}
