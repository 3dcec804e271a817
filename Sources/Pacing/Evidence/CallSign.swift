// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Why a far end did not take a call, when that may say something about more than the number (docs/pace.md).
package struct Refusal: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        /// 5xx, 408, 403 and what else a network answers in the callee's stead.
        case network
        /// 401 or 407 that our credentials did not satisfy.
        ///
        /// - Parameter isOurs: Credentials for its realm are configured, and were refused.
        case challenge(realm: String, isOurs: Bool)
    }

    package var kind: Kind
    package var sipCode: Int
    /// RFC 3261 20.33.
    package var retryAfter: Interval?

    package init(_ kind: Kind = .network, sipCode: Int = 503, retryAfter: Interval? = nil) {
        self.kind = kind
        self.sipCode = sipCode
        self.retryAfter = retryAfter
    }
}

/// What the end of a call says about the way to its number.
package enum CallSign: Equatable, Sendable {
    /// It came through to the callee, or to a network that knows the callee.
    case passed
    /// The far end, or somebody behind it, had something against the call.
    case refused(Refusal)
    /// Nothing: we gave it up, or it never left. Silence is judged by ``TrunkTargets``.
    case nothing

    /// - Parameter failure: nil: the call was answered.
    package init(_ end: CallEnd, _ failure: FailureClass?) {
        switch failure {
        case nil, .busy, .unavailable, .noAnswer, .invalidNumber, .mediaRefused, .rejected, .redirected:
            self = end.fromWire || failure == nil || end.ownReason == .ringTimeout ? .passed : .nothing
        case .congestion, .forbidden, .loop, .otherFailure, .unreachable:
            self =
                end.fromWire && end.sipCode >= 300
                ? .refused(Refusal(sipCode: end.sipCode, retryAfter: end.retryAfter)) : .nothing
        case .authentication:
            let kind = end.challenge.map { Refusal.Kind.challenge(realm: $0.realm, isOurs: $0.isOurs) } ?? .network
            self = .refused(Refusal(kind, sipCode: end.sipCode, retryAfter: end.retryAfter))
        case .abandoned:
            self = .nothing
        }
    }
}

/// Whom a refusal is believed to speak about.
package enum Belief: Equatable, Sendable {
    /// The number that was called. So is every refusal until others say the same.
    case number
    /// So many different numbers are refused that it is not known whether it speaks about this one.
    case unclear
    /// All numbers that begin with the digits of a learned route.
    case route
    /// The trunk has less room than its contract says.
    case pace
    /// The trunk refuses everybody.
    case trunk
}

/// When something that is left alone is tried again: by single calls, ever more seldom.
struct TrialSchedule: Sendable {
    /// From one trial to the next.
    private(set) var gap: Interval
    private(set) var next: Timestamp
    /// Trials that came through since it is left alone.
    private(set) var passes = 0
    private let growth: Double
    private let longest: Interval
    private var begun: Timestamp?

    /// A trial that nothing comes of holds up the next one no longer than this.
    private static let patience = Interval.seconds(2)

    init(first: Interval, growth: Double, longest: Interval, now: Timestamp) {
        gap = first
        self.growth = growth
        self.longest = longest
        next = now + first
    }

    /// nil: now; `most`: the longest gap, where it may be shorter than the schedule's own.
    func wait(most: Interval? = nil, now: Timestamp) -> Timestamp? {
        if let begun, now < begun + Self.patience { return begun + Self.patience }
        let due = most.map { min(next, next - gap + min(gap, $0)) } ?? next
        return now < due ? due : nil
    }

    mutating func began(now: Timestamp) {
        begun = now
        next = now + gap
    }

    mutating func refused(now: Timestamp) {
        begun = nil
        passes = 0
        gap = min(gap * growth, longest)
        next = max(next, now)
    }

    mutating func passed(now: Timestamp) {
        begun = nil
        passes += 1
        next = now
    }

    /// It says nothing after all.
    mutating func abandoned(now: Timestamp) { begun = nil }

    /// It was refused for a reason of its own: another one soon.
    mutating func toldNothing(now: Timestamp) {
        begun = nil
        next = now + min(gap, Self.soon)
    }

    private static let soon = Interval.milliseconds(500)
}
