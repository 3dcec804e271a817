// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import ActionRoster
import Actions
import Billing
import Configuration
import ControlProtocol
import Dispatch
import GatewayCore
import Platform
import Store

/// What follows from an action: the correction of a wrong text, or the closing message. First the action is stopped, which
/// waits for nothing, not even for a look at the text. Then those whom it reached are read from the ledger and what is
/// under way, and an action of their own is submitted for them, which exists once it is on the disk, as any other. After a
/// crash in between the same is asked for again, and done once.
final class FollowUp: Sendable {
    let tie: ActionTie
    let id: ActionID
    let text: String
    let sms: String?
    /// Kept with the deed: how it ended.
    let note: String
    /// The alert that asks for it; nil: none does.
    let alert: ActionID?
    let requester: Requester
    let context: ControlContext
    let replies: ReplyChannel
    /// What the checks of texts say, for whoever asked.
    private let notes = Locked<[String]>([])
    /// Another one took its place while it was being made: it tells nobody.
    private let isReplaced = Locked(false)

    /// How long calls that were told to end are waited for; they count as they stand then.
    private static let longestCutting = Interval.seconds(2)
    /// Beyond the longest call, for those who may hear it out.
    private static let longestEnding = Interval.seconds(30)
    private static let lookMilliseconds = 50
    private static let pageSize = 1000

    init(
        _ tie: ActionTie, of id: ActionID, text: String, sms: String?, note: String = "", alert: ActionID? = nil,
        by requester: Requester, _ context: ControlContext, _ replies: ReplyChannel
    ) {
        self.tie = tie
        self.id = id
        self.text = text
        self.sms = sms
        self.note = note
        self.alert = alert
        self.requester = requester
        self.context = context
        self.replies = replies
    }

    func start() {
        context.dispatcher.post { [self] dispatcher, now in begin(dispatcher, now) }
    }

    @TurnActor func begin(_ dispatcher: Dispatcher, _ now: Timestamp) {
        let engine = dispatcher.engine
        guard let original = engine.action(named: id.text)?.record, original.phase != .staged else {
            return conclude(.refusal(EngineError.unknownAction(id.text)))
        }
        if let root = root(of: original, engine) { return root.begin(dispatcher, now) }
        if let done = done(original, engine) { return answer(done, dispatcher) }
        do throws(ProtocolError) {
            let definition = original.definition.followed(by: tie, text: text, sms: sms)
            if tie == .closing { try checkClosing(original, definition, engine) }
            switch context.followUps.enter(self, tie, of: id.text, definition) {
            case .behind: return
            case .refused:
                throw ProtocolError(
                    .alreadyClosed, "action \"\(id)\" is being closed with another text at this moment")
            case .made(let replaced, let waiting):
                for one in replaced { one.isReplaced.withLock { $0 = true } }
                for one in waiting { one.conclude(.refusal(Self.replaced)) }
            }
            try stop(engine, definition, now)
            do throws(ProtocolError) {
                try checkTexts(definition, dispatcher.engine.civil(now))
            } catch {
                throw stopped(error)
            }
            let longest =
                tie == .correction
                ? Self.longestCutting : context.configuration.snapshot.call.maximumDuration + Self.longestEnding
            speak(definition, until: now + longest)
        } catch {
            conclude(.refusal(error))
        }
    }

    /// The last reply. Those that waited for this one have their turn.
    func conclude(_ reply: Reply) {
        replies.end(reply)
        leave()
    }

    private func leave() {
        context.dispatcher.post { [self] _, _ in for one in context.followUps.leave(self) { one.start() } }
    }

    private static let replaced = ProtocolError(
        .conflict, "something else is told in its place, which was asked for meanwhile; this text is told to nobody")

    /// What is wrong with a text is said behind that the action is stopped.
    private func stopped(_ error: ProtocolError) -> ProtocolError {
        var error = error
        error.message = "action \"\(id)\" is stopped; nobody is told: \(error.message)"
        return error
    }

    // MARK: - The stop

    /// Whoever listens to a wrong text is cut off; the closing message waits until the action was heard out. Earlier
    /// corrections with another text are over too: nobody is told what holds no more behind what holds.
    @TurnActor private func stop(
        _ engine: Engine, _ definition: ActionDefinition, _ now: Timestamp
    ) throws(ProtocolError) {
        do throws(EngineError) {
            for other in engine.followUps(of: id.text, .correction) {
                guard !other.phase.isFinal, tie == .closing || other.definition != definition else { continue }
                try engine.stop(
                    other.id.text, by: requester, isCorrectedSoon: tie == .correction, now: now)
                if tie == .correction { try engine.hangUp(other.id.text) }
            }
            if engine.action(named: id.text)?.record.phase.isFinal == false {
                try engine.stop(id.text, by: requester, isCorrectedSoon: tie == .correction, now: now)
            }
            if tie == .correction { try engine.hangUp(id.text) }
        } catch {
            throw ProtocolError(error)
        }
    }

