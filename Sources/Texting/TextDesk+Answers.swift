// SPDX-License-Identifier: GPL-3.0-or-later
import ActionRoster
import Actions
import GatewayCore
import Pacing
import SMPP

/// What binds report: responses, links that come and go, receipts.
extension TextDesk {
    // MARK: - Binds

    package func bindUp(_ key: BindKey, now: Timestamp) {
        guard bind(key) != nil else { return }
        smscs[key.smsc].binds[key.bind].isUp = true
        smscs[key.smsc].binds[key.bind].pacer.releaseAll()
        // What waits for another SMSC need not.
        for index in smscs.indices where index != key.smsc { scheduleEvacuation(index, now: now) }
    }

    /// The link is gone.
    ///
    /// - Parameters:
    ///   - doubtful: Handed to it without a response.
    ///   - unsent: Not yet on the wire.
    package func bindDown(
        _ key: BindKey, reason: String, inDoubt doubtful: [SegmentToken], unsent: [SegmentToken], now: Timestamp
    ) {
        guard bind(key) != nil else { return }
        smscs[key.smsc].binds[key.bind].isUp = false
        smscs[key.smsc].binds[key.bind].pacer.releaseAll()
        noteError(reason, key, now: now)
        for token in unsent { submitAgain(token, doubtful: false, now: now) }
        for token in doubtful { inDoubt(token, now: now) }
        if !smscs[key.smsc].isUsable { evacuate(key.smsc, now: now) }
    }

    // MARK: - Responses

    /// submit_sm_resp or data_sm_resp.
    package func messageAnswered(
        _ key: BindKey, _ token: SegmentToken, status: CommandStatus, messageID: String, isLate: Bool, now: Timestamp
    ) {
        guard let bind = bind(key) else { return }
        if !isLate { smscs[key.smsc].binds[key.bind].pacer.release() }
        switch status {
        case .ok:
            smscs[key.smsc].binds[key.bind].counts.accepted += 1
            smscs[key.smsc].binds[key.bind].pacer.accepted(now: now)
        case .throttled:
            smscs[key.smsc].binds[key.bind].counts.throttled += 1
            if !bind.pacer.isThrottled(now: now) { noteError("ESME_RTHROTTLED: too fast for the SMSC", key, now: now) }
            smscs[key.smsc].binds[key.bind].pacer.throttled(now: now)
        case .messageQueueFull:
            smscs[key.smsc].binds[key.bind].counts.queueFull += 1
        default:
            smscs[key.smsc].binds[key.bind].counts.refused += 1
            noteError("a message was refused with \(status)", key, now: now)
        }
        guard let message = messages[token.attempt], token.segment < message.record.segments.count else { return }
        switch message.record.segments[token.segment].state {
        // Of the time before; what was sent since has an answer of its own.
        case .submitted where isLate && status != .ok: return
        case .submitted, .doubtful: break
        // It is being sent again: the late answer spares that, if it was a yes.
        case .waiting where isLate && status == .ok: break
        case .prepared, .waiting, .accepted, .refused, .abandoned: return
        }
        if status == .ok {
            segmentAccepted(token, message, messageID, now: now)
        } else {
            segmentRefused(token, message, status, now: now)
        }
    }

    /// No response within the bind's time: nobody knows whether it was taken.
    package func messageTimedOut(_ key: BindKey, _ token: SegmentToken, now: Timestamp) {
        guard bind(key) != nil else { return }
        smscs[key.smsc].binds[key.bind].pacer.release()
        smscs[key.smsc].binds[key.bind].counts.timedOut += 1
        noteError("no response to submit_sm", key, now: now)
        inDoubt(token, now: now)
    }

    /// Not taken by the bind after all.
    package func messageUnsent(_ key: BindKey, _ token: SegmentToken, now: Timestamp) {
        guard bind(key) != nil else { return }
        smscs[key.smsc].binds[key.bind].pacer.release()
        submitAgain(token, doubtful: false, now: now)
    }

