// SPDX-License-Identifier: GPL-3.0-or-later
import ActionRoster
import Actions
import GatewayCore
import Pacing
import SMPP

/// How messages leave: journalled ahead, then handed to binds.
extension TextDesk {
    /// Journals messages ahead, and hands over what binds take: a threat to life before everything else.
    package func sendMessages(now: Timestamp) {
        guard !smscs.isEmpty else { return }
        for priority in ActionPriority.allCases {
            let overloaded = overloaded(priority, now: now)
            if !overloaded.isEmpty { agenda.wake(at: now + Self.patience) }
            shareOut(priority, overloaded: overloaded, now: now)
            prepareMessages(priority, overloaded: overloaded, now: now)
            for smsc in smscs.indices { release(priority, over: smsc, now: now) }
        }
    }

    /// The messages of this turn have been sent; their pace counts from here.
    ///
    /// - Parameter isBlocked: A bind's socket does not take all that was handed over. Nothing follows on it before
    ///   ``launched(_:now:)``.
    package func launched(now: Timestamp, isBlocked: (BindKey) -> Bool) {
        for (place, smsc) in smscs.enumerated() {
            for index in smsc.binds.indices
            where smsc.binds[index].admitted > 0 && !smsc.binds[index].pacer.isBlocked {
                let key = BindKey(smsc: place, bind: index)
                // Without a contract it does not matter.
                if smsc.binds[index].pacer.limits.perSecond != nil, isBlocked(key) {
                    smsc.binds[index].pacer.isBlocked = true
                } else {
                    launched(key, now: now)
                }
            }
        }
    }

    /// What was handed to a bind has left.
    package func launched(_ key: BindKey, now: Timestamp) {
        guard bind(key) != nil else { return }
        let bind = smscs[key.smsc].binds[key.bind]
        smscs[key.smsc].binds[key.bind].pacer.launched(bind.admitted, now: now)
        smscs[key.smsc].binds[key.bind].admitted = 0
    }

    // MARK: - Journalling ahead

    private func prepareMessages(_ priority: ActionPriority, overloaded: Set<Int>, now: Timestamp) {
        let actions = roster.running(priority)
        guard actions.contains(where: \.hasTextsWaiting) else { return }
        var room = smscs.map { smsc in
            // Refilled when half is gone: one durable write for many messages.
            let most = smsc.isUsable ? smsc.room(now: now) : 0
            let have = smsc.queues[priority.rawValue].preparedCount
            return have * 2 <= most ? most - have : 0
        }
        guard room.contains(where: { $0 > 0 }) else { return }
        // In turn among the actions, a few at a time: each of them brings its own text.
        var idle = 0
        var turn = 0
        while idle < actions.count {
            let action = actions[turn % actions.count]
            turn += 1
            var started = false
            for _ in 0..<16 * action.weight {
                guard startOneMessage(of: action, &room, overloaded: overloaded, now: now) else { break }
                started = true
            }
            idle = started ? 0 : idle + 1
        }
    }

    /// So many recipients in front of others may wait for an SMSC that has no room.
    private static let mostSkipped = 32

    private func startOneMessage(
        of action: LiveAction, _ room: inout [Int], overloaded: Set<Int>, now: Timestamp
    ) -> Bool {
        var skipped: [Int] = []
        defer { for index in skipped.reversed() { roster.putBackText(index, of: action) } }
        while let index = roster.nextText(of: action) {
            // Its time may be over: then it stands among those to be called.
            guard roster.isWaiting(index, for: .sms, in: action) else { continue }
            let recipient = action.recipients[index]
            if !roster.mayContact(index, of: action, now: now) || roster.mustWait(index, of: action, now: now) {
                recallWrongMessages(for: recipient.number, correctedBy: action)
                guard !roster.mustStopParking(now: now) else { return false }
                continue
            }
            let replaced = replaceable(for: recipient.number, correctedBy: action)
            guard
                let smsc = replaced.map({ room[$0.smsc] > 0 ? $0.smsc : nil })
                    ?? smscs.best(
                        for: recipient.number.e164, excluding: recipient.history.excludedSMSCs, room,
                        overloaded: overloaded, now: now, canSend: { canSend(action, to: index, over: $0) }),
                let template = template(of: action, smsc)
            else {
                guard isSendable(action) else {
                    roster.endStep(with: .failed, index, of: action, now: now)
                    continue
                }
                if let due = smscs.waitEnd(
                    for: recipient.number.e164, excluding: recipient.history.excludedSMSCs, room, now: now,
                    canSend: { canSend(action, to: index, over: $0) })
                {
                    // He waits by himself, not in front of the others; others may have room before that.
                    let soon = min(due, now + Self.patience)
                    roster.setState(.waiting(due: soon), of: index, in: action, now: now)
                    continue
                }
                // His SMSC has no room: another one may have some for others.
                skipped.append(index)
                guard skipped.count < Self.mostSkipped, room.contains(where: { $0 > 0 }) else { return false }
                continue
            }
            let worst = budget.worstCase(
                ofMessageTo: recipient, over: smscs[smsc].name, segments: template.text.billedSegments, now: now)
            guard budget.mayAfford(worst, index, of: action, now: now) else {
                if budget.mayPassOverMore(now: now) { continue }
                return false
            }
            room[smsc] -= 1
            start(index, of: action, over: smsc, template, isReplacement: replaced != nil, now: now)
            if replaced == nil { recallWrongMessages(for: recipient.number, correctedBy: action) }
            return true
        }
        return false
    }

