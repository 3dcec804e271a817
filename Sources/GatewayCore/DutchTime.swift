// SPDX-License-Identifier: GPL-3.0-or-later

/// What Dutch clocks and calendars show: the time zone Europe/Amsterdam, by rule and without the system's tables.
///
/// UTC+1, in summer UTC+2: from 01:00 UTC on the last Sunday of March until 01:00 UTC on the last Sunday of October
/// (Directive 2000/84/EC; so since 1996).
package struct DutchTime: Hashable, Sendable, CustomStringConvertible {
    package var year: Int
    /// 1 to 12.
    package var month: Int
    /// 1 to 31.
    package var day: Int
    package var hour: Int
    package var minute: Int
    package var second: Int

    package init(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// What the clock shows at that moment; fractions of a second are cut off.
    package init(_ time: Timestamp) {
        let local = time + Self.offset(at: time)
        let (day, second) = Self.split(local)
        let date = Timestamp.civil(day: day)
        self.init(
            year: date.year, month: date.month, day: date.day, hour: second / 3600, minute: second / 60 % 60,
            second: second % 60)
    }

    /// How far the clock is ahead of UTC.
    package static func offset(at time: Timestamp) -> Interval {
        isSummer(time) ? .microseconds(7_200_000_000) : .microseconds(3_600_000_000)
    }

    package static func isSummer(_ time: Timestamp) -> Bool {
        let year = Timestamp.civil(day: split(time).day).year
        return time >= change(year: year, month: 3) && time < change(year: year, month: 10)
    }

    /// The moment at which the clock shows this. In the hour that comes twice in October, the first time, or the second
    /// when `later`; in the hour that is left out in March, the moment so much after the change.
    package func timestamp(later: Bool = false) -> Timestamp {
        let seconds =
            Int64(Timestamp.dayNumber(year: year, month: month, day: day)) * 86_400
            + Int64(hour * 3600 + minute * 60 + second)
        let local = Timestamp(microseconds: seconds * 1_000_000)
        let (inSummer, inWinter) = (local - .microseconds(7_200_000_000), local - .microseconds(3_600_000_000))
        if later { return Self.isSummer(inWinter) && Self.isSummer(inSummer) ? inSummer : inWinter }
        return Self.isSummer(inSummer) ? inSummer : inWinter
    }

    /// 1 for Monday to 7 for Sunday.
    package var weekday: Int { Self.weekday(of: Timestamp.dayNumber(year: year, month: month, day: day)) }

    /// `2026-10-25 02:30:00`
    package var description: String {
        "\(Self.digits(year, 4))-\(Self.digits(month))-\(Self.digits(day)) "
            + "\(Self.digits(hour)):\(Self.digits(minute)):\(Self.digits(second))"
    }

    /// When the clock is changed next after that moment.
    package static func nextChange(after time: Timestamp) -> Timestamp {
        let year = Timestamp.civil(day: split(time).day).year
        let changes = [change(year: year, month: 3), change(year: year, month: 10), change(year: year + 1, month: 3)]
        return changes.first { $0 > time } ?? .distantFuture
    }

    /// When the clock is changed: 01:00 UTC on the last Sunday of the month, which has 31 days.
    private static func change(year: Int, month: Int) -> Timestamp {
        let last = Timestamp.dayNumber(year: year, month: month, day: 31)
        let sunday = last - weekday(of: last) % 7
        return Timestamp(microseconds: (Int64(sunday) * 24 + 1) * 3_600_000_000)
    }

    /// Day 0, 1 January 1970, was a Thursday.
    private static func weekday(of day: Int) -> Int { ((day + 3) % 7 + 7) % 7 + 1 }

    private static func split(_ time: Timestamp) -> (day: Int, second: Int) {
        let perDay: Int64 = 86_400_000_000
        let day = time.microseconds >= 0 ? time.microseconds / perDay : (time.microseconds - perDay + 1) / perDay
        return (Int(day), Int((time.microseconds - day * perDay) / 1_000_000))
    }

    static func digits(_ number: Int, _ width: Int = 2) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}

/// A month of the Dutch calendar, midnight to midnight in the Netherlands: what is billed together.
package struct DutchMonth: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let year: Int
    /// 1 to 12.
    package let month: Int

    /// nil: there is no such month.
    package init?(year: Int, month: Int) {
        guard (1996...9998).contains(year), (1...12).contains(month) else { return nil }
        self.year = year
        self.month = month
    }

    /// The one in which that moment lies, from 1996 on.
    package init(_ time: Timestamp) {
        let local = DutchTime(time)
        year = max(1996, local.year)
        month = local.month
    }

    /// Reads `2026-10`.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 4, parts[1].utf8.count == 2,
            text.utf8.allSatisfy({ (48...57).contains($0) || $0 == 45 }), let year = Int(parts[0]),
            let month = Int(parts[1])
        else { return nil }
        self.init(year: year, month: month)
    }

    /// Its first moment.
    package var start: Timestamp { DutchTime(year: year, month: month, day: 1).timestamp() }
    /// The first moment of the next month.
    package var end: Timestamp {
        DutchTime(year: month == 12 ? year + 1 : year, month: month == 12 ? 1 : month + 1, day: 1).timestamp()
    }
    /// The first moment of its year.
    package var startOfYear: Timestamp { DutchTime(year: year, month: 1, day: 1).timestamp() }

    package func contains(_ time: Timestamp) -> Bool { time >= start && time < end }

    package static func < (left: DutchMonth, right: DutchMonth) -> Bool {
        (left.year, left.month) < (right.year, right.month)
    }

    /// `2026-10`
    package var description: String { "\(DutchTime.digits(year, 4))-\(DutchTime.digits(month))" }
}
