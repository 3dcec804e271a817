// SPDX-License-Identifier: GPL-3.0-or-later
import ActionRoster
import Actions
import GatewayCore
import Pacing

/// Calls that a former process left, and answers that come too late.
///
/// A call before an answer is in doubt: it is cancelled at once, and held until the far end says how it ended or
/// `doubtHold` is over. Whoever picked up meanwhile has heard nothing, since the ACK and the first sound wait for the
/// journal: the call is taken over and the message begins. When that cannot be, it is ended and made again, marked.
/// Whoever may have heard something is never called again.
extension CallDesk {
    /// The ACK leaves as soon as its turn is on disk. A call that was answered so shortly before the last sign of life
    /// may be without one.
    private static var acknowledgedAfter: Interval { .milliseconds(250) }
    /// 64*T1, after which the far end gives up a 200 without an ACK (RFC 3261 13.3.1.4).
    private static var repeatedFor: Interval { .seconds(32) }

    /// Takes up a call of a former process.
    ///
    /// - Parameters:
    ///   - lastAlive: The call had not ended before, as far as is known.
    ///   - civilOffset: Civil time minus engine time when the call began; nil: not known.
    package func recover(
        _ record: CallRecord, of position: Roster.Position, lastAlive: Timestamp?, civilOffset: Interval? = nil,
        now: Timestamp
    ) {
        let (action, index) = (position.action, position.index)
        roster.resumed(.calling(record.id), of: index, in: action)
        roster.noteContact(index, of: action, now: record.start)
        let heardAnswer = record.answer.flatMap { isHeard(record, answer: $0, lastAlive, now: now) ? $0 : nil }
        let call = LiveCall(
            record, of: action, index: index, civilOffset: civilOffset ?? roster.clock.offset, seizure: nil,
            playsLeft: 0, isDoubtful: heardAnswer == nil)
        call.formerlyAlive = lastAlive
        if let heardAnswer { return endAnswered(call, answer: heardAnswer, now: now) }
        calls[record.id] = call
        reserve(call, now: now)
        doubtfulCount += 1
        unresolved.remember(UnresolvedCall(call), of: record.callID)
        agenda.set(.doubtResolved(record.id), at: now + configuration.doubtHold)
        hold(call)
    }

    /// False when it is possible that not even the ACK has left: a 200 that still comes says so.
    private func isHeard(_ record: CallRecord, answer: Timestamp, _ formerlyAlive: Timestamp?, now: Timestamp) -> Bool {
        if record.state == .heard || !record.keys.isEmpty { return true }
        guard let formerlyAlive, now - answer < Self.repeatedFor else { return true }
        return formerlyAlive - answer > Self.acknowledgedAfter
    }

    private func hold(_ call: LiveCall) {
        let record = call.record
        let order = CallOrder(
            attempt: record.id, trunk: record.trunk, target: 0, callID: record.callID,
            tag: CallIdentity(of: record.id, hash: identities).tag, callee: call.recipient.number,
            caller: record.caller,
            callerName: call.action.record.definition.callerName ?? configuration.callerName,
            pcmaOnly: call.recipient.history.pcmaOnly)
        outbox.perform(
            .holdFormer(
                FormerCall(
                    order: order, address: record.target, rtpPort: record.rtpPort, isAnswered: record.answer != nil)))
    }

    /// A call in doubt was answered. Nothing of it is journalled before the message begins: if this process dies as well,
    /// it is in doubt again.
    func doubtAnswered(_ call: LiveCall, _ answer: LiveCall.LateAnswer) {
        guard call.lateAnswer == nil else { return }
        call.lateAnswer = answer
        if mayTakeOver(call) { takeOver(call, answer) } else { requestHangUp(call) }
    }

    /// The sound of these actions is loaded: whoever waits for it is spoken to.
    package func promptReady(hash: String) {
        guard doubtfulCount > 0 else { return }
        for call in calls.values.sorted(by: { $0.record.id < $1.record.id }) where mayTakeOver(call) {
            if let answer = call.lateAnswer, call.isDoubtful { takeOver(call, answer) }
        }
    }

    /// Somebody may still be spoken to in this action.
    private func mayTakeOver(_ call: LiveCall) -> Bool { !call.action.record.phase.isFinal && !roster.isDraining }

