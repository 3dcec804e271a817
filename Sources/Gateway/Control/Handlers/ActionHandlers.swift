// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import ActionRoster
import Actions
import ControlProtocol
import GatewayCore
import Platform

extension Verbs.List: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        let caller = context.callerNumber
        replies.end(lookingAt: context.dispatcher) { dispatcher, now in
            let actions = dispatcher.engine.actions.values.filter { $0.record.phase != .staged }
                .sorted { $0.record.key < $1.record.key }
            return actions.map { .part(Replies.action, ActionSummary($0, callerNumber: caller, now: now)) }
                + [.final(Replies.count, actions.count)]
        }
    }
}

extension Verbs.Pause: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        context.change(self, action, replies) { engine, requester, now throws(EngineError) in
            try engine.pause(action.text, by: requester, now: now)
        } undo: { engine, now throws(EngineError) in
            engine.withdrawDeed(.paused, of: action.text)
            try engine.resume(action.text, now: now)
        }
    }
}

extension Verbs.Resume: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        context.change(self, action, replies) { engine, requester, now throws(EngineError) in
            try engine.resume(action.text, by: requester, now: now)
        } undo: { engine, now throws(EngineError) in
            engine.withdrawDeed(.resumed, of: action.text)
            try engine.pause(action.text, now: now)
        }
    }
}

extension Verbs.Approve: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        context.change(self, action, replies) { engine, requester, now throws(EngineError) in
            try engine.approve(action.text, by: requester, now: now)
        } undo: { engine, now throws(EngineError) in
            engine.approvalUndone(action.text, now: now)
        }
    }
}

/// To stop never waits for a disk: it is done, and written once that is possible.
extension Verbs.Cancel: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        let (id, caller) = (action.text, context.callerNumber)
        guard let requester = context.requester(of: self, replies) else { return }
        replies.end(actingInTurnOf: context.dispatcher) { dispatcher, now in
            do throws(EngineError) {
                try dispatcher.engine.cancel(id, finishCalls: finishCalls, by: requester, now: now)
            } catch {
                return [.refusal(error)]
            }
            return dispatcher.summary(of: id, callerNumber: caller, now: now)
        }
    }
}

extension Verbs.Retry: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        let (id, caller) = (action.text, context.callerNumber)
        guard let requester = context.requester(of: self, replies) else { return }
        let retried = Locked<Roster.Retried?>(nil)
        replies.end(
            changingInTurnOf: context.dispatcher,
            undo: { dispatcher, now in
                if let retried = retried.snapshot { dispatcher.engine.undo(retried, now: now) }
            }
        ) { dispatcher, now in
            if let tie = context.followUps.underWay(of: dispatcher.engine.action(named: id)?.record) {
                let text = "action \"\(id)\" cannot be retried: its \(tie.word) is being made at this moment"
                return [.refusal(ProtocolError(.wrongPhase, text))]
            }
            do {
                var stored: [RecipientRecord] = []
                if let action = dispatcher.engine.action(named: id), action.recipients.isEmpty {
                    stored = try context.store.recipients(ofAction: action.record.key, limit: .max)
                }
                let changed = try dispatcher.engine.retryInterrupted(id, stored: stored, by: requester, now: now)
                retried.withLock { $0 = changed }
            } catch let error as EngineError {
                return [.refusal(error)]
            } catch {
                return [.refusal(journal: error)]
            }
            guard let action = dispatcher.engine.action(named: id) else { return [] }
            // The sound may have been unloaded since, or never loaded by this process.
            if !action.isPromptReady, action.record.definition.usesVoice { context.loadPrompt(of: action.record) }
            return [.final(Replies.action, ActionSummary(action, callerNumber: caller, now: now))]
        }
    }
}

extension ControlContext {
    /// Shown where an action has none of its own.
    var callerNumber: String { configuration.snapshot.call.callerNumber }

    /// Who asks; nil: the verb needs a name and has none, which was answered.
    @ControlActor func requester(of verb: some OfficerBearing, _ replies: ReplyChannel) -> Requester? {
        do throws(ProtocolError) {
            return try replies.requester(type(of: verb).officerVerb, verb.officer, configuration.snapshot.gate)
        } catch {
            replies.refuse(error)
            return nil
        }
    }

    /// Does something with an action, and answers how it is then.
    @ControlActor fileprivate func change(
        _ verb: some OfficerBearing, _ id: ActionID, _ replies: ReplyChannel,
        _ body: @escaping @Sendable (Engine, Requester, Timestamp) throws(EngineError) -> Void,
        undo: @escaping @Sendable (Engine, Timestamp) throws(EngineError) -> Void
    ) {
        guard let requester = requester(of: verb, replies) else { return }
        let caller = callerNumber
        let phase = Locked<ActionPhase?>(nil)
        replies.end(
            changingInTurnOf: dispatcher,
            undo: { dispatcher, now in
                // What had changed nothing is not undone.
                let before = phase.snapshot
                if dispatcher.engine.action(named: id.text)?.record.phase != before {
                    try? undo(dispatcher.engine, now)
                }
            }
        ) { dispatcher, now in
            phase.withLock { $0 = dispatcher.engine.action(named: id.text)?.record.phase }
            do throws(EngineError) {
                try body(dispatcher.engine, requester, now)
            } catch {
                return [.refusal(error)]
            }
            return dispatcher.summary(of: id.text, callerNumber: caller, now: now)
        }
    }
}

extension Dispatcher {
    func summary(of id: String, callerNumber: String, now: Timestamp) -> [Reply] {
        guard let action = engine.action(named: id) else { return [] }
        return [.final(Replies.action, ActionSummary(action, callerNumber: callerNumber, now: now))]
    }
}
