// SPDX-License-Identifier: GPL-3.0-or-later

/// Numbers with marks in them, and what is measured: `12.500`, `1,5`, `1,75 m`, `10-12 jaar`, `1/2`, `2e`, `80 km/u`.
enum NumberRule {
    private static let fractions = [
        "1/2": ("een half", "a half"), "1/4": ("een kwart", "a quarter"), "3/4": ("drie kwart", "three quarters"),
    ]

    static func match(_ passage: Passage, _ index: Int, _ voice: VoiceWords) -> Match? {
        guard let digits = passage.number(index, 1...18), passage.begins(index) else { return nil }
        if let ordinal = ordinal(passage, index, digits, voice) { return ordinal }
        if let fraction = fraction(passage, index, voice) { return fraction }
        var number = decimal(passage, index, digits, voice)
        if passage.isDash(number.end), passage.number(number.end + 1, 1...4) != nil,
            let range = range(passage, number, digits, voice)
        {
            number = range
        }
        if let length = metres(passage, index, digits, voice) { return length }
        if let unit = unit(passage, number.end, voice) {
            return Match(count: unit.end - index, spoken: "\(number.spoken) \(unit.spoken)")
        }
        if number.spoken == digits {
            // A number that begins with 0 counts nothing, and so many digits in one are no number for an ear.
            let isCode = digits.utf8.count > 1 && digits.hasPrefix("0") || digits.utf8.count > 9
            return isCode ? Match(count: 1, spoken: inPairs(digits, voice)) : nil
        }
        return Match(count: number.end - index, spoken: number.spoken)
    }

    private static func inPairs(_ digits: String, _ voice: VoiceWords) -> String {
        digits.utf8.count < 5
            ? voice.digitByDigit(digits)
            : TelephoneNumber.pairs(digits[...]).map(voice.digitByDigit).joined(separator: ", ")
    }

    /// Digits of `12.500`, with where they end.
    static func grouped(_ passage: Passage, _ index: Int, _ voice: VoiceWords) -> (digits: String, end: Int)? {
        guard var digits = passage.number(index, 1...3), !digits.hasPrefix("0") else { return nil }
        var end = index + 1
        while digits.utf8.count < 13, passage.isMark(end, voice.groupMark), let next = passage.number(end + 1, 3...3) {
            digits += next
            end += 2
        }
        return end > index + 1 && passage.isBoundary(end) ? (digits, end) : nil
    }

    private static func decimal(
        _ passage: Passage, _ index: Int, _ digits: String, _ voice: VoiceWords
    ) -> (spoken: String, end: Int) {
        let (whole, end) = grouped(passage, index, voice) ?? (digits, index + 1)
        guard passage.isMark(end, voice.decimalMark), let places = passage.number(end + 1, 1...6),
            passage.isBoundary(end + 2) || passage.kind(end + 2) == .word
        else { return (whole, end) }
        let isPlain = voice.code == "nl" && places.utf8.count <= 2 && !places.hasPrefix("0")
        let spoken = isPlain ? places : voice.digitByDigit(places)
        return ("\(whole) \(voice.decimal) \(spoken)", end + 2)
    }

    /// `10-12`
    private static func range(
        _ passage: Passage, _ from: (spoken: String, end: Int), _ digits: String, _ voice: VoiceWords
    ) -> (spoken: String, end: Int)? {
        guard let last = passage.number(from.end + 1, 1...4), let low = Int(digits), let high = Int(last), low < high,
            !last.hasPrefix("0"), !digits.hasPrefix("0")
        else { return nil }
        let end = from.end + 2
        let goesOn = passage.isDash(end) && !passage.isSpace(end + 1)
        return goesOn ? nil : ("\(from.spoken) \(voice.to) \(last)", end)
    }

    /// `1,75 m` and `1m75` are said "1 meter 75".
    private static func metres(_ passage: Passage, _ index: Int, _ digits: String, _ voice: VoiceWords) -> Match? {
        guard voice.code == "nl", digits.utf8.count == 1 else { return nil }
        if passage.word(index + 1) == "m", let rest = passage.number(index + 2, 2...2), passage.isBoundary(index + 3) {
            return Match(count: 3, spoken: "\(digits) meter \(rest)")
        }
        guard passage.isMark(index + 1, ",", "."), let rest = passage.number(index + 2, 2...2) else { return nil }
        let next = passage.skip(index + 3)
        guard let unit = passage.word(next), unit == "m" || unit == "meter", passage.isBoundary(next + 1) else {
            return nil
        }
        let centimetres = rest == "00" ? "" : " \(Int(rest) ?? 0)"
        return Match(count: next + 1 - index, spoken: "\(digits) meter\(centimetres)")
    }

    private static func unit(_ passage: Passage, _ end: Int, _ voice: VoiceWords) -> (spoken: String, end: Int)? {
        let at = passage.skip(end)
        if passage.isMark(at, "%") { return (voice.units["%"] ?? "%", at + 1) }
        if passage.isMark(at, "°") {
            let isCelsius = passage.word(at + 1) == "c" && passage.isBoundary(at + 2)
            return (voice.units["°"] ?? "", at + (isCelsius ? 2 : 1))
        }
        guard let first = passage.word(at) else { return nil }
        var (name, last) = (first, at + 1)
        if passage.isMark(last, "/"), let second = passage.word(last + 1), voice.units["\(first)/\(second)"] != nil {
            name = "\(first)/\(second)"
            last += 2
        } else if let power = passage.text(last), ["2", "3", "²", "³"].contains(power),
            voice.units[first + power] != nil
        {
            name = first + power
            last += 1
        }
        // A letter at a house number is no unit.
        if first.utf8.count == 1, at == end, HouseNumberRule.follows(passage, end - 1) { return nil }
        guard let spoken = voice.units[name], passage.isBoundary(last) else { return nil }
        if passage.isMark(last, "."), !TimeRule.isEndOfSentence(passage, last), name.utf8.count < 5, spoken != name {
            last += 1
        }
        return (spoken, last)
    }

    private static func fraction(_ passage: Passage, _ index: Int, _ voice: VoiceWords) -> Match? {
        guard passage.isMark(index + 1, "/"), passage.kind(index + 2) == .number, passage.isBoundary(index + 3) else {
            return nil
        }
        guard let words = fractions[passage.source(index..<index + 3)] else { return nil }
        return Match(count: 3, spoken: voice.code == "nl" ? words.0 : words.1)
    }

    private static func ordinal(_ passage: Passage, _ index: Int, _ digits: String, _ voice: VoiceWords) -> Match? {
        guard let value = Int(digits), (1...99).contains(value), !digits.hasPrefix("0"),
            let suffix = passage.word(index + 1), passage.isBoundary(index + 2)
        else { return nil }
        let suffixes = voice.code == "nl" ? ["e", "de", "ste"] : ["st", "nd", "rd", "th"]
        guard suffixes.contains(suffix), !HouseNumberRule.follows(passage, index) else { return nil }
        return Match(count: 2, spoken: voice.ordinal(value))
    }
}
