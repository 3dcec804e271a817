// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import Pacing

/// Where recipients stand, and who is tried next.
extension Roster {
    // MARK: - States

    /// The one place where a recipient's state changes, but for the start of an attempt.
    ///
    /// - Parameters:
    ///   - isJournalled: False when the caller writes the recipient that is returned with a record of its own.
    ///   - isFirst: Before others that wait.
    /// - Returns: The recipient as this change left it; what follows from it (the action's end) may have dropped it.
    @discardableResult
    package func setState(
        _ state: RecipientState, of index: Int, in action: LiveAction, now: Timestamp, isJournalled: Bool = true,
        isFirst: Bool = false
    ) -> RecipientRecord {
        if case .calling = action.recipients[index].state { callOver(index, of: action, now: now) }
        if !action.waitingForNumber.isEmpty { action.waitingForNumber.remove(index) }
        if !action.waits.isEmpty { action.waits[index] = nil }
        action.move(index, to: state)
        let changed = action.recipients[index]
        if isJournalled { outbox.journal(.recipientChanged(changed)) }
        switch state {
        case .waiting(let due):
            if due <= now {
                enqueue(index, of: action, isFirst: isFirst)
            } else {
                agenda.set(.recipientDue(action: action.key, index: index), at: due)
            }
        case .calling, .messaging:
            break
        case .ended:
            noteProgress(of: action, now: now)
            completeIfDone(action, now: now)
        }
        return changed
    }

    /// An attempt begins; the record that journals it is the attempt's own.
    package func began(_ state: RecipientState, of index: Int, in action: LiveAction, now: Timestamp) {
        if action.recipients[index].history.stepStarted == nil { beginStep(index, of: action, now: now) }
        if case .calling = state { callBegan(index, of: action) }
        action.move(index, to: state)
    }

    /// An attempt of a former process is taken up: its recipient stands as `waiting` in the journal.
    package func resumed(_ state: RecipientState, of index: Int, in action: LiveAction) {
        if case .calling = state { callBegan(index, of: action) }
        action.move(index, to: state)
    }

    /// A final action takes a recipient back whose attempt never left; the row shares the action's end.
    package func takenBackAtEnd(_ index: Int, of action: LiveAction) {
        action.move(index, to: .ended(action.record.phase.outcomeOfWaiting ?? .cancelled))
    }

    /// A call never left: as if it had not begun. Its recipient goes on, over another trunk or when this one takes calls
    /// again; whose calls never leave waits ever longer, so that others have their turn.
    package func callUnsent(_ index: Int, of action: LiveAction, now: Timestamp) {
        callOver(index, of: action, pause: .zero, now: now)
        if let outcome = action.record.phase.outcomeOfWaiting {
            setState(.ended(outcome), of: index, in: action, now: now)
            return
        }
        if action.isStepOver(index, now: now), advanceStep(index, of: action) {
            setState(.waiting(due: now), of: index, in: action, now: now)
            return
        }
        let times = action.unsent[index, default: 0]
        action.unsent[index] = times + 1
        let delay = times == 0 ? .zero : min(Self.longestUnsent, Self.firstUnsent * Double(1 << min(times - 1, 7)))
        // Its row says that it waits, as it did before the call.
        setState(.waiting(due: now + delay), of: index, in: action, now: now, isJournalled: false, isFirst: true)
    }

    private static let firstUnsent = Interval.milliseconds(500)
    private static let longestUnsent = Interval.minutes(1)

    /// The call has left.
    package func callDeparted(_ index: Int, of action: LiveAction) {
        if !action.unsent.isEmpty { action.unsent[index] = nil }
    }

    // MARK: - What attempts leave behind

    /// An attempt is over, the recipient's so many-th.
    package func attemptEnded(_ number: Int, of index: Int, in action: LiveAction) {
        writeContact(index, of: action)
        action.counters.attempts += 1
        action.recipients[index].history.attempts = max(action.recipients[index].history.attempts, number)
    }

    package func pressed(_ keys: String, by index: Int, in action: LiveAction) {
        if !keys.isEmpty { action.recipients[index].keys = keys }
    }

