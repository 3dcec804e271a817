// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing
import SMPP

/// An SMS under way. A class: a million of them may be, and a dictionary of them grows in the middle of the sending.
final class LiveMessage {
    var record: MessageRecord
    /// Position in the action's recipients.
    var index: Int
    var smsc: Int
    /// When waiting for receipts, or for light on a doubt, ends.
    var deadline: Timestamp?
    /// Why no more of it is submitted.
    var failure: (kind: MessageFailure, status: CommandStatus)?
    /// A receipt's own error, for the CDR.
    var receiptError = ""
    /// How often it was sent again after a doubt, and how often its number's queue was full.
    var doubts = 0
    var fullQueues = 0

    static let mostDoubts = 8
    static let mostFullQueues = 60

    init(record: MessageRecord, index: Int, smsc: Int) {
        self.record = record
        self.index = index
        self.smsc = smsc
    }
}

/// A message to be handed to a bind.
package struct MessageOrder: Equatable, Sendable {
    package var bind: BindKey
    package var token: SegmentToken
    /// submit_sm or data_sm.
    package var body: PDU.Body
}

extension Engine {
    /// SMS whose end is awaited.
    package var openMessages: Int { messages.count }

    /// Messages are journalled that have not left.
    package var hasPreparedMessages: Bool { smscs.contains { $0.preparedCount > 0 } }

    /// The same by SMSC.
    package func openMessages(of smsc: Int) -> Int { messages.values.count { $0.smsc == smsc } }

    /// Journals messages ahead, and hands over what binds take: a threat to life before everything else.
    func sendMessages(now: Timestamp) {
        guard !smscs.isEmpty else { return }
        for priority in ActionPriority.allCases {
            prepareMessages(priority, now: now)
            for smsc in smscs.indices { release(priority, over: smsc, now: now) }
        }
    }

    // MARK: - Journalling ahead

    private func prepareMessages(_ priority: ActionPriority, now: Timestamp) {
        let keys = runnable[priority.rawValue]
        guard keys.contains(where: { !(actions[$0]?.messages.isEmpty ?? true) }) else { return }
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
        while idle < keys.count {
            let key = keys[turn % keys.count]
            turn += 1
            var started = false
            for _ in 0..<16 {
                guard startOneMessage(of: key, &room, priority, now: now) else { break }
                started = true
            }
            idle = started ? 0 : idle + 1
        }
    }

    private func startOneMessage(
        of key: Int64, _ room: inout [Int], _ priority: ActionPriority, now: Timestamp
    ) -> Bool {
        guard let action = actions[key] else { return false }
        while let index = action.messages.popFirst() {
            let recipient = action.recipients[index]
            // Its time may be over: then it stands among those to be called.
            guard case .waiting = recipient.state, channel(of: recipient, in: action) == .sms else { continue }
            if hasOptedOut(recipient.number.e164) {
                endStep(with: .optedOut, index, of: key, now: now)
                continue
            }
            guard let smsc = chooseSMSC(for: action, excluding: recipient.history.excludedSMSCs, room),
                let plan = plan(of: action, smsc)
            else {
                guard isSendable(action) else {
                    endStep(with: .failed, index, of: key, now: now)
                    continue
                }
                action.messages.putBack(index)
                return false
            }
            let worst = worstCase(
                ofMessage: index, in: action, smsc: smscs[smsc].name, segments: plan.text.billedSegments, now: now)
            guard mayAfford(worst, index, of: action, now: now) else {
                if mayPassOverMore(now: now) { continue }
                return false
            }
            room[smsc] -= 1
            start(index, of: action, over: smsc, plan, priority, now: now)
            return true
        }
        return false
    }

    /// Whether any SMSC of the configuration can send the action's text, up or not.
    private func isSendable(_ action: LiveAction) -> Bool {
        var isConfigured = false
        for index in smscs.indices where !smscs[index].isRetired {
            isConfigured = true
            if plan(of: action, index) != nil { return true }
        }
        return !isConfigured
    }

    /// The best that is up: by priority, then the one furthest below its share. nil: wait.
    private func chooseSMSC(for action: LiveAction, excluding names: [String], _ room: [Int]) -> Int? {
        let usable = smscs.indices.filter { smscs[$0].isUsable && plan(of: action, $0) != nil }
        var candidates = usable.filter { !names.contains(smscs[$0].name) }
        // Those that have not failed this recipient may be down: better the others again than none.
        if candidates.isEmpty { candidates = usable }
        guard let best = candidates.map({ smscs[$0].settings.priority }).min() else { return nil }
        return candidates.filter { smscs[$0].settings.priority == best && room[$0] > 0 }.min {
            share(of: $0) < share(of: $1)
        }
    }

    private func share(of smsc: Int) -> Double {
        let waiting = smscs[smsc].prepared.reduce(0) { $0 + $1.count }
        let underWay = smscs[smsc].binds.reduce(0) { $0 + $1.pacer.outstanding }
        return Double(waiting + underWay) / Double(max(1, smscs[smsc].settings.weight))
    }

    private func start(
        _ index: Int, of action: LiveAction, over smsc: Int, _ plan: MessageTemplate, _ priority: ActionPriority,
        now: Timestamp
    ) {
        lastAttempt += 1
        let id = AttemptID(lastAttempt)
        let recipient = action.recipients[index]
        if recipient.history.stepStarted == nil { beginStep(index, of: action, now: now) }
        var segments: [SegmentRecord] = []
        segments.reserveCapacity(plan.text.submits)
        for _ in 0..<plan.text.submits {
            lastReference &+= 1
            segments.append(SegmentRecord(reference: lastReference))
        }
        let record = MessageRecord(
            id: id, recipient: recipient.id, action: action.record.key, number: recipient.history.attempts + 1,
            smsc: smscs[smsc].name, sender: plan.sender, encoding: plan.encoding,
            billedSegments: plan.text.billedSegments, start: now, segments: segments,
            redial: recipient.history.doubts > 0)
        let message = LiveMessage(record: record, index: index, smsc: smsc)
        messages[id] = message
        reserve(message, in: action, now: now)
        smscs[smsc].prepared[priority.rawValue].append(id)
        action.recipients[index].state = .messaging(id)
        action.counters.waiting -= 1
        action.counters.messaging += 1
        output.records.append(.messageStarted(record))
    }

