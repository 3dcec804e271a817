// SPDX-License-Identifier: GPL-3.0-or-later
import ActionRoster
import Actions
import GatewayCore
import Pacing
import SMPP

/// What binds report: links that come and go, responses, receipts.
extension TextDesk {
    // MARK: - Binds

    package func bindUp(_ key: BindKey, now: Timestamp) {
        guard bind(key) != nil else { return }
        smscs[key.smsc].binds[key.bind].isUp = true
        smscs[key.smsc].binds[key.bind].isLeaving = false
        smscs[key.smsc].binds[key.bind].pacer.releaseAll()
        smscs[key.smsc].binds[key.bind].admitted = 0
        smscs[key.smsc].noteUp(now: now)
        // What waits for another SMSC need not.
        for index in smscs.indices where index != key.smsc { scheduleEvacuation(index, now: now) }
    }

    /// One side has asked for the end of the session: responses still come, nothing more is handed over.
    package func bindLeaving(_ key: BindKey) {
        guard bind(key) != nil else { return }
        smscs[key.smsc].binds[key.bind].isLeaving = true
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
        smscs[key.smsc].binds[key.bind].isLeaving = false
        smscs[key.smsc].binds[key.bind].pacer.releaseAll()
        smscs[key.smsc].binds[key.bind].admitted = 0
        if !doubtful.isEmpty { smscs[key.smsc].noteDoubts(now: now) }
        noteError(reason, key, now: now)
        for token in unsent { if let command = token.command { smscs[key.smsc].commands.lost(command) } }
        // Some SMSCs answer what they do not know by closing the connection.
        for token in doubtful { if let command = token.command { recalls.learnSilence(command, smscs[key.smsc]) } }
        for token in unsent { submitAgain(token, now: now) }
        for token in doubtful { inDoubt(token, now: now) }
        if !smscs[key.smsc].isUsable { evacuate(key.smsc, now: now) }
    }

    // MARK: - Responses

    /// submit_sm_resp or data_sm_resp.
    ///
    /// - Parameter isLate: After its time.
    package func messageAnswered(
        _ key: BindKey, _ token: SegmentToken, status: CommandStatus, messageID: String, isLate: Bool, now: Timestamp
    ) {
        guard bind(key) != nil else { return }
        smscs[key.smsc].binds[key.bind].pacer.answered(isLate: isLate, now: now)
        if isLate { smscs[key.smsc].quietUntil = now + SMSCState.quietTime }
        guard token.request == .submit else {
            return commandAnswered(key, token, status, isLate: isLate, now: now)
        }
        count(status, key, now: now)
        guard let message = messages[token.attempt], token.segment < message.record.segments.count,
            message.smsc == key.smsc
        else { return }
        noteContact(message, now: now)
        switch message.record.segments[token.segment].state {
        // Of the time before; what was sent since has an answer of its own.
        case .submitted where isLate && status != .ok: return message.clearDoubt(token.segment)
        case .submitted, .doubtful: break
        // It is about to be sent again: the late answer spares that, if it was a yes.
        case .waiting where isLate && status == .ok: break
        case .waiting where isLate: return message.clearDoubt(token.segment)
        case .prepared, .waiting, .accepted, .refused, .abandoned: return
        }
        if status == .ok {
            segmentAccepted(token, message, messageID, now: now)
        } else {
            segmentRefused(token, message, status, over: key, now: now)
        }
    }

    /// No response within the bind's time: nobody knows whether it was taken.
    package func messageTimedOut(_ key: BindKey, _ token: SegmentToken, now: Timestamp) {
        guard bind(key) != nil else { return }
        smscs[key.smsc].binds[key.bind].pacer.timedOut(now: now)
        smscs[key.smsc].binds[key.bind].counts.timedOut += 1
        smscs[key.smsc].quietUntil = now + SMSCState.quietTime
        if let command = token.command {
            recalls.learnSilence(command, smscs[key.smsc])
            noteError("no response to \(command)", key, now: now)
        } else {
            noteError("no response to submit_sm", key, now: now)
        }
        inDoubt(token, now: now)
    }

    /// Not taken by the bind after all.
    package func messageUnsent(_ key: BindKey, _ token: SegmentToken, now: Timestamp) {
        guard bind(key) != nil else { return }
        smscs[key.smsc].binds[key.bind].pacer.release()
        if let command = token.command { smscs[key.smsc].commands.lost(command) }
        submitAgain(token, now: now)
    }

