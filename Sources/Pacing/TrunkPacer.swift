// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What a carrier's contract allows on one trunk.
public struct TrunkLimits: Equatable, Sendable {
    public var name: String
    public var callsPerSecond: Double
    /// Simultaneous calls.
    public var channels: Int
    /// Lower first; a higher one is used when all lower ones are down, full or blocked.
    public var priority: Int
    /// Share among trunks of one priority.
    public var weight: Int

    public init(name: String, callsPerSecond: Double, channels: Int, priority: Int = 1, weight: Int = 100) {
        self.name = name
        self.callsPerSecond = callsPerSecond
        self.channels = channels
        self.priority = priority
        self.weight = weight
    }
}

/// Whether a trunk can take a call now.
public enum TrunkAvailability: Equatable, Sendable {
    case ready
    /// The pace allows the next call then.
    case paced(until: Timestamp)
    /// Asked to stay away (Retry-After).
    case blocked(until: Timestamp)
    /// All channels are in use; a call must end first.
    case full
    case down
}

/// Keeps one trunk to its contract: calls per second without bursts, channels, and a pace that
/// falls when the carrier says that it has no room.
///
/// A GCRA (ITU-T I.371) with a tolerance of a few milliseconds spreads the calls evenly, so that a late timer costs
/// no throughput; the log of what left keeps the contract: no second sees more calls than it allows.
public struct TrunkPacer: Sendable {
    public var limits: TrunkLimits {
        didSet { if limits.callsPerSecond != oldValue.callsPerSecond { log.resize(perSecond: limits.callsPerSecond) } }
    }
    public private(set) var activeCalls = 0
    /// Share of the contract that is used now, 0.02 to 1.
    private var factor = 1.0
    private var factorChanged = Timestamp.epoch
    private var nextSlot = Timestamp.epoch
    private var log: SendingLog
    private var blockedUntil = Timestamp.epoch
    private var lastDecrease = Timestamp.epoch
    /// What journal and voice module take at least between admission and sending.
    private var leastDelay = Interval.milliseconds(50)

    /// Multiplicative decrease, at most once a second: answers to calls already under way say the
    /// same thing again.
    private static let decrease = 0.7
    private static let decreaseInterval = Interval.seconds(1)
    /// Additive recovery, share of the contract per second.
    private static let recoveryPerSecond = 0.02
    private static let leastFactor = 0.02
    /// A Retry-After beyond this is taken as this: a carrier's typing error must not silence an action.
    private static let longestBlock = Interval.minutes(10)
    /// A call that has not left so much later than it should have holds up the next ones, or they would leave
    /// bunched; how often it is looked at again, should its report not come first.
    private static let patience = Interval.milliseconds(20)
    /// Sending later than planned by this moves the slots after it.
    private static let slack = Interval.milliseconds(5)

    public init(limits: TrunkLimits) {
        self.limits = limits
        log = SendingLog(perSecond: limits.callsPerSecond)
    }

    private var tolerance: Interval { .milliseconds(limits.callsPerSecond > 200 ? 10 : 5) }

    /// Calls per second allowed now.
    public func pace(now: Timestamp) -> Double {
        let recovered = factor + max(0, (now - factorChanged).seconds) * Self.recoveryPerSecond
        return limits.callsPerSecond * min(1, recovered)
    }

    public func availability(now: Timestamp) -> TrunkAvailability {
        if now < blockedUntil { return .blocked(until: blockedUntil) }
        if activeCalls >= limits.channels { return .full }
        let earliest = max(nextSlot - tolerance, log.earliest(now: now))
        if now < earliest { return .paced(until: earliest) }
        if let since = log.waiting(now: now), now - since > leastDelay + Self.patience {
            return .paced(until: now + Self.patience)
        }
        return .ready
    }

    /// A call is about to be placed: takes a channel and a slot.
    public mutating func admit(now: Timestamp) {
        activeCalls += 1
        nextSlot = max(nextSlot, now) + interval(now: now)
        log.letGo(now: now)
    }

    /// The INVITE of the oldest call admitted has left by `now`, or never will. What the way there takes each time
    /// shifts all calls alike; when it took longer than that, the next slot counts from the sending, or two calls
    /// would leave too close together.
    public mutating func sent(now: Timestamp) {
        guard let delay = log.sent(now: now) else { return }
        // The least there was, slowly forgotten: a disk can become slower for good.
        leastDelay = min(delay, leastDelay + .microseconds(100))
        let slots = interval(now: now) * Double(log.underWay + 1)
        nextSlot = max(nextSlot, now + slots - leastDelay - Self.slack)
    }

    /// A channel is free again.
    public mutating func release() {
        activeCalls = max(0, activeCalls - 1)
    }

    /// The carrier answered 5xx.
    public mutating func congested(retryAfter: Interval?, now: Timestamp) {
        if let retryAfter {
            blockedUntil = max(blockedUntil, now + min(retryAfter, Self.longestBlock))
        }
        guard now - lastDecrease >= Self.decreaseInterval else { return }
        factor = max(Self.leastFactor, pace(now: now) / limits.callsPerSecond * Self.decrease)
        factorChanged = max(now, blockedUntil)
        lastDecrease = now
    }

    /// When the carrier may be called again after a Retry-After; nil when not blocked.
    public func blocked(now: Timestamp) -> Timestamp? { now < blockedUntil ? blockedUntil : nil }

    private func interval(now: Timestamp) -> Interval {
        .microseconds(Int64((1e6 / max(pace(now: now), 0.001)).rounded(.up)))
    }
}