    /// Whether any SMSC of the configuration can send the action's text, up or not.
    private func isSendable(_ action: LiveAction) -> Bool {
        var isConfigured = false
        for index in smscs.indices
        where !smscs[index].isRetired && routes.mayUse(smscs[index].name, forAnyOf: action.populations) {
            isConfigured = true
            if template(of: action, index) != nil { return true }
        }
        return !isConfigured
    }

    /// Whether an SMSC may be used for a recipient, and takes the action's text.
    private func canSend(_ action: LiveAction, to recipient: Int, over smsc: Int) -> Bool {
        if !routes.isEmpty || action.populations.count > 1 || !action.populations[0].isEmpty {
            let population = roster.population(of: recipient, in: action)
            guard routes.mayUse(smscs[smsc].name, for: population) else { return false }
        }
        return template(of: action, smsc) != nil
    }

    private func start(
        _ index: Int, of action: LiveAction, over smsc: Int, _ template: MessageTemplate, isReplacement: Bool,
        now: Timestamp
    ) {
        let recipient = action.recipients[index]
        let id = nextAttempt(segments: template.text.submits, to: recipient.number)
        roster.began(.messaging(id), of: index, in: action, now: now)
        var segments: [SegmentRecord] = []
        segments.reserveCapacity(template.text.submits)
        for _ in 0..<template.text.submits {
            lastReference &+= 1
            segments.append(SegmentRecord(reference: lastReference))
        }
        var record = MessageRecord(
            id: id, recipient: recipient.id, action: action.key, number: recipient.history.attempts + 1,
            smsc: smscs[smsc].name, sender: template.sender, encoding: template.encoding,
            billedSegments: template.text.billedSegments, start: now, segments: segments,
            redial: recipient.history.doubts > 0)
        if isReplacement { record.replacement = .intended }
        let message = LiveMessage(
            record: record, of: action, index: index, smsc: smsc, civilOffset: roster.clock.offset)
        message.asked = roster.rulesMoment(now: now)
        messages[id] = message
        reserve(message, now: now)
        smscs[smsc].queues[message.rank].prepare(id)
        smscs[smsc].refilled[message.rank] = now
        outbox.journal(.messageStarted(record))
    }

    /// Two long texts to one number never follow each other with the same reference in their parts, which is that of the
    /// attempt.
    private func nextAttempt(segments: Int, to number: PhoneNumber) -> AttemptID {
        let id = outbox.nextAttempt()
        guard segments > 1, !longTexts.note(UInt8(truncatingIfNeeded: id.value), number.e164) else { return id }
        return nextAttempt(segments: segments, to: number)
    }

    // MARK: - Handing over

