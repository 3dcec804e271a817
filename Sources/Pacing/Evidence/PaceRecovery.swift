// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// How a pace comes back after it fell: fast to just below what is known to be taken, creeping past it, fast again.
struct PaceRecovery: Sendable {
    /// Pace after the decrease, calls per second.
    var floor: Double
    /// From then on it recovers.
    var since: Timestamp
    /// What the far end is known to take; 0: nothing is known.
    var known: Double
    /// Growth around `known`, calls per second in a second.
    var creep: Double

    /// Between what is taken and where the creeping begins and ends.
    static let around = 0.05
    /// Of few calls a second it is known less well how many are taken.
    static func creepTime(known: Double) -> Interval { .seconds(20 * min(1, max(0.25, known / 8))) }

    /// Whether a pace is about what is known, so that a refusal is no surprise.
    static func isExpected(_ pace: Double, known: Double) -> Bool {
        known > 0 && pace < known * (1 + 4 * around) && pace > known * (1 - 4 * around)
    }

    /// - Parameter fast: Growth away from `known`, calls per second in a second.
    func pace(fast: Double, now: Timestamp) -> Double {
        var pace = floor
        var left = max(0, (now - since).seconds)
        let around = Self.around
        for (limit, growth) in [(known * (1 - around), fast), (known * (1 + around), min(fast, creep))]
        where pace < limit {
            let needed = (limit - pace) / max(growth, 1e-9)
            guard needed < left else { return pace + left * growth }
            pace = limit
            left -= needed
        }
        return pace + left * fast
    }
}
