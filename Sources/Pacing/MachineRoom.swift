// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What this machine has for calls: so many at a time, by its ports and descriptors. When they run out all the same,
/// calls wait: nothing of it is a trunk's or a number's fault.
package struct MachineRoom: Sendable {
    /// Calls at a time; nil: not known.
    package var capacity: Int?
    /// A call found nothing left; nil: the last one did not.
    private var shortage: (until: Timestamp, times: Int)?

    private static let firstRest = Interval.milliseconds(250)
    private static let longestRest = Interval.seconds(5)

    package init() {}

    /// A call found nothing left.
    package var isLacking: Bool { shortage != nil }

    /// Until when no call is begun; nil: one may be.
    package func wait(active: Int, now: Timestamp) -> TrunkChoice? {
        if let capacity, active >= capacity { return .noneFree }
        guard let shortage, shortage.until > now else { return nil }
        return .wait(until: shortage.until)
    }

    /// A call found no descriptor, port or memory.
    ///
    /// - Returns: Whether that is new.
    package mutating func lacking(now: Timestamp) -> Bool {
        // Those that were begun together say it together.
        if let shortage, shortage.until > now { return false }
        let times = shortage?.times ?? 0
        shortage = (now + min(Self.longestRest, Self.firstRest * Double(1 << min(times, 5))), times + 1)
        return times == 0
    }

    /// A call is over: what it had is free.
    package mutating func freed(now: Timestamp) { shortage?.until = now }

    /// A call has left.
    package mutating func found() { shortage = nil }
}
