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
    /// The carrier demands that a Retry-After is obeyed to the letter (RFC 3261 21.5.4): it binds the whole trunk.
    package var obeysRetryAfter: Bool

    package init(
        name: String, callsPerSecond: Double, channels: Int, priority: Int = 1, weight: Int = 100, cost: Double = 0,
        rampUp: Interval = .zero, obeysRetryAfter: Bool = false
    ) {
        self.name = name
        self.callsPerSecond = callsPerSecond
        self.channels = channels
        self.priority = priority
        self.weight = weight
        self.cost = cost
        self.rampUp = rampUp
        self.obeysRetryAfter = obeysRetryAfter
    }
}

/// Whether a trunk can take a call now.
package enum TrunkAvailability: Equatable, Sendable {
    case ready
    /// The pace allows the next call then.
    case paced(until: Timestamp)
    /// It is left alone until then: it refuses, or asked for it (Retry-After).
    case blocked(until: Timestamp)
    /// All channels are in use; a call must end first.
    case full
}

/// Keeps one trunk to its contract, calls per second without bursts and channels, and to what it is believed to take.
package struct TrunkPacer: Sendable {
    package var limits: TrunkLimits {
        didSet {
            slots.setContract(limits.callsPerSecond)
            evidence.contract = limits.callsPerSecond
            evidence.obeysRetryAfter = limits.obeysRetryAfter
        }
    }
    package private(set) var activeCalls = 0
    package internal(set) var evidence: TrunkEvidence
    private var slots: CallSlots
    private var rampStart = Timestamp.epoch
    private var lastAdmission = Timestamp.epoch

    /// Share of the contract with which a ramp begins.
    package static let rampBegin = 0.1
    /// A trunk that was not used for so long begins anew.
    package static let idle = Interval.minutes(1)

    package init(limits: TrunkLimits) {
        self.limits = limits
        slots = CallSlots(contract: limits.callsPerSecond)
        evidence = TrunkEvidence(contract: limits.callsPerSecond)
        evidence.obeysRetryAfter = limits.obeysRetryAfter
    }

    /// Calls per second allowed now, to those who can wait a little.
    package func pace(now: Timestamp) -> Double { min(evidence.softPace(now: now), ramp(now: now)) }

    /// Calls per second allowed now to an action that cannot wait.
    func pressingPace(now: Timestamp) -> Double { min(evidence.pace(now: now), ramp(now: now)) }

    /// Why the pace is below the contract; nil: it is not.
    package func reason(now: Timestamp) -> PaceReason? {
        ramp(now: now) < evidence.pace(now: now) ? .rampUp : evidence.reason(now: now)
    }

    /// - Parameter isPressing: The call cannot wait: neither a long delay nor few answers hold it up.
    package func availability(isPressing: Bool = true, now: Timestamp) -> TrunkAvailability {
        if let until = evidence.wait(active: activeCalls, now: now) { return .blocked(until: until) }
        if activeCalls >= limits.channels { return .full }
        let paced = [slots.wait(now: now), isPressing ? nil : evidence.softWait(now: now)].compactMap { $0 }.max()
        return paced.map { .paced(until: $0) } ?? .ready
    }

    /// A call is about to be placed: takes a channel and a slot.
    ///
    /// - Parameters:
    ///   - number: Its digits; 0: unknown.
    ///   - isSuspect: Another trunk refused it, and nothing but the number explains that.
    /// - Returns: By which ``passed(_:now:)`` and ``ended(_:_:now:)`` know it.
    @discardableResult
    package mutating func admit(
        _ number: UInt64 = 0, isSuspect: Bool = false, isPressing: Bool = true, now: Timestamp
    ) -> Int {
        let serial = evidence.began(
            number, isSuspect: isSuspect, beside: activeCalls, isPressing: isPressing, now: now)
        activeCalls += 1
        if now - lastAdmission > Self.idle { rampStart = now }
        lastAdmission = now
        slots.letGo(pace: pressingPace(now: now), now: now)
        return serial
    }

    /// A call that a former process began takes a channel.
    package mutating func adopt() { activeCalls += 1 }

    /// The INVITE of the oldest call admitted has left by `now`, or never will.
    package mutating func sent(now: Timestamp) { slots.sent(pace: pressingPace(now: now), now: now) }

    /// The far end has taken the call on: it rings.
    package mutating func passed(_ serial: Int, now: Timestamp) { evidence.passed(serial, now: now) }

    /// A channel is free again.
    ///
    /// - Returns: Whom a refusal is believed to speak about.
    @discardableResult
    package mutating func ended(_ serial: Int, _ sign: CallSign, now: Timestamp) -> Belief {
        activeCalls = max(0, activeCalls - 1)
        if case .refused = sign {} else { evidence.channelFreed(now: now) }
        switch sign {
        case .passed:
            evidence.passed(serial, now: now)
            return .number
        case .refused(let refusal):
            return evidence.refused(serial, refusal, now: now)
        case .nothing:
            evidence.abandoned(serial, now: now)
            return .number
        }
    }

    /// What else became of a call that was admitted at `begun`.
    package mutating func learned(_ sample: CallSample, begun: Timestamp, now: Timestamp) {
        evidence.learned(sample, begun: begun, now: now)
    }

    /// What was learned is dropped: the contract is all that is known.
    package mutating func forget() { evidence.forget() }

    /// The trunk is of no use: it has to show anew that it works.
    package mutating func fell() { evidence.fell() }

    /// Longest time between two calls that try whether our credentials are taken again.
    package mutating func setChallengeGap(_ gap: Interval) { evidence.challengeGap = gap }

    /// The trunk was down and is up: it begins anew.
    package mutating func cameUp() { lastAdmission = .epoch }

    /// When the carrier may be called again after a Retry-After; nil when not blocked.
    package func blocked(now: Timestamp) -> Timestamp? { evidence.blocked(now: now) }

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
