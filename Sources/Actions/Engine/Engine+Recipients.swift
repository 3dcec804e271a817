// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing

extension Engine {
    /// Applies the retry rules to a recipient whose attempt failed.
    func afterFailure(_ failure: FailureClass, _ attempt: LiveCall, now: Timestamp) {
        let key = attempt.record.action
        guard let action = actions[key] else { return }
        switch action.record.phase {
        case .cancelled: return finish(attempt, .ended(.cancelled), keys: "", now: now)
        case .expired: return finish(attempt, .ended(.expired), keys: "", now: now)
        case .staged, .scheduled, .running, .paused, .completed: break
        }
        var history = action.recipients[attempt.index].history
        let next = Self.decide(failure, trunk: attempt.record.trunk, &history, configuration.retry) {
            trunks.hasOther(than: trunks.mask(of: $0))
        }
        action.recipients[attempt.index].history = history
        switch next {
        case .at where isStepOver(attempt.index, of: action, now: now):
            endStep(with: .noAnswer, attempt.index, of: key, now: now)
        case .at(let delay): finish(attempt, .waiting(due: now + delay), keys: "", now: now)
        case .over(let outcome): endStep(with: outcome, attempt.index, of: key, now: now)
        }
    }

    enum Next: Equatable {
        case at(Interval)
        case over(Outcome)
    }

    /// The retry decision itself: counts the failure in the history and says when, if ever, to call again.
    static func decide(
        _ failure: FailureClass, trunk: String, _ history: inout AttemptHistory, _ policy: RetryPolicy,
        hasOtherTrunk: ([String]) -> Bool
    ) -> Next {
        func exclude() -> Bool {
            if !history.excludedTrunks.contains(trunk) { history.excludedTrunks.append(trunk) }
            return hasOtherTrunk(history.excludedTrunks)
        }
        func again(_ delays: [Interval], after tries: Int) -> Next {
            history.excludedTrunks = []
            guard tries <= delays.count else { return .over(finalOutcome(failure)) }
            return .at(delays[tries - 1])
        }
        switch policy.rule(for: failure) {
        case .again(let delays):
            switch failure {
            case .busy:
                history.busy += 1
                return again(delays, after: history.busy)
            case .noAnswer:
                history.ringTimeout += 1
                return again(delays, after: history.ringTimeout)
            case .unavailable, .unreachable, .congestion, .forbidden, .authentication, .invalidNumber, .mediaRefused,
                .loop, .rejected, .redirected, .otherFailure, .abandoned:
                history.unavailable += 1
                return again(delays, after: history.unavailable)
            }
        case .otherTrunk(let delays):
            if exclude() { return .at(.zero) }
            history.unreachable += 1
            return again(delays, after: history.unreachable)
        case .otherTrunkRepeating(let delays, let limit):
            history.congestion += 1
            guard history.congestion < limit else { return .over(finalOutcome(failure)) }
            if exclude() { return .at(.zero) }
            // Every trunk is full: a round is over, not a try.
            history.excludedTrunks = []
            return .at(delays.isEmpty ? .zero : delays[min(history.congestion, delays.count) - 1])
        case .otherTrunkOnce:
            history.forbidden += 1
            return exclude() && history.forbidden <= 1 ? .at(.zero) : .over(finalOutcome(failure))
        case .pcmaOnly:
            guard !history.pcmaOnly else { return .over(finalOutcome(failure)) }
            history.pcmaOnly = true
            return .at(.zero)
        case .free:
            return .at(.zero)
        case .never:
            return .over(finalOutcome(failure))
        }
    }

    private static func finalOutcome(_ failure: FailureClass) -> Outcome {
        switch failure {
        case .busy: .busy
        case .unavailable, .noAnswer, .abandoned: .noAnswer
        case .congestion: .congestion
        case .invalidNumber: .invalidNumber
        case .rejected: .rejected
        case .unreachable, .forbidden, .authentication, .mediaRefused, .loop, .redirected, .otherFailure: .failed
        }
    }

