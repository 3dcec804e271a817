// SPDX-License-Identifier: GPL-3.0-or-later
import ActionRoster
import Actions
import GatewayCore
import Pacing
import Trunks

/// What the voice module reports of calls.
extension CallDesk {
    /// The INVITE left at `time`, as the voice module saw it; that was before `now`, from which the pace counts.
    ///
    /// - Parameter rtpPort: Ours, that the offer names.
    package func callSent(_ id: AttemptID, rtpPort: UInt16 = 0, at time: Timestamp, now: Timestamp) {
        guard let call = calls[id], call.record.state == .intended, !call.isDoubtful else { return }
        // Events of this turn may be younger than its time; the two clocks may be a little apart.
        left(call, now: max(now, min(time, now + .milliseconds(5))))
        if let seizure = call.seizure { trunks.departed(seizure) }
        roster.callDeparted(call.index, of: call.action)
        note(call) {
            $0.state = .sent
            $0.start = time
            $0.rtpPort = rtpPort
        }
    }

    /// 180, 183 or another 1xx above 100.
    package func callRinging(_ id: AttemptID, at time: Timestamp) {
        guard let call = calls[id], call.record.state < .answered, call.record.ringing == nil else { return }
        left(call, now: time)
        heardFrom(call, at: time)
        note(call) {
            $0.state = .ringing
            $0.ringing = time
        }
    }

    /// 2xx. The ACK and the prompt follow as effects, when the answer is on disk.
    package func callAnswered(_ id: AttemptID, codec: Codec?, dialog: String, at time: Timestamp) {
        guard let call = calls[id] else { return }
        guard !call.isDoubtful else {
            return doubtAnswered(call, LiveCall.LateAnswer(codec: codec, dialog: dialog, time: time))
        }
        guard call.record.state < .answered else { return }
        left(call, now: time)
        if call.record.ringing == nil { heardFrom(call, at: time) }
        change(call) {
            $0.state = .answered
            $0.answer = time
            $0.codec = codec
            $0.dialog = dialog
        }
        if call.hangUpRequested {
            outbox.perform(.hangUp(id))
        } else {
            call.isSpokenTo = true
            outbox.perform(.startPrompt(id, promptHash: call.action.record.promptHash))
        }
    }

    /// The prompt was played to its end.
    package func promptEnded(_ id: AttemptID, heardMilliseconds: Int, at time: Timestamp, now: Timestamp) {
        guard let call = calls[id], call.record.answer != nil else { return }
        if let since = call.saysSince, time > since { return listen(call, now: now) }
        call.playsLeft -= 1
        if call.record.state != .heard {
            roster.countHeard(in: call.action)
            change(call) {
                $0.state = .heard
                $0.heardMilliseconds = heardMilliseconds
            }
        }
        // It ended before the other took its place.
        guard !call.hangUpRequested, call.saysSince == nil else { return }
        if call.afterword != nil {
            say(call, now: now)
        } else if call.playsLeft > 0 {
            outbox.perform(.repeatPrompt(id, promptHash: call.sound))
        } else {
            listen(call, now: now)
        }
    }

    /// Everything was said: keys may be pressed for a while.
    private func listen(_ call: LiveCall, now: Timestamp) {
        guard !call.hangUpRequested else { return }
        let end = now + configuration.listenAfterPrompt
        call.hangUpAt = end
        agenda.set(.hangUp(call.record.id), at: end)
    }

    /// A key was pressed.
    package func keyPressed(_ id: AttemptID, digit: Character, now: Timestamp) {
        guard let call = calls[id], call.record.answer != nil, !call.isDoubtful, call.record.keys.count < 32 else {
            return
        }
        change(call) { $0.keys.append(digit) }
        switch call.action.record.definition.keys[String(digit)] {
        case .repeat:
            // What was stopped is not said again; what was said instead is.
            guard call.repeats < configuration.maximumRepeats, !call.hangUpRequested,
                !call.isStopped || call.saysSince != nil
            else { return }
            call.repeats += 1
            call.hangUpAt = nil
            call.playsLeft = max(1, call.playsLeft)
            outbox.perform(.repeatPrompt(id, promptHash: call.sound))
        case .confirm:
            guard !call.confirmed else { return }
            call.confirmed = true
            roster.countConfirming(in: call.action, by: 1)
        case nil:
            break
        }
    }

