// SPDX-License-Identifier: GPL-3.0-or-later
import ActionRoster
import Actions
import Billing
import GatewayCore
import Pacing
import SMPP

/// How messages end, are sent again, and are taken back.
extension TextDesk {
    // MARK: - Once more

    /// How often a number that waits looks whether its action is let go.
    static let heldLook = Interval.seconds(1)

    /// The wait for a number's queue is over.
    package func segmentDue(_ token: SegmentToken, now: Timestamp) {
        guard let message = messages[token.attempt] else { return }
        if token.request == .cancel { return recalls.again(token, message, smscs[message.smsc]) }
        guard message.record.segments[token.segment].state == .waiting, message.failure == nil else { return }
        guard !message.action.isHeldByClock else { return agenda.set(.segmentDue(token), at: now + Self.heldLook) }
        enqueueAgain(token, message, .refused, now: now)
    }

    /// Handed to a bind, and not sent.
    func submitAgain(_ order: SegmentToken, now: Timestamp) {
        if order.request == .cancel {
            guard let message = messages[order.attempt] else { return }
            return recalls.again(order, message, smscs[message.smsc])
        }
        let token = order.ofSubmit
        guard let message = messages[token.attempt], message.record.segments[token.segment].state == .submitted,
            !endIfOver(token, message, now: now)
        else { return }
        change(message) { $0.segments[token.segment].state = .waiting }
        enqueueAgain(token, message, .resumed, now: now)
    }

    /// A final action sends nothing more, nor does a message that has failed.
    func endIfOver(_ token: SegmentToken, _ message: LiveMessage, now: Timestamp) -> Bool {
        guard message.failure != nil || message.action.record.phase.isFinal else { return false }
        if message.failure == nil { message.fail() }
        change(message) { $0.segments[token.segment].state = .abandoned }
        concludeIfDone(token.attempt, now: now)
        return true
    }

    func enqueueAgain(
        _ token: SegmentToken, _ message: LiveMessage, _ source: OutgoingQueue.Source, now: Timestamp
    ) {
        smscs[message.smsc].queues[message.rank].append(token, source)
        scheduleEvacuation(message.smsc, now: now)
    }

    /// Handed to a link, and no word whether it was taken: sent once more, or held.
    func inDoubt(_ order: SegmentToken, now: Timestamp) {
        if order.request == .cancel {
            guard let message = messages[order.attempt] else { return }
            recalls.inDoubt(order, message, smscs[message.smsc])
            return concludeIfDone(order.attempt, now: now)
        }
        let token = order.ofSubmit
        guard let message = messages[token.attempt], token.segment < message.record.segments.count,
            message.record.segments[token.segment].state == .submitted
        else { return }
        let action = message.action
        noteContact(message, now: now)
        message.noteDoubt(token.segment)
        // Nobody knows which text the SMSC has: the right one follows.
        let isOfReplacement = message.record.replacement == .intended
        let isRepeated =
            (action.record.definition.doubtPolicy == .resend || isOfReplacement) && message.failure == nil
            && !action.record.phase.isFinal && message.mayRepeat(token.segment)
        if isOfReplacement { abandonReplacement(message) }
        change(message) {
            $0.segments[token.segment].state = isRepeated ? .waiting : .doubtful
            $0.wasDoubtful = true
        }
        // Without an id: only its number and its reference can tell.
        receiptsFound(
            receipts.register(token, message, at: now, smscs[message.smsc]), message.smsc, now: now)
        guard messages[token.attempt] != nil else { return }
        if isRepeated {
            // A receipt may have told by now.
            if message.record.segments[token.segment].state == .waiting {
                enqueueAgain(token, message, .doubtful, now: now)
            }
            return
        }
        setDeadline(message, now + configuration.messaging.doubtHold)
        // Another segment was refused: nothing is gained by waiting, unless this one must not go twice.
        if message.failure != nil { concludeIfDone(token.attempt, now: now) }
    }

    // MARK: - Texts that must not be delivered any more

