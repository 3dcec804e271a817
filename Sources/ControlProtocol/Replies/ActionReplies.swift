// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// An action in figures.
package struct ActionSummary: Equatable, Sendable, Codable {
    package var id: String
    package var title: String
    package var phase: OpenWord<ActionPhase>
    package var priority: OpenWord<ActionPriority>
    /// "" when every recipient brings one.
    package var account: String
    /// Number shown; "" when the trunk decides.
    package var caller: String
    package var promptMilliseconds: Int
    package var promptHash: String

    package var recipients: Int
    /// To be called, now or later.
    package var waiting: Int
    /// Under way.
    package var calling: Int
    /// An SMS is under way.
    package var messaging: Int
    /// Messages from citizens in answer.
    package var inbound: Int
    /// Outcome to how many; those that nobody has are left out.
    package var outcomes: [OpenWord<Outcome>: Int]
    /// Calls that ended, repeated ones included.
    package var attempts: Int
    /// Heard the message to its end.
    package var heard: Int

    package var accepted: UTCTime
    package var starts: UTCTime?
    package var expires: UTCTime?
    package var firstCall: UTCTime?
    package var ended: UTCTime?
    /// `plan` on the wire; nil: nothing was foretold.
    package var forecast: ForecastProgress?
    /// What is believed about whatever it runs over, left out when there is nothing. `watch` says only that nothing can
    /// leave.
    package var findings: [ActionFinding] = []
    /// Who did what to it, in order; empty, and left out, for actions of before.
    package var deeds: [DeedReport] = []
    /// Until then a second officer may let it go; nil: none has to.
    package var approveBy: UTCTime?
    /// The action that it corrects, or closes; nil: none.
    package var corrects: String?
    package var closes: String?
    /// It is past its end by a system clock that was set just now: nobody is tried, and it has not expired yet.
    package var isHeldByClock: Bool
    /// Who must not be contacted now, by what participants wish, by reason; left out when there is nobody.
    package var waits: [RuleWaitReport] = []
    /// How many wait until another action has done with their number; left out when there is nobody.
    package var waitingForNumbers = 0
    /// Passes over what participants wish; left out when it does not.
    package var override: OverrideReport?
    /// It ends when so many have confirmed; left out when it does not.
    package var enough: Int?

    package init(
        id: String, title: String, phase: ActionPhase, priority: ActionPriority, account: String, caller: String,
        promptMilliseconds: Int, promptHash: String, recipients: Int, waiting: Int, calling: Int,
        messaging: Int = 0, inbound: Int = 0, outcomes: [Outcome: Int], attempts: Int, heard: Int,
        accepted: Timestamp, starts: Timestamp? = nil, expires: Timestamp? = nil, firstCall: Timestamp? = nil,
        ended: Timestamp? = nil, forecast: ForecastProgress? = nil, isHeldByClock: Bool = false
    ) {
        self.id = id
        self.title = title
        self.phase = OpenWord(phase)
        self.priority = OpenWord(priority)
        self.account = account
        self.caller = caller
        self.promptMilliseconds = promptMilliseconds
        self.promptHash = promptHash
        self.recipients = recipients
        self.waiting = waiting
        self.calling = calling
        self.messaging = messaging
        self.inbound = inbound
        self.outcomes = Dictionary(
            uniqueKeysWithValues: outcomes.filter { $0.value > 0 }.map { (OpenWord($0.key), $0.value) })
        self.attempts = attempts
        self.heard = heard
        self.accepted = UTCTime(accepted)
        self.starts = starts.map(UTCTime.init)
        self.expires = expires.map(UTCTime.init)
        self.firstCall = firstCall.map(UTCTime.init)
        self.ended = ended.map(UTCTime.init)
        self.forecast = forecast
        self.isHeldByClock = isHeldByClock
    }

    /// Recipients whose call was answered, whatever came after; an interrupted SMS counts too, which the outcome does not
    /// tell apart.
    package var answered: Int { count(.answered) + count(.confirmed) + count(.interrupted) }
    /// Outcomes that ``answered`` counts and that are calls': without a message to be spoken none is.
    package var answeredOutcomes: [Outcome] { hasVoice ? [.answered, .confirmed, .interrupted] : [] }
    /// Whether it has a message to be spoken; an action of an older daemon has nothing else.
    package var hasVoice: Bool {
        !promptHash.isEmpty || calling > 0 || count(.answered) + count(.confirmed) > 0
    }
    package var confirmed: Int { count(.confirmed) }
    /// Share of recipients with an outcome, rounded down.
    package var percent: Int {
        recipients > 0 ? max(0, recipients - waiting - calling - messaging) * 100 / recipients : 100
    }
    package func count(_ outcome: Outcome) -> Int { outcomes[OpenWord(outcome)] ?? 0 }
    package var isFinal: Bool { phase.known?.isFinal ?? false }

    private enum CodingKeys: String, CodingKey {
        case id, title, phase, priority, account, caller, recipients, waiting, calling, messaging, inbound, outcomes,
            attempts, answered, heard, confirmed, percent, accepted, starts, expires, ended, findings,
            deeds, corrects, closes
        case approveBy = "approve-by"
        case promptMilliseconds = "message-ms"
        case promptHash = "prompt-hash"
        case firstCall = "first-call"
        case forecast = "plan"
        case isHeldByClock = "held-by-clock"
        case waits
        case waitingForNumbers = "waiting-for-numbers"
        case override
        case enough = "stop-when-confirmed"
    }

    package init(from decoder: Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        title = try container.decode(String.self, forKey: .title)
        phase = try container.decode(OpenWord<ActionPhase>.self, forKey: .phase)
        priority = try container.decode(OpenWord<ActionPriority>.self, forKey: .priority)
        account = try container.decode(String.self, forKey: .account)
        caller = try container.decode(String.self, forKey: .caller)
        promptMilliseconds = try container.decode(Int.self, forKey: .promptMilliseconds)
        promptHash = try container.decode(String.self, forKey: .promptHash)
        recipients = try container.decode(Int.self, forKey: .recipients)
        waiting = try container.decode(Int.self, forKey: .waiting)
        calling = try container.decode(Int.self, forKey: .calling)
        messaging = try container.decodeIfPresent(Int.self, forKey: .messaging) ?? 0
        inbound = try container.decodeIfPresent(Int.self, forKey: .inbound) ?? 0
        outcomes = try container.decode([OpenWord<Outcome>: Int].self, forKey: .outcomes)
        attempts = try container.decode(Int.self, forKey: .attempts)
        heard = try container.decode(Int.self, forKey: .heard)
        accepted = try container.decode(UTCTime.self, forKey: .accepted)
        starts = try container.decodeIfPresent(UTCTime.self, forKey: .starts)
        expires = try container.decodeIfPresent(UTCTime.self, forKey: .expires)
        firstCall = try container.decodeIfPresent(UTCTime.self, forKey: .firstCall)
        ended = try container.decodeIfPresent(UTCTime.self, forKey: .ended)
        forecast = try container.decodeIfPresent(ForecastProgress.self, forKey: .forecast)
        findings = try container.decodeIfPresent([ActionFinding].self, forKey: .findings) ?? []
        isHeldByClock = try container.decodeIfPresent(Bool.self, forKey: .isHeldByClock) ?? false
        waits = try container.decodeIfPresent([RuleWaitReport].self, forKey: .waits) ?? []
        waitingForNumbers = try container.decodeIfPresent(Int.self, forKey: .waitingForNumbers) ?? 0
        override = try container.decodeIfPresent(OverrideReport.self, forKey: .override)
        enough = try container.decodeIfPresent(Int.self, forKey: .enough)
        deeds = try container.decodeIfPresent([DeedReport].self, forKey: .deeds) ?? []
        approveBy = try container.decodeIfPresent(UTCTime.self, forKey: .approveBy)
        corrects = try container.decodeIfPresent(String.self, forKey: .corrects)
        closes = try container.decodeIfPresent(String.self, forKey: .closes)
    }

    package func encode(to encoder: Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(title, forKey: .title)
        try container.encode(phase, forKey: .phase)
        try container.encode(priority, forKey: .priority)
        try container.encode(account, forKey: .account)
        try container.encode(caller, forKey: .caller)
        try container.encode(promptMilliseconds, forKey: .promptMilliseconds)
        try container.encode(promptHash, forKey: .promptHash)
        try container.encode(recipients, forKey: .recipients)
        try container.encode(waiting, forKey: .waiting)
        try container.encode(calling, forKey: .calling)
        try container.encode(messaging, forKey: .messaging)
        try container.encode(inbound, forKey: .inbound)
        try container.encode(outcomes, forKey: .outcomes)
        try container.encode(attempts, forKey: .attempts)
        try container.encode(answered, forKey: .answered)
        try container.encode(heard, forKey: .heard)
        try container.encode(confirmed, forKey: .confirmed)
        try container.encode(percent, forKey: .percent)
        try container.encode(accepted, forKey: .accepted)
        try container.encodeIfPresent(starts, forKey: .starts)
        try container.encodeIfPresent(expires, forKey: .expires)
        try container.encodeIfPresent(firstCall, forKey: .firstCall)
        try container.encodeIfPresent(ended, forKey: .ended)
        try container.encodeIfPresent(forecast, forKey: .forecast)
        if !findings.isEmpty { try container.encode(findings, forKey: .findings) }
        if isHeldByClock { try container.encode(true, forKey: .isHeldByClock) }
        if !waits.isEmpty { try container.encode(waits, forKey: .waits) }
        if waitingForNumbers > 0 { try container.encode(waitingForNumbers, forKey: .waitingForNumbers) }
        try container.encodeIfPresent(override, forKey: .override)
        try container.encodeIfPresent(enough, forKey: .enough)
        if !deeds.isEmpty { try container.encode(deeds, forKey: .deeds) }
        try container.encodeIfPresent(approveBy, forKey: .approveBy)
        try container.encodeIfPresent(corrects, forKey: .corrects)
        try container.encodeIfPresent(closes, forKey: .closes)
    }
}