    private func count(_ status: CommandStatus, _ key: BindKey, now: Timestamp) {
        switch status {
        case .ok:
            smscs[key.smsc].binds[key.bind].counts.accepted += 1
            smscs[key.smsc].binds[key.bind].pacer.accepted(now: now)
        case .throttled: smscs[key.smsc].binds[key.bind].counts.throttled += 1
        case .messageQueueFull: smscs[key.smsc].binds[key.bind].counts.queueFull += 1
        default:
            smscs[key.smsc].binds[key.bind].counts.refused += 1
            noteError("a message was refused with \(status)", key, now: now)
        }
    }

    private func segmentAccepted(
        _ token: SegmentToken, _ message: LiveMessage, _ messageID: String, now: Timestamp
    ) {
        guard message.index < message.action.recipients.count else { return }
        let smsc = smscs[message.smsc]
        let number = message.action.recipients[message.index].number.e164
        noteTaken(number, smsc, now: now)
        let wantsReceipts = message.wantsReceipts
        message.record.segments[token.segment].state = .accepted
        message.record.segments[token.segment].messageID = messageID
        let isRecalled = message.action.isStopped
        message.isScheduled = isScheduled(message.action, now: now)
        if message.record.segments.count == 1, !wantsReceipts, message.failure == nil, !message.isScheduled, !isRecalled
        {
            // The short way: nothing of it is to be kept but its CDR.
            message.record.accepted = now
            return conclude(message, now: now)
        }
        if message.record.segments.allSatisfy({ $0.state == .accepted }) {
            message.record.accepted = now
            if wantsReceipts || message.isScheduled {
                setDeadline(message, now + receiptTime(of: message.action, now: now))
            }
        }
        let findings = receipts.register(token, message, at: now, smsc)
        let isScheduled = message.isScheduled
        change(message) { $0.awaitsReceipts = wantsReceipts || isScheduled }
        receiptsFound(findings, message.smsc, now: now)
        if isRecalled, messages[token.attempt] != nil { recall(message, roster.correction(of: message.action)) }
        concludeIfDone(token.attempt, now: now)
    }

