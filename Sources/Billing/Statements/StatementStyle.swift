// SPDX-License-Identifier: GPL-3.0-or-later

/// The style sheet of statements and reports: made for A4, readable on a screen.
enum StatementStyle {
    /// `footer`: plain text at the bottom of each page, beside its number.
    static func sheet(footer: String, page: String, of: String) -> String {
        """
        @page {
          size: A4;
          margin: 18mm 16mm 20mm 18mm;
          @bottom-left { content: "\(cssString(footer))"; font: 8pt \(fonts); color: #555; }
          @bottom-right { content: "\(cssString(page)) " counter(page) " \(cssString(of)) " counter(pages); \
        font: 8pt \(fonts); color: #555; }
        }
        * { box-sizing: border-box; }
        html { font: 9.5pt/1.4 \(fonts); color: #1a1a1a; background: #fff; }
        body { max-width: 178mm; margin: 0 auto; }
        @media screen { body { padding: 12mm 8mm; } }
        header { display: flex; justify-content: space-between; gap: 12mm; border-bottom: 1.2pt solid #154273; \
        padding-bottom: 5mm; }
        h1 { font-size: 18pt; line-height: 1.2; margin: 0 0 1mm; color: #154273; }
        h2 { font-size: 11.5pt; margin: 8mm 0 2mm; color: #154273; break-after: avoid; }
        p { margin: 0 0 2mm; }
        .subtitle { font-size: 11pt; margin: 0; }
        .issuer { text-align: right; flex: none; max-width: 80mm; font-size: 8.5pt; color: #333; }
        .issuer strong { display: block; font-size: 9.5pt; color: #1a1a1a; }
        dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: 0.6mm 6mm; margin: 5mm 0 0; }
        dl.facts dt { color: #555; }
        dl.facts dd { margin: 0; }
        .tiles { display: grid; grid-template-columns: repeat(5, 1fr); gap: 3mm; margin: 6mm 0 0; padding: 0; \
        list-style: none; break-inside: avoid; }
        .tiles li { background: #eef3f8; border-top: 1.5pt solid #154273; padding: 2mm 2.5mm 2.5mm; font-size: 8pt; \
        color: #333; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
        .tiles strong { display: block; font-size: 12pt; line-height: 1.3; color: #1a1a1a; white-space: nowrap; }
        table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums lining-nums; }
        caption { text-align: left; font-size: 11.5pt; font-weight: bold; color: #154273; margin: 8mm 0 2mm; \
        padding: 0; break-after: avoid; }
        thead { display: table-header-group; }
        tr { break-inside: avoid; }
        table.short { break-inside: avoid; }
        th { text-align: left; vertical-align: bottom; font-weight: 600; font-size: 8pt; color: #333; }
        thead th { border-bottom: 0.8pt solid #154273; padding: 1mm 1.5mm; }
        td { vertical-align: top; border-bottom: 0.4pt solid #ccd5de; padding: 1.2mm 1.5mm; }
        /* Nine columns and more must fit on A4, with a wide font and large amounts too. */
        table.actions { font-size: 8.5pt; }
        table.report { font-size: 8pt; }
        table.actions thead th, table.report thead th { font-size: 7.5pt; padding: 1mm; }
        table.actions td, table.report td { padding-left: 1mm; padding-right: 1mm; overflow-wrap: anywhere; }
        table.adjustments td:nth-child(n+2) { overflow-wrap: anywhere; }
        table.actions th:nth-child(2), table.report th:first-child { width: 100%; }
        table th:first-child, table td:first-child, table.report thead th:first-child, \
        table.actions thead th:first-child { padding-left: 0; }
        table th:last-child, table td:last-child, table.report thead th:last-child, \
        table.actions thead th:last-child { padding-right: 0; }
        .figure { text-align: right; white-space: nowrap; }
        thead th.figure { white-space: normal; }
        .date { white-space: nowrap; }
        .note { display: block; font-size: 7.5pt; color: #666; overflow-wrap: anywhere; }
        tbody.total { break-inside: avoid; break-before: avoid; }
        tbody.total th { font-size: 1em; color: #1a1a1a; padding: 1.2mm 1.5mm 1.2mm 0; vertical-align: top; }
        tbody.total tr:first-child > * { border-top: 0.8pt solid #154273; }
        tbody.total td { border-bottom: none; font-weight: 600; }
        table.sums { width: 100mm; margin-left: auto; break-inside: avoid; }
        table.sums caption { text-align: left; }
        table.sums tbody.total td, table.sums tbody.total th { font-size: 11pt; font-weight: bold; }
        p.note { margin-top: 1.5mm; }
        .bar { display: block; margin-top: 1.6mm; height: 2mm; background: #dde5ec; width: 40mm; margin-left: auto; \
        print-color-adjust: exact; -webkit-print-color-adjust: exact; }
        .bar span { display: block; height: 100%; background: #154273; print-color-adjust: exact; \
        -webkit-print-color-adjust: exact; }
        .bar span.over { background: #a3121f; }
        .warning { border-left: 2pt solid #a3121f; padding: 1.5mm 3mm; background: #fbeeee; margin-top: 5mm; \
        break-inside: avoid; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
        .explanation { margin-top: 8mm; border-top: 0.4pt solid #ccd5de; padding-top: 3mm; font-size: 8pt; \
        color: #444; break-inside: avoid; }
        .explanation ul { margin: 0; padding-left: 4mm; }
        .explanation li { margin-bottom: 0.8mm; }
        """
    }

    private static let fonts = "\"Liberation Sans\", Arial, Helvetica, sans-serif"

    /// A text within the quotes of a string of CSS, in a style element.
    private static func cssString(_ text: String) -> String {
        var clean = ""
        for scalar in text.unicodeScalars {
            let isPlain =
                scalar.properties.isAlphabetic || (48...57).contains(scalar.value)
                || [" ", "-", "–", ".", ",", "·", "(", ")"].contains(scalar)
            clean += isPlain ? String(scalar) : "\\" + String(scalar.value, radix: 16) + " "
        }
        return clean
    }
}
