// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import Foundation
import GatewayCore
import Testing

@Suite("Statements as HTML and CSV") struct StatementRenderingTests {
    private func statement(title: String = "Vermist kind", note: String = "klacht 12") -> StatementDocument {
        var totals = StatementTotals(account: "GM0513", month: StatementTests.october)
        totals.add(statementCall(sequence: 1, start: StatementTests.noon, seconds: 75, charge: 1_234_567_890))
        totals.add(statementMessage(sequence: 2, start: StatementTests.noon, segments: 2, charge: 150_000))
        totals.add(
            statementAdjustment(
                .credit, sequence: 3, start: StatementTests.noon, charge: -50_000, note: note))
        return totals.document(
            parties: StatementParties(
                name: "Gouda", inhabitants: 75_000, issuer: "Politie <Den Haag>", details: ["Postbus 264"]),
            budget: Budget(year: Money(microEuros: 18_000_000_000)), title: { _ in title })
    }

    private func csv(_ language: Language, _ locale: CSVLocale, _ statement: StatementDocument)
        -> [String]
    {
        StatementCSV(language: language, locale: locale).lines(statement)
    }

    @Test("English, for programs")
    func english() {
        #expect(
            csv(.english, .plain, statement()) == [
                "account,month,kind,action,description,date,recipients,reached,calls,answered,minutes,sms,sms_segments,"
                    + "amount,amount_exact,vat_percent,vat_base",
                "GM0513,2026-10,action,a-1,Vermist kind,2026-10-15,2,2,1,1,1.3,1,2,1234.72,1234.717890,,",
                "GM0513,2026-10,credit,a-1,klacht 12,2026-10-15,,,,,,,,-0.05,-0.050000,,",
                "GM0513,2026-10,subtotal,,,,2,2,1,1,1.3,1,2,1234.67,,,",
                "GM0513,2026-10,vat,,,,,,,,,,,259.28,,21.00,1234.67",
                "GM0513,2026-10,total,,,,,,,,,,,1493.95,,,",
                "GM0513,2026-10,used in month,,,,,,,,,,,1234.67,,,",
                "GM0513,2026-10,used in year,,,,,,,,,,,1234.67,,,",
                "GM0513,2026-10,budget year,,,,,,,,,,,18000.00,,,",
            ])
    }

    @Test("Dutch, for Dutch spreadsheets")
    func dutch() {
        let lines = csv(.dutch, .dutch, statement())
        #expect(lines[0].hasPrefix("\u{FEFF}gemeente;maand;soort;actie;"))
        #expect(
            lines[1] == "GM0513;2026-10;actie;a-1;Vermist kind;2026-10-15;2;2;1;1;1,3;1;2;1234,72;1234,717890;;")
        #expect(lines[2] == "GM0513;2026-10;creditering;a-1;klacht 12;2026-10-15;;;;;;;;-0,05;-0,050000;;")
    }

    @Test(
        "No text becomes a formula or another field",
        arguments: [
            ("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("-2", "'-2"), ("a;b", "\"a;b\""), ("a,b", "\"a,b\""),
            ("\"x\"", "\"\"\"x\"\"\""), ("\tx", "\"'\tx\""), ("line\nline", "\"line\nline\""),
            ("Brand; =1+1", "\"Brand; '=1+1\""), ("x\t@a", "\"x\t'@a\""), ("\u{ff1d}1", "'\u{ff1d}1"),
            ("06-12", "06-12"),
        ])
    func disarmed(title: String, field: String) {
        for (locale, separator) in [(CSVLocale.plain, ","), (.dutch, ";")] {
            let line = csv(.dutch, locale, statement(title: title))[1]
            #expect(line.contains("\(separator)\(field)\(separator)2026-10-15"), "\(line)")
        }
    }

    @Test("A page in either language", arguments: Language.allCases)
    func page(language: Language) {
        let html = StatementHTML(language: language).lines(statement()).joined(separator: "\n")
        #expect(html.hasPrefix("<!DOCTYPE html>\n<html lang=\"\(language.rawValue)\">"))
        #expect(html.hasSuffix("</body>\n</html>"))
        #expect(html.contains(language == .dutch ? "€\u{A0}1.493,95" : "€\u{A0}1,493.95"))
        #expect(html.contains(language == .dutch ? "oktober 2026" : "October 2026"))
        #expect(html.contains("Politie &lt;Den Haag&gt;"))
        // Nothing to fetch, nothing to run.
        for word in ["http:", "https:", "<script", "url(", "@import", "src=", "href="] { #expect(!html.contains(word)) }
    }

    @Test(
        "Whatever a title holds stays text",
        arguments: [
            "<script>alert(1)</script>", "</style><b>", "\"><img src=x onerror=alert(1)>", "a & b &lt; c",
            "' onmouseover='x", "\u{0}\u{1b}[31m", "</td></tr></table>",
        ])
    func escaped(title: String) throws {
        var hostile = statement(title: title, note: title)
        hostile.parties.name = title
        hostile.parties.issuer = title
        hostile.parties.details = [title]
        let plain = StatementHTML(language: .dutch).lines(statement()).joined()
        let html = StatementHTML(language: .dutch).lines(hostile).joined()
        // The same tags, and no more.
        func tags(_ text: String) -> Int { text.utf8.reduce(0) { $0 + ($1 == UInt8(ascii: "<") ? 1 : 0) } }
        #expect(tags(html) == tags(plain))
        #expect(!html.unicodeScalars.contains { $0.value < 32 && $0 != "\n" })
    }

    @Test("Rows of a table have as many cells as its head", arguments: Language.allCases)
    func columns(language: Language) throws {
        let lines = StatementHTML(language: language).lines(statement())
        var width = 0
        for line in lines where line.hasPrefix("<thead>") || line.hasPrefix("<tr>") {
            let spans = line.matches(of: /colspan="(\d+)"/).compactMap { Int($0.1) }
            let cells = line.matches(of: /<t[dh][ >]/).count - spans.count + spans.reduce(0, +)
            if line.hasPrefix("<thead>") { width = cells } else { #expect(cells == width, "\(line)") }
        }
        #expect(width > 0)
    }

    @Test("The report, in both languages and dialects", arguments: Language.allCases)
    func report(language: Language) {
        var totals = ReportTotals(month: StatementTests.october)
        totals.add(
            statementCall(start: StatementTests.noon, seconds: 75, charge: 1_500_000, cost: 1_000_000))
        let report = totals.document(issuer: "Politie", name: { _ in "Gouda" })
        let html = ReportHTML(language: language).lines(report).joined(separator: "\n")
        #expect(html.contains("<span class=\"note\">GM0513</span>") && html.contains("Gouda"))
        #expect(html.contains(language == .dutch ? "€\u{A0}0,50" : "€\u{A0}0.50"))
        let csv = ReportCSV(language: language, locale: .plain).lines(report)
        let kinds = language == .dutch ? ["gemeente", "totaal"] : ["account", "total"]
        #expect(csv[1] == "2026-10,\(kinds[0]),GM0513,Gouda,1,1,1,1,1,100.0,1.3,0,0,1.00,1.50,0.50")
        #expect(csv[2] == "2026-10,trunk,kpn,,,1,1,1,1,100.0,1.3,0,0,1.00,1.50,0.50")
        #expect(csv[3] == "2026-10,\(kinds[1]),,,1,1,1,1,1,100.0,1.3,0,0,1.00,1.50,0.50")
    }
}
