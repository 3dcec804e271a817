import GatewayCore
import Testing

// SPDX-License-Identifier: GPL-3.0-or-later
@testable import Billing

@Suite("Billing statements") struct StatementTests {
    static let october = DutchMonth(DutchTime(year: 2026, month: 10, day: 15).timestamp())
    static let noon = DutchTime(year: 2026, month: 10, day: 15, hour: 12).timestamp()

    private func document(
        _ records: [CallDetailRecord], budget: Budget = Budget(), inhabitants: Int? = nil
    ) -> StatementDocument {
        var totals = StatementTotals(account: "GM0513", month: Self.october)
        for record in records { totals.add(record) }
        return totals.document(
            parties: StatementParties(name: "Gouda", inhabitants: inhabitants), budget: budget,
            title: { $0 == "a-1" ? "Vermist kind" : "" })
    }

    @Test("Actions, calls, SMS, VAT by rate and the total")
    func example() {
        let statement = document([
            statementCall(sequence: 1, start: Self.noon, seconds: 30, charge: 61_250),
            statementCall(sequence: 2, start: Self.noon, seconds: 0, charge: 0),
            statementCall(sequence: 3, start: Self.noon, seconds: 45, charge: 61_250, attempt: 2),
            statementMessage(sequence: 4, start: Self.noon, segments: 2, charge: 150_000),
            statementMessage(
                sequence: 5, action: "a-2", start: Self.noon + .minutes(60), segments: 1, disposition: .undelivered,
                charge: 75_000),
            statementAdjustment(
                .credit, sequence: 6, start: Self.noon, charge: -50_000, note: "klacht 12", vat: 900),
        ])
        #expect(statement.actions.map(\.action) == ["a-1", "a-2"])
        let first = statement.actions[0]
        #expect(first.title == "Vermist kind")
        #expect(first.sums.recipients == 3 && first.sums.reached == 3)
        #expect(first.sums.calls == 3 && first.sums.answered == 2 && first.tenths == 13)
        #expect(first.sums.messages == 1 && first.sums.segments == 2)
        #expect(first.cents == 27)  // 0.2725
        #expect(statement.actions[1].cents == 8)  // 0.075: 0.2975 in all is 30 cents, less 5
        #expect(statement.adjustments.map(\.cents) == [-5])
        #expect(statement.subtotalCents == 30)
        // 21 % on 0.3475 and 9 % on -0.05.
        #expect(
            statement.vat == [
                .init(basisPoints: 2100, cents: 35, vatCents: 7), .init(basisPoints: 900, cents: -5, vatCents: 0),
            ])
        #expect(statement.totalCents == 37)
        #expect(statement.rows == 6 && statement.lastSequence == 6 && statement.unrated == 0)
    }

    @Test("Other accounts and other months are passed over; the month is that of Dutch clocks")
    func selection() {
        let statement = document([
            statementCall(sequence: 1, account: "GM0627", start: Self.noon, seconds: 30, charge: 1_000_000),
            statementCall(sequence: 2, start: Self.october.start, seconds: 30, charge: 20_000),
            statementCall(
                sequence: 3, start: Self.october.start - .milliseconds(1), seconds: 30, charge: 300_000),
            statementCall(sequence: 4, start: Self.october.end, seconds: 30, charge: 4_000_000),
        ])
        #expect(statement.rows == 1 && statement.subtotalCents == 2)
        #expect(statement.budget.map(\.usedCents) == [2, 32])
    }

    @Test("The budget of month and year, and the planning figure")
    func budget() {
        let statement = document(
            [
                statementCall(sequence: 1, start: Self.october.startOfYear, seconds: 30, charge: 30_000_000),
                statementCall(sequence: 2, start: Self.noon, seconds: 30, charge: 12_500_000),
                statementCall(
                    sequence: 3, start: Self.october.startOfYear - .milliseconds(1), seconds: 30, charge: 99_000_000),
            ], budget: Budget(month: Money(microEuros: 50_000_000)), inhabitants: 75_000)
        #expect(statement.budget[0].usedCents == 1250 && statement.budget[0].percent == 25)
        #expect(statement.budget[1].usedCents == 4250 && statement.budget[1].percent == nil)
        #expect(statement.planningCents == 1_800_000)
    }

    @Test("A call without a tariff is told apart from one that costs nothing")
    func unrated() {
        var call = statementCall(sequence: 1, start: Self.noon, seconds: 30, charge: 0)
        call.ledger.charge = nil
        var busy = statementCall(sequence: 2, start: Self.noon, seconds: 0, charge: 0)
        busy.ledger.charge = nil
        let free = statementCall(sequence: 3, start: Self.noon, seconds: 30, charge: 0)
        #expect(document([call, busy, free]).unrated == 1)
    }

    @Test("Rows add up to their totals to the cent, whatever they are", arguments: 1...20 as ClosedRange<UInt64>)
    func addsUp(seed: UInt64) {
        let records = randomLedger(seed: seed, count: 2_000)
        let statement = document(records)
        let exact = records.filter { $0.account == "GM0513" && Self.october.contains($0.start) }
            .reduce(Money.zero) { $0 + ($1.ledger.charge?.amount ?? .zero) }
        #expect(statement.subtotalCents == rounded(exact.microEuros, 10_000))
        #expect(statement.actions.reduce(0) { $0 + $1.cents } == statement.usageCents)
        #expect(statement.adjustments.reduce(0) { $0 + $1.cents } == statement.adjustmentCents)
        #expect(statement.usageCents + statement.adjustmentCents == statement.subtotalCents)
        #expect(statement.vat.reduce(0) { $0 + $1.cents } == statement.subtotalCents)
        #expect(statement.subtotalCents + statement.vat.reduce(0) { $0 + $1.vatCents } == statement.totalCents)
        for row in statement.actions { #expect(abs(row.cents * 10_000 - row.sums.charge.microEuros) < 10_000) }
    }

    @Test("An action in several municipalities is divided by recipient, without a remainder")
    func divided() {
        let records = randomLedger(seed: 7, count: 3_000).filter { Self.october.contains($0.start) }
        var all = LedgerSums()
        for account in ["GM0513", "GM0627", "GM1924"] {
            var totals = StatementTotals(account: account, month: Self.october)
            for record in records { totals.add(record) }
            all += totals.all
        }
        var report = ReportTotals(month: Self.october)
        for record in records { report.add(record) }
        #expect(report.all == all)
    }
}