    private func segmentAccepted(
        _ token: SegmentToken, _ message: LiveMessage, _ messageID: String, now: Timestamp
    ) {
        guard message.index < message.action.recipients.count else { return }
        let smsc = smscs[message.smsc]
        let number = message.action.recipients[message.index].number.e164
        smsc.backoff.accepted(number)
        let wantsReceipts = message.wantsReceipts
        message.record.segments[token.segment].state = .accepted
        message.record.segments[token.segment].messageID = messageID
        if message.record.segments.count == 1, !wantsReceipts, message.failure == nil {
            // The short way: nothing of it is to be kept but its CDR.
            message.record.accepted = now
            return conclude(message, now: now)
        }
        if message.record.segments.allSatisfy({ $0.state == .accepted }) {
            message.record.accepted = now
            if wantsReceipts { setDeadline(message, now + receiptTime(of: message.action, now: now)) }
        }
        var replays: [ReceiptMatcher.Replay] = []
        if wantsReceipts {
            replays = smsc.matcher.register(
                token.value, id: messageID, destination: number, submittedAt: now.microseconds,
                reference: message.record.segments[token.segment].reference)
        }
        change(message) { $0.awaitsReceipts = wantsReceipts }
        acknowledgeEarly(replays.count, of: message.smsc)
        for replay in replays { apply(replay.match, replay.held.receipt, message.smsc, now: now) }
        concludeIfDone(token.attempt, now: now)
    }

    private func segmentRefused(
        _ token: SegmentToken, _ message: LiveMessage, _ status: CommandStatus, now: Timestamp
    ) {
        let action = message.action
        guard message.index < action.recipients.count else { return }
        let kind = MessageFailure(status)
        switch kind {
        case .throttled:
            submitAgain(token, doubtful: false, now: now)
        case .queueFull
        where now < roster.expiry(of: action) && !action.record.phase.isFinal
            && message.fullQueues < LiveMessage.mostFullQueues:
            message.fullQueues += 1
            let due = smscs[message.smsc].backoff.refused(action.recipients[message.index].number.e164, now: now)
            change(message) { $0.segments[token.segment].state = .waiting }
            agenda.set(.segmentDue(token), at: due)
        case .queueFull, .temporary, .invalidNumber, .configuration, .permanent:
            if kind == .configuration {
                outbox.alarm(
                    "\(smscs[message.smsc].name) refuses action \(action.record.id.text) with \(status): "
                        + "look at sender, account and quirks")
            }
            message.failure = (kind, status)
            change(message) {
                $0.segments[token.segment].state = .refused
                $0.abandonWhatIsNotOut()
            }
            concludeIfDone(token.attempt, now: now)
        }
    }

    // MARK: - What comes in

    /// How long a receipt that came before its submit response holds the SMSC's window for receipts: it must not stand
    /// still for one that is of no message of ours.
    private static let earlyHold = Interval.seconds(1)

    /// deliver_sm or data_sm: a receipt, or what a citizen writes. The acknowledgement follows as an effect, once
    /// everything is on disk.
    ///
    /// - Parameters:
    ///   - ticket: By which the bind knows it.
    ///   - latest: Asked for only when a whole message of a citizen has come.
    package func messageReceived(
        _ key: BindKey, ticket: UInt64, _ fields: MessageFields, now: Timestamp, latest: InboundDesk.LatestAction
    ) {
        guard bind(key) != nil else { return }
        var isEarly = false
        defer {
            if isEarly {
                smscs[key.smsc].earlyTickets.append((key, ticket))
                agenda.set(.earlyReceipt(smsc: key.smsc), at: now + Self.earlyHold)
            } else {
                outbox.perform(.acknowledge(key, ticket: ticket))
            }
        }
        let smsc = smscs[key.smsc]
        let kind = smsc.settings.recognition.kind(
            esmClass: fields.esmClass.rawValue, octets: fields.content,
            receiptedMessageID: fields.parameters.text(.receiptedMessageID),
            messageState: fields.parameters.octet(.messageState))
        switch kind {
        case .receipt:
            smscs[key.smsc].binds[key.bind].counts.receipts += 1
            let receipt = DeliveryReceipt(fields)
            let match = smsc.matcher.match(receipt, source: fields.source.value, at: now.microseconds)
            if case .early = match { isEarly = smsc.binds.contains { $0.pacer.outstanding > 0 } }
            apply(match, receipt, key.smsc, bind: key, now: now)
            reportForms(smsc)
        case .message, .manualAcknowledgement:
            smscs[key.smsc].binds[key.bind].counts.inbound += 1
            inbound.received(fields, from: source(key.smsc), now: now, latest: latest)
        case .deliveryAcknowledgement, .conversationAbort:
            break
        }
        for held in smsc.matcher.expire(at: now.microseconds) { reportUnmatched(held.receipt, smsc, "unknown") }
    }

