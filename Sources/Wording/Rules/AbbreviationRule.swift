// SPDX-License-Identifier: GPL-3.0-or-later

/// Abbreviations: `Burg.`, `dhr.`, `t/m`, `m.b.t.`, `Kerkstr.`.
enum AbbreviationRule {
    /// Letters with dots between them that make one.
    private static let mostLetters = 5

    static func match(_ passage: Passage, _ index: Int, _ voice: VoiceWords) -> Match? {
        guard let word = passage.word(index), passage.begins(index) else { return nil }
        if let match = lettered(passage, index, voice) { return match }
        var end = index + 1
        let hasDot = passage.isMark(end, ".")
        if let known = voice.abbreviations[word], !isInitial(passage, index),
            isItsPlace(known.place, passage, index, hasDot: hasDot)
        {
            guard hasDot || passage.isBoundary(end) else { return nil }
            if hasDot, keepsDot(passage, end, known.place) { return written(known.spoken, passage, index, end) }
            if hasDot { end += 1 }
            return written(known.spoken, passage, index, end)
        }
        guard voice.code == "nl", passage.isCapitalised(index), passage.isBoundary(end),
            let street = StreetNames.abbreviated.first(where: {
                word.hasSuffix($0.short) && word.utf8.count > $0.short.utf8.count + 2
            })
        else { return nil }
        // "Oldenburg" and "Elstar" end otherwise; "-ln" and "-wg" need their dot.
        guard hasDot || street.long.hasSuffix("straat") else { return nil }
        if hasDot, !TimeRule.isEndOfSentence(passage, end) { end += 1 }
        let name = passage.tokens[index].text.dropLast(street.short.count) + street.long
        return Match(count: end - index, spoken: String(name), meaning: .abbreviation)
    }

    /// A letter of somebody's name: that of "J.D. Vries" is no "de".
    private static func isInitial(_ passage: Passage, _ index: Int) -> Bool {
        passage.small[index].utf8.count == 1
            && (passage.isCapitalised(index) || index > 0 && !passage.isSpace(index - 1))
    }

    private static func written(_ spoken: String, _ passage: Passage, _ index: Int, _ end: Int) -> Match {
        let begins =
            passage.isCapitalised(index)
            && (index == 0 || passage.isSpace(index - 1) && passage.isMark(index - 2, ".", "!", "?"))
        let text = begins ? spoken.prefix(1).uppercased() + spoken.dropFirst() : spoken
        return Match(count: end - index, spoken: text, meaning: .abbreviation)
    }

    /// `m.b.t.`, `a.u.b.`, `v.d.`, `t/m`, `p/a`
    private static func lettered(_ passage: Passage, _ index: Int, _ voice: VoiceWords) -> Match? {
        // "O.A. Bos" has initials.
        guard passage.isMark(index + 1, ".", "/"), passage.kind(index + 2) == .word,
            !passage.isCapitalised(index + 2) || passage.isShouted
        else { return nil }
        let mark = passage.tokens[index + 1].text
        var key = ""
        var (at, letters) = (index, 0)
        var found: (spoken: Abbreviation, end: Int)?
        while letters < mostLetters, let word = passage.word(at), word.utf8.count <= 3 {
            key += key.isEmpty ? word : mark + word
            letters += 1
            at += 1
            if passage.isBoundary(at), let known = voice.abbreviations[key] { found = (known, at) }
            guard passage.text(at) == mark else { break }
            at += 1
        }
        guard let known = found?.spoken, var end = found?.end else { return nil }
        if mark == ".", passage.isMark(end, "."), !keepsDot(passage, end, known.place) { end += 1 }
        return written(known.spoken, passage, index, end)
    }

    /// A dot that also ends the sentence is still heard as a pause.
    private static func keepsDot(_ passage: Passage, _ dot: Int, _ place: Abbreviation.Place) -> Bool {
        switch place {
        case .name, .title: passage.kind(passage.skip(dot + 1)) == nil
        case .anywhere, .dotted, .beforeNumber, .afterNumber: TimeRule.isEndOfSentence(passage, dot)
        }
    }

    private static func isItsPlace(_ place: Abbreviation.Place, _ passage: Passage, _ index: Int, hasDot: Bool) -> Bool
    {
        let next = passage.skip(index + (hasDot ? 2 : 1))
        switch place {
        case .anywhere, .title: return true
        case .dotted: return hasDot
        case .name:
            return hasDot
                && (passage.isCapitalised(next)
                    || ["van", "de", "den", "der", "ten", "ter"].contains(passage.word(next) ?? ""))
        case .beforeNumber: return passage.kind(next) == .number
        case .afterNumber:
            return passage.isBlank(index - 1) && passage.kind(index - 2) == .number
                || passage.kind(index - 1) == .number
        }
    }
}
