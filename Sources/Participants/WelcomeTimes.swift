// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// When somebody may be called, or sent an SMS: windows of the week in local time.
///
/// What the clock on the wall shows decides: the hour that comes twice in October is open twice, or closed twice; one
/// that is left out in March is left out.
package struct WelcomeTimes: Hashable, Sendable {
    /// Minutes from Monday 00:00, in order, neither touching nor overlapping; one that runs over Sunday midnight is cut
    /// in two.
    private let open: [Range<Int>]

    package static let always = WelcomeTimes(minutes: [0..<CivilMoment.minutesPerWeek])
    package static let never = WelcomeTimes(minutes: [])

    /// A window of some days of the week.
    package struct Window: Hashable, Sendable {
        /// Of 1, Monday, to 7, Sunday: the days on which it begins.
        package var days: [Int]
        /// Minutes from midnight, 0 to 1,439.
        package var start: Int
        /// Likewise, 1 to 1,440; not after `start`: of the day that follows.
        package var end: Int

        package init(days: [Int], start: Int, end: Int) {
            self.days = days
            self.start = start
            self.end = end
        }
    }

    package init(_ windows: [Window]) {
        var minutes: [Range<Int>] = []
        for window in windows {
            for day in window.days {
                let start = (day - 1) * 1440 + window.start
                let end = (day - 1) * 1440 + window.end + (window.end <= window.start ? 1440 : 0)
                minutes.append(start..<end)
            }
        }
        self.init(minutes: minutes)
    }

    /// - Parameter minutes: From Monday 00:00, the last before the end of the Monday after.
    private init(minutes: [Range<Int>]) {
        let week = CivilMoment.minutesPerWeek
        let cut = minutes.flatMap { range -> [Range<Int>] in
            range.upperBound <= week ? [range] : [range.lowerBound..<week, 0..<(range.upperBound - week)]
        }
        var merged: [Range<Int>] = []
        for range in cut.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        open = merged
    }

    package var isAlways: Bool { self == .always }
    package var isNever: Bool { open.isEmpty }

    package func contains(minuteOfWeek: Int) -> Bool { open.contains { $0.contains(minuteOfWeek) } }

    package func contains(_ moment: CivilMoment) -> Bool { contains(minuteOfWeek: moment.minuteOfWeek) }

    /// The first moment from `time` on that is welcome, `time` itself or exact to the minute's start; nil: there is none.
    package func opens(from time: Timestamp, in zone: LocalZone) -> Timestamp? {
        guard !isNever else { return nil }
        var time = time
        // Between two changes of the clock it runs evenly; a window comes within a week, changes lie months apart.
        for _ in 0..<16 {
            let local = zone.local(time)
            let minute = CivilMoment.minuteOfWeek(local: local)
            let wait = minutesUntilOpen(minute)
            guard wait > 0 else { return time }
            let intoMinute = local.microseconds - floorDivide(local.microseconds, 60_000_000) * 60_000_000
            let candidate = time + .microseconds(Int64(wait) * 60_000_000 - intoMinute)
            guard let change = zone.nextChange(after: time), change <= candidate else { return candidate }
            time = change
        }
        return nil
    }

    /// As the clock runs evenly.
    private func minutesUntilOpen(_ minute: Int) -> Int {
        if contains(minuteOfWeek: minute) { return 0 }
        let later = open.first { $0.lowerBound > minute }
        return (later?.lowerBound ?? open[0].lowerBound + CivilMoment.minutesPerWeek) - minute
    }

    /// Day by day: of 1, Monday, to 7, the windows that begin on it; what runs over midnight is one window.
    package var windows: [Window] {
        guard !isAlways else { return (1...7).map { Window(days: [$0], start: 0, end: 1440) } }
        let week = CivilMoment.minutesPerWeek
        var ranges = open
        if let first = ranges.first, let last = ranges.last, first.lowerBound == 0, last.upperBound == week {
            ranges[ranges.count - 1] = last.lowerBound..<(week + first.upperBound)
            ranges.removeFirst()
        }
        var found: [Window] = []
        for range in ranges {
            var start = range.lowerBound
            while start < range.upperBound {
                let midnight = (start / 1440 + 1) * 1440
                // What ends in the next day before it began in this one stays whole: 22:00-06:00.
                let isWhole = range.upperBound <= midnight || range.upperBound - start < 1440
                let end = isWhole ? range.upperBound : midnight
                let minute = end - start / 1440 * 1440
                found.append(
                    Window(
                        days: [start / 1440 % 7 + 1], start: start % 1440, end: minute > 1440 ? minute - 1440 : minute))
                start = end
            }
        }
        return found
    }
}