    private func segmentRefused(
        _ token: SegmentToken, _ message: LiveMessage, _ status: CommandStatus, over key: BindKey, now: Timestamp
    ) {
        let action = message.action
        guard message.index < action.recipients.count else { return }
        let kind = MessageFailure(status)
        switch kind {
        case .throttled:
            refusedForNow(token, message, status, over: key, now: now)
        case .queueFull
        where (now < roster.expiry(of: action) || action.isHeldByClock) && !action.record.phase.isFinal
            && message.fullQueues < LiveMessage.mostFullQueues:
            message.fullQueues += 1
            refusedForNow(token, message, status, over: key, now: now)
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

    // MARK: - cancel_sm and replace_sm

    private func commandAnswered(
        _ key: BindKey, _ token: SegmentToken, _ status: CommandStatus, isLate: Bool, now: Timestamp
    ) {
        let smsc = smscs[key.smsc]
        if let command = token.command { recalls.learn(command, status, smsc) }
        guard let message = messages[token.attempt], token.segment < message.record.segments.count,
            message.smsc == key.smsc
        else { return }
        if token.request == .replace {
            return replaceAnswered(token, message, status, over: key, isLate: isLate, now: now)
        }
        if recalls.answered(token, message, status, isLate: isLate, smsc, now: now),
            message.record.segments[token.segment].isAtSMSC
        {
            change(message) { $0.segments[token.segment].receipt = .deleted }
        }
        concludeIfDone(token.attempt, now: now)
    }

    /// The SMSC says what became of a replace_sm.
    private func replaceAnswered(
        _ token: SegmentToken, _ message: LiveMessage, _ status: CommandStatus, over key: BindKey, isLate: Bool,
        now: Timestamp
    ) {
        guard let replaces = message.replaces else { return }
        let segment = message.record.segments[token.segment]
        if status == .ok {
            let wrong = messages[replaces.id]
            // What was deleted since may have been the right text: then that goes by itself.
            guard !isLate || wrong.map({ !$0.record.isRecalled }) ?? false else { return }
            if let wrong { replaced(wrong, now: now) }
            // Sent by itself since: there are two copies of the right text.
            guard segment.state == (isLate ? .waiting : .submitted) else { return }
            message.record.replacement = .done
            return segmentAccepted(token.ofSubmit, message, replaces.messageID, now: now)
        }
        guard segment.state == .submitted, message.record.replacement == .intended else {
            if isLate, segment.state == .waiting { message.clearDoubt(token.segment) }
            return
        }
        switch MessageFailure(status) {
        case .throttled, .queueFull: refusedForNow(token.ofSubmit, message, status, over: key, now: now)
        case .temporary, .invalidNumber, .configuration, .permanent:
            replaceFailed(token.ofSubmit, message, .resumed, now: now)
        }
    }

    /// A correction's message has the id and the receipts of this one now.
    private func replaced(_ wrong: LiveMessage, now: Timestamp) {
        let token = SegmentToken(wrong.id, 0)
        smscs[wrong.smsc].matcher.forget(token.value)
        wrong.isReplaced = true
        conclude(wrong, now: now)
    }

    // MARK: - Refusals for now

    /// ESME_RTHROTTLED or ESME_RMSGQFUL: of the number, until different numbers say the same. It costs no try; the
    /// number waits by itself, ever longer, or goes over another SMSC.
    private func refusedForNow(
        _ token: SegmentToken, _ message: LiveMessage, _ status: CommandStatus, over key: BindKey, now: Timestamp
    ) {
        let smsc = smscs[key.smsc]
        let number = message.action.recipients[message.index].number.e164
        let due =
            status == .throttled
            ? smsc.throttled.refused(number, now: now) : smsc.fullQueues.refused(number, now: now)
        let subject = smsc.evidence.refused(number, times: smsc.refusals(of: number), now: now)
        switch subject {
        case .number:
            if smsc.refusals(of: number) > 1 { smsc.record.believedOfNumber(number, status, now: now) }
        case .numbers:
            smsc.record.believedOfNumber(number, status, now: now)
            for bind in smsc.binds.indices { smsc.binds[bind].pacer.forgive(now: now) }
            smsc.refusedAt = nil
        case .smsc:
            if !smsc.isRefusing(now: now) { noteError("\(status): too much or too fast for the SMSC", key, now: now) }
            smsc.refusedAt = now
            smsc.record.believedOfSMSC(number, status, now: now)
            smsc.binds[key.bind].pacer.throttled(now: now)
            if smsc.refusesEverything(now: now), !smsc.isRefusalSaid {
                smsc.isRefusalSaid = true
                outbox.alarm("\(smsc.name) refuses everything with \(status)")
            }
        }
        guard !endIfOver(token, message, now: now) else { return }
        change(message) { $0.segments[token.segment].state = .waiting }
        // Where it is not the number's fault, the pace makes it wait; what is drawn for the number spreads it.
        let soon = now + .milliseconds(150) + (due - now) * 0.2
        let time = subject == .smsc ? min(due, soon) : due
        smsc.throttled.shorten(number, to: time)
        smsc.fullQueues.shorten(number, to: time)
        if moveElsewhere(message, isOfSMSC: subject == .smsc, now: now) { return }
        agenda.set(.segmentDue(token), at: time)
    }

    private func noteTaken(_ number: String, _ smsc: SMSCState, now: Timestamp) {
        smsc.noteTaken(number, now: now)
        if smsc.isRefusalSaid {
            smsc.isRefusalSaid = false
            outbox.say(.smscLearned(smsc.name, "it takes messages again"))
        }
    }

    // MARK: - What comes in

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
        let smsc = smscs[key.smsc]
        let kind = smsc.settings.recognition.kind(
            esmClass: fields.esmClass.rawValue, octets: fields.content,
            receiptedMessageID: fields.parameters.text(.receiptedMessageID),
            messageState: fields.parameters.octet(.messageState))
        switch kind {
        case .receipt:
            let finding = receipts.received(fields, over: key, ticket: ticket, smsc, now: now)
            return receiptsFound(finding.map { [$0] } ?? [], key.smsc, now: now)
        case .message, .manualAcknowledgement:
            smsc.binds[key.bind].counts.inbound += 1
            inbound.received(fields, from: source(key.smsc), now: now, latest: latest)
        case .deliveryAcknowledgement, .conversationAbort:
            break
        }
        outbox.perform(.acknowledge(key, ticket: ticket))
    }

    /// A receipt has waited for its submit response long enough.
    package func earlyReceiptDue(_ smsc: Int) { receipts.earlyReceiptDue(smscs[smsc]) }

    /// Receipts speak of messages of this SMSC.
    func receiptsFound(_ findings: [ReceiptDesk.Finding], _ index: Int, now: Timestamp) {
        for finding in findings {
            guard let message = messages[finding.token.attempt], message.smsc == index,
                finding.token.segment < message.record.segments.count
            else { continue }
            if finding.isByNumber { learnIdentifier(of: finding.token, message, finding.receipt) }
            receiptArrived(finding.token, message, finding.receipt, now: now)
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
        if told == nil, let word = receipt.stateWord { message.receiptWord = word }
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
        guard let id = receipt.messageIDs.first else { return }
        let segment = message.record.segments[token.segment]
        guard segment.state == .doubtful || segment.state == .waiting, segment.messageID.isEmpty else { return }
        _ = receipts.register(token, message, id: id, at: message.record.start, smscs[message.smsc])
    }
}