    /// What an SMSC has of a stopped action is deleted there, in the order in which it was taken.
    ///
    /// - Parameter isCorrectedSoon: A correction is being made, which may replace it; if none comes, it is deleted.
    package func recall(_ action: LiveAction, isCorrectedSoon: Bool = false, now: Timestamp) {
        if isCorrectedSoon {
            correctedSoon.insert(action.key)
            return agenda.set(.recallDue(action: action.key), at: now + Self.longestCorrecting)
        }
        correctedSoon.remove(action.key)
        let correction = roster.correction(of: action)
        for message in messages.values.filter({ $0.action === action }).sorted(by: { $0.id < $1.id }) {
            recall(message, correction)
        }
    }

    /// The correction of a stopped action should exist by now.
    private static let longestCorrecting = Interval.seconds(60)

    package func recallDue(_ key: Int64, now: Timestamp) {
        guard correctedSoon.contains(key), let action = roster.action(key) else { return }
        recall(action, now: now)
    }

    /// A correction exists from now on: what SMSCs have of the wrong texts, and it cannot replace, is deleted.
    package func correctionBegan(_ key: Int64, now: Timestamp) {
        guard let correction = roster.action(key) else { return }
        for action in wrong(of: correction) { recall(action, now: now) }
    }

    /// One message of a stopped action, unless its correction is about to replace it.
    func recall(_ message: LiveMessage, _ correction: LiveAction?) {
        guard !correctedSoon.contains(message.action.key), let recipient = message.recipient else { return }
        if let correction,
            replaceable(for: recipient.number, correctedBy: correction, onceItIsUp: true) === message,
            isCorrecting(recipient.number, correction)
        {
            return
        }
        recalls.ask(message, smscs[message.smsc])
    }

    /// A correction is about to tell a number by SMS.
    private func isCorrecting(_ number: PhoneNumber, _ correction: LiveAction) -> Bool {
        guard let place = correction.place(of: number), correction.channel(of: correction.recipients[place]) == .sms
        else { return false }
        switch correction.recipients[place].state {
        case .waiting: return correction.waits[place] == nil
        case .messaging(let id): return messages[id]?.record.replacement == .intended
        case .calling, .ended: return false
        }
    }

    /// The number is not told by a replacement after all.
    func recallWrongMessages(for number: PhoneNumber, correctedBy correction: LiveAction) {
        guard correction.isCorrection else { return }
        for message in wrongMessages(for: number, correctedBy: correction) { recall(message, correction) }
    }

    /// The wrong text to a number that a correction may replace where it is: nothing else of the number's is there.
    ///
    /// - Parameter onceItIsUp: Its SMSC may be down now.
    func replaceable(
        for number: PhoneNumber, correctedBy correction: LiveAction, onceItIsUp: Bool = false
    ) -> LiveMessage? {
        guard correction.isCorrection else { return nil }
        let wrong = wrongMessages(for: number, correctedBy: correction)
        guard wrong.count == 1, let message = wrong.first, message.record.segments.count == 1,
            message.recalls.isEmpty, !message.record.isRecalled, onceItIsUp || smscs[message.smsc].isUsable,
            smscs[message.smsc].takes(.replaceSM),
            let new = template(of: correction, message.smsc), let old = template(of: message.action, message.smsc),
            new.canReplace(old), message.record.sender == new.sender
        else { return nil }
        return message
    }

    private func wrongMessages(for number: PhoneNumber, correctedBy correction: LiveAction) -> [LiveMessage] {
        wrong(of: correction).compactMap { action in
            guard let place = action.place(of: number), case .messaging(let id) = action.recipients[place].state,
                let message = messages[id], message.record.segments.contains(where: \.isAtSMSC)
            else { return nil }
            return message
        }
    }

    private func wrong(of correction: LiveAction) -> [LiveAction] {
        if let known = wrongActions[correction.key] { return known }
        let found = roster.corrected(by: correction)
        wrongActions[correction.key] = found
        return found
    }

