// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol

extension Verbs.Status: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        replies.end(lookingAt: context.dispatcher) { dispatcher, now in
            [.final(Replies.status, context.status(dispatcher, now))]
        }
    }
}
