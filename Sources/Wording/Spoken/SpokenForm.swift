// SPDX-License-Identifier: GPL-3.0-or-later

/// What a part of a text is, for those who check it.
enum Meaning: Equatable {
    /// Nothing that anybody asks about.
    case plain
    /// As ``TelephoneNumber/normalised(_:)`` writes it. `isWhole`: it is as long as such a number has to be.
    case telephone(String, isWhole: Bool)
    /// In small letters, without `www.`.
    case link(host: String)
    /// `weekday`: 1 for Monday; nil: none is named. `year`: nil likewise.
    case date(day: Int, month: Int, year: Int?, weekday: Int?)
    case time(hour: Int, minute: Int)
    case abbreviation
}

/// A part of a text and how it is spoken.
struct SpokenPart: Equatable {
    var source: String
    var spoken: String
    var meaning: Meaning
}

/// What a rule makes of some tokens.
struct Match {
    /// Tokens that it takes, at least one.
    var count: Int
    var spoken: String
    var meaning = Meaning.plain
}

/// How texts are read aloud: what people say differently from how they write it is written out, by rules and by a
/// lexicon, which goes before them. Everything else stays as it is, so that a text of plain words is spoken unchanged.
///
/// The time that it takes grows with a text's length only.
package struct SpokenForm: Equatable, Sendable {
    package let lexicon: Lexicon
    let voice: VoiceWords?

    /// - Parameter language: a code of RFC 5646. Of Dutch and English there are rules; of another one, the lexicon alone.
    package init(language: String, lexicon: Lexicon = Lexicon()) {
        self.lexicon = lexicon
        voice = VoiceWords.of(language)
    }

    package func write(_ text: String) -> String {
        var spoken = ""
        spoken.reserveCapacity(text.utf8.count * 2)
        var joint = Joint()
        for part in parts(of: text) { joint.append(part, to: &spoken) }
        return spoken
    }

    func parts(of text: String) -> [SpokenPart] {
        let passage = Passage(text)
        var parts: [SpokenPart] = []
        parts.reserveCapacity(passage.tokens.count)
        var index = 0
        while index < passage.tokens.count {
            let match = match(passage, index) ?? Match(count: 1, spoken: passage.tokens[index].text)
            let end = min(index + max(1, match.count), passage.tokens.count)
            parts.append(
                SpokenPart(source: passage.source(index..<end), spoken: match.spoken, meaning: match.meaning))
            index = end
        }
        return parts
    }

    private func match(_ passage: Passage, _ index: Int) -> Match? {
        if let match = lexicon.match(passage, index) { return match }
        if passage.isSpace(index) { return nil }
        if let voice, !passage.isMark(index) || passage.isMark(index, "+", "(", "€", "$", "£") {
            for rule in voice.rules {
                if let match = rule(passage, index, voice) { return match }
            }
        }
        return SymbolRule.match(passage, index, voice)
    }
}

/// Puts parts together again, so that what a rule has written runs into nothing.
private struct Joint {
    private var endsInLetter = false
    private var endsInSpace = true
    private var wasWritten = false

    mutating func append(_ part: SpokenPart, to spoken: inout String) {
        let isWritten = part.spoken != part.source
        guard let first = part.spoken.unicodeScalars.first, let last = part.spoken.unicodeScalars.last else {
            wasWritten = true
            return
        }
        if isWritten || wasWritten {
            if endsInLetter, Self.isLetter(first) { spoken += " " }
            // Where something was left out, its blanks are too many.
            if endsInSpace, first == " ", part.spoken.utf8.count == 1 { return }
        }
        spoken += part.spoken
        (endsInLetter, endsInSpace, wasWritten) = (Self.isLetter(last), last == " ", isWritten)
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || (0x30...0x39).contains(scalar.value)
    }
}
