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

    func isKnown(now: Timestamp) -> Bool {
        recentCount >= recentSamples && usualCount >= recentSamples * 4 && now - first >= Self.settling
    }

    mutating func forgetRecent() {
        recent = 0
        recentCount = 0
    }
}