    /// Its text did not take the place of the wrong one.
    func replaceFailed(
        _ token: SegmentToken, _ message: LiveMessage, _ source: OutgoingQueue.Source, now: Timestamp
    ) {
        abandonReplacement(message)
        guard !endIfOver(token, message, now: now) else { return }
        change(message) {
            $0.segments[token.segment].state = .waiting
            $0.segments[token.segment].resubmits = 0
        }
        enqueueAgain(token, message, source, now: now)
    }

    /// It is submitted by itself, and what it was to replace is deleted.
    private func abandonReplacement(_ message: LiveMessage) {
        message.record.replacement = .failed
        message.record.segments[0].resubmits = 0
        if let wrong = message.replaces.flatMap({ messages[$0.id] }) { recalls.ask(wrong, smscs[wrong.smsc]) }
    }

    // MARK: - An SMSC that is lost

    /// Segments wait for an SMSC that is down: another one gets them if it does not come back soon.
    func scheduleEvacuation(_ index: Int, now: Timestamp) {
        let smsc = smscs[index]
        guard !smsc.isUsable, !smsc.isEvacuationDue, smsc.queues.contains(where: \.hasOthers) else { return }
        smsc.isEvacuationDue = true
        agenda.set(.evacuation(smsc: index), at: now + (smsc.isRetired ? .zero : SMSCState.returnTime))
    }

    package func evacuationDue(_ index: Int, now: Timestamp) {
        smscs[index].isEvacuationDue = false
        if !smscs[index].isUsable { evacuate(index, now: now) }
    }

    /// Nothing can leave over this SMSC now: what has not been taken goes elsewhere.
    func evacuate(_ index: Int, now: Timestamp) {
        let smsc = smscs[index]
        for rank in ActionPriority.allCases.indices {
            var ids = smsc.queues[rank].takePrepared { _ in true }
            // One that left the configuration does not come back.
            let hasOther = smsc.isRetired || smscs.indices.contains { $0 != index && smscs[$0].isUsable }
            if hasOther { ids += smsc.queues[rank].takeOthers() }
            // The last first: each goes to the front of its action.
            for id in ids.reversed() {
                if let message = messages[id] { giveUp(message, hasOther: hasOther, now: now) }
            }
        }
    }

    /// Takes a message back from its SMSC. What was taken or is in doubt stays an attempt with a CDR.
    func giveUp(_ message: LiveMessage, hasOther: Bool, now: Timestamp) {
        let id = message.id
        let hasLeft = message.record.segments.contains { $0.state != .prepared && $0.state != .waiting }
        if !hasLeft, !message.record.wasDoubtful {
            drop(message)
            letGoOfNumber(message, pause: .zero, now: now)
            guard message.isRecipientsOwn else { return }
            roster.setState(.waiting(due: now), of: message.index, in: message.action, now: now, isFirst: true)
        } else if hasOther {
            message.fail()
            change(message) { $0.abandonWhatIsNotOut() }
            concludeIfDone(id, now: now)
        } else {
            // It goes on when the SMSC is back: its first segments are there already.
            for segment in message.record.segments.indices where message.record.segments[segment].state == .prepared {
                change(message) { $0.segments[segment].state = .waiting }
                smscs[message.smsc].queues[message.rank].append(SegmentToken(id, segment), .resumed)
            }
        }
    }

    /// It never left: as if it had not been begun.
    private func drop(_ message: LiveMessage) {
        remove(message)
        outbox.journal(.messageDropped(message.id))
        budget.release(message.id)
    }

    // MARK: - An action that pauses or ends

    /// A paused action begins nothing: what was journalled ahead waits as before. A message of which a segment is
    /// out goes on.
    package func takeBackPrepared(of action: LiveAction, now: Timestamp) {
        let rank = action.priority.rawValue
        for smsc in smscs {
            let taken = smsc.queues[rank].takePrepared { id in
                guard let message = messages[id], message.action === action else { return false }
                return message.record.segments.allSatisfy { $0.state == .prepared }
            }
            for id in taken.reversed() {
                if let message = messages[id] { giveUp(message, hasOther: false, now: now) }
            }
        }
    }

