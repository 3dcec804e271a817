// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing

/// All that the course of an action depends on. The forecast is a function of this alone.
public struct PlanInput: Sendable {
    /// A trunk that can take calls.
    public struct Trunk: Equatable, Sendable {
        public var limits: TrunkLimits
        /// What it takes now, where that is known to be less than its contract; calls per second.
        public var pace: Double
        /// How far its ramp has come; nil: it begins anew with the next call.
        public var rampElapsed: Interval?

        public init(_ limits: TrunkLimits, pace: Double? = nil, rampElapsed: Interval? = nil) {
            self.limits = limits
            self.pace = min(limits.callsPerSecond, pace ?? .infinity)
            self.rampElapsed = rampElapsed
        }
    }

    /// Recipients who are alike in all that counts.
    public struct Group: Equatable, Sendable {
        public var count: Int
        public var account: String
        /// The channels by which they are tried.
        public var steps: [Channel]
        /// Position in ``prefixes`` of the one that limits calls to them.
        public var prefix: Int?
        public var prices: Prices

        public init(
            count: Int, account: String = "", steps: [Channel] = [.voice], prefix: Int? = nil, prices: Prices = Prices()
        ) {
            self.count = count
            self.account = account
            self.steps = steps
            self.prefix = prefix
            self.prices = prices
        }
    }

    /// What is charged to the account of one recipient, without VAT.
    public struct Prices: Equatable, Sendable {
        /// A call in which the message is heard.
        public var heard = Money.zero
        /// One that is over before.
        public var left = Money.zero
        public var worstCall = Money.zero
        public var message = Money.zero
        public var worstMessage = Money.zero

        public init() {}
    }

    /// Another action that is under way.
    public struct Load: Equatable, Sendable {
        public var priority: ActionPriority
        /// To be called; those who wait for a prefix are not among them.
        public var waiting: Int
        public var calling: Int
        /// By position in ``prefixes``.
        public var parked: [Int: Int]
        /// Of a call whose message is heard, from the answer to the end.
        public var nominal: Interval

        public init(
            priority: ActionPriority, waiting: Int, calling: Int = 0, parked: [Int: Int] = [:], nominal: Interval
        ) {
            self.priority = priority
            self.waiting = waiting
            self.calling = calling
            self.parked = parked
            self.nominal = nominal
        }
    }

    public var groups: [Group]
    public var priority: ActionPriority
    /// Of a call whose message is heard, from the answer to the end: the message as often as it is played, and the
    /// time for keys.
    public var nominal: Interval
    /// A key plays the message again.
    public var canRepeat: Bool
    /// From now to the start.
    public var begins: Interval
    /// From the start; no call begins after it.
    public var expires: Interval
    public var cascade: Cascade
    public var trunks: [Trunk]
    public var prefixes: [DestinationLimits]
    public var loads: [Load]
    public var retry: RetryPolicy
    public var timeouts: AnswerMix.Timeouts
    public var mix: AnswerMix
    /// What all SMS centres take, segments per second; 0: none is up.
    public var segmentsPerSecond: Double
    public var segments: Int
    public var wantsReceipts: Bool
    /// What accounts may still spend, where more than that is refused.
    public var budgets: [String: Money]

    public init(
        groups: [Group], priority: ActionPriority = .normal, nominal: Interval, canRepeat: Bool = false,
        begins: Interval = .zero, expires: Interval = .minutes(24 * 60), cascade: Cascade = Cascade(),
        trunks: [Trunk], prefixes: [DestinationLimits] = [], loads: [Load] = [], retry: RetryPolicy = RetryPolicy(),
        timeouts: AnswerMix.Timeouts = .init(), mix: AnswerMix = AnswerMix(), segmentsPerSecond: Double = 0,
        segments: Int = 1, wantsReceipts: Bool = true, budgets: [String: Money] = [:]
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
        self.loads = loads
        self.retry = retry
        self.timeouts = timeouts
        self.mix = mix
        self.segmentsPerSecond = segmentsPerSecond
        self.segments = segments
        self.wantsReceipts = wantsReceipts
        self.budgets = budgets
    }
}

