// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What a carrier's trunk lets through: calls at the same time, new calls a second.
///
/// A token bucket (rate ``Scenario/callsPerSecond``, depth ``Scenario/burst``) for new calls; the time
/// is the caller's.
package struct TrunkLimits: Sendable {
    package enum Verdict: Equatable, Sendable {
        case admitted
        case refused(Response, limit: Limit)
    }

    package enum Limit: String, Sendable {
        case channels
        case callsPerSecond = "calls-per-second"
    }

    package let channels: Int
    package let callsPerSecond: Double
    package let burst: Double
    private var tokens: Double
    private var filledAt: Timestamp?

    package init(channels: Int, callsPerSecond: Double, burst: Int) {
        self.channels = channels
        self.callsPerSecond = callsPerSecond
        self.burst = burst > 0 ? Double(burst) : max(2, (callsPerSecond / 4).rounded(.up))
        tokens = self.burst
    }

    /// - Parameter active: admitted calls that have not ended.
    package mutating func admit(active: Int, at now: Timestamp) -> Verdict {
        if channels > 0, active >= channels {
            // Q.850 34: no circuit available.
            return .refused(Response(503, q850Cause: 34), limit: .channels)
        }
        guard callsPerSecond > 0 else { return .admitted }
        if let filledAt, now > filledAt {
            tokens = min(burst, tokens + (now - filledAt).seconds * callsPerSecond)
        }
        filledAt = max(filledAt ?? now, now)
        guard tokens >= 1 else {
            // Whole seconds are all that Retry-After can say (RFC 3261 20.33). Q.850 42: switch congestion.
            let wait = max(1, Int(((1 - tokens) / callsPerSecond).rounded(.up)))
            return .refused(Response(503, q850Cause: 42, retryAfterSeconds: wait), limit: .callsPerSecond)
        }
        tokens -= 1
        return .admitted
    }
}
