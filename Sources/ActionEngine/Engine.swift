// SPDX-License-Identifier: GPL-3.0-or-later
import ActionRoster
import Actions
import Billing
import Budgeting
import Calling
import Forecasting
import GatewayCore
import Pacing
import Participants
import SMPP
import Texting
import Trunks

/// The pure core: takes events and the time, says what to journal and then to do.
///
/// A turn calls event methods, then ``advance(now:mayStartCalls:)``, then ``takeOutput(all:)``; it writes the records
/// in one transaction and performs the effects after it. Nothing here reads a clock or touches the
/// world, so an action over hours is tested in milliseconds. Not thread-safe; one owner.
///
/// This is the door: each event goes to the room that it concerns, and what concerns several is put in order here.
/// docs/architecture.md draws the rooms.
package final class Engine {
    package private(set) var configuration: EngineConfiguration
    package let pseudonyms: NumberPseudonyms
    /// What participants wish. Whoever changes it journals what it says, see ``changeRegister(now:_:)``.
    package let register: ParticipantRegister
    let outbox = Outbox()
    let agenda = Agenda()
    let trunkBoard: TrunkBoard
    let roster: Roster
    let budget: BudgetGate
    let answers = AnswerLog()
    let calls: CallDesk
    let texts: TextDesk

    /// - Parameter instanceKey: Keys the Call-IDs and pseudonyms of this installation.
    package init(configuration: EngineConfiguration, instanceKey: [UInt8]) {
        self.configuration = configuration
        pseudonyms = NumberPseudonyms(instanceKey: instanceKey)
        register = ParticipantRegister(pseudonyms: pseudonyms)
        trunkBoard = TrunkBoard(outbox: outbox)
        roster = Roster(
            outbox: outbox, agenda: agenda, trunks: trunkBoard, register: register, instanceKey: instanceKey,
            likelihood: { [answers] in answers.likelihood(after: $0) })
        budget = BudgetGate(configuration, outbox: outbox, agenda: agenda, roster: roster)
        calls = CallDesk(
            configuration, outbox: outbox, agenda: agenda, trunks: trunkBoard, roster: roster, budget: budget,
            answers: answers, instanceKey: instanceKey)
        texts = TextDesk(
            configuration, outbox: outbox, agenda: agenda, roster: roster, budget: budget, answers: answers,
            register: register)
        _ = trunkBoard.configure(configuration)
        roster.configure(configuration)
        answers.configure(configuration)
    }

    /// Another configuration, e.g. after SIGHUP. Calls under way keep what they were placed with.
    package func configure(_ new: EngineConfiguration) {
        configuration = new
        let change = trunkBoard.configure(new)
        roster.trunksRenewed(trunkBoard.takeRenewed())
        if change.contains(.trunks) {
            roster.trunksChanged()
        } else if change.contains(.prefixes) {
            roster.unpark()
        }
        roster.configure(new)
        answers.configure(new)
        calls.configure(new)
        texts.configure(new)
        budget.configure(new)
    }

    // MARK: - The turn

    /// Runs everything that is due, places the calls that trunks allow.
    ///
    /// - Parameter mayStartCalls: False while the journal cannot be written.
    package func advance(now: Timestamp, mayStartCalls: Bool = true) {
        while let (deadline, time) = agenda.popDue(now: now) { handle(deadline, at: time, now: now) }
        agenda.forgetWake()
        roster.beginTurn(now: now) { isBlocked($0, now: now) }
        budget.beginTurn()
        budget.applyChanges {
            calls.reserveAll(now: now)
            texts.reserveAll(now: now)
        }
        budget.admitWaiters(now: now)
        if !isDraining, mayStartCalls {
            texts.sendMessages(now: now)
            calls.startCalls(now: now)
            roster.watchChannels(now: now) { isBlocked($0, now: now) }
        }
        trunkBoard.report(now: now)
        for key in roster.takeForgotten() { texts.forget(action: key) }
    }

    /// When ``advance(now:mayStartCalls:)`` must be called next without any event; nil: not by time.
    package func nextDeadline(now: Timestamp) -> Timestamp? {
        if budget.mustAdmitSoon { return now }
        return [agenda.next, trunkBoard.nextDeadline(now: now)].compactMap { $0 }.min()
    }

    /// What this turn has to write and do; empties it.
    ///
    /// - Parameter all: With what could wait until there is time.
    package func takeOutput(all: Bool = true) -> EngineOutput {
        let count = all ? .max : texts.overdueCount
        if count > 0 { outbox.journal(texts.takeDeferred(count)) }
        return outbox.take()
    }

    /// There is something to write, do or say.
    package var hasOutput: Bool { !outbox.isEmpty }

    private func handle(_ deadline: Deadline, at time: Timestamp, now: Timestamp) {
        switch deadline {
        case .recipientDue(let key, let index): roster.recipientDue(key, index, at: time)
        case .actionStarts(let key): roster.startDue(key, now: now)
        case .approvalLapses(let key):
            if let action = roster.approvalLapsed(key, now: now) { close(action, now: now) }
        case .actionExpires(let key):
            switch roster.expiryDue(key, now: now) {
            case .expired(let action): close(action, now: now)
            case .held(let action): texts.takeBackPrepared(of: action, now: now)
            case nil: break
            }
        case .stepExpires(let key, let index, let step):
            if let message = roster.stepExpired(key, index, step, now: now) { texts.goOnBeside(message, now: now) }
        case .channelBlocked(let key, let channel):
            roster.channelBlocked(key, channel, now: now) { isBlocked($0, now: now) }
        case .numberFree(let number): roster.numberFree(number, now: now)
        case .hangUp(let id): calls.hangUpDue(id, at: time)
        case .doubtResolved(let id): calls.doubtExpired(id, now: now)
        case .drainEnds: calls.drainEnds()
        case .segmentDue(let token): texts.segmentDue(token, now: now)
        case .messageExpires(let id): texts.messageExpired(id, at: time, now: now)
        case .evacuation(let smsc): texts.evacuationDue(smsc, now: now)
        case .partsExpire(let smsc): texts.partsExpired(smsc, now: now)
        case .earlyReceipt(let smsc): texts.earlyReceiptDue(smsc)
        case .recallDue(let key): texts.recallDue(key, now: now)
        }
    }

    private func isBlocked(_ channel: Channel, now: Timestamp) -> Bool {
        switch channel {
        case .sms: texts.isDead
        case .voice: trunkBoard.isDead
        }
    }

    /// Of an action that was cancelled, or whose time is over: what has not left is taken back.
    func close(_ action: LiveAction, now: Timestamp) {
        texts.dropPrepared(of: action, now: now)
        roster.closeIfDone(action)
    }
}

