// SPDX-License-Identifier: GPL-3.0-or-later
import SMPP

/// How long to wait before the next attempt: doubles with each one, and is spread at random between half and whole,
/// so that many binds that went down together do not come back together.
struct Backoff {
    private var failures = 0

    /// Microseconds; `random` is 0 up to 1.
    mutating func next(minimum: Int64, maximum: Int64, random: Double) -> Int64 {
        let least = max(1000, minimum)
        var whole = least
        for _ in 0..<failures where whole < maximum { whole *= 2 }
        whole = min(whole, max(least, maximum))
        failures += 1
        return whole / 2 + Int64(Double(whole - whole / 2) * min(1, max(0, random)))
    }

    /// The last connection was a good one.
    mutating func reset() { failures = 0 }
}

extension CommandStatus {
    /// A bind refused with it may be taken a moment later: the SMSC is busy, or has not noticed yet that the
    /// connection before is gone.
    var passesByItself: Bool {
        [.alreadyBound, .systemError, .messageQueueFull, .throttled, .temporaryApplicationError].contains(self)
    }
}
