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
        context.change(action, replies) { engine, now throws(EngineError) in
            try engine.pause(action.text, now: now)
        } undo: { engine, now throws(EngineError) in
            try engine.resume(action.text, now: now)
        }
    }
}

extension Verbs.Resume: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        context.change(action, replies) { engine, now throws(EngineError) in
            try engine.resume(action.text, now: now)
        } undo: { engine, now throws(EngineError) in
            try engine.pause(action.text, now: now)
        }
    }
}

/// To stop never waits for a disk: it is done, and written once that is possible.
extension Verbs.Cancel: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        let (id, caller) = (action.text, context.callerNumber)
        replies.end(actingInTurnOf: context.dispatcher) { dispatcher, now in
            do throws(EngineError) {
                try dispatcher.engine.cancel(id, finishCalls: finishCalls, now: now)
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
        let retried = Locked<Roster.Retried?>(nil)
        replies.end(
            changingInTurnOf: context.dispatcher,
            undo: { dispatcher, now in
                if let retried = retried.snapshot { dispatcher.engine.undo(retried, now: now) }
            }
        ) { dispatcher, now in
            do {
                var stored: [RecipientRecord] = []
                if let action = dispatcher.engine.action(named: id), action.recipients.isEmpty {
                    stored = try context.store.recipients(ofAction: action.record.key, limit: .max)
                }
                let changed = try dispatcher.engine.retryInterrupted(id, stored: stored, now: now)
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

    /// Does something with an action, and answers how it is then.
    fileprivate func change(
        _ id: ActionID, _ replies: ReplyChannel,
        _ body: @escaping @Sendable (Engine, Timestamp) throws(EngineError) -> Void,
        undo: @escaping @Sendable (Engine, Timestamp) throws(EngineError) -> Void
    ) {
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
                try body(dispatcher.engine, now)
            } catch {
                return [.refusal(error)]
            }
            return dispatcher.summary(of: id.text, callerNumber: caller, now: now)
        }
    }
}

extension Dispatcher {
    fileprivate func summary(of id: String, callerNumber: String, now: Timestamp) -> [Reply] {
        guard let action = engine.action(named: id) else { return [] }
        return [.final(Replies.action, ActionSummary(action, callerNumber: callerNumber, now: now))]
    }
}