/// So many of an action wait by what participants wish.
package struct RuleWaitReport: Equatable, Sendable, Codable {
    /// Code of the reason, e.g. `not-welcome`.
    package var reason: String
    package var count: Int
    /// When the first of them may be contacted.
    package var until: UTCTime

    package init(reason: String, count: Int, until: Timestamp) {
        self.reason = reason
        self.count = count
        self.until = UTCTime(until)
    }
}

/// Who answers for an action's passing over what participants wish, and why.
package struct OverrideReport: Equatable, Sendable, Codable {
    package var officer: String
    package var reason: String

    package init(officer: String, reason: String) {
        self.officer = officer
        self.reason = reason
    }
}

/// One recipient of `show`.
package struct RecipientReport: Equatable, Sendable, Codable {
    package enum State: String, Vocabulary {
        case waiting, calling, messaging, ended
    }

    /// Pseudonymous: the submitter's own id, or a keyed hash of the number. `id` on the wire.
    package var reference: String
    /// Redacted.
    package var number: String
    package var account: String
    package var state: OpenWord<State>
    /// nil until ended.
    package var outcome: OpenWord<Outcome>?
    /// Not called before then; nil unless waiting.
    package var due: UTCTime?
    package var attempts: Int
    /// Pressed in the answered call, in order.
    package var keys: String
    /// Code of what keeps the recipient waiting until `due`; nil: no rule.
    package var reason: String?

    package init(
        reference: String, number: String, account: String, state: State, outcome: Outcome? = nil,
        due: Timestamp? = nil, attempts: Int, keys: String, reason: String? = nil
    ) {
        self.reference = reference
        self.number = number
        self.account = account
        self.state = OpenWord(state)
        self.outcome = outcome.map(OpenWord.init)
        self.due = due.map(UTCTime.init)
        self.attempts = attempts
        self.keys = keys
        self.reason = reason
    }

    private enum CodingKeys: String, CodingKey {
        case number, account, state, outcome, due, attempts, keys, reason
        case reference = "id"
    }
}

/// What a citizen wrote in answer to an action.
package struct InboundReport: Equatable, Sendable, Codable {
    package var received: UTCTime
    /// Pseudonymous, of the recipient.
    package var reference: String
    /// Redacted.
    package var number: String
    package var text: String

    package init(received: Timestamp, reference: String, number: String, text: String) {
        self.received = UTCTime(received)
        self.reference = reference
        self.number = number
        self.text = text
    }

    private enum CodingKeys: String, CodingKey {
        case received, number, text
        case reference = "id"
    }
}

extension Replies {
    package static let action = ReplyKind<ActionSummary>("action")
    /// Of `watch`; its last one is final.
    package static let progress = ReplyKind<ActionSummary>("progress")
    package static let recipient = ReplyKind<RecipientReport>("recipient")
    package static let inbound = ReplyKind<InboundReport>("inbound")
    /// How many were streamed.
    package static let count = ReplyKind<Int>("count")
}
