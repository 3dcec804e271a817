// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import SMPP

/// Messages that a former process left.
extension Engine {
    func restoreMessages(
        _ snapshot: JournalSnapshot, _ positions: [RecipientID: (action: Int64, index: Int)], now: Timestamp
    ) {
        // A dropped message leaves no row, but a mark may speak of it.
        lastAttempt = max(lastAttempt, snapshot.releases.map(\.attempt.value).max() ?? 0)
        // Far from where any former process was: a late receipt of its messages must not fit a new one.
        lastReference = UInt16(truncatingIfNeeded: lastAttempt &* 40_503)
        let marks = Dictionary(
            snapshot.releases.map { (Release(smsc: $0.smsc, priority: $0.priority), $0) },
            uniquingKeysWith: { first, _ in first })
        for record in snapshot.messages.sorted(by: { $0.id < $1.id }) {
            guard let position = positions[record.recipient], let action = actions[position.action] else { continue }
            let priority = action.record.definition.priority
            let mark = marks[Release(smsc: record.smsc, priority: priority)]
            var record = record
            for segment in record.segments.indices {
                switch record.segments[segment].state {
                case .prepared:
                    // The mark may be lost with the machine's power: then all that may have left is in doubt.
                    if snapshot.machineRestarted || mark?.covers(record.id, segment: segment) ?? false {
                        record.segments[segment].state = .submitted
                    }
                case .waiting where snapshot.machineRestarted:
                    // It may have been submitted again just before.
                    record.segments[segment].state = .submitted
                case .submitted, .waiting, .doubtful, .accepted, .refused, .abandoned: break
                }
            }
            restore(record, position.index, of: action, now: now)
        }
        for index in smscs.indices where smscs[index].isRetired { evacuate(index, now: now) }
        for part in snapshot.inboundParts {
            guard let index = smscs.firstIndex(where: { $0.name == part.smsc }) else { continue }
            // A message that was whole has no parts any more: nothing comes out here.
            _ = add(part, to: smscs[index], now: now)
            awaitParts(of: index, since: part.received)
        }
    }

    private struct Release: Hashable {
        var smsc: String
        var priority: ActionPriority
    }

    private func restore(_ record: MessageRecord, _ index: Int, of action: LiveAction, now: Timestamp) {
        let id = record.id
        guard record.segments.contains(where: { $0.state != .prepared }) else {
            // It never left: the recipient waits as before.
            output.records.append(.messageDropped(id))
            return
        }
        if record.isBackground {
            action.backgroundMessages += 1
        } else {
            action.count(action.recipients[index].state, by: -1)
            action.recipients[index].state = .messaging(id)
            action.count(.messaging(id), by: 1)
            // Journalled with the next change of the recipient only.
            if action.recipients[index].history.stepStarted == nil, hasNextStep(index, of: action) {
                action.recipients[index].history.stepStarted = record.start
            }
        }
        // One that is not configured any more can still have its end.
        let position =
            smscs.firstIndex { $0.name == record.smsc }
            ?? {
                let settings = SMSCSettings(name: record.smsc, binds: [])
                smscs.append(SMSCState(settings: settings))
                smscs[smscs.count - 1].isRetired = true
                return smscs.count - 1
            }()
        let smsc = smscs[position]
        let message = LiveMessage(record: record, index: index, smsc: position)
        messages[id] = message
        reserve(message, in: action, now: now)
        messages[id]?.record.recovered = true
        let number = action.recipients[index].number.e164
        let wantsReceipts = action.record.definition.text?.wantsReceipts ?? false
        let rank = action.record.definition.priority.rawValue
        // Why is not journalled; that it failed, is.
        if record.segments.contains(where: { $0.state == .refused || $0.state == .abandoned }) {
            messages[id]?.failure = (.temporary, CommandStatus(rawValue: 0))
        }
        var isComplete = true
        for segment in record.segments.indices {
            let token = SegmentToken(id, segment)
            switch record.segments[segment].state {
            case .accepted, .doubtful:
                if record.segments[segment].state == .doubtful { isComplete = false }
                guard wantsReceipts else { continue }
                let replays = smsc.matcher.register(
                    token.value, id: record.segments[segment].messageID, destination: number,
                    submittedAt: record.start.microseconds, reference: record.segments[segment].reference)
                for replay in replays { apply(replay.match, replay.held.receipt, position, now: now) }
            case .submitted:
                isComplete = false
                inDoubt(token, now: now)
            case .prepared, .waiting:
                guard messages[id]?.failure == nil else { continue }
                isComplete = false
                changeMessage(id) { $0.segments[segment].state = .waiting }
                smsc.again[rank].append(token)
            case .refused, .abandoned: break
            }
        }
        guard messages[id] != nil else { return }
        if messages[id]?.failure != nil {
            messages[id]?.record.abandonWhatIsNotOut()
            concludeIfDone(id, now: now)
        } else if isComplete {
            setDeadline(id, now + receiptTime(of: action, now: now))
            concludeIfDone(id, now: now)
        }
        if messages[id] != nil, messages[id]?.deadline == nil {
            setDeadline(id, now + configuration.messaging.doubtHold)
        }
        if action.record.phase.isFinal { dropPrepared(id, of: action) }
    }

