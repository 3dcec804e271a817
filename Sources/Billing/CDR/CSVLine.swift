// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// For which spreadsheets a file is made.
package enum CSVLocale: String, Sendable, CaseIterable {
    /// Comma between fields, decimal point, lines end with LF: what programs read.
    case plain = ""
    /// Semicolon, decimal comma, CR LF, UTF-8 with a byte-order mark: what Dutch spreadsheets open by a double click.
    case dutch = "nl"

    /// What the file begins with.
    package var byteOrderMark: [UInt8] { self == .dutch ? [0xef, 0xbb, 0xbf] : [] }
    package var lineEnd: [UInt8] { self == .dutch ? [13, 10] : [10] }
    var separator: UInt8 { self == .dutch ? UInt8(ascii: ";") : UInt8(ascii: ",") }
    var decimalMark: UInt8 { self == .dutch ? UInt8(ascii: ",") : UInt8(ascii: ".") }
}

/// Writes the fields of a line of CSV (RFC 4180) as UTF-8, without a text of its own for each.
///
/// Texts are disarmed: none can become a formula, whichever of comma, semicolon and tab a spreadsheet takes for the end
/// of a field. Numbers stay numbers, negative ones too.
struct CSVLine {
    private(set) var bytes: [UInt8]
    private let locale: CSVLocale
    private var isBegun = false

    init(_ bytes: consuming [UInt8], locale: CSVLocale) {
        self.bytes = bytes
        self.locale = locale
    }

    // MARK: - Fields

    mutating func empty() { separate() }

    mutating func empty(_ count: Int) { for _ in 0..<count { separate() } }

    mutating func integer(_ number: Int64) {
        separate()
        bytes.appendDecimal(number)
    }

    mutating func integer(_ number: Int) { integer(Int64(number)) }
    mutating func flag(_ value: Bool) { integer(value ? 1 : 0) }

    /// So many units of which `digits` decimals make one: 1234 with 2 is 12.34.
    mutating func decimal(_ value: Int64, digits: Int) {
        separate()
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        var scale: UInt64 = 1
        for _ in 0..<digits { scale *= 10 }
        bytes.appendDecimal(Int64(value.magnitude / scale))
        bytes.append(locale.decimalMark)
        var rest = value.magnitude % scale
        for _ in 0..<digits {
            scale /= 10
            bytes.append(48 + UInt8(truncatingIfNeeded: rest / scale))
            rest %= scale
        }
    }

    /// Seconds with three decimals.
    mutating func seconds(milliseconds: Int64) { decimal(milliseconds, digits: 3) }

    /// Euros with six decimals: every micro-euro.
    mutating func amount(_ money: Money) { decimal(money.microEuros, digits: 6) }

    /// Percent with two decimals.
    mutating func percent(basisPoints: Int) { decimal(Int64(basisPoints), digits: 2) }

    mutating func time(_ time: Timestamp?) {
        separate()
        time?.appendISO8601(to: &bytes)
    }

    /// As it stands: what can hold neither quotes nor separators nor a formula (words of our own, E.164 numbers), or
    /// was made safe before.
    mutating func word(_ word: String) {
        separate()
        bytes.append(contentsOf: word.utf8)
    }

    /// In quotes when it must be.
    mutating func text(_ text: String) {
        separate()
        guard !Self.isHarmless(text) else {
            bytes.append(contentsOf: text.utf8)
            return
        }
        let needsQuotes = text.utf8.contains(where: Self.divides)
        if needsQuotes { bytes.append(34) }
        disarmed(text)
        if needsQuotes { bytes.append(34) }
    }

    /// In quotes always.
    mutating func quoted(_ text: String) {
        separate()
        bytes.append(34)
        if Self.isHarmless(text) { bytes.append(contentsOf: text.utf8) } else { disarmed(text) }
        bytes.append(34)
    }

    mutating func quotedInteger(_ number: Int64) {
        separate()
        bytes.append(34)
        bytes.appendDecimal(number)
        bytes.append(34)
    }

    /// `2026-11-24 13:30:41` in quotes.
    mutating func quotedStamp(_ time: Timestamp?) {
        separate()
        bytes.append(34)
        time?.appendSeconds(to: &bytes)
        bytes.append(34)
    }

    // MARK: - Details

    private mutating func separate() {
        if isBegun { bytes.append(locale.separator) } else { isBegun = true }
    }

    /// A field may end or begin there, for one spreadsheet or another; or it is a quote.
    private static func divides(_ byte: UInt8) -> Bool {
        switch byte {
        case 34, 44, 59, 9, 10, 13: true
        default: false
        }
    }

    /// Begins with a letter or digit, or is a telephone number, and nothing in it divides: as most texts.
    private static func isHarmless(_ text: String) -> Bool {
        guard let first = text.utf8.first else { return true }
        switch first {
        case 48...57, 60, 65...90, 97...122: return !text.utf8.contains(where: divides)
        // A number keeps its `+`: with digits alone behind it, it has no effect.
        case 43: return text.utf8.dropFirst().allSatisfy { (48...57).contains($0) }
        default: return false
        }
    }

    /// An apostrophe goes before what could begin a formula: `=`, `+`, `-`, `@` (their full-width forms too) where a
    /// field begins, or where one would begin for a spreadsheet that divides at other characters. A tab or CR in front
    /// of everything gets one too.
    private mutating func disarmed(_ text: String) {
        let utf8 = Array(text.utf8)
        if utf8.first == 9 || utf8.first == 13 { bytes.append(39) }
        var mayBegin = true
        for (index, byte) in utf8.enumerated() {
            switch byte {
            case 61, 43, 45, 64:
                if mayBegin { bytes.append(39) }
                mayBegin = false
            case 0xef where Self.isFullWidthSign(utf8[index...]):
                if mayBegin { bytes.append(39) }
                mayBegin = false
            case 44, 59, 9, 10, 13: mayBegin = true
            // Blanks and quotes are passed over where a field begins.
            case 32, 34, 39: break
            default: mayBegin = false
            }
            if byte == 34 { bytes.append(34) }
            bytes.append(byte)
        }
    }

    /// `＝`, `＋`, `－` or `＠` in UTF-8.
    private static func isFullWidthSign(_ rest: ArraySlice<UInt8>) -> Bool {
        let signs: [[UInt8]] = [[0xef, 0xbc, 0x9d], [0xef, 0xbc, 0x8b], [0xef, 0xbc, 0x8d], [0xef, 0xbc, 0xa0]]
        return signs.contains { rest.starts(with: $0) }
    }
}
