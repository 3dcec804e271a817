// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Testing

@Suite("CSV for spreadsheets") struct CSVLineTests {
    @Test("Dutch: semicolons and decimal commas; amounts are numbers, negative ones too")
    func dutch() {
        var cdr = sampleCDR()
        cdr.ledger = LedgerEntry(
            kind: .credit, corrects: 3,
            cost: RatedAmount(amount: Money(microEuros: 1_234_567), vatBasisPoints: 2100, tariff: "kpn@1"),
            charge: RatedAmount(amount: Money(microEuros: -50_000), vatBasisPoints: 900, tariff: "gm@1"),
            note: "as agreed; see letter")
        let line = CDRExporter(format: .native, locale: .dutch).line(for: cdr)
        #expect(line.contains(";12,345;10,125;"))
        #expect(
            line.hasSuffix(";credit;3;1,234567;21,00;kpn@1;-0,050000;9,00;gm@1;\"as agreed; see letter\";210;1850;1"))
        let plain = CDRExporter(format: .native).line(for: cdr)
        #expect(
            plain.hasSuffix(",credit,3,1.234567,21.00,kpn@1,-0.050000,9.00,gm@1,\"as agreed; see letter\",210,1850,1"))
        #expect(CDRExporter(format: .native, locale: .dutch).header?.hasPrefix("sequence;action;") == true)
        #expect(CDRExporter(format: .asterisk, locale: .dutch).line(for: cdr).hasPrefix("\"GM0513\";\"+31182588444\";"))
    }

    @Test("Amounts have a row in calls and SMS alike; corrections are in the native format alone")
    func formats() {
        var cdr = sampleMessageCDR()
        cdr.ledger.kind = .correction
        #expect(CDRExporter(format: .native).includes(cdr))
        #expect(!CDRExporter(format: .asterisk).includes(cdr) && !CDRExporter(format: .freeswitch).includes(cdr))
    }

    /// What someone writes into a note, and the field that it becomes.
    static let hostile: [(text: String, field: String)] = [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"), ("+1+1", "'+1+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "\"'\t'=1\""), ("\r=1", "\"'\r'=1\""), ("x;=1+1", "\"x;'=1+1\""), ("x,@a", "\"x,'@a\""),
        ("x\n-2", "\"x\n'-2\""), ("x; \"=1", "\"x; \"\"'=1\""), (" =1", " '=1"), ("'=1", "''=1"),
        ("\u{ff1d}1", "'\u{ff1d}1"), ("x;\u{ff20}1", "\"x;'\u{ff20}1\""), ("+31612345678", "+31612345678"),
        ("a=b-c@d", "a=b-c@d"), ("2026-11-24", "2026-11-24"), ("", ""),
    ]

    @Test("No text becomes a formula, whatever ends a field", arguments: hostile, [CSVLocale.plain, .dutch])
    func disarmed(example: (text: String, field: String), locale: CSVLocale) {
        var cdr = sampleCDR()
        cdr.ledger.note = example.text
        let line = CDRExporter(format: .native, locale: locale).line(for: cdr)
        let separator = locale == .dutch ? ";" : ","
        #expect(line.hasSuffix(separator + example.field + ["", "210", "1850", "1"].joined(separator: separator)))
        // As any other program divides it: no cell begins a formula, but for numbers.
        for cells in [line.split(separator: ";"), line.split(separator: ","), line.split(separator: "\t")] {
            for cell in cells {
                let text = cell.drop { $0 == " " || $0 == "\"" || $0 == "\n" || $0 == "\r" }
                guard let first = text.first, "=@-+\u{ff1d}\u{ff20}".contains(first) else { continue }
                #expect(text.dropFirst().allSatisfy { $0.isNumber || $0 == "." }, "\(text)")
            }
        }
    }

    @Test("Sums of an export are exact")
    func totals() {
        var totals = ExportTotals()
        var call = sampleCDR()
        call.ledger.charge = RatedAmount(amount: Money(microEuros: 90_000), vatBasisPoints: 2100, tariff: "gm@1")
        totals.add(call)
        totals.add(sampleMessageCDR())
        var credit = call.adjustment(
            .credit, cost: nil,
            charge: RatedAmount(amount: Money(microEuros: -40_000), vatBasisPoints: 2100, tariff: "gm@1"), note: "x",
            at: .epoch)
        credit.sequence = 9
        totals.add(credit)
        #expect(totals.rows == 3 && totals.firstSequence == 7 && totals.lastSequence == 9)
        let tally = totals.accounts["GM0513"]
        #expect(tally?.rows == 3 && tally?.calls == 1 && tally?.segments == 2)
        #expect(tally?.billedMilliseconds == 10_125 && tally?.charge == Money(microEuros: 50_000))
    }

    @Test("Money as text", arguments: [(0, "0.000000"), (-50_000, "-0.050000"), (12_000_001, "12.000001")])
    func money(micro: Int64, text: String) {
        #expect(Money(microEuros: micro).decimalText == text)
        #expect(Money(decimalText: text) == Money(microEuros: micro))
    }

    @Test("What is no amount", arguments: ["", "-", ".5", "1.", "1.0000001", "1,5", "1e3", "1000000000", "0x1", "--1"])
    func noMoney(text: String) { #expect(Money(decimalText: text) == nil) }

    @Test(
        "Times as octets are times as texts", arguments: [0, 1_764_000_000_123, -1, -86_400_001, 253_402_300_799_999])
    func times(milliseconds: Int64) {
        let time = Timestamp(milliseconds: milliseconds)
        var bytes: [UInt8] = []
        time.appendISO8601(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == time.description)
    }
}
