// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Pacing

extension Engine {
    /// Takes up what the former process left. Call once, before any other event.
    ///
    /// Attempts that were answered get their CDR now, bounded by the last sign of life, and a BYE;
    /// they are never dialled again. Attempts before an answer are in doubt: they are held for
    /// `doubtHold`, in which a 200 that is still being retransmitted shows that they were answered.
    /// `counters`: of the actions whose record does not bring them.
    package func restore(_ snapshot: JournalSnapshot, counters: [Int64: ActionCounters], now: Timestamp) {
        lastActionKey = snapshot.lastActionKey
        lastRecipient = snapshot.lastRecipient.value
        lastAttempt = snapshot.lastAttempt.value
        lastSequence = snapshot.lastCDRSequence
        budgets.restore(snapshot.spending)
        for record in snapshot.actions {
            let action = LiveAction(record: record)
            if let known = record.finalCounters { action.counters = known }
            action.inboundMessages = snapshot.inboundCounts[record.id.text] ?? 0
            actions[record.key] = action
            keysByID[record.id.text] = record.key
        }
        var positions: [RecipientID: (action: Int64, index: Int)] = [:]
        let underWay = Set(snapshot.attempts.map(\.recipient) + snapshot.messages.map(\.recipient))
        for recipient in snapshot.recipients {
            guard let action = actions[recipient.action] else { continue }
            action.recipients.append(recipient)
            // Its own counts, when the record has them, are complete.
            if action.record.finalCounters == nil { action.count(recipient.state, by: 1) }
            if underWay.contains(recipient.id) {
                positions[recipient.id] = (recipient.action, action.recipients.count - 1)
            }
        }
        for (key, known) in counters {
            guard let action = actions[key] else { continue }
            if action.record.phase.isFinal { action.counters = known }
            action.counters.attempts = known.attempts
            action.counters.heard = known.heard
        }
        for attempt in snapshot.attempts.sorted(by: { $0.id < $1.id }) {
            guard let position = positions[attempt.recipient] else { continue }
            recover(attempt, at: position.index, lastAlive: snapshot.lastAlive, now: now)
        }
        optOuts = snapshot.optOuts
        hasForgottenOptOuts = optOuts.contains(where: NumberPseudonyms.isPseudonym)
        lastInbound = snapshot.lastInbound
        restoreMessages(snapshot, positions, now: now)
        for action in actions.values.sorted(by: { $0.record.key < $1.record.key }) { rearm(action, now: now) }
    }

    private func recover(_ record: CallRecord, at index: Int, lastAlive: Timestamp?, now: Timestamp) {
        guard let action = actions[record.action] else { return }
        var live = LiveCall(record: record, index: index, trunk: nil, target: 0, playsLeft: 0)
        // A row of a recipient who is called stands as `waiting` in the journal.
        action.count(action.recipients[index].state, by: -1)
        action.recipients[index].state = .calling(record.id)
        action.count(.calling(record.id), by: 1)
        guard let answer = record.answer else {
            live.isDoubtful = true
            attempts[record.id] = live
            reserve(live, in: action, now: now)
            doubtfulCount += 1
            remember(Unresolved(action: record.action, index: index, attempt: record.id), record.callID)
            deadlines.insert(.doubtResolved(record.id), at: (now + configuration.doubtHold).microseconds)
            return
        }
        output.effects.append(.endDialog(trunk: record.trunk, dialog: record.dialog))
        let end = CallEnd(sipCode: 200, ownReason: .crash, heardMilliseconds: record.heardMilliseconds)
        journalEnd(
            live, end, CallTermination(disposition: .answered, cause: 31, failure: nil),
            at: min(now, max(answer, lastAlive ?? answer)), recovered: true)
        let confirmed = record.keys.contains { action.record.definition.keys[String($0)] == .confirm }
        let outcome: Outcome = confirmed ? .confirmed : record.state == .heard ? .answered : .interrupted
        finish(live, .ended(outcome), keys: record.keys, now: now)
    }

    /// No 200 came back in time: the attempt counts as not answered and is made again, once.
    func doubtExpired(_ id: AttemptID, now: Timestamp) {
        guard let attempt = attempts[id], attempt.isDoubtful else { return }
        attempts[id] = nil
        doubtfulCount -= 1
        let end = CallEnd(sipCode: 0, ownReason: .crash)
        // Bounded by the last thing that the journal knew of the call.
        let lastSign = attempt.record.ringing ?? attempt.record.start
        journalEnd(
            attempt, end, CallTermination(disposition: .failed, cause: 31, failure: .abandoned), at: lastSign,
            recovered: true)
        guard let action = actions[attempt.record.action] else { return }
        action.recipients[attempt.index].history.doubts += 1
        if action.record.phase.isFinal {
            afterFailure(.abandoned, attempt, now: now)
        } else if action.recipients[attempt.index].history.doubts > 1 {
            // Twice in doubt: a person decides (retry --interrupted).
            finish(attempt, .ended(.interrupted), keys: "", now: now)
        } else {
            finish(attempt, .waiting(due: now), keys: "", now: now)
        }
    }

    private func rearm(_ action: LiveAction, now: Timestamp) {
        let key = action.record.key
        switch action.record.phase {
        case .completed, .cancelled, .expired:
            // The rows of those who share the action's end were never changed.
            if action.record.phase != .completed {
                action.closeWaiting(as: action.record.phase == .cancelled ? .cancelled : .expired)
            }
            if action.counters.calling + action.counters.messaging == 0 { action.forgetRecipients() }
            return
        case .staged:
            return
        case .scheduled, .running, .paused:
            break
        }
        for index in action.recipients.indices {
            rearmStep(index, of: action)
            guard case .waiting(let due) = action.recipients[index].state else { continue }
            if due <= now {
                enqueue(index, of: key)
            } else {
                deadlines.insert(.recipientDue(action: key, index: index), at: due.microseconds)
            }
        }
        let begins = max(action.record.accepted, action.record.definition.starts ?? action.record.accepted)
        let expires = min(action.record.definition.expires ?? .distantFuture, begins + configuration.maximumActionAge)
        deadlines.insert(.actionExpires(key), at: expires.microseconds)
        switch action.record.phase {
        case .scheduled:
            deadlines.insert(.actionStarts(key), at: (action.record.definition.starts ?? now).microseconds)
        case .running:
            runnable[action.record.definition.priority.rawValue].append(key)
        case .staged, .paused, .completed, .cancelled, .expired:
            break
        }
    }
}
