// SPDX-License-Identifier: GPL-3.0-or-later

/// Postcodes, `1234 AB`, and roads, `A12`, `N201`.
enum PlaceRule {
    private static let neverIssued: Set<String> = ["SA", "SD", "SS"]

    static func match(_ passage: Passage, _ index: Int, _ voice: VoiceWords) -> Match? {
        guard passage.begins(index) else { return nil }
        return postcode(passage, index, voice) ?? lettered(passage, index, voice)
    }

    /// As two numbers of two digits, and two letters.
    private static func postcode(_ passage: Passage, _ index: Int, _ voice: VoiceWords) -> Match? {
        guard voice.code == "nl", let digits = passage.number(index, 4...4), !digits.hasPrefix("0"),
            !passage.isDash(index - 1) || passage.isSpace(index - 2)
        else { return nil }
        let at = passage.skip(index + 1)
        guard passage.isCapitals(at), let letters = passage.text(at), letters.utf8.count == 2,
            passage.isBoundary(at + 1),
            !neverIssued.contains(letters), !(passage.isDash(at + 1) && passage.kind(at + 2) == .number)
        else { return nil }
        let second = String(digits.suffix(2))
        let spoken = second.hasPrefix("0") ? voice.digitByDigit(second) : second
        return Match(
            count: at + 1 - index,
            spoken: "\(digits.prefix(2)), \(spoken), \(voice.characterByCharacter(letters))")
    }

    /// A capital and a number: the letter is named, the number counted.
    private static func lettered(_ passage: Passage, _ index: Int, _ voice: VoiceWords) -> Match? {
        guard passage.isCapitals(index), let letter = passage.text(index), letter.utf8.count <= 2 else { return nil }
        let isRoad = ["A", "N", "E", "S"].contains(letter)
        // "A 12" is a road behind a word that says so.
        let isSpaced = passage.isBlank(index + 1)
        if isSpaced {
            let roads: Set<String> = ["de", "snelweg", "rijksweg", "provincialeweg", "afrit", "weg", "the"]
            guard isRoad, let before = passage.wordBefore(index, passing: 0), roads.contains(before.word) else {
                return nil
            }
        }
        let at = isSpaced ? index + 2 : index + 1
        guard let digits = passage.number(at, 1...4), !digits.hasPrefix("0"), passage.isBoundary(at + 1),
            !(passage.isMark(at + 1, ".", ",", ":") || passage.isDash(at + 1)) || passage.kind(at + 2) != .number
        else { return nil }
        return Match(count: at + 1 - index, spoken: "\(voice.characterByCharacter(letter)) \(digits)")
    }
}

/// House numbers with a letter, `12a`.
enum HouseNumberRule {
    static func match(_ passage: Passage, _ index: Int, _ voice: VoiceWords) -> Match? {
        guard let digits = passage.number(index, 1...5), passage.begins(index), !digits.hasPrefix("0"),
            let suffix = passage.word(index + 1), passage.isBoundary(index + 2)
        else { return nil }
        if suffix == "hs", voice.code == "nl" { return Match(count: 2, spoken: "\(digits) huis") }
        guard suffix.utf8.count == 1, suffix.utf8.allSatisfy({ (0x61...0x7a).contains($0) }) else { return nil }
        // "12m" are metres and "2e" is second, but for a house.
        if voice.units[suffix] != nil || suffix == "e", !follows(passage, index) { return nil }
        return Match(count: 2, spoken: "\(digits) \(voice.characterByCharacter(suffix))")
    }

    /// The number at that place stands behind a street's name.
    static func follows(_ passage: Passage, _ index: Int) -> Bool {
        var at = index - 1
        guard passage.isBlank(at) else { return false }
        at -= 1
        // "Kerkstr. 12", but not "in de Kerkstraat. 12 mensen".
        let hasDot = passage.isMark(at, ".")
        if hasDot { at -= 1 }
        guard let word = passage.word(at) else { return false }
        if announces(word) { return true }
        return hasDot ? StreetNames.abbreviated.contains { word.hasSuffix($0.short) } : StreetNames.isStreet(word)
    }

    static func announces(_ word: String) -> Bool {
        ["huisnummer", "huisnr", "nr", "nummer", "perceel", "no"].contains(word)
    }
}

/// Words that name a street by their ends.
enum StreetNames {
    private static let ends = [
        "straat", "str", "weg", "laan", "plein", "dijk", "kade", "gracht", "singel", "hof", "pad", "dreef", "steeg",
        "markt", "baan", "wal", "haven", "park", "plantsoen", "burg", "brug", "hoek", "veld", "akker", "erf", "donk",
        "street", "road", "lane", "avenue",
    ]

    static func isStreet(_ word: String) -> Bool { ends.contains { word.hasSuffix($0) } }

    /// Abbreviated ends of names of streets.
    static let abbreviated: [(short: String, long: String)] = [
        ("dwarsstr", "dwarsstraat"), ("str", "straat"), ("pln", "plein"), ("ln", "laan"), ("wg", "weg"),
        ("sngl", "singel"),
    ]
}

/// What 112 and other numbers count.
enum Counted {
    static let things: Set<String> = [
        "personen", "mensen", "woningen", "huizen", "meter", "kilometer", "centimeter", "jaar", "minuten", "minuut",
        "uur",
        "euro", "auto", "deelnemers", "procent", "leden", "cm", "km", "m", "kg", "kilo", "gram", "slachtoffers",
        "bewoners",
        "huishoudens", "kinderen", "dagen", "keer", "people", "houses", "metres", "years", "minutes", "residents",
        "jarige",
    ]
}
