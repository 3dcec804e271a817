// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore

/// How actions come in, are taken up again, and are forgotten.
extension Roster {
    // MARK: - Submission

    /// Begins a submission; nothing exists for anybody until ``commitStaged``.
    ///
    /// - Returns: The action's key.
    /// - Throws: ``EngineError/shuttingDown``; ``EngineError/beingSubmitted(_:)`` when another client is submitting the
    ///   same id.
    package func stage(_ id: ActionID, _ definition: ActionDefinition, now: Timestamp) throws(EngineError) -> Int64 {
        guard !isDraining else { throw .shuttingDown }
        guard keysByID[id.text] == nil else { throw .beingSubmitted(id.text) }
        lastActionKey += 1
        var record = ActionRecord(
            key: lastActionKey, id: id, contentHash: "", definition: definition, promptHash: "",
            promptMilliseconds: 0, phase: .staged, accepted: clock.civil(now))
        record.civilOffset = clock.offset
        actions[record.key] = LiveAction(record: record)
        keysByID[id.text] = record.key
        outbox.journal(.actionStaged(record))
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
                    state: .waiting(due: .epoch), channel: person.channel, preferences: person.preferences))
        }
        let first = action.recipients.count
        action.recipients += records
        action.placeRecipients(from: first)
        // Now, and not all at the commit: its turn must not grow with their number.
        for index in first..<action.recipients.count { enqueue(index, of: action) }
        outbox.journal(.recipientsStaged(records))
    }

    /// A keyed hash stands for a number whose owner has no reference of the submitter's.
    package func pseudonym(of number: PhoneNumber) -> String {
        "p-" + hexadecimal(SHA256.authenticationCode(of: number.e164.utf8, key: instanceKey).prefix(8))
    }

    /// The submission is complete and its sound rendered: the action begins to exist.
    ///
    /// - Parameters:
    ///   - requester: Who submitted it.
    ///   - follows: The action that it corrects or closes; nil: none.
    ///   - approval: A second officer has to let it go within this time; nil: none has.
    package func commitStaged(
        _ key: Int64, contentHash: String, promptHash: String, promptMilliseconds: Int,
        by requester: Requester? = nil, follows: (action: String, tie: ActionTie)? = nil, approval: Interval? = nil,
        now: Timestamp
    ) {
        guard let action = actions[key], action.record.phase == .staged else { return }
        action.record.contentHash = contentHash
        action.record.promptHash = promptHash
        action.record.promptMilliseconds = promptMilliseconds
        action.record.civilOffset = clock.offset
        action.record.accepted = action.record.civil(now)
        action.record.recipientCount = action.recipients.count
        if let follows { action.follow(follows.action, as: follows.tie) }
        note(.submitted, by: requester, in: action, now: now)
        action.isPromptReady = true
        action.counters.waiting = action.recipients.count
        if action.record.definition.text != nil {
            outbox.journal(.numbersListed(action: key, action.numbers))
        }
        agenda.set(.actionExpires(key), at: expiry(of: action))
        if let approval {
            awaitApproval(action, within: approval, now: now)
        } else {
            begin(action, now: now)
        }
        if action.record.phase == .running, action.recipients.isEmpty { setPhase(.completed, of: action, now: now) }
    }

    /// The disk did not take the commit, and nothing of the action has begun: it never existed.
    package func withdraw(_ key: Int64) {
        guard let action = actions[key] else { return }
        runnable[action.priority.rawValue].removeAll { $0 === action }
        action.record.phase = .staged
        discardStaged(key)
    }

    /// The client left or gave up before the commit.
    package func discardStaged(_ key: Int64) {
        guard let action = actions[key], action.record.phase == .staged else { return }
        actions[key] = nil
        keysByID[action.record.id.text] = nil
        outbox.journal(.actionDiscarded(key: key))
    }

    // MARK: - Once more

    /// Calls those again whose message a crash or a stop cut off.
    ///
    /// - Parameters:
    ///   - stored: The action's recipients from the journal when they are no longer in memory.
    ///   - relocate: Told where recipients stand now, when they were taken back from the journal.
    /// - Returns: How many.
    package func retryInterrupted(
        _ id: String, stored: [RecipientRecord], by requester: Requester? = nil, now: Timestamp,
        relocate: ([RecipientID: Int]) -> Void
    ) throws(EngineError) -> Retried {
        let action = try existing(id)
        if let deed = successor(of: action) { throw .followed(action: id, deed.deed, by: deed.action) }
        let phase = action.record.phase
        switch phase {
        case .running, .paused, .completed: break
        case .staged, .scheduled, .cancelled, .expired, .awaitingApproval, .stale:
            throw .wrongPhase(action: id, phase: action.record.phase, operation: "retried")
        }
        guard !isDraining else { throw .shuttingDown }
        if action.recipients.count < stored.count {
            action.recipients = stored
            relocate(Dictionary(uniqueKeysWithValues: stored.enumerated().map { ($0.element.id, $0.offset) }))
        }
        let interrupted = action.recipients.indices.filter {
            action.recipients[$0].state == .ended(.interrupted) && !action.recipients[$0].number.isPurged
        }
        guard !interrupted.isEmpty else {
            if action.record.phase == .completed { forgetRecipients(of: action) }
            throw .nothingToRetry(id)
        }
        // Where each number stands was forgotten with the end, also while a message kept the recipients.
        if action.places.isEmpty { action.placeRecipients(from: 0) }
        let retried = Retried(
            action: action.key, histories: interrupted.map { ($0, action.recipients[$0].history) }, phase: phase,
            ended: action.record.ended, prolonged: action.prolonged, isNoted: requester != nil)
        for index in interrupted {
            action.recipients[index].history.doubts = 0
            action.recipients[index].history.excludedTrunks = []
            action.recipients[index].history.excludedSMSCs = []
            setState(.waiting(due: now), of: index, in: action, now: now)
        }
        note(.retried, by: requester, in: action, now: now)
        if action.record.phase == .completed {
            setPhase(.running, of: action, now: now)
            action.prolonged = now + maximumActionAge
            agenda.set(.actionExpires(action.key), at: now + maximumActionAge)
        } else if requester != nil {
            outbox.journal(.actionChanged(action.record))
        }
        return retried
    }

    /// What a retry has changed.
    package struct Retried {
        fileprivate let action: Int64
        fileprivate let histories: [(index: Int, history: AttemptHistory)]
        fileprivate let phase: ActionPhase
        fileprivate let ended: Timestamp?
        fileprivate let prolonged: Timestamp?
        fileprivate let isNoted: Bool

        /// Recipients who are called again.
        package var count: Int { histories.count }
    }

    /// The disk did not take a retry: everything is as it was before. In the turn that made it, before any of them was
    /// tried.
    package func undo(_ retried: Retried, now: Timestamp) {
        guard let action = actions[retried.action] else { return }
        if retried.isNoted { action.record.conduct?.removeLast(.retried) }
        action.prolonged = retried.prolonged
        for (index, history) in retried.histories where index < action.recipients.count {
            action.recipients[index].history = history
            setState(.ended(.interrupted), of: index, in: action, now: now)
        }
        if retried.phase.isFinal, action.record.phase == retried.phase { action.record.ended = retried.ended }
        outbox.journal(.actionChanged(action.record))
    }

    /// What was said instead of an action's text, which nobody is to hear any more: its correction or its closing, or, of a
    /// correction, the one that took its place; nil: nothing was.
    private func successor(of action: LiveAction) -> DeedRecord? {
        func last(_ action: LiveAction?) -> DeedRecord? {
            action?.record.conduct?.deeds.last { $0.deed == .corrected || $0.deed == .closed }
        }
        if let own = last(action) { return own }
        guard action.record.conduct?.tie == .correction, let original = action.record.conduct?.follows,
            let newest = last(self.action(named: original)), newest.action != action.record.id.text
        else { return nil }
        return newest
    }

    // MARK: - Who did what, and approval

    /// Notes a deed, to be journalled with the change that it made. nil: nobody asked for it.
    func note(
        _ deed: Deed, by requester: Requester?, note: String = "", followedBy other: String? = nil,
        alert: String? = nil, in action: LiveAction, now: Timestamp
    ) {
        guard let requester else { return }
        let record = DeedRecord(
            deed, by: requester, at: action.record.civil(now), note: note, action: other, alert: alert)
        action.record.conduct = action.record.conduct ?? ActionConduct()
        action.record.conduct?.append(record)
        outbox.say(.acted(action.record.id, record))
    }

    /// Notes a deed that changes nothing else.
    package func noteAlone(
        _ deed: Deed, by requester: Requester, note text: String = "", followedBy other: String? = nil,
        alert: String? = nil, in action: LiveAction, now: Timestamp
    ) {
        note(deed, by: requester, note: text, followedBy: other, alert: alert, in: action, now: now)
        outbox.journal(.actionChanged(action.record))
    }

    /// The disk did not take the newest deed, which is being undone.
    package func withdrawDeed(_ deed: Deed, of id: String) {
        guard let action = action(named: id), action.record.conduct?.deeds.last?.deed == deed else { return }
        action.record.conduct?.deeds.removeLast()
        outbox.journal(.actionChanged(action.record))
    }

    func awaitApproval(_ action: LiveAction, within time: Interval, now: Timestamp) {
        let end = now + time
        action.record.conduct = action.record.conduct ?? ActionConduct()
        action.record.conduct?.approveBy = end
        setPhase(.awaitingApproval, of: action, now: now)
        agenda.set(.approvalLapses(action.key), at: end)
    }

    /// A second officer lets an action go; false: that was done before.
    ///
    /// - Throws: ``EngineError/sameOfficer(action:_:)`` when it is who submitted it; ``EngineError/wrongPhase`` when it
    ///   awaits no approval.
    @discardableResult
    package func approve(_ id: String, by requester: Requester, now: Timestamp) throws(EngineError) -> Bool {
        let action = try existing(id)
        guard action.record.phase == .awaitingApproval else {
            // Once more by the same officer, whose answer was lost.
            if let known = action.record.conduct?.last(.approved), known.by == requester { return false }
            throw .wrongPhase(action: id, phase: action.record.phase, operation: "approved")
        }
        if let submitter = action.record.conduct?.last(.submitted)?.by.officer, let officer = requester.officer,
            officer.isSamePerson(as: submitter)
        {
            throw .sameOfficer(action: id, officer)
        }
        note(.approved, by: requester, in: action, now: now)
        begin(action, now: now)
        return true
    }

    /// The disk did not take an approval: it is awaited as before.
    package func approvalUndone(_ id: String, now: Timestamp) {
        guard let action = action(named: id), action.record.phase == .running || action.record.phase == .scheduled
        else { return }
        withdrawDeed(.approved, of: id)
        action.began = nil
        setPhase(.awaitingApproval, of: action, now: now)
        // Its time may have come in this very turn, and was passed over since it was approved.
        agenda.set(.approvalLapses(action.key), at: action.record.conduct?.approveBy ?? now)
    }

    /// Nobody let it go in time; nil: somebody did, or it is over. The caller ends what is under way.
    package func approvalLapsed(_ key: Int64, now: Timestamp) -> LiveAction? {
        guard let action = actions[key], action.record.phase == .awaitingApproval else { return nil }
        setPhase(.stale, of: action, now: now)
        return action
    }

    // MARK: - Forgetting

    /// An open action that alerts this number, which can therefore not be forgotten yet.
    package func openAction(alerting number: PhoneNumber) -> String? {
        inOrder.filter { !$0.record.phase.isFinal || $0.counters.open > 0 }
            .first { $0.recipients.contains { $0.number == number } }?.record.id.text
    }

    /// The number is purged from the journal.
    package func numberForgotten(_ number: PhoneNumber) {
        for action in actions.values where action.record.phase.isFinal && action.counters.open == 0 {
            if action.recipients.contains(where: { $0.number == number }) { forgetRecipients(of: action) }
        }
    }

    /// The numbers of an action are purged from the journal, which has its recipients from now on.
    package func numbersPurged(ofAction key: Int64) {
        guard let action = actions[key], action.record.phase.isFinal, action.counters.open == 0 else { return }
        forgetRecipients(of: action)
    }

    // MARK: - A former process

    /// Where a recipient stands.
    package struct Position {
        package let action: LiveAction
        package let index: Int
    }

    /// Takes up the actions that a former process left.
    ///
    /// - Parameter counters: Of the actions whose record does not bring them.
    /// - Returns: Recipients of whom something was under way.
    package func restore(
        _ snapshot: JournalSnapshot, counters: [Int64: ActionCounters]
    ) -> [RecipientID: Position] {
        doneMeanwhile = []
        lastActionKey = snapshot.lastActionKey
        lastRecipient = snapshot.lastRecipient.value
        for record in snapshot.actions {
            let action = LiveAction(record: record)
            if let known = record.finalCounters { action.counters = known }
            action.inboundMessages = snapshot.inboundCounts[record.id.text] ?? 0
            actions[record.key] = action
            keysByID[record.id.text] = record.key
        }
        var positions: [RecipientID: Position] = [:]
        let underWay = Set(snapshot.calls.map(\.recipient) + snapshot.messages.map(\.recipient))
        for recipient in snapshot.recipients {
            guard let action = actions[recipient.action] else { continue }
            action.recipients.append(recipient)
            // Its own counts, when the record has them, are complete.
            if action.record.finalCounters == nil { action.count(recipient.state, by: 1) }
            if underWay.contains(recipient.id) {
                positions[recipient.id] = Position(action: action, index: action.recipients.count - 1)
            }
        }
        for (key, known) in counters {
            guard let action = actions[key] else { continue }
            if action.record.phase.isFinal { action.counters = known }
            action.counters.attempts = known.attempts
            action.counters.heard = known.heard
        }
        return positions
    }

    /// Sets the deadlines of all actions and queues who can be tried, once the desks have taken up what was under way.
    package func rearm(now: Timestamp) {
        let done = doneMeanwhile ?? []
        doneMeanwhile = nil
        for action in inOrder where done.contains(action.key) { closeIfDone(action) }
        for action in inOrder { rearm(action, now: now) }
    }

    private func rearm(_ action: LiveAction, now: Timestamp) {
        switch action.record.phase {
        case .completed, .cancelled, .expired, .stale:
            // The rows of those who share the action's end were never changed.
            if let outcome = action.record.phase.outcomeOfWaiting { action.closeWaiting(as: outcome) }
            if action.counters.calling + action.counters.messaging == 0 {
                forgetRecipients(of: action)
            } else {
                // A correction looks for what they have.
                action.placeRecipients(from: 0)
            }
            return
        case .staged:
            return
        case .scheduled, .running, .paused, .awaitingApproval:
            break
        }
        action.placeRecipients(from: 0)
        for index in action.recipients.indices {
            rearmStep(index, of: action)
            guard case .waiting(let due) = action.recipients[index].state else { continue }
            if due <= now {
                enqueue(index, of: action)
            } else {
                agenda.set(.recipientDue(action: action.key, index: index), at: due)
            }
        }
        agenda.set(.actionExpires(action.key), at: expiry(of: action))
        switch action.record.phase {
        case .scheduled:
            agenda.set(.actionStarts(action.key), at: action.record.definition.starts.map(clock.engineTime) ?? now)
        case .running:
            runnable[action.priority.rawValue].append(action)
        case .awaitingApproval:
            agenda.set(.approvalLapses(action.key), at: action.record.conduct?.approveBy ?? now)
        case .staged, .paused, .completed, .cancelled, .expired, .stale:
            break
        }
    }
}
