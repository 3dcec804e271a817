// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import ActionRoster
import Actions
import ControlProtocol
import GatewayCore

/// The engine's state in the words of the control protocol.
extension ActionSummary {
    init(_ action: LiveAction, callerNumber: String, now: Timestamp) {
        let record = action.record
        self.init(
            id: record.id.text, title: record.definition.title, phase: record.phase,
            priority: record.definition.priority, account: record.definition.account,
            caller: record.definition.callerNumber ?? callerNumber, promptMilliseconds: record.promptMilliseconds,
            promptHash: record.promptHash, recipients: record.recipientCount, waiting: action.counters.waiting,
            calling: action.counters.calling, messaging: action.counters.messaging, inbound: action.inboundMessages,
            outcomes: action.counters.outcomes, attempts: action.counters.attempts, heard: action.counters.heard,
            accepted: record.accepted, starts: record.definition.starts,
            expires: record.definition.expires, firstCall: record.firstCall, ended: record.ended,
            forecast: record.forecast.map { ForecastProgress($0, of: record, now: now) },
            isHeldByClock: action.isHeldByClock)
        waits = Dictionary(grouping: action.waits.values, by: \.reason).sorted { $0.key.word < $1.key.word }
            .map { reason, all in
                RuleWaitReport(
                    reason: reason.word, count: all.count, until: all.map(\.until).min() ?? .epoch)
            }
        waitingForNumbers = action.waitingForNumbers
        override = record.definition.override.map { OverrideReport(officer: $0.officer, reason: $0.reason) }
        enough = record.definition.enough
        guard let conduct = record.conduct else { return }
        deeds = conduct.deeds.map { DeedReport($0) }
        approveBy = record.approveBy.map(UTCTime.init)
        corrects = conduct.tie == .correction ? conduct.follows : nil
        closes = conduct.tie == .closing ? conduct.follows : nil
    }
}

extension ActionRecord {
    /// Civil; nil: no approval is awaited.
    var approveBy: Timestamp? { phase == .awaitingApproval ? conduct?.approveBy.map(civil) : nil }
}

extension DeedReport {
    init(_ record: DeedRecord) {
        self.init(
            deed: record.deed, at: record.at, user: record.by.user, officer: record.by.officer?.text,
            note: record.note.isEmpty ? nil : record.note, action: record.action, alert: record.alert)
    }
}

extension RecipientReport {
    /// `phase`: of the action; those who were not called any more share its end.
    /// `civil`: what people call an engine time.
    /// `wait`: what rule keeps the recipient waiting.
    init(
        _ recipient: RecipientRecord, phase: ActionPhase, wait: RuleWait? = nil, civil: (Timestamp) -> Timestamp
    ) {
        var state: State
        var outcome: Outcome?
        var due: Timestamp?
        switch recipient.state {
        case .waiting(let time):
            state = .waiting
            due = wait?.until ?? (time > .epoch ? civil(time) : nil)
        case .calling:
            state = .calling
        case .messaging:
            state = .messaging
        case .ended(let how):
            state = .ended
            outcome = how
        }
        if state == .waiting, let shared = phase.outcomeOfWaiting { (state, outcome, due) = (.ended, shared, nil) }
        self.init(
            reference: recipient.reference, number: recipient.number.redacted, account: recipient.account, state: state,
            outcome: outcome, due: due, attempts: recipient.history.attempts, keys: recipient.keys,
            reason: state == .waiting ? wait?.reason.word : nil)
    }
}

extension InboundReport {
    init(_ record: InboundRecord) {
        self.init(
            received: record.received, reference: record.recipient,
            number: PhoneNumber(e164: record.source)?.redacted ?? record.source, text: record.text)
    }
}

extension ProtocolError {
    init(_ error: EngineError) {
        let code: ErrorCode
        switch error {
        case .unknownAction: code = .unknownAction
        case .wrongPhase, .followed: code = .wrongPhase
        case .beingSubmitted: code = .beingSubmitted
        case .nothingToRetry: code = .nothingToRetry
        case .unknownTrunk: code = .unknownTrunk
        case .unknownSMSC: code = .unknownSMSC
        case .shuttingDown: code = .shuttingDown
        case .sameOfficer: code = .sameOfficer
        }
        self.init(code, error.description)
    }
}
