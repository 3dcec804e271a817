// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Pacing

extension Engine {
    /// Places calls until trunks or recipients run out: pressing actions first, equal ones in turn.
    func startCalls(now: Timestamp) {
        for priority in runnable.indices {
            var idle = 0
            while idle < runnable[priority].count {
                let key = runnable[priority].removeFirst()
                runnable[priority].append(key)
                idle = startOneCall(of: key, now: now) ? 0 : idle + 1
            }
        }
    }

    /// False when nothing of this action can start now.
    private func startOneCall(of key: Int64, now: Timestamp) -> Bool {
        guard let action = actions[key], action.isPromptReady else { return false }
        for mask in action.masks {
            switch trunks.choose(excluding: mask, now: now) {
            case .trunk(let trunk):
                while let next = popCallable(mask, of: action, now: now) {
                    let recipient = action.recipients[next.index]
                    guard case .waiting = recipient.state, channel(of: recipient, in: action) == .voice else {
                        continue
                    }
                    let worst = worstCase(ofCall: next.index, in: action, trunk: trunks.trunks[trunk].name, now: now)
                    guard mayAfford(worst, next.index, of: action, now: now) else {
                        if mayPassOverMore(now: now) { continue }
                        return false
                    }
                    return start(next.index, of: key, over: trunk, prefix: next.prefix, now: now)
                }
            case .wait(let until):
                if action.hasReady(mask) { wake = min(wake ?? until, until) }
            case .noneFree:
                continue
            case .exhausted where mask == .none:
                continue
            case .exhausted:
                // The trunk that was left has gone from the configuration: start the round afresh.
                while let index = action.popReady(mask) ?? action.popParked(mask, where: { _ in true })?.recipient {
                    action.recipients[index].history.excludedTrunks = []
                    enqueue(index, of: key)
                }
            }
        }
        return false
    }

    func enqueue(_ index: Int, of key: Int64, isFirst: Bool = false) {
        guard let action = actions[key] else { return }
        let recipient = action.recipients[index]
        if channel(of: recipient, in: action) == .sms {
            if isFirst { action.messages.putBack(index) } else { action.messages.append(index) }
        } else if recipient.history.attempts == 0, recipient.history.excludedTrunks.isEmpty {
            actions[key]?.fresh.append(index)
        } else {
            actions[key]?.again[trunks.mask(of: recipient.history.excludedTrunks), default: Fifo()].append(index)
        }
    }

    private func start(_ index: Int, of key: Int64, over trunk: Int, prefix: Int?, now: Timestamp) -> Bool {
        guard let action = actions[key], let target = trunks.admit(trunk, now: now) else {
            actions[key]?.fresh.putBack(index)
            return false
        }
        let recipient = action.recipients[index]
        let settings = configuration.trunks.first { $0.limits.name == trunks.trunks[trunk].name }
        let definition = action.record.definition
        lastAttempt += 1
        let id = AttemptID(lastAttempt)
        let record = CallRecord(
            id: id, recipient: recipient.id, action: key, number: recipient.history.attempts + 1,
            trunk: trunks.trunks[trunk].name, target: target.address.text, callID: callID(of: id),
            caller: definition.callerNumber ?? settings?.callerNumber ?? configuration.callerNumber, start: now,
            redial: recipient.history.doubts > 0)
        if recipient.history.stepStarted == nil { beginStep(index, of: action, now: now) }
        attempts[id] = LiveCall(
            record: record, index: index, trunk: trunk, target: target.id, prefix: prefix, begun: now,
            playsLeft: max(1, definition.plays))
        if let prefix { prefixes.admit(prefix, now: now) }
        if let attempt = attempts[id] { reserve(attempt, in: action, now: now) }
        actions[key]?.recipients[index].state = .calling(id)
        actions[key]?.counters.waiting -= 1
        actions[key]?.counters.calling += 1
        if action.record.firstCall == nil {
            actions[key]?.record.firstCall = now
            if let changed = actions[key]?.record { output.records.append(.actionChanged(changed)) }
        }
        output.records.append(.callStarted(record))
        output.effects.append(
            .placeCall(
                CallOrder(
                    attempt: id, trunk: record.trunk, target: target.id, callID: record.callID,
                    callee: recipient.number, caller: record.caller,
                    callerName: definition.callerName ?? configuration.callerName,
                    pcmaOnly: recipient.history.pcmaOnly)))
        return true
    }

    /// Unguessable and unique: attempts are numbered across restarts.
    private func callID(of attempt: AttemptID) -> String {
        let code = SHA256.authenticationCode(of: "call-id \(attempt.value)".utf8, key: instanceKey)
        return hexadecimal(code.prefix(16))
    }

    // MARK: - What the voice module reports