    /// The recipient's attempt is over; the recipient goes on or has its outcome.
    func finish(_ attempt: LiveCall, _ state: RecipientState, keys: String, now: Timestamp) {
        if !keys.isEmpty { actions[attempt.record.action]?.recipients[attempt.index].keys = keys }
        setState(state, of: attempt.index, in: attempt.record.action, now: now)
    }

    /// The one place where a recipient's state changes, but for the start of an attempt. `isJournalled` false:
    /// the caller writes ``finishedRecipient`` with a record of its own. `isFirst`: before others that wait.
    func setState(
        _ state: RecipientState, of index: Int, in key: Int64, now: Timestamp, isJournalled: Bool = true,
        isFirst: Bool = false
    ) {
        guard let action = actions[key] else { return }
        action.count(action.recipients[index].state, by: -1)
        action.recipients[index].state = state
        action.count(state, by: 1)
        if isJournalled {
            output.records.append(.recipientChanged(action.recipients[index]))
        } else {
            finishedRecipient = action.recipients[index]
        }
        switch state {
        case .waiting(let due):
            if due <= now {
                enqueue(index, of: key, isFirst: isFirst)
            } else {
                deadlines.insert(.recipientDue(action: key, index: index), at: due.microseconds)
            }
        case .calling, .messaging:
            break
        case .ended:
            noteProgress(of: action, now: now)
            completeIfDone(key, now: now)
        }
    }

    private func completeIfDone(_ key: Int64, now: Timestamp) {
        guard let action = actions[key] else { return }
        switch action.record.phase {
        case .running, .paused:
            if action.counters.open == 0 { setPhase(.completed, of: key, now: now) }
        case .cancelled, .expired:
            closeIfDone(action)
        case .staged, .scheduled, .completed:
            break
        }
    }

    /// Of a final action nothing is under way any more but, perhaps, messages beside another channel.
    func closeIfDone(_ action: LiveAction) {
        guard action.record.phase.isFinal, action.counters.calling + action.counters.messaging == 0 else { return }
        close(action)
    }

    /// Final, and no call of it is under way. Again, with its counts, when a message beside another channel ends.
    private func close(_ action: LiveAction) {
        // The recipients stay until the CDRs that wait are written; then this comes again.
        guard action.deferredEnds == 0 else { return }
        action.record.finalCounters = action.counters
        output.records.append(.actionChanged(action.record))
        action.forgetRecipients()
    }

    /// The one place where an action's phase changes.
    func setPhase(_ phase: ActionPhase, of key: Int64, now: Timestamp) {
        guard let action = actions[key] else { return }
        action.record.phase = phase
        action.record.ended = phase.isFinal ? now : nil
        action.record.finalCounters = nil
        output.records.append(.actionChanged(action.record))
        output.notices.append(.actionPhaseChanged(action.record.id, phase))
        let priority = action.record.definition.priority.rawValue
        runnable[priority].removeAll { $0 == key }
        switch phase {
        case .running:
            runnable[priority].append(key)
        case .completed:
            close(action)
        case .cancelled, .expired:
            // Those not called (any more) share the action's end; no row of theirs changes.
            action.closeWaiting(as: phase == .cancelled ? .cancelled : .expired)
            dropPrepared(of: action)
            closeIfDone(action)
        case .paused:
            takeBackPrepared(of: action, now: now)
        case .staged, .scheduled:
            break
        }
    }
}

extension LiveAction {
    func count(_ state: RecipientState, by step: Int) {
        switch state {
        case .waiting: counters.waiting += step
        case .calling: counters.calling += step
        case .messaging: counters.messaging += step
        case .ended(let outcome): counters.outcomes[outcome, default: 0] += step
        }
    }

    func forgetRecipients() {
        if backgroundMessages == 0 { recipients = [] }
        fresh = Fifo()
        again = [:]
        parked = [:]
        messages = Fifo()
        plans = [:]
    }

    func closeWaiting(as outcome: Outcome) {
        guard counters.waiting > 0 else { return }
        for index in recipients.indices {
            if case .waiting = recipients[index].state { recipients[index].state = .ended(outcome) }
        }
        counters.outcomes[outcome, default: 0] += counters.waiting
        counters.waiting = 0
        fresh = Fifo()
        again = [:]
        parked = [:]
        messages = Fifo()
    }
}
