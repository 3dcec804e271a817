// SPDX-License-Identifier: GPL-3.0-or-later

/// What is wrong with a value; the text follows the key in a complaint.
package struct ValueError: Error, Equatable {
    package var message: String
    package init(_ message: String) { self.message = message }
}

/// Splits a value into words as systemd does for `ExecStart=`: quotes of both kinds, also within a
/// word, and C escapes. No shell, no variables, no specifiers. Source: systemd.syntax(7) "Quoting".
package enum UnitWords {
    package static func split(_ text: String) throws(ValueError) -> [String] {
        var scanner = Scanner(scalars: Array(text.unicodeScalars))
        var words: [String] = []
        while let word = try scanner.next() { words.append(word) }
        return words
    }

    /// A value that is one text: as it stands, or one quoted word.
    package static func single(_ text: String) throws(ValueError) -> String {
        guard let first = text.first, first == "\"" || first == "'" else { return text }
        let words = try split(text)
        guard words.count == 1, let word = words.first else {
            throw ValueError("something follows the closing quote")
        }
        return word
    }

    private struct Scanner {
        var scalars: [Unicode.Scalar]
        var position = 0

        mutating func take() -> Unicode.Scalar? {
            guard position < scalars.count else { return nil }
            defer { position += 1 }
            return scalars[position]
        }

        mutating func next() throws(ValueError) -> String? {
            while position < scalars.count, isSpace(scalars[position]) { position += 1 }
            guard position < scalars.count else { return nil }
            var word = String.UnicodeScalarView()
            var quote: Unicode.Scalar?
            while let scalar = take() {
                if scalar == "\\" {
                    word.append(try escaped())
                } else if let open = quote {
                    if scalar == open { quote = nil } else { word.append(scalar) }
                } else if scalar == "\"" || scalar == "'" {
                    quote = scalar
                } else if isSpace(scalar) {
                    break
                } else {
                    word.append(scalar)
                }
            }
            if quote != nil { throw ValueError("the closing quote is missing") }
            return String(word)
        }

        private mutating func escaped() throws(ValueError) -> Unicode.Scalar {
            guard let scalar = take() else { throw ValueError("nothing follows the last backslash") }
            switch scalar {
            case "\\", "\"", "'": return scalar
            case "a": return "\u{07}"
            case "b": return "\u{08}"
            case "f": return "\u{0C}"
            case "n": return "\n"
            case "r": return "\r"
            case "s": return " "
            case "t": return "\t"
            case "v": return "\u{0B}"
            case "x": return try number(digits: 2, radix: 16, after: "x")
            case "u": return try number(digits: 4, radix: 16, after: "u")
            case "U": return try number(digits: 8, radix: 16, after: "U")
            case "0"..."7":
                position -= 1
                return try number(digits: 3, radix: 8, after: "")
            default: throw ValueError("\\\(scalar) is no escape; write \\\\ for a backslash")
            }
        }

        private mutating func number(digits: Int, radix: UInt32, after letter: String) throws(ValueError)
            -> Unicode.Scalar
        {
            var text = ""
            for _ in 0..<digits {
                if let scalar = take() { text.unicodeScalars.append(scalar) }
            }
            let isComplete = text.unicodeScalars.count == digits && text.allSatisfy(\.isHexDigit)
            guard isComplete, let value = UInt32(text, radix: Int(radix)), value > 0, let scalar = Unicode.Scalar(value)
            else { throw ValueError("\\\(letter)\(text) is no character") }
            return scalar
        }

        private func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" }
    }
}
