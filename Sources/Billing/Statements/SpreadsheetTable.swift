// SPDX-License-Identifier: GPL-3.0-or-later

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
    let locale: CSVLocale
    private(set) var lines: [String] = []

    init(_ locale: CSVLocale, headings: [String]) {
        self.locale = locale
        lines = [line(headings.map { .text($0) }, after: locale.byteOrderMark)]
    }

    mutating func add(_ fields: [SpreadsheetField]) { lines.append(line(fields)) }

    private func line(_ fields: [SpreadsheetField], after mark: [UInt8] = []) -> String {
        var line = CSVLine(mark, locale: locale)
        for field in fields {
            switch field {
            case .empty: line.empty()
            case .count(let number): line.integer(number)
            case .number(let digits): line.word("+\(digits)")
            case .text(let text): line.text(text)
            case .decimal(let units, let digits): line.decimal(units, digits: digits)
            }
        }
        return String(decoding: line.bytes, as: UTF8.self)
    }
}
