// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore

/// How pressing an action is; a more pressing one takes the trunks first.
public enum ActionPriority: Int, Sendable, Codable, Comparable, CaseIterable {
    case lifeThreat = 0
    case urgent = 1
    case normal = 2

    public var name: String {
        switch self {
        case .lifeThreat: "life-threat"
        case .urgent: "urgent"
        case .normal: "normal"
        }
    }

    public init?(name: String) {
        guard let match = ActionPriority.allCases.first(where: { $0.name == name }) else { return nil }
        self = match
    }

    public static func < (left: ActionPriority, right: ActionPriority) -> Bool { left.rawValue < right.rawValue }
}

/// What a key that a citizen presses does.
public enum KeyMeaning: String, Sendable, Codable {
    /// Plays the message from its beginning.
    case `repeat`
    /// Proves that a person heard it.
    case confirm
}

/// An action as it was submitted, validated. Its Codable form is what the journal keeps.
public struct ActionDefinition: Equatable, Sendable, Codable {
    public var priority: ActionPriority
    /// `nl` or `en`: the voice and the standard prompts.
    public var language: String
    public var message: [MessagePiece]
    /// Number shown; nil: the trunk's own.
    public var callerNumber: String?
    public var callerName: String?
    /// Not before; nil: at once.
    public var starts: Timestamp?
    /// No call is started after this; nil: no limit but the configuration's.
    public var expires: Timestamp?
    /// How often the message is played without being asked, at least 1.
    public var plays: Int
    /// Digit to meaning.
    public var keys: [String: KeyMeaning]
    /// Account of recipients who bring none.
    public var account: String
    public var title: String
    /// In which order recipients are tried, each at most once; a recipient's own channel comes before.
    public var channels: [Channel]
    /// What an SMS says; nil: none is sent.
    public var text: TextMessage?
    public var cascade: Cascade

    public init(
        priority: ActionPriority = .normal, language: String = "nl", message: [MessagePiece],
        callerNumber: String? = nil, callerName: String? = nil, starts: Timestamp? = nil, expires: Timestamp? = nil,
        plays: Int = 1, keys: [String: KeyMeaning] = ["1": .repeat], account: String = "", title: String = "",
        channels: [Channel] = [.voice], text: TextMessage? = nil, cascade: Cascade = Cascade()
    ) {
        self.priority = priority
        self.language = language
        self.message = message
        self.callerNumber = callerNumber
        self.callerName = callerName
        self.starts = starts
        self.expires = expires
        self.plays = plays
        self.keys = keys
        self.account = account
        self.title = title
        self.channels = channels
        self.text = text
        self.cascade = cascade
    }

    /// Journals of before the SMS channel lack its fields.
    public init(from decoder: Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        priority = try values.decode(ActionPriority.self, forKey: .priority)
        language = try values.decode(String.self, forKey: .language)
        message = try values.decode([MessagePiece].self, forKey: .message)
        callerNumber = try values.decodeIfPresent(String.self, forKey: .callerNumber)
        callerName = try values.decodeIfPresent(String.self, forKey: .callerName)
        starts = try values.decodeIfPresent(Timestamp.self, forKey: .starts)
        expires = try values.decodeIfPresent(Timestamp.self, forKey: .expires)
        plays = try values.decode(Int.self, forKey: .plays)
        keys = try values.decode([String: KeyMeaning].self, forKey: .keys)
        account = try values.decode(String.self, forKey: .account)
        title = try values.decode(String.self, forKey: .title)
        channels = try values.decodeIfPresent([Channel].self, forKey: .channels) ?? [.voice]
        text = try values.decodeIfPresent(TextMessage.self, forKey: .text)
        cascade = try values.decodeIfPresent(Cascade.self, forKey: .cascade) ?? Cascade()
    }
}

