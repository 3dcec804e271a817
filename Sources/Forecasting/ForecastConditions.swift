// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import Pacing

/// What a forecast needs of the engine: taken in a turn, worked with beside it.
package struct ForecastConditions: Sendable {
    /// Those that are up.
    package var trunks: [ForecastInput.Trunk]
    /// Name and reason of those that are not.
    package var trunksDown: [(name: String, reason: String)]
    package var prefixes: [PrefixLimits]
    /// Actions that run.
    package var loads: [ForecastInput.Load]
    /// What all SMSCs take together, segments a second; 0: none is up.
    package var segmentsPerSecond: Double
    /// What accounts may still spend, where more is refused.
    package var budgets: [String: Money]
    package var retry: RetryPolicy
    package var listenAfterPrompt: Interval
    package var mix: AnswerMix

    package init(
        trunks: [ForecastInput.Trunk], trunksDown: [(name: String, reason: String)], prefixes: [PrefixLimits],
        loads: [ForecastInput.Load], segmentsPerSecond: Double, budgets: [String: Money], retry: RetryPolicy,
        listenAfterPrompt: Interval, mix: AnswerMix
    ) {
        self.trunks = trunks
        self.trunksDown = trunksDown
        self.prefixes = prefixes
        self.loads = loads
        self.segmentsPerSecond = segmentsPerSecond
        self.budgets = budgets
        self.retry = retry
        self.listenAfterPrompt = listenAfterPrompt
        self.mix = mix
    }
}
