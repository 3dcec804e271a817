// SPDX-License-Identifier: GPL-3.0-or-later

/// Dates: `24 november`, `24 nov. 2026`, `24-11-2026`, `2026-11-24`, `ma 24/11`.
enum DateRule {
    /// Before `24-11`, which could be a range otherwise.
    private static let announcing: Set<String> = [
        "op", "sinds", "vanaf", "tot", "datum", "dd", "on", "since", "from", "until", "met", "geboren", "born",
    ]

    static func match(_ passage: Passage, _ index: Int, _ voice: VoiceWords) -> Match? {
        guard passage.begins(index) else { return nil }
        guard let weekday = weekday(passage, index, voice) else {
            guard passage.kind(index) == .number, let date = date(passage, index, isAnnounced: false, voice) else {
                return nil
            }
            // "06-12 34 56 78" is no 6 December.
            if date.year == nil, TelephoneRule.isWhole(passage, index) { return nil }
            return match(date, nil, from: index, voice)
        }
        guard let date = date(passage, weekday.end, isAnnounced: true, voice) else { return nil }
        return match(date, weekday.day, from: index, voice)
    }

    private struct Found {
        var day: Int
        var month: Int
        var year: Int?
        var end: Int
    }

    private static func match(_ date: Found, _ weekday: Int?, from index: Int, _ voice: VoiceWords) -> Match {
        var spoken =
            "\(date.day) \(voice.months.indices.contains(date.month - 1) ? voice.months[date.month - 1] : "\(date.month)")"
        if let weekday { spoken = "\(voice.weekdays[weekday - 1]) \(spoken)" }
        if let year = date.year { spoken += " \(year)" }
        return Match(
            count: date.end - index, spoken: spoken,
            meaning: .date(day: date.day, month: date.month, year: date.year, weekday: weekday))
    }

    /// `ma`, `ma.`, `maandag`, with where the date begins behind it.
    private static func weekday(_ passage: Passage, _ index: Int, _ voice: VoiceWords) -> (day: Int, end: Int)? {
        guard let word = passage.word(index) else { return nil }
        guard let day = voice.weekdaysByName[word] ?? voice.shortWeekdays[word] else { return nil }
        var end = index + 1
        if passage.isMark(end, ".", ",") { end += 1 }
        guard passage.isBlank(end) else { return nil }
        return (day, end + 1)
    }

    private static func date(_ passage: Passage, _ index: Int, isAnnounced: Bool, _ voice: VoiceWords) -> Found? {
        if let iso = iso(passage, index) { return iso }
        guard let written = passage.number(index, 1...2), let day = Int(written), (1...39).contains(day) else {
            return nil
        }
        if let named = named(passage, index, day, voice) { return named }
        return numeric(passage, index, day, isAnnounced: isAnnounced)
    }

    private static func iso(_ passage: Passage, _ index: Int) -> Found? {
        guard let year = passage.number(index, 4...4), passage.isDash(index + 1),
            let month = passage.number(index + 2, 2...2), passage.isDash(index + 3),
            let day = passage.number(index + 4, 2...2), passage.isBoundary(index + 5),
            !(passage.isDash(index + 5) && passage.kind(index + 6) == .number)
        else { return nil }
        return Found(day: Int(day) ?? 0, month: Int(month) ?? 0, year: Int(year), end: index + 5)
    }

    /// `24 november`, `24 nov. 2026`, `24th of November`
    private static func named(_ passage: Passage, _ index: Int, _ day: Int, _ voice: VoiceWords) -> Found? {
        var at = index + 1
        if let suffix = passage.word(at), ["st", "nd", "rd", "th", "e", "ste", "de"].contains(suffix) { at += 1 }
        let hasDash = passage.isDash(at)
        guard passage.isBlank(at) || hasDash else { return nil }
        at += 1
        if passage.word(at) == "of", passage.isBlank(at + 1) { at += 2 }
        guard let word = passage.word(at), let month = voice.monthsByName[word] else { return nil }
        var end = at + 1
        let isShort = !voice.months.contains { $0.lowercased() == word }
        // "Huisnummer 2 Jan Steen": Dutch months begin with a small letter, people do not.
        if isShort, voice.code == "nl", passage.isCapitalised(at), !passage.isShouted { return nil }
        // "mrt" and "mei" are short and long; in a sentence a dot ends it, unless the month is abbreviated.
        if isShort, passage.isMark(end, "."), !TimeRule.isEndOfSentence(passage, end) { end += 1 }
        let next = hasDash && passage.isDash(end) ? end + 1 : passage.skip(end)
        if next > end, let year = passage.number(next, 4...4), year.hasPrefix("19") || year.hasPrefix("20"),
            passage.isBoundary(next + 1)
        {
            return Found(day: day, month: month, year: Int(year), end: next + 1)
        }
        return Found(day: day, month: month, year: nil, end: end)
    }

    /// `24-11-2026`, `24/11/26`, `24.11.2026`; `24-11` and `24/11` where something says that it is a date.
    private static func numeric(_ passage: Passage, _ index: Int, _ day: Int, isAnnounced: Bool) -> Found? {
        let isSlash = passage.isMark(index + 1, "/")
        guard isSlash || passage.isDash(index + 1) || passage.isMark(index + 1, "."),
            let written = passage.number(index + 2, 1...2), let month = Int(written), (1...19).contains(month)
        else { return nil }
        let separator = passage.text(index + 1)
        if passage.text(index + 3) == separator {
            if let year = passage.number(index + 4, 4...4) ?? passage.number(index + 4, 2...2),
                passage.isBoundary(index + 5), !(passage.isDash(index + 5) && passage.kind(index + 6) == .number)
            {
                let value = Int(year) ?? 0
                return Found(day: day, month: month, year: value < 100 ? 2000 + value : value, end: index + 5)
            }
            guard passage.kind(index + 4) != .number, passage.kind(index + 4) != .word else { return nil }
        }
        guard passage.isBoundary(index + 3), !passage.isMark(index + 1, "."), month <= 12, day <= 31,
            !(passage.isMark(index + 3, ",", ":") && passage.kind(index + 4) == .number)
        else { return nil }
        let before = passage.wordBefore(index, passing: 0).map { announcing.contains($0.word) } ?? false
        let isPair = isSlash && passage.number(index, 2...2) != nil && written.utf8.count == 2
        return isAnnounced || before || isPair ? Found(day: day, month: month, year: nil, end: index + 3) : nil
    }
}
