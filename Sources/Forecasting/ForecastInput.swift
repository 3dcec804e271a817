// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import Pacing

/// All that the course of an action depends on. The forecast is a function of this alone.
package struct ForecastInput: Sendable {
    /// A trunk that can take calls.
    package struct Trunk: Equatable, Sendable {
        package var limits: TrunkLimits
        /// What it takes now, where that is known to be less than its contract; calls per second.
        package var pace: Double
        /// How far its ramp has come; nil: it begins anew with the next call.
        package var rampElapsed: Interval?

        package init(_ limits: TrunkLimits, pace: Double? = nil, rampElapsed: Interval? = nil) {
            self.limits = limits
            self.pace = min(limits.callsPerSecond, pace ?? .infinity)
            self.rampElapsed = rampElapsed
        }
    }

    /// Recipients who are alike in all that counts.
    package struct Group: Equatable, Sendable {
        package var count: Int
        package var account: String
        /// The channels by which they are tried.
        package var steps: [Channel]
        /// Position in ``prefixes`` of the one that limits calls to them.
        package var prefix: Int?
        /// Position in ``routes`` of the one that trunks refuse.
        package var route: Int?
        package var prices: Prices
        /// Positions in ``trunks`` of those that are another population's, as bits.
        package var barred: UInt64

        package init(
            count: Int, account: String = "", steps: [Channel] = [.voice], prefix: Int? = nil, route: Int? = nil,
            prices: Prices = Prices(), barred: UInt64 = 0
        ) {
            self.barred = barred
            self.count = count
            self.account = account
            self.steps = steps
            self.prefix = prefix
            self.route = route
            self.prices = prices
        }
    }

    /// What is charged to the account of one recipient, without VAT.
    package struct Prices: Equatable, Sendable {
        /// A call in which the message is heard.
        package var heard = Money.zero
        /// One that is over before.
        package var left = Money.zero
        package var worstCall = Money.zero
        package var message = Money.zero
        package var worstMessage = Money.zero

        package init() {}
    }

    /// Another action that is under way.
    package struct Load: Equatable, Sendable {
        package var priority: ActionPriority
        /// Its share among actions of its priority.
        package var weight: Int
        /// To be called; those who wait for a prefix are not among them.
        package var waiting: Int
        package var calling: Int
        /// By position in ``prefixes``.
        package var parked: [Int: Int]
        /// Of a call whose message is heard, from the answer to the end.
        package var nominal: Interval

        package init(
            priority: ActionPriority, waiting: Int, calling: Int = 0, parked: [Int: Int] = [:], nominal: Interval,
            weight: Int = 1
        ) {
            self.priority = priority
            self.weight = weight
            self.waiting = waiting
            self.calling = calling
            self.parked = parked
            self.nominal = nominal
        }
    }

    package var groups: [Group]
    package var priority: ActionPriority
    /// Its share among actions of its priority.
    package var weight: Int
    /// What each less pressing class keeps beside a more pressing one, 0 to 1.
    package var classFloor: Double
    /// Of a call whose message is heard, from the answer to the end: the message as often as it is played, and the
    /// time for keys.
    package var nominal: Interval
    /// A key plays the message again.
    package var canRepeat: Bool
    /// From now to the start.
    package var begins: Interval
    /// From the start; no call begins after it.
    package var expires: Interval
    package var cascade: Cascade
    package var trunks: [Trunk]
    package var prefixes: [PrefixLimits]
    package var routes: [Route]
    package var loads: [Load]
    package var retry: RetryPolicy
    package var timeouts: AnswerMix.Timeouts
    package var mix: AnswerMix
    /// What all SMSCs take, segments per second; 0: none is up.
    package var segmentsPerSecond: Double
    package var segments: Int
    package var wantsReceipts: Bool
    /// What accounts may still spend, where more than that is refused.
    package var budgets: [String: Money]

    package init(
        groups: [Group], priority: ActionPriority = .normal, nominal: Interval, canRepeat: Bool = false,
        begins: Interval = .zero, expires: Interval = .minutes(24 * 60), cascade: Cascade = Cascade(),
        trunks: [Trunk], prefixes: [PrefixLimits] = [], routes: [Route] = [], loads: [Load] = [],
        retry: RetryPolicy = RetryPolicy(), timeouts: AnswerMix.Timeouts = .init(), mix: AnswerMix = AnswerMix(),
        segmentsPerSecond: Double = 0,
        segments: Int = 1, wantsReceipts: Bool = true, budgets: [String: Money] = [:],
        weight: Int = 1, classFloor: Double = 0
    ) {
        self.groups = groups
        self.priority = priority
        self.nominal = nominal
        self.canRepeat = canRepeat
        self.begins = begins
        self.expires = expires
        self.cascade = cascade
        self.trunks = trunks
        self.prefixes = prefixes
        self.routes = routes
        self.loads = loads
        self.retry = retry
        self.timeouts = timeouts
        self.mix = mix
        self.segmentsPerSecond = segmentsPerSecond
        self.segments = segments
        self.wantsReceipts = wantsReceipts
        self.budgets = budgets
        self.weight = weight
        self.classFloor = classFloor
    }
}

extension ForecastInput {
    /// From the answer to the end of a call whose message is heard, without any key.
    package static func nominal(promptMilliseconds: Int, plays: Int, listening: Interval, longest: Interval) -> Interval
    {
        min(longest, .milliseconds(Int64(promptMilliseconds * max(1, plays))) + listening)
    }
}
