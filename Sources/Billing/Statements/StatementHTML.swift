// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Writes a statement as a page of HTML to be read and printed.
package struct StatementHTML: Sendable {
    package let language: Language

    package init(language: Language) { self.language = language }

    /// Lines without their ends.
    package func lines(_ statement: StatementDocument) -> [String] {
        let name = Self.name(statement)
        let period = language.month(statement.month)
        let kind = language("Kostenoverzicht Burgernet", "Burgernet statement of costs")
        var page = HTMLPage(
            language: language, title: "\(kind) \(name) \(period)", footer: "\(kind) – \(name) – \(period)")
        addHeader(kind, statement, to: &page)
        addTiles(statement, to: &page)
        addWarning(statement, to: &page)
        addActions(statement, to: &page)
        addAdjustments(statement, to: &page)
        addSums(statement, to: &page)
        addBudget(statement, to: &page)
        addExplanation(statement, to: &page)
        page.end()
        return page.lines
    }

    static func name(_ statement: StatementDocument) -> String {
        statement.parties.name.isEmpty ? statement.account : statement.parties.name
    }

    private func addHeader(_ kind: String, _ statement: StatementDocument, to page: inout HTMLPage) {
        func escaped(_ text: String) -> String { HTMLPage.escaped(text) }
        page.add("<header>")
        page.add("<div>")
        page.add("<h1>\(escaped(kind))</h1>")
        page.add(
            "<p class=\"subtitle\">\(escaped(Self.name(statement))), \(escaped(language.month(statement.month)))</p>")
        page.add("</div>")
        if !statement.parties.issuer.isEmpty {
            let details = statement.parties.details.map { escaped($0) }.joined(separator: "<br>")
            page.add("<div class=\"issuer\"><strong>\(escaped(statement.parties.issuer))</strong>\(details)</div>")
        }
        page.add("</header>")
        page.add("<dl class=\"facts\">")
        var facts = [(language("Rekening", "Account"), statement.account)]
        if !statement.parties.name.isEmpty {
            facts.insert((language("Gemeente", "Municipality"), statement.parties.name), at: 0)
        }
        facts.append((language("Periode", "Period"), language.period(statement.month)))
        if let inhabitants = statement.parties.inhabitants {
            facts.append((language("Inwoners", "Inhabitants"), language.count(inhabitants)))
        }
        for (term, description) in facts { page.add("<dt>\(escaped(term))</dt><dd>\(escaped(description))</dd>") }
        page.add("</dl>")
    }

    private func addTiles(_ statement: StatementDocument, to page: inout HTMLPage) {
        let usage = statement.usage
        page.addTiles([
            (language.count(statement.actions.count), language("acties", "actions")),
            (language.count(usage.reached), language("bereikte burgers", "citizens reached")),
            (language.count(usage.calls), language("gesprekken", "calls")),
            (language.count(usage.segments), language("sms-segmenten", "SMS segments")),
            (language.amount(statement.totalCents), language("totaal incl. btw", "total incl. VAT")),
        ])
    }

    private func addWarning(_ statement: StatementDocument, to page: inout HTMLPage) {
        guard statement.unrated > 0 else { return }
        let text = language(
            "Voor \(language.count(statement.unrated)) beantwoorde gesprekken of verstuurde sms'en gold geen tarief. "
                + "Zij tellen mee in de aantallen, niet in de bedragen.",
            "No tariff covered \(language.count(statement.unrated)) answered calls or SMS. They are in the counts, "
                + "not in the amounts.")
        page.add("<p class=\"warning\">\(HTMLPage.escaped(text))</p>")
    }

    private func addActions(_ statement: StatementDocument, to page: inout HTMLPage) {
        let caption = language("Acties", "Actions")
        guard !statement.actions.isEmpty else {
            page.add("<h2>\(caption)</h2>")
            let text = language("Er waren geen acties in deze maand.", "There were no actions in this month.")
            page.add("<p>\(text)</p>")
            return
        }
        let rows = statement.actions.map { row in
            let title = row.title.isEmpty ? row.action : row.title
            return HTMLPage.date(language.date(row.start))
                + HTMLPage.cell(title, note: row.title.isEmpty ? "" : row.action)
                + figures(row.sums, tenths: row.tenths) + HTMLPage.figure(language.amount(row.cents))
        }
        let total =
            HTMLPage.label(language("Totaal acties", "Total of actions"), columns: 2)
            + figures(statement.usage, tenths: statement.usageTenths)
            + HTMLPage.figure(language.amount(statement.usageCents))
        page.table(
            "actions", caption: caption,
            headings: [
                .text(language("Datum", "Date")), .text(language("Actie", "Action")),
                .figure(language("Ontv.", "Recip.")), .figure(language("Bereikt", "Reached")),
                .figure(language("Gespr.", "Calls")), .figure(language("Beantw.", "Answered")),
                .figure(language("Minuten", "Minutes")), .figure(language("Sms-segm.", "SMS segm.")),
                .figure(language("Bedrag", "Amount")),
            ], rows: rows, feet: [total])
    }

    private func figures(_ sums: LedgerSums, tenths: Int64) -> String {
        HTMLPage.figures(
            language.count(sums.recipients), language.count(sums.reached), language.count(sums.calls),
            language.count(sums.answered), language.tenths(tenths), language.count(sums.segments))
    }

    private func addAdjustments(_ statement: StatementDocument, to page: inout HTMLPage) {
        guard !statement.adjustments.isEmpty else { return }
        let rows = statement.adjustments.map { row in
            let kind = row.kind == .credit ? language("Creditering", "Credit") : language("Correctie", "Correction")
            let title = row.title.isEmpty ? row.action : row.title
            return HTMLPage.cell(kind) + HTMLPage.cell(title, note: row.title.isEmpty ? "" : row.action)
                + HTMLPage.cell(row.note) + HTMLPage.figure(language.count(row.sums.rows))
                + HTMLPage.figure(language.amount(row.cents))
        }
        let total =
            HTMLPage.label(
                language("Totaal correcties en crediteringen", "Total of corrections and credits"), columns: 4)
            + HTMLPage.figure(language.amount(statement.adjustmentCents))
        page.table(
            "adjustments", caption: language("Correcties en crediteringen", "Corrections and credits"),
            headings: [
                .text(language("Soort", "Kind")), .text(language("Actie", "Action")),
                .text(language("Reden", "Reason")), .figure(language("Regels", "Rows")),
                .figure(language("Bedrag", "Amount")),
            ], rows: rows, feet: [total])
    }

    private func addSums(_ statement: StatementDocument, to page: inout HTMLPage) {
        var rows: [String] = []
        if !statement.adjustments.isEmpty {
            rows.append(
                HTMLPage.cell(language("Acties", "Actions")) + HTMLPage.figure(language.amount(statement.usageCents)))
            rows.append(
                HTMLPage.cell(language("Correcties en crediteringen", "Corrections and credits"))
                    + HTMLPage.figure(language.amount(statement.adjustmentCents)))
        }
        rows.append(
            HTMLPage.cell(language("Subtotaal exclusief btw", "Subtotal without VAT"))
                + HTMLPage.figure(language.amount(statement.subtotalCents)))
        for row in statement.vat {
            let rate = language.percent(basisPoints: row.basisPoints)
            let base = language.amount(row.cents)
            rows.append(
                HTMLPage.cell(language("Btw \(rate) over \(base)", "VAT \(rate) on \(base)"))
                    + HTMLPage.figure(language.amount(row.vatCents)))
        }
        let total =
            HTMLPage.label(language("Totaal inclusief btw", "Total including VAT"), columns: 1)
            + HTMLPage.figure(language.amount(statement.totalCents))
        page.table(
            "sums", caption: language("Totaal", "Total"),
            headings: [.text(""), .figure(language("Bedrag", "Amount"))], rows: rows, feet: [total])
    }

    private func addBudget(_ statement: StatementDocument, to page: inout HTMLPage) {
        let rows = statement.budget.map { row in
            let period: String
            switch row.period {
            case .month: period = language.month(statement.month)
            case .year:
                period = language("\(statement.month.year) t/m deze maand", "\(statement.month.year) up to this month")
            }
            let percent = row.percent.map { "\(language.count($0))%" } ?? "–"
            let left = row.limitCents.map { language.amount($0 - row.usedCents) } ?? "–"
            return HTMLPage.cell(period) + HTMLPage.figure(row.limitCents.map(language.amount) ?? "–")
                + HTMLPage.figures(language.amount(row.usedCents), left, percent) + bar(row.percent)
        }
        page.table(
            "budget", caption: language("Budget (exclusief btw)", "Budget (without VAT)"),
            headings: [
                .text(language("Periode", "Period")), .figure(language("Budget", "Budget")),
                .figure(language("Verbruikt", "Used")), .figure(language("Resteert", "Left")),
                .figure(language("Benut", "Share")), .figure(""),
            ], rows: rows)
        guard let planning = statement.planningCents, let inhabitants = statement.parties.inhabitants else { return }
        let text = language(
            "Planningscijfer: \(language.count(inhabitants)) inwoners × \(language.amount(24)) per jaar = "
                + "\(language.amount(planning)) per jaar.",
            "Planning figure: \(language.count(inhabitants)) inhabitants × \(language.amount(24)) a year = "
                + "\(language.amount(planning)) a year.")
        page.add("<p class=\"note\">\(HTMLPage.escaped(text))</p>")
    }

    private func bar(_ percent: Int64?) -> String {
        guard let percent else { return "<td></td>" }
        let width = min(100, max(0, percent))
        let over = percent >= 100 ? " class=\"over\"" : ""
        return "<td><span class=\"bar\"><span\(over) style=\"width:\(width)%\"></span></span></td>"
    }

    private func addExplanation(_ statement: StatementDocument, to page: inout HTMLPage) {
        let items: [String]
        let rows = language.count(statement.rows)
        let last = language.count(statement.lastSequence)
        switch language {
        case .dutch:
            items = [
                "Een actie waarvan de deelnemers in meer gemeenten wonen, is per deelnemer verdeeld: hier staat alleen wat "
                    + "voor rekening van \(Self.name(statement)) komt.",
                "Ontvangers (ontv.): deelnemers van wie de eerste poging in deze maand viel. Bereikt: deelnemers die "
                    + "een gesprek (gespr.) beantwoordden of een sms kregen die is afgeleverd of door de provider is "
                    + "overgenomen; wie beide kreeg, telt per actie eenmaal.",
                "Minuten: van aannemen tot einde van het gesprek. Sms-segmenten: zoals de provider ze heeft overgenomen; "
                    + "een lange tekst telt meer segmenten.",
                "Elke regel van het grootboek is op zichzelf berekend, tot op een miljoenste euro. Bedragen zijn daarna zo op "
                    + "centen afgerond dat de regels samen precies het subtotaal zijn; de btw is per tarief één keer "
                    + "berekend.",
                "Opgemaakt uit \(rows) regels van het grootboek, de laatste met volgnummer \(last). Correcties staan in "
                    + "de maand waarin zij zijn gemaakt; een eerder overzicht verandert niet.",
            ]
        case .english:
            items = [
                "An action whose participants live in several municipalities is divided by participant: only what is "
                    + "for \(Self.name(statement)) stands here.",
                "Recipients (recip.): participants whose first attempt was in this month. Reached: participants who "
                    + "answered a call, or got an SMS that was delivered or taken over by the carrier; who got both "
                    + "counts once in an action.",
                "Minutes: from the answer to the end of the call. SMS segments: as the carrier took them over; a long "
                    + "text has several.",
                "Each row of the ledger is rated by itself, to a millionth of a euro. Amounts are then rounded to cents "
                    + "such that the rows add up to the subtotal exactly; VAT is calculated once for each rate.",
                "Made from \(rows) rows of the ledger, the last with sequence \(last). Corrections stand in the month "
                    + "in which they were made; an earlier statement does not change.",
            ]
        }
        page.add("<section class=\"explanation\">")
        page.add("<h2>\(language("Toelichting", "Explanation"))</h2>")
        page.add("<ul>")
        for item in items { page.add("<li>\(HTMLPage.escaped(item))</li>") }
        page.add("</ul>")
        page.add("</section>")
    }
}
