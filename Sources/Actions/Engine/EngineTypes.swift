// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Pacing

/// What the engine needs to know of one trunk.
public struct TrunkSettings: Equatable, Sendable {
    public var limits: TrunkLimits
    /// Number shown when the action names none; nil: the configuration's general one.
    public var callerNumber: String?
    public var isProbed: Bool
    public var mustRegister: Bool

    public init(limits: TrunkLimits, callerNumber: String? = nil, isProbed: Bool = false, mustRegister: Bool = false) {
        self.limits = limits
        self.callerNumber = callerNumber
        self.isProbed = isProbed
        self.mustRegister = mustRegister
    }
}

public struct EngineConfiguration: Equatable, Sendable {
    public var trunks: [TrunkSettings]
    public var destinations: [DestinationLimits]
    public var retry: RetryPolicy
    public var callerNumber: String
    public var callerName: String
    /// How long keys are awaited after the message.
    public var listenAfterMessage: Interval
    /// How often a citizen can ask to hear the message again.
    public var maximumRepeats: Int
    /// An action expires by itself after this.
    public var maximumActionAge: Interval
    /// After a crash, how long calls in doubt are held: the 200 of a call that was answered just then
    /// is still being retransmitted (RFC 3261 13.3.1.4).
    public var doubtHold: Interval
    /// How long running messages may go on after SIGTERM.
    public var drainTimeout: Interval
    /// A trunk with refused credentials is tried again after this.
    public var authenticationRetry: Interval
    public var messaging: MessagingSettings
    /// Of national numbers that come in.
    public var countryCode: String
    /// Says what a record costs, when it is made.
    public var rater: Rater
    /// By account.
    public var budgets: [String: Budget]
    /// The voice module ends a call then.
    public var maximumCallDuration: Interval

    public init(
        trunks: [TrunkSettings], destinations: [DestinationLimits] = [], retry: RetryPolicy = RetryPolicy(),
        callerNumber: String = "", callerName: String = "", listenAfterMessage: Interval = .seconds(4),
        maximumRepeats: Int = 3,
        maximumActionAge: Interval = .minutes(24 * 60), doubtHold: Interval = .seconds(5),
        drainTimeout: Interval = .seconds(30), authenticationRetry: Interval = .minutes(5),
        messaging: MessagingSettings = MessagingSettings(), countryCode: String = "31",
        rater: Rater = Rater(TariffBook([])), budgets: [String: Budget] = [:],
        maximumCallDuration: Interval = .minutes(5)
    ) {
        self.trunks = trunks
        self.destinations = destinations
        self.retry = retry
        self.callerNumber = callerNumber
        self.callerName = callerName
        self.listenAfterMessage = listenAfterMessage
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
public struct CallOrder: Equatable, Sendable {
    public var attempt: AttemptID
    public var trunk: String
    /// The trunk's target, as ``TrunkTargets`` numbered it.
    public var target: UInt32
    public var callID: String
    public var callee: PhoneNumber
    public var caller: String
    public var callerName: String
    /// After a 488: offers PCMA alone.
    public var pcmaOnly: Bool
}

/// What is done once the turn's records are on disk.
public indirect enum Effect: Equatable, Sendable {
    case placeCall(CallOrder)
    /// Sends the ACK that waited for the journal, then plays the prompt.
    case startMessage(AttemptID, promptHash: String)
    case repeatMessage(AttemptID, promptHash: String)
    case hangUp(AttemptID)
    /// Ends a dialog that the former process left behind.
    case endDialog(trunk: String, dialog: String)
    case submit(MessageOrder)
    /// What came in over a bind is on disk.
    case acknowledge(BindKey, ticket: UInt64)
}

/// What an operator or a log wants to know.
public indirect enum Notice: Equatable, Sendable {
    case actionPhaseChanged(ActionID, ActionPhase)
    case attemptEnded(CallDetailRecord, text: String)
    case trunkDown(String, reason: String)
    case trunkUp(String)
    /// It is used at less than its contract from now on, or at all of it again (`reason` nil).
    case trunkPace(String, pace: Double, reason: PaceReason?)
    /// A receipt that leads to no message, or to several.
    case receiptUnmatched(smsc: String, String)
    /// What an SMS centre's receipts have shown of its habits.
    case smscLearned(String, String)
    case citizenWrote(InboundRecord)
    /// Somebody must look at it.
    case alarm(String)
}

/// What a turn has to write, then to do.
public struct EngineOutput: Sendable {
    public var records: [JournalRecord] = []
    public var effects: [Effect] = []
    public var notices: [Notice] = []
    public init() {}
    public var isEmpty: Bool { records.isEmpty && effects.isEmpty && notices.isEmpty }

    /// Its effects need not wait for the disk: what they rest on is there already, see ``JournalRecord/isTraffic``.
    public var mayBeRelaxed: Bool {
        records.allSatisfy(\.isTraffic)
            && effects.allSatisfy { if case .submit = $0 { true } else { false } }
    }
}

/// Why a request about an action was refused.
public enum EngineError: Error, Equatable, Sendable, CustomStringConvertible {
    case unknownAction(String)
    case wrongPhase(action: String, phase: ActionPhase, operation: String)
    case beingSubmitted(String)
    case nothingToRetry(String)
    case unknownTrunk(String)
    case unknownSMSC(String)
    case shuttingDown

    public var description: String {
        switch self {
        case .unknownAction(let id): "there is no action \"\(id)\""
        case .wrongPhase(let action, let phase, let operation):
            "action \"\(action)\" is \(phase.rawValue); it cannot be \(operation)"
        case .beingSubmitted(let id): "action \"\(id)\" is being submitted by another client at this moment"
        case .nothingToRetry(let id): "action \"\(id)\" has no interrupted calls"
        case .unknownTrunk(let name): "there is no trunk \"\(name)\""
        case .unknownSMSC(let name): "there is no SMS centre \"\(name)\""
        case .shuttingDown: "the daemon is shutting down"
        }
    }
}
