// SPDX-License-Identifier: GPL-3.0-or-later

/// Times of the day: `22:05`, `22.05 uur`, `22u05`, `14.00-16.00 uur`, `14-16 uur`.
enum TimeRule {
    /// Before `22.05`, which could be an amount otherwise.
    private static let announcing: Set<String> = [
        "om", "sinds", "vanaf", "tot", "rond", "omstreeks", "tussen", "en", "na", "voor", "at", "since", "from",
        "until", "around", "about", "between", "and", "after", "before", "by",
    ]
    private static let hours: Set<String> = ["uur", "u", "h", "hr", "hrs"]

    static func match(_ passage: Passage, _ index: Int, _ voice: VoiceWords) -> Match? {
        guard passage.kind(index) == .number, passage.begins(index) else { return nil }
        guard !(passage.isMark(index - 1, ".", ",", ":") && passage.kind(index - 2) == .number) else { return nil }
        if let range = hourRange(passage, index, voice) { return range }
        guard let first = time(passage, index, voice) else { return nil }
        guard let second = rangeEnd(passage, first.end, voice) else {
            return Match(
                count: first.end - index, spoken: spoken(first, voice),
                meaning: .time(hour: first.hour, minute: first.minute))
        }
        return Match(
            count: second.end - index,
            spoken: "\(spoken(first, voice)) \(link(passage, index, voice)) \(spoken(second, voice))",
            meaning: .time(hour: second.hour, minute: second.minute))
    }

    private struct Time {
        var hour: Int
        var minute: Int
        /// The text says itself which half of the day.
        var hasHalf = false
        var end: Int
    }

    private static func time(_ passage: Passage, _ index: Int, _ voice: VoiceWords) -> Time? {
        guard let hour = passage.number(index, 1...2).flatMap({ Int($0) }) else { return nil }
        var minute = 0
        var end = index + 1
        var isTime = false
        if passage.isMark(end, ":"), let written = passage.number(end + 1, 2...2), passage.isBoundary(end + 2) {
            minute = Int(written) ?? 0
            end += 2
            isTime = true
            if passage.isMark(end, ":"), passage.number(end + 1, 2...2) != nil { end += 2 }
        } else if passage.isMark(end, "."), let written = passage.number(end + 1, 2...2), hour <= 24,
            passage.isBoundary(end + 2), let value = Int(written), value < 60,
            !(passage.isMark(end + 2, ".") && passage.kind(end + 3) == .number)
        {
            minute = value
            end += 2
            let isAnnounced = passage.wordBefore(index, passing: 0).map { announcing.contains($0.word) } ?? false
            let unit = passage.word(passage.skip(end))
            isTime = isAnnounced && !isMeasured(unit, voice)
        } else if let unit = passage.word(end), unit == "u" || unit == "h", hour <= 24 {
            if let written = passage.number(end + 1, 2...2), let value = Int(written), value < 60 {
                minute = value
                end += 2
            } else if !passage.isBoundary(end + 1) {
                return nil
            }
            end += 1
            if minute == 0, passage.isMark(end, "."), !isEndOfSentence(passage, end) { end += 1 }
            return Time(hour: hour, minute: minute, end: end)
        }
        guard end > index + 1 else { return nil }
        // What the time itself says needs no "uur" behind it.
        let next = passage.skip(end)
        if let unit = passage.word(next), hours.contains(unit), passage.isBoundary(next + 1) {
            end = next + 1
            if unit != "uur", passage.isMark(end, "."), !isEndOfSentence(passage, end) { end += 1 }
            isTime = true
        }
        let half = passage.word(passage.skip(end)).map { ["am", "pm", "a", "p"].contains($0) } ?? false
        return isTime || half ? Time(hour: hour, minute: minute, hasHalf: half, end: end) : nil
    }

    /// "Tussen 14 uur en 16 uur", else "14 uur tot 16 uur".
    private static func link(_ passage: Passage, _ index: Int, _ voice: VoiceWords) -> String {
        let before = passage.wordBefore(index, passing: 0)?.word
        return before == "tussen" || before == "between" ? voice.and : voice.to
    }

    private static func isMeasured(_ unit: String?, _ voice: VoiceWords) -> Bool {
        guard let unit else { return false }
        return voice.units[unit] != nil || unit == "euro"
    }

    static func isEndOfSentence(_ passage: Passage, _ dot: Int) -> Bool {
        passage.kind(dot + 1) == nil
            || passage.isSpace(dot + 1)
                && (passage.kind(dot + 2) == nil
                    || passage.isCapitalised(dot + 2) || !passage.isBlank(dot + 1))
    }

    private static func rangeEnd(_ passage: Passage, _ end: Int, _ voice: VoiceWords) -> Time? {
        let dash = passage.skip(end)
        guard passage.isDash(dash) else { return nil }
        return time(passage, passage.skip(dash + 1), voice)
    }

    /// `14-16 uur`
    private static func hourRange(_ passage: Passage, _ index: Int, _ voice: VoiceWords) -> Match? {
        guard let from = passage.number(index, 1...2).flatMap({ Int($0) }), passage.isDash(index + 1),
            let to = passage.number(index + 2, 1...2).flatMap({ Int($0) }), from <= 24, to <= 24
        else { return nil }
        let next = passage.skip(index + 3)
        guard let unit = passage.word(next), hours.contains(unit), passage.isBoundary(next + 1) else { return nil }
        let (first, second) = (Time(hour: from, minute: 0, end: 0), Time(hour: to, minute: 0, end: 0))
        return Match(
            count: next + 1 - index,
            spoken: "\(spoken(first, voice)) \(link(passage, index, voice)) \(spoken(second, voice))",
            meaning: .time(hour: to, minute: 0))
    }

    private static func spoken(_ time: Time, _ voice: VoiceWords) -> String {
        if voice.code == "nl" { return "\(time.hour) uur" + (time.minute > 0 ? " \(time.minute)" : "") }
        let isNamed = time.hasHalf || time.hour > 24
        let hour = isNamed ? time.hour : (time.hour + 11) % 12 + 1
        let minutes = time.minute == 0 ? "" : time.minute < 10 ? " oh \(time.minute)" : " \(time.minute)"
        return "\(hour)\(minutes)" + (isNamed ? "" : time.hour % 24 < 12 ? " A M" : " P M")
    }
}
