// SPDX-License-Identifier: GPL-3.0-or-later

/// One segment of a text.
package struct TextSegment: Hashable, Sendable {
    /// What stands in it.
    package let text: String
    /// Septets, octets or UTF-16 units taken (``TextEncoding/unitName``).
    package let units: Int
    /// Units that fit it.
    package let capacity: Int
}

/// A character that makes a text more expensive than its length.
package struct CostlyCharacter: Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        /// The default alphabet has it not: it needs a national table or UTF-16.
        case outsideAlphabet
        /// It takes two septets, of which one is an escape.
        case escaped
    }

    /// A grapheme cluster.
    package let character: String
    /// `U+2019`; of a cluster all, with spaces between.
    package let codePoints: String
    /// How often it occurs.
    package let count: Int
    package let reason: Reason
}

/// What replacing characters by similar ones would make of a text.
package struct TransliterationOffer: Hashable, Sendable {
    package let replacements: [TextReplacement]
    /// Segments that the text would take.
    package let segments: Int
    package let encoding: TextEncoding
    package let text: String
}

/// A text as it goes to an SMSC: its encoding, its segments and their octets, made once for all recipients.
package struct SegmentedText: Hashable, Sendable {
    package let options: TextOptions
    package let encoding: TextEncoding
    /// As sent: normalised, and with ``replacements`` made.
    package let text: String
    /// As a telephone receives them, whoever cuts the text.
    package let segments: [TextSegment]
    /// In the order in which they first occur.
    package let costly: [CostlyCharacter]
    /// What was replaced; empty unless ``TextOptions/transliterate``.
    package let replacements: [TextReplacement]
    /// nil when replacing is on, or would save no segment.
    package let transliterationOffer: TransliterationOffer?

    let submissions: [TextSubmission]

    /// Units of all segments.
    package var unitsUsed: Int { segments.reduce(0) { $0 + $1.units } }
    /// Units that could be added without another segment.
    package var unitsFreeInLast: Int { segments.last.map { $0.capacity - $0.units } ?? 0 }
    /// Segments that are billed for each recipient.
    package var billedSegments: Int { segments.count }
    /// submit_sm for each recipient: one for each segment, but one alone when the SMSC cuts the text.
    package var submits: Int { submissions.count }

    /// Plans a text. Throws when it is empty, cannot be sent, or takes too many segments.
    package init(_ text: String, options: TextOptions = TextOptions()) throws(TextError) {
        let original = try TextNormalization.normalize(text)
        var chooser = TextChooser(original, options: options)
        var choice = chooser.best()
        let transliteration = Transliteration(original) { options.alphabet.contains($0) }
        var replaced: (chooser: TextChooser, choice: TextChoice)?
        if !transliteration.replacements.isEmpty {
            guard !transliteration.text.isEmpty || !options.transliterate else { throw .empty }
            let other = TextChooser(transliteration.text, options: options)
            if !transliteration.text.isEmpty { replaced = (other, other.best()) }
        }
        var sent = original
        var replacements: [TextReplacement] = []
        var offer: TransliterationOffer?
        if let replaced, options.transliterate {
            if replaced.choice.isPreferable(to: choice) {
                (chooser, choice) = replaced
                sent = transliteration.text
                replacements = transliteration.replacements
            }
        } else if let replaced, replaced.choice.segments.count < choice.segments.count {
            offer = TransliterationOffer(
                replacements: transliteration.replacements, segments: replaced.choice.segments.count,
                encoding: replaced.choice.coding.encoding, text: transliteration.text)
        }
        let maximum = min(max(options.maximumSegments, 1), 255)
        guard choice.segments.count <= maximum else {
            throw .tooManySegments(needed: choice.segments.count, maximum: maximum)
        }
        let capacity = choice.coding.capacity(isConcatenated: choice.segments.count > 1)
        self.options = options
        encoding = choice.coding.encoding
        self.text = sent
        segments = choice.segments.map {
            TextSegment(text: string(of: chooser.scalars[$0.scalars]), units: $0.units, capacity: capacity)
        }
        costly = SegmentedText.costlyCharacters(in: sent, encoding: choice.coding.encoding, alphabet: options.alphabet)
        self.replacements = replacements
        transliterationOffer = offer
        submissions = TextSubmission.all(of: choice, scalars: chooser.scalars)
    }

    private static func costlyCharacters(
        in text: String, encoding: TextEncoding, alphabet: TextOptions.Alphabet
    ) -> [CostlyCharacter] {
        var gsm: GSMAlphabet?
        if case .gsm(let locking, let single) = encoding { gsm = GSMAlphabet(locking: locking, single: single) }
        if encoding == .ascii { gsm = .standard }
        var counts: [String: (place: Int, count: Int)] = [:]
        var found: [(character: String, reason: CostlyCharacter.Reason)] = []
        for character in text {
            let reason: CostlyCharacter.Reason
            if !character.unicodeScalars.allSatisfy(alphabet.contains) {
                reason = .outsideAlphabet
            } else if let gsm, character.unicodeScalars.contains(where: { gsm.cost(of: $0) == 2 }) {
                reason = .escaped
            } else {
                continue
            }
            // Canonically equal clusters are one entry, as they are one character for the reader.
            let key = String(character)
            if counts[key] == nil {
                counts[key] = (found.count, 0)
                found.append((key, reason))
            }
            counts[key]?.count += 1
        }
        return found.map {
            CostlyCharacter(
                character: $0.character, codePoints: codePointNames($0.character),
                count: counts[$0.character]?.count ?? 0, reason: $0.reason)
        }
    }
}

extension TextOptions.Alphabet {
    /// Whether data_coding 0 without a header has the character.
    func contains(_ scalar: Unicode.Scalar) -> Bool {
        switch self {
        case .gsmUnpacked, .gsmPacked: GSMAlphabet.standard.cost(of: scalar) != nil
        case .latin1: scalar.value < 0x100
        case .ascii: scalar.isASCII
        }
    }
}

func string(of scalars: some Sequence<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
}