/// Where an action stands. docs/protocol.md draws the life-cycle.
public enum ActionPhase: String, Sendable, Codable, CaseIterable {
    /// Its recipients are coming in; it does not exist yet for anybody. -> scheduled, running, or discarded
    case staged
    /// Waits for its start time. -> running, paused, cancelled
    case scheduled
    /// -> paused, completed, cancelled, expired
    case running
    /// No new calls; those under way go on. -> running, cancelled, expired
    case paused
    /// Every recipient has an outcome. -> running (retry of interrupted calls)
    case completed
    /// Stopped by the operator. Final.
    case cancelled
    /// Its time was over before every recipient was reached. Final.
    case expired

    public var isFinal: Bool {
        switch self {
        case .staged, .scheduled, .running, .paused: false
        case .completed, .cancelled, .expired: true
        }
    }
}

/// How it ended for one recipient.
public enum Outcome: String, Sendable, Codable, CaseIterable {
    /// The call was answered and the message started.
    case answered
    /// Answered, and a key with the meaning `confirm` was pressed.
    case confirmed
    case busy
    case noAnswer = "no-answer"
    /// The number does not exist or is incomplete (404, 604, 410, 484).
    case invalidNumber = "invalid-number"
    /// The callee declined (603, 607, 608): never again in this action.
    case rejected
    /// No trunk could complete the call.
    case failed
    /// Trunks stayed congested (5xx) through all retries.
    case congestion
    /// Answered, but a crash, a stop or a crossing CANCEL cut the message off; or an SMS that stayed in doubt.
    case interrupted
    /// Every segment of the SMS is on the telephone, as receipts say.
    case delivered
    /// The SMS centre took the SMS over; no receipt was asked for, or none came.
    case sent
    /// The SMS centre took the SMS over and could not deliver it in time.
    case undelivered
    /// No SMS was sent: the citizen had answered STOP.
    case optedOut = "opted-out"
    /// Not called, or not called again, because the account's budget would have been overspent.
    case overBudget = "over-budget"
    /// Not called (any more) because the action was cancelled.
    case cancelled
    /// Not called (any more) because the action's time was over.
    case expired

    /// An INVITE was answered: no automatic rule dials this recipient again.
    public var wasAnswered: Bool {
        switch self {
        case .answered, .confirmed, .interrupted: true
        case .busy, .noAnswer, .invalidNumber, .rejected, .failed, .congestion, .cancelled, .expired, .delivered,
            .sent, .undelivered, .optedOut, .overBudget:
            false
        }
    }
}

public struct ActionRecord: Equatable, Sendable {
    /// The journal's key.
    public var key: Int64
    public var id: ActionID
    /// SHA-256 over definition and recipients: the test of "the same content again".
    public var contentHash: String
    public var definition: ActionDefinition
    public var promptHash: String
    public var promptMilliseconds: Int
    public var phase: ActionPhase
    public var accepted: Timestamp
    /// First INVITE.
    public var firstCall: Timestamp?
    public var ended: Timestamp?
    public var recipientCount: Int
    /// How it ended, once it is final and no call of it is under way: a restarted daemon need not count
    /// the recipients of every action that ever was.
    public var finalCounters: ActionCounters?
    /// What was foretold; nil: not yet, or the action is older than that.
    public var plan: ActionPlan?

    public init(
        key: Int64, id: ActionID, contentHash: String, definition: ActionDefinition, promptHash: String,
        promptMilliseconds: Int, phase: ActionPhase, accepted: Timestamp, firstCall: Timestamp? = nil,
        ended: Timestamp? = nil, recipientCount: Int = 0, finalCounters: ActionCounters? = nil,
        plan: ActionPlan? = nil
    ) {
        self.key = key
        self.id = id
        self.contentHash = contentHash
        self.definition = definition
        self.promptHash = promptHash
        self.promptMilliseconds = promptMilliseconds
        self.phase = phase
        self.accepted = accepted
        self.firstCall = firstCall
        self.ended = ended
        self.recipientCount = recipientCount
        self.finalCounters = finalCounters
        self.plan = plan
    }
}

extension ActionRecord {
    /// From when on it may call: what a forecast counts its times from.
    public var begins: Timestamp { max(accepted, definition.starts ?? accepted) }
}

