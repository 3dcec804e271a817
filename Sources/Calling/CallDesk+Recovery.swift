// SPDX-License-Identifier: GPL-3.0-or-later
import ActionRoster
import Actions
import GatewayCore
import Pacing

/// Calls that a former process left, and answers that come too late.
extension CallDesk {
    /// Takes up a call of a former process. One that was answered gets its CDR now, bounded by the last sign of life, and
    /// a BYE; its recipient is never dialled again by itself. One before an answer is in doubt: it is held for
    /// `doubtHold`, in which a 200 that is still being retransmitted shows that it was answered.
    package func recover(_ record: CallRecord, of position: Roster.Position, lastAlive: Timestamp?, now: Timestamp) {
        let (action, index) = (position.action, position.index)
        roster.resumed(.calling(record.id), of: index, in: action)
        guard let answer = record.answer else {
            let call = LiveCall(
                record, of: action, index: index, civilOffset: roster.clock.offset, seizure: nil, playsLeft: 0,
                isDoubtful: true)
            calls[record.id] = call
            reserve(call, now: now)
            doubtfulCount += 1
            unresolved.remember(UnresolvedCall(call), of: record.callID)
            agenda.set(.doubtResolved(record.id), at: now + configuration.doubtHold)
            return
        }
        let call = LiveCall(
            record, of: action, index: index, civilOffset: roster.clock.offset, seizure: nil, playsLeft: 0)
        outbox.perform(.endDialog(trunk: record.trunk, dialog: record.dialog))
        let end = CallEnd(sipCode: 200, ownReason: .crash, heardMilliseconds: record.heardMilliseconds)
        journalEnd(
            call, end, CallTermination(disposition: .answered, cause: 31, failure: nil),
            at: min(now, max(answer, lastAlive ?? answer)), recovered: true)
        let confirmed = record.keys.contains { action.record.definition.keys[String($0)] == .confirm }
        let outcome: Outcome = confirmed ? .confirmed : record.state == .heard ? .answered : .interrupted
        roster.pressed(record.keys, by: index, in: action)
        roster.setState(.ended(outcome), of: index, in: action, now: now)
    }

    /// No 200 came back in time: the call counts as not answered and is made again, once.
    package func doubtExpired(_ id: AttemptID, now: Timestamp) {
        guard let call = calls[id], call.isDoubtful else { return }
        dropDoubtful(id)
        let end = CallEnd(sipCode: 0, ownReason: .crash)
        // Bounded by the last thing that the journal knew of the call.
        let lastSign = call.record.ringing ?? call.record.start
        journalEnd(
            call, end, CallTermination(disposition: .failed, cause: 31, failure: .abandoned), at: lastSign,
            recovered: true)
        let (action, index) = (call.action, call.index)
        let doubts = roster.updateHistory(of: index, in: action) { history in
            history.doubts += 1
            return history.doubts
        }
        if action.record.phase.isFinal {
            afterFailure(.abandoned, call, now: now)
        } else {
            // Twice in doubt: a person decides (retry --interrupted).
            roster.setState(
                doubts > 1 ? .ended(.interrupted) : .waiting(due: now), of: index, in: action, now: now)
        }
    }

    /// 2xx for an INVITE that no dialog is left of, or from a further fork. The voice module has ended the call already.
    package func strayAnswer(callID: String, at time: Timestamp, now: Timestamp) {
        let underWay = calls.values.first { $0.record.callID == callID && !$0.isDoubtful }?.record.id
        if let attempt = underWay ?? answered[callID] {
            outbox.alarm(
                "a second telephone answered attempt \(attempt) (a fork of its INVITE, Call-ID \(callID)); that one was ended"
            )
            return
        }
        guard let known = unresolved.take(callID) else {
            outbox.alarm("a call was answered that is not ours (Call-ID \(callID)); it was ended")
            return
        }
        let (action, index) = (known.action, known.index)
        if let call = calls[known.attempt], call.isDoubtful {
            // Still held: its CDR can say that it was answered.
            dropDoubtful(known.attempt)
            call.record.answer = time
            let end = CallEnd(sipCode: 200, by: .gateway, ownReason: .crash)
            journalEnd(
                call, end, CallTermination(disposition: .answered, cause: 31, failure: nil), at: time,
                recovered: true)
            roster.setState(.ended(.interrupted), of: index, in: action, now: now)
            return
        }
        outbox.alarm(
            "attempt \(known.attempt) was answered after it had been given up (Call-ID \(callID)); it was ended")
        guard index < action.recipients.count else { return }
        switch action.recipients[index].state {
        case .waiting:
            roster.setState(.ended(.interrupted), of: index, in: action, now: now)
        case .calling(let other):
            // Who answered is not called again: the new call ends unless it is being listened to.
            if let call = calls[other], call.record.answer == nil { requestHangUp(call) }
        case .ended, .messaging:
            break
        }
    }

    private func dropDoubtful(_ id: AttemptID) {
        calls[id] = nil
        doubtfulCount -= 1
    }
}
