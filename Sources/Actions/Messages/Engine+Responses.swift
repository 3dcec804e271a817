// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Pacing
import SMPP

/// What binds report of messages.
extension Engine {
    /// submit_sm_resp or data_sm_resp.
    package func messageAnswered(
        _ key: BindKey, _ token: SegmentToken, status: CommandStatus, messageID: String, isLate: Bool = false,
        now: Timestamp
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
            segmentAccepted(token, messageID, now: now)
        } else {
            segmentRefused(token, status, now: now)
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

    package func bindUp(_ key: BindKey, now: Timestamp) {
        guard bind(key) != nil else { return }
        smscs[key.smsc].binds[key.bind].isUp = true
        smscs[key.smsc].binds[key.bind].pacer.releaseAll()
        // What waits for another SMSC need not.
        for index in smscs.indices where index != key.smsc { scheduleEvacuation(index, now: now) }
    }

    /// The link is gone. `inDoubt`: handed to it without a response; `unsent`: not yet on the wire.
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

    /// Not taken by the bind after all.
    package func messageUnsent(_ key: BindKey, _ token: SegmentToken, now: Timestamp) {
        guard bind(key) != nil else { return }
        smscs[key.smsc].binds[key.bind].pacer.release()
        submitAgain(token, doubtful: false, now: now)
    }

    func bind(_ key: BindKey) -> BindState? {
        guard key.smsc < smscs.count, key.bind < smscs[key.smsc].binds.count else { return nil }
        return smscs[key.smsc].binds[key.bind]
    }

    func noteError(_ text: String, _ key: BindKey, now: Timestamp) {
        smscs[key.smsc].binds[key.bind].lastError = text
        smscs[key.smsc].binds[key.bind].lastErrorAt = now
    }

    // MARK: - One segment

    private func segmentAccepted(_ token: SegmentToken, _ messageID: String, now: Timestamp) {
        guard let message = messages[token.attempt], let action = actions[message.record.action],
            message.index < action.recipients.count
        else { return }
        let smsc = smscs[message.smsc]
        let number = action.recipients[message.index].number.e164
        smsc.backoff.accepted(number)
        let wantsReceipts = action.record.definition.text?.wantsReceipts ?? false
        if message.record.segments.count == 1, !wantsReceipts, message.failure == nil {
            // The short way: nothing of it is to be kept but its CDR.
            messages[token.attempt]?.record.segments[0].state = .accepted
            messages[token.attempt]?.record.segments[0].messageID = messageID
            messages[token.attempt]?.record.accepted = now
            return concludeMessage(token.attempt, now: now)
        }
        messages[token.attempt]?.record.segments[token.segment].state = .accepted
        messages[token.attempt]?.record.segments[token.segment].messageID = messageID
        let allAccepted = messages[token.attempt]?.record.segments.allSatisfy { $0.state == .accepted } ?? false
        if allAccepted {
            messages[token.attempt]?.record.accepted = now
            if wantsReceipts { setDeadline(token.attempt, now + receiptTime(of: action, now: now)) }
        }
        var replays: [ReceiptMatcher.Replay] = []
        if wantsReceipts {
            replays = smsc.matcher.register(
                token.value, id: messageID, destination: number, submittedAt: now.microseconds,
                reference: message.record.segments[token.segment].reference)
        }
        changeMessage(token.attempt) { $0.awaitsReceipts = wantsReceipts }
        acknowledgeEarly(replays.count, of: message.smsc)
        for replay in replays { apply(replay.match, replay.held.receipt, message.smsc, now: now) }
        concludeIfDone(token.attempt, now: now)
    }

    private func segmentRefused(_ token: SegmentToken, _ status: CommandStatus, now: Timestamp) {
        guard let message = messages[token.attempt], let action = actions[message.record.action],
            message.index < action.recipients.count
        else { return }
        let kind = MessageFailure(status)
        switch kind {
        case .throttled:
            submitAgain(token, doubtful: false, now: now)
        case .queueFull
        where now < expiry(of: action.record) && !action.record.phase.isFinal
            && message.fullQueues < LiveMessage.mostFullQueues:
            messages[token.attempt]?.fullQueues += 1
            let due = smscs[message.smsc].backoff.refused(
                action.recipients[message.index].number.e164, now: now)
            changeMessage(token.attempt) { $0.segments[token.segment].state = .waiting }
            deadlines.insert(.segmentDue(token), at: due.microseconds)
        case .queueFull, .temporary, .invalidNumber, .configuration, .permanent:
            if kind == .configuration {
                output.notices.append(
                    .alarm(
                        "\(smscs[message.smsc].name) refuses action \(action.record.id.text) with \(status): "
                            + "look at sender, account and quirks"))
            }
            messages[token.attempt]?.failure = (kind, status)
            changeMessage(token.attempt) {
                $0.segments[token.segment].state = .refused
                $0.abandonWhatIsNotOut()
            }
            concludeIfDone(token.attempt, now: now)
        }
    }

    /// The wait for a number's queue is over.
    func segmentDue(_ token: SegmentToken, now: Timestamp) {
        guard let message = messages[token.attempt],
            message.record.segments[token.segment].state == .waiting, message.failure == nil
        else { return }
        enqueueAgain(token, message, now: now)
    }

    private func submitAgain(_ token: SegmentToken, doubtful: Bool, now: Timestamp) {
        guard let message = messages[token.attempt] else { return }
        switch message.record.segments[token.segment].state {
        case .submitted, .doubtful: break
        case .prepared, .waiting, .accepted, .refused, .abandoned: return
        }
        // A final action sends nothing more.
        let isOver = message.failure != nil || actions[message.record.action]?.record.phase.isFinal ?? true
        if isOver, message.failure == nil {
            messages[token.attempt]?.failure = (.temporary, CommandStatus(rawValue: 0))
        }
        if doubtful { messages[token.attempt]?.doubts += 1 }
        changeMessage(token.attempt) {
            $0.segments[token.segment].state = isOver ? .abandoned : .waiting
            if doubtful { $0.wasDoubtful = true }
        }
        if isOver {
            concludeIfDone(token.attempt, now: now)
        } else {
            enqueueAgain(token, message, now: now)
        }
    }

    private func enqueueAgain(_ token: SegmentToken, _ message: LiveMessage, now: Timestamp) {
        guard let action = actions[message.record.action] else { return }
        smscs[message.smsc].again[action.record.definition.priority.rawValue].append(token)
        scheduleEvacuation(message.smsc, now: now)
    }

    // MARK: - Doubt

    /// Handed to a link, and no word whether it was taken.
    func inDoubt(_ token: SegmentToken, now: Timestamp) {
        guard let message = messages[token.attempt], let action = actions[message.record.action],
            token.segment < message.record.segments.count
        else { return }
        guard message.record.segments[token.segment].state == .submitted else { return }
        if action.record.definition.doubtPolicy == .resend, message.failure == nil, !action.record.phase.isFinal,
            message.doubts < LiveMessage.mostDoubts
        {
            return submitAgain(token, doubtful: true, now: now)
        }
        let smsc = smscs[message.smsc]
        changeMessage(token.attempt) {
            $0.segments[token.segment].state = .doubtful
            $0.wasDoubtful = true
        }
        if action.record.definition.text?.wantsReceipts ?? false, message.index < action.recipients.count {
            // Without an id: only its number and its reference can tell.
            let replays = smsc.matcher.register(
                token.value, id: nil, destination: action.recipients[message.index].number.e164,
                submittedAt: now.microseconds, reference: message.record.segments[token.segment].reference)
            acknowledgeEarly(replays.count, of: message.smsc)
            for replay in replays { apply(replay.match, replay.held.receipt, message.smsc, now: now) }
        }
        setDeadline(token.attempt, now + configuration.messaging.doubtHold)
        // Another segment was refused: nothing is gained by waiting, unless this one must not go twice.
        if message.failure != nil { concludeIfDone(token.attempt, now: now) }
    }

    /// A doubtful segment of it waits for its receipt, and is not sent again without it.
    private func isHeld(_ message: LiveMessage) -> Bool {
        actions[message.record.action]?.record.definition.doubtPolicy == .hold
            && message.record.segments.contains { $0.state == .doubtful }
    }

    /// Segments wait for an SMSC that is down: another one gets them if it does not come back soon.
    func scheduleEvacuation(_ index: Int, now: Timestamp) {
        let smsc = smscs[index]
        guard !smsc.isUsable, !smsc.isEvacuationDue, smsc.again.contains(where: { !$0.isEmpty }) else { return }
        smsc.isEvacuationDue = true
        deadlines.insert(
            .evacuation(smsc: index), at: (now + (smsc.isRetired ? .zero : SMSCState.returnTime)).microseconds)
    }

    func evacuationDue(_ index: Int, now: Timestamp) {
        smscs[index].isEvacuationDue = false
        if !smscs[index].isUsable { evacuate(index, now: now) }
    }

    /// Nothing can leave over this SMSC now: what has not been taken goes elsewhere.
    func evacuate(_ index: Int, now: Timestamp) {
        let smsc = smscs[index]
        for rank in ActionPriority.allCases.indices {
            var ids: [AttemptID] = []
            while let id = smsc.prepared[rank].popFirst() { ids.append(id) }
            smsc.preparedSegments[rank] = 0
            // One that left the configuration does not come back.
            let hasOther = smsc.isRetired || smscs.indices.contains { $0 != index && smscs[$0].isUsable }
            if hasOther {
                while let token = smsc.again[rank].popFirst() {
                    if ids.last != token.attempt { ids.append(token.attempt) }
                }
            }
            // The last first: each goes to the front of its action.
            for id in ids.reversed() { giveUp(id, hasOther: hasOther, now: now) }
        }
    }

    /// Takes a message back from its SMSC. What was taken or is in doubt stays an attempt with a CDR.
    func giveUp(_ id: AttemptID, hasOther: Bool, now: Timestamp) {
        guard let message = messages[id], let action = actions[message.record.action] else { return }
        let rank = action.record.definition.priority.rawValue
        let hasLeft = message.record.segments.contains { $0.state != .prepared && $0.state != .waiting }
        if !hasLeft, !message.record.wasDoubtful {
            removeMessage(id, of: action)
            output.records.append(.messageDropped(id))
            releaseReservation(id)
            guard case .messaging(id) = action.recipients[message.index].state else { return }
            setState(.waiting(due: now), of: message.index, in: message.record.action, now: now, isFirst: true)
        } else if hasOther {
            messages[id]?.failure = (.temporary, CommandStatus(rawValue: 0))
            changeMessage(id) { $0.abandonWhatIsNotOut() }
            concludeIfDone(id, now: now)
        } else {
            // It goes on when the SMSC is back: its first segments are there already.
            for segment in message.record.segments.indices where message.record.segments[segment].state == .prepared {
                changeMessage(id) { $0.segments[segment].state = .waiting }
                smscs[message.smsc].again[rank].append(SegmentToken(id, segment))
            }
        }
    }

    // MARK: - The end of a message

    func setDeadline(_ id: AttemptID, _ time: Timestamp) {
        messages[id]?.deadline = time
        deadlines.insert(.messageExpires(id), at: time.microseconds)
    }

    func receiptTime(of action: LiveAction, now: Timestamp) -> Interval {
        let delay = action.record.definition.text?.deliverAt.map { max(.zero, $0 - now) } ?? .zero
        return delay + configuration.messaging.receiptTimeout
    }

    /// No receipt came, or a doubt was not cleared up, in time.
    func messageExpired(_ id: AttemptID, at time: Timestamp, now: Timestamp) {
        guard let message = messages[id], message.deadline == time else { return }
        if message.record.segments.contains(where: { $0.state == .submitted || $0.state == .waiting }) {
            // Still under way; its own end comes first.
            return setDeadline(id, now + configuration.messaging.doubtHold)
        }
        concludeMessage(id, now: now)
    }

    func concludeIfDone(_ id: AttemptID, now: Timestamp) {
        guard let message = messages[id] else { return }
        if message.failure != nil {
            // What is still under way may be taken, and is billed then.
            guard !message.record.segments.contains(where: { $0.state == .submitted }), !isHeld(message) else { return }
            return concludeMessage(id, now: now)
        }
        guard message.record.segments.allSatisfy(\.isFinal) || isTaken(message) else { return }
        concludeMessage(id, now: now)
    }

    /// Everything was accepted and nobody waits for receipts.
    private func isTaken(_ message: LiveMessage) -> Bool {
        guard let action = actions[message.record.action] else { return true }
        return !(action.record.definition.text?.wantsReceipts ?? false)
            && message.record.segments.allSatisfy { $0.state == .accepted }
    }

    /// CDR, and what follows for the recipient.
    private func concludeMessage(_ id: AttemptID, now: Timestamp) {
        guard let message = messages[id], let action = actions[message.record.action],
            message.index < action.recipients.count
        else { return }
        removeMessage(id, of: action)
        let smsc = smscs[message.smsc]
        for segment in message.record.segments.indices where message.record.segments[segment].state != .abandoned {
            if action.record.definition.text?.wantsReceipts ?? false { smsc.remember(SegmentToken(id, segment).value) }
        }
        let end = MessageEnd(message)
        if end.disposition == .sent, message.record.accepted != nil, message.deadline == nil,
            !message.record.isBackground, !action.record.definition.cascade.outcomes.contains(.sent)
        {
            return deferEnd(message, of: action, now: now)
        }
        let cdr = messageRecord(message, end, action, now: now)
        action.counters.attempts += 1
        action.recipients[message.index].history.attempts = max(
            action.recipients[message.index].history.attempts, message.record.number)
        let before = action.recipients[message.index].state
        let position = output.records.count
        if case .messaging(id) = before {
            follow(end, message, of: action, now: now)
        } else if message.record.isBackground, end.outcome == .delivered, case .waiting = before {
            // The other channel had its turn only because the receipt was late.
            setState(.ended(.delivered), of: message.index, in: message.record.action, now: now, isJournalled: false)
        }
        let after = action.recipients.isEmpty ? nil : action.recipients[message.index]
        // It stands before what follows from it (the action's end).
        output.records.insert(.messageEnded(id, cdr, finishedRecipient ?? after), at: position)
        finishedRecipient = nil
        output.notices.append(.attemptEnded(cdr, text: end.text))
        if message.record.isBackground { closeIfDone(action) }
    }

    /// Taken over, and no receipt is awaited: once that is journalled, the CDR can wait until there is time.
    private func deferEnd(_ message: LiveMessage, of action: LiveAction, now: Timestamp) {
        output.records.append(.messageChanged(message.record))
        action.counters.attempts += 1
        action.recipients[message.index].history.attempts = max(
            action.recipients[message.index].history.attempts, message.record.number)
        deferredEnds.append(message)
        action.deferredEnds += 1
        guard case .messaging(message.record.id) = action.recipients[message.index].state else { return }
        setState(.ended(.sent), of: message.index, in: message.record.action, now: now, isJournalled: false)
        finishedRecipient = nil
    }

    /// What ``deferEnd`` left to be written; the recipient as it stands now.
    func deferredRecord(_ message: LiveMessage, of action: LiveAction) -> JournalRecord {
        let end = MessageEnd(message)
        let cdr = messageRecord(message, end, action, now: message.record.accepted ?? message.record.start)
        output.notices.append(.attemptEnded(cdr, text: end.text))
        return .messageEnded(message.record.id, cdr, action.recipients[message.index])
    }

    /// The one place where a message leaves the engine.
    func removeMessage(_ id: AttemptID, of action: LiveAction) {
        guard let message = messages.removeValue(forKey: id) else { return }
        if message.record.isBackground { action.backgroundMessages -= 1 }
    }

    private func follow(_ end: MessageEnd, _ message: LiveMessage, of action: LiveAction, now: Timestamp) {
        let key = message.record.action
        let index = message.index
        if let failure = message.failure, end.outcome == nil {
            switch action.record.phase {
            case .cancelled:
                return setState(.ended(.cancelled), of: index, in: key, now: now, isJournalled: false)
            case .expired:
                return setState(.ended(.expired), of: index, in: key, now: now, isJournalled: false)
            case .staged, .scheduled, .running, .paused, .completed: break
            }
            if isHeld(message), failure.kind != .invalidNumber {
                return endStep(with: .interrupted, index, of: key, now: now, isJournalled: false)
            }
            var history = action.recipients[index].history
            let next = decide(failure.kind, message, &history)
            action.recipients[index].history = history
            switch next {
            case .at(let delay):
                setState(.waiting(due: now + delay), of: index, in: key, now: now, isJournalled: false)
            case .over(let outcome):
                endStep(with: outcome, index, of: key, now: now, isJournalled: false)
            }
            return
        }
        endStep(with: end.outcome ?? .failed, index, of: key, now: now, isJournalled: false)
    }

    /// When, if ever, to try by SMS again.
    private func decide(_ kind: MessageFailure, _ message: LiveMessage, _ history: inout AttemptHistory) -> Next {
        if message.record.wasDoubtful { history.doubts += 1 }
        if !history.excludedSMSCs.contains(message.record.smsc) { history.excludedSMSCs.append(message.record.smsc) }
        let hasOther = smscs.contains { $0.isUsable && !history.excludedSMSCs.contains($0.name) }
        switch kind {
        case .invalidNumber:
            return .over(.invalidNumber)
        case .configuration, .permanent:
            history.messages += 1
            // Not `rejected`: that is the citizen's own word, and ends the cascade.
            return hasOther ? .at(.zero) : .over(.failed)
        case .throttled, .queueFull, .temporary:
            if hasOther { return .at(.zero) }
            history.excludedSMSCs = []
            history.messages += 1
            let delays = configuration.messaging.retryDelays
            return history.messages <= delays.count ? .at(delays[history.messages - 1]) : .over(.failed)
        }
    }
}

extension MessageRecord {
    mutating func abandonWhatIsNotOut() {
        for index in segments.indices where segments[index].state == .prepared || segments[index].state == .waiting {
            segments[index].state = .abandoned
        }
    }
}
