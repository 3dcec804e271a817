// SPDX-License-Identifier: GPL-3.0-or-later

/// Telephone numbers are said digit by digit, in the groups in which one remembers them: `0800-6070` is "nul acht nul
/// nul, zes nul, zeven nul". Dutch numbers are said as they are dialled in the country, also those that are written
/// with +31.
enum TelephoneRule {
    private static let mostTokens = 24
    /// Behind these a short number is one that is called.
    private static let calling: Set<String> = [
        "bel", "belt", "bellen", "gebeld", "via", "nummer", "telefoon", "telefoonnummer", "tel", "meldkamer", "call",
        "dial", "phone", "ring", "number", "alarmnummer",
    ]

    static func match(_ passage: Passage, _ index: Int, _ voice: VoiceWords) -> Match? {
        let starts =
            passage.kind(index) == .number || passage.isMark(index, "+") && passage.kind(index + 1) == .number
            || passage.isMark(index, "(") && passage.text(index + 1)?.hasPrefix("0") == true
        guard starts, passage.begins(index), !isInsideNumber(passage, index) else { return nil }
        if let short = shortNumber(passage, index) {
            return Match(
                count: short.count, spoken: spoken(short.number, voice),
                meaning: .telephone(short.number, isWhole: true))
        }
        guard let long = longNumber(passage, index) else { return nil }
        return Match(
            count: long.count, spoken: spoken(long.number, voice),
            meaning: .telephone(long.number, isWhole: TelephoneNumber.isWhole(long.number)))
    }

    /// A number stands there that is as long as one of its kind.
    static func isWhole(_ passage: Passage, _ index: Int) -> Bool {
        longNumber(passage, index).map { TelephoneNumber.isWhole($0.number) } ?? false
    }

    private static func spoken(_ number: String, _ voice: VoiceWords) -> String {
        let groups = TelephoneNumber.groups(number).map(voice.digitByDigit).joined(separator: ", ")
        return number.hasPrefix("+") ? "\(voice.plus) \(groups)" : groups
    }

    /// Behind `1.` or `1,`.
    private static func isInsideNumber(_ passage: Passage, _ index: Int) -> Bool {
        passage.isMark(index - 1, ",", ".", ":") && passage.kind(index - 2) == .number
    }

    private static func shortNumber(_ passage: Passage, _ index: Int) -> (number: String, count: Int)? {
        guard let first = passage.number(index, 2...6) else { return nil }
        if let (number, end) = separated(passage, index, first), isFree(passage, end) {
            return (number, end - index)
        }
        guard TelephoneNumber.short.contains(first), isFree(passage, index + 1) else { return nil }
        let isCalled = passage.hasWord(calling, before: index, within: 3)
        if first.utf8.count == 6 || isCalled { return (first, 1) }
        // 112 is the emergency number, unless it says how many there are of something, or where somebody lives.
        guard first == "112" else { return nil }
        if let before = passage.wordBefore(index, passing: 0) {
            if StreetNames.isStreet(before.word) || HouseNumberRule.announces(before.word) { return nil }
        }
        let next = passage.skip(index + 1)
        let isCounted = next > index + 1 && passage.kind(next) == .word && Counted.things.contains(passage.small[next])
        return isCounted || passage.isMark(next, "%", "€") || passage.isMark(index - 1, "€") ? nil : (first, 1)
    }

    /// `14 0182`, the town halls' numbers, and `116 000`.
    private static func separated(_ passage: Passage, _ index: Int, _ first: String) -> (String, end: Int)? {
        guard passage.isBlank(index + 1) || passage.isDash(index + 1), let next = passage.number(index + 2, 3...4)
        else { return nil }
        if first == "14", next.hasPrefix("0") { return (first + next, index + 3) }
        if first == "116", TelephoneNumber.short.contains(first + next) { return (first + next, index + 3) }
        return nil
    }

    private static func isFree(_ passage: Passage, _ index: Int) -> Bool {
        guard passage.isBoundary(index) else { return false }
        let goesOn = passage.kind(index + 1) == .number || passage.kind(index + 1) == .word
        return !((passage.isDash(index) || passage.isMark(index, ",", ".", ":", "/")) && goesOn)
    }

    /// The longest number there whose length fits its kind, else all of what looks like one.
    private static func longNumber(_ passage: Passage, _ index: Int) -> (number: String, count: Int)? {
        var written = ""
        var (at, groups) = (index, 0)
        var whole: (number: String, count: Int)?
        var all: (number: String, count: Int)?
        while at < index + mostTokens, let kind = passage.kind(at) {
            if kind == .number {
                written += passage.tokens[at].text
                groups += 1
                at += 1
                guard written.utf8.count <= 17, passage.kind(at) != .word else { break }
                let number = TelephoneNumber.normalised(written)
                all = (number, at - index)
                if isLong(written), TelephoneNumber.isWhole(number) {
                    whole = (number, at - index)
                    // Of the two lengths of a service number the shorter one ends at a blank.
                    if TelephoneNumber.isServiceNumber(number), !passage.isDash(at) { break }
                }
                continue
            }
            guard let end = separator(passage, at, isFirst: at == index) else { break }
            if passage.isMark(at, "+") { written += "+" }
            // (0) between a country's code and the rest is not dialled.
            if passage.isMark(at, "("), passage.text(at + 1) == "0", passage.isMark(at + 2, ")") {
                at += passage.isSpace(at + 3) ? 4 : 3
            } else {
                at = end
            }
        }
        if let whole { return whole }
        guard let all, isLong(written), groups <= 6 else { return nil }
        // What is no number of any length is still said digit by digit when it looks like one.
        let digits = all.number.utf8.count
        return digits >= 7 && all.number.hasPrefix("0") || digits >= 9 && groups == 1 ? all : nil
    }

    private static func isLong(_ written: String) -> Bool {
        written.hasPrefix("0") || written.hasPrefix("+") || written.utf8.count >= 9
    }

    /// Where a number may go on after what stands between its digits.
    private static func separator(_ passage: Passage, _ at: Int, isFirst: Bool) -> Int? {
        if isFirst { return passage.isMark(at, "+", "(") ? at + 1 : nil }
        if passage.isMark(at, "(") || passage.isBlank(at) && passage.isMark(at + 1, "(") {
            let inner = passage.isMark(at, "(") ? at + 1 : at + 2
            return passage.kind(inner) == .number ? inner : nil
        }
        var next = at
        if passage.isMark(next, ")") { next += 1 }
        if passage.isBlank(next) { next += 1 }
        if passage.isDash(next) || passage.isMark(next, "/", ".") { next += 1 }
        if passage.isBlank(next) { next += 1 }
        return next > at && passage.kind(next) == .number ? next : nil
    }
}
