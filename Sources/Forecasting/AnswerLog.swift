// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import GatewayCore

/// Learns from the records of calls and messages what a forecast needs. One owner, not thread-safe.
package final class AnswerLog {
    private var mix = AnswerMix()
    private var listening = Interval.zero

    package init() {}

    package func configure(_ configuration: EngineConfiguration) { listening = configuration.listenAfterPrompt }

    /// What was learned, without the people: it goes on learning without being copied.
    package var learned: AnswerMix { mix.withoutPeople }

    /// From the answer to the end of a call of this action whose prompt is heard, without any key.
    package func nominal(of record: ActionRecord) -> Interval {
        ForecastInput.nominal(
            promptMilliseconds: record.promptMilliseconds, plays: record.definition.plays, listening: listening)
    }

    /// Learns from a record of a call or message; records come in the order of their ends.
    ///
    /// - Parameter plays: How often its action plays the prompt.
    package func learn(_ cdr: CallDetailRecord, plays: Int) {
        guard cdr.ledger.kind == .usage else { return }
        mix.learn(
            cdr,
            nominal: ForecastInput.nominal(
                promptMilliseconds: cdr.promptMilliseconds, plays: plays, listening: listening))
    }
}