    /// A final action sends nothing more: what has not left is taken back, the rest waits for its end.
    package func dropPrepared(of action: LiveAction, now: Timestamp) {
        for message in messages.values where message.action === action { dropPrepared(message) }
        // What it was to replace.
        if action.isCorrection { for wrong in wrong(of: action) { recall(wrong, now: now) } }
    }

    func dropPrepared(_ message: LiveMessage) {
        guard message.index < message.action.recipients.count else { return }
        if message.record.segments.allSatisfy({ $0.state == .prepared }) {
            drop(message)
            if message.isRecipientsOwn { roster.takenBackAtEnd(message.index, of: message.action) }
        } else if message.record.segments.contains(where: { $0.state == .prepared || $0.state == .waiting }) {
            message.fail()
            let isOpen = message.record.segments.contains { $0.state == .submitted || $0.state == .doubtful }
            change(message) { $0.abandonWhatIsNotOut() }
            // Its end comes in a turn of its own: the action is being closed now.
            if !isOpen { setDeadline(message, .epoch) }
        }
    }

    /// The channel had its time: the message goes on beside the recipient's next one, if there still is one.
    package func goOnBeside(_ id: AttemptID, now: Timestamp) {
        guard let message = messages[id] else { return }
        change(message) { $0.isBackground = true }
        roster.goOnBeside(messageNumber: message.record.number, of: message.index, in: message.action, now: now)
    }

    // MARK: - The end of a message

    func receiptTime(of action: LiveAction, now: Timestamp) -> Interval {
        let delay = action.deliverAt.map { max(.zero, roster.clock.engineTime(of: $0) - now) } ?? .zero
        return delay + (action.wantsReceipts ? configuration.messaging.receiptTimeout : .zero)
    }

    /// The SMSC keeps its messages until a time that is still to come.
    func isScheduled(_ action: LiveAction, now: Timestamp) -> Bool {
        action.deliverAt.map { roster.clock.engineTime(of: $0) > now } ?? false
    }

    /// No receipt came, or a doubt was not cleared up, in time.
    package func messageExpired(_ id: AttemptID, at time: Timestamp, now: Timestamp) {
        guard let message = messages[id], message.deadline == time else { return }
        message.isScheduled = false
        if message.record.segments.contains(where: { $0.state == .submitted || $0.state == .waiting })
            || !message.recalls.isEmpty
        {
            // Still under way; its own end comes first.
            return setDeadline(message, now + configuration.messaging.doubtHold)
        }
        conclude(message, now: now)
    }

    func concludeIfDone(_ id: AttemptID, now: Timestamp) {
        guard let message = messages[id] else { return }
        if message.failure != nil {
            // What is still under way may be taken, and is billed then.
            guard !message.record.segments.contains(where: { $0.state == .submitted }), !message.isHeld,
                message.recalls.isEmpty
            else { return }
            return conclude(message, now: now)
        }
        guard message.record.segments.allSatisfy(\.isFinal) || message.isTaken else { return }
        conclude(message, now: now)
    }

    /// CDR, and what follows for the recipient.
    func conclude(_ message: LiveMessage, now: Timestamp) {
        let (action, index) = (message.action, message.index)
        guard index < action.recipients.count else { return }
        remove(message)
        letGoOfNumber(message, now: now)
        if message.record.submits > 0 { noteContact(message, now: now) }
        if message.wantsReceipts {
            let smsc = smscs[message.smsc]
            for segment in message.record.segments.indices
            where message.record.segments[segment].state != .abandoned {
                smsc.remember(SegmentToken(message.id, segment).value)
            }
        }
        let end = MessageEnd(message)
        if end.disposition == .sent, message.record.accepted != nil, message.deadline == nil,
            !message.record.isBackground, !action.cascadesWhenSent
        {
            return concludeLater(message, now: now)
        }
        let cdr = price(message, end, now: now)
        roster.attemptEnded(message.record.number, of: index, in: action)
        let place = outbox.nextPlace
        var changed = action.recipients[index]
        if message.isRecipientsOwn {
            changed = follow(end, message, now: now) ?? changed
        } else if message.record.isBackground, end.outcome == .delivered, case .waiting = changed.state {
            // The other channel had its turn only because the receipt was late.
            changed = roster.setState(.ended(.delivered), of: index, in: action, now: now, isJournalled: false)
        }
        // It stands before what follows from it (the action's end).
        outbox.journal(.messageEnded(message.id, cdr, changed), at: place)
        outbox.say(.attemptEnded(cdr, text: end.text))
        if message.record.isBackground { roster.closeIfDone(action) }
    }

