// SPDX-License-Identifier: GPL-3.0-or-later

/// The form in which texts are counted and sent.
enum TextNormalization {
    /// Letters are composed with their marks, CR LF and CR become LF, and a byte order mark in front is dropped.
    static func normalize(_ text: String) throws(TextError) -> String {
        var result = String.UnicodeScalarView()
        var pending: Unicode.Scalar?
        var isAfterReturn = false
        var position = 0
        for scalar in text.unicodeScalars {
            if scalar == "\u{FEFF}", position == 0 {
                position = 1
                continue
            }
            position += 1
            guard isText(scalar) else {
                throw .unsupported(codePoint: codePointName(scalar), position: characters(of: text, upTo: position))
            }
            if scalar == "\n", isAfterReturn {
                isAfterReturn = false
                continue
            }
            isAfterReturn = scalar == "\r"
            let next: Unicode.Scalar = isAfterReturn ? "\n" : canonical(scalar)
            if let letter = pending {
                if let composed = Composition.compose(letter, next) {
                    pending = composed
                    continue
                }
                result.append(letter)
            }
            pending = next
        }
        if let pending { result.append(pending) }
        guard !result.isEmpty else { throw .empty }
        return String(result)
    }

    /// Tabulators, line ends and form feeds are text; other controls and noncharacters are not.
    private static func isText(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0C, 0x0D: true
        case 0..<0x20, 0x7F..<0xA0, 0xFDD0...0xFDEF, 0xFFFD: false
        default: scalar.value & 0xFFFE != 0xFFFE
        }
    }

    /// Signs that are another character by definition (Unicode Standard Annex 15, singletons).
    private static func canonical(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar {
        case "\u{2126}": "\u{3A9}"
        case "\u{212A}": "K"
        case "\u{212B}": "\u{C5}"
        case "\u{37E}": ";"
        case "\u{387}": "\u{B7}"
        default: scalar
        }
    }

    private static func characters(of text: String, upTo scalars: Int) -> Int {
        String(text.unicodeScalars.prefix(scalars)).count
    }
}

/// `U+2019`.
func codePointName(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
}

/// `U+1F468 U+200D U+1F469`.
func codePointNames(_ text: some StringProtocol) -> String {
    text.unicodeScalars.map(codePointName).joined(separator: " ")
}
