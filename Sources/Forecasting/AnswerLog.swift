// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import GatewayCore
import Pacing

/// Learns from the records of calls and messages what a forecast needs. One owner, not thread-safe.
package final class AnswerLog {
    private var mix = AnswerMix()
    private var listening = Interval.zero
    /// The voice module ends a call then.
    private var longest = Interval.minutes(60)

    package init() {}

    package func configure(_ configuration: EngineConfiguration) {
        listening = configuration.listenAfterPrompt
        longest = configuration.maximumCallDuration
    }

    /// What was learned, without the people: it goes on learning without being copied.
    package var learned: AnswerMix { mix.withoutPeople }

    /// How likely a call is to be answered after what has been tried for somebody, 0 to 1.
    package func likelihood(after history: AttemptHistory) -> Double {
        let tried = [
            (FailureClass.busy, history.busy), (.noAnswer, history.ringTimeout), (.unavailable, history.unavailable),
            (.unreachable, history.unreachable), (.congestion, history.congestion + history.forbidden),
        ]
        let known = tried.lazy.filter { $0.1 > 0 }.map { failure, times in
            self.mix.answering(after: CallCondition(last: failure, isRepeated: times > 1))
        }
        return known.min() ?? mix.answering(after: .first)
    }

    /// From the answer to the end of a call of this action whose prompt is heard, without any key.
    package func nominal(of record: ActionRecord) -> Interval {
        ForecastInput.nominal(
            promptMilliseconds: record.promptMilliseconds, plays: record.definition.plays, listening: listening,
            longest: longest)
    }

    /// Learns from a record of a call or message; records come in the order of their ends.
    ///
    /// - Parameter plays: How often its action plays the prompt.
    package func learn(_ cdr: CallDetailRecord, plays: Int) {
        guard cdr.ledger.kind == .usage else { return }
        mix.learn(
            cdr,
            nominal: ForecastInput.nominal(
                promptMilliseconds: cdr.promptMilliseconds, plays: plays, listening: listening, longest: longest))
    }
}
