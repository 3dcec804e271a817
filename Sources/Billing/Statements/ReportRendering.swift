// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Writes the management report as a page of HTML.
package struct ReportHTML: Sendable {
    package let language: Language

    package init(language: Language) { self.language = language }

    /// Lines without their ends.
    package func lines(_ report: ReportDocument) -> [String] {
        let kind = language("Managementrapport Burgernet", "Burgernet management report")
        let period = language.month(report.month)
        var page = HTMLPage(language: language, title: "\(kind) \(period)", footer: "\(kind) – \(period)")
        page.add("<header><div>")
        page.add("<h1>\(HTMLPage.escaped(kind))</h1>")
        page.add("<p class=\"subtitle\">\(HTMLPage.escaped(language.period(report.month)))</p>")
        page.add("</div>")
        if !report.issuer.isEmpty {
            page.add("<div class=\"issuer\"><strong>\(HTMLPage.escaped(report.issuer))</strong></div>")
        }
        page.add("</header>")
        addTiles(report, to: &page)
        if report.unrated > 0 {
            let text = language(
                "\(language.count(report.unrated)) beantwoorde gesprekken of sms'en zonder tarief staan niet in de bedragen.",
                "\(language.count(report.unrated)) answered calls or SMS without a tariff are not in the amounts.")
            page.add("<p class=\"warning\">\(HTMLPage.escaped(text))</p>")
        }
        page.table(
            "report", caption: language("Per gemeente", "By municipality"),
            headings: headings(language("Gemeente", "Municipality"), actions: true),
            rows: report.accounts.map { row in
                HTMLPage.cell(row.name.isEmpty ? row.key : row.name, note: row.name.isEmpty ? "" : row.key)
                    + figures(row)
            }, feet: [HTMLPage.label(language("Totaal", "Total"), columns: 1) + figures(report.total)])
        var total = report.total
        total.actions = nil
        page.table(
            "report", caption: language("Per trunk en SMSC", "By trunk and SMSC"),
            headings: headings(language("Trunk", "Trunk"), actions: false),
            rows: report.trunks.map { HTMLPage.cell($0.key) + figures($0) },
            feet: [HTMLPage.label(language("Totaal", "Total"), columns: 1) + figures(total)])
        let note = language(
            "Alle bedragen zonder btw, correcties en crediteringen van deze maand inbegrepen. Bereikt: deelnemers die "
                + "een gesprek beantwoordden of een sms kregen die is afgeleverd of overgenomen, per actie eenmaal. "
                + "Kosten: wat de provider ons rekent.",
            "All amounts without VAT, with the corrections and credits of this month. Reached: participants "
                + "who answered a call or got an SMS that was delivered or taken over, once in an action. Cost: what "
                + "the carrier charges us.")
        page.add("<section class=\"explanation\"><p>\(HTMLPage.escaped(note))</p></section>")
        page.end()
        return page.lines
    }

    private func addTiles(_ report: ReportDocument, to page: inout HTMLPage) {
        let total = report.total
        page.addTiles([
            (language.count(total.actions ?? 0), language("acties", "actions")),
            (language.count(total.sums.reached), language("bereikte burgers", "citizens reached")),
            (language.amount(total.costCents), language("kosten", "cost")),
            (language.amount(total.chargeCents), language("doorbelast", "charged")),
            (language.amount(total.marginCents), language("verschil", "margin")),
        ])
    }

    private func headings(_ key: String, actions: Bool) -> [HTMLPage.Heading] {
        [.text(key)] + (actions ? [.figure(language("Acties", "Actions"))] : []) + [
            .figure(language("Bereikt", "Reached")), .figure(language("Gespr.", "Calls")),
            .figure(language("Beantw.", "Answered")), .figure(language("Minuten", "Minutes")),
            .figure(language("Sms-segm.", "SMS segm.")), .figure(language("Kosten", "Cost")),
            .figure(language("Doorbelast", "Charged")), .figure(language("Verschil", "Margin")),
        ]
    }

    private func figures(_ row: ReportDocument.Row) -> String {
        (row.actions.map { HTMLPage.figure(language.count($0)) } ?? "")
            + HTMLPage.figures(
                language.count(row.sums.reached), language.count(row.sums.calls),
                row.answerPermille.map { language.tenths($0) + "%" } ?? "–", language.tenths(row.tenths),
                language.count(row.sums.segments), language.amount(row.costCents), language.amount(row.chargeCents),
                language.amount(row.marginCents))
    }
}

/// Writes the management report as one table: accounts, trunks, the total.
package struct ReportCSV: Sendable {
    package let language: Language
    package let locale: CSVLocale

    package init(language: Language, locale: CSVLocale) {
        self.language = language
        self.locale = locale
    }

    /// Lines without their ends.
    package func lines(_ report: ReportDocument) -> [String] {
        var table = SpreadsheetTable(locale, headings: headings)
        func add(_ kind: String, _ row: ReportDocument.Row) {
            table.add([
                .text(report.month.description), .text(kind), .text(row.key), .text(row.name),
                row.actions.map { .count($0) } ?? .empty, .count(row.sums.recipients), .count(row.sums.reached),
                .count(row.sums.calls), .count(row.sums.answered),
                row.answerPermille.map { .decimal($0, digits: 1) } ?? .empty, .decimal(row.tenths, digits: 1),
                .count(row.sums.messages), .count(row.sums.segments), .decimal(row.costCents, digits: 2),
                .decimal(row.chargeCents, digits: 2), .decimal(row.marginCents, digits: 2),
            ])
        }
        for row in report.accounts { add(language("gemeente", "account"), row) }
        for row in report.trunks { add("trunk", row) }
        add(language("totaal", "total"), report.total)
        return table.lines
    }

    private var headings: [String] {
        switch language {
        case .dutch:
            [
                "maand", "soort", "code", "naam", "acties", "ontvangers", "bereikt", "gesprekken", "beantwoord",
                "beantwoord_procent", "minuten", "sms", "sms_segmenten", "kosten", "doorbelast", "verschil",
            ]
        case .english:
            [
                "month", "kind", "code", "name", "actions", "recipients", "reached", "calls", "answered",
                "answered_percent", "minutes", "sms", "sms_segments", "cost", "charged", "margin",
            ]
        }
    }
}
