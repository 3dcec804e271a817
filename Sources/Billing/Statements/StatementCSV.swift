// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Writes a statement as one table, a row for each line of it. docs/statements.md is the contract.
package struct StatementCSV: Sendable {
    package let language: Language
    package let locale: CSVLocale

    package init(language: Language, locale: CSVLocale) {
        self.language = language
        self.locale = locale
    }

    /// Lines without their ends.
    package func lines(_ statement: StatementDocument) -> [String] {
        var table = SpreadsheetTable(locale, headings: headings)
        func add(_ kind: String, _ fields: [SpreadsheetField]) {
            table.add([.text(statement.account), .text(statement.month.description), .text(kind)] + fields)
        }
        for row in statement.actions {
            add(
                language("actie", "action"),
                [.text(row.action), .text(row.title), .text(isoDate(row.start))]
                    + usage(row.sums, tenths: row.tenths)
                    + [
                        .decimal(row.cents, digits: 2), .decimal(row.sums.charge.microEuros, digits: 6), .empty, .empty,
                    ])
        }
        for row in statement.adjustments {
            let kind =
                row.kind == .credit ? language("creditering", "credit") : language("correctie", "correction")
            add(
                kind,
                [.text(row.action), .text(row.note), .text(row.sums.first.map(isoDate) ?? "")] + noUsage
                    + [
                        .decimal(row.cents, digits: 2), .decimal(row.sums.charge.microEuros, digits: 6), .empty, .empty,
                    ])
        }
        add(
            language("subtotaal", "subtotal"),
            [.empty, .empty, .empty] + usage(statement.usage, tenths: statement.usageTenths)
                + [.decimal(statement.subtotalCents, digits: 2), .empty, .empty, .empty])
        for row in statement.vat {
            add(
                language("btw", "vat"),
                [.empty, .empty, .empty] + noUsage
                    + [
                        .decimal(row.vatCents, digits: 2), .empty, .decimal(Int64(row.basisPoints), digits: 2),
                        .decimal(row.cents, digits: 2),
                    ])
        }
        add(
            language("totaal", "total"),
            [.empty, .empty, .empty] + noUsage + [.decimal(statement.totalCents, digits: 2), .empty, .empty, .empty])
        for row in statement.budget {
            let used: String
            switch row.period {
            case .month: used = language("verbruik maand", "used in month")
            case .year: used = language("verbruik jaar", "used in year")
            }
            add(
                used,
                [.empty, .empty, .empty] + noUsage + [.decimal(row.usedCents, digits: 2), .empty, .empty, .empty])
            guard let limit = row.limitCents else { continue }
            let kind =
                row.period == .month ? language("budget maand", "budget month") : language("budget jaar", "budget year")
            add(kind, [.empty, .empty, .empty] + noUsage + [.decimal(limit, digits: 2), .empty, .empty, .empty])
        }
        return table.lines
    }

    private var headings: [String] {
        switch language {
        case .dutch:
            [
                "gemeente", "maand", "soort", "actie", "omschrijving", "datum", "ontvangers", "bereikt", "gesprekken",
                "beantwoord", "minuten", "sms", "sms_segmenten", "bedrag", "bedrag_exact", "btw_procent",
                "btw_grondslag",
            ]
        case .english:
            [
                "account", "month", "kind", "action", "description", "date", "recipients", "reached", "calls",
                "answered", "minutes", "sms", "sms_segments", "amount", "amount_exact", "vat_percent", "vat_base",
            ]
        }
    }

    private func usage(_ sums: LedgerSums, tenths: Int64) -> [SpreadsheetField] {
        [
            .count(sums.recipients), .count(sums.reached), .count(sums.calls), .count(sums.answered),
            .decimal(tenths, digits: 1), .count(sums.messages), .count(sums.segments),
        ]
    }

    private var noUsage: [SpreadsheetField] { Array(repeating: .empty, count: 7) }

    private func isoDate(_ time: Timestamp) -> String { String(DutchTime(time).description.prefix(10)) }
}