    /// - Parameter limit: So many at most: the floor of a less pressing class, see ``SMSCState/floors``.
    /// - Returns: How many were handed over.
    @discardableResult
    private func release(_ priority: ActionPriority, over index: Int, atMost limit: Int = .max, now: Timestamp) -> Int {
        let smsc = smscs[index]
        let rank = priority.rawValue
        guard !smsc.queues[rank].isEmpty || !smsc.recalls[rank].isEmpty, smsc.isUsable else { return 0 }
        var mark: ReleaseMark?
        var released = 0
        var hasDropped = false
        let mayRepeat = now >= smsc.quietUntil
        let rules = roster.rulesMoment(now: now)
        if !mayRepeat, smsc.queues[rank].hasOthers { agenda.wake(at: smsc.quietUntil) }
        handing: while released < limit {
            switch releaseRecall(rank, over: index, now: now) {
            case .handedOver:
                released += 1
                continue
            case .mustWait: break handing
            case .none: break
            }
            guard let (token, source) = smsc.queues[rank].next(hardened: hardened, mayRepeat: mayRepeat) else { break }
            let isFirst = source == .prepared
            guard let message = messages[token.attempt],
                isFirst ? message.failure == nil : message.record.segments[token.segment].state == .waiting
            else {
                smsc.queues[rank].drop(source)
                hasDropped = true
                continue
            }
            if message.asked != rules, isUnwelcome(token, message, source, rules, now: now) {
                smsc.queues[rank].drop(source)
                hasDropped = true
                withhold(token, message, now: now)
                continue
            }
            if mustWait(token, message, source, now: now) {
                smsc.queues[rank].drop(source)
                hasDropped = true
                if isFirst {
                    giveUp(message, hasOther: false, now: now)
                } else {
                    agenda.set(.segmentDue(token), at: now + Self.heldLook)
                }
                continue
            }
            if limit == .max { releaseOwed(below: rank, over: index, now: now) }
            let choice = smsc.chooseBind(now: now)
            guard let bind = choice.bind else {
                if let until = choice.wait { agenda.wake(at: until) }
                break
            }
            guard submit(token, message, over: BindKey(smsc: index, bind: bind), now: now) else {
                smsc.queues[rank].drop(source)
                hasDropped = true
                // Another alphabet, sender or text: begun anew, as it is now.
                giveUp(message, hasOther: true, now: now)
                continue
            }
            smsc.queues[rank].handedOver(source, isLast: token.segment + 1 == message.record.segments.count)
            smsc.recalls[rank].messageLeft()
            released += 1
            if limit == .max { smsc.countForFloors(rank, share: configuration.classFloor) }
            if isFirst {
                mark = ReleaseMark(
                    smsc: smsc.name, priority: priority, attempt: token.attempt, segments: token.segment + 1)
            } else {
                change(message) {
                    $0.segments[token.segment].state = .submitted
                    $0.segments[token.segment].resubmits = min(254, $0.segments[token.segment].resubmits) + 1
                }
            }
        }
        if let mark { outbox.journal(.messagesReleased(mark)) }
        // What was dropped took the place of others, whom no event would bring up.
        if hasDropped { agenda.wake(at: now) }
        return released
    }

    private enum RecallRelease { case none, handedOver, mustWait }

    /// Asks for the next deletion, if it is its turn among what waits for the SMSC.
    private func releaseRecall(_ rank: Int, over index: Int, now: Timestamp) -> RecallRelease {
        let smsc = smscs[index]
        while let token = smsc.recalls[rank].next(othersWait: !smsc.queues[rank].isEmpty) {
            guard let message = messages[token.attempt], message.recalls[token.segment] != nil,
                message.record.segments[token.segment].isAtSMSC, smsc.takes(.cancelSM)
            else {
                smsc.recalls[rank].drop()
                guard let message = messages[token.attempt] else { continue }
                recalls.end(token.segment, of: message)
                concludeIfDone(token.attempt, now: now)
                continue
            }
            // Of one that may not know it, the first answer tells.
            guard !smsc.commands.isOnTrial(.cancelSM) else { return .none }
            let choice = smsc.chooseBind(now: now)
            guard let bind = choice.bind else {
                if let until = choice.wait { agenda.wake(at: until) }
                return .mustWait
            }
            smsc.binds[bind].pacer.admit(now: now)
            smsc.binds[bind].admitted += 1
            smsc.recalls[rank].handedOver()
            recalls.handOver(token, message, over: BindKey(smsc: index, bind: bind), smsc)
            return .handedOver
        }
        return .none
    }

    /// Another action has come to the number meanwhile. Of a message that is partly out, the rest follows.
    private func mustWait(
        _ token: SegmentToken, _ message: LiveMessage, _ source: OutgoingQueue.Source, now: Timestamp
    ) -> Bool {
        guard source == .prepared else { return roster.isTaken(message.index, of: message.action, now: now) }
        return token.segment == 0 && roster.mustGoBack(message.index, of: message.action, now: now)
    }

