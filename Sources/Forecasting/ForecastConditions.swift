// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import Pacing

/// What a forecast needs of the engine: taken in a turn, worked with beside it.
package struct ForecastConditions: Sendable {
    /// Numbers that a trunk is believed to refuse, whoever they belong to.
    package struct Route: Equatable, Sendable {
        /// Position in ``ForecastConditions/trunks``.
        package var trunk: Int
        /// E.164.
        package var prefix: String
        /// Different numbers that were refused, and how the last one was.
        package var refused: Int
        package var sipCode: Int
        package var since: Timestamp

        package init(trunk: Int, prefix: String, refused: Int, sipCode: Int, since: Timestamp) {
            self.trunk = trunk
            self.prefix = prefix
            self.refused = refused
            self.sipCode = sipCode
            self.since = since
        }
    }

    /// Those that are up.
    package var trunks: [ForecastInput.Trunk]
    /// Name and reason of those that are not.
    package var trunksDown: [(name: String, reason: String)]
    package var prefixes: [PrefixLimits]
    package var routes: [Route]
    /// Actions that run.
    package var loads: [ForecastInput.Load]
    /// What all SMSCs take together, segments a second; 0: none is up.
    package var segmentsPerSecond: Double
    /// What accounts may still spend, where more is refused.
    package var budgets: [String: Money]
    package var retry: RetryPolicy
    /// What each less pressing class keeps beside a more pressing one, 0 to 1.
    package var classFloor: Double
    package var listenAfterPrompt: Interval
    package var mix: AnswerMix

    package init(
        trunks: [ForecastInput.Trunk], trunksDown: [(name: String, reason: String)], prefixes: [PrefixLimits],
        routes: [Route] = [], loads: [ForecastInput.Load], segmentsPerSecond: Double, budgets: [String: Money],
        retry: RetryPolicy, classFloor: Double = 0,
        listenAfterPrompt: Interval, mix: AnswerMix
    ) {
        self.trunks = trunks
        self.trunksDown = trunksDown
        self.prefixes = prefixes
        self.routes = routes
        self.loads = loads
        self.segmentsPerSecond = segmentsPerSecond
        self.budgets = budgets
        self.retry = retry
        self.classFloor = classFloor
        self.listenAfterPrompt = listenAfterPrompt
        self.mix = mix
    }
}