    /// The call goes on as if this process had made it.
    private func takeOver(_ call: LiveCall, _ answer: LiveCall.LateAnswer) {
        let action = call.action
        guard action.isPromptReady else { return }
        call.isDoubtful = false
        doubtfulCount -= 1
        call.isTakenOver = true
        call.isSpokenTo = true
        call.playsLeft = max(1, action.record.definition.plays)
        call.seizure = trunks.adopt(
            call.record.trunk, for: call.recipient.number, of: call.recipient.population, now: answer.time)
        change(call) {
            $0.state = .answered
            $0.answer = $0.answer ?? answer.time
            $0.codec = answer.codec
            $0.dialog = answer.dialog
        }
        outbox.perform(.startPrompt(call.record.id, promptHash: action.record.promptHash))
    }

    /// Somebody picked up and heard nothing, and the call is over: it is made again.
    private func answeredInVain(_ call: LiveCall, at answer: Timestamp, until end: Timestamp, now: Timestamp) {
        dropDoubtful(call.record.id)
        call.record.answer = call.record.answer ?? answer
        journalEnd(
            call, CallEnd(sipCode: 200, by: .gateway, ownReason: .crash),
            CallTermination(disposition: .answered, cause: 31, failure: nil), at: end, recovered: true)
        callAgain(call, now: now)
    }

    /// A BYE, and the CDR up to the former process's last sign of life.
    private func endAnswered(_ call: LiveCall, answer: Timestamp, now: Timestamp) {
        let (record, action, index) = (call.record, call.action, call.index)
        outbox.perform(.endDialog(trunk: record.trunk, dialog: record.dialog))
        let end = CallEnd(sipCode: 200, ownReason: .crash, heardMilliseconds: record.heardMilliseconds)
        journalEnd(
            call, end, CallTermination(disposition: .answered, cause: 31, failure: nil),
            at: min(now, max(answer, call.formerlyAlive ?? answer)), recovered: true)
        let confirmed = record.keys.contains { action.record.definition.keys[String($0)] == .confirm }
        let outcome: Outcome = confirmed ? .confirmed : record.state == .heard ? .answered : .interrupted
        roster.pressed(record.keys, by: index, in: action)
        roster.setState(.ended(outcome), of: index, in: action, now: now)
    }

    /// Nothing was heard of the call in time, or nothing can be said to whoever answered it.
    package func doubtExpired(_ id: AttemptID, now: Timestamp) {
        guard let call = calls[id], call.isDoubtful else { return }
        outbox.perform(.hangUp(id))
        if let answer = call.lateAnswer {
            return answeredInVain(call, at: answer.time, until: max(now, answer.time), now: now)
        }
        dropDoubtful(id)
        if let answer = call.record.answer { return endAnswered(call, answer: answer, now: now) }
        // Bounded by the last thing that the journal knew of the call.
        let end = CallEnd(sipCode: 0, ownReason: .crash)
        journalEnd(
            call, end, CallTermination(disposition: .failed, cause: 31, failure: .abandoned),
            at: call.record.ringing ?? call.record.start, recovered: true)
        callAgain(call, now: now)
    }

    /// The far end refused the INVITE: with 487 because it took the CANCEL, otherwise of its own accord, and then the
    /// retry rules say what follows.
    func doubtEnded(_ call: LiveCall, _ end: CallEnd, at time: Timestamp, now: Timestamp) {
        if let answer = call.lateAnswer { return answeredInVain(call, at: answer.time, until: time, now: now) }
        dropDoubtful(call.record.id)
        if end.sipCode == 487 {
            var end = end
            end.ownReason = .crash
            journalEnd(
                call, end, CallTermination(disposition: .failed, cause: 31, failure: .abandoned), at: time,
                recovered: true)
            callAgain(call, now: now)
            return
        }
        let termination = CallTermination.classify(end, answered: false)
        journalEnd(call, end, termination, at: time, recovered: true)
        afterFailure(termination.failure ?? .otherFailure, call, retryAfter: end.retryAfter, now: now)
    }

    /// The telephone rang, and nobody was served. Called again at once; after a second crash as if nobody had answered,
    /// so that a daemon that dies of each call does not ring for ever.
    func callAgain(_ call: LiveCall, now: Timestamp) {
        let (action, index) = (call.action, call.index)
        let doubts = roster.updateHistory(of: index, in: action) { history in
            history.doubts += 1
            return history.doubts
        }
        if action.record.phase.isFinal {
            afterFailure(.abandoned, call, now: now)
        } else if doubts > 1 {
            afterFailure(.noAnswer, call, now: now)
        } else {
            roster.setState(.waiting(due: now), of: index, in: action, now: now)
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
            return answeredInVain(call, at: time, until: time, now: now)
        }
        outbox.alarm(
            "attempt \(known.attempt) was answered after it had been given up (Call-ID \(callID)); it was ended")
        // Nothing was heard of it: the call in its place is the first that can be listened to.
        guard !known.isDoubtful, index < action.recipients.count else { return }
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
