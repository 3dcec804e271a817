// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import SMPP

/// Messages that a former process left.
extension Engine {
    func restoreMessages(
        _ snapshot: JournalSnapshot, _ positions: [RecipientID: (action: Int64, index: Int)], now: Timestamp
    ) {
        for message in snapshot.messages {
            for segment in message.segments { lastReference = max(lastReference, segment.reference) }
        }
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
                case .submitted, .waiting, .doubtful, .accepted, .refused, .abandoned: break
                }
            }
            restore(record, position.index, of: action, now: now)
        }
        for part in snapshot.inboundParts {
            guard let smsc = smscs.first(where: { $0.name == part.smsc }) else { continue }
            // A message that was whole has no parts any more: nothing comes out here.
            _ = add(part, to: smsc, now: now)
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
        if !record.isBackground {
            action.count(action.recipients[index].state, by: -1)
            action.recipients[index].state = .messaging(id)
            action.count(.messaging(id), by: 1)
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
        messages[id] = LiveMessage(record: record, index: index, smsc: position)
        messages[id]?.record.recovered = true
        let number = action.recipients[index].number.e164
        let wantsReceipts = action.record.definition.text?.wantsReceipts ?? false
        let rank = action.record.definition.priority.rawValue
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
                isComplete = false
                changeMessage(id) { $0.segments[segment].state = .waiting }
                smsc.again[rank].append(token)
            case .refused:
                messages[id]?.failure = (.temporary, CommandStatus(rawValue: 0))
            case .abandoned: break
            }
        }
        guard messages[id] != nil else { return }
        if messages[id]?.failure != nil {
            messages[id]?.record.abandonWhatIsNotOut()
            concludeIfDone(id, now: now)
        } else if isComplete {
            setDeadline(id, now + configuration.messaging.receiptTimeout)
            concludeIfDone(id, now: now)
        } else if messages[id]?.deadline == nil {
            setDeadline(id, now + configuration.messaging.doubtHold)
        }
        if action.record.phase.isFinal { dropPrepared(of: action) }
    }

    /// A final action sends nothing more: what has not left is taken back, the rest waits for its end.
    func dropPrepared(of action: LiveAction) {
        for (id, message) in messages where message.record.action == action.record.key {
            guard message.index < action.recipients.count else { continue }
            if message.record.segments.allSatisfy({ $0.state == .prepared }) {
                messages[id] = nil
                output.records.append(.messageDropped(id))
                action.count(action.recipients[message.index].state, by: -1)
                let outcome: Outcome = action.record.phase == .expired ? .expired : .cancelled
                action.recipients[message.index].state = .ended(outcome)
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
    }

    /// After a restart: a channel's time goes on from where it began.
    func rearmStep(_ index: Int, of action: LiveAction) {
        let history = action.recipients[index].history
        guard let started = history.stepStarted, let after = action.record.definition.cascade.after else { return }
        deadlines.insert(
            .stepExpires(action: action.record.key, index: index, step: history.step),
            at: (started + after).microseconds)
    }
}
