// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore

extension Verbs.List: CommandVerb {
    static let commands = [Command(Self.self, words: ["list"], run: list)]

    private static func list(_ invocation: Invocation) throws {
        var table = Table([
            "ACTION", "PHASE", "PRIORITY", ">DONE", ">RECIPIENTS", ">ANSWERED", ">CONFIRMED", ">DELIVERED", ">SENT",
            ">WROTE BACK", "ACCEPTED", "TITLE",
        ])
        try invocation.perform(Self()) { reply in
            guard let action = reply.content(of: Replies.action) else { return }
            table.add([
                action.id, action.phase.text, action.priority.text, "\(action.percent) %", "\(action.recipients)",
                "\(action.hasVoice ? action.answered : 0)", "\(action.confirmed)", "\(action.count(.delivered))",
                "\(action.count(.sent))", "\(action.inbound)", localTime(action.accepted.timestamp), action.title,
            ])
        }
        guard !invocation.isJSON else { return }
        if table.isEmpty { return invocation.output.note("There are no actions.") }
        for line in table.lines() { try invocation.output.line(line) }
    }
}

extension Verbs.Pause: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["pause"], arguments: ["ACTION"], options: [officerOption],
            run: { try operate($0, Self(action: $0.actionID(), officer: $0.officer())) })
    ]
}

extension Verbs.Resume: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["resume"], arguments: ["ACTION"], options: [officerOption],
            run: { try operate($0, Self(action: $0.actionID(), officer: $0.officer())) })
    ]
}

extension Verbs.Cancel: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["cancel"], arguments: ["ACTION"], options: [option("finish-calls"), officerOption],
            run: {
                try operate(
                    $0, Self(action: $0.actionID(), finishCalls: $0.has("finish-calls"), officer: $0.officer()))
            })
    ]
}

extension Verbs.Retry: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["retry"], arguments: ["ACTION"],
            details: """
                Nobody who answered is ever called again by itself, and an SMS of which nobody knows whether it was
                taken over is sent again by itself only where the action allows it. This asks for it, for those whose
                outcome is interrupted.
                """,
            options: [option("interrupted", isRequired: true), officerOption],
            run: { try operate($0, Self(action: $0.actionID(), officer: $0.officer())) })
    ]
}

/// Does something with an action, and tells how it is then.
func operate(_ invocation: Invocation, _ request: any Verb) throws {
    try invocation.perform(request) { reply in
        guard let action = reply.content(of: Replies.action) else { return }
        var reached: [String] = []
        if action.hasVoice { reached.append("\(action.answered) answered") }
        if action.hasSMS { reached.append("\(action.count(.delivered) + action.count(.sent)) sent by SMS") }
        try invocation.output.line(
            "Action \(printable(action.id)) is \(printable(action.phase.text)): \(action.open), "
                + "\(reached.joined(separator: ", ")) of \(action.recipients).")
    }
}