    /// What has been tried for a recipient, for the retry rules to count in.
    package func updateHistory<Result>(
        of index: Int, in action: LiveAction, _ update: (inout AttemptHistory) -> Result
    ) -> Result {
        var history = action.recipients[index].history
        defer { action.recipients[index].history = history }
        return update(&history)
    }

    /// A message is over and its CDR is written later.
    package func endDeferred(in action: LiveAction) { action.deferredEnds += 1 }

    /// Such a CDR is on its way to the journal.
    package func deferredEndWritten(in action: LiveAction) {
        action.deferredEnds -= 1
        if action.deferredEnds == 0 { closeIfDone(action) }
    }

    /// A message is under way beside another channel.
    package func backgroundBegan(in action: LiveAction) { action.backgroundMessages += 1 }

    package func backgroundEnded(in action: LiveAction) { action.backgroundMessages -= 1 }

    // MARK: - Queues

    /// So many are parked in one turn at most; then others have theirs.
    static let mostParked = 2048

    /// - Parameter isDead: Nothing can leave by a channel.
    package func beginTurn(now: Timestamp, isDead: (Channel) -> Bool) {
        parkedInTurn = 0
        (isVoiceDead, isSMSDead) = (isDead(.voice), isDead(.sms))
        numbers.tidy(now: now)
    }

    package func recipientDue(_ key: Int64, _ index: Int, at time: Timestamp) {
        // Stale when the recipient has moved on since.
        guard let action = actions[key], index < action.recipients.count,
            action.recipients[index].state == .waiting(due: time)
        else { return }
        enqueue(index, of: action)
    }

    /// Can be tried now.
    package func enqueue(_ index: Int, of action: LiveAction, isFirst: Bool = false) {
        let recipient = action.recipients[index]
        if action.channel(of: recipient) == .sms {
            if isFirst { action.texts.putBack(index) } else { action.texts.append(index) }
            return
        }
        let population = place(of: index, in: action)
        if isFirst {
            action.calls.appendFirst(
                index, of: population, barredFrom: trunks.mask(of: recipient.history.excludedTrunks))
        } else if recipient.history.attempts == 0, recipient.history.excludedTrunks.isEmpty {
            action.calls.append(index, of: population)
        } else {
            action.calls.append(
                index, of: population, barredFrom: trunks.mask(of: recipient.history.excludedTrunks),
                rank: rank(recipient))
        }
    }

    private func rank(_ recipient: RecipientRecord) -> Int {
        recipient.history.rank(
            likelihood: likelihood(recipient.history),
            isSuspect: recipient.history.refusals > 0 && trunks.isSuspect(recipient.number))
    }

    /// A trunk did not pass on the call of a recipient, who waits for another one until `due`.
    ///
    /// - Parameters:
    ///   - until: Its Retry-After binds the number over this trunk; nil: nothing does.
    ///   - isSilence: Nothing was heard of it.
    package func refused(
        _ index: Int, of action: LiveAction, by trunk: Int, until: Timestamp?, isSilence: Bool, now: Timestamp
    ) {
        action.holds[index, default: RecipientHold()].refused(
            by: trunk, until: until, isSilence: isSilence, now: now)
    }

    /// Every trunk has refused a recipient in turn, who can be called again at `due`.
    ///
    /// - Returns: When that is, by what trunks asked for: over those that did not, or over the first whose time is over.
    package func roundOver(_ index: Int, of action: LiveAction, due: Timestamp) -> Timestamp {
        guard var hold = action.holds[index] else { return due }
        hold.due = due
        var bound = hold.bound(at: hold.due)
        if let end = hold.firstEnd(after: due),
            trunks.other(than: bound.map(trunks.name), for: population(of: index, in: action)) == .none
        {
            hold.due = end
            bound = hold.bound(at: end)
        }
        action.recipients[index].history.excludedTrunks = bound.map(trunks.name)
        action.holds[index] = hold
        return hold.due
    }