/// Counts of one action.
public struct ActionCounters: Equatable, Sendable, Codable {
    public var waiting = 0
    public var calling = 0
    /// An SMS is under way: to be submitted, or waiting for its receipt.
    public var messaging = 0
    public var outcomes: [Outcome: Int] = [:]
    /// Attempts that ended, those under way not counted.
    public var attempts = 0
    /// Calls in which the message was played to its end.
    public var heard = 0
    public init() {}

    public var open: Int { waiting + calling + messaging }

    /// Journals of before the SMS channel lack its count.
    public init(from decoder: Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        waiting = try values.decode(Int.self, forKey: .waiting)
        calling = try values.decode(Int.self, forKey: .calling)
        messaging = try values.decodeIfPresent(Int.self, forKey: .messaging) ?? 0
        outcomes = try values.decode([Outcome: Int].self, forKey: .outcomes)
        attempts = try values.decode(Int.self, forKey: .attempts)
        heard = try values.decode(Int.self, forKey: .heard)
    }
}

/// What has been tried for a recipient, so that limits hold across restarts. Counts of the causes
/// that cost a try; see RetryPolicy in Pacing.
public struct AttemptHistory: Equatable, Hashable, Sendable, Codable {
    public var attempts = 0
    public var busy = 0
    public var unavailable = 0
    public var ringTimeout = 0
    public var unreachable = 0
    public var congestion = 0
    public var forbidden = 0
    public var loop = 0
    /// Names of the trunks that failed this recipient in the current round.
    public var excludedTrunks: [String] = []
    public var pcmaOnly = false
    /// How often a crash left an attempt in doubt.
    public var doubts = 0
    /// SMS that failed.
    public var messages = 0
    /// SMS centres that failed this recipient in the current round.
    public var excludedSMSCs: [String] = []
    /// Position in the channels that the recipient is tried by.
    public var step = 0
    /// First attempt of that channel.
    public var stepStarted: Timestamp?

    public init() {}

    /// What was journalled before a field existed lacks it.
    public init(from decoder: Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func count(_ key: CodingKeys) throws -> Int { try values.decodeIfPresent(Int.self, forKey: key) ?? 0 }
        attempts = try count(.attempts)
        busy = try count(.busy)
        unavailable = try count(.unavailable)
        ringTimeout = try count(.ringTimeout)
        unreachable = try count(.unreachable)
        congestion = try count(.congestion)
        forbidden = try count(.forbidden)
        loop = try count(.loop)
        excludedTrunks = try values.decodeIfPresent([String].self, forKey: .excludedTrunks) ?? []
        pcmaOnly = try values.decodeIfPresent(Bool.self, forKey: .pcmaOnly) ?? false
        doubts = try count(.doubts)
        messages = try count(.messages)
        excludedSMSCs = try values.decodeIfPresent([String].self, forKey: .excludedSMSCs) ?? []
        step = try count(.step)
        stepStarted = try values.decodeIfPresent(Timestamp.self, forKey: .stepStarted)
    }
}

/// Where a recipient stands.
public enum RecipientState: Equatable, Hashable, Sendable {
    /// To be called, not before `due`.
    case waiting(due: Timestamp)
    /// An attempt is under way.
    case calling(AttemptID)
    /// An SMS is under way.
    case messaging(AttemptID)
    case ended(Outcome)
}

public struct RecipientRecord: Equatable, Sendable {
    public var id: RecipientID
    /// Key of the action.
    public var action: Int64
    public var number: PhoneNumber
    /// Pseudonymous id that stands in CDRs and reports.
    public var reference: String
    public var account: String
    public var state: RecipientState
    /// nil: nothing was tried. A million wait for their first attempt, and a history takes more room than the rest.
    private var past: Past?
    /// Keys pressed in the answered call.
    public var keys: String
    /// The channel that the citizen chose when enrolling; nil: the action's order.
    public var channel: Channel?

