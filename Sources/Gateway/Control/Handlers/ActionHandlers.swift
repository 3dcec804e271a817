// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import Actions
import ControlProtocol
import GatewayCore

extension Verbs.List: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        let caller = context.callerNumber
        replies.end(inTurnOf: context.dispatcher) { dispatcher, now in
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
        }
    }
}

extension Verbs.Resume: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        context.change(action, replies) { engine, now throws(EngineError) in
            try engine.resume(action.text, now: now)
        }
    }
}

extension Verbs.Cancel: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        context.change(action, replies) { engine, now throws(EngineError) in
            try engine.cancel(action.text, finishCalls: finishCalls, now: now)
        }
    }
}

extension Verbs.Retry: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        let (id, caller) = (action.text, context.callerNumber)
        replies.end(inTurnOf: context.dispatcher) { dispatcher, now in
            do {
                var stored: [RecipientRecord] = []
                if let action = dispatcher.engine.action(named: id), action.recipients.isEmpty {
                    stored = try context.store.recipients(ofAction: action.record.key, limit: .max)
                }
                _ = try dispatcher.engine.retryInterrupted(id, stored: stored, now: now)
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
        _ body: @escaping @Sendable (Engine, Timestamp) throws(EngineError) -> Void
    ) {
        let caller = callerNumber
        replies.end(inTurnOf: dispatcher) { dispatcher, now in
            do throws(EngineError) {
                try body(dispatcher.engine, now)
            } catch {
                return [.refusal(error)]
            }
            guard let action = dispatcher.engine.action(named: id.text) else { return [] }
            return [.final(Replies.action, ActionSummary(action, callerNumber: caller, now: now))]
        }
    }
}
