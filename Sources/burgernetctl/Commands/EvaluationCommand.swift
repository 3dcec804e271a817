// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore

/// `report ACTION`: how an action went.
enum EvaluationCommand {
    static let options = [
        Option(name: "html", value: nil, help: "of ACTION: a page (default)"),
        Option(name: "text", value: nil, help: "of ACTION: plain text"),
        Option(
            name: "for", value: "ACCOUNT|briefing",
            help: "of ACTION: for one municipality, without anything of the others; or half a page for the briefing"),
    ]

    static func run(_ invocation: Invocation) throws {
        for name in ["month", "format", "locale"] where invocation.has(name) {
            throw invocation.usage("--\(name) goes with a report of a month, not with ACTION")
        }
        guard !(invocation.has("html") && invocation.has("text")) else {
            throw invocation.usage("either --html or --text, not both")
        }
        var request = Verbs.Evaluate(
            action: try invocation.actionID(), format: invocation.has("text") ? .text : .html,
            language: try invocation.word("language", default: .dutch))
        if let reader = invocation.value("for") {
            request.isBriefing = reader == "briefing"
            if !request.isBriefing {
                guard isIdentifier(reader) else {
                    throw invocation.usage(
                        "--for must be briefing or an account such as GM0513, not \"\(printable(reader))\"")
                }
                request.account = reader
            }
        }
        if invocation.isJSON {
            request.format = .json
            request.isBriefing = false
        }
        try StatementCommands.write(request, lineEnd: [10], madeFrom: "recipient", invocation)
    }

    /// What is of an action's report, in that of a month.
    static func refuse(_ invocation: Invocation) throws {
        for option in options where invocation.has(option.name) {
            throw invocation.usage("--\(option.name) goes with ACTION")
        }
    }
}
