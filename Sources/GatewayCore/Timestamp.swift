// SPDX-License-Identifier: GPL-3.0-or-later

/// A point in time: microseconds since the Unix epoch, UTC.
///
/// The pure modules never read a clock; whoever calls them passes the time.
package struct Timestamp: Hashable, Comparable, Sendable, Journalled {
    package var microseconds: Int64

    package init(microseconds: Int64) { self.microseconds = microseconds }
    package init(milliseconds: Int64) { self.microseconds = milliseconds * 1000 }

    package static let epoch = Timestamp(microseconds: 0)
    package static let distantFuture = Timestamp(microseconds: .max / 2)

    /// Whole milliseconds since the epoch, rounded down.
    package var milliseconds: Int64 {
        let quotient = microseconds / 1000
        return microseconds % 1000 < 0 ? quotient - 1 : quotient
    }

    package init(from decoder: Decoder) throws {
        microseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(microseconds)
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }
    package static func + (time: Timestamp, interval: Interval) -> Timestamp {
        Timestamp(microseconds: time.microseconds + interval.microseconds)
    }
    package static func - (time: Timestamp, interval: Interval) -> Timestamp {
        Timestamp(microseconds: time.microseconds - interval.microseconds)
    }
    package static func - (left: Timestamp, right: Timestamp) -> Interval {
        Interval(microseconds: left.microseconds - right.microseconds)
    }
}

/// A length of time in microseconds. May be negative.
package struct Interval: Hashable, Comparable, Sendable, Journalled {
    package var microseconds: Int64

    package init(microseconds: Int64) { self.microseconds = microseconds }
    package static func microseconds(_ value: Int64) -> Interval { Interval(microseconds: value) }
    package static func milliseconds(_ value: Int64) -> Interval { Interval(microseconds: value * 1000) }
    package static func seconds(_ value: Double) -> Interval { Interval(microseconds: Int64((value * 1e6).rounded())) }
    package static func minutes(_ value: Double) -> Interval { seconds(value * 60) }
    package static let zero = Interval(microseconds: 0)

    package var milliseconds: Int64 { microseconds / 1000 }
    package var seconds: Double { Double(microseconds) / 1e6 }

    package init(from decoder: Decoder) throws {
        microseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(microseconds)
    }

    package static func < (left: Interval, right: Interval) -> Bool { left.microseconds < right.microseconds }
    package static func + (left: Interval, right: Interval) -> Interval {
        Interval(microseconds: left.microseconds + right.microseconds)
    }
    package static func - (left: Interval, right: Interval) -> Interval {
        Interval(microseconds: left.microseconds - right.microseconds)
    }
    package static func * (interval: Interval, factor: Double) -> Interval {
        Interval(microseconds: Int64((Double(interval.microseconds) * factor).rounded()))
    }
}

extension Timestamp: CustomStringConvertible {
    /// ISO 8601 in UTC with milliseconds, `2026-11-24T13:30:41.123Z`.
    package var description: String {
        let (date, time) = Timestamp.split(milliseconds: milliseconds)
        let civil = Timestamp.civil(day: date)
        let second = time / 1000
        var text = ""
        text.reserveCapacity(24)
        Timestamp.append(civil.year, width: 4, to: &text)
        text += "-"
        Timestamp.append(civil.month, width: 2, to: &text)
        text += "-"
        Timestamp.append(civil.day, width: 2, to: &text)
        text += "T"
        Timestamp.append(second / 3600, width: 2, to: &text)
        text += ":"
        Timestamp.append(second / 60 % 60, width: 2, to: &text)
        text += ":"
        Timestamp.append(second % 60, width: 2, to: &text)
        text += "."
        Timestamp.append(time % 1000, width: 3, to: &text)
        text += "Z"
        return text
    }

    /// Reads `2026-11-24`, `2026-11-24T13:30`, with seconds, fraction and `Z` or `+01:00`; no zone means UTC.
    package init?(iso8601 text: String) {
        var scanner = DigitScanner(text)
        guard let year = scanner.number(4), scanner.skip("-"), let month = scanner.number(2), scanner.skip("-"),
            let day = scanner.number(2), (1...12).contains(month),
            (1...Timestamp.daysIn(month: month, year: year)).contains(day)
        else { return nil }
        var seconds: Int64 = 0
        var microsecond: Int64 = 0
        if scanner.skip("T") || scanner.skip("t") || scanner.skip(" ") {
            guard let hour = scanner.number(2), scanner.skip(":"), let minute = scanner.number(2), hour < 24,
                minute < 60
            else { return nil }
            seconds = Int64(hour * 3600 + minute * 60)
            if scanner.skip(":") {
                guard let second = scanner.number(2), second < 60 else { return nil }
                seconds += Int64(second)
                if scanner.skip(".") {
                    guard let fraction = scanner.fraction() else { return nil }
                    microsecond = fraction
                }
            }
            if scanner.skip("Z") || scanner.skip("z") {
                // UTC is what we count in.
            } else if let sign: Int64 = scanner.skip("+") ? 1 : scanner.skip("-") ? -1 : nil {
                guard let hours = scanner.number(2), hours < 15 else { return nil }
                _ = scanner.skip(":")
                guard let minutes = scanner.number(2), minutes < 60 else { return nil }
                seconds -= sign * Int64(hours * 3600 + minutes * 60)
            }
        }
        guard scanner.isAtEnd else { return nil }
        let days = Timestamp.dayNumber(year: year, month: month, day: day)
        self.init(microseconds: (Int64(days) * 86_400 + seconds) * 1_000_000 + microsecond)
    }

    private static func split(milliseconds: Int64) -> (day: Int, millisecond: Int) {
        let perDay: Int64 = 86_400_000
        let day = milliseconds >= 0 ? milliseconds / perDay : (milliseconds - perDay + 1) / perDay
        return (Int(day), Int(milliseconds - day * perDay))
    }

    /// Days since 1970-01-01 to the Gregorian date (Howard Hinnant's `civil_from_days`).
    package static func civil(day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    package static func dayNumber(year: Int, month: Int, day: Int) -> Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func daysIn(month: Int, year: Int) -> Int {
        switch month {
        case 2: return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: return 30
        default: return 31
        }
    }

    private static func append(_ value: Int, width: Int, to text: inout String) {
        let digits = String(value)
        if digits.utf8.count < width { text += String(repeating: "0", count: width - digits.utf8.count) }
        text += digits
    }
}

private struct DigitScanner {
    private var rest: Substring.UTF8View
    init(_ text: String) { rest = Substring(text).utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard let first = rest.first, UInt32(first) == character.value else { return false }
        rest = rest.dropFirst()
        return true
    }

    mutating func number(_ width: Int) -> Int? {
        var value = 0
        for _ in 0..<width {
            guard let digit = rest.first, (48...57).contains(digit) else { return nil }
            value = value * 10 + Int(digit - 48)
            rest = rest.dropFirst()
        }
        return value
    }

    mutating func fraction() -> Int64? {
        var value: Int64 = 0
        var digits = 0
        while let digit = rest.first, (48...57).contains(digit) {
            if digits < 6 { value = value * 10 + Int64(digit - 48) }
            digits += 1
            rest = rest.dropFirst()
        }
        guard digits > 0 else { return nil }
        for _ in 0..<max(0, 6 - digits) { value *= 10 }
        return value
    }
}