    /// Its recipient's wishes are against it since it was journalled. A message that the SMSC has in part is completed.
    private func isUnwelcome(
        _ token: SegmentToken, _ message: LiveMessage, _ source: OutgoingQueue.Source, _ rules: RulesMoment,
        now: Timestamp
    ) -> Bool {
        guard message.isWhole || (source == .doubtful && message.record.segments.count == 1),
            message.index < message.action.recipients.count
        else { return false }
        guard roster.isStillWelcome(message.index, of: message.action, now: now) else { return true }
        message.asked = rules
        return false
    }

    /// Taken back, so that the rules say what becomes of its recipient, as they would before a call. One that the SMSC
    /// may have is not sent once more.
    private func withhold(_ token: SegmentToken, _ message: LiveMessage, now: Timestamp) {
        guard !message.isWhole else { return giveUp(message, hasOther: false, now: now) }
        change(message) { $0.segments[token.segment].state = .doubtful }
        setDeadline(message, now + configuration.messaging.doubtHold)
    }

    /// What less pressing classes are owed comes before the next message of a pressing one.
    private func releaseOwed(below rank: Int, over index: Int, now: Timestamp) {
        guard smscs[index].floors.isAnyOwed else { return }
        for lower in ActionPriority.allCases where lower.rawValue > rank && smscs[index].floors.isOwed(lower.rawValue) {
            if release(lower, over: index, atMost: 1, now: now) > 0 { smscs[index].floors.pay(lower.rawValue) }
        }
    }

    private func submit(_ token: SegmentToken, _ message: LiveMessage, over key: BindKey, now: Timestamp) -> Bool {
        let (action, segment) = (message.action, token.segment)
        guard message.index < action.recipients.count, canSend(action, to: message.index, over: key.smsc),
            let template = template(of: action, key.smsc),
            template.text.submits == message.record.segments.count, template.encoding == message.record.encoding,
            template.sender == message.record.sender
        else { return false }
        smscs[key.smsc].binds[key.bind].pacer.admit(now: now)
        smscs[key.smsc].binds[key.bind].counts.submitted += 1
        smscs[key.smsc].binds[key.bind].admitted += 1
        if segment == 0, message.record.segments[0].state == .prepared {
            message.record.start = now
            message.civilOffset = roster.clock.offset
            roster.noteFirstAttempt(of: action, now: now)
        }
        roster.messageLeft(message.index, of: action, now: now)
        message.holdsNumber = true
        if message.record.segments[segment].state == .prepared { message.record.segments[segment].state = .submitted }
        let validity = text(of: action).validity(
            expiry: roster.clock.civil(roster.expiry(of: action)),
            isAbsolute: smscs[key.smsc].settings.hasAbsoluteValidity, now: roster.clock.civil(now))
        if message.record.replacement == .intended {
            if replace(token, message, by: template, over: key, validity) { return true }
            // The SMSC has delivered the wrong text meanwhile.
            change(message) { $0.replacement = .none }
        }
        let body = template.body(
            number: action.recipients[message.index].number.e164, attempt: token.attempt, segment: segment,
            reference: message.record.segments[segment].reference, validity: validity)
        outbox.perform(.submit(MessageOrder(bind: key, token: token, body: body)))
        return true
    }

    /// Puts a correction's message in the place of the wrong one.
    ///
    /// - Returns: False: the SMSC does not have that any more.
    private func replace(
        _ token: SegmentToken, _ message: LiveMessage, by template: MessageTemplate, over key: BindKey,
        _ validity: String
    ) -> Bool {
        guard let recipient = message.recipient,
            let wrong = replaceable(for: recipient.number, correctedBy: message.action), wrong.smsc == key.smsc
        else { return false }
        let id = wrong.record.segments[0].messageID
        message.replaces = (wrong.id, id)
        smscs[key.smsc].commands.sent(.replaceSM)
        let replacing = SegmentToken(token.attempt, token.segment, .replace)
        outbox.perform(
            .submit(
                MessageOrder(bind: key, token: replacing, body: template.replacement(of: id, validity: validity))))
        return true
    }

    // MARK: - What one SMSC cannot take in time goes to another

    /// Those whose messages go over SMSCs of the next priority too.
    private func overloaded(_ priority: ActionPriority, now: Timestamp) -> Set<Int> {
        guard smscs.count > 1 else { return [] }
        let waiting = roster.running(priority).contains(where: \.hasTextsWaiting)
        return smscs.overloaded(priority.rawValue, hasTextsWaiting: waiting, now: now) { index in
            ActionPriority.allCases.filter { $0.rawValue <= priority.rawValue }.flatMap { roster.running($0) }
                .filter(\.hasTextsWaiting)
                .reduce(0) { $0 + $1.textsWaiting * (template(of: $1, index)?.text.submits ?? 0) }
        }
    }

