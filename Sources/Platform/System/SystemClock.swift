// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Glibc

/// The kernel's clocks. Whoever has a ``SteadyClock`` reads that one instead. Any thread.
package enum SystemClock {
    /// CLOCK_REALTIME: what people and records call the time.
    package static func wall() -> Timestamp { Timestamp(microseconds: microseconds(CLOCK_REALTIME)) }

    /// CLOCK_MONOTONIC, for waits and durations.
    package static func monotonicMicroseconds() -> Int64 { microseconds(CLOCK_MONOTONIC) }

    /// CLOCK_BOOTTIME: as CLOCK_MONOTONIC, and goes on while the machine is suspended. Since the machine's start, so that
    /// two processes can compare theirs.
    package static func bootMicroseconds() -> Int64 { microseconds(CLOCK_BOOTTIME) }

    private static func microseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
