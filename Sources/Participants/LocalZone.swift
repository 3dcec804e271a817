// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GatewayCore

/// What clocks on the wall show: a time zone as a short table of its offsets, made once, so that a look-up reads no
/// tables of the system and allocates nothing.
package struct LocalZone: Equatable, Sendable {
    /// From a moment on, until the next period begins, the clock is so far ahead of UTC.
    private struct Period: Equatable, Sendable {
        var start: Timestamp
        var offset: Interval
    }

    /// `Europe/Amsterdam`
    package let name: String
    /// In order; the first begins before all times.
    private let periods: [Period]

    private static let firstYear = 2000
    private static let lastYear = 2100

    /// Europe/Amsterdam, by rule, without the system's tables.
    package static let dutch: LocalZone = {
        var periods: [Period] = []
        var time = DutchTime(year: firstYear, month: 1, day: 1).timestamp()
        let end = DutchTime(year: lastYear, month: 1, day: 1).timestamp()
        while time < end {
            periods.append(Period(start: time, offset: DutchTime.offset(at: time)))
            time = DutchTime.nextChange(after: time)
        }
        return LocalZone(name: "Europe/Amsterdam", periods)
    }()

    /// A zone of the tz database, by its name; nil: there is none of that name. Changes are known from 2000 to 2100.
    package init?(name: String) {
        guard name != Self.dutch.name else {
            self = .dutch
            return
        }
        // Abbreviations ("CET") and offsets ("GMT+2") mean something else to everybody.
        guard name.contains("/") || name == "UTC", let zone = TimeZone(identifier: name) else { return nil }
        func offset(_ date: Date) -> Interval { .microseconds(Int64(zone.secondsFromGMT(for: date)) * 1_000_000) }
        var date = Date(
            timeIntervalSince1970: Double(Timestamp.dayNumber(year: Self.firstYear, month: 1, day: 1)) * 86_400)
        let end = Date(
            timeIntervalSince1970: Double(Timestamp.dayNumber(year: Self.lastYear, month: 1, day: 1)) * 86_400)
        var periods: [Period] = []
        while date < end {
            let start = Timestamp(microseconds: Int64(date.timeIntervalSince1970.rounded()) * 1_000_000)
            periods.append(Period(start: start, offset: offset(date)))
            guard let next = zone.nextDaylightSavingTimeTransition(after: date), next > date else { break }
            date = next
        }
        self.init(name: name, periods)
    }

    private init(name: String, _ periods: [Period]) {
        self.name = name
        var periods = periods
        periods[0].start = Timestamp(microseconds: .min / 2)
        self.periods = periods
    }

    /// Position of the period that holds at a moment.
    private func position(at time: Timestamp) -> Int {
        var (low, high) = (0, periods.count - 1)
        while low < high {
            let middle = (low + high + 1) / 2
            if periods[middle].start <= time { low = middle } else { high = middle - 1 }
        }
        return low
    }

    /// How far the clock is ahead of UTC.
    package func offset(at time: Timestamp) -> Interval { periods[position(at: time)].offset }

    /// When the clock is changed next after that moment; nil: never.
    package func nextChange(after time: Timestamp) -> Timestamp? {
        let next = position(at: time) + 1
        return next < periods.count ? periods[next].start : nil
    }

    /// What the clock shows, as if it were UTC.
    package func local(_ time: Timestamp) -> Timestamp { time + offset(at: time) }

    /// The first moment from which the clock shows `local`, or later where it jumps over it.
    package func moment(local: Timestamp) -> Timestamp {
        // No zone is a day away from UTC.
        var place = position(at: local - .microseconds(86_400_000_000))
        while true {
            let period = periods[place]
            let time = max(period.start, local - period.offset)
            guard place + 1 < periods.count, time >= periods[place + 1].start else { return time }
            place += 1
        }
    }
}

/// A moment beside what the clock on the wall shows then. Made once in a turn and asked for each number.
package struct CivilMoment: Equatable, Sendable {
    /// The machine's civil time, UTC.
    package let time: Timestamp
    package let zone: LocalZone
    /// From Monday 00:00 local time, 0 to 10,079.
    package let minuteOfWeek: Int

    package init(_ time: Timestamp, _ zone: LocalZone = .dutch) {
        self.time = time
        self.zone = zone
        minuteOfWeek = Self.minuteOfWeek(local: zone.local(time))
    }

    package static let minutesPerWeek = 7 * 24 * 60

    /// Day 0, 1 January 1970, was a Thursday.
    package static func minuteOfWeek(local: Timestamp) -> Int {
        let minutes = floorDivide(local.microseconds, 60_000_000) + 3 * 24 * 60
        return Int(minutes - floorDivide(minutes, Int64(minutesPerWeek)) * Int64(minutesPerWeek))
    }

    /// Months since year 0: January 2026 is 24,312.
    package static func month(local: Timestamp) -> Int {
        let date = Timestamp.civil(day: Int(floorDivide(local.microseconds, 86_400_000_000)))
        return date.year * 12 + date.month - 1
    }

    /// The first moment of a month.
    package static func start(ofMonth month: Int, in zone: LocalZone) -> Timestamp {
        let day = Timestamp.dayNumber(year: month / 12, month: month % 12 + 1, day: 1)
        return zone.moment(local: Timestamp(microseconds: Int64(day) * 86_400_000_000))
    }
}

func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    value >= 0 ? value / divisor : (value - divisor + 1) / divisor
}
