// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What to do after an unanswered attempt, per class of failure.
package enum RetryRule: Equatable, Sendable {
    /// Again after these delays, one for each further try; then it is over.
    case again([Interval])
    /// Another trunk at once; when all have been tried, again after these delays.
    case otherTrunk(thenAgain: [Interval])
    /// As `otherTrunk`, but the last delay repeats until `limit` tries in all.
    case otherTrunkRepeating(thenAgain: [Interval], limit: Int)
    /// Once on another trunk or, where there is none, once more after a while; then it is over.
    case otherTrunkOnce
    /// Once more, offering PCMA only.
    case pcmaOnly
    /// Not the recipient's fault: again at once, on a trunk that works.
    case free
    case never
}

/// Delays and limits of [Retry]; the defaults are those of docs/configuration.md.
package struct RetryPolicy: Equatable, Sendable {
    package var busy: [Interval]
    package var unavailable: [Interval]
    package var noAnswer: [Interval]
    package var unreachable: [Interval]
    package var congestion: [Interval]
    /// Tries that congestion may take in all before the recipient is given up.
    package var congestionLimit: Int
    /// Factor on every delay: rehearsals and tests run faster with less than 1.
    package var timeScale: Double

    package init(
        busy: [Interval] = [.seconds(60), .seconds(120), .seconds(300)],
        unavailable: [Interval] = [.minutes(3), .minutes(5)],
        noAnswer: [Interval] = [.minutes(5), .minutes(5)],
        unreachable: [Interval] = [.seconds(60), .seconds(60)],
        congestion: [Interval] = [.seconds(5), .seconds(10), .seconds(20), .seconds(40), .seconds(60)],
        congestionLimit: Int = 20, timeScale: Double = 1
    ) {
        self.busy = busy
        self.unavailable = unavailable
        self.noAnswer = noAnswer
        self.unreachable = unreachable
        self.congestion = congestion
        self.congestionLimit = congestionLimit
        self.timeScale = timeScale
    }

    /// After a refusal that speaks about the trunk's pace or channels alone.
    package var paced: Interval { .seconds(1) * timeScale }

    /// Refusals without a word of why before a recipient is given up, whatever trunk is left.
    package var forbiddenLimit: Int { 5 }

    /// Tries over a route that refuses everybody with something else than congestion.
    private var routeLimit: Int { 6 }

    /// How long those whom one trunk refused wait for another one that is down, before they are tried by the first again.
    package var stranded: Interval { scaled(congestion).max() ?? paced }

    /// After the first refusal without a word of why, when there is no other trunk.
    package var onceMore: Interval { scaled(congestion).first ?? paced }

    package func rule(for failure: FailureClass) -> RetryRule {
        switch failure {
        case .busy: .again(scaled(busy))
        case .unavailable: .again(scaled(unavailable))
        case .noAnswer: .again(scaled(noAnswer))
        case .unreachable: .otherTrunk(thenAgain: scaled(unreachable))
        // The first may be the trunk's word for having no room.
        case .authentication: .otherTrunk(thenAgain: [onceMore] + scaled(unreachable))
        case .congestion: .otherTrunkRepeating(thenAgain: scaled(congestion), limit: congestionLimit)
        case .forbidden, .otherFailure, .loop: .otherTrunkOnce
        case .abandoned: .free
        case .mediaRefused: .pcmaOnly
        case .invalidNumber, .rejected, .redirected: .never
        }
    }

    /// By whom the failure is believed to speak about: what does not speak about the number alone is as if there were no
    /// room.
    package func rule(for failure: FailureClass, of belief: Belief) -> RetryRule {
        let own = rule(for: failure)
        switch belief {
        case .number: return own
        case .unclear:
            guard case .otherTrunkOnce = own else { return own }
            return .otherTrunkRepeating(thenAgain: scaled(congestion), limit: min(congestionLimit, routeLimit))
        case .route, .pace, .trunk:
            let isBounded = belief == .route && failure != .congestion
            return .otherTrunkRepeating(
                thenAgain: scaled(congestion), limit: isBounded ? min(congestionLimit, routeLimit) : congestionLimit)
        }
    }

    private func scaled(_ delays: [Interval]) -> [Interval] { delays.map { $0 * timeScale } }
}
