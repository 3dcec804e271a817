// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Lets calls go at a rate: evenly, without a burst, and never above it at the socket.
///
/// A GCRA (ITU-T I.371) with a tolerance of a few milliseconds spreads the calls, so that a late timer costs no
/// throughput; the log of what left keeps the contract: no second, wherever it begins, sees more calls than it allows.
struct CallSlots: Sendable {
    /// Calls per second that are never exceeded.
    private(set) var contract: Double
    private var next = Timestamp.epoch
    private var log: SendingLog
    /// What journal and voice module take at least between letting go and sending.
    private var leastDelay = Interval.milliseconds(50)

    /// A call that has not left so much later than it should have holds up the next ones, or they would leave
    /// bunched; it is looked at again so often, should its report not come first.
    private static let patience = Interval.milliseconds(20)
    /// Sending later than planned by this moves the slots after it.
    private static let slack = Interval.milliseconds(5)

    init(contract: Double) {
        self.contract = contract
        log = SendingLog(perSecond: contract)
    }

    mutating func setContract(_ contract: Double) {
        guard contract != self.contract else { return }
        self.contract = contract
        log.resize(perSecond: contract)
    }

    private var tolerance: Interval { .milliseconds(contract > 200 ? 10 : 5) }

    /// When the next call may go; nil: now.
    func wait(now: Timestamp) -> Timestamp? {
        let earliest = max(next - tolerance, log.earliest(now: now))
        if now < earliest { return earliest }
        guard let since = log.waiting(now: now), now - since > leastDelay + Self.patience else { return nil }
        return now + Self.patience
    }

    /// A call goes; the next one at `pace`.
    mutating func letGo(pace: Double, now: Timestamp) {
        next = max(next, now) + Self.interval(pace)
        log.letGo(now: now)
    }

    /// The oldest call that was let go has left by `now`, or never will. What the way there takes each time shifts
    /// all calls alike; when it took longer than that, the next slot counts from the sending, or two calls would
    /// leave too close together.
    mutating func sent(pace: Double, now: Timestamp) {
        guard let delay = log.sent(now: now) else { return }
        // The least there was, slowly forgotten: a disk can become slower for good.
        leastDelay = min(delay, leastDelay + .microseconds(100))
        let slots = Self.interval(pace) * Double(log.underWay + 1)
        next = max(next, now + slots - leastDelay - Self.slack)
    }

    private static func interval(_ pace: Double) -> Interval {
        .microseconds(Int64((1e6 / max(pace, 0.001)).rounded(.up)))
    }
}
