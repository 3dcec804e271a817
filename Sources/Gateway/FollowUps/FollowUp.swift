// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import ActionRoster
import Actions
import Billing
import Configuration
import ControlProtocol
import Dispatch
import Foundation
import GatewayCore
import Platform
import Store

/// What follows from an action: the correction of a wrong text, or the closing message. First the action is stopped, which
/// waits for nothing. Then those whom it reached are read from the ledger and what is under way, and an action of their
/// own is submitted for them, which exists once it is on the disk, as any other. After a crash in between the same is
/// asked for again, and done once.
final class FollowUp: Sendable {
    private let tie: ActionTie
    private let id: ActionID
    private let text: String
    private let sms: String?
    /// Kept with the deed: how it ended.
    private let note: String
    private let requester: Requester
    private let context: ControlContext
    private let replies: ReplyChannel
    /// What the checks of texts say, for whoever asked.
    private let notes = Locked<[String]>([])

    /// How long calls that were told to end are waited for; they count as they stand then.
    private static let longestCutting = Interval.seconds(2)
    /// Beyond the longest call, for those who may hear it out.
    private static let longestEnding = Interval.seconds(30)
    private static let lookMilliseconds = 50
    private static let pageSize = 1000

    init(
        _ tie: ActionTie, of id: ActionID, text: String, sms: String?, note: String = "", by requester: Requester,
        _ context: ControlContext, _ replies: ReplyChannel
    ) {
        self.tie = tie
        self.id = id
        self.text = text
        self.sms = sms
        self.note = note
        self.requester = requester
        self.context = context
        self.replies = replies
    }

    func start() {
        let configuration = context.configuration.snapshot
        context.dispatcher.post { [self] dispatcher, now in
            do throws(ProtocolError) {
                let definition = try definition(dispatcher.engine, configuration)
                let gate = TextGate(
                    id, of: definition, spoken: definition.usesVoice ? text : nil, sms: definition.text?.text,
                    configuration)
                let civil = dispatcher.engine.civil(now)
                try gate.check(now: civil, field: "text")
                let warnings = gate.warnings(now: civil)
                notes.withLock { $0 = warnings }
                try stop(dispatcher.engine, definition, now)
                let longest =
                    tie == .correction
                    ? Self.longestCutting : configuration.call.maximumDuration + Self.longestEnding
                speak(definition, until: now + longest)
            } catch {
                replies.refuse(error)
            }
        }
    }

    // MARK: - The stop

    /// What those who were reached are told.
    @TurnActor private func definition(
        _ engine: Engine, _ configuration: GatewayConfiguration
    ) throws(ProtocolError) -> ActionDefinition {
        guard let original = engine.action(named: id.text), original.record.phase != .staged else {
            throw ProtocolError(EngineError.unknownAction(id.text))
        }
        let definition = original.record.definition.followed(by: tie, text: text, sms: sms)
        try definition.checkText(configuration)
        guard tie == .closing, let conduct = original.record.conduct else { return definition }
        if conduct.tie != nil {
            throw ProtocolError(
                .wrongPhase, "action \"\(id)\" follows from \"\(conduct.follows ?? "")\", which is closed instead of it"
            )
        }
        if let closed = conduct.last(.closed) {
            let known = closed.action.flatMap { engine.action(named: $0) }?.record.definition
            guard known == definition else {
                throw ProtocolError(
                    .alreadyClosed,
                    "action \"\(id)\" was closed \(closed.at) by \(closed.by.text)"
                        + (closed.action.map { ", with action \"\($0)\"" } ?? ", and nobody was reached"))
            }
        }
        return definition
    }

    /// Whoever listens to a wrong text is cut off; the closing message waits until the action was heard out. Earlier
    /// corrections with another text are over too: nobody is told what holds no more behind what holds.
    @TurnActor private func stop(
        _ engine: Engine, _ definition: ActionDefinition, _ now: Timestamp
    ) throws(ProtocolError) {
        do throws(EngineError) {
            for other in engine.actions.values.map(\.record) where other.isCorrection(of: id.text) {
                guard !other.phase.isFinal, tie == .closing || other.definition != definition else { continue }
                try engine.stop(other.id.text, by: requester, now: now)
                if tie == .correction { try engine.hangUp(other.id.text) }
            }
            if engine.action(named: id.text)?.record.phase.isFinal == false {
                try engine.stop(id.text, by: requester, now: now)
            }
            if tie == .correction { try engine.hangUp(id.text) }
        } catch {
            throw ProtocolError(error)
        }
    }

    // MARK: - Whom it reached

    @TurnActor private func speak(_ definition: ActionDefinition, until end: Timestamp) {
        guard definition.usesVoice else { return settle(definition, nil, until: end) }
        context.renderer.render(definition.prompt, language: definition.language) { [self] result in
            switch result {
            case .failure(let error):
                replies.refuse(
                    ProtocolError(
                        .speechFailed, "action \"\(id)\" is stopped; the text cannot be spoken: \(error)", field: "text"
                    ))
            case .success(let sound):
                context.dispatcher.post { [self] _, _ in settle(definition, sound, until: end) }
            }
        }
    }

    /// Waits for calls that are ending: nobody is to be called while another call of ours is there.
    @TurnActor private func settle(_ definition: ActionDefinition, _ sound: RenderedSound?, until end: Timestamp) {
        let dispatcher = context.dispatcher
        if let action = dispatcher.engine.action(named: id.text), action.counters.calling > 0, dispatcher.clock() < end
        {
            dispatcher.queue.asyncAfter(deadline: .now() + .milliseconds(Self.lookMilliseconds)) { [self] in
                dispatcher.post { [self] _, _ in settle(definition, sound, until: end) }
            }
            return
        }
        dispatcher.whenBooksAreDone { [self] dispatcher, _ in
            read(ReachedPeople(tie), after: 0, definition, sound, dispatcher)
        }
    }