    public init(
        id: RecipientID, action: Int64, number: PhoneNumber, reference: String, account: String,
        state: RecipientState, history: AttemptHistory = AttemptHistory(), keys: String = "",
        channel: Channel? = nil
    ) {
        self.id = id
        self.action = action
        self.number = number
        self.reference = reference
        self.account = account
        self.state = state
        self.keys = keys
        self.channel = channel
        self.history = history
    }

    public var history: AttemptHistory {
        get { past?.history ?? AttemptHistory() }
        set { past = newValue == AttemptHistory() ? nil : Past(newValue) }
    }

    private final class Past: Equatable, Sendable {
        let history: AttemptHistory
        init(_ history: AttemptHistory) { self.history = history }
        static func == (left: Past, right: Past) -> Bool { left.history == right.history }
    }
}

/// `intended -> sent -> ringing -> answered -> heard -> ended`; an ended attempt is a CDR.
public enum AttemptState: Int, Sendable, Codable, Comparable {
    /// On disk before the INVITE leaves. After a crash it may or may not have left.
    case intended = 0
    case sent = 1
    case ringing = 2
    /// Journalled before the ACK and the first sound.
    case answered = 3
    /// The message was played to its end.
    case heard = 4

    public static func < (left: AttemptState, right: AttemptState) -> Bool { left.rawValue < right.rawValue }
}

public struct AttemptRecord: Equatable, Sendable {
    public var id: AttemptID
    public var recipient: RecipientID
    public var action: Int64
    /// 1 for the recipient's first.
    public var number: Int
    public var state: AttemptState
    public var trunk: String
    /// "address:port" of the trunk's target, for a BYE after a crash.
    public var target: String
    public var callID: String
    public var caller: String
    /// Handed over to be sent; the CDR's start.
    public var start: Timestamp
    public var ringing: Timestamp?
    public var answer: Timestamp?
    public var codec: Codec?
    /// What a BYE needs, as the voice module wrote it (JSON); "" before the answer.
    public var dialog: String
    public var heardMilliseconds: Int
    public var keys: String
    /// Repeats an attempt that a crash left in doubt.
    public var redial: Bool

    public init(
        id: AttemptID, recipient: RecipientID, action: Int64, number: Int, state: AttemptState = .intended,
        trunk: String, target: String, callID: String, caller: String, start: Timestamp, ringing: Timestamp? = nil,
        answer: Timestamp? = nil, codec: Codec? = nil, dialog: String = "", heardMilliseconds: Int = 0,
        keys: String = "", redial: Bool = false
    ) {
        self.id = id
        self.recipient = recipient
        self.action = action
        self.number = number
        self.state = state
        self.trunk = trunk
        self.target = target
        self.callID = callID
        self.caller = caller
        self.start = start
        self.ringing = ringing
        self.answer = answer
        self.codec = codec
        self.dialog = dialog
        self.heardMilliseconds = heardMilliseconds
        self.keys = keys
        self.redial = redial
    }
}

/// A number and whose it is.
public struct NumberEntry: Equatable, Sendable {
    /// ``PhoneNumber/digits``.
    public var digits: UInt64
    public var recipient: RecipientID

    public init(digits: UInt64, recipient: RecipientID) {
        self.digits = digits
        self.recipient = recipient
    }
}

