// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol

extension Verbs.Reload: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["reload"],
            details: """
                What "systemctl reload burgernetd" runs. Calls under way go on. Exit status 1: the files have mistakes,
                which are told with file and line, and nothing has changed.
                """,
            examples: ["reload"],
            run: { try show($0, Self(), nothing: "Nothing has changed.", done: "The configuration is reloaded.") })
    ]
}

extension Verbs.CompareConfiguration: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["config", "diff"],
            details: "Compares what the daemon works by with the files as they are now. Nothing is changed.",
            examples: ["config diff"],
            run: { try show($0, Self(), nothing: "A reload would change nothing.", done: nil) })
    ]
}

extension Verbs.ShowConfiguration: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["config", "show"],
            details: """
                Each key that a file says something of, with file and line; passwords are not among them, they stand in
                files of their own. With --all the defaults as well.
                """,
            options: [Option(name: "all", value: nil, help: "also what no file says anything of")],
            examples: ["config show", "config show --all"],
            run: { invocation in
                var section = ""
                try invocation.perform(Self()) { reply in
                    guard let setting = reply.content(of: Replies.setting), invocation.has("all") || setting.file != nil
                    else { return }
                    if setting.section != section {
                        section = setting.section
                        try invocation.output.line(printable(section))
                    }
                    let place = setting.file.map { "\($0):\(setting.line ?? 0)" } ?? "default"
                    try invocation.output.line(printable("\(setting.key)=\(setting.value)   # \(place)"))
                }
            })
    ]
}

/// `done`: said after the changes; nil: there were none made.
private func show(_ invocation: Invocation, _ verb: any Verb, nothing: String, done: String?) throws {
    try invocation.perform(verb) { reply in
        if let complaint = reply.content(of: Replies.complaint) { return invocation.output.note(printable(complaint)) }
        guard let report = reply.content(of: Replies.reloaded) else { return }
        let output = invocation.output
        for warning in report.warnings { output.note(printable("warning: \(warning)")) }
        for change in report.changes { try output.line(printable(change)) }
        for change in report.atRestart { try output.line(printable("\(change) (at a restart)")) }
        if report.changesTariffs { try output.line("Tariffs: others") }
        if report.changes.isEmpty, report.atRestart.isEmpty, !report.changesTariffs {
            try output.line(nothing)
        } else if let done {
            try output.line(done)
        }
    }
}