/// What an action waits for.
public enum PlanLimit: String, Sendable, Codable, CaseIterable {
    /// The calls per second of its trunks' contracts, or what they take now.
    case callsPerSecond = "calls-per-second"
    /// Trunks that begin take time to their full pace.
    case rampUp = "ramp-up"
    /// Simultaneous calls of its trunks.
    case channels
    /// Calls per second or simultaneous calls of a prefix.
    case prefix
    /// What its SMS centres take.
    case messagesPerSecond = "messages-per-second"
    /// Money that calls under way hold in reserve.
    case budget
    /// The time to another try of those who were not reached.
    case retryDelays = "retry-delays"
    /// Calls and SMS under way, and nobody else waits.
    case underWay = "under-way"
    /// Nothing that could carry a call, or an SMS, is up.
    case noWayOut = "no-way-out"
}

/// How an action will go. Times count from its start.
public struct Forecast: Equatable, Sendable, Codable {
    public var recipients = 0
    /// When each twentieth of the recipients has an outcome: 5 % to 100 %.
    public var course: [Interval] = []
    /// Recipients who hear the message, or get the SMS.
    public var reached = 0
    /// When half of all recipients are reached; nil: never.
    public var halfReached: Interval?
    /// When nine in ten of all recipients are.
    public var mostReached: Interval?
    public var calls = 0
    public var messages = 0
    /// Recipients whose account's budget does not allow it.
    public var overBudget = 0
    /// Recipients who are not tried, or not tried again, because the action's time is over.
    public var expired = 0
    /// What is charged, without VAT.
    public var charge = Money.zero
    /// How long it waited for what; what it waited for longest comes first.
    public var waits: [Wait] = []

    public struct Wait: Equatable, Sendable, Codable {
        public var limit: PlanLimit
        public var time: Interval

        public init(_ limit: PlanLimit, _ time: Interval) {
            self.limit = limit
            self.time = time
        }
    }

    public init() {}

    /// When the last recipient has an outcome.
    public var end: Interval { course.last ?? .zero }
    /// When half of the recipients have an outcome.
    public var halfDone: Interval { course.count == 20 ? course[9] : .zero }
    /// When nine in ten do.
    public var mostDone: Interval { course.count == 20 ? course[17] : .zero }
    /// What it waits for longest; nil: nothing.
    public var binds: PlanLimit? { waits.first?.limit }

    /// Share of the recipients that has an outcome by then, in percent.
    public func percentDone(after time: Interval) -> Double {
        guard !course.isEmpty else { return 100 }
        var (before, share) = (Interval.zero, 0.0)
        let step = 100 / Double(course.count)
        for point in course {
            guard point <= time else {
                let width = (point - before).seconds
                return width > 0 ? share + step * max(0, (time - before).seconds) / width : share
            }
            (before, share) = (point, share + step)
        }
        return 100
    }
}

/// What was foretold of an action, and what became of it.
public struct ActionPlan: Equatable, Sendable, Codable {
    public var forecast: Forecast
    /// When half of the recipients had an outcome.
    public var halfDone: Timestamp?
    /// When nine in ten had.
    public var mostDone: Timestamp?

    public init(_ forecast: Forecast, halfDone: Timestamp? = nil, mostDone: Timestamp? = nil) {
        self.forecast = forecast
        self.halfDone = halfDone
        self.mostDone = mostDone
    }
}

extension PlanInput {
    /// From the answer to the end of a call whose message is heard, without any key.
    public static func nominal(promptMilliseconds: Int, plays: Int, listening: Interval) -> Interval {
        .milliseconds(Int64(promptMilliseconds * max(1, plays))) + listening
    }
}
