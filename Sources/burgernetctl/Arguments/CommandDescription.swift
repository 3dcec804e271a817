// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GatewayCore

/// All that the help says, for programs: `burgernetctl --describe` prints it as JSON, and the man pages are made of it.
struct CommandDescription: Encodable {
    struct OptionEntry: Encodable {
        var name: String
        var value: String?
        var help: String
        var isRequired: Bool
        var isRepeatable: Bool

        init(_ option: Option) {
            (name, value, help) = (option.name, option.value, option.help)
            (isRequired, isRepeatable) = (option.isRequired, option.isRepeatable)
        }
    }

    struct CommandEntry: Encodable {
        var name: String
        var arguments: [String]
        var summary: String
        var details: String
        var options: [OptionEntry]
        var examples: [String]
    }

    struct StatusEntry: Encodable {
        var status: Int32
        var meaning: String
    }

    var version = softwareVersion
    var summary = Help.purpose
    var commands: [CommandEntry]
    var common = Command.common.map(OptionEntry.init)
    var statuses = Failure.statuses.map { StatusEntry(status: $0.status, meaning: $0.meaning) }

    init(_ commands: [Command]) {
        self.commands = commands.map { command in
            CommandEntry(
                name: command.name, arguments: command.arguments, summary: command.summary, details: command.details,
                options: command.options.map(OptionEntry.init), examples: command.examples)
        }
    }

    /// The same bytes for the same commands.
    func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self) + Data([10])
    }
}