    /// What a trunk refused was not about the numbers: they are held no longer.
    package func release(_ exoneration: Exoneration, over trunk: Int, now: Timestamp) {
        for action in inOrder where !action.holds.isEmpty {
            // In the order of the list, whatever that of the dictionary.
            for index in action.holds.keys.sorted() where index < action.recipients.count {
                guard var hold = action.holds[index],
                    exoneration.covers(action.recipients[index].number.digits),
                    hold.release(trunk, since: exoneration.since, isSilence: exoneration.isSilence)
                else { continue }
                action.holds[index] = hold.isEmpty ? nil : hold
                guard action.recipients[index].state == .waiting(due: hold.due), hold.due > now else { continue }
                action.recipients[index].history.excludedTrunks.removeAll { $0 == trunks.name(of: trunk) }
                setState(.waiting(due: now), of: index, in: action, now: now)
            }
        }
    }

    /// Running actions of a priority, the one whose turn it is first.
    package func running(_ priority: ActionPriority) -> [LiveAction] { runnable[priority.rawValue] }

    package func runningCount(_ priority: ActionPriority) -> Int { runnable[priority.rawValue].count }

    /// How many of a class can be called now.
    package func callsWaiting(_ priority: ActionPriority) -> Int {
        runnable[priority.rawValue].reduce(0) { $0 + $1.callsWaiting }
    }

    /// The running action of this priority whose turn it is.
    package func nextInTurn(_ priority: ActionPriority) -> LiveAction? { runnable[priority.rawValue].first }

    /// It had its turn: after as many calls as its weight the next one has one. So has it when nothing of it can begin,
    /// which costs it none of its calls.
    package func hadTurn(_ action: LiveAction, hasBegun: Bool) {
        if hasBegun {
            action.turns += 1
            guard action.turns >= action.weight else { return }
            action.turns = 0
        }
        let rank = action.priority.rawValue
        guard runnable[rank].count > 1, runnable[rank].first === action else { return }
        runnable[rank].append(runnable[rank].removeFirst())
    }

    /// Somebody of this priority can be called now.
    package func hasCallsWaiting(_ priority: ActionPriority) -> Bool {
        runnable[priority.rawValue].contains { $0.isPromptReady && !$0.calls.isEmpty }
    }

    /// A call of this priority began: less pressing ones that have somebody to call are owed their floor.
    package func callCounted(_ priority: ActionPriority) {
        for lower in priority.rawValue + 1..<runnable.count where !runnable[lower].isEmpty {
            floors.earn(lower, isWaiting: ActionPriority(rawValue: lower).map(hasCallsWaiting) ?? false)
        }
    }

    /// A less pressing class is owed a call, and has had it.
    package func floorPaid(_ priority: ActionPriority) { floors.pay(priority.rawValue) }

    /// The next recipient of a lane who can be called over a trunk now, with the prefix that limits it. Those who have
    /// waited at a gate of this trunk that is open come first; those whom only another trunk's route keeps waiting come
    /// last. Others who meet a closed gate are parked on the way.
    ///
    /// - Parameter isIdle: Nobody else can use the trunk's slot: routes that refuse are tried more often.
    package func nextCallable(
        _ lane: CallLane, over trunk: Int, isIdle: Bool = false, of action: LiveAction, now: Timestamp
    ) -> (index: Int, prefix: Int?)? {
        // A trunk that refuses everybody is tried by who is likeliest to come through.
        let isTrial = trunks.isRefusing(trunk)
        func isOpen(_ gate: CallGate) -> Bool { self.isOpen(gate, over: trunk, isIdle: isIdle, now: now) }
        func isDue(_ gate: CallGate) -> Bool { !isTrial && isKept(gate, over: trunk) && isOpen(gate) }
        while let index = action.calls.popParked(lane, where: isDue) ?? action.calls.popReady(lane, fromEnd: isTrial)
            ?? action.calls.popParked(lane, where: isOpen)
        {
            // Whoever has an outcome by now, or goes by another channel, may stand here still: nothing is asked of them.
            guard isWaiting(index, for: .voice, in: action) else { continue }
            let number = action.recipients[index].number
            let prefix = trunks.prefixes.index(of: number)
            var closed: CallGate?
            if let prefix, !isOpen(.prefix(prefix)) {
                closed = .prefix(prefix)
            } else if let route = trunks.route(of: number, over: trunk), !isOpen(.route(route)) {
                closed = .route(route)
            } else if !isTrial, trunks.isSecondTry(number, over: trunk), !isOpen(.secondTry) {
                closed = .secondTry
            }
            if let closed {
                action.calls.park(index, of: lane, at: closed)
                parkedInTurn += 1
            } else if mayContact(index, of: action, now: now), isAtItsPlace(index, lane, of: action),
                !mustWait(index, of: action, now: now)
            {
                return (index, prefix)
            }
            guard !mustStopParking(now: now) else { return nil }
        }
        return nil
    }