    // MARK: - Handing over

    private func release(_ priority: ActionPriority, over index: Int, now: Timestamp) {
        let smsc = smscs[index]
        let rank = priority.rawValue
        guard !smsc.again[rank].isEmpty || !smsc.prepared[rank].isEmpty, smsc.isUsable else { return }
        var mark: ReleaseMark?
        var hasDropped = false
        while true {
            // What is old goes first: its message is partly out already.
            let token: SegmentToken
            let isFirst: Bool
            if let next = smsc.again[rank].first {
                token = next
                isFirst = false
            } else if let next = smsc.prepared[rank].first, hardened.map({ next <= $0 }) ?? true {
                token = SegmentToken(next, smsc.preparedSegments[rank])
                isFirst = true
            } else {
                break
            }
            guard let message = messages[token.attempt],
                isFirst ? message.failure == nil : message.record.segments[token.segment].state == .waiting
            else {
                dropHead(of: smsc, rank, isFirst: isFirst)
                hasDropped = true
                continue
            }
            let choice = smsc.chooseBind(now: now)
            guard let bind = choice.bind else {
                if let until = choice.wait { wake = wake.map { min($0, until) } ?? until }
                break
            }
            guard submit(token, message, over: BindKey(smsc: index, bind: bind), now: now) else {
                dropHead(of: smsc, rank, isFirst: isFirst)
                hasDropped = true
                // Another alphabet, sender or text: begun anew, as it is now.
                giveUp(token.attempt, hasOther: true, now: now)
                continue
            }
            if isFirst {
                smsc.preparedSegments[rank] += 1
                mark = ReleaseMark(
                    smsc: smsc.name, priority: priority, attempt: token.attempt, segments: token.segment + 1)
                if token.segment + 1 == message.record.segments.count { dropHead(of: smsc, rank, isFirst: true) }
            } else {
                _ = smsc.again[rank].popFirst()
                changeMessage(token.attempt) {
                    $0.segments[token.segment].state = .submitted
                    $0.segments[token.segment].resubmits = min(254, $0.segments[token.segment].resubmits) + 1
                }
            }
        }
        if let mark { output.records.append(.messagesReleased(mark)) }
        // What was dropped took the place of others, whom no event would bring up.
        if hasDropped { wake = now }
    }

    private func dropHead(of smsc: SMSCState, _ rank: Int, isFirst: Bool) {
        if isFirst {
            _ = smsc.prepared[rank].popFirst()
            smsc.preparedSegments[rank] = 0
        } else {
            _ = smsc.again[rank].popFirst()
        }
    }

    private func submit(_ token: SegmentToken, _ message: LiveMessage, over key: BindKey, now: Timestamp) -> Bool {
        guard let action = actions[message.record.action], message.index < action.recipients.count,
            let plan = plan(of: action, key.smsc), plan.text.submits == message.record.segments.count,
            plan.encoding == message.record.encoding, plan.sender == message.record.sender
        else { return false }
        smscs[key.smsc].binds[key.bind].pacer.admit(now: now)
        smscs[key.smsc].binds[key.bind].counts.submitted += 1
        smscs[key.smsc].binds[key.bind].admitted += 1
        if token.segment == 0, message.record.segments[0].state == .prepared {
            messages[token.attempt]?.record.start = now
            if action.record.firstCall == nil {
                action.record.firstCall = now
                output.records.append(.actionChanged(action.record))
            }
        }
        if message.record.segments[token.segment].state == .prepared {
            messages[token.attempt]?.record.segments[token.segment].state = .submitted
        }
        let body = plan.body(
            number: action.recipients[message.index].number.e164, attempt: token.attempt, segment: token.segment,
            reference: message.record.segments[token.segment].reference,
            validity: validity(of: action, now: now))
        output.effects.append(.submit(MessageOrder(bind: key, token: token, body: body)))
        return true
    }

    /// As SMPP writes it (3.4 section 7.1.1), counted from now; "" leaves it to the SMSC.
    private func validity(of action: LiveAction, now: Timestamp) -> String {
        guard let text = action.record.definition.text else { return "" }
        let second = now.microseconds / 1_000_000
        if let known = action.validity, known.second == second { return known.text }
        let begins = max(now, text.deliverAt ?? now)
        let length = text.validity ?? (max(begins, expiry(of: action.record)) - now)
        let written = relativeTime(length)
        action.validity = (second, written)
        return written
    }

    func plan(of action: LiveAction, _ smsc: Int) -> MessageTemplate? {
        if let known = action.plans[smsc] { return known.plan }
        let made: MessageTemplate?
        do {
            made = try MessageTemplate(action.record.definition, smscs[smsc].settings)
        } catch {
            output.notices.append(
                .alarm("action \(action.record.id.text) cannot be sent over \(smscs[smsc].name): \(error)"))
            made = nil
        }
        action.plans[smsc] = LiveAction.Plan(plan: made)
        return made
    }

    func changeMessage(_ id: AttemptID, _ body: (inout MessageRecord) -> Void) {
        guard let index = messages.index(forKey: id) else { return }
        body(&messages.values[index].record)
        output.records.append(.messageChanged(messages.values[index].record))
    }
}
