import ActionEngine
import ActionRoster
import Actions
import ControlProtocol
import GatewayCore
import Messaging
import Pacing
import SMPP
// SPDX-License-Identifier: GPL-3.0-or-later
import Texting

/// The engine's state in the words of the control protocol.
extension ActionSummary {
    init(_ action: LiveAction, callerNumber: String, now: Timestamp) {
        let record = action.record
        var outcomes: [String: Int] = [:]
        for (outcome, count) in action.counters.outcomes { outcomes[outcome.rawValue] = count }
        self.init(
            id: record.id.text, title: record.definition.title, phase: record.phase.rawValue,
            priority: record.definition.priority.name, account: record.definition.account,
            caller: record.definition.callerNumber ?? callerNumber, messageMilliseconds: record.promptMilliseconds,
            promptHash: record.promptHash, recipients: record.recipientCount, waiting: action.counters.waiting,
            calling: action.counters.calling, messaging: action.counters.messaging, inbound: action.inboundMessages,
            outcomes: outcomes, attempts: action.counters.attempts, heard: action.counters.heard,
            accepted: record.accepted, starts: record.definition.starts,
            expires: record.definition.expires, firstCall: record.firstCall, ended: record.ended,
            plan: record.forecast.map { PlanProgress($0, of: record, now: now) })
    }
}

extension RecipientReport {
    /// `phase`: of the action; those who were not called any more share its end.
    init(_ recipient: RecipientRecord, phase: ActionPhase) {
        var state: String
        var outcome: String?
        var due: Timestamp?
        switch recipient.state {
        case .waiting(let time):
            state = "waiting"
            due = time > .epoch ? time : nil
        case .calling:
            state = "calling"
        case .messaging:
            state = "messaging"
        case .ended(let how):
            state = "ended"
            outcome = how.rawValue
        }
        switch phase {
        case .cancelled where state == "waiting": (state, outcome, due) = ("ended", Outcome.cancelled.rawValue, nil)
        case .expired where state == "waiting": (state, outcome, due) = ("ended", Outcome.expired.rawValue, nil)
        case .staged, .scheduled, .running, .paused, .completed, .cancelled, .expired: break
        }
        self.init(
            reference: recipient.reference, number: recipient.number.redacted, account: recipient.account, state: state,
            outcome: outcome, due: due, attempts: recipient.history.attempts, keys: recipient.keys)
    }
}

extension TrunkStatus {
    init(_ trunk: TrunkState, counters: TrunkCounters, now: Timestamp) {
        let reason = trunk.downReason(now: now)
        let limits = trunk.pacer.limits
        let targets = trunk.targets.targets.map { target in
            var down: String?
            if case .down(let why) = target.health { down = why }
            return TrunkTargetStatus(
                address: target.address.text, isUp: down == nil, reason: down,
                roundTripMilliseconds: target.roundTrip.map { $0.seconds * 1000 })
        }
        self.init(
            name: trunk.name, isUp: reason == nil, reason: reason, priority: limits.priority, weight: limits.weight,
            calls: trunk.pacer.activeCalls, channels: limits.channels, pace: trunk.pacer.pace(now: now),
            maximumPace: limits.callsPerSecond, paceReason: trunk.pacer.reason(now: now)?.description,
            blockedUntil: trunk.pacer.blocked(now: now), targets: targets,
            counters: counters)
    }
}

extension PrefixStatus {
    /// Each limited prefix of the configuration.
    static func all(of engine: Engine) -> [PrefixStatus] {
        engine.prefixes.all.enumerated().filter { !$0.element.isRetired }.map { index, prefix in
            PrefixStatus(
                prefix: prefix.limits.prefix, calls: prefix.activeCalls,
                channels: prefix.limits.channels, maximumPace: prefix.limits.callsPerSecond,
                waiting: engine.waiting(at: index))
        }
    }
}

extension ProtocolError {
    init(_ error: EngineError) {
        let code: ErrorCode
        switch error {
        case .unknownAction: code = .unknownAction
        case .wrongPhase: code = .wrongPhase
        case .beingSubmitted: code = .beingSubmitted
        case .nothingToRetry: code = .nothingToRetry
        case .unknownTrunk: code = .unknownTrunk
        case .unknownSMSC: code = .unknownSMSC
        case .shuttingDown: code = .shuttingDown
        }
        self.init(code, error.description)
    }
}