    /// What can be wrong with the texts.
    @TurnActor private func checkTexts(_ definition: ActionDefinition, _ civil: Timestamp) throws(ProtocolError) {
        let configuration = context.configuration.snapshot
        try checkSpokenText(text, field: "text")
        if let sms { try checkSpokenText(sms, field: "sms") }
        try definition.checkText(configuration.smscs)
        let gate = TextGate(
            id, of: definition, spoken: definition.usesVoice ? text : nil, sms: definition.text?.text, configuration)
        try gate.check(now: civil, field: "text")
        let warnings = gate.warnings(now: civil)
        notes.withLock { $0 = warnings }
    }

    // MARK: - Whom it reached

    @TurnActor private func speak(_ definition: ActionDefinition, until end: Timestamp) {
        guard definition.usesVoice else { return settle(definition, nil, until: end) }
        context.renderer.render(definition.prompt, language: definition.language) { [self] result in
            switch result {
            case .failure(let error):
                conclude(
                    .refusal(
                        ProtocolError(
                            .speechFailed, "action \"\(id)\" is stopped; the text cannot be spoken: \(error)",
                            field: "text")))
            case .success(let sound):
                context.dispatcher.post { [self] _, _ in settle(definition, sound, until: end) }
            }
        }
    }

    /// Waits for calls that are ending: nobody is to be called while another call of ours is there.
    @TurnActor private func settle(_ definition: ActionDefinition, _ sound: RenderedSound?, until end: Timestamp) {
        guard !isReplaced.snapshot else { return conclude(.refusal(Self.replaced)) }
        let dispatcher = context.dispatcher
        // Whom an SMS still reached is known once the SMSC has said what it deleted.
        if let action = dispatcher.engine.action(named: id.text), dispatcher.clock() < end,
            action.counters.calling > 0 || (tie == .closing && dispatcher.engine.isRecalling(id.text))
        {
            dispatcher.queue.asyncAfter(deadline: .now() + .milliseconds(Self.lookMilliseconds)) { [self] in
                dispatcher.post { [self] _, _ in settle(definition, sound, until: end) }
            }
            return
        }
        dispatcher.whenBooksAreDone { [self] dispatcher, _ in
            // Whom a correction told that replaced the text at the SMSC, the action itself did not reach.
            let corrections = dispatcher.engine.actions.values.map(\.record).filter {
                $0.conduct?.tie == .correction && $0.conduct?.follows == id.text
            }
            let ids = [id.text] + corrections.sorted { $0.key < $1.key }.map(\.id.text)
            read(ReachedPeople(tie), of: ids[...], after: 0, definition, sound, dispatcher)
        }
    }

    /// A page of the ledger in each turn.
    @TurnActor private func read(
        _ known: ReachedPeople, of ids: ArraySlice<String>, after sequence: Int64, _ definition: ActionDefinition,
        _ sound: RenderedSound?,
        _ dispatcher: Dispatcher
    ) {
        var reached = known
        guard let action = ids.first else {
            return readWishes(reached, after: RecipientID(0), definition, sound, dispatcher)
        }
        do {
            let rows = try context.store.callDetailRecords(
                matching: CDRFilter(action: action), after: sequence, limit: Self.pageSize)
            for row in rows { reached.add(row) }
            if let last = rows.last, rows.count == Self.pageSize {
                return dispatcher.post { [self, reached] dispatcher, _ in
                    read(reached, of: ids, after: last.sequence, definition, sound, dispatcher)
                }
            }
        } catch {
            return conclude(.refusal(journal: error))
        }
        for contact in dispatcher.engine.contacts(of: action) { reached.add(contact) }
        read(reached, of: ids.dropFirst(), after: 0, definition, sound, dispatcher)
    }

