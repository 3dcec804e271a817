// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol

enum Help {
    static let purpose = "Submits citizen-alert actions to burgernetd and follows, stops and reports them."

    static func overview(_ commands: [Command]) -> String {
        let entries = commands.map { (([$0.name] + $0.arguments).joined(separator: " "), $0.summary) }
        return """
            Usage: burgernetctl [--socket PATH] COMMAND [ARGUMENTS]

            \(purpose)

            Commands:
            \(columns(entries))

            "burgernetctl COMMAND --help" tells more of each.

            Every command understands:
            \(columns(Command.common.map { ($0.usage, $0.help) }))

            "burgernetctl --version" prints the version.

            \(wrap(statuses, width: 96).joined(separator: "\n"))

            """
    }

    private static var statuses: String {
        "Exit status: " + Failure.statuses.map { "\($0.status) \($0.meaning)" }.joined(separator: ", ") + "."
    }

    static func text(of command: Command) -> String {
        let required = command.options.filter(\.isRequired).map(\.usage)
        let others = command.options.count > required.count ? ["[OPTIONS]"] : []
        var text =
            "Usage: "
            + (["burgernetctl", command.name] + command.arguments + required + others)
            .joined(separator: " ")
        text += "\n\n\(command.summary.prefix(1).uppercased())\(command.summary.dropFirst()).\n"
        if !command.details.isEmpty { text += "\n\(command.details)\n" }
        text += "\nOptions:\n\(columns((command.options + Command.common).map { ($0.usage, $0.help) }))\n"
        if !command.examples.isEmpty {
            text += "\nExamples:\n" + command.examples.map { "  burgernetctl \($0)\n" }.joined()
        }
        return text
    }

    /// Two columns; the second is wrapped to 100 characters.
    private static func columns(_ entries: [(String, String)]) -> String {
        let width = min(30, entries.map(\.0.count).max() ?? 0)
        var lines: [String] = []
        for (left, right) in entries {
            let wrapped = wrap(right, width: 100 - width - 4)
            if left.count > width {
                lines.append("  \(left)")
                lines += wrapped.map { String(repeating: " ", count: width + 4) + $0 }
            } else {
                let padded = left + String(repeating: " ", count: width - left.count)
                lines.append("  \(padded)  \(wrapped.first ?? "")")
                lines += wrapped.dropFirst().map { String(repeating: " ", count: width + 4) + $0 }
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func wrap(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + word.count + 1 > width {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " \(word)"
        }
        return lines + [line]
    }
}
