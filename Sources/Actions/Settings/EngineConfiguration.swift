// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Pacing

/// What the engine needs to know of one trunk.
package struct TrunkSettings: Equatable, Sendable {
    package var limits: TrunkLimits
    /// Number shown when the action names none; nil: the configuration's general one.
    package var callerNumber: String?
    package var isProbed: Bool
    package var mustRegister: Bool
    /// Where it is and as whom we come to it, told apart only: with another one it is another trunk of the same name.
    package var place: String
    /// How it is spoken to, told apart only: what was learned of it with another one does not hold.
    package var manner: String

    package init(
        limits: TrunkLimits, callerNumber: String? = nil, isProbed: Bool = false, mustRegister: Bool = false,
        place: String = "", manner: String = ""
    ) {
        self.limits = limits
        self.callerNumber = callerNumber
        self.isProbed = isProbed
        self.mustRegister = mustRegister
        self.place = place
        self.manner = manner
    }
}

package struct EngineConfiguration: Equatable, Sendable {
    package var trunks: [TrunkSettings]
    /// Calls at a time for which this machine has ports and descriptors, whatever the trunks take; nil: not known.
    package var capacity: Int?
    package var prefixes: [PrefixLimits]
    package var retry: RetryPolicy
    package var callerNumber: String
    package var callerName: String
    /// How long keys are awaited after the message.
    package var listenAfterPrompt: Interval
    /// How often a citizen can ask to hear the message again.
    package var maximumRepeats: Int
    /// An action expires by itself after this.
    package var maximumActionAge: Interval
    /// After a crash, how long calls in doubt are held: the 200 of a call that was answered just then
    /// is still being retransmitted (RFC 3261 13.3.1.4).
    package var doubtHold: Interval
    /// How long running messages may go on after SIGTERM.
    package var drainTimeout: Interval
    /// Longest time between two calls that try whether a trunk takes our credentials again.
    package var authenticationRetry: Interval
    package var messaging: MessagingSettings
    /// Of national numbers that come in.
    package var countryCode: String
    /// Says what a record costs, when it is made.
    package var rater: Rater
    /// By account.
    package var budgets: [String: Budget]
    /// The voice module ends a call then.
    package var maximumCallDuration: Interval

    /// How long a number is left alone by other actions when a call or SMS of one is over.
    package var pauseBetweenActions: Interval
    /// Share of the calls and SMS that a class keeps beside a more pressing one, 0 to 1.
    package var classFloor: Double
    package var populations: [PopulationSettings]
    /// Says whose numbers an action of the class `test` may call, beside those that the register marks.
    package var numbers: NumberingPlan

    package init(
        trunks: [TrunkSettings], capacity: Int? = nil, prefixes: [PrefixLimits] = [],
        retry: RetryPolicy = RetryPolicy(),
        callerNumber: String = "", callerName: String = "", listenAfterPrompt: Interval = .seconds(4),
        maximumRepeats: Int = 3,
        maximumActionAge: Interval = .minutes(24 * 60), doubtHold: Interval = .seconds(5),
        drainTimeout: Interval = .seconds(30), authenticationRetry: Interval = .seconds(15),
        messaging: MessagingSettings = MessagingSettings(), countryCode: String = "31",
        rater: Rater = Rater(TariffBook([])), budgets: [String: Budget] = [:],
        maximumCallDuration: Interval = .minutes(5), pauseBetweenActions: Interval = .seconds(30),
        classFloor: Double = 0.05, populations: [PopulationSettings] = [], numbers: NumberingPlan = NumberingPlan()
    ) {
        self.populations = populations
        self.numbers = numbers
        self.trunks = trunks
        self.capacity = capacity
        self.prefixes = prefixes
        self.retry = retry
        self.callerNumber = callerNumber
        self.callerName = callerName
        self.listenAfterPrompt = listenAfterPrompt
        self.maximumRepeats = maximumRepeats
        self.maximumActionAge = maximumActionAge
        self.doubtHold = doubtHold
        self.drainTimeout = drainTimeout
        self.authenticationRetry = authenticationRetry
        self.messaging = messaging
        self.countryCode = countryCode
        self.rater = rater
        self.budgets = budgets
        self.maximumCallDuration = maximumCallDuration
        self.pauseBetweenActions = pauseBetweenActions
        self.classFloor = classFloor
    }
}