    /// Whether a recipient stands among those of the population; whoever does not by now is put there.
    private func isAtItsPlace(_ index: Int, _ lane: CallLane, of action: LiveAction) -> Bool {
        guard place(of: index, in: action) != lane.population else { return true }
        enqueue(index, of: action)
        return false
    }

    /// Whether a recipient waits for an attempt by this channel.
    package func isWaiting(_ index: Int, for channel: Channel, in action: LiveAction) -> Bool {
        guard case .waiting = action.recipients[index].state else { return false }
        return action.channel(of: action.recipients[index]) == channel
    }

    /// Whether it can be this trunk's gate.
    private func isKept(_ gate: CallGate, over trunk: Int) -> Bool {
        switch gate {
        case .prefix: true
        case .route(let route): trunks.isRefusing(route, over: trunk)
        // They come after everybody else.
        case .secondTry: false
        }
    }

    private func isOpen(_ gate: CallGate, over trunk: Int, isIdle: Bool, now: Timestamp) -> Bool {
        switch gate {
        case .prefix(let prefix):
            switch trunks.prefixes.availability(prefix, now: now) {
            case .ready: return true
            case .paced(let until): agenda.wake(at: until)
            case .full: break
            }
        case .route(let route):
            guard let until = trunks.wait(route: route, over: trunk, isIdle: isIdle, now: now) else { return true }
            agenda.wake(at: until)
        case .secondTry:
            guard let until = trunks.secondTryWait(over: trunk, now: now) else { return true }
            agenda.wake(at: until)
        }
        return false
    }

    /// Not called after all.
    package func putBackCall(_ index: Int, of action: LiveAction) {
        action.calls.putBack(index, of: place(of: index, in: action))
    }

    /// Since when every trunk that is left for these has been down: from now on, when a turn ago one was not.
    package func strandedSince(_ lane: CallLane, in action: LiveAction, now: Timestamp) -> Timestamp {
        if let known = action.stranded[lane], now - known.seen < Self.strandedPause {
            action.stranded[lane]?.seen = now
            return known.since
        }
        action.stranded[lane] = (now, now)
        return now
    }

    /// Nobody looked for so long: it was not down all the time.
    private static let strandedPause = Interval.minutes(2)

    /// No trunk that is left for these is of any use: their round starts afresh, though not before a time that the far
    /// end asked for.
    package func startRoundAfresh(_ lane: CallLane, of action: LiveAction, now: Timestamp) {
        action.stranded[lane] = nil
        for index in action.calls.takeAll(lane) {
            action.recipients[index].history.excludedTrunks = []
            let due = roundOver(index, of: action, due: now)
            if due > now {
                setState(.waiting(due: due), of: index, in: action, now: now)
            } else {
                enqueue(index, of: action)
            }
        }
    }

    /// Other prefixes: whoever waits for one is looked at again.
    package func unpark() {
        for action in actions.values { action.calls.unpark() }
    }

    /// These trunks are others than before: what they said to numbers is void.
    package func trunksRenewed(_ trunks: Set<Int>) {
        guard !trunks.isEmpty else { return }
        for action in inOrder {
            for index in action.holds.keys {
                for trunk in trunks { action.holds[index]?.forget(trunk) }
                if action.holds[index]?.isEmpty == true { action.holds[index] = nil }
            }
        }
    }

    /// Other trunks: whoever must not use some of them is put where these are.
    package func trunksChanged() {
        for action in inOrder {
            action.stranded = [:]
            for index in action.calls.takeBarred() { enqueue(index, of: action) }
        }
    }

    /// How many wait for room at a prefix.
    package func waiting(at prefix: Int) -> Int { actions.values.reduce(0) { $0 + $1.parkedCount(at: prefix) } }

    package func nextText(of action: LiveAction) -> Int? { action.texts.popFirst() }

    /// Not sent after all: in front of all others.
    package func putBackText(_ index: Int, of action: LiveAction) { action.texts.putBack(index) }
}