// MARK: - What operators, dispatch software and the process itself ask for

extension Engine {
    /// Begins a submission; nothing exists for anybody until ``commitStaged``.
    ///
    /// - Returns: The action's key.
    /// - Throws: ``EngineError/shuttingDown``, ``EngineError/beingSubmitted(_:)``.
    package func stage(_ id: ActionID, _ definition: ActionDefinition, now: Timestamp) throws(EngineError) -> Int64 {
        try roster.stage(id, definition, now: now)
    }

    /// More recipients of a staged action, in the order in which they are to be called.
    package func stageRecipients(_ people: [StagedRecipient], of key: Int64, now: Timestamp) {
        roster.stageRecipients(people, of: key, now: now)
    }

    /// The submission is complete and its sound rendered: the action begins to exist.
    ///
    /// - Parameters: As of ``Roster/commitStaged``.
    package func commitStaged(
        _ key: Int64, contentHash: String, promptHash: String, promptMilliseconds: Int,
        by requester: Requester? = nil, follows: (action: String, tie: ActionTie)? = nil, approval: Interval? = nil,
        now: Timestamp
    ) {
        if let action = roster.action(key), action.record.phase == .staged, action.record.definition.text != nil {
            texts.expect(action.recipients.count)
        }
        roster.commitStaged(
            key, contentHash: contentHash, promptHash: promptHash, promptMilliseconds: promptMilliseconds,
            by: requester, follows: follows, approval: approval, now: now)
        if follows?.tie == .correction { texts.correctionBegan(key, now: now) }
    }

