// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore

extension Verbs.Show: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["show"], arguments: ["ACTION"], options: [option("recipients"), option("messages")],
            run: { invocation in
                let request = Self(
                    action: try invocation.actionID(), recipients: invocation.has("recipients"),
                    messages: invocation.has("messages"))
                var screen = ShowScreen(invocation.output)
                try invocation.perform(request) { try screen.show($0) }
            })
    ]
}

/// Rows are printed as they come, whatever their number: the widths are set beforehand.
private struct ShowScreen {
    private let output: Output
    private var people = RunningTable(
        ["ID", "NUMBER", "ACCOUNT", "STATE", ">ATTEMPTS", "KEYS", "DUE"], [20, 12, 8, 14, 8, 4, 0])
    private var messages = RunningTable(["RECEIVED", "ID", "NUMBER", "TEXT"], [19, 20, 12, 0])

    init(_ output: Output) { self.output = output }

    mutating func show(_ reply: Reply) throws {
        if let message = reply.content(of: Replies.inbound) {
            let text = message.text.split(whereSeparator: \.isNewline).joined(separator: " / ")
            try messages.print(
                [localTime(message.received.timestamp), message.reference, message.number, text], to: output)
        } else if let person = reply.content(of: Replies.recipient) {
            if people.isEmpty, !messages.isEmpty { try output.line("") }
            try people.print(
                [
                    person.reference, person.number, person.account, person.outcome?.text ?? person.state.text,
                    "\(person.attempts)", person.keys, person.due.map { localTime($0.timestamp) } ?? "",
                ], to: output)
        } else if let action = reply.content(of: Replies.action) {
            if !people.isEmpty || !messages.isEmpty { try output.line("") }
            for line in describe(action) { try output.line(line) }
        }
    }
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