    /// What the submission said that each of them wishes holds for what follows as well. A page of recipients in each turn.
    @TurnActor private func readWishes(
        _ known: ReachedPeople, after last: RecipientID, _ definition: ActionDefinition, _ sound: RenderedSound?,
        _ dispatcher: Dispatcher
    ) {
        var reached = known
        guard let key = dispatcher.engine.action(named: id.text)?.key else {
            return conclude(.refusal(EngineError.unknownAction(id.text)))
        }
        do {
            let page = try context.store.recipients(ofAction: key, after: last, limit: Self.pageSize)
            for recipient in page { reached.addWishes(of: recipient) }
            if let last = page.last, page.count == Self.pageSize {
                return dispatcher.post { [self, reached] dispatcher, _ in
                    readWishes(reached, after: last.id, definition, sound, dispatcher)
                }
            }
        } catch {
            return conclude(.refusal(journal: error))
        }
        submit(reached.inOrder, definition, sound, dispatcher)
    }

    // MARK: - The action for them

    @TurnActor private func submit(
        _ people: [StagedRecipient], _ definition: ActionDefinition, _ sound: RenderedSound?, _ dispatcher: Dispatcher
    ) {
        guard !isReplaced.snapshot else { return conclude(.refusal(Self.replaced)) }
        guard !people.isEmpty else { return noteAlone(dispatcher) }
        let other: ActionID
        do {
            other = try followUpID(definition, dispatcher.engine)
        } catch {
            return conclude(.refusal(ProtocolError(.conflict, "\(error)")))
        }
        let staged = StagedAction(other, dispatcher)
        staged.open(definition)
        add(people[...], to: staged) { [self] in accept(staged, other, people, definition, sound) }
    }

    private func add(
        _ people: ArraySlice<StagedRecipient>, to staged: StagedAction, then: @escaping @Sendable () -> Void
    ) {
        guard !people.isEmpty else { return then() }
        let rest = people.dropFirst(Self.pageSize)
        staged.add(Array(people.prefix(Self.pageSize))) { [self] in add(rest, to: staged, then: then) }
    }

    private func accept(
        _ staged: StagedAction, _ other: ActionID, _ people: [StagedRecipient], _ definition: ActionDefinition,
        _ sound: RenderedSound?
    ) {
        let link = StagedAction.Link(
            original: id.text, tie: tie, deed: deed, note: note, by: requester, alert: alert?.text)
        staged.accept(
            contentHash: definition.followUpHash(tie, of: id.text), sound: sound, by: requester, approval: nil,
            link: link, prompts: context.prompts, isWanted: { [isReplaced] in !isReplaced.snapshot }
        ) { _, _ in
        } completion: { [self] verdict in
            switch verdict {
            case .accepted(let record, let again, _):
                let calls = people.count { $0.channel == .voice }
                conclude(
                    .final(
                        Replies.followed,
                        FollowUpReport(
                            of: id.text, action: other.text, recipients: again ? record.recipientCount : people.count,
                            calls: calls, messages: people.count - calls, alreadyAccepted: again,
                            notes: notes.snapshot)))
            case .refused(let error): conclude(.refusal(stopped(error)))
            case .gone where isReplaced.snapshot: conclude(.refusal(Self.replaced))
            case .gone: conclude(.refusal(stopped(ProtocolError(.journalFailed, "nothing was accepted; ask again"))))
            }
        }
    }

    /// Nobody was reached: there is nobody to tell.
    @TurnActor private func noteAlone(_ dispatcher: Dispatcher) {
        replies.end(
            changingInTurnOf: dispatcher,
            undo: { [self] dispatcher, _ in dispatcher.engine.withdrawDeed(deed, of: id.text) }
        ) { [self] dispatcher, now in
            let known = dispatcher.engine.action(named: id.text)?.record.conduct?.last(deed)
            // Another alert is another name under which the action is known.
            let isKnown = known != nil && (alert == nil || known?.alert == alert?.text)
            if !isKnown {
                dispatcher.engine.note(deed, by: requester, note: note, alert: alert?.text, of: id.text, now: now)
            }
            return [.final(Replies.followed, FollowUpReport(of: id.text, alreadyAccepted: isKnown))]
        }
        // Behind the change, in the same turn or a later one.
        leave()
    }

    /// `2026-0042.correction`, with a number when there was one before. It is the newest once more when that says the same
    /// and nobody ended it: what another text took the place of is no answer to who asks for it again.
    @TurnActor private func followUpID(_ definition: ActionDefinition, _ engine: Engine) throws -> ActionID {
        if let newest = engine.followUps(of: id.text, tie).last, newest.definition == definition, !newest.isCutShort {
            return newest.id
        }
        var number = 1
        while true {
            let ending = "." + tie.word + (number > 1 ? "-\(number)" : "")
            let candidate = try ActionID(String(id.text.prefix(64 - ending.utf8.count)) + ending)
            guard engine.action(named: candidate.text) != nil else { return candidate }
            number += 1
        }
    }
}