    /// Taken over, and no receipt is awaited: once that is journalled, the CDR can wait until there is time.
    private func concludeLater(_ message: LiveMessage, now: Timestamp) {
        let (action, index) = (message.action, message.index)
        outbox.journal(.messageChanged(message.record))
        roster.attemptEnded(message.record.number, of: index, in: action)
        deferEnd(message)
        roster.endDeferred(in: action)
        guard message.isRecipientsOwn else { return }
        roster.setState(.ended(.sent), of: index, in: action, now: now, isJournalled: false)
    }

    /// What ``concludeLater(_:now:)`` left to be written; the recipient as it stands now.
    func deferredRecord(_ message: LiveMessage) -> JournalRecord {
        let end = MessageEnd(message)
        let cdr = price(message, end, now: message.record.accepted ?? message.record.start)
        outbox.say(.attemptEnded(cdr, text: end.text))
        return .messageEnded(message.id, cdr, message.action.recipients[message.index])
    }

    private func price(_ message: LiveMessage, _ end: MessageEnd, now: Timestamp) -> CallDetailRecord {
        let cdr = budget.rated(
            message.detailRecord(
                sequence: outbox.nextSequence(), end, for: message.action.recipients[message.index],
                hasReferences: smscs[message.smsc].settings.sendsReference, now: now))
        answers.learn(cdr, plays: message.action.record.definition.plays)
        return cdr
    }

    /// Something of it has left for certain, or may have.
    func noteContact(_ message: LiveMessage, now: Timestamp) {
        if message.index < message.action.recipients.count {
            roster.noteContact(message.index, of: message.action, now: now)
        }
    }

    /// The one place where a message leaves the desk.
    private func remove(_ message: LiveMessage) {
        guard messages.removeValue(forKey: message.id) != nil else { return }
        if !message.recalls.isEmpty { recalls.end(message) }
        if message.record.isBackground { roster.backgroundEnded(in: message.action) }
    }

    /// Its number is free for other actions, after a pause.
    private func letGoOfNumber(_ message: LiveMessage, pause: Interval? = nil, now: Timestamp) {
        if message.holdsNumber { roster.messageOver(message.index, of: message.action, pause: pause, now: now) }
        message.holdsNumber = false
    }

    private func follow(_ end: MessageEnd, _ message: LiveMessage, now: Timestamp) -> RecipientRecord? {
        let (action, index) = (message.action, message.index)
        func become(_ state: RecipientState) -> RecipientRecord {
            roster.setState(state, of: index, in: action, now: now, isJournalled: false)
        }
        func endStep(with outcome: Outcome) -> RecipientRecord? {
            roster.endStep(with: outcome, index, of: action, now: now, isJournalled: false)
        }
        guard let failure = message.failure, end.outcome == nil else { return endStep(with: end.outcome ?? .failed) }
        if let outcome = action.record.phase.outcomeOfWaiting { return become(.ended(outcome)) }
        if message.isHeld, failure.kind != .invalidNumber { return endStep(with: .interrupted) }
        let next = roster.updateHistory(of: index, in: action) { history in
            history.messageFailed(
                failure.kind, smsc: message.record.smsc, wasDoubtful: message.record.wasDoubtful,
                delays: configuration.messaging.retryDelays
            ) { excluded in smscs.contains { $0.isUsable && !excluded.contains($0.name) } }
        }
        switch next {
        case .again(let delay): return become(.waiting(due: now + delay))
        case .over(let outcome): return endStep(with: outcome)
        }
    }
}
