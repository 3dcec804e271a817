// SPDX-License-Identifier: GPL-3.0-or-later

/// Number plates, letter by letter: `AB-123-C`, `12-ABC-3`, `AB123C`.
///
/// The Dutch ones (sidecodes 1 to 14 and those that are announced) have six characters in three groups, each of letters or
/// of digits. Behind the word "kenteken" others, and parts of plates, are spelled too.
enum PlateRule {
    private static let announcing: Set<String> = [
        "kenteken", "kentekenplaat", "kentekennummer", "nummerbord", "nummerplaat", "plate", "registration",
    ]
    private static let mostTokens = 9

    static func match(_ passage: Passage, _ index: Int, _ voice: VoiceWords) -> Match? {
        guard passage.kind(index) == .word || passage.kind(index) == .number, passage.begins(index),
            !passage.isDash(index - 1) || passage.isSpace(index - 2)
        else { return nil }
        let isAnnounced = passage.hasWord(announcing, before: index, within: 3)
        if let plate = grouped(passage, index, isAnnounced: isAnnounced)
            ?? joined(passage, index, isAnnounced: isAnnounced)
        {
            return Match(count: plate.count, spoken: spoken(plate.groups, voice))
        }
        guard isAnnounced, let part = announced(passage, index) else { return nil }
        return Match(count: part.count, spoken: spoken(part.groups, voice))
    }

    private static func spoken(_ groups: [String], _ voice: VoiceWords) -> String {
        groups.map(voice.characterByCharacter).joined(separator: ", ")
    }

    private static func isSidecode(_ groups: [String], isAnnounced: Bool) -> Bool {
        guard groups.count == 3, groups.reduce(0, { $0 + $1.utf8.count }) == 6,
            groups.allSatisfy({ (1...3).contains($0.utf8.count) })
        else { return false }
        let letters = groups.filter { group in group.utf8.allSatisfy { (0x41...0x5a).contains($0 & 0xdf) } }
        guard !letters.isEmpty, letters.count < 3 else { return false }
        if isAnnounced { return true }
        // "8-uur-10": in small letters only what is no word. Plates have had no vowels since 1978.
        return letters.allSatisfy { group in
            group == group.uppercased() || !group.lowercased().contains { "aeiou".contains($0) }
        }
    }

    /// `AB-123-C`, also with blanks in place of dashes where letters are capitals.
    private static func grouped(_ passage: Passage, _ index: Int, isAnnounced: Bool) -> (groups: [String], count: Int)?
    {
        var groups: [String] = []
        var at = index
        let isSpaced = passage.isBlank(index + 1)
        for group in 0..<3 {
            guard let kind = passage.kind(at), kind == .word || kind == .number else { return nil }
            let text = passage.tokens[at].text
            guard text.utf8.count <= 3, kind == .number || text.utf8.allSatisfy({ (0x41...0x5a).contains($0 & 0xdf) })
            else {
                return nil
            }
            groups.append(text)
            at += 1
            guard group < 2 else { break }
            if isSpaced {
                guard passage.isBlank(at), isAnnounced || kind == .number || passage.isCapitals(at - 1) else {
                    return nil
                }
            } else {
                guard passage.isDash(at) else { return nil }
            }
            at += 1
        }
        guard passage.isBoundary(at), !(passage.isDash(at) && passage.kind(at + 1) == .number),
            isSidecode(groups, isAnnounced: isAnnounced)
        else { return nil }
        // "Op 12 AB 34" may be anything; with blanks the letters are capitals and the digits stand together as on a plate.
        if isSpaced, !isAnnounced {
            let isShort = groups.contains { $0.utf8.count == 1 }
            guard !isShort, !passage.isShouted else { return nil }
        }
        return (groups, at - index)
    }

    /// `AB123C`, `12AB34`
    private static func joined(_ passage: Passage, _ index: Int, isAnnounced: Bool) -> (groups: [String], count: Int)? {
        guard let end = (index + 1...index + 3).first(where: { passage.isBoundary($0) }), end > index + 1 else {
            return nil
        }
        let runs = passage.tokens[index..<end]
        guard isAnnounced || runs.allSatisfy({ $0.kind == .number || $0.text == $0.text.uppercased() }) else {
            return nil
        }
        var groups = runs.map(\.text)
        if runs.count == 2 {
            // ABCD12: the longer run is two groups of two.
            guard isAnnounced, let long = groups.firstIndex(where: { $0.utf8.count == 4 }) else { return nil }
            let run = groups[long]
            groups.replaceSubrange(long...long, with: [String(run.prefix(2)), String(run.suffix(2))])
        }
        return isSidecode(groups, isAnnounced: isAnnounced) ? (groups, end - index) : nil
    }

    /// Capitals and digits behind "kenteken": a foreign plate, or as much as somebody saw of one.
    private static func announced(_ passage: Passage, _ index: Int) -> (groups: [String], count: Int)? {
        var groups: [String] = []
        var (at, end) = (index, index)
        while at < index + mostTokens, let kind = passage.kind(at) {
            if kind == .number || passage.isCapitals(at), passage.tokens[at].text.utf8.count <= 5 {
                groups.append(passage.tokens[at].text)
                at += 1
                end = at
            } else if passage.isDash(at) || passage.isBlank(at) {
                at += 1
            } else {
                break
            }
        }
        guard passage.isBoundary(end), groups.contains(where: { $0.utf8.first.map { $0 >= 0x41 } ?? false }) else {
            return nil
        }
        return (groups, end - index)
    }
}
