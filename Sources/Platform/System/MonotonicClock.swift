// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// The only place of the daemon that reads a clock.
///
/// Its time is the wall clock's at the start plus what CLOCK_MONOTONIC counted since, so that it runs
/// evenly. When the wall clock is set (more than ``tolerance`` apart), it follows at once and says so:
/// timestamps of CDRs must be right, and deadlines that are long past or ahead are the caller's concern.
/// May be used from any thread.
package final class MonotonicClock: Sendable {
    /// Both system clocks at one moment, in microseconds.
    package struct Reading: Sendable {
        package var monotonic: Int64
        package var wall: Int64
        package init(monotonic: Int64, wall: Int64) {
            self.monotonic = monotonic
            self.wall = wall
        }
    }

    package static let tolerance = Interval.seconds(1)

    private let read: @Sendable () -> Reading
    private let onStep: @Sendable (Interval) -> Void
    /// Wall time minus monotonic time.
    private let offset: Locked<Int64>

    /// `onStep` gets how far the wall clock was set ahead (negative: back); it is called on the thread
    /// that noticed, with no lock held.
    package convenience init(onStep: @escaping @Sendable (Interval) -> Void = { _ in }) {
        self.init(read: Self.systemClocks, onStep: onStep)
    }

    init(read: @escaping @Sendable () -> Reading, onStep: @escaping @Sendable (Interval) -> Void) {
        self.read = read
        self.onStep = onStep
        let reading = read()
        offset = Locked(reading.wall - reading.monotonic)
    }

    package func now() -> Timestamp {
        let (time, step) = offset.withLock { offset in
            // Read under the lock: two threads must not see each other's older reading as a step.
            let reading = read()
            let drift = reading.wall - reading.monotonic - offset
            let isStep = abs(drift) > Self.tolerance.microseconds
            if isStep { offset += drift }
            return (reading.monotonic + offset, isStep ? drift : nil)
        }
        if let step { onStep(Interval(microseconds: step)) }
        return Timestamp(microseconds: time)
    }

    /// CLOCK_MONOTONIC, as systemd wants it in `MONOTONIC_USEC=`.
    package func monotonicMicroseconds() -> Int64 { read().monotonic }

    private static let systemClocks: @Sendable () -> Reading = {
        Reading(monotonic: SystemClock.monotonicMicroseconds(), wall: SystemClock.wall().microseconds)
    }
}