    /// The disk did not take the commit, and nothing of the action has begun: it never existed.
    package func withdraw(_ key: Int64) { roster.withdraw(key) }

    /// The client left or gave up before the commit.
    package func discardStaged(_ key: Int64) { roster.discardStaged(key) }

    package func pause(_ id: String, by requester: Requester? = nil, now: Timestamp) throws(EngineError) {
        if let action = try roster.pause(id, by: requester, now: now) { texts.takeBackPrepared(of: action, now: now) }
    }

    package func resume(_ id: String, by requester: Requester? = nil, now: Timestamp) throws(EngineError) {
        try roster.resume(id, by: requester, now: now)
    }

    /// Stops an action: no new calls from this turn on, and calls under way are ended at once, or only
    /// those not answered yet when `finishCalls`.
    package func cancel(
        _ id: String, finishCalls: Bool, by requester: Requester? = nil, now: Timestamp
    ) throws(EngineError) {
        guard let action = try roster.cancel(id, by: requester, now: now) else { return }
        close(action, now: now)
        calls.hangUp(action, unansweredOnly: finishCalls)
    }

    /// Stops an action: no new calls from this turn on, calls that were not answered end, in the others the message is
    /// played to its end and not again, SMS that have not left are taken back, and those that an SMSC has are deleted there.
    ///
    /// - Parameters:
    ///   - deed: What its end is called.
    ///   - isCorrectedSoon: A correction follows, which may replace what an SMSC has.
    /// - Returns: False: it was over before.
    @discardableResult
    package func stop(
        _ id: String, by requester: Requester?, as deed: Deed = .stopped, isCorrectedSoon: Bool = false, now: Timestamp
    ) throws(EngineError) -> Bool {
        let wasOver = try roster.existing(id).record.phase.isFinal
        guard let action = try roster.cancel(id, by: requester, as: deed, now: now) else { return false }
        close(action, now: now)
        texts.recall(action, isCorrectedSoon: isCorrectedSoon, now: now)
        calls.stop(action)
        return !wasOver
    }

    /// Ends all calls of an action that is over.
    package func hangUp(_ id: String) throws(EngineError) {
        calls.hangUp(try roster.existing(id), unansweredOnly: false)
    }

    /// Whom attempts that are not over have reached, or may have.
    package func contacts(of id: String) -> [RecipientContact] {
        guard let action = roster.action(named: id) else { return [] }
        return calls.contacts(of: action) + texts.contacts(of: action)
    }

    /// Notes a deed that changes nothing else.
    package func note(
        _ deed: Deed, by requester: Requester, note: String = "", followedBy other: String? = nil,
        alert: String? = nil, of id: String, now: Timestamp
    ) {
        guard let action = roster.action(named: id) else { return }
        roster.noteAlone(
            deed, by: requester, note: note, followedBy: other, alert: alert, in: action, now: now)
    }

    /// Says something to whoever still listens to a stopped action, see ``CallDesk/say(_:to:isSwitch:now:)``.
    package func say(_ sound: String, to id: String, isSwitch: Bool, now: Timestamp) -> Int {
        roster.action(named: id).map { calls.say(sound, to: $0, isSwitch: isSwitch, now: now) } ?? 0
    }

    /// A second officer lets an action go, see ``Roster/approve(_:by:now:)``.
    @discardableResult
    package func approve(_ id: String, by requester: Requester, now: Timestamp) throws(EngineError) -> Bool {
        try roster.approve(id, by: requester, now: now)
    }

    /// The disk did not take an approval.
    package func approvalUndone(_ id: String, now: Timestamp) { roster.approvalUndone(id, now: now) }