    /// How long anybody waits for one SMSC before another one is looked for.
    private static let patience = Interval.seconds(1)
    /// Refused so often in a row, a number is tried over an SMSC of another priority too.
    private static let mostRefusals = 3

    /// Takes back what waits for an SMSC that refuses or is slow while another one of its priority is free.
    private func shareOut(_ priority: ActionPriority, overloaded: Set<Int>, now: Timestamp) {
        let rank = priority.rawValue
        guard smscs.count > 1, smscs.contains(where: { $0.queues[rank].preparedCount > 1 }) else { return }
        // As long as others wait, whoever is free gets those.
        let isLast = !roster.running(priority).contains(where: \.hasTextsWaiting)
        for index in smscs.indices where smscs[index].isUsable && smscs[index].queues[rank].preparedCount > 1 {
            let smsc = smscs[index]
            let late = smsc.refilled[rank] + Self.patience
            guard smsc.isRefusing(now: now) || (isLast && now >= late) else {
                if isLast { agenda.wake(at: late) }
                continue
            }
            let equal = smscs.idle(beside: index, rank, isOverloaded: false, now: now)
            let isOverloaded = equal == nil && overloaded.contains(index)
            guard let idle = isOverloaded ? smscs.idle(beside: index, rank, isOverloaded: true, now: now) : equal
            else { continue }
            // What it takes in a second stays; beside one of another priority what it takes in time.
            let lately = smsc.binds.reduce(0) { $0 + $1.pacer.acceptedLately(now: now) }
            let inTime = (smsc.acceptedPerSecond(rank, now: now) ?? 0) * SMSCState.longestWait
            let stays = max(1, isOverloaded ? Int(inTime) : lately)
            let count = min(smsc.queues[rank].preparedCount - stays, smscs[idle].room(now: now))
            // The last first: each goes to the front of its action.
            for id in smsc.queues[rank].takeLastPrepared(count).reversed() {
                guard let message = messages[id], let recipient = message.recipient else { continue }
                guard canSend(message.action, to: message.index, over: idle) else {
                    smsc.queues[rank].prepare(id)
                    continue
                }
                smsc.passOver(recipient.number.e164, now: now)
                giveUp(message, hasOther: false, now: now)
            }
        }
    }

    /// A message that was refused for now goes over another SMSC, if nothing of it is out and there is one that may take
    /// it: one of the same priority when the refusal is believed of the SMSC, any when the number is refused again and
    /// again.
    ///
    /// - Returns: False: it waits here.
    func moveElsewhere(_ message: LiveMessage, isOfSMSC: Bool, now: Timestamp) -> Bool {
        let here = smscs[message.smsc]
        guard let recipient = message.recipient, message.isRecipientsOwn, !message.record.wasDoubtful else {
            return false
        }
        let number = recipient.number.e164
        let isTiresome = here.refusals(of: number) >= Self.mostRefusals || here.refusesEverything(now: now)
        let isWhole = message.record.segments.allSatisfy { $0.state == .prepared || $0.state == .waiting }
        // One of which a part is out waits as it does for an SMSC that is down.
        guard isOfSMSC || isTiresome, isWhole || here.refusesEverything(now: now, for: SMSCState.returnTime),
            smscs.hasOther(
                than: message.smsc, for: number, excluding: recipient.history.excludedSMSCs, message.rank,
                isTiresome: isTiresome, now: now, canSend: { canSend(message.action, to: message.index, over: $0) })
        else { return false }
        giveUp(message, hasOther: true, now: now)
        return true
    }

    // MARK: - Texts

    private func text(of action: LiveAction) -> ActionText {
        if let known = texts[action.key] { return known }
        let made = ActionText(action.record.definition)
        texts[action.key] = made
        return made
    }

    func template(of action: LiveAction, _ index: Int) -> MessageTemplate? {
        text(of: action).template(index, settings(of: index, for: action)) { error in
            outbox.alarm("action \(action.record.id.text) cannot be sent over \(smscs[index].name): \(error)")
        }
    }

    /// An action has one text; that of several populations goes by the sender of each SMSC.
    private func settings(of index: Int, for action: LiveAction) -> SMSCSettings {
        var settings = smscs[index].settings
        if action.populations.count == 1, let own = roster.settings(ofPopulation: action.populations[0])?.sender {
            settings.sender = own
        }
        return settings
    }
}