    /// The matcher is a new one: it learns of all messages whose receipts are awaited.
    func awaitReceiptsAgain(_ index: Int) {
        for (id, message) in messages.sorted(by: { $0.key < $1.key }) where message.smsc == index {
            guard let action = actions[message.record.action], message.index < action.recipients.count,
                action.record.definition.text?.wantsReceipts ?? false
            else { continue }
            for (segment, record) in message.record.segments.enumerated()
            where record.state == .accepted || record.state == .doubtful {
                _ = smscs[index].matcher.register(
                    SegmentToken(id, segment).value, id: record.messageID,
                    destination: action.recipients[message.index].number.e164,
                    submittedAt: message.record.start.microseconds, reference: record.reference)
            }
        }
    }

    /// A final action sends nothing more: what has not left is taken back, the rest waits for its end.
    func dropPrepared(of action: LiveAction) {
        for (id, message) in messages where message.record.action == action.record.key {
            dropPrepared(id, of: action)
        }
    }

    private func dropPrepared(_ id: AttemptID, of action: LiveAction) {
        guard let message = messages[id], message.index < action.recipients.count else { return }
        if message.record.segments.allSatisfy({ $0.state == .prepared }) {
            removeMessage(id, of: action)
            output.records.append(.messageDropped(id))
            releaseReservation(id)
            guard case .messaging(id) = action.recipients[message.index].state else { return }
            let outcome: Outcome = action.record.phase == .expired ? .expired : .cancelled
            action.recipients[message.index].state = .ended(outcome)
            action.count(.messaging(id), by: -1)
            action.count(.ended(outcome), by: 1)
        } else if message.record.segments.contains(where: { $0.state == .prepared || $0.state == .waiting }) {
            messages[id]?.failure = (.temporary, CommandStatus(rawValue: 0))
            changeMessage(id) { $0.abandonWhatIsNotOut() }
            let isOpen = message.record.segments.contains { $0.state == .submitted || $0.state == .doubtful }
            // Its end comes in a turn of its own: the action is being closed now.
            if !isOpen { deadlines.insert(.messageExpires(id), at: 0) }
            if !isOpen { messages[id]?.deadline = .epoch }
        }
    }

    /// A paused action begins nothing: what was journalled ahead waits as before. A message of which a segment is
    /// out goes on.
    func takeBackPrepared(of action: LiveAction, now: Timestamp) {
        let rank = action.record.definition.priority.rawValue
        for smsc in smscs {
            var kept: [AttemptID] = []
            var taken: [AttemptID] = []
            while let id = smsc.prepared[rank].popFirst() {
                let isWhole = messages[id]?.record.segments.allSatisfy { $0.state == .prepared } ?? false
                if isWhole, messages[id]?.record.action == action.record.key {
                    taken.append(id)
                } else {
                    kept.append(id)
                }
            }
            for id in kept { smsc.prepared[rank].append(id) }
            for id in taken.reversed() { giveUp(id, hasOther: false, now: now) }
        }
    }

    /// After a restart: a channel's time goes on from where it began.
    func rearmStep(_ index: Int, of action: LiveAction) {
        if case .ended = action.recipients[index].state { return }
        let history = action.recipients[index].history
        guard let started = history.stepStarted, let after = action.record.definition.cascade.after else { return }
        deadlines.insert(
            .stepExpires(action: action.record.key, index: index, step: history.step),
            at: (started + after).microseconds)
    }
}
