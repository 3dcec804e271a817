// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GatewayCore

/// What share of the calls was refused at which pace, over minutes.
///
/// A test looks at a dozen calls, of which a few more or less may be refused by accident. What was seen at the same pace
/// and well above it before says whether the pace is the cause, and how fast it went well.
struct PaceShares: Sendable {
    /// Calls at about one pace, of which some were refused; older ones count less.
    struct Seen: Sendable {
        var calls = 0.0
        var refused = 0.0
        /// Sum over the calls, calls per second.
        fileprivate var paces = 0.0
        fileprivate var at = Timestamp.epoch

        var share: Double { refused / max(1, calls) }
        var pace: Double { paces / max(1e-9, calls) }

        fileprivate func faded(by: Timestamp) -> Seen {
            var faded = self
            let factor = exp2(-max(.zero, by - at).seconds / PaceShares.halfLife.seconds)
            faded.calls *= factor
            faded.refused *= factor
            faded.paces *= factor
            faded.at = by
            return faded
        }

        fileprivate static func + (one: Seen, other: Seen) -> Seen {
            var sum = one
            sum.calls += other.calls
            sum.refused += other.refused
            sum.paces += other.paces
            return sum
        }
    }

    /// Each about a seventh slower than the one before, from the contract on.
    private var steps = [Seen](repeating: Seen(), count: PaceShares.stepCount)

    private static let stepCount = 24
    private static let step = 0.85
    /// After so long a call counts half.
    private static let halfLife = Interval.seconds(60)
    /// Paces that are compared: about this one, and well above it.
    private static let lowest = 0.6
    private static let highest = 1.1
    private static let wellAbove = 1.3
    private static let fewestBelow = 8.0
    private static let fewestAbove = 12.0
    /// Standard deviations beyond which a difference is no accident.
    private static let significance = 2.0
    /// Of the share that is refused well above, at most so much is refused where the pace is the cause.
    private static let less = 0.7
    private static let fewestTaken = 10.0

    /// - Parameter pace: At which the call went, calls per second.
    mutating func add(isRefused: Bool, pace: Double, contract: Double, now: Timestamp) {
        guard pace > 0, contract > 0 else { return }
        let index = Int((log(min(1, pace / contract)) / log(Self.step)).rounded())
        let position = min(max(0, index), Self.stepCount - 1)
        var seen = steps[position].faded(by: now)
        seen.calls += 1
        seen.refused += isRefused ? 1 : 0
        seen.paces += pace
        steps[position] = seen
    }

    /// Only these calls count from now on: what was seen before had nothing to do with what begins.
    mutating func begin(with sample: PaceSample, contract: Double, now: Timestamp) {
        self = PaceShares()
        guard sample.rate > 0 else { return }
        for call in 0..<sample.calls {
            add(isRefused: call < sample.refused, pace: sample.rate, contract: contract, now: now)
        }
    }

    private func seen(now: Timestamp, where isMeant: (Double) -> Bool) -> Seen {
        steps.reduce(Seen()) { sum, one in one.calls > 0 && isMeant(one.pace) ? sum + one.faded(by: now) : sum }
    }

    /// The calls at about this pace.
    func about(_ pace: Double, now: Timestamp) -> Seen {
        seen(now: now) { $0 >= pace * Self.lowest && $0 <= pace * Self.highest }
    }

    /// Whether surely fewer are refused at about this pace than well above it: the pace is the cause.
    func showsThatLessHelps(at pace: Double, now: Timestamp) -> Bool {
        let below = about(pace, now: now)
        let above = seen(now: now) { $0 >= pace * Self.wellAbove }
        guard below.calls >= Self.fewestBelow, above.calls >= Self.fewestAbove else { return false }
        guard below.share <= above.share * Self.less else { return false }
        let all = (below.refused + above.refused) / (below.calls + above.calls)
        let deviation = (all * (1 - all) * (1 / below.calls + 1 / above.calls)).squareRoot()
        return above.share - below.share > Self.significance * deviation
    }

    /// Calls per second that came through for sure, at whatever pace: in any time the far end takes no more than in that
    /// time and a second, whether it counts by seconds or saves up.
    func surelyTaken(now: Timestamp) -> Double {
        let seen = steps.map { $0.faded(by: now) }
        var most = 0.0
        for first in seen.indices where seen[first].calls > 0 {
            var (calls, passed, seconds) = (0.0, 0.0, 0.0)
            for one in seen[first...] where one.calls > 0 {
                calls += one.calls
                passed += one.calls - one.refused
                seconds += one.calls / one.pace
                if calls >= Self.fewestTaken { most = max(most, passed / (seconds + 1)) }
            }
        }
        return most
    }
}