    /// The INVITE left at `time`, as the voice module saw it; that was before `now`, from which the pace counts.
    package func callSent(_ id: AttemptID, at time: Timestamp, now: Timestamp) {
        guard let attempt = attempts[id], attempt.record.state == .intended, !attempt.isDoubtful else { return }
        // Events of this turn may be younger than its time; the two clocks may be a little apart.
        left(attempt, now: max(now, min(time, now + .milliseconds(5))))
        note(id) {
            $0.state = .sent
            $0.start = time
        }
    }

    /// 180, 183 or another 1xx above 100.
    package func callRinging(_ id: AttemptID, at time: Timestamp) {
        guard let attempt = attempts[id], attempt.record.state < .answered, attempt.record.ringing == nil else {
            return
        }
        left(attempt, now: time)
        rang(attempt, at: time)
        note(id) {
            $0.state = .ringing
            $0.ringing = time
        }
    }

    /// 2xx. The ACK and the message follow as effects, when the answer is on disk.
    package func callAnswered(_ id: AttemptID, codec: Codec?, dialog: String, at time: Timestamp) {
        guard let attempt = attempts[id], attempt.record.state < .answered else { return }
        left(attempt, now: time)
        if attempt.record.ringing == nil { rang(attempt, at: time) }
        change(id) {
            $0.state = .answered
            $0.answer = time
            $0.codec = codec
            $0.dialog = dialog
        }
        guard let action = actions[attempt.record.action], !attempt.hangUpRequested else {
            output.effects.append(.hangUp(id))
            return
        }
        output.effects.append(.startPrompt(id, promptHash: action.record.promptHash))
    }

    /// The message was played to its end.
    package func promptEnded(_ id: AttemptID, heardMilliseconds: Int, at time: Timestamp, now: Timestamp) {
        guard var attempt = attempts[id], attempt.record.answer != nil else { return }
        attempt.playsLeft -= 1
        attempts[id] = attempt
        if attempt.record.state != .heard {
            actions[attempt.record.action]?.counters.heard += 1
            change(id) {
                $0.state = .heard
                $0.heardMilliseconds = heardMilliseconds
            }
        }
        guard !attempt.hangUpRequested else { return }
        if attempt.playsLeft > 0, let hash = actions[attempt.record.action]?.record.promptHash {
            output.effects.append(.repeatPrompt(id, promptHash: hash))
        } else {
            scheduleHangUp(id, at: now + configuration.listenAfterPrompt)
        }
    }

    /// A key was pressed.
    package func keyPressed(_ id: AttemptID, digit: Character, now: Timestamp) {
        guard let attempt = attempts[id], attempt.record.answer != nil, attempt.record.keys.count < 32,
            let action = actions[attempt.record.action]
        else { return }
        change(id) { $0.keys.append(digit) }
        switch action.record.definition.keys[String(digit)] {
        case .repeat:
            guard attempt.repeats < configuration.maximumRepeats, !attempt.hangUpRequested else { return }
            attempts[id]?.repeats += 1
            attempts[id]?.hangUpAt = nil
            attempts[id]?.playsLeft = max(1, attempt.playsLeft)
            output.effects.append(.repeatPrompt(id, promptHash: action.record.promptHash))
        case .confirm:
            attempts[id]?.confirmed = true
        case nil:
            break
        }
    }

    /// The call is over: CDR, and what follows for the recipient.
    package func callEnded(_ id: AttemptID, _ end: CallEnd, at time: Timestamp, now: Timestamp) {
        guard let attempt = attempts[id], !attempt.isDoubtful else { return }
        attempts[id] = nil
        unwritten.remove(id)
        let termination = CallTermination.classify(end, answered: attempt.record.answer != nil)
        left(attempt, now: now)
        if let trunk = attempt.trunk { trunkLearns(trunk, attempt, end, termination, at: time, now: now) }
        if end.ownReason == .noResponse {
            remember(
                Unresolved(action: attempt.record.action, index: attempt.index, attempt: id), attempt.record.callID)
        }
        journalEnd(attempt, end, termination, at: time, recovered: false)
        if let failure = termination.failure {
            afterFailure(failure, attempt, now: now)
        } else {
            let outcome = outcome(of: attempt, end)
            if !attempt.record.keys.isEmpty {
                actions[attempt.record.action]?.recipients[attempt.index].keys = attempt.record.keys
            }
            endStep(with: outcome, attempt.index, of: attempt.record.action, now: now)
        }
    }

    /// Whatever is heard of a call first, its INVITE has left by then, or never will.
    private func left(_ attempt: LiveCall, now: Timestamp) {
        guard let trunk = attempt.trunk, attempt.record.state == .intended else { return }
        trunks.trunks[trunk].pacer.sent(now: now)
        if let prefix = attempt.prefix { prefixes.sent(prefix, now: now) }
    }

    private func outcome(of attempt: LiveCall, _ end: CallEnd) -> Outcome {
        if attempt.confirmed { return .confirmed }
        // The callee's own hanging up is their choice; our cutting off before the end is not.
        if attempt.record.state == .heard || end.by == .callee { return .answered }
        return .interrupted
    }

