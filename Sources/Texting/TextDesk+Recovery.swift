// SPDX-License-Identifier: GPL-3.0-or-later
import ActionRoster
import Actions
import GatewayCore
import SMPP

/// Messages that a former process left.
extension TextDesk {
    /// Takes up the messages of a former process, and the segments of citizens' messages that are not whole.
    ///
    /// - Parameter positions: Where their recipients stand.
    package func restore(
        _ snapshot: JournalSnapshot, _ positions: [RecipientID: Roster.Position], now: Timestamp
    ) {
        // Far from where any former process was: a late receipt of its messages must not fit a new one.
        lastReference = UInt16(truncatingIfNeeded: outbox.newestAttempt.value &* 40_503)
        let marks = Dictionary(
            snapshot.releases.map { (Release(smsc: $0.smsc, priority: $0.priority), $0) },
            uniquingKeysWith: { first, _ in first })
        for record in snapshot.messages.sorted(by: { $0.id < $1.id }) {
            guard let position = positions[record.recipient] else { continue }
            let priority = position.action.priority
            let mark = marks[Release(smsc: record.smsc, priority: priority)]
            restore(
                record.asMayHaveLeft(mark, machineRestarted: snapshot.machineRestarted), left: record,
                of: position.action, position.index, now: now)
        }
        for index in smscs.indices where smscs[index].isRetired { evacuate(index, now: now) }
        inbound.restore(snapshot, now: now) { name in
            smscs.firstIndex { $0.name == name }.map(source)
        }
    }

    /// What SMSCs have of stopped actions is deleted, or replaced, as before. Once recipients stand where they did.
    package func recallAgain(now: Timestamp) {
        for action in Set(messages.values.map(\.action.key)).sorted().compactMap(roster.action) where action.isStopped {
            recall(action, now: now)
        }
    }

    private struct Release: Hashable {
        var smsc: String
        var priority: ActionPriority
    }

    /// - Parameter former: As it stands in the journal.
    private func restore(
        _ record: MessageRecord, left former: MessageRecord, of action: LiveAction, _ index: Int, now: Timestamp
    ) {
        let id = record.id
        guard record.segments.contains(where: { $0.state != .prepared }) else {
            // It never left: the recipient waits as before.
            outbox.journal(.messageDropped(id))
            return
        }
        if record.isBackground {
            roster.backgroundBegan(in: action)
        } else {
            roster.resumed(.messaging(id), of: index, in: action)
            roster.resumedStep(index, of: action, since: record.start)
        }
        let message = LiveMessage(
            record: record, of: action, index: index, smsc: position(of: record.smsc), civilOffset: roster.clock.offset)
        messages[id] = message
        roster.messageLeft(index, of: action, now: now)
        roster.noteContact(index, of: action, now: record.start)
        message.holdsNumber = true
        reserve(message, now: now)
        message.record.recovered = true
        message.resumeDoubts(of: former)
        if record.segments.count > 1 {
            _ = longTexts.note(
                UInt8(truncatingIfNeeded: id.value), action.recipients[index].number.e164)
        }
        // Why is not journalled; that it failed, is.
        if record.segments.contains(where: { $0.state == .refused || $0.state == .abandoned }) { message.fail() }
        let isComplete = restoreSegments(of: message, as: record, now: now)
        guard messages[id] != nil else { return }
        if message.failure != nil {
            message.record.abandonWhatIsNotOut()
            concludeIfDone(id, now: now)
        } else if isComplete {
            message.isScheduled = isScheduled(action, now: now)
            setDeadline(message, now + receiptTime(of: action, now: now))
            concludeIfDone(id, now: now)
        }
        if messages[id] != nil, message.deadline == nil {
            setDeadline(message, now + configuration.messaging.doubtHold)
        }
        if action.record.phase.isFinal, messages[id] != nil { dropPrepared(message) }
    }

