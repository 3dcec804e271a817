// SPDX-License-Identifier: GPL-3.0-or-later

/// One character replaced throughout a text.
package struct TextReplacement: Hashable, Sendable {
    /// What stood in the text.
    package let from: String
    /// Its code points, `U+2019`.
    package let codePoints: String
    /// What stands there instead; empty for a character that is left out.
    package let to: String
    /// How often.
    package let count: Int
}

/// Replaces characters that an alphabet has not by similar ones that it has. The caller says which these are;
/// nothing is replaced that the alphabet has, and nothing by what it has not.
struct Transliteration {
    /// In the order in which they first occur.
    private(set) var replacements: [TextReplacement] = []
    private(set) var text = ""

    /// Replaces in a normalised text what `contains` says no to, where there is something to put there.
    init(_ original: String, contains: (Unicode.Scalar) -> Bool) {
        var result = String.UnicodeScalarView()
        var counts: [(from: Unicode.Scalar, to: String, count: Int)] = []
        var places: [Unicode.Scalar: Int] = [:]
        for character in original {
            let keepsInvisible = Transliteration.needsInvisible(character)
            for scalar in character.unicodeScalars {
                guard !contains(scalar),
                    let replacement = Transliteration.replacement(for: scalar, keepsInvisible, contains)
                else {
                    result.append(scalar)
                    continue
                }
                result.append(contentsOf: replacement.unicodeScalars)
                if let place = places[scalar] {
                    counts[place].count += 1
                } else {
                    places[scalar] = counts.count
                    counts.append((scalar, replacement, 1))
                }
            }
        }
        text = String(result)
        replacements = counts.map {
            TextReplacement(from: String($0.from), codePoints: codePointName($0.from), to: $0.to, count: $0.count)
        }
    }

    /// Joiners and selectors mean something in a cluster that begins with a character of another script than
    /// those of Europe, or with an emoji.
    private static func needsInvisible(_ character: Character) -> Bool {
        guard let first = character.unicodeScalars.first else { return false }
        if TransliterationTable.isInvisible(first) { return false }
        return first.value >= 0x530 && TransliterationTable.replacements[first] == nil
    }

    private static func replacement(
        for scalar: Unicode.Scalar, _ keepsInvisible: Bool, _ contains: (Unicode.Scalar) -> Bool
    ) -> String? {
        if TransliterationTable.isInvisible(scalar) { return keepsInvisible ? nil : "" }
        if TransliterationTable.isMark(scalar) { return keepsInvisible ? nil : "" }
        let choices = TransliterationTable.replacements[scalar] ?? []
        if let choice = choices.first(where: { $0.unicodeScalars.allSatisfy(contains) }) { return choice }
        // Marks are taken off one by one, so that a letter with two of them may keep one.
        var letter = scalar
        while let base = Composition.base(of: letter) {
            if contains(base) { return String(base) }
            let known = TransliterationTable.replacements[base] ?? []
            if let choice = known.first(where: { $0.unicodeScalars.allSatisfy(contains) }) { return choice }
            letter = base
        }
        return nil
    }
}
