// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import Actions
import ControlProtocol
import Dispatch
import GatewayCore
import Platform

extension Verbs.Watch: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        WatchHandler(action?.text, context, replies).start(intervalMilliseconds: intervalMilliseconds)
    }
}

/// Tells how an action is, or all that are not final, until it is over or the client leaves.
@ControlActor private final class WatchHandler {
    private let context: ControlContext
    private let replies: ReplyChannel
    /// nil: all.
    private let id: String?
    private var timer: (any DispatchSourceTimer)?

    init(_ id: String?, _ context: ControlContext, _ replies: ReplyChannel) {
        self.id = id
        self.context = context
        self.replies = replies
    }

    func start(intervalMilliseconds interval: Int) {
        // Watching is reading: the client may hang up at any time.
        replies.keepWatching { [self] in stop() }
        let timer = DispatchSource.makeTimerSource(queue: ControlActor.queue)
        timer.schedule(deadline: .now(), repeating: .milliseconds(interval), leeway: .milliseconds(interval / 10))
        timer.setEventHandler { [weak self] in self?.look() }
        self.timer = timer
        timer.resume()
    }

    private func stop() {
        timer?.cancel()
        timer = nil
    }

    private func look() {
        // A client that does not read misses some; it is told the newest state once it does.
        guard replies.isWritable else { return }
        let caller = context.callerNumber
        context.dispatcher.post { [weak self, id] dispatcher, now in
            let engine = dispatcher.engine
            let found =
                id.map { name in engine.action(named: name).map { [$0] } ?? [] }
                ?? engine.actions.values.filter { !$0.record.phase.isFinal }.sorted { $0.record.key < $1.record.key }
            let summaries = found.filter { $0.record.phase != .staged }.map { action in
                var summary = ActionSummary(action, callerNumber: caller, now: now)
                let isOver = action.record.phase.isFinal
                let wayOut = isOver ? nil : ActionFinding.wayOut(of: action.record.definition, engine)
                summary.findings = wayOut.map { [$0] } ?? []
                return summary
            }
            // Calls that a cancelled action left may still be ending.
            let isOver = id != nil && found.allSatisfy { $0.record.phase.isFinal && $0.counters.open == 0 }
            guard let self else { return }
            ControlActor.async { [self] in tell(summaries, isOver: isOver) }
        }
    }

    private func tell(_ summaries: [ActionSummary], isOver: Bool) {
        guard timer != nil, !replies.isClosed else { return }
        if let id, summaries.isEmpty {
            finish(.refusal(EngineError.unknownAction(id)))
        } else if isOver, let summary = summaries.first {
            finish(.final(Replies.progress, summary))
        } else {
            for summary in summaries { replies.send(.part(Replies.progress, summary)) }
        }
    }

    private func finish(_ last: Reply) {
        stop()
        replies.watchingEnded()
        replies.end(last)
    }
}
