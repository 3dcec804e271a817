// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import Billing

@Suite("Another price later") struct ReratingTests {
    private let noon = Timestamp(milliseconds: 1_795_521_600_000)  // 2026-11-24T12:00:00Z

    private func rater(_ perMinute: String, vat: String = "21%", cost: String? = nil) throws -> Rater {
        func tariff(_ name: String, _ subject: String, _ price: String) -> String {
            """
            [Tariff \(name)]
            \(subject)
            ValidFrom=2026-01-01
            VAT=\(vat)
            [Voice \(name)]
            Prefix=+31
            PerMinute=\(price)
            Increment=60/60

            """
        }
        return Rater(
            try ratingBook(tariff("t", "Account=*", perMinute) + (cost.map { tariff("c", "Trunk=noord", $0) } ?? "")))
    }

    /// A minute, rated by this.
    private func minute(_ rater: Rater) -> CallDetailRecord {
        rater.rated(CallDetailRecord.answered(at: noon, milliseconds: 60_000))
    }

    private func text(_ rows: [CallDetailRecord]) -> [String] {
        rows.map { row in
            func side(_ amount: RatedAmount?) -> String {
                amount.map { "\($0.amount.decimal) at \($0.vatBasisPoints)" } ?? "-"
            }
            return "\(side(row.ledger.cost)), \(side(row.ledger.charge))"
        }
    }

    @Test("A corrected tariff makes differences, once") func once() throws {
        let (old, new) = (try rater("0.12", cost: "0.05"), try rater("0.10", cost: "0.05"))
        let record = minute(old)
        #expect(record.ledger.charge?.amount.decimal == "0.12")
        #expect(Rerating(old).compare(record) == .unchanged)
        let rows = Rerating(new).corrections(of: record, note: "price of 2026", at: noon)
        #expect(text(rows) == ["-, -0.02 at 2100"])
        #expect(rows.first?.ledger.kind == .correction && rows.first?.ledger.note == "price of 2026")
        #expect(rows.first?.ledger.charge?.tariff == new.book.tariffs.first?.version)
        #expect(Rerating(new).compare(record, adjustments: rows.map(\.ledger)) == .unchanged)
        // And back again.
        let back = Rerating(old).corrections(of: record, adjustments: rows.map(\.ledger), note: "", at: noon)
        #expect(text(back) == ["-, 0.02 at 2100"])
    }

    @Test("Another rate of VAT alone is a correction too: all is taken back at the old one and stands at the new one")
    func vat() throws {
        let (old, new) = (try rater("0.12", vat: "21%", cost: "0.05"), try rater("0.12", vat: "9%", cost: "0.05"))
        let record = minute(old)
        let rows = Rerating(new).corrections(of: record, note: "low rate", at: noon)
        #expect(text(rows) == ["-0.05 at 2100, -0.12 at 2100", "0.05 at 900, 0.12 at 900"])
        #expect(rows.map(\.ledger.charge?.tariff) == [record.ledger.charge?.tariff, new.book.tariffs[0].version])
        #expect(Rerating(new).compare(record, adjustments: rows.map(\.ledger)) == .unchanged)
        // Price and VAT, after that.
        let dearer = Rerating(try rater("0.15", vat: "21%"))
        let again = dearer.corrections(of: record, adjustments: rows.map(\.ledger), note: "", at: noon)
        #expect(text(again) == ["-, -0.12 at 900", "-, 0.15 at 2100"])
        #expect(dearer.compare(record, adjustments: (rows + again).map(\.ledger)) == .unchanged)
    }

    @Test("What is unrated gets its amount, what no tariff knows any more keeps its own, and credits stay out")
    func sides() throws {
        let record = minute(try rater("0.12"))
        #expect(record.ledger.cost == nil)
        let both = Rerating(try rater("0.12", cost: "0.05"))
        #expect(text(both.corrections(of: record, note: "", at: noon)) == ["0.05 at 2100, -"])
        #expect(Rerating(Rater(TariffBook([]))).compare(record) == .unchanged)
        let credit = LedgerEntry(
            kind: .credit, corrects: 7,
            charge: RatedAmount(amount: Money(microEuros: -120_000), vatBasisPoints: 2100, tariff: "t"), note: "x")
        #expect(Rerating(try rater("0.12")).compare(record, adjustments: [credit]) == .unchanged)
    }

    @Test("Nothing is due without an answer; a purged number cannot be rated again") func nothing() throws {
        let new = Rerating(try rater("0.12"))
        var silent = CallDetailRecord.answered(at: noon, milliseconds: 0)
        silent.answer = nil
        #expect(new.compare(silent) == .unchanged)
        silent.callee = "n-0123456789abcdef"
        #expect(new.compare(silent) == .unchanged)
        var purged = minute(try rater("0.10"))
        purged.callee = "n-0123456789abcdef"
        #expect(new.compare(purged) == .unrated(.numberPurged))
        #expect(new.corrections(of: purged, note: "", at: noon).isEmpty)
        var row = minute(try rater("0.10"))
        row.ledger.kind = .correction
        #expect(new.compare(row) == .unchanged)
    }

    @Test("A balance adds up what stands at each rate of VAT") func balance() throws {
        func entry(_ amount: Int64, _ vat: Int) -> LedgerEntry {
            LedgerEntry(charge: RatedAmount(amount: Money(microEuros: amount), vatBasisPoints: vat, tariff: "\(vat)"))
        }
        let balance = LedgerBalance(\.charge, of: [entry(10, 2100), entry(-10, 2100), entry(12, 900), LedgerEntry()])
        #expect(balance.total == Money(microEuros: 12) && !balance.isZero)
        #expect(balance.principal?.vatBasisPoints == 900)
        #expect(LedgerBalance(\.cost, of: [entry(10, 2100)]).principal == nil)
    }
}
