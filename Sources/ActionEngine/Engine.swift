// SPDX-License-Identifier: GPL-3.0-or-later
import ActionRoster
import Actions
import Billing
import Budgeting
import Calling
import Forecasting
import GatewayCore
import Pacing
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
        trunkBoard = TrunkBoard(outbox: outbox)
        roster = Roster(
            outbox: outbox, agenda: agenda, trunks: trunkBoard, instanceKey: instanceKey,
            likelihood: { [answers] in answers.likelihood(after: $0) })
        budget = BudgetGate(configuration, outbox: outbox, agenda: agenda, roster: roster)
        calls = CallDesk(
            configuration, outbox: outbox, agenda: agenda, trunks: trunkBoard, roster: roster, budget: budget,
            answers: answers, instanceKey: instanceKey)
        texts = TextDesk(
            configuration, outbox: outbox, agenda: agenda, roster: roster, budget: budget, answers: answers,
            pseudonyms: pseudonyms)
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
        roster.beginTurn()
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
        case .actionExpires(let key):
            switch roster.expiryDue(key, now: now) {
            case .expired(let action): close(action)
            case .held(let action): texts.takeBackPrepared(of: action, now: now)
            case nil: break
            }
        case .stepExpires(let key, let index, let step):
            if let message = roster.stepExpired(key, index, step, now: now) { texts.goOnBeside(message, now: now) }
        case .channelBlocked(let key, let channel):
            roster.channelBlocked(key, channel, now: now) { isBlocked($0, now: now) }
        case .hangUp(let id): calls.hangUpDue(id, at: time)
        case .doubtResolved(let id): calls.doubtExpired(id, now: now)
        case .drainEnds: calls.drainEnds()
        case .segmentDue(let token): texts.segmentDue(token, now: now)
        case .messageExpires(let id): texts.messageExpired(id, at: time, now: now)
        case .evacuation(let smsc): texts.evacuationDue(smsc, now: now)
        case .partsExpire(let smsc): texts.partsExpired(smsc, now: now)
        case .earlyReceipt(let smsc): texts.earlyReceiptDue(smsc)
        }
    }

    private func isBlocked(_ channel: Channel, now: Timestamp) -> Bool {
        switch channel {
        case .sms: texts.isDead
        case .voice: trunkBoard.isDead
        }
    }

    /// Of an action that was cancelled, or whose time is over: what has not left is taken back.
    private func close(_ action: LiveAction) {
        texts.dropPrepared(of: action)
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
    package func commitStaged(
        _ key: Int64, contentHash: String, promptHash: String, promptMilliseconds: Int, now: Timestamp
    ) {
        if let action = roster.action(key), action.record.phase == .staged, action.record.definition.text != nil {
            texts.expect(action.recipients.count)
        }
        roster.commitStaged(
            key, contentHash: contentHash, promptHash: promptHash, promptMilliseconds: promptMilliseconds, now: now)
    }

    /// The disk did not take the commit, and nothing of the action has begun: it never existed.
    package func withdraw(_ key: Int64) { roster.withdraw(key) }

    /// The client left or gave up before the commit.
    package func discardStaged(_ key: Int64) { roster.discardStaged(key) }

    package func pause(_ id: String, now: Timestamp) throws(EngineError) {
        if let action = try roster.pause(id, now: now) { texts.takeBackPrepared(of: action, now: now) }
    }

    package func resume(_ id: String, now: Timestamp) throws(EngineError) { try roster.resume(id, now: now) }

    /// Stops an action: no new calls from this turn on, and calls under way are ended at once, or only
    /// those not answered yet when `finishCalls`.
    package func cancel(_ id: String, finishCalls: Bool, now: Timestamp) throws(EngineError) {
        guard let action = try roster.cancel(id, now: now) else { return }
        close(action)
        calls.hangUp(action, unansweredOnly: finishCalls)
    }

    /// Calls those again whose message a crash or a stop cut off.
    ///
    /// - Parameter stored: The action's recipients from the journal when they are no longer in memory.
    /// - Returns: How many.
    package func retryInterrupted(
        _ id: String, stored: [RecipientRecord], now: Timestamp
    ) throws(EngineError) -> Roster.Retried {
        try roster.retryInterrupted(id, stored: stored, now: now) { positions in
            if let action = roster.action(named: id) { texts.relocate(positions, in: action) }
        }
    }

    /// The disk did not take it: as if it had not been asked for. In the same turn.
    package func undo(_ retried: Roster.Retried, now: Timestamp) { roster.undo(retried, now: now) }

    /// The sound of these actions is loaded (after a restart).
    package func promptReady(hash: String) { roster.promptReady(hash: hash) }

    /// Sounds that an action still needs.
    package var neededPrompts: Set<String> { roster.neededPrompts }

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

    /// The number is purged from the journal.
    package func numberForgotten(_ number: PhoneNumber) {
        texts.inbound.numberForgotten(number)
        roster.numberForgotten(number)
    }

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