/// One change that a turn writes; indirect, since they are large and handed on often. All of a turn's are written in one transaction, in order, before
/// any of its effects is performed.
public indirect enum JournalRecord: Equatable, Sendable {
    /// New, in phase `staged`.
    case actionStaged(ActionRecord)
    case recipientsStaged([RecipientRecord])
    /// A submission that was not committed: the action and its recipients go.
    case actionDiscarded(key: Int64)
    /// Everything of the action but key, id and definition may have changed (the content hash, prompt
    /// and acceptance of a submission are known at its commit).
    case actionChanged(ActionRecord)
    /// Of an action that sends SMS: who has which number, in order of the numbers, for citizens who write.
    case numbersListed(action: Int64, [NumberEntry])
    case recipientChanged(RecipientRecord)
    case attemptStarted(AttemptRecord)
    case attemptChanged(AttemptRecord)
    /// The attempt is over: its CDR is appended, its row goes.
    case attemptEnded(AttemptID, CallDetailRecord)
    /// An SMS that may be submitted from now on.
    case messageStarted(MessageRecord)
    case messageChanged(MessageRecord)
    /// Of the messages of one SMS centre and priority, started in this order, all up to this segment have been
    /// handed to a bind.
    case messagesReleased(ReleaseMark)
    /// No segment ever left: as if it had not been started.
    case messageDropped(AttemptID)
    /// Its CDR is appended, its row goes; the recipient as it stands then, if that changed.
    case messageEnded(AttemptID, CallDetailRecord, RecipientRecord?)
    /// A citizen's SMS, or one segment of it.
    case inboundStored(InboundRecord)
    /// The segments of a message that is whole now.
    case inboundPartsRemoved([Int64])
    case optedOut(OptOutRecord)
    /// A correction or credit.
    case ledgerAppended(CallDetailRecord)

    /// What comes thousands of times a second; beside it, ends of messages can wait.
    ///
    /// A crash of the process loses nothing of it if the disk has not confirmed it yet, and messages that were started
    /// do not leave before it has. A loss of power makes the messages in question doubtful, as the loss of their
    /// responses would have.
    public var isTraffic: Bool {
        switch self {
        case .messageStarted, .messageChanged, .messagesReleased, .messageEnded: true
        case .actionStaged, .recipientsStaged, .actionDiscarded, .actionChanged, .numbersListed, .recipientChanged,
            .attemptStarted, .attemptChanged, .attemptEnded, .messageDropped, .inboundStored, .inboundPartsRemoved,
            .optedOut, .ledgerAppended:
            false
        }
    }

}

/// What the journal knows when the daemon starts.
public struct JournalSnapshot: Sendable {
    /// Every action that is not final, and those that are (their recipients are not loaded).
    public var actions: [ActionRecord]
    /// Recipients of the actions that are not final, in order of id.
    public var recipients: [RecipientRecord]
    public var attempts: [AttemptRecord]
    public var messages: [MessageRecord]
    public var releases: [ReleaseMark]
    /// Segments of citizens' messages that are not whole.
    public var inboundParts: [InboundRecord]
    /// How many messages citizens sent in answer to each action, by its id.
    public var inboundCounts: [String: Int] = [:]
    /// Numbers that want no SMS, E.164.
    public var optOuts: Set<String>
    /// The machine was started since the former process wrote last: what it wrote last may be lost.
    public var machineRestarted: Bool
    public var lastInbound: Int64
    /// What accounts were charged, by month.
    public var spending: [Spending] = []
    /// Highest keys ever used.
    public var lastActionKey: Int64
    public var lastRecipient: RecipientID
    public var lastAttempt: AttemptID
    public var lastCDRSequence: Int64
    /// Last journalled sign of life of the former process; nil in a new journal.
    public var lastAlive: Timestamp?

    public init(
        actions: [ActionRecord] = [], recipients: [RecipientRecord] = [], attempts: [AttemptRecord] = [],
        messages: [MessageRecord] = [], releases: [ReleaseMark] = [], inboundParts: [InboundRecord] = [],
        optOuts: Set<String> = [], machineRestarted: Bool = false, lastInbound: Int64 = 0, lastActionKey: Int64 = 0,
        lastRecipient: RecipientID = RecipientID(0), lastAttempt: AttemptID = AttemptID(0), lastCDRSequence: Int64 = 0,
        lastAlive: Timestamp? = nil
    ) {
        self.actions = actions
        self.recipients = recipients
        self.attempts = attempts
        self.messages = messages
        self.releases = releases
        self.inboundParts = inboundParts
        self.optOuts = optOuts
        self.machineRestarted = machineRestarted
        self.lastInbound = lastInbound
        self.lastActionKey = lastActionKey
        self.lastRecipient = lastRecipient
        self.lastAttempt = lastAttempt
        self.lastCDRSequence = lastCDRSequence
        self.lastAlive = lastAlive
    }
}