    /// 2xx for an INVITE that no dialog is left of. The voice module has ended the call already.
    package func strayAnswer(callID: String, at time: Timestamp, now: Timestamp) {
        guard let known = unresolved.removeValue(forKey: callID) else {
            output.notices.append(.alarm("a call was answered that is not ours (Call-ID \(callID)); it was ended"))
            return
        }
        if var attempt = attempts[known.attempt], attempt.isDoubtful {
            // Still held: its CDR can say that it was answered.
            attempts[known.attempt] = nil
            doubtfulCount -= 1
            attempt.record.answer = time
            let end = CallEnd(sipCode: 200, by: .gateway, ownReason: .crash)
            journalEnd(
                attempt, end, CallTermination(disposition: .answered, cause: 31, failure: nil), at: time,
                recovered: true)
            finish(attempt, .ended(.interrupted), keys: "", now: now)
            return
        }
        output.notices.append(
            .alarm("attempt \(known.attempt) was answered after it had been given up (Call-ID \(callID)); it was ended")
        )
        guard let action = actions[known.action], known.index < action.recipients.count else { return }
        switch action.recipients[known.index].state {
        case .waiting:
            setState(.ended(.interrupted), of: known.index, in: known.action, now: now)
        case .calling(let other):
            // Who answered is not called again: the new attempt ends unless it is being listened to.
            if let attempt = attempts[other], attempt.record.answer == nil { requestHangUp(other) }
        case .ended, .messaging:
            break
        }
    }

    // MARK: - Helpers

    func change(_ id: AttemptID, _ body: (inout CallRecord) -> Void) {
        guard let index = attempts.index(forKey: id) else { return }
        body(&attempts.values[index].record)
        output.records.append(.callChanged(attempts.values[index].record))
        unwritten.remove(id)
    }

    /// A change that nothing follows from, now or after a crash: written with the attempt's next change, or the next
    /// sign of life.
    func note(_ id: AttemptID, _ body: (inout CallRecord) -> Void) {
        guard let index = attempts.index(forKey: id) else { return }
        body(&attempts.values[index].record)
        unwritten.insert(id)
    }

    /// Time for a sign of life: what is known of calls under way goes to the journal. At least once a second.
    package func beat() {
        for id in unwritten.sorted(by: { $0.value < $1.value }) {
            if let attempt = attempts[id] { output.records.append(.callChanged(attempt.record)) }
        }
        unwritten.removeAll(keepingCapacity: true)
    }

    private func scheduleHangUp(_ id: AttemptID, at time: Timestamp) {
        attempts[id]?.hangUpAt = time
        deadlines.insert(.hangUp(id), at: time.microseconds)
    }

    func requestHangUp(_ id: AttemptID) {
        guard let attempt = attempts[id], !attempt.isDoubtful, !attempt.hangUpRequested else { return }
        attempts[id]?.hangUpRequested = true
        output.effects.append(.hangUp(id))
    }

    func remember(_ entry: Unresolved, _ callID: String) {
        unresolved[callID] = entry
        unresolvedOrder.append(callID)
        if unresolvedOrder.count > Self.unresolvedLimit, let oldest = unresolvedOrder.popFirst() {
            unresolved[oldest] = nil
        }
    }

    func journalEnd(
        _ attempt: LiveCall, _ end: CallEnd, _ termination: CallTermination, at time: Timestamp, recovered: Bool
    ) {
        let record = attempt.record
        guard let action = actions[record.action] else { return }
        let recipient = action.recipients[attempt.index]
        lastSequence += 1
        let cdr = CallDetailRecord(
            sequence: lastSequence, attempt: record.id, action: action.record.id.text, recipient: recipient.reference,
            account: recipient.account, callee: recipient.number.e164, caller: record.caller, trunk: record.trunk,
            callID: record.callID, attemptNumber: record.number, start: record.start, ringing: record.ringing,
            answer: record.answer, end: max(time, record.answer ?? record.start), sipCode: end.sipCode,
            cause: termination.cause, hangupBy: end.by, ownReason: end.ownReason,
            disposition: termination.disposition, codec: record.codec, promptHash: action.record.promptHash,
            heardMilliseconds: max(end.heardMilliseconds, record.heardMilliseconds),
            promptMilliseconds: action.record.promptMilliseconds, keys: record.keys, recovered: recovered,
            redial: record.redial, packetsSent: end.packetsSent, packetsReceived: end.packetsReceived,
            audio: end.audio)
        let rated = configuration.rater.rated(cdr)
        settle(rated)
        learn(rated, of: action)
        output.records.append(.callEnded(record.id, rated))
        output.notices.append(.attemptEnded(rated, text: end.text))
        actions[record.action]?.counters.attempts += 1
        actions[record.action]?.recipients[attempt.index].history.attempts = record.number
    }
}