    /// Where an SMSC stands; one that is not configured any more can still have the ends of its messages.
    private func position(of name: String) -> Int {
        if let known = smscs.firstIndex(where: { $0.name == name }) { return known }
        let gone = SMSCState(settings: SMSCSettings(name: name, binds: []))
        gone.isRetired = true
        smscs.append(gone)
        return smscs.count - 1
    }

    /// False when a segment is not taken yet.
    private func restoreSegments(of message: LiveMessage, as record: MessageRecord, now: Timestamp) -> Bool {
        let smsc = smscs[message.smsc]
        var isComplete = true
        for (index, segment) in record.segments.enumerated() {
            // A receipt that waited for one segment may have ended the message.
            guard messages[message.id] != nil else { return false }
            let token = SegmentToken(message.id, index)
            switch segment.state {
            case .accepted, .doubtful:
                if segment.state == .doubtful { isComplete = false }
                receiptsFound(receipts.register(token, message, at: record.start, smsc), message.smsc, now: now)
            case .submitted:
                isComplete = false
                inDoubt(token, now: now)
            case .prepared, .waiting:
                guard message.failure == nil else { continue }
                isComplete = false
                change(message) { $0.segments[index].state = .waiting }
                smsc.queues[message.rank].append(token, record.wasDoubtful ? .doubtful : .resumed)
            case .refused, .abandoned: break
            }
        }
        return isComplete
    }

    /// The matcher is a new one: it learns of all messages whose receipts are awaited.
    func awaitReceiptsAgain(_ index: Int) {
        for (id, message) in messages.sorted(by: { $0.key < $1.key }) where message.smsc == index {
            for (segment, record) in message.record.segments.enumerated()
            where record.state == .accepted || record.state == .doubtful {
                _ = receipts.register(
                    SegmentToken(id, segment), message, at: message.record.start, smscs[index])
            }
        }
    }

    /// The recipients of an action were taken back from the journal and stand elsewhere now.
    package func relocate(_ positions: [RecipientID: Int], in action: LiveAction) {
        for message in messages.values where message.action === action {
            message.index = positions[message.record.recipient] ?? message.index
        }
    }

    /// Whom messages have reached, or may have, whose CDRs are still to be written.
    package func contacts(of action: LiveAction) -> [RecipientContact] {
        (Array(messages.values) + deferred).compactMap { message in
            guard message.action === action, let recipient = message.recipient else { return nil }
            let states = message.record.segments.map(\.state)
            guard states.contains(where: { $0 == .accepted || $0 == .submitted || $0 == .doubtful }) else { return nil }
            // A receipt says that it is not, or will not be, on the telephone.
            let told = message.record.segments.compactMap(\.receipt).filter(\.isFinal)
            guard !told.contains(where: { $0 != .delivered && $0 != .unknown }) else { return nil }
            return RecipientContact(
                recipient, .sms, at: (message.record.accepted ?? message.record.start) + message.civilOffset,
                // One that is being deleted may reach nobody.
                isCertain: states.allSatisfy { $0 == .accepted } && message.recalls.isEmpty)
        }
    }
}

extension MessageRecord {
    /// As a former process left it, by what its mark says of the segments that it handed over.
    ///
    /// - Parameter machineRestarted: The mark may be lost with the machine's power: then all that may have left is in
    ///   doubt.
    fileprivate func asMayHaveLeft(_ mark: ReleaseMark?, machineRestarted: Bool) -> MessageRecord {
        var record = self
        for segment in segments.indices {
            switch segments[segment].state {
            case .prepared:
                if machineRestarted || mark?.covers(id, segment: segment) ?? false {
                    record.segments[segment].state = .submitted
                }
            case .waiting where machineRestarted:
                // It may have been submitted again just before.
                record.segments[segment].state = .submitted
            case .submitted, .waiting, .doubtful, .accepted, .refused, .abandoned: break
            }
        }
        return record
    }
}
