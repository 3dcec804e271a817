// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Pacing

/// What operators, dispatch software and the process itself ask for.
extension Engine {
    // MARK: - Submission

    /// The action of this name, submitted before; nil: none.
    package func action(named id: String) -> LiveAction? { keysByID[id].flatMap { actions[$0] } }

    /// Begins a submission; nothing exists for anybody until ``commitStaged``. Throws when another
    /// client is submitting the same id.
    package func stage(_ id: ActionID, _ definition: ActionDefinition, now: Timestamp) throws(EngineError) -> Int64 {
        guard !isDraining else { throw .shuttingDown }
        guard keysByID[id.text] == nil else { throw .beingSubmitted(id.text) }
        lastActionKey += 1
        let record = ActionRecord(
            key: lastActionKey, id: id, contentHash: "", definition: definition, promptHash: "",
            promptMilliseconds: 0, phase: .staged, accepted: now)
        actions[record.key] = LiveAction(record: record)
        keysByID[id.text] = record.key
        output.records.append(.actionStaged(record))
        return record.key
    }

    /// More recipients of a staged action, in the order in which they are to be called.
    package func stageRecipients(_ people: [StagedRecipient], of key: Int64, now: Timestamp) {
        guard let action = actions[key], action.record.phase == .staged, !people.isEmpty else { return }
        var records: [RecipientRecord] = []
        records.reserveCapacity(people.count)
        for person in people {
            lastRecipient += 1
            records.append(
                RecipientRecord(
                    id: RecipientID(lastRecipient), action: key, number: person.number,
                    reference: person.reference.isEmpty ? pseudonym(of: person.number) : person.reference,
                    account: person.account.isEmpty ? action.record.definition.account : person.account,
                    state: .waiting(due: .epoch), channel: person.channel))
        }
        let first = action.recipients.count
        action.recipients += records
        // Now, and not all at the commit: its turn must not grow with their number.
        for index in first..<action.recipients.count { enqueue(index, of: key) }
        output.records.append(.recipientsStaged(records))
    }

    /// A keyed hash stands for a number whose owner has no reference of the submitter's.
    package func pseudonym(of number: PhoneNumber) -> String {
        "p-" + hexadecimal(SHA256.authenticationCode(of: number.e164.utf8, key: instanceKey).prefix(8))
    }

    /// The submission is complete and its sound rendered: the action begins to exist.
    package func commitStaged(
        _ key: Int64, contentHash: String, promptHash: String, promptMilliseconds: Int, now: Timestamp
    ) {
        guard let action = actions[key], action.record.phase == .staged else { return }
        action.record.contentHash = contentHash
        action.record.promptHash = promptHash
        action.record.promptMilliseconds = promptMilliseconds
        action.record.accepted = now
        action.record.recipientCount = action.recipients.count
        action.isPromptReady = true
        // Growing in the middle of the sending would hold it up.
        if action.record.definition.text != nil { messages.reserveCapacity(messages.count + action.recipients.count) }
        action.counters.waiting = action.recipients.count
        if action.record.definition.text != nil {
            output.records.append(.numbersListed(action: key, action.numbers))
        }
        activate(action, now: now)
    }

    /// The client left or gave up before the commit.
    package func discardStaged(_ key: Int64) {
        guard let action = actions[key], action.record.phase == .staged else { return }
        actions[key] = nil
        keysByID[action.record.id.text] = nil
        output.records.append(.actionDiscarded(key: key))
    }

    private func activate(_ action: LiveAction, now: Timestamp) {
        let key = action.record.key
        deadlines.insert(.actionExpires(key), at: expiry(of: action.record).microseconds)
        if let starts = action.record.definition.starts, starts > now {
            setPhase(.scheduled, of: key, now: now)
            deadlines.insert(.actionStarts(key), at: starts.microseconds)
        } else {
            setPhase(.running, of: key, now: now)
            if action.recipients.isEmpty { setPhase(.completed, of: key, now: now) }
        }
    }

