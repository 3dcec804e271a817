// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing

/// What follows for a recipient from an attempt that failed.
package enum RetryDecision: Equatable, Sendable {
    /// Another attempt by the same channel, so much later.
    case again(after: Interval)
    /// None by this channel; the cascade decides whether another one follows.
    case over(Outcome)
}

/// What is left beside the trunks that failed somebody.
package enum OtherTrunk: Sendable {
    case up
    /// One that may come back.
    case down
    case none
}

extension AttemptHistory {
    /// Counts a failed call, and says when, if ever, to call again (docs/configuration.md, `[Retry]`).
    ///
    /// - Parameters:
    ///   - belief: Whom a refusal is believed to speak about: one that speaks about the whole trunk is as if it had no
    ///     room, whatever its code.
    ///   - trunk: Name of the trunk over which the call failed.
    ///   - other: What is left beside these trunks.
    package mutating func callFailed(
        _ failure: FailureClass, _ belief: Belief = .number, trunk: String, _ policy: RetryPolicy,
        other: ([String]) -> OtherTrunk
    ) -> RetryDecision {
        func exclude() -> OtherTrunk {
            if !excludedTrunks.contains(trunk) { excludedTrunks.append(trunk) }
            return other(excludedTrunks)
        }
        func repeated(_ delays: [Interval], after tries: Int) -> RetryDecision {
            excludedTrunks = []
            guard tries <= delays.count else { return .over(failure.finalOutcome) }
            return .again(after: delays[tries - 1])
        }
        switch policy.rule(for: failure, of: failure.isRefusal ? belief : .number) {
        case .again(let delays):
            switch failure {
            case .busy:
                busy += 1
                return repeated(delays, after: busy)
            case .noAnswer:
                ringTimeout += 1
                return repeated(delays, after: ringTimeout)
            case .unavailable, .unreachable, .congestion, .forbidden, .authentication, .invalidNumber, .mediaRefused,
                .loop, .rejected, .redirected, .otherFailure, .abandoned:
                unavailable += 1
                return repeated(delays, after: unavailable)
            }
        case .otherTrunk(let delays):
            if exclude() == .up { return .again(after: .zero) }
            unreachable += 1
            return repeated(delays, after: unreachable)
        case .otherTrunkRepeating(let delays, let limit):
            congestion += 1
            guard congestion < limit else { return .over(failure.finalOutcome) }
            if exclude() == .up { return .again(after: .zero) }
            // Every trunk is full: a round is over, not a try.
            excludedTrunks = []
            let delay = delays.isEmpty ? .zero : delays[min(congestion, delays.count) - 1]
            // The trunk's limit is being kept to by now; the queue says whose turn it is. Tries are not spent on it for ever.
            return .again(after: belief == .pace && !isOftenRefused ? min(delay, policy.paced) : delay)
        case .otherTrunkOnce:
            forbidden += 1
            if exclude() != .none {
                return forbidden < policy.forbiddenLimit ? .again(after: .zero) : .over(failure.finalOutcome)
            }
            excludedTrunks = []
            // The first may be the trunk's word for having no room: that is known by then.
            return forbidden <= 1 ? .again(after: policy.onceMore) : .over(failure.finalOutcome)
        case .pcmaOnly:
            guard !pcmaOnly else { return .over(failure.finalOutcome) }
            pcmaOnly = true
            return .again(after: .zero)
        case .free:
            return .again(after: .zero)
        case .never:
            return .over(failure.finalOutcome)
        }
    }
}

extension FailureClass {
    /// The network's, in the callee's stead.
    package var isRefusal: Bool {
        switch self {
        case .congestion, .forbidden, .authentication, .otherFailure, .loop, .unreachable: true
        case .busy, .unavailable, .noAnswer, .invalidNumber, .mediaRefused, .rejected, .redirected, .abandoned: false
        }
    }

    /// The outcome of a recipient for whom this failure was the last one.
    fileprivate var finalOutcome: Outcome {
        switch self {
        case .busy: .busy
        case .unavailable, .noAnswer, .abandoned: .noAnswer
        case .congestion: .congestion
        case .invalidNumber: .invalidNumber
        case .rejected: .rejected
        case .unreachable, .forbidden, .authentication, .mediaRefused, .loop, .redirected, .otherFailure: .failed
        }
    }
}