extension ActionDefinition {
    /// A document that decoded is valid but for what only this gateway knows: numbers and languages.
    init(_ document: ActionDocument, plan: NumberingPlan, languages: Set<String>) throws(ProtocolError) {
        var caller: String?
        if let number = document.callerNumber {
            do {
                caller = try plan.parse(number).e164
            } catch {
                throw ProtocolError(
                    .invalidAction, "\"action.caller-number\": \(error.description)", field: "action.caller-number")
            }
        }
        guard languages.contains(document.language.rawValue) else {
            throw ProtocolError(
                .invalidAction, "\"action.language\": no [Language \(document.language.rawValue)] is configured",
                field: "action.language")
        }
        var keys: [String: GatewayCore.KeyMeaning] = [:]
        for (digit, meaning) in document.keys {
            keys[digit] = meaning == .repeat ? GatewayCore.KeyMeaning.repeat : .confirm
        }
        self.init(
            priority: ActionPriority(name: document.priority.rawValue) ?? .normal,
            language: document.language.rawValue, prompt: document.message, callerNumber: caller,
            callerName: document.callerName, starts: document.starts, expires: document.expires, plays: document.plays,
            keys: keys, account: document.account, title: document.title,
            channels: document.channels.isEmpty
                ? (document.message.isEmpty ? [] : [.voice]) + (document.sms == nil ? [] : [.sms])
                : document.channels.map { $0 == .voice ? .voice : .sms },
            text: document.sms.map { TextMessage($0) }, cascade: document.cascade.map { Cascade($0) } ?? Cascade())
    }
}

extension TextMessage {
    init(_ document: TextDocument) {
        self.init(
            text: document.text, sender: document.sender, isFlash: document.isFlash,
            wantsReceipts: document.wantsReceipts, mayTransliterate: document.mayTransliterate,
            priorityFlag: document.priorityFlag.map { UInt8(clamping: $0) },
            validity: document.validitySeconds.map { .seconds(Double($0)) }, deliverAt: document.deliverAt,
            replacesEarlier: document.replacesEarlier,
            doubt: document.doubt.map { $0 == .resend ? .resend : .hold })
    }
}

extension Cascade {
    init(_ document: CascadeDocument) {
        self.init(
            outcomes: document.outcomes?.compactMap { Outcome(rawValue: $0) } ?? Cascade.notReached,
            after: document.afterSeconds.map { .seconds(Double($0)) })
    }
}

extension InboundReport {
    init(_ record: InboundRecord) {
        self.init(
            received: record.received, reference: record.recipient,
            number: PhoneNumber(e164: record.source)?.redacted ?? record.source, text: record.text)
    }
}

extension SMSCStatus {
    /// `binds`: what the links report, by name.
    init(_ smsc: SMSCState, outstanding: Int, binds: [String: BindStatus], clock: (Int64) -> Timestamp, now: Timestamp)
    {
        self.init(
            name: smsc.name, isUp: smsc.isUsable, isDisabled: smsc.disabledByOperator,
            priority: smsc.settings.priority, weight: smsc.settings.weight, prepared: smsc.preparedCount,
            outstanding: outstanding, messageIDs: smsc.messageIDForm.map { "\($0)" } ?? "",
            binds: smsc.binds.filter { !$0.isRetired }.map { bind in
                let link = binds[bind.name]
                let counts = bind.counts
                return BindReport(
                    name: bind.name, mode: "\(bind.mode)", state: link?.state.rawValue ?? "waiting",
                    peer: link?.peer, systemID: link?.smscSystemID, tls: link?.tls,
                    boundSince: link?.boundSince.map(clock), windowUsed: bind.pacer.outstanding,
                    window: bind.pacer.limits.window, pace: bind.pacer.pace(now: now),
                    maximumPace: bind.pacer.limits.perSecond.map(Double.init),
                    isThrottled: bind.pacer.isThrottled(now: now),
                    roundTripMilliseconds: link?.roundTrip.map { Double($0) / 1000 }, submitted: counts.submitted,
                    accepted: counts.accepted, refused: counts.refused, throttled: counts.throttled,
                    queueFull: counts.queueFull, timedOut: counts.timedOut, receipts: counts.receipts,
                    unmatchedReceipts: counts.unmatchedReceipts, inbound: counts.inbound,
                    reconnects: link?.reconnects ?? 0, lastError: bind.lastError ?? link?.lastError,
                    lastErrorAt: bind.lastErrorAt ?? link?.lastErrorAt.map(clock))
            })
    }
}
