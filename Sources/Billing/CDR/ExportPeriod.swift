// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// A whole day or month of the Dutch calendar.
package struct ExportPeriod: Equatable, Sendable {
    /// `2026-11-24` or `2026-11`.
    package var name: String
    /// Inclusive; midnight in the Netherlands.
    package var start: Timestamp
    /// Exclusive.
    package var end: Timestamp

    /// `yesterday`, `last-month`, `last-7-days`, `2026-11-24` or `2026-11`; nil: something else.
    package static func read(_ text: String, now: Timestamp) -> [ExportPeriod]? {
        let today = DutchTime(now)
        switch text {
        case "yesterday": return [day(before: today, by: 1)]
        case "last-7-days": return (1...7).reversed().map { day(before: today, by: $0) }
        case "last-month":
            let first = DutchMonth(now).start
            return [month(DutchMonth(first - .seconds(1)))]
        default: break
        }
        if let month = DutchMonth(text) { return [Self.month(month)] }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count == 10, parts.count == 3, Timestamp(iso8601: text) != nil, let year = Int(parts[0]),
            let month = Int(parts[1]), let day = Int(parts[2])
        else { return nil }
        return [Self.day(before: DutchTime(year: year, month: month, day: day), by: 0)]
    }

    private static func month(_ month: DutchMonth) -> ExportPeriod {
        ExportPeriod(name: month.description, start: month.start, end: month.end)
    }

    private static func day(before date: DutchTime, by days: Int) -> ExportPeriod {
        // Noon is noon's day however the clocks are changed.
        let noon = DutchTime(year: date.year, month: date.month, day: date.day, hour: 12).timestamp()
        let first = DutchTime(noon - .minutes(Double(days) * 24 * 60))
        let next = DutchTime(noon - .minutes(Double(days - 1) * 24 * 60))
        func midnight(_ time: DutchTime) -> Timestamp {
            DutchTime(year: time.year, month: time.month, day: time.day).timestamp()
        }
        return ExportPeriod(name: String(first.description.prefix(10)), start: midnight(first), end: midnight(next))
    }
}
