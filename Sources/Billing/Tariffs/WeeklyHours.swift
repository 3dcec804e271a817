// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Hours of the week on Dutch clocks, to the minute: `mon-fri 08:00-18:00`.
package struct WeeklyHours: Equatable, Sendable {
    package static let minutesInWeek = 7 * 24 * 60
    private static let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    /// Minutes since Monday 00:00; in order, apart from each other.
    package private(set) var ranges: [Range<Int>] = []

    package init() {}

    /// Adds one value of `Hours=`. Hours that end before they begin end on the next day.
    package mutating func add(_ text: String) throws(ValueError) {
        let words = try UnitWords.split(text)
        guard words.count == 2 else {
            throw ValueError("\"\(text.prefix(60))\" are no hours: write mon-fri 08:00-18:00, or daily 18:00-08:00")
        }
        let days = try Self.readDays(words[0])
        let times = words[1].split(separator: "-", omittingEmptySubsequences: false)
        guard times.count == 2, let from = Self.minute(times[0]), let to = Self.minute(times[1]), from < 1440 else {
            throw ValueError("\"\(words[1].prefix(60))\" are no hours: write 08:00-18:00")
        }
        guard from != to else { throw ValueError("\"\(words[1])\" is no time at all: a whole day is 00:00-24:00") }
        for day in days {
            let start = day * 1440 + from
            insert(start..<start + (to > from ? to - from : to + 1440 - from))
        }
    }

    private mutating func insert(_ range: Range<Int>) {
        let week = Self.minutesInWeek
        var all = ranges
        all.append(range.lowerBound..<min(range.upperBound, week))
        if range.upperBound > week { all.append(0..<range.upperBound - week) }
        all.sort { $0.lowerBound < $1.lowerBound }
        ranges = []
        for next in all {
            if let last = ranges.last, next.lowerBound <= last.upperBound {
                ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, next.upperBound)
            } else {
                ranges.append(next)
            }
        }
    }

    /// The first minute that both have.
    package func firstShared(with other: WeeklyHours) -> Int? {
        ranges.flatMap { mine in
            other.ranges.filter { $0.overlaps(mine) }.map { max($0.lowerBound, mine.lowerBound) }
        }.min()
    }

    /// `wed 08:00`
    package static func name(ofMinute minute: Int) -> String {
        "\(days[minute / 1440 % 7]) \(clock(minute % 1440))"
    }

    /// As values of `Hours=`, one for each day and range.
    package var values: [String] {
        ranges.flatMap { range in
            var parts: [String] = []
            var start = range.lowerBound
            while start < range.upperBound {
                let midnight = (start / 1440 + 1) * 1440
                let end = min(midnight, range.upperBound)
                parts.append(
                    "\(Self.name(ofMinute: start))-\(end == midnight ? "24:00" : Self.clock(end % 1440))")
                start = end
            }
            return parts
        }
    }

    private static func readDays(_ text: String) throws(ValueError) -> [Int] {
        if text == "daily" { return Array(0..<7) }
        var result: [Int] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
            var numbers: [Int] = []
            for end in ends {
                guard let day = days.firstIndex(of: end) else {
                    let hint = Suggestion.hint(for: end, among: days)
                    throw ValueError("\"\(end.prefix(20))\" is no day: \(days.joined(separator: ", "))\(hint)")
                }
                numbers.append(day)
            }
            guard let first = numbers.first, let last = numbers.last, numbers.count <= 2 else {
                throw ValueError("\"\(part.prefix(20))\" are no days: write mon-fri, or sat,sun")
            }
            // fri-mon goes over the weekend.
            result += (0..<(last - first + 7) % 7 + 1).map { (first + $0) % 7 }
        }
        return result
    }

    /// Of the day; 24:00 is 1440.
    private static func minute(_ text: some StringProtocol) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }),
            text.utf8.allSatisfy({ (48...57).contains($0) || $0 == 58 }), let hour = Int(parts[0]),
            let minute = Int(parts[1]), minute < 60, hour < 24 || hour == 24 && minute == 0
        else { return nil }
        return hour * 60 + minute
    }

    private static func clock(_ minute: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(minute / 60)):\(two(minute % 60))"
    }
}