    func expiry(of record: ActionRecord) -> Timestamp {
        let begins = max(record.accepted, record.definition.starts ?? record.accepted)
        return min(record.definition.expires ?? .distantFuture, begins + configuration.maximumActionAge)
    }

    // MARK: - Operation

    package func pause(_ id: String, now: Timestamp) throws(EngineError) {
        let action = try existing(id)
        switch action.record.phase {
        case .running, .scheduled: setPhase(.paused, of: action.record.key, now: now)
        case .paused: break
        case .staged, .completed, .cancelled, .expired:
            throw .wrongPhase(action: id, phase: action.record.phase, operation: "paused")
        }
    }

    package func resume(_ id: String, now: Timestamp) throws(EngineError) {
        let action = try existing(id)
        switch action.record.phase {
        case .paused:
            if let starts = action.record.definition.starts, starts > now {
                setPhase(.scheduled, of: action.record.key, now: now)
                deadlines.insert(.actionStarts(action.record.key), at: starts.microseconds)
            } else {
                setPhase(.running, of: action.record.key, now: now)
            }
        case .running, .scheduled: break
        case .staged, .completed, .cancelled, .expired:
            throw .wrongPhase(action: id, phase: action.record.phase, operation: "resumed")
        }
    }

    /// Stops an action: no new calls from this turn on, and calls under way are ended at once, or only
    /// those not answered yet when `finishCalls`.
    package func cancel(_ id: String, finishCalls: Bool, now: Timestamp) throws(EngineError) {
        let action = try existing(id)
        switch action.record.phase {
        case .running, .scheduled, .paused: break
        case .cancelled: return
        case .staged, .completed, .expired:
            throw .wrongPhase(action: id, phase: action.record.phase, operation: "cancelled")
        }
        setPhase(.cancelled, of: action.record.key, now: now)
        for (attemptID, attempt) in attempts where attempt.record.action == action.record.key {
            if !finishCalls || attempt.record.answer == nil { requestHangUp(attemptID) }
        }
    }

    /// Calls those again whose message a crash or a stop cut off. `stored`: the action's recipients
    /// from the journal when they are no longer in memory. Returns how many.
    package func retryInterrupted(_ id: String, stored: [RecipientRecord], now: Timestamp) throws(EngineError) -> Int {
        let action = try existing(id)
        switch action.record.phase {
        case .running, .paused, .completed: break
        case .staged, .scheduled, .cancelled, .expired:
            throw .wrongPhase(action: id, phase: action.record.phase, operation: "retried")
        }
        guard !isDraining else { throw .shuttingDown }
        let key = action.record.key
        if action.recipients.count < stored.count { takeBack(stored, of: action) }
        let interrupted = action.recipients.indices.filter {
            action.recipients[$0].state == .ended(.interrupted) && !action.recipients[$0].number.isPurged
        }
        guard !interrupted.isEmpty else {
            if action.record.phase == .completed { action.forgetRecipients() }
            throw .nothingToRetry(id)
        }
        for index in interrupted {
            action.recipients[index].history.doubts = 0
            action.recipients[index].history.excludedTrunks = []
            action.recipients[index].history.excludedSMSCs = []
            setState(.waiting(due: now), of: index, in: key, now: now)
        }
        if action.record.phase == .completed {
            setPhase(.running, of: key, now: now)
            deadlines.insert(.actionExpires(key), at: (now + configuration.maximumActionAge).microseconds)
        }
        return interrupted.count
    }

    /// Recipients of an action that are in memory; nil: ask the journal.
    package func recipients(of id: String) -> [RecipientRecord]? {
        // After a restart a final action has those with something under way only.
        guard let action = action(named: id), !action.recipients.isEmpty,
            action.recipients.count >= action.record.recipientCount
        else { return nil }
        return action.recipients
    }

