// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import ControlProtocol
import GatewayCore

/// Writes an evaluation as one page of HTML: nothing is fetched, nothing runs, the same report makes the same bytes.
package struct EvaluationHTML: Sendable {
    package let language: Language

    package init(language: Language) { self.language = language }

    /// Lines without their ends.
    package func lines(_ report: EvaluationReport, isBriefing: Bool = false) -> [String] {
        let sheet = EvaluationSheet(report, language: language, isBriefing: isBriefing)
        func escaped(_ text: String) -> String { HTMLPage.escaped(text) }
        var page = HTMLPage(
            language: language, title: "\(sheet.kind) \(sheet.title)",
            footer: "\(sheet.kind) – \(sheet.title)"
                + (sheet.mark.isEmpty ? "" : " – \(language("voorlopig", "draft"))"),
            style: ReachChart.style)
        page.add("<header><div>")
        page.add("<h1>\(escaped(sheet.title))</h1>")
        page.add("<p class=\"subtitle\">\(escaped("\(sheet.kind): \(sheet.subtitle)"))</p>")
        page.add("</div></header>")
        page.add("<main>")
        if !sheet.mark.isEmpty { page.add("<p class=\"mark\">\(escaped(sheet.mark))</p>") }
        page.addTiles(sheet.tiles)
        page.add("<dl class=\"facts\">")
        for (term, text) in sheet.facts { page.add("<dt>\(escaped(term))</dt><dd>\(escaped(text))</dd>") }
        page.add("</dl>")
        for (heading, text) in sheet.texts {
            page.add("<h2>\(escaped(heading))</h2>")
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { escaped(String($0)) }
            page.add("<p class=\"text\">\(lines.joined(separator: "<br>"))</p>")
        }
        if sheet.hasChart { for line in ReachChart(report: report, language: language).lines() { page.add(line) } }
        for table in sheet.tables {
            // A wide table scrolls by itself on a telephone, by keyboard too.
            page.add("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"\(escaped(table.caption))\">")
            page.table(
                table.name, caption: table.caption,
                headings: table.headings.map { $0.isFigure ? .figure($0.text) : .text($0.text) },
                rows: table.rows.map { row in
                    zip(row, table.headings).map { $1.isFigure ? HTMLPage.figure($0) : HTMLPage.cell($0) }.joined()
                })
            if !table.note.isEmpty { page.add("<p class=\"note\">\(escaped(table.note))</p>") }
            page.add("</div>")
        }
        if !sheet.explanation.isEmpty {
            page.add("<section class=\"explanation\"><p>\(escaped(sheet.explanation))</p></section>")
        }
        page.add("</main>")
        page.end()
        return page.lines
    }
}