    /// The disk did not take the newest deed, which is being undone.
    package func withdrawDeed(_ deed: Deed, of id: String) { roster.withdrawDeed(deed, of: id) }

    /// Calls those again whose message a crash or a stop cut off.
    ///
    /// - Parameter stored: The action's recipients from the journal when they are no longer in memory.
    /// - Returns: How many.
    package func retryInterrupted(
        _ id: String, stored: [RecipientRecord], by requester: Requester? = nil, now: Timestamp
    ) throws(EngineError) -> Roster.Retried {
        try roster.retryInterrupted(id, stored: stored, by: requester, now: now) { positions in
            if let action = roster.action(named: id) { texts.relocate(positions, in: action) }
        }
    }

    /// The disk did not take it: as if it had not been asked for. In the same turn.
    package func undo(_ retried: Roster.Retried, now: Timestamp) { roster.undo(retried, now: now) }

    /// The sound of these actions is loaded (after a restart).
    package func promptReady(hash: String) { roster.promptReady(hash: hash) }

    /// Sounds that an action still needs.
    package var neededPrompts: Set<String> { roster.neededPrompts.union(calls.afterwords) }

    /// All other sounds were unloaded: an action that is taken up again waits for its own.
    package func promptsUnloaded(except kept: Set<String>) { roster.promptsUnloaded(except: kept) }

    /// Drops what was learned of a trunk.
    package func forgetTrunk(_ name: String) throws(EngineError) { try trunkBoard.forget(name) }

    package func setTrunk(_ name: String, enabled: Bool) throws(EngineError) {
        try trunkBoard.setEnabled(name, enabled)
    }

    package func setSMSC(_ name: String, enabled: Bool, now: Timestamp) throws(EngineError) {
        try texts.setEnabled(name, enabled, now: now)
    }

    // MARK: - Forgetting

    /// An open action that alerts this number, which can therefore not be forgotten yet.
    package func openAction(alerting number: PhoneNumber) -> String? { roster.openAction(alerting: number) }

    /// The number is purged from the journal, the register's tables too. `keepsNumber`: what was opted out of stays by
    /// the number, not by its pseudonym.
    package func numberForgotten(_ number: PhoneNumber, keepsNumber: Bool = false) {
        _ = register.forget(number, keepsNumber: keepsNumber)
        roster.numberForgotten(number)
    }

    // MARK: - The register of participants

    /// Changes the register; what `body` returns is journalled with this turn.
    package func changeRegister(now: Timestamp, _ body: (ParticipantRegister) -> RegisterChange) {
        let change = body(register)
        guard !change.changes.isEmpty || !change.events.isEmpty else { return }
        outbox.journal(.registerChanged(change))
        let changed = change.changes.compactMap { if case .stored(let person) = $0 { person.number } else { nil } }
        roster.askRulesAnew(of: changed, now: now)
    }

    /// Somebody was asked about, which is remembered.
    package func registerAsked(_ question: RegisterQuestion) { outbox.journal(.registerAsked(question)) }

    /// The numbers of an action are purged from the journal, which has its recipients from now on.
    package func numbersPurged(ofAction key: Int64) { roster.numbersPurged(ofAction: key) }

    // MARK: - Shutdown

    package var isDraining: Bool { roster.isDraining }

    /// SIGTERM was given and no call is left.
    package var isDrained: Bool { isDraining && activeCalls == 0 }

    /// No new calls; unanswered ones end now, prompts under way may finish within the drain timeout.
    package func drain(now: Timestamp) {
        guard !isDraining else { return }
        roster.drain()
        calls.drain()
        // What has not left is not in doubt, whatever becomes of this machine.
        for action in roster.actions.values where !action.record.phase.isFinal {
            texts.takeBackPrepared(of: action, now: now)
        }
        agenda.set(.drainEnds, at: now + configuration.drainTimeout)
    }

    /// Ends the journal of every call at once, before the process ends: each gets its CDR.
    package func terminate(now: Timestamp) {
        roster.drain()
        calls.terminate(now: now)
    }
}
