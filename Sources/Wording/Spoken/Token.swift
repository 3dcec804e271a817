// SPDX-License-Identifier: GPL-3.0-or-later

/// A piece of a text that no rule divides: a word, digits, blanks, or one mark.
struct Token: Equatable {
    enum Kind: Equatable {
        /// Letters, with their accents.
        case word
        /// ASCII digits; those of other scripts are written as such.
        case number
        case space
        /// One scalar that is none of these.
        case mark
    }

    var kind: Kind
    var text: String

    /// Divides a text in one pass.
    static func divide(_ text: String) -> [Token] {
        var tokens: [Token] = []
        var kind: Kind?
        var scalars = String.UnicodeScalarView()
        func flush() {
            if let kind { tokens.append(Token(kind: kind, text: String(scalars))) }
            scalars.removeAll(keepingCapacity: true)
        }
        for scalar in text.unicodeScalars {
            let (found, written) = classify(scalar, after: kind)
            if found != kind || found == .mark {
                flush()
                kind = found
            }
            scalars.append(written)
        }
        flush()
        return tokens
    }

    private static func classify(_ scalar: Unicode.Scalar, after kind: Kind?) -> (Kind, Unicode.Scalar) {
        switch scalar.value {
        case 0x30...0x39: return (.number, scalar)
        case 0x41...0x5a, 0x61...0x7a: return (.word, scalar)
        case 0x20, 0x09, 0x0a, 0x0d: return (.space, scalar)
        case 0..<0x80: return (.mark, scalar)
        default: break
        }
        let properties = scalar.properties
        switch properties.generalCategory {
        case .decimalNumber:
            // Digits of another script: their values are 0 to 9.
            let value = UInt32(properties.numericValue ?? 0)
            return (.number, Unicode.Scalar(0x30 + min(9, value)) ?? scalar)
        case .nonspacingMark, .spacingMark, .enclosingMark: return (kind == .word ? .word : .mark, scalar)
        case .spaceSeparator, .lineSeparator, .paragraphSeparator: return (.space, scalar)
        default: return (properties.isAlphabetic ? .word : .mark, scalar)
        }
    }
}

/// A text in tokens, as rules look at it. Each look is at a bounded number of tokens around a place, so that a text is
/// read in a time that grows with its length only.
struct Passage {
    let tokens: [Token]
    /// Words in small letters; other tokens as they are.
    let small: [String]
    /// Not one small letter stands in it: capitals say nothing then.
    let isShouted: Bool

    init(_ text: String) {
        tokens = Token.divide(text)
        small = tokens.map { $0.kind == .word ? $0.text.lowercased() : $0.text }
        isShouted = !tokens.contains { token in
            token.kind == .word && token.text.unicodeScalars.contains { $0.properties.isLowercase }
        }
    }

    func kind(_ index: Int) -> Token.Kind? { tokens.indices.contains(index) ? tokens[index].kind : nil }
    func text(_ index: Int) -> String? { tokens.indices.contains(index) ? tokens[index].text : nil }

    /// Digits, if there are so many.
    func number(_ index: Int, _ count: ClosedRange<Int>) -> String? {
        guard kind(index) == .number, count.contains(tokens[index].text.utf8.count) else { return nil }
        return tokens[index].text
    }

    /// A word in small letters.
    func word(_ index: Int) -> String? { kind(index) == .word ? small[index] : nil }

    func isMark(_ index: Int) -> Bool { kind(index) == .mark }

    func isMark(_ index: Int, _ marks: String...) -> Bool {
        kind(index) == .mark && marks.contains(tokens[index].text)
    }

    func isDash(_ index: Int) -> Bool { isMark(index, "-", "‐", "‑", "–", "—", "−") }
    func isSpace(_ index: Int) -> Bool { kind(index) == .space }

    /// One blank, not a new line.
    func isBlank(_ index: Int) -> Bool { isSpace(index) && !tokens[index].text.contains { $0.isNewline } }

    /// The first place from there that is no blank.
    func skip(_ index: Int) -> Int { isBlank(index) ? index + 1 : index }

    /// No letter or digit goes on there.
    func isBoundary(_ index: Int) -> Bool {
        switch kind(index) {
        case .word, .number: false
        case .space, .mark, nil: true
        }
    }

    /// Nothing that belongs to the same word or number stands before that place.
    func begins(_ index: Int) -> Bool { isBoundary(index - 1) }

    /// Begins with a capital, or is one.
    func isCapitalised(_ index: Int) -> Bool {
        kind(index) == .word && tokens[index].text.unicodeScalars.first?.properties.isUppercase == true
    }

    func isCapitals(_ index: Int) -> Bool {
        kind(index) == .word && tokens[index].text.utf8.allSatisfy { (0x41...0x5a).contains($0) }
    }

    /// The last word before that place, over blanks and up to `marks` marks and numbers, with its place.
    func wordBefore(_ index: Int, passing marks: Int = 1) -> (word: String, at: Int)? {
        var (at, left) = (index - 1, marks)
        while let kind = kind(at) {
            switch kind {
            case .word: return (small[at], at)
            case .space: break
            case .mark, .number:
                guard left > 0 else { return nil }
                left -= 1
            }
            at -= 1
        }
        return nil
    }

    /// One of the words stands among the `count` words before that place.
    func hasWord(_ words: Set<String>, before index: Int, within count: Int) -> Bool {
        var (at, left) = (index, count)
        while left > 0, let found = wordBefore(at, passing: 3) {
            if words.contains(found.word) { return true }
            at = found.at
            left -= 1
        }
        return false
    }

    /// The text of some tokens.
    func source(_ range: Range<Int>) -> String { tokens[range].map(\.text).joined() }
}
