// SPDX-License-Identifier: GPL-3.0-or-later

/// Roman numerals: "Willem II" is "Willem de tweede", "Fase II" is "Fase 2".
enum RomanRule {
    private static let rulers: Set<String> = [
        "willem", "karel", "filips", "frederik", "hendrik", "lodewijk", "napoleon", "maurits", "floris", "albrecht",
        "pius",
        "paulus", "leo", "gregorius", "benedictus", "frans", "johan", "jan", "reinoud", "leopold", "boudewijn",
        "albert",
        "george", "edward", "elizabeth", "charles", "henry", "william", "james", "richard", "louis", "john",
    ]
    /// Rulers' names that are anybody's.
    private static let givenNames: Set<String> = [
        "jan", "johan", "john", "frans", "leo", "albert", "george", "james", "richard", "louis", "henry", "edward",
        "maurits", "albrecht", "paulus", "william",
    ]
    private static let counted: Set<String> = [
        "fase", "deel", "groep", "klasse", "categorie", "niveau", "wereldoorlog", "type", "blok", "phase", "part",
        "war",
    ]

    static func match(_ passage: Passage, _ index: Int, _ voice: VoiceWords) -> Match? {
        guard passage.isCapitals(index), let text = passage.text(index), text.utf8.count <= 6, passage.begins(index),
            passage.isBoundary(index + 1), let value = value(text), passage.isBlank(index - 1),
            passage.kind(index - 2) == .word
        else { return nil }
        let before = passage.small[index - 2]
        // "Jan V. (34)" is somebody whose name is not told.
        let isInitial = text.utf8.count == 1 && (passage.isMark(index + 1, ".") || givenNames.contains(before))
        if isInitial { return nil }
        if rulers.contains(before), passage.isCapitalised(index - 2) {
            let article = voice.code == "nl" ? "de" : "the"
            return Match(count: 1, spoken: "\(article) \(voice.ordinal(value))")
        }
        guard counted.contains(before) || text.utf8.count > 1 && passage.isCapitalised(index - 2) && !passage.isShouted
        else {
            return nil
        }
        return Match(count: 1, spoken: "\(value)")
    }

    /// 1 to 39, in the one way in which each is written.
    static func value(_ text: String) -> Int? {
        values[text]
    }

    private static let values: [String: Int] = {
        let ones = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"]
        var values: [String: Int] = [:]
        for ten in 0..<4 {
            for one in 0..<10 { values[String(repeating: "X", count: ten) + ones[one]] = ten * 10 + one }
        }
        values[""] = nil
        return values
    }()
}

/// Capitals without a vowel between them are spelled: `BMW`, `VW`, `GGD`.
enum AcronymRule {
    static func match(_ passage: Passage, _ index: Int, _ voice: VoiceWords) -> Match? {
        guard !passage.isShouted, passage.isCapitals(index), let text = passage.text(index),
            (2...5).contains(text.utf8.count),
            passage.begins(index), passage.isBoundary(index + 1),
            !text.contains(where: { "AEIOUY".contains($0) })
        else { return nil }
        return Match(count: 1, spoken: voice.characterByCharacter(text))
    }
}
