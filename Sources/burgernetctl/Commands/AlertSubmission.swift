// SPDX-License-Identifier: GPL-3.0-or-later
import Alerting
import ControlProtocol
import GatewayCore

/// `submit`, `plan` and `quote`: of an action file, or of an alert.
func runSubmission(_ invocation: Invocation, _ purpose: Submission.Purpose) throws {
    guard let file = invocation.value("cap") else {
        if let option = AlertOptions.additional.first(where: { invocation.has($0.name) }) {
            throw invocation.usage("--\(option.name) goes with --cap")
        }
        guard invocation.argument(0) != nil || invocation.has("template") else {
            throw invocation.usage("ACTION.json, --template NAME or --cap FILE is missing")
        }
        return try Submission(invocation, purpose).run()
    }
    guard invocation.argument(0) == nil else { throw invocation.usage("an action file and --cap exclude each other") }
    let options = try AlertOptions(invocation)
    let plan = try readAlert(file, options)
    for remark in plan.remarks { invocation.output.note(printable("\(file): \(remark)")) }
    let action: ActionDocument
    switch plan.deed {
    case .nothing(let reason): throw Failure.nothingToDo("nothing is to be done: \(reason)")
    case .submit(let message): action = try options.action(message)
    case .correct(let references, let message):
        try mustBeMeant("updates", references, plan, purpose)
        return try AlertedActions(invocation, references).follow { action, officer in
            Verbs.Correct(
                action: action, text: message.spoken, sms: message.text, officer: officer, alert: message.action)
        }
    case .stop(let references, let closing):
        try mustBeMeant("cancels", references, plan, purpose)
        let actions = try AlertedActions(invocation, references)
        guard let closing else { return try actions.stop() }
        return try actions.follow { action, officer in
            Verbs.Close(
                action: action, text: closing.spoken, sms: closing.text, officer: officer, alert: closing.action)
        }
    }
    guard let status = plan.rehearsal, purpose == .submit else {
        return try Submission(invocation, purpose, action: action).run()
    }
    try Submission(invocation, .dryRun, action: action).run()
    throw Failure.nothingToDo("nobody was alerted: the alert's status is \(status.word)")
}

/// Nothing is stopped by an alert that is not meant, nor by whoever only asks how it would go.
private func mustBeMeant(
    _ deed: String, _ actions: [ActionID], _ plan: AlertPlan, _ purpose: Submission.Purpose
) throws {
    let what = "the alert \(deed) \(actions.map(\.text).joined(separator: ", "))"
    if let status = plan.rehearsal {
        throw Failure.nothingToDo("\(what), and nothing is to be done: its status is \(status.word)")
    }
    guard purpose == .submit else { throw Failure.nothingToDo("\(what); nothing was done") }
}

extension AlertMessage {
    /// What is spoken in its first language.
    fileprivate var spoken: String {
        prompt.compactMap { piece -> String? in
            guard case .text(let text, let own) = piece, own == nil || own == language else { return nil }
            return text
        }.joined(separator: " ")
    }
}