    private func takeBack(_ stored: [RecipientRecord], of action: LiveAction) {
        var positions: [RecipientID: Int] = [:]
        for (index, recipient) in stored.enumerated() { positions[recipient.id] = index }
        for (id, message) in messages where message.record.action == action.record.key {
            messages[id]?.index = positions[message.record.recipient] ?? message.index
        }
        action.recipients = stored
    }

    private func existing(_ id: String) throws(EngineError) -> LiveAction {
        guard let action = action(named: id), action.record.phase != .staged else { throw .unknownAction(id) }
        return action
    }

    /// The sound of these actions is loaded (after a restart).
    package func promptReady(hash: String) {
        for action in actions.values where action.record.promptHash == hash { action.isPromptReady = true }
    }

    package func setSMSC(_ name: String, enabled: Bool, now: Timestamp) throws(EngineError) {
        guard let index = smscs.firstIndex(where: { $0.name == name && !$0.isRetired }) else {
            throw .unknownSMSC(name)
        }
        smscs[index].disabledByOperator = !enabled
        if enabled {
            for other in smscs.indices where other != index { scheduleEvacuation(other, now: now) }
        } else {
            evacuate(index, now: now)
        }
    }

    /// Sounds that an action still needs.
    package var neededPrompts: Set<String> {
        let open = actions.values.filter { !$0.record.phase.isFinal && !$0.record.promptHash.isEmpty }
        return Set(open.map(\.record.promptHash))
    }

    /// All other sounds were unloaded: an action that is taken up again waits for its own.
    package func promptsUnloaded(except kept: Set<String>) {
        for action in actions.values where !kept.contains(action.record.promptHash) { action.isPromptReady = false }
    }

    // MARK: - Trunks

    package func trunkResolved(_ name: String, _ addresses: [TargetAddress]) {
        guard let index = trunks.index(of: name) else { return }
        trunks.trunks[index].targets.resolved(addresses)
    }

    /// The addresses of a trunk as they are numbered; empty when there is no such trunk.
    package func targets(of name: String) -> [Target] {
        trunks.index(of: name).map { trunks.trunks[$0].targets.targets } ?? []
    }

    /// An OPTIONS probe: `code` nil when it was not answered.
    package func targetProbed(_ name: String, target: UInt32, code: Int?, roundTrip: Interval?) {
        guard let index = trunks.index(of: name) else { return }
        trunks.trunks[index].targets.probed(target, code: code, roundTrip: roundTrip)
    }

    /// `failure` nil: registered.
    package func registrationChanged(_ name: String, failure: String?) {
        guard let index = trunks.index(of: name) else { return }
        trunks.trunks[index].registrationFailure = failure
    }

    package func setTrunk(_ name: String, enabled: Bool) throws(EngineError) {
        guard let index = trunks.index(of: name), !trunks.trunks[index].isRetired else { throw .unknownTrunk(name) }
        trunks.trunks[index].disabledByOperator = !enabled
        if enabled { trunks.trunks[index].authenticationFailure = nil }
    }

    // MARK: - Shutdown

    /// No new calls; unanswered ones end now, messages under way may finish within the drain timeout.
    package func drain(now: Timestamp) {
        guard !isDraining else { return }
        isDraining = true
        for (id, attempt) in attempts where attempt.record.answer == nil { requestHangUp(id) }
        // What has not left is not in doubt, whatever becomes of this machine.
        for action in actions.values where !action.record.phase.isFinal { takeBackPrepared(of: action, now: now) }
        deadlines.insert(.drainEnds, at: (now + configuration.drainTimeout).microseconds)
    }

    /// Ends the journal of every call at once, before the process ends: each gets its CDR.
    package func terminate(now: Timestamp) {
        isDraining = true
        for (id, attempt) in attempts where !attempt.isDoubtful {
            output.effects.append(.hangUp(id))
            callEnded(
                id, CallEnd(sipCode: attempt.record.answer == nil ? 0 : 200, by: .gateway, ownReason: .requested),
                at: now, now: now)
        }
    }
}
