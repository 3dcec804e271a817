// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore

extension Verbs.Correct: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["correct"], arguments: ["ACTION"],
            details: """
                The action is stopped, and calls that are listened to are cut off. Those who heard the wrong text, or may
                have, are told the right one in the same order, by the channel that reached them: an action of its own,
                named ACTION.correction. After a lost connection ask again: it is done once.
                """,
            options: [option("text", "TEXT", isRequired: true), option("sms", "TEXT"), officerOption],
            examples: [
                "correct 2026-0042 --text 'Het nummer was onjuist: bel 0800-0011.' --officer 'A. de Vries'"
            ],
            run: {
                try follow(
                    $0,
                    Self(
                        action: $0.actionID(), text: $0.value("text") ?? "", sms: $0.value("sms"),
                        officer: $0.officer()))
            })
    ]
}

extension Verbs.Close: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["close"], arguments: ["ACTION"],
            details: """
                An action that still runs is stopped first, and who listens hears it out. Those whom it reached get the
                closing message by the channel that reached them: an action of its own, named ACTION.closing. An action that
                is not closed in time stands in "status" until somebody closes it or says why not.
                """,
            options: [
                option("text", "TEXT"), option("sms", "TEXT"), option("result", "WORD"), option("none", "WHY"),
                officerOption,
            ],
            examples: [
                "close 2026-0042 --text 'De jongen is gevonden. Dank u wel.' --result found --officer 'A. de Vries'",
                "close 2026-0042 --none 'rehearsal' --officer 'A. de Vries'",
            ],
            run: {
                try follow(
                    $0,
                    Self(
                        action: $0.actionID(), text: $0.value("text"), sms: $0.value("sms"), result: $0.value("result"),
                        none: $0.value("none"), officer: $0.officer()))
            })
    ]
}

/// Tells what followed.
func follow(_ invocation: Invocation, _ request: any Verb) throws {
    try invocation.perform(request) { reply in
        guard let report = reply.content(of: Replies.followed) else { return }
        let original = printable(report.of)
        for note in report.notes ?? [] { invocation.output.note(printable(note)) }
        guard let action = report.action else {
            return try invocation.output.line("Action \(original): nobody is told.")
        }
        guard !report.alreadyAccepted else {
            return try invocation.output.line("Action \(printable(action)) was accepted before, with the same text.")
        }
        try invocation.output.line(
            "Action \(printable(action)) follows \(original): \(counted(report.recipients, "recipient")), "
                + "\(report.calls) by a call, \(report.messages) by SMS.")
        try invocation.output.line("Follow it: burgernetctl watch \(printable(action))")
    }
}
