// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore

enum ListCommand {
    static let command = Command(
        words: ["list"], summary: "list the actions that the daemon knows",
        run: { invocation in
            var table = Table([
                "ACTION", "PHASE", "PRIORITY", ">DONE", ">RECIPIENTS", ">ANSWERED", ">CONFIRMED", ">DELIVERED", ">SENT",
                ">WROTE BACK", "ACCEPTED", "TITLE",
            ])
            try invocation.perform(.list) { body in
                guard case .action(let action) = body else { return }
                table.add([
                    action.id, action.phase, action.priority, "\(action.percent) %", "\(action.recipients)",
                    "\(action.answered)", "\(action.confirmed)", "\(action.count("delivered"))",
                    "\(action.count("sent"))", "\(action.inbound)", localTime(action.accepted.timestamp), action.title,
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
            Option(name: "recipients", value: nil, help: "list every recipient too, with redacted number"),
            Option(name: "messages", value: nil, help: "list what citizens wrote in answer, with redacted number"),
        ],
        run: { invocation in
            let request = Request.show(
                try invocation.actionID(), recipients: invocation.has("recipients"),
                messages: invocation.has("messages"))
            // Printed as they come, whatever their number: the widths are set beforehand.
            var people = RunningTable(
                ["ID", "NUMBER", "ACCOUNT", "STATE", ">ATTEMPTS", "KEYS", "DUE"], [20, 12, 8, 14, 8, 4, 0])
            var messages = RunningTable(["RECEIVED", "ID", "NUMBER", "TEXT"], [19, 20, 12, 0])
            try invocation.perform(request) { body in
                switch body {
                case .inbound(let message):
                    let text = message.text.split(whereSeparator: \.isNewline).joined(separator: " / ")
                    try messages.print(
                        [localTime(message.received.timestamp), message.reference, message.number, text],
                        to: invocation.output)
                case .recipient(let person):
                    if people.isEmpty, !messages.isEmpty { try invocation.output.line("") }
                    try people.print(
                        [
                            person.reference, person.number, person.account, person.outcome ?? person.state,
                            "\(person.attempts)", person.keys, person.due.map { localTime($0.timestamp) } ?? "",
                        ], to: invocation.output)
                case .action(let action):
                    if !people.isEmpty || !messages.isEmpty { try invocation.output.line("") }
                    for line in describe(action) { try invocation.output.line(line) }
                case .error, .invalid, .duplicate, .accepted, .aborted, .progress, .count, .lines, .rows, .budget,
                    .totals, .verified, .appended, .change, .rerated,
                    .quote, .plan, .trunk, .prefix,
                    .smsc, .status, .audio, .rendered, .unknown:
                    break
                }
            }
        })
}

/// A table whose rows are printed one by one.
private struct RunningTable {
    private let headings: [String]
    private let widths: [Int]
    private(set) var isEmpty = true

    init(_ headings: [String], _ widths: [Int]) {
        self.headings = headings
        self.widths = widths
    }

    mutating func print(_ cells: [String], to output: Output) throws {
        var row = Table(headings, minimumWidths: widths)
        row.add(cells)
        for line in row.lines(withHeadings: isEmpty) { try output.line(line) }
        isEmpty = false
    }
}

enum OperateCommands {
    static let pause = Command(
        words: ["pause"], arguments: ["ACTION"], summary: "start no new calls and SMS; those under way go on",
        run: { try operate($0, .pause(try $0.actionID())) })

    static let resume = Command(
        words: ["resume"], arguments: ["ACTION"], summary: "go on with a paused action",
        run: { try operate($0, .resume(try $0.actionID())) })

    static let cancel = Command(
        words: ["cancel"], arguments: ["ACTION"],
        summary: "stop an action for good, calls under way and SMS that have not left included",
        options: [
            Option(
                name: "finish-calls", value: nil,
                help: "let calls that were answered hear the message to its end")
        ],
        run: { try operate($0, .cancel(try $0.actionID(), finishCalls: $0.has("finish-calls"))) })

    static let retry = Command(
        words: ["retry"], arguments: ["ACTION"],
        summary: "alert those again whose call was cut off or whose SMS stayed in doubt",
        details: """
            Nobody who answered is ever called again by itself, and an SMS of which nobody knows whether it was
            taken over is sent again by itself only where the action allows it. This asks for it, for those whose
            outcome is interrupted.
            """,
        options: [
            Option(name: "interrupted", value: nil, help: "those with the outcome interrupted", isRequired: true)
        ],
        run: { try operate($0, .retryInterrupted(try $0.actionID())) })

    private static func operate(_ invocation: Invocation, _ request: Request) throws {
        try invocation.perform(request) { body in
            guard case .action(let action) = body else { return }
            var reached: [String] = []
            if action.hasVoice { reached.append("\(action.answered) answered") }
            if action.hasSMS { reached.append("\(action.count("delivered") + action.count("sent")) sent by SMS") }
            try invocation.output.line(
                "Action \(printable(action.id)) is \(printable(action.phase)): \(action.open), "
                    + "\(reached.joined(separator: ", ")) of \(action.recipients).")
        }
    }
}
