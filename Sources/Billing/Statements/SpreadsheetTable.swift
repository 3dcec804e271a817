// SPDX-License-Identifier: GPL-3.0-or-later

/// How a table is written for spreadsheets.
public enum SpreadsheetDialect: String, Sendable, CaseIterable {
    /// RFC 4180: comma, decimal point; lines end with LF.
    case standard
    /// What Dutch spreadsheets open at once: semicolon, decimal comma, byte-order mark; lines end with CRLF.
    case dutch = "nl"

    var separator: String { self == .dutch ? ";" : "," }
    var decimalSign: String { self == .dutch ? "," : "." }
    /// Before the first line.
    var mark: String { self == .dutch ? "\u{FEFF}" : "" }
}

/// A field of a table: spreadsheets compute with figures, and must not compute texts.
enum SpreadsheetField {
    case text(String)
    case count(Int)
    /// So many units of which `digits` decimals make one: 1234 with 2 is 12.34.
    case decimal(Int64, digits: Int)
    /// A telephone number; its `+`, with digits alone behind it, has no effect.
    case number(UInt64)
    case empty
}

/// Writes tables as lines, without their ends.
struct SpreadsheetTable {
    let dialect: SpreadsheetDialect
    private(set) var lines: [String] = []

    init(_ dialect: SpreadsheetDialect, headings: [String]) {
        self.dialect = dialect
        lines = [dialect.mark + line(headings.map { .text($0) })]
    }

    mutating func add(_ fields: [SpreadsheetField]) { lines.append(line(fields)) }

    private func line(_ fields: [SpreadsheetField]) -> String {
        fields.map(text).joined(separator: dialect.separator)
    }

    private func text(_ field: SpreadsheetField) -> String {
        switch field {
        case .empty: ""
        case .count(let number): String(number)
        case .number(let digits): "+\(digits)"
        case .text(let text): quotedIfNeeded(disarmed(text))
        case .decimal(let units, let digits): decimal(units, digits: digits)
        }
    }

    private func decimal(_ units: Int64, digits: Int) -> String {
        var text = String(units.magnitude)
        text = String(repeating: "0", count: max(0, digits + 1 - text.utf8.count)) + text
        let fraction = text.suffix(digits)
        return (units < 0 ? "-" : "") + text.dropLast(digits) + dialect.decimalSign + fraction
    }

    /// `= + - @`, tab and CR at the start make a formula in one spreadsheet or another.
    private func disarmed(_ text: String) -> String {
        guard let first = text.utf8.first, [61, 43, 45, 64, 9, 13].contains(first) else { return text }
        return "'" + text
    }

    private func quotedIfNeeded(_ text: String) -> String {
        guard text.utf8.contains(where: { [34, 44, 59, 10, 13].contains($0) }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