    /// A page of the ledger in each turn.
    @TurnActor private func read(
        _ known: ReachedPeople, after sequence: Int64, _ definition: ActionDefinition, _ sound: RenderedSound?,
        _ dispatcher: Dispatcher
    ) {
        var reached = known
        do {
            let rows = try context.store.callDetailRecords(
                matching: CDRFilter(action: id.text), after: sequence, limit: Self.pageSize)
            for row in rows { reached.add(row) }
            if let last = rows.last, rows.count == Self.pageSize {
                return dispatcher.post { [self, reached] dispatcher, _ in
                    read(reached, after: last.sequence, definition, sound, dispatcher)
                }
            }
        } catch {
            return replies.refuse(journal: error)
        }
        for contact in dispatcher.engine.contacts(of: id.text) { reached.add(contact) }
        let now = dispatcher.clock()
        let people = reached.inOrder.filter { !dispatcher.engine.wasForgotten($0.number, now: now) }
        submit(people, definition, sound, dispatcher)
    }

    // MARK: - The action for them

    @TurnActor private func submit(
        _ people: [StagedRecipient], _ definition: ActionDefinition, _ sound: RenderedSound?, _ dispatcher: Dispatcher
    ) {
        guard !people.isEmpty else { return noteAlone(dispatcher) }
        let other: ActionID
        do {
            other = try followUpID(definition, dispatcher.engine)
        } catch {
            return replies.refuse(ProtocolError(.conflict, "\(error)"))
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
        let deed: Deed = tie == .correction ? .corrected : .closed
        let link = StagedAction.Link(original: id.text, tie: tie, deed: deed, note: note, by: requester)
        staged.accept(
            contentHash: definition.followUpHash(tie, of: id.text), sound: sound, by: requester, approval: nil,
            link: link, prompts: context.prompts, isWanted: { true }
        ) { _, _ in
        } completion: { [self] verdict in
            switch verdict {
            case .accepted(let record, let again, _):
                let calls = people.count { $0.channel == .voice }
                replies.end(
                    .final(
                        Replies.followed,
                        FollowUpReport(
                            of: id.text, action: other.text, recipients: again ? record.recipientCount : people.count,
                            calls: calls, messages: people.count - calls, alreadyAccepted: again,
                            notes: notes.snapshot)))
            case .refused(let error): replies.refuse(error)
            case .gone: replies.refuse(ProtocolError(.journalFailed, "nothing was accepted; ask again"))
            }
        }
    }

    /// Nobody was reached: there is nobody to tell.
    @TurnActor private func noteAlone(_ dispatcher: Dispatcher) {
        let deed: Deed = tie == .correction ? .corrected : .closed
        replies.end(
            changingInTurnOf: dispatcher,
            undo: { [self] dispatcher, _ in dispatcher.engine.withdrawDeed(deed, of: id.text) }
        ) { [self] dispatcher, now in
            let known = dispatcher.engine.action(named: id.text)?.record.conduct?.last(deed) != nil
            if !known { dispatcher.engine.note(deed, by: requester, note: note, of: id.text, now: now) }
            return [.final(Replies.followed, FollowUpReport(of: id.text, alreadyAccepted: known))]
        }
    }

    /// `2026-0042.correction`; with a number when there is one of another text already.
    @TurnActor private func followUpID(_ definition: ActionDefinition, _ engine: Engine) throws -> ActionID {
        var number = 1
        while true {
            let ending = "." + tie.word + (number > 1 ? "-\(number)" : "")
            let candidate = try ActionID(String(id.text.prefix(64 - ending.utf8.count)) + ending)
            guard let known = engine.action(named: candidate.text) else { return candidate }
            let isOurs = known.record.conduct?.follows == id.text && known.record.conduct?.tie == tie
            if isOurs, known.record.definition == definition { return candidate }
            number += 1
        }
    }
}

extension ActionRecord {
    fileprivate func isCorrection(of original: String) -> Bool {
        conduct?.tie == .correction && conduct?.follows == original
    }
}

extension ActionDefinition {
    /// What those are told whom this action reached: by the channels that it had, in its language, from its number.
    fileprivate func followed(by tie: ActionTie, text: String, sms: String?) -> ActionDefinition {
        var next = ActionDefinition(
            priority: tie == .correction ? priority : .closing, language: language,
            prompt: usesVoice ? [.text(text)] : [], callerNumber: callerNumber, callerName: callerName,
            account: account, title: title, channels: channels, populations: populations)
        if let known = self.text {
            next.text = TextMessage(
                text: sms ?? text, sender: known.sender, wantsReceipts: known.wantsReceipts,
                mayTransliterate: known.mayTransliterate)
        }
        // Whoever was called past their wishes is told past them that it was wrong.
        if tie == .correction { next.override = override }
        // By the channel that reached them, and no other.
        next.cascade = Cascade(outcomes: [])
        return next
    }

    /// Whom it goes to follows from the action that it follows, so the same again is the same whatever came in between.
    fileprivate func followUpHash(_ tie: ActionTie, of id: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var hasher = SHA256()
        hasher.update("\(tie.word) \(id)\n")
        // It holds strings, numbers and dates only, which cannot fail to encode.
        hasher.update((try? encoder.encode(self)) ?? Data())
        return hexadecimal(hasher.finalize())
    }
}
