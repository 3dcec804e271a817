// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import ControlProtocol
import GatewayCore

/// Writes an evaluation as plain text of at most 80 columns, but for words and texts that are longer by themselves.
package struct EvaluationText: Sendable {
    package let language: Language
    private static let width = 80

    package init(language: Language) { self.language = language }

    /// Lines without their ends.
    package func lines(_ report: EvaluationReport, isBriefing: Bool = false) -> [String] {
        let sheet = EvaluationSheet(report, language: language, isBriefing: isBriefing)
        var lines = ["\(sheet.kind): \(sheet.title)", sheet.subtitle]
        if !sheet.mark.isEmpty { lines += ["", sheet.mark.uppercased()] }
        lines.append("")
        lines += Self.columns(sheet.tiles.map { [$0.figure, $0.label] }, figures: [true, false])
        lines.append("")
        lines += Self.columns(sheet.facts.map { [$0.term, $0.text] }, figures: [false, false])
        for (heading, text) in sheet.texts { lines += ["", heading] + Self.wrapped(text, indent: 2) }
        for table in sheet.tables {
            lines += ["", table.caption]
            let figures = table.headings.map(\.isFigure)
            lines += Self.columns([table.headings.map(\.text)] + table.rows, figures: figures)
            if !table.note.isEmpty { lines += Self.wrapped(table.note, indent: 2) }
        }
        if !sheet.explanation.isEmpty { lines += [""] + Self.wrapped(sheet.explanation, indent: 0) }
        return lines.map(Self.clean)
    }

    /// Cells under each other; the last one, when it is a text, goes on in the lines below.
    private static func columns(_ rows: [[String]], figures: [Bool]) -> [String] {
        let widths = figures.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.flatMap { row -> [String] in
            var line = " "
            for (column, cell) in row.dropLast().enumerated() {
                let blanks = String(repeating: " ", count: widths[column] - cell.count)
                line += " " + (figures[column] ? blanks + cell : cell + blanks)
            }
            guard let last = row.last, let isFigure = figures.last else { return [line] }
            if isFigure {
                return [line + " " + String(repeating: " ", count: max(0, (widths.last ?? 0) - last.count)) + last]
            }
            let rest = wrapped(last, indent: line.count + 1)
            return [line + String((rest.first ?? "").dropFirst(line.count))] + rest.dropFirst()
        }.map { String($0.reversed().drop { $0 == " " }.reversed()) }
    }

    private static func wrapped(_ text: String, indent: Int) -> [String] {
        let blanks = String(repeating: " ", count: indent)
        var lines: [String] = []
        for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var line = blanks
            for word in paragraph.split(separator: " ") {
                if line.count > indent, line.count + 1 + word.count > width {
                    lines.append(line)
                    line = blanks
                }
                line += (line.count > indent ? " " : "") + word
            }
            lines.append(line)
        }
        return lines
    }

    /// What a citizen wrote moves no cursor.
    private static func clean(_ line: String) -> String {
        String(
            String.UnicodeScalarView(
                line.unicodeScalars.map {
                    ($0.value < 32 || (0x7f..<0xa0).contains($0.value)) && $0.value != 0xa0 ? " " : $0
                }))
    }
}
