// SPDX-License-Identifier: GPL-3.0-or-later
import Configuration
import ControlProtocol
import Platform

extension Verbs.Reload: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        // As a SIGHUP does, so that both come one after the other.
        context.dispatcher.queue.async { [reload = context.reload] in
            reload.run { replies.end(reloaded: $0, "the configuration was not reloaded; the former one stays") }
        }
    }
}

extension Verbs.CompareConfiguration: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        context.dispatcher.queue.async { [reload = context.reload] in
            replies.end(reloaded: reload.compare(), "a reload would be refused")
        }
    }
}

extension Verbs.ShowConfiguration: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        let settings = context.reload.settings()
        replies.end(
            settings.map { .part(Replies.setting, $0) } + [.final(Replies.count, settings.count)])
    }
}

extension ReplyChannel {
    /// `refusal`: what follows from mistakes in the files.
    fileprivate func end(reloaded result: Result<ReloadReport, ConfigurationError>, _ refusal: String) {
        switch result {
        case .success(let report): end(.final(Replies.reloaded, report))
        case .failure(let error):
            let complaints = error.complaints.map { Reply.part(Replies.complaint, $0.description) }
            var last = ProtocolError(.invalidConfiguration, refusal)
            last.count = error.complaints.count
            end(complaints + [.refusal(last)])
        }
    }
}