    /// Receipts that have found their messages, or have waited long enough.
    package func acknowledgeEarly(_ count: Int, of smsc: Int) {
        for _ in 0..<count {
            guard let early = smscs[smsc].earlyTickets.popFirst() else { return }
            outbox.perform(.acknowledge(early.key, ticket: early.ticket))
        }
    }

    func apply(
        _ match: ReceiptMatcher.Match, _ receipt: DeliveryReceipt, _ index: Int, bind: BindKey? = nil, now: Timestamp
    ) {
        switch match {
        case .matched(let handle, let evidence):
            let token = SegmentToken(value: handle)
            guard let message = messages[token.attempt], message.smsc == index,
                token.segment < message.record.segments.count
            else { return }
            if evidence == .number { learnIdentifier(of: token, message, receipt) }
            receiptArrived(token, message, receipt, now: now)
        case .early(let displaced):
            if let displaced { reportUnmatched(displaced.receipt, smscs[index], "unknown") }
        case .ambiguous(let several):
            if let bind { smscs[bind.smsc].binds[bind.bind].counts.unmatchedReceipts += 1 }
            reportUnmatched(receipt, smscs[index], "of \(several.count) messages that it may mean")
        case .unknown:
            if let bind { smscs[bind.smsc].binds[bind.bind].counts.unmatchedReceipts += 1 }
            reportUnmatched(receipt, smscs[index], "of no known message")
        case .duplicate:
            break
        }
    }

    private func receiptArrived(
        _ token: SegmentToken, _ message: LiveMessage, _ receipt: DeliveryReceipt, now: Timestamp
    ) {
        let segment = message.record.segments[token.segment]
        let told = receipt.state.map { receipt.isIntermediate && $0.isFinal ? MessageState.enroute : $0 }
        if let told, let known = segment.receipt, !told.advances(over: known) { return }
        if told?.isFinal ?? false, told != .delivered {
            let error = receipt.errorText ?? receipt.networkError.map { "\($0.network)/\($0.code)" } ?? ""
            if !error.isEmpty { message.receiptError = error }
        }
        let wasTaken = segment.state == .accepted
        change(message) {
            // Whoever sends a receipt has taken the message.
            $0.segments[token.segment].state = .accepted
            if $0.segments[token.segment].messageID.isEmpty {
                $0.segments[token.segment].messageID = receipt.messageIDs.first ?? ""
            }
            $0.segments[token.segment].receipt = told ?? $0.segments[token.segment].receipt
            if !wasTaken, $0.segments.allSatisfy({ $0.state == .accepted }) { $0.accepted = now }
        }
        concludeIfDone(token.attempt, now: now)
    }

    /// The response was lost, and the number alone led to this segment: by the receipt's own id, the same receipt
    /// again will not pass for that of another segment to this number.
    private func learnIdentifier(of token: SegmentToken, _ message: LiveMessage, _ receipt: DeliveryReceipt) {
        guard let id = receipt.messageIDs.first, let recipient = message.recipient else { return }
        let segment = message.record.segments[token.segment]
        guard segment.state == .doubtful, segment.messageID.isEmpty else { return }
        _ = smscs[message.smsc].matcher.register(
            token.value, id: id, destination: recipient.number.e164,
            submittedAt: message.record.start.microseconds, reference: segment.reference)
    }

    private func reportUnmatched(_ receipt: DeliveryReceipt, _ smsc: SMSCState, _ why: String) {
        let id = receipt.messageIDs.first ?? "none"
        outbox.say(.receiptUnmatched(smsc: smsc.name, "receipt \(why) (id \(id))"))
    }

    private func reportForms(_ smsc: SMSCState) {
        for report in smsc.matcher.takeReports() {
            let text =
                switch report {
                case .formSettled(let form): "its receipts write message ids as \(form)"
                case .formContradicted(let was, let seen): "its receipts wrote message ids as \(was), now as \(seen)"
                case .identifiersUnreliable: "it gives several messages one id: numbers decide"
                }
            outbox.say(.smscLearned(smsc.name, text))
        }
    }
}

extension DeliveryReceipt {
    fileprivate init(_ fields: MessageFields) {
        self.init(
            octets: fields.content, receiptedMessageID: fields.parameters.text(.receiptedMessageID),
            messageState: fields.parameters.octet(.messageState),
            networkErrorCode: fields.parameters[.networkErrorCode],
            userMessageReference: fields.parameters.number(.userMessageReference),
            esmClass: fields.esmClass.rawValue)
    }
}
