// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol

/// A verb that can be asked for on the command line. Its commands stand in the file of this folder that is about it.
protocol CommandVerb: Verb {
    static var commands: [Command] { get }
}

/// All commands, in the order of the overview: those of the verbs in theirs, and the others in between.
func allCommands() -> [Command] {
    Verbs.all.flatMap { verb in
        ((verb as? any CommandVerb.Type)?.commands ?? []) + (commandsBehind[verb.name] ?? [])
    }
}

/// Commands that are no verb of their own, by the verb behind which the overview shows them.
private let commandsBehind: [String: [Command]] = [
    Verbs.Plan.name: [TemplateCommands.list, TemplateCommands.show, TemplateCommands.fill],
    Verbs.Report.name: [ReconcileCommand.command],
    Verbs.RenderPrompt.name: [SMSPreviewCommand.command, TariffCommands.check, QuoteCommand.command],
    Verbs.Submit.name: [AlertCheckCommand.command],
]

extension Command {
    /// The command of a verb, whose summary is declared with it.
    init(
        _ verb: any Verb.Type, words: [String], arguments: [String] = [], details: String = "", options: [Option] = [],
        examples: [String] = [], run: @escaping @Sendable (Invocation) throws -> Void
    ) {
        self.init(
            words: words, arguments: arguments, summary: verb.summary, details: details, options: options,
            examples: examples, run: run)
    }
}

extension Verb {
    /// The option for a key that is declared with its help.
    static func option(_ key: String, _ value: String? = nil, isRequired: Bool = false) -> Option {
        guard let help = keys.first(where: { $0.name == key })?.help else {
            preconditionFailure("the verb \(name) declares no help for a key \(key)")
        }
        return Option(name: key, value: value, help: help, isRequired: isRequired)
    }
}
