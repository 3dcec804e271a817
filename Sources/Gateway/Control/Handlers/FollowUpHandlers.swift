// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import Actions
import ControlProtocol
import GatewayCore
import Platform

extension Verbs.Correct: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        guard let requester = context.requester(of: self, replies) else { return }
        FollowUp(.correction, of: action, text: text, sms: sms, alert: alert, by: requester, context, replies).start()
    }
}

extension Verbs.Close: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        guard let requester = context.requester(of: self, replies) else { return }
        guard let text else { return leaveUnclosed(context, replies, requester) }
        FollowUp(
            .closing, of: action, text: text, sms: sms, note: result ?? "", alert: alert, by: requester, context,
            replies
        ).start()
    }

    /// Nobody is told, for a reason.
    private func leaveUnclosed(_ context: ControlContext, _ replies: ReplyChannel, _ requester: Requester) {
        let id = action.text
        let why = [result, none].compactMap { $0 }.joined(separator: ": ")
        replies.end(
            changingInTurnOf: context.dispatcher,
            undo: { dispatcher, _ in dispatcher.engine.withdrawDeed(.leftUnclosed, of: id) }
        ) { dispatcher, now in
            guard let action = dispatcher.engine.action(named: id), action.record.phase != .staged else {
                return [.refusal(EngineError.unknownAction(id))]
            }
            guard action.record.phase.isFinal, action.record.conduct?.tie == nil else {
                let error = EngineError.wrongPhase(
                    action: id, phase: action.record.phase, operation: "left unclosed (stop it first)")
                return [.refusal(error)]
            }
            dispatcher.engine.note(
                .leftUnclosed, by: requester, note: why, alert: alert?.text, of: id, now: now)
            return [.final(Replies.followed, FollowUpReport(of: id))]
        }
    }
}
