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
            prepareMessages(priority, now: now)
            for smsc in smscs.indices { release(priority, over: smsc, now: now) }
        }
    }

    /// The messages of this turn have been sent; their pace counts from here.
    package func launched(now: Timestamp) {
        for smsc in smscs {
            for index in smsc.binds.indices where smsc.binds[index].admitted > 0 {
                smsc.binds[index].pacer.launched(smsc.binds[index].admitted, now: now)
                smsc.binds[index].admitted = 0
            }
        }
    }

    // MARK: - Journalling ahead

    private func prepareMessages(_ priority: ActionPriority, now: Timestamp) {
        let actions = roster.running(priority)
        guard actions.contains(where: \.hasTextsWaiting) else { return }
        var room = smscs.map { smsc in
            // Refilled when half is gone: one durable write for many messages.
            let most = smsc.isUsable ? smsc.room(now: now) : 0
            let have = smsc.prepared[priority.rawValue].count
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
            for _ in 0..<16 {
                guard startOneMessage(of: action, &room, priority, now: now) else { break }
                started = true
            }
            idle = started ? 0 : idle + 1
        }
    }

    private func startOneMessage(
        of action: LiveAction, _ room: inout [Int], _ priority: ActionPriority, now: Timestamp
    ) -> Bool {
        while let index = roster.nextText(of: action) {
            let recipient = action.recipients[index]
            // Its time may be over: then it stands among those to be called.
            guard case .waiting = recipient.state, action.channel(of: recipient) == .sms else { continue }
            if inbound.hasOptedOut(recipient.number.e164) {
                roster.endStep(with: .optedOut, index, of: action, now: now)
                continue
            }
            guard let smsc = chooseSMSC(for: action, excluding: recipient.history.excludedSMSCs, room),
                let template = template(of: action, smsc)
            else {
                guard isSendable(action) else {
                    roster.endStep(with: .failed, index, of: action, now: now)
                    continue
                }
                roster.putBackText(index, of: action)
                return false
            }
            let worst = budget.worstCase(
                ofMessageTo: recipient, over: smscs[smsc].name, segments: template.text.billedSegments, now: now)
            guard budget.mayAfford(worst, index, of: action, now: now) else {
                if budget.mayPassOverMore(now: now) { continue }
                return false
            }
            room[smsc] -= 1
            start(index, of: action, over: smsc, template, now: now)
            return true
        }
        return false
    }

    /// Whether any SMSC of the configuration can send the action's text, up or not.
    private func isSendable(_ action: LiveAction) -> Bool {
        var isConfigured = false
        for index in smscs.indices where !smscs[index].isRetired {
            isConfigured = true
            if template(of: action, index) != nil { return true }
        }
        return !isConfigured
    }

    /// The best that is up: by priority, then the one furthest below its share. nil: wait.
    private func chooseSMSC(for action: LiveAction, excluding names: [String], _ room: [Int]) -> Int? {
        let usable = smscs.indices.filter { smscs[$0].isUsable && template(of: action, $0) != nil }
        var candidates = usable.filter { !names.contains(smscs[$0].name) }
        // Those that have not failed this recipient may be down: better the others again than none.
        if candidates.isEmpty { candidates = usable }
        guard let best = candidates.map({ smscs[$0].settings.priority }).min() else { return nil }
        return candidates.filter { smscs[$0].settings.priority == best && room[$0] > 0 }.min {
            smscs[$0].share < smscs[$1].share
        }
    }

    private func start(
        _ index: Int, of action: LiveAction, over smsc: Int, _ template: MessageTemplate, now: Timestamp
    ) {
        let id = outbox.nextAttempt()
        let recipient = action.recipients[index]
        roster.began(.messaging(id), of: index, in: action, now: now)
        var segments: [SegmentRecord] = []
        segments.reserveCapacity(template.text.submits)
        for _ in 0..<template.text.submits {
            lastReference &+= 1
            segments.append(SegmentRecord(reference: lastReference))
        }
        let record = MessageRecord(
            id: id, recipient: recipient.id, action: action.key, number: recipient.history.attempts + 1,
            smsc: smscs[smsc].name, sender: template.sender, encoding: template.encoding,
            billedSegments: template.text.billedSegments, start: now, segments: segments,
            redial: recipient.history.doubts > 0)
        let message = LiveMessage(record: record, of: action, index: index, smsc: smsc)
        messages[id] = message
        reserve(message, now: now)
        smscs[smsc].prepared[message.rank].append(id)
        outbox.journal(.messageStarted(record))
    }

    // MARK: - Handing over

    private func release(_ priority: ActionPriority, over index: Int, now: Timestamp) {
        let smsc = smscs[index]
        let rank = priority.rawValue
        guard !smsc.again[rank].isEmpty || !smsc.prepared[rank].isEmpty, smsc.isUsable else { return }
        var mark: ReleaseMark?
        var hasDropped = false
        // What is old goes first: its message is partly out already.
        while let (token, isFirst) = smsc.next(rank, hardened: hardened) {
            guard let message = messages[token.attempt],
                isFirst ? message.failure == nil : message.record.segments[token.segment].state == .waiting
            else {
                smsc.dropNext(rank, isFirst: isFirst)
                hasDropped = true
                continue
            }
            let choice = smsc.chooseBind(now: now)
            guard let bind = choice.bind else {
                if let until = choice.wait { agenda.wake(at: until) }
                break
            }
            guard submit(token, message, over: BindKey(smsc: index, bind: bind), now: now) else {
                smsc.dropNext(rank, isFirst: isFirst)
                hasDropped = true
                // Another alphabet, sender or text: begun anew, as it is now.
                giveUp(message, hasOther: true, now: now)
                continue
            }
            if isFirst {
                mark = ReleaseMark(
                    smsc: smsc.name, priority: priority, attempt: token.attempt, segments: token.segment + 1)
                smsc.handedOver(rank, isLast: token.segment + 1 == message.record.segments.count)
            } else {
                smsc.dropNext(rank, isFirst: false)
                change(message) {
                    $0.segments[token.segment].state = .submitted
                    $0.segments[token.segment].resubmits = min(254, $0.segments[token.segment].resubmits) + 1
                }
            }
        }
        if let mark { outbox.journal(.messagesReleased(mark)) }
        // What was dropped took the place of others, whom no event would bring up.
        if hasDropped { agenda.wake(at: now) }
    }

    private func submit(_ token: SegmentToken, _ message: LiveMessage, over key: BindKey, now: Timestamp) -> Bool {
        let (action, segment) = (message.action, token.segment)
        guard message.index < action.recipients.count, let template = template(of: action, key.smsc),
            template.text.submits == message.record.segments.count, template.encoding == message.record.encoding,
            template.sender == message.record.sender
        else { return false }
        smscs[key.smsc].binds[key.bind].pacer.admit(now: now)
        smscs[key.smsc].binds[key.bind].counts.submitted += 1
        smscs[key.smsc].binds[key.bind].admitted += 1
        if segment == 0, message.record.segments[0].state == .prepared {
            message.record.start = now
            roster.noteFirstAttempt(of: action, now: now)
        }
        if message.record.segments[segment].state == .prepared { message.record.segments[segment].state = .submitted }
        let body = template.body(
            number: action.recipients[message.index].number.e164, attempt: token.attempt, segment: segment,
            reference: message.record.segments[segment].reference,
            validity: text(of: action).validity(expiry: roster.expiry(of: action), now: now))
        outbox.perform(.submit(MessageOrder(bind: key, token: token, body: body)))
        return true
    }

    // MARK: - Texts

    private func text(of action: LiveAction) -> ActionText {
        if let known = texts[action.key] { return known }
        let made = ActionText(action.record.definition)
        texts[action.key] = made
        return made
    }

    private func template(of action: LiveAction, _ index: Int) -> MessageTemplate? {
        text(of: action).template(index, smscs[index].settings) { error in
            outbox.alarm("action \(action.record.id.text) cannot be sent over \(smscs[index].name): \(error)")
        }
    }
}
