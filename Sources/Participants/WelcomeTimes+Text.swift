// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// `mon-fri 08:00-22:00, sat 10:00-20:00`: days in English or Dutch, none for every day; `always`, `never`.
extension WelcomeTimes {
    private static let english = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    private static let dutch = ["ma", "di", "wo", "do", "vr", "za", "zo"]

    /// Throws what is wrong, in words.
    package init(text: String) throws(PreferenceError) {
        let text = text.lowercased()
        switch text.trimmedBlanks {
        case "always", "altijd": self = .always
        case "never", "nooit": self = .never
        default:
            var windows: [Window] = []
            // A comma may part days as well as windows: `sat,sun 10:00-20:00`.
            var days: [Int] = []
            for part in text.split(whereSeparator: { $0 == "," || $0 == ";" || $0 == "|" }) {
                let words = part.split(separator: " ").map(String.init)
                guard let last = words.last else { continue }
                let hasTimes = last.contains(":")
                for word in hasTimes ? words.dropLast() : words[...] { days += try Self.days(word) }
                guard hasTimes else { continue }
                let (start, end) = try Self.times(last)
                windows.append(Window(days: days.isEmpty ? Array(1...7) : days, start: start, end: end))
                days = []
            }
            guard days.isEmpty, !windows.isEmpty else {
                throw PreferenceError("\"\(text.readable(60))\" names no times; write mon-fri 08:00-22:00")
            }
            self.init(windows)
        }
    }

    private static func days(_ word: String) throws(PreferenceError) -> [Int] {
        let ends = word.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        var numbers: [Int] = []
        for end in ends {
            guard let place = english.firstIndex(of: end) ?? dutch.firstIndex(of: end) else {
                throw PreferenceError(
                    "\"\(word.readable(40))\" is no day of the week: mon tue wed thu fri sat sun, or ma di wo do vr za zo"
                )
            }
            numbers.append(place + 1)
        }
        switch numbers.count {
        case 1: return numbers
        case 2:
            // `sat-mon` runs over the week's end.
            let last = numbers[1] < numbers[0] ? numbers[1] + 7 : numbers[1]
            return (numbers[0]...last).map { ($0 - 1) % 7 + 1 }
        default: throw PreferenceError("\"\(word.readable(40))\" is no range of days; write mon-fri")
        }
    }

    private static func times(_ text: String) throws(PreferenceError) -> (start: Int, end: Int) {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let start = minute(ends[0]), let end = minute(ends[1]), start < 1440 else {
            throw PreferenceError("\"\(text.readable(40))\" is no range of times; write 08:00-22:00")
        }
        guard start != end else {
            throw PreferenceError("\"\(text)\" is empty; the whole day is 00:00-24:00")
        }
        return (start, end == 0 ? 1440 : end)
    }

    /// `08:00` to `24:00`
    private static func minute(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...2).contains(parts[0].utf8.count), parts[1].utf8.count == 2,
            parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }), let hour = Int(parts[0]),
            let minute = Int(parts[1]), minute < 60, hour * 60 + minute <= 1440
        else { return nil }
        return hour * 60 + minute
    }

    /// The same for the same times, however they were written; ``init(text:)`` reads it.
    package var text: String { text(.english) }

    package func text(_ language: Language) -> String {
        let names = language == .dutch ? Self.dutch : Self.english
        if isAlways { return language == .dutch ? "altijd" : "always" }
        if isNever { return language == .dutch ? "nooit" : "never" }
        // Days with the same windows stand together.
        var byDay: [[String]] = Array(repeating: [], count: 8)
        for window in windows {
            byDay[window.days[0]].append("\(Self.clock(window.start))-\(Self.clock(window.end))")
        }
        var groups: [(days: ClosedRange<Int>, times: [String])] = []
        for day in 1...7 where !byDay[day].isEmpty {
            if let last = groups.last, last.days.upperBound == day - 1, last.times == byDay[day] {
                groups[groups.count - 1].days = last.days.lowerBound...day
            } else {
                groups.append((day...day, byDay[day]))
            }
        }
        return groups.flatMap { days, times -> [String] in
            let first = names[days.lowerBound - 1]
            let name = days.count == 7 ? "" : days.count == 1 ? "\(first) " : "\(first)-\(names[days.upperBound - 1]) "
            return times.map { name + $0 }
        }.joined(separator: ", ")
    }

    private static func clock(_ minute: Int) -> String {
        let (hour, rest) = (minute / 60, minute % 60)
        return "\(hour < 10 ? "0" : "")\(hour):\(rest < 10 ? "0" : "")\(rest)"
    }
}

/// What is wrong with a preference, in words.
package struct PreferenceError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

extension String {
    /// Without the blanks at both ends.
    var trimmedBlanks: String {
        var view = self[...]
        while let first = view.first, first == " " || first == "\t" { view.removeFirst() }
        while let last = view.last, last == " " || last == "\t" { view.removeLast() }
        return String(view)
    }
}
