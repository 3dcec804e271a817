// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// The only place of a process that reads clocks: *engine time*, which everything is measured and waited for by, and
/// what the civil clock says beside it.
///
/// Engine time is CLOCK_BOOTTIME plus a constant, so it runs evenly whatever becomes of the civil clock (CLOCK_REALTIME),
/// which an administrator or NTP may set at any time. At first it is the civil time of the start; ``goOn(bootOffset:)``
/// takes up that of a former process. May be used from any thread.
package final class SteadyClock: Sendable {
    /// The machine's clocks at one moment, in microseconds.
    package struct Reading: Sendable {
        /// CLOCK_BOOTTIME.
        package var boot: Int64
        /// CLOCK_REALTIME.
        package var civil: Int64
        package init(boot: Int64, civil: Int64) {
            self.boot = boot
            self.civil = civil
        }
    }

    private let read: @Sendable () -> Reading
    private let boot: @Sendable () -> Int64
    private let startedAt: Int64
    /// Engine time minus CLOCK_BOOTTIME.
    private let offset: Locked<Int64>
    private let goesOn = Locked(false)

    package convenience init() { self.init(read: Self.readBoth, boot: SystemClock.bootMicroseconds) }

    convenience init(read: @escaping @Sendable () -> Reading) { self.init(read: read, boot: { read().boot }) }

    private init(read: @escaping @Sendable () -> Reading, boot: @escaping @Sendable () -> Int64) {
        self.read = read
        self.boot = boot
        let reading = read()
        startedAt = reading.boot
        offset = Locked(reading.civil - reading.boot)
    }

    /// Engine time from now on is CLOCK_BOOTTIME plus this. Once, before anybody counts by it.
    package func goOn(bootOffset: Interval) {
        offset.withLock { $0 = bootOffset.microseconds }
        goesOn.withLock { $0 = true }
    }

    /// ``goOn(bootOffset:)`` was called: before, what engine time is to civil time is not known.
    package var hasGoneOn: Bool { goesOn.snapshot }

    /// Engine time.
    package func now() -> Timestamp { time(atBoot: boot()) }

    /// The engine time of a moment of CLOCK_BOOTTIME in microseconds, as the voice module's events bring it.
    package func time(atBoot microseconds: Int64) -> Timestamp {
        Timestamp(microseconds: microseconds + offset.snapshot)
    }

    /// Civil time minus engine time, now. Changes when the civil clock is set, and by what reading two clocks one after
    /// the other takes.
    package func civilOffset() -> Interval {
        let reading = read()
        return .microseconds(reading.civil - reading.boot - offset.snapshot)
    }

    /// Civil time: what a calendar and a wall clock say now.
    package func civil() -> Timestamp { Timestamp(microseconds: read().civil) }

    /// Both clocks at one moment.
    package func reading() -> Reading { read() }

    /// Since the process began.
    package func age() -> Interval { .microseconds(boot() - startedAt) }

    /// Apart by no more than a few microseconds, unless the thread is interrupted again and again between them.
    private static let readBoth: @Sendable () -> Reading = {
        var best = Reading(boot: 0, civil: 0)
        var shortest = Int64.max
        for _ in 0..<tries where shortest > tolerance {
            let before = SystemClock.bootMicroseconds()
            let civil = SystemClock.wall().microseconds
            let took = SystemClock.bootMicroseconds() - before
            guard took < shortest else { continue }
            shortest = took
            best = Reading(boot: before + took / 2, civil: civil)
        }
        return best
    }

    private static let tries = 8
    /// Microseconds.
    private static let tolerance: Int64 = 20
}
