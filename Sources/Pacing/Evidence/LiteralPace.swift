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

    /// Pace after the last decrease; nil: it never fell.
    private var floor: Double?
    /// From then on it recovers.
    private var since = Timestamp.epoch
    private var lastDecrease = Timestamp.epoch
    /// What the far end is known to take.
    private var known = 0.0
    /// Growth around `known`, calls per second in a second.
    private var creep = 0.0

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
    /// Between what is taken and where the creeping begins and ends.
    private static let around = 0.05
    private static let creepTime = Interval.seconds(10)
    /// Times the Retry-After.
    private static let patience = 30.0
    /// Answers to what was under way say the same thing again.
    private static let decreaseInterval = Interval.milliseconds(500)

    init(contract: Double) { self.contract = contract }

    /// Calls per second allowed now.
    func pace(now: Timestamp) -> Double {
        guard let floor else { return contract }
        return min(contract, recovered(from: floor, after: max(0, (now - since).seconds)))
    }

    /// Why it is below the contract now.
    func reason(now: Timestamp) -> PaceReason? { pace(now: now) < contract ? reason : nil }

    mutating func sent(now: Timestamp) { sent.add(now) }

    /// An INVITE that left at `begun` was answered with "no room".
    mutating func refused(retryAfter: Interval?, begun: Timestamp, now: Timestamp) {
        guard floor == nil || begun >= lastDecrease else { return }
        refused.add(now)
        guard floor == nil || now - lastDecrease >= Self.decreaseInterval else { return }
        let count = Double(refused.count(now: now))
        let calls = max(count, Double(sent.count(now: now)))
        let share = count / calls
        guard share > Self.tolerated || retryAfter != nil else { return }
        let before = pace(now: now)
        let taken = before * max(calls < Self.fewCalls ? Self.surprise : Self.mostDecrease, 1 - share)
        let isExpected = known > 0 && before < known * (1 + 4 * Self.around) && before > known * (1 - 4 * Self.around)
        let factor: Double
        if isExpected {
            factor = Self.mildest
        } else if retryAfter != nil {
            factor = Self.surprise
        } else {
            factor = 0.97
        }
        // When most are refused, what was taken says little: it may be over in a moment.
        decrease(to: min(before * Self.mildest, taken * factor), known: share < 0.5 ? taken : 0, now: now)
        let wait = retryAfter.map { min($0, .minutes(10)) } ?? .zero
        creep = known * Self.around / max(Self.creepTime, wait * Self.patience).seconds
        since = now + wait
        reason = .refused(taken: taken)
    }

    private mutating func decrease(to pace: Double, known: Double, now: Timestamp) {
        floor = max(pace, contract * Self.least, 0.01)
        self.known = known
        lastDecrease = now
        sent.removeAll()
        refused.removeAll()
    }

    /// Fast to just below what is known, creeping past it, fast again.
    private func recovered(from floor: Double, after seconds: Double) -> Double {
        let fast = contract * Self.climb
        var pace = floor
        var left = seconds
        for (limit, growth) in [(known * (1 - Self.around), fast), (known * (1 + Self.around), min(fast, creep))]
        where pace < limit {
            let needed = (limit - pace) / max(growth, 1e-9)
            guard needed < left else { return pace + left * growth }
            pace = limit
            left -= needed
        }
        return pace + left * fast
    }
}
