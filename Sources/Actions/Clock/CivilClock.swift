// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What the civil clock says, beside engine time, which everything is measured and waited for by.
///
/// Engine time never jumps. The civil clock may be set at any time, so it only names moments: when an action starts and
/// ends, the month of a bill, the times of a record. A moment is translated when it is needed, a record's all by the one
/// offset that held when it began: their order and distances are those of engine time.
///
/// All rooms of the engine share it; only the engine's door changes it. Not thread-safe.
package final class CivilClock {
    package private(set) var mark = ClockMark(bootOffset: .zero, civilOffset: .zero)

    /// So long after the clock was set, or the machine started, what follows from the civil clock alone and cannot be
    /// undone waits: whoever set it wrong by mistake sets it right within that time.
    package static let steadyTime = Interval.minutes(10)

    /// What is less is the noise of reading two clocks.
    private static let precision = Interval.milliseconds(1)
    /// What is less nobody needs to know of. NTP slews what is less than 0.128 s, without a step.
    private static let tolerance = Interval.seconds(2)

    package init() {}

    /// Civil time minus engine time.
    package var offset: Interval { mark.civilOffset }

    package func civil(_ time: Timestamp) -> Timestamp { time + mark.civilOffset }

    /// When, in engine time, a civil moment comes, as the civil clock is now.
    package func engineTime(of civil: Timestamp) -> Timestamp { civil - mark.civilOffset }

    /// Has been what it is for long enough to believe it in what cannot be undone.
    package func isSteady(_ now: Timestamp) -> Bool { mark.setAt.map { now - $0 >= Self.steadyTime } ?? true }

    /// Since when it will be steady, unless it is set again; nil: it was never set.
    package var steadyAt: Timestamp? { mark.setAt.map { $0 + Self.steadyTime } }

    /// Before the first event of a process.
    package func start(_ mark: ClockMark) { self.mark = mark }

    /// The civil clock was read. Returns how far ahead it was set since; nil: it was not, or by less than can be measured.
    package func read(offset: Interval, now: Timestamp) -> Interval? {
        let step = offset - mark.civilOffset
        guard Self.isNoticed(step) else { return nil }
        mark.civilOffset = offset
        if Self.isStep(step) { (mark.setAt, mark.setBy) = (now, step) }
        return step
    }

    /// More than the noise of reading two clocks.
    static func isNoticed(_ step: Interval) -> Bool { abs(step.microseconds) >= precision.microseconds }

    /// Enough for somebody to be told.
    package static func isStep(_ step: Interval) -> Bool { abs(step.microseconds) >= tolerance.microseconds }
}
