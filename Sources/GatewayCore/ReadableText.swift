// SPDX-License-Identifier: GPL-3.0-or-later

extension Unicode.Scalar {
    /// `U+202D`: as the Unicode standard writes a code point, with four digits or more.
    package var codePoint: String {
        let digits = String(value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }

    /// Nothing of it is seen: marks of direction, joiners, soft hyphens, byte-order marks and the like
    /// (Default_Ignorable_Code_Point of Unicode).
    package var isInvisible: Bool { properties.isDefaultIgnorableCodePoint }

    /// Whoever reads it sees what it is: a printable character of ASCII.
    package var isPlain: Bool { (0x20..<0x7f).contains(value) }

    /// As it can stand in a message: itself where it shows something, `<U+202D>` where it shows nothing, breaks the line
    /// or turns the direction of the text around.
    package var readable: String {
        if isPlain { return String(Character(self)) }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .surrogate, .privateUse,
            .unassigned:
            return "<\(codePoint)>"
        default: return isInvisible ? "<\(codePoint)>" : String(Character(self))
        }
    }
}

extension String {
    /// At most so many code points of a text that somebody else wrote, each as ``Unicode/Scalar/readable``.
    package func readable(_ maximum: Int) -> String { unicodeScalars.prefix(maximum).map(\.readable).joined() }
}