@Suite("Management report") struct ReportTests {
    @Test("Accounts by charge, trunks by cost, totals that add up", arguments: 1...10 as ClosedRange<UInt64>)
    func addsUp(seed: UInt64) {
        var totals = ReportTotals(month: StatementTests.october)
        for record in randomLedger(seed: seed, count: 3_000) { totals.add(record) }
        let report = totals.document(issuer: "", name: { $0 == "GM0513" ? "Gouda" : "" })
        for rows in [report.accounts, report.trunks] {
            #expect(rows.reduce(0) { $0 + $1.chargeCents } == report.total.chargeCents)
            #expect(rows.reduce(0) { $0 + $1.costCents } == report.total.costCents)
            #expect(rows.reduce(0) { $0 + $1.marginCents } == report.total.marginCents)
            #expect(rows.reduce(0) { $0 + $1.tenths } == report.total.tenths)
            #expect(rows.reduce(0) { $0 + $1.sums.calls } == report.total.sums.calls)
        }
        #expect(report.accounts.map(\.sums.charge) == report.accounts.map(\.sums.charge).sorted(by: >))
        #expect(report.trunks.map(\.sums.cost) == report.trunks.map(\.sums.cost).sorted(by: >))
        #expect(report.accounts.first { $0.key == "GM0513" }?.name == "Gouda")
        #expect(report.total.actions == 12)
    }

    @Test("The answer ratio is of calls alone")
    func ratio() {
        var totals = ReportTotals(month: StatementTests.october)
        for seconds in [30, 0, 10] as [Int64] {
            totals.add(statementCall(start: StatementTests.noon, seconds: seconds, charge: 0))
        }
        totals.add(statementMessage(start: StatementTests.noon, segments: 1, charge: 0))
        let report = totals.document(issuer: "", name: { _ in "" })
        #expect(report.total.answerPermille == 666)
        #expect(report.trunks.first { $0.key == "noord" }?.answerPermille == nil)
    }
}
