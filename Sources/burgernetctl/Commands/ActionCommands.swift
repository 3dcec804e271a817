// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore

enum ListCommand {
    static let command = Command(
        words: ["list"], summary: "list the actions that the daemon knows",
        run: { invocation in
            var table = Table([
                "ACTION", "PHASE", "PRIORITY", ">DONE", ">RECIPIENTS", ">ANSWERED", ">CONFIRMED", "ACCEPTED", "TITLE",
            ])
            try invocation.perform(.list) { body in
                guard case .action(let action) = body else { return }
                table.add([
                    action.id, action.phase, action.priority, "\(action.percent) %", "\(action.recipients)",
                    "\(action.answered)", "\(action.confirmed)", localTime(action.accepted.timestamp), action.title,
                ])
            }
            guard !invocation.isJSON else { return }
            if table.isEmpty { return invocation.output.note("There are no actions.") }
            for line in table.lines() { try invocation.output.line(line) }
        })
}

enum ShowCommand {
    static let command = Command(
        words: ["show"], arguments: ["ACTION"], summary: "show one action in figures",
        options: [
            Option(name: "recipients", value: nil, help: "list every recipient too, with redacted number")
        ],
        run: { invocation in
            let listsRecipients = invocation.has("recipients")
            var hasHeadings = false
            let heading = ["ID", "NUMBER", "ACCOUNT", "STATE", ">CALLS", "KEYS", "DUE"]
            // Printed as they come, whatever their number: the widths are set beforehand.
            let widths = [20, 12, 8, 14, 5, 4, 0]
            try invocation.perform(.show(try invocation.actionID(), recipients: listsRecipients)) { body in
                switch body {
                case .recipient(let person):
                    var row = Table(heading, minimumWidths: widths)
                    row.add([
                        person.reference, person.number, person.account, person.outcome ?? person.state,
                        "\(person.attempts)", person.keys, person.due.map { localTime($0.timestamp) } ?? "",
                    ])
                    for line in row.lines(withHeadings: !hasHeadings) { try invocation.output.line(line) }
                    hasHeadings = true
                case .action(let action):
                    if hasHeadings { try invocation.output.line("") }
                    for line in describe(action) { try invocation.output.line(line) }
                case .error, .invalid, .duplicate, .accepted, .aborted, .progress, .count, .lines, .rows, .trunk,
                    .status, .audio, .rendered, .unknown:
                    break
                }
            }
        })
}

/// An action as a block of lines.
func describe(_ action: ActionSummary) -> [String] {
    func time(_ time: UTCTime?) -> String? { time.map { localTime($0.timestamp) } }
    let done = action.recipients - action.waiting - action.calling
    var table = Table(["", ""], minimumWidths: [10])
    func add(_ name: String, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        table.add([name, value])
    }
    add("Action", action.title.isEmpty ? action.id : "\(action.id)  \(action.title)")
    add("Phase", "\(action.phase), \(action.percent) % done")
    add("Priority", action.priority)
    add("Account", action.account)
    add("Caller", action.caller)
    add("Message", lengthOfTime(milliseconds: action.messageMilliseconds))
    add("Accepted", time(action.accepted))
    add("Starts", time(action.starts))
    add("Expires", time(action.expires))
    add("First call", time(action.firstCall))
    add("Ended", time(action.ended))
    add("Recipients", "\(action.recipients): \(action.waiting) waiting, \(action.calling) calling, \(done) done")
    add("Calls", "\(action.attempts)")
    let share = action.recipients > 0 ? " (\(action.answered * 100 / action.recipients) %)" : ""
    add("Answered", "\(action.answered)\(share), \(action.heard) heard all, \(action.confirmed) confirmed")
    let others = ActionSummary.outcomeNames.filter { !["answered", "confirmed"].contains($0) && action.count($0) > 0 }
    add("Not reached", others.map { "\(action.count($0)) \($0)" }.joined(separator: ", "))
    return table.lines(withHeadings: false)
}

enum OperateCommands {
    static let pause = Command(
        words: ["pause"], arguments: ["ACTION"], summary: "start no new calls; those under way go on",
        run: { try operate($0, .pause(try $0.actionID())) })

    static let resume = Command(
        words: ["resume"], arguments: ["ACTION"], summary: "go on with a paused action",
        run: { try operate($0, .resume(try $0.actionID())) })

    static let cancel = Command(
        words: ["cancel"], arguments: ["ACTION"], summary: "stop an action for good, calls under way included",
        options: [
            Option(
                name: "finish-calls", value: nil,
                help: "let calls that were answered hear the message to its end")
        ],
        run: { try operate($0, .cancel(try $0.actionID(), finishCalls: $0.has("finish-calls"))) })

    static let retry = Command(
        words: ["retry"], arguments: ["ACTION"], summary: "call those again whose message was cut off",
        details: """
            Nobody who answered is ever called again by itself. After a crash of the daemon this asks for it,
            for those whose message was interrupted.
            """,
        options: [
            Option(name: "interrupted", value: nil, help: "those with the outcome interrupted", isRequired: true)
        ],
        run: { try operate($0, .retryInterrupted(try $0.actionID())) })

    private static func operate(_ invocation: Invocation, _ request: Request) throws {
        try invocation.perform(request) { body in
            guard case .action(let action) = body else { return }
            try invocation.output.line(
                "Action \(printable(action.id)) is \(printable(action.phase)): \(action.waiting) waiting, "
                    + "\(action.calling) calling, \(action.answered) answered of \(action.recipients).")
        }
    }
}
