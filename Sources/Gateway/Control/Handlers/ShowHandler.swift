// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import ActionRoster
import Actions
import ControlProtocol
import GatewayCore
import Platform
import Store

extension Verbs.Show: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        let handler = ShowHandler(id: action.text, context: context, replies: replies)
        handler.start(recipients: recipients, messages: messages)
    }
}

/// Replies of any length, a page at a time: a page is read in a turn, sent, and the next one read when
/// the client has taken it. Neither memory nor the time of a turn depends on how much there is.
private struct ShowHandler: Sendable {
    let id: String
    let context: ControlContext
    let replies: ReplyChannel

    private static let pageSize = 500

    @ControlActor func start(recipients: Bool, messages: Bool) {
        guard recipients || messages else {
            return replies.end(lookingAt: context.dispatcher) { dispatcher, now in
                guard let action = dispatcher.engine.action(named: id), action.record.phase != .staged else {
                    return [.refusal(EngineError.unknownAction(id))]
                }
                return [.final(Replies.action, summary(of: action, dispatcher, now))]
            }
        }
        context.dispatcher.post { dispatcher, now in
            guard let action = dispatcher.engine.action(named: id), action.record.phase != .staged else {
                return replies.end(.refusal(EngineError.unknownAction(id)))
            }
            var last = Reply.final(Replies.action, summary(of: action, dispatcher, now))
            last.journal = dispatcher.journalCondition
            let summary = last
            if messages {
                inboundPage(after: 0) {
                    guard recipients else { return replies.end(summary) }
                    page(from: 0, after: RecipientID(0), last: summary)
                }
            } else {
                page(from: 0, after: RecipientID(0), last: summary)
            }
        }
    }

    @TurnActor private func summary(of action: LiveAction, _ dispatcher: Dispatcher, _ now: Timestamp) -> ActionSummary
    {
        var shown = ActionSummary(action, callerNumber: context.callerNumber, now: now)
        shown.findings = ActionFinding.all(of: action, dispatcher.engine, now: now)
        return shown
    }

    /// In a turn; `then` too.
    @TurnActor private func inboundPage(after last: Int64, then: @escaping @TurnActor @Sendable () -> Void) {
        let page: [InboundRecord]
        do {
            page = try context.store.inbound(ofAction: id, after: last, limit: Self.pageSize)
        } catch {
            return replies.refuse(journal: error)
        }
        guard let newest = page.last else { return then() }
        ControlActor.async {
            for record in page { replies.send(.part(Replies.inbound, InboundReport(record))) }
            replies.whenWritable {
                context.dispatcher.post { _, _ in inboundPage(after: newest.id, then: then) }
            }
        }
    }

    /// In a turn. The engine has those of open actions, the journal those of ended ones.
    @TurnActor private func page(from position: Int, after: RecipientID, last: Reply) {
        let engine = context.dispatcher.engine
        guard let action = engine.action(named: id) else { return replies.end(last) }
        var people: [RecipientRecord] = []
        if !action.recipients.isEmpty {
            people = Array(action.recipients.dropFirst(position).prefix(Self.pageSize))
        } else {
            do {
                people = try context.store.recipients(ofAction: action.record.key, after: after, limit: Self.pageSize)
            } catch {
                return replies.refuse(journal: error)
            }
        }
        guard let newest = people.last else { return replies.end(last) }
        let phase = action.record.phase
        let isLive = !action.recipients.isEmpty
        let reports = people.enumerated().map { index, person in
            RecipientReport(
                person, phase: phase, wait: isLive ? action.waits[position + index] : nil, civil: engine.civil)
        }
        let next = position + people.count
        ControlActor.async {
            for report in reports { replies.send(.part(Replies.recipient, report)) }
            replies.whenWritable {
                context.dispatcher.post { _, _ in page(from: next, after: newest.id, last: last) }
            }
        }
    }
}
