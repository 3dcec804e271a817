// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Lets N submits a second through: a token bucket that holds a tenth of a second's worth, one at least.
struct SubmitBucket: Sendable {
    private let rate: Double
    private let capacity: Double
    private var tokens: Double
    private var filledAt: Timestamp?

    /// - Parameter rate: a second; 0: no limit.
    init(rate: Double) {
        self.rate = rate
        capacity = max(1, rate / 10)
        tokens = capacity
    }

    /// False: throttled.
    mutating func take(at now: Timestamp) -> Bool {
        guard rate > 0 else { return true }
        if let filledAt, now > filledAt {
            tokens = min(capacity, tokens + (now - filledAt).seconds * rate)
        }
        filledAt = max(filledAt ?? now, now)
        // Rounding must not cost a token that is there.
        guard tokens >= 1 - 1e-9 else { return false }
        tokens -= 1
        return true
    }
}
