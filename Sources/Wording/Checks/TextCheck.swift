// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Looks at what the texts of an action say, before anybody hears them. Pure: the day is told.
package struct TextCheck: Sendable {
    let rules: GateRules
    let form: SpokenForm
    let words: WordList
    let today: DutchTime
    private let numbers: Set<String>

    /// A date further from today than this, in days, is rather a mistake than meant.
    private static let farAway = 31

    /// - Parameters:
    ///   - callerNumbers: those that are shown to citizens, who may be asked to call them.
    ///   - today: in civil time.
    package init(
        _ rules: GateRules, form: SpokenForm, words: WordList = WordList(), callerNumbers: [String] = [],
        today: DutchTime
    ) {
        self.rules = rules
        self.form = form
        self.words = words
        self.today = today
        numbers = Set((rules.allowedNumbers + callerNumbers).map(TelephoneNumber.normalised))
    }

    /// The gravest first, and of those in the order of the texts; each once.
    package func findings(_ texts: [PlacedText], kind: ActionKind? = nil) -> [Finding] {
        var found: [Finding] = []
        for text in texts where !text.isRecording {
            let parts = form.parts(of: text.text)
            for part in parts {
                if let finding = finding(part, text.place) { found.append(finding) }
            }
            if rules.givesHints { found += Readability.hints(text, parts, form, words) }
        }
        if let kind, let severity = rules.parts.severity {
            found += RequiredParts.missing(texts, kind, form).map { Finding(severity, .part, "", $0) }
        }
        var seen: Set<Finding> = []
        let once = found.filter { seen.insert($0).inserted }
        return Finding.Severity.allCases.flatMap { severity in once.filter { $0.severity == severity } }
    }

    private func finding(_ part: SpokenPart, _ place: String) -> Finding? {
        func finding(_ verdict: Verdict, _ check: Finding.Check, _ text: String?) -> Finding? {
            guard let text, let severity = verdict.severity else { return nil }
            return Finding(severity, check, place, text)
        }
        switch part.meaning {
        case .plain, .abbreviation: return nil
        case .telephone(let number, let isWhole):
            return finding(rules.numbers, .number, oddity(number, isWhole: isWhole, part.source))
        case .link(let host): return finding(rules.links, .link, oddity(host: host, part.source))
        case .date(let day, let month, let year, let weekday):
            return finding(rules.dates, .date, oddity(day, month, year, weekday, part.source))
        case .time(let hour, let minute):
            let isPossible = hour < 24 && minute < 60 || hour == 24 && minute == 0
            return finding(rules.dates, .date, isPossible ? nil : "there is no such time: \"\(part.source)\"")
        }
    }

    private func oddity(_ number: String, isWhole: Bool, _ source: String) -> String? {
        if numbers.contains(number) { return nil }
        if !isWhole { return "\"\(source)\" is no telephone number: none of its kind has \(number.utf8.count) digits" }
        return "\"\(source)\" is not among the telephone numbers that may be named ([Gate] AllowNumbers=)"
            + (Suggestion.nearest(to: number, among: numbers.sorted()).map { "; was \($0) meant?" } ?? "")
    }

    private func oddity(host: String, _ source: String) -> String? {
        let isAllowed = rules.allowedLinks.contains { allowed in
            host == allowed.lowercased() || host.hasSuffix("." + allowed.lowercased())
        }
        return isAllowed ? nil : "\"\(source)\" leads to \(host), which is not in [Gate] AllowLinks="
    }

    private func oddity(_ day: Int, _ month: Int, _ year: Int?, _ weekday: Int?, _ source: String) -> String? {
        let found = Calendar.nearest(day: day, month: month, year: year, to: today)
        guard let found else { return "there is no such date: \"\(source)\"" }
        if let weekday, weekday != found.weekday {
            return
                "\"\(source)\": \(found.day)-\(found.month)-\(found.year) is a \(Calendar.weekdays[found.weekday - 1]), "
                + "not a \(Calendar.weekdays[weekday - 1])"
        }
        let days = Calendar.days(from: today, to: found)
        if days < -Self.farAway { return "\"\(source)\" was \(-days) days ago" }
        if days > Self.farAway { return "\"\(source)\" is in \(days) days" }
        return nil
    }
}

/// Days of texts, which often have no year.
enum Calendar {
    static let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

    /// The day with that name next to another one; nil: there is none.
    static func nearest(day: Int, month: Int, year: Int?, to today: DutchTime) -> DutchTime? {
        if let year { return isDay(day, month, year) ? DutchTime(year: year, month: month, day: day) : nil }
        // 29 February is in one of eight years at least.
        let candidates = (today.year - 4...today.year + 4).filter { isDay(day, month, $0) }
            .map { DutchTime(year: $0, month: month, day: day) }
        return candidates.min { abs(days(from: today, to: $0)) < abs(days(from: today, to: $1)) }
    }

    static func isDay(_ day: Int, _ month: Int, _ year: Int) -> Bool {
        guard (1...12).contains(month), day >= 1, (1...9999).contains(year) else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return day <= [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    static func days(from first: DutchTime, to second: DutchTime) -> Int {
        Timestamp.dayNumber(year: second.year, month: second.month, day: second.day)
            - Timestamp.dayNumber(year: first.year, month: first.month, day: first.day)
    }
}
