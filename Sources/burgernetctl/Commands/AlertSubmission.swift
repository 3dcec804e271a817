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
        guard invocation.argument(0) != nil else { throw invocation.usage("ACTION.json or --cap FILE is missing") }
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
    case .correct(let actions, _):
        throw notDone(
            "updates", actions, plan,
            advice: "cancel, and submit what is right as an alert of its own (msgType Alert)")
    case .stop(let actions, _): throw notDone("cancels", actions, plan, advice: "cancel")
    }
    guard let status = plan.rehearsal, purpose == .submit else {
        return try Submission(invocation, purpose, action: action).run()
    }
    try Submission(invocation, .dryRun, action: action).run()
    throw Failure.nothingToDo("nobody was alerted: the alert's status is \(status.word)")
}

/// Nobody is sent to stop an action by an alert that is not meant.
private func notDone(_ deed: String, _ actions: [ActionID], _ plan: AlertPlan, advice: String) -> Failure {
    let what = "the alert \(deed) \(actions.map(\.text).joined(separator: ", "))"
    guard let status = plan.rehearsal else {
        return .refused("\(what), and nothing was done: stop that with burgernetctl \(advice)")
    }
    return .nothingToDo("\(what), and nothing is to be done: its status is \(status.word)")
}
