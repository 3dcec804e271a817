// SPDX-License-Identifier: GPL-3.0-or-later

/// Marks that no other rule has taken. What a text-to-speech program could take for more than text (SSML, the phonemes
/// of espeak-ng in `[[ ]]`, control characters) is never handed on, and pictures are not read out.
enum SymbolRule {
    static func match(_ passage: Passage, _ index: Int, _ voice: VoiceWords?) -> Match? {
        guard passage.kind(index) == .mark, let scalar = passage.tokens[index].text.unicodeScalars.first else {
            return nil
        }
        if let word = voice?.symbols[scalar] { return Match(count: 1, spoken: word) }
        if scalar == "/", let voice { return Match(count: 1, spoken: alternative(passage, index, voice)) }
        guard isDangerous(scalar) || isUnspeakable(scalar) else { return nil }
        return Match(count: 1, spoken: "")
    }

    /// "man/vrouw" is "man of vrouw", "en/of" is as it stands.
    private static func alternative(_ passage: Passage, _ index: Int, _ voice: VoiceWords) -> String {
        guard let left = passage.word(index - 1), let right = passage.word(index + 1) else { return "" }
        return left == voice.or || right == voice.or ? "" : voice.or
    }

    /// May mean more than itself to a text-to-speech program.
    static func isDangerous(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "<", ">", "[", "]", "{", "}", "|", "\\", "^", "`", "_", "*", "~", "&": true
        default: scalar.value == 0x7f || scalar.value < 0x20 && scalar != "\n" && scalar != "\t" && scalar != "\r"
        }
    }

    private static func isUnspeakable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .privateUse, .surrogate, .unassigned, .otherSymbol, .modifierSymbol, .nonspacingMark,
            .spacingMark, .enclosingMark:
            true
        default: false
        }
    }
}
