// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What one call says of a trunk's health, beside its refusal.
package enum CallSample: Equatable, Sendable {
    /// From the INVITE to ringing, answer or the carrier's final answer.
    case delay(Interval)
    /// The first call to somebody was answered, or not. Later ones are to those who did not answer before.
    case answered(Bool)
}

/// Notices when a trunk's calls take longer to ring than usual, or are answered by fewer than usual.
struct CallQuality: Sendable {
    private var delay = Drift(recentSamples: 32, usualSamples: 512)
    private var answers = Drift(recentSamples: 64, usualSamples: 512)

    /// A delay that is noticed is so much longer, and so many times as long.
    private static let delayMargin = 0.5
    private static let delayTimes = 2.0
    /// A ratio that is noticed is below this share of the usual one.
    private static let answerShare = 0.4
    private static let leastUsualRatio = 0.1
    private static let longestDelay = 30.0
    /// What has changed by less has not changed.
    private static let betterBy = 0.2

    mutating func add(_ sample: CallSample, now: Timestamp) -> PaceReason? {
        switch sample {
        case .delay(let interval):
            delay.add(min(interval.seconds, Self.longestDelay), now: now)
            guard delay.isKnown(now: now), delay.recent > delay.usual * Self.delayTimes + Self.delayMargin else {
                return nil
            }
            return .slow(delay: .seconds(delay.recent), usual: .seconds(delay.usual))
        case .answered(let isAnswered):
            answers.add(isAnswered ? 1 : 0, now: now)
            guard answers.isKnown(now: now), answers.usual >= Self.leastUsualRatio,
                answers.recent < answers.usual * Self.answerShare
            else { return nil }
            return .unanswered(ratio: answers.recent, usual: answers.usual)
        }
    }

    /// What follows is judged by calls at the lower pace.
    mutating func decreased() {
        delay.forgetRecent()
        answers.forgetRecent()
    }

    /// Whether the same complaint is weaker now than it was; nil: too few calls have shown it yet.
    func hasImproved(since complaint: PaceReason) -> Bool? {
        switch complaint {
        case .slow(let before, _):
            delay.isRecentKnown ? delay.recent < before.seconds * (1 - Self.betterBy) : nil
        case .unanswered(let before, _):
            answers.isRecentKnown ? answers.recent > before * (1 + Self.betterBy) : nil
        case .refused, .rampUp: nil
        }
    }
}

/// Slows the calls that can wait when they take longer to ring than usual, or fewer are answered, and when that is seen
/// to help. Calls of a life-threat action go at the full pace: neither delay nor silence is a refusal.
struct SoftPace: Sendable {
    /// Why; nil: it is not slowed.
    private(set) var reason: PaceReason?
    /// Share of the contract after the last decrease.
    private var factor = 1.0
    private var since = Timestamp.epoch
    /// The complaint whose decrease has not shown yet whether it helps.
    private var test: PaceReason?
    private var quietUntil = Timestamp.epoch
    private var quality = CallQuality()
    /// Of the next call that can wait.
    private var next = Timestamp.epoch

    /// Share of the contract by which the pace climbs in a second.
    private static let climb = 0.02
    private static let decrease = 0.8
    /// Delay and answers are weather as well: they never take more.
    private static let least = 0.4
    private static let interval = Interval.seconds(10)
    /// It did not help.
    private static let respite = Interval.minutes(10)

    /// Share of the contract, 0.4 to 1.
    func share(now: Timestamp) -> Double {
        factor >= 1 ? 1 : min(1, factor + max(0, (now - since).seconds) * Self.climb)
    }

    /// nil: a call that can wait may go now.
    func wait(now: Timestamp) -> Timestamp? { now < next ? next : nil }

    mutating func letGo(contract: Double, now: Timestamp) {
        let share = share(now: now)
        guard share < 1 else { return }
        next = max(next, now) + .seconds(1 / max(0.001, contract * share))
    }

    /// What became of a call that left at `begun`.
    mutating func learned(_ sample: CallSample, begun: Timestamp, now: Timestamp) {
        guard begun >= since || factor >= 1 else { return }
        let complaint = quality.add(sample, now: now)
        if let test, let hasImproved = quality.hasImproved(since: test) {
            self.test = nil
            if !hasImproved {
                factor = 1
                reason = nil
                quietUntil = now + Self.respite
            }
            return
        }
        guard test == nil, let complaint, now >= quietUntil, now - since >= Self.interval else { return }
        let before = share(now: now)
        let lower = max(before * Self.decrease, Self.least)
        guard lower < before else { return }
        factor = lower
        since = now
        reason = complaint
        test = complaint
        quality.decreased()
    }
}

/// Two moving means of one figure, of now and of a long time.
private struct Drift: Sendable {
    private(set) var recent = 0.0
    private(set) var usual = 0.0
    private var recentCount = 0.0
    private var usualCount = 0.0
    private var first = Timestamp.epoch
    private var last = Timestamp.epoch
    private let recentSamples: Double
    private let usualSamples: Double

    /// Before, those who answer are counted and those whom it rings out are not yet.
    private static let settling = Interval.minutes(2)
    private static let pause = Interval.minutes(1)

    init(recentSamples: Double, usualSamples: Double) {
        self.recentSamples = recentSamples
        self.usualSamples = usualSamples
    }

    mutating func add(_ value: Double, now: Timestamp) {
        if now - last > Self.pause {
            first = now
            forgetRecent()
        }
        last = now
        recentCount = min(recentCount + 1, recentSamples)
        recent += (value - recent) / recentCount
        usualCount = min(usualCount + 1, usualSamples)
        usual += (value - usual) / usualCount
    }

    var isRecentKnown: Bool { recentCount >= recentSamples }

    func isKnown(now: Timestamp) -> Bool {
        isRecentKnown && usualCount >= recentSamples * 4 && now - first >= Self.settling
    }

    mutating func forgetRecent() {
        recent = 0
        recentCount = 0
    }
}
