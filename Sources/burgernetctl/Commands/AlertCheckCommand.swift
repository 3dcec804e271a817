// SPDX-License-Identifier: GPL-3.0-or-later
import Alerting
import ControlProtocol
import GatewayCore

/// What an alert would become, without a daemon.
enum AlertCheckCommand {
    static let command = Command(
        words: ["cap", "check"], arguments: ["ALERT.xml"],
        summary: "say what an alert of the Common Alerting Protocol would become",
        details: """
            Reads a CAP 1.2 alert ("-": standard input), says everything that is wrong with it, by line and column, and
            what submit --cap would do. Nothing is asked of the daemon. With --json: the request that opens a submission.
            """,
        options: AlertOptions.additional, examples: ["cap check alert.xml"], run: run)

    private static func run(_ invocation: Invocation) throws {
        let options = try AlertOptions(invocation)
        let plan = try readAlert(invocation.argument(0) ?? "", options)
        for remark in plan.remarks { invocation.output.note(printable("remark: \(remark)")) }
        let output = invocation.output
        func show(_ message: AlertMessage) throws {
            let action = try options.action(message)
            guard !invocation.isJSON else { return try output.write(Verbs.Submit(action: action).encode()) }
            try output.line("Action   \(action.id)")
            try output.line("Title    \(printable(action.title))")
            try output.line("Class    \(action.priority.word)")
            if let starts = action.starts { try output.line("Starts   \(localTime(starts))") }
            if let expires = action.expires { try output.line("Expires  \(localTime(expires))") }
            for piece in action.prompt {
                guard case .text(let text, let language) = piece else { continue }
                try output.line("Spoken   \((language ?? action.language).word): \(oneLine(text))")
            }
            if let sms = action.sms { try output.line("SMS      \(oneLine(sms.text))") }
        }
        func say(_ text: String) throws { if !invocation.isJSON { try output.line(text) } }
        if let status = plan.rehearsal { try say("Status   \(status.word): nobody would be alerted") }
        switch plan.deed {
        case .nothing(let reason): try say("Nothing would be done: \(printable(reason))")
        case .submit(let message): try show(message)
        case .correct(let actions, let message):
            for action in actions { try say("Corrects \(action)") }
            try show(message)
        case .stop(let actions, let closing):
            for action in actions { try say("Stops    \(action)") }
            if let closing { try show(closing) }
        }
    }

    private static func oneLine(_ text: String) -> String {
        printable(text.split(separator: "\n").joined(separator: " / "))
    }
}
