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

    package init(limits: TrunkLimits, callerNumber: String? = nil, isProbed: Bool = false, mustRegister: Bool = false) {
        self.limits = limits
        self.callerNumber = callerNumber
        self.isProbed = isProbed
        self.mustRegister = mustRegister
    }
}

package struct EngineConfiguration: Equatable, Sendable {
    package var trunks: [TrunkSettings]
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
    /// A trunk with refused credentials is tried again after this.
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

    package init(
        trunks: [TrunkSettings], prefixes: [PrefixLimits] = [], retry: RetryPolicy = RetryPolicy(),
        callerNumber: String = "", callerName: String = "", listenAfterPrompt: Interval = .seconds(4),
        maximumRepeats: Int = 3,
        maximumActionAge: Interval = .minutes(24 * 60), doubtHold: Interval = .seconds(5),
        drainTimeout: Interval = .seconds(30), authenticationRetry: Interval = .minutes(5),
        messaging: MessagingSettings = MessagingSettings(), countryCode: String = "31",
        rater: Rater = Rater(TariffBook([])), budgets: [String: Budget] = [:],
        maximumCallDuration: Interval = .minutes(5)
    ) {
        self.trunks = trunks
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
    }
}

/// A call to be placed.
package struct CallOrder: Equatable, Sendable {
    package var attempt: AttemptID
    package var trunk: String
    /// The trunk's target, as ``TrunkTargets`` numbered it.
    package var target: UInt32
    package var callID: String
    package var callee: PhoneNumber
    package var caller: String
    package var callerName: String
    /// After a 488: offers PCMA alone.
    package var pcmaOnly: Bool
}

/// What is done once the turn's records are on disk.
package indirect enum Effect: Equatable, Sendable {
    case placeCall(CallOrder)
    /// Sends the ACK that waited for the journal, then plays the prompt.
    case startPrompt(AttemptID, promptHash: String)
    case repeatPrompt(AttemptID, promptHash: String)
    case hangUp(AttemptID)
    /// Ends a dialog that the former process left behind.
    case endDialog(trunk: String, dialog: String)
    case submit(MessageOrder)
    /// What came in over a bind is on disk.
    case acknowledge(BindKey, ticket: UInt64)
}

/// What an operator or a log wants to know.
package indirect enum Notice: Equatable, Sendable {
    case actionPhaseChanged(ActionID, ActionPhase)
    case attemptEnded(CallDetailRecord, text: String)
    case trunkDown(String, reason: String)
    case trunkUp(String)
    /// It is used at less than its contract from now on, or at all of it again (`reason` nil).
    case trunkPace(String, pace: Double, reason: PaceReason?)
    /// A receipt that leads to no message, or to several.
    case receiptUnmatched(smsc: String, String)
    /// What an SMSC's receipts have shown of its habits.
    case smscLearned(String, String)
    case citizenWrote(InboundRecord)
    /// Somebody must look at it.
    case alarm(String)
}

/// What a turn has to write, then to do.
package struct EngineOutput: Sendable {
    package var records: [JournalRecord] = []
    package var effects: [Effect] = []
    package var notices: [Notice] = []
    package init() {}
    package var isEmpty: Bool { records.isEmpty && effects.isEmpty && notices.isEmpty }

    /// Its effects need not wait for the disk: what they rest on is there already, see ``JournalRecord/isTraffic``.
    package var mayBeRelaxed: Bool {
        records.allSatisfy(\.isTraffic)
            && effects.allSatisfy { if case .submit = $0 { true } else { false } }
    }
}

/// Why a request about an action was refused.
package enum EngineError: Error, Equatable, Sendable, CustomStringConvertible {
    case unknownAction(String)
    case wrongPhase(action: String, phase: ActionPhase, operation: String)
    case beingSubmitted(String)
    case nothingToRetry(String)
    case unknownTrunk(String)
    case unknownSMSC(String)
    case shuttingDown

    package var description: String {
        switch self {
        case .unknownAction(let id): "there is no action \"\(id)\""
        case .wrongPhase(let action, let phase, let operation):
            "action \"\(action)\" is \(phase.rawValue); it cannot be \(operation)"
        case .beingSubmitted(let id): "action \"\(id)\" is being submitted by another client at this moment"
        case .nothingToRetry(let id): "action \"\(id)\" has no interrupted calls"
        case .unknownTrunk(let name): "there is no trunk \"\(name)\""
        case .unknownSMSC(let name): "there is no SMSC \"\(name)\""
        case .shuttingDown: "the daemon is shutting down"
        }
    }
}
