// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What a carrier's contract allows on one trunk.
package struct TrunkLimits: Equatable, Sendable {
    package var name: String
    package var callsPerSecond: Double
    /// Simultaneous calls.
    package var channels: Int
    /// Lower first; a higher one is used when all lower ones are down, full or blocked.
    package var priority: Int
    /// Share among trunks of one priority and cost.
    package var weight: Int
    /// Of a call, to compare: among trunks of one priority that can take a call now, the cheapest does.
    package var cost: Double
    /// How long a trunk that begins takes to its full pace.
    package var rampUp: Interval

    package init(
        name: String, callsPerSecond: Double, channels: Int, priority: Int = 1, weight: Int = 100, cost: Double = 0,
        rampUp: Interval = .zero
    ) {
        self.name = name
        self.callsPerSecond = callsPerSecond
        self.channels = channels
        self.priority = priority
        self.weight = weight
        self.cost = cost
        self.rampUp = rampUp
    }
}

/// Whether a trunk can take a call now.
package enum TrunkAvailability: Equatable, Sendable {
    case ready
    /// The pace allows the next call then.
    case paced(until: Timestamp)
    /// Asked to stay away (Retry-After).
    case blocked(until: Timestamp)
    /// All channels are in use; a call must end first.
    case full
    case down
}

/// Keeps one trunk to its contract: calls per second without bursts, channels, and a pace that falls when the
/// carrier says, or shows, that it has no room.
package struct TrunkPacer: Sendable {
    package var limits: TrunkLimits {
        didSet {
            slots.setContract(limits.callsPerSecond)
            control.contract = limits.callsPerSecond
        }
    }
    package private(set) var activeCalls = 0
    private var slots: CallSlots
    private var control: PaceControl
    private var blockedUntil = Timestamp.epoch
    private var rampStart = Timestamp.epoch
    private var lastAdmission = Timestamp.epoch

    /// A Retry-After beyond this is taken as this: a carrier's typing error must not silence an action.
    private static let longestBlock = Interval.minutes(10)
    /// Share of the contract with which a ramp begins.
    package static let rampBegin = 0.1
    /// A trunk that was not used for so long begins anew.
    package static let idle = Interval.minutes(1)

    package init(limits: TrunkLimits) {
        self.limits = limits
        slots = CallSlots(contract: limits.callsPerSecond)
        control = PaceControl(contract: limits.callsPerSecond)
    }

    /// Calls per second allowed now.
    package func pace(now: Timestamp) -> Double { min(control.pace(now: now), ramp(now: now)) }

    /// Why the pace is below the contract; nil: it is not.
    package func reason(now: Timestamp) -> PaceReason? {
        ramp(now: now) < control.pace(now: now) ? .rampUp : control.reason(now: now)
    }

    package func availability(now: Timestamp) -> TrunkAvailability {
        if now < blockedUntil { return .blocked(until: blockedUntil) }
        if activeCalls >= limits.channels { return .full }
        return slots.wait(now: now).map { .paced(until: $0) } ?? .ready
    }

    /// A call is about to be placed: takes a channel and a slot.
    package mutating func admit(now: Timestamp) {
        activeCalls += 1
        if now - lastAdmission > Self.idle { rampStart = now }
        lastAdmission = now
        slots.letGo(pace: pace(now: now), now: now)
    }

    /// The INVITE of the oldest call admitted has left by `now`, or never will.
    package mutating func sent(now: Timestamp) {
        control.sent(now: now)
        slots.sent(pace: pace(now: now), now: now)
    }

    /// A channel is free again.
    package mutating func release() {
        activeCalls = max(0, activeCalls - 1)
    }

    /// The carrier had no room for a call that was admitted at `begun`.
    package mutating func congested(retryAfter: Interval?, begun: Timestamp, now: Timestamp) {
        if let retryAfter {
            blockedUntil = max(blockedUntil, now + min(retryAfter, Self.longestBlock))
        }
        control.refused(retryAfter: retryAfter, begun: begun, now: now)
    }

    /// What else became of a call that was admitted at `begun`.
    package mutating func learned(_ sample: CallSample, begun: Timestamp, now: Timestamp) {
        control.learned(sample, begun: begun, now: now)
    }

    /// The trunk was down and is up: it begins anew.
    package mutating func cameUp() { lastAdmission = .epoch }

    /// When the carrier may be called again after a Retry-After; nil when not blocked.
    package func blocked(now: Timestamp) -> Timestamp? { now < blockedUntil ? blockedUntil : nil }

    /// How far its ramp has come; nil: it begins anew with the next call.
    package func rampElapsed(now: Timestamp) -> Interval? {
        now - lastAdmission > Self.idle ? nil : max(.zero, now - rampStart)
    }

    private func ramp(now: Timestamp) -> Double {
        guard limits.rampUp > .zero else { return .infinity }
        let elapsed = now - lastAdmission > Self.idle ? 0 : (now - rampStart).seconds / limits.rampUp.seconds
        return elapsed >= 1 ? .infinity : limits.callsPerSecond * (Self.rampBegin + (1 - Self.rampBegin) * elapsed)
    }
}