    /// The call is over: CDR, and what follows for the recipient.
    package func callEnded(_ id: AttemptID, _ end: CallEnd, at time: Timestamp, now: Timestamp) {
        guard let call = calls[id] else { return }
        guard !call.isDoubtful else { return doubtEnded(call, end, at: time, now: now) }
        calls[id] = nil
        unwritten.remove(id)
        if let reason = end.unsent, call.record.state == .intended { return unsent(call, reason, now: now) }
        let termination = CallTermination.classify(end, answered: call.record.answer != nil)
        left(call, now: now)
        var belief = Belief.number
        if let seizure = call.seizure {
            let over = SeizureEnd(
                end, termination.failure, unheardSince: call.record.state == .sent ? call.record.start : nil,
                isFirstAttempt: call.record.number == 1, at: time)
            belief = trunks.released(seizure, over, now: now)
        }
        if call.record.answer != nil {
            answered.remember(id, of: call.record.callID)
        } else if !end.fromWire {
            // Given up before the far end said how it ended: it may still be answered.
            unresolved.remember(UnresolvedCall(call), of: call.record.callID)
        }
        journalEnd(call, end, termination, at: time, recovered: call.isTakenOver)
        if let failure = termination.failure {
            afterFailure(failure, call, belief: belief, retryAfter: end.retryAfter, now: now)
        } else if call.isTakenOver, end.ownReason == .badMedia {
            // It could not go on after all.
            callAgain(call, now: now)
        } else {
            if call.confirmed { roster.countConfirming(in: call.action, by: -1) }
            roster.pressed(call.record.keys, by: call.index, in: call.action)
            roster.endStep(with: call.outcome(end), call.index, of: call.action, now: now)
        }
    }

    /// The INVITE never left: no CDR, and no try of the recipient's.
    private func unsent(_ call: LiveCall, _ reason: UnsentReason, now: Timestamp) {
        left(call, isUnsent: true, now: now)
        if let seizure = call.seizure { trunks.unsent(seizure, reason, now: now) }
        outbox.journal(.callDropped(call.record.id))
        budget.release(call.record.id)
        roster.callUnsent(call.index, of: call.action, now: now)
    }

    /// Whatever is heard of a call first, its INVITE has left by then, or never will.
    private func left(_ call: LiveCall, isUnsent: Bool = false, now: Timestamp) {
        guard let seizure = call.seizure, call.record.state == .intended else { return }
        if !isUnsent { roster.noteContact(call.index, of: call.action, now: now) }
        trunks.sent(seizure, now: now)
    }

    private func heardFrom(_ call: LiveCall, at time: Timestamp) {
        guard let seizure = call.seizure, call.record.state == .sent else { return }
        trunks.heard(seizure, sentAt: call.record.start, at: time)
    }

    /// Applies the retry rules to a recipient whose call failed.
    ///
    /// - Parameters:
    ///   - belief: Whom the refusal is believed to speak about.
    ///   - retryAfter: Binds the number, whatever is believed; another trunk may be tried at once.
    func afterFailure(
        _ failure: FailureClass, _ call: LiveCall, belief: Belief = .number, retryAfter: Interval? = nil,
        now: Timestamp
    ) {
        let (action, index) = (call.action, call.index)
        if let outcome = action.record.phase.outcomeOfWaiting {
            roster.setState(.ended(outcome), of: index, in: action, now: now)
            return
        }
        let population = roster.population(of: index, in: action)
        let next = roster.updateHistory(of: index, in: action) { history in
            history.callFailed(failure, belief, trunk: call.record.trunk, configuration.retry) {
                trunks.other(than: $0, for: population)
            }
        }
        switch next {
        case .again where action.isStepOver(index, now: now):
            roster.endStep(with: .noAnswer, index, of: action, now: now)
        case .again(let delay):
            if failure.isRefusal, let trunk = call.seizure?.trunk {
                let isAboutNumber = belief == .number || belief == .unclear
                let binding = isAboutNumber ? retryAfter.map { now + min($0, TrunkEvidence.longestBlock) } : nil
                roster.refused(
                    index, of: action, by: trunk, until: binding, isSilence: failure == .unreachable, now: now)
            }
            let due = delay > .zero ? roster.roundOver(index, of: action, due: now + delay) : now
            // Nothing was heard of a trunk that is down: the call over another one is the first that gets anywhere.
            let isFirst = belief == .trunk && failure == .unreachable && delay == .zero
            roster.setState(.waiting(due: due), of: index, in: action, now: now, isFirst: isFirst)
        case .over(let outcome):
            roster.endStep(with: outcome, index, of: action, now: now)
        }
    }
}
