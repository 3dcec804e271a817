// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Finds the pace of a carrier whose every refusal must be taken for its word, and costs the time of its Retry-After:
/// multiplicative decrease, additive recovery.
///
/// A refusal (503 and its like) says that the capacity lies a little below the pace of now: `known` is what was
/// taken. After a surprise the pace falls far, then climbs fast to just below what is known, creeps past it, and
/// climbs fast again once it is past: then there is more than was known. A refusal while it creeps is no surprise
/// and costs little. A carrier that sends Retry-After makes each try dear, so the creeping takes thirty times as long
/// as it wants to be left alone.
struct LiteralPace: Sendable {
    /// What the contract allows, calls per second.
    var contract: Double
    private(set) var reason: PaceReason?
    /// When the pace fell.
    private(set) var reasonSince = Timestamp.epoch

    /// nil: the pace never fell.
    private var recovery: PaceRecovery?
    private var lastDecrease = Timestamp.epoch

    /// Calls that left, and those refused, since the last decrease.
    private var sent = SlidingCount(slice: .milliseconds(100))
    private var refused = SlidingCount(slice: .milliseconds(100))

    /// Share of the contract by which the pace climbs in a second.
    private static let climb = 0.02
    private static let least = 0.02
    /// Refusals of one in a hundred calls mean a route or a number, not the trunk.
    private static let tolerated = 0.02
    private static let mostDecrease = 0.3
    private static let surprise = 0.7
    private static let mildest = 0.95
    /// They show no share.
    private static let fewCalls = 5.0
    /// Times the Retry-After.
    private static let patience = 30.0
    /// Answers to what was under way say the same thing again.
    private static let decreaseInterval = Interval.milliseconds(500)

    init(contract: Double) { self.contract = contract }

    /// Calls per second allowed now.
    func pace(now: Timestamp) -> Double {
        recovery.map { min(contract, $0.pace(fast: contract * Self.climb, now: now)) } ?? contract
    }

    /// Why it is below the contract now.
    func reason(now: Timestamp) -> PaceReason? { pace(now: now) < contract ? reason : nil }

    mutating func sent(now: Timestamp) { sent.add(now) }

    /// An INVITE that left at `begun` was answered with "no room".
    mutating func refused(retryAfter: Interval?, begun: Timestamp, now: Timestamp) {
        guard recovery == nil || begun >= lastDecrease else { return }
        refused.add(now)
        guard recovery == nil || now - lastDecrease >= Self.decreaseInterval else { return }
        let count = Double(refused.count(now: now))
        let calls = max(count, Double(sent.count(now: now)))
        let share = count / calls
        guard share > Self.tolerated || retryAfter != nil else { return }
        let before = pace(now: now)
        if before >= contract { reasonSince = now }
        let taken = before * max(calls < Self.fewCalls ? Self.surprise : Self.mostDecrease, 1 - share)
        let isExpected = PaceRecovery.isExpected(before, known: recovery?.known ?? 0)
        let factor: Double
        if isExpected {
            factor = Self.mildest
        } else if retryAfter != nil {
            factor = Self.surprise
        } else {
            factor = 0.97
        }
        // When most are refused, what was taken says little: it may be over in a moment.
        let known = share < 0.5 ? taken : 0
        let wait = retryAfter.map { min($0, .minutes(10)) } ?? .zero
        recovery = PaceRecovery(
            floor: max(min(before * Self.mildest, taken * factor), contract * Self.least, 0.01), since: now + wait,
            known: known,
            creep: known * PaceRecovery.around / max(PaceRecovery.creepTime(known: known), wait * Self.patience).seconds
        )
        reason = .refused(taken: taken)
        lastDecrease = now
        sent.removeAll()
        refused.removeAll()
    }
}
