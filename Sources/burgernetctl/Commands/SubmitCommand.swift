// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol

extension Verbs.Submit: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["submit"], arguments: ["[ACTION.json]"],
            details: """
                The recipients file is CSV or JSON lines; "-" reads standard input. CSV has a header row with the
                column number (or telefoonnummer, nummer, telefoon, mobiel, phone) and, if wanted, id, account (or
                gemeente), channel (or kanaal: voice, telefoon or mobiel, or sms, which the citizen chose) and population
                (or populatie), between commas, semicolons or tabs, in UTF-8. A JSON line is
                {"number":"0612345678","id":"P-1","account":"GM0513","channel":"sms"}.

                Nobody is called and no SMS is sent unless the daemon has accepted everything. The same action can be
                submitted again without harm: it is accepted once. An alert of the Common Alerting Protocol (--cap) is
                called out only when its status is Actual; else it ends as a dry run, with exit status 4.
                """,
            options: recipientOptions + [
                option("confirm", "NUMBER"), officerOption,
                Option(
                    name: "dry-run", value: nil,
                    help: "show what would be said, to how many, how long it takes and costs, but submit nothing"),
            ],
            examples: [
                "submit action.json --recipients people.csv --dry-run",
                "submit action.json --recipients - < people.jsonl",
                "submit --cap alert.xml --recipients people.csv --account GM0513",
                "submit --template missing-child --field place=Gouda --field id=2026-0042 --recipients people.csv",
                "submit action.json --recipients people.csv --confirm 3700 --officer 'J. Jansen'",
            ],
            run: { try runSubmission($0, $0.has("dry-run") ? .dryRun : .submit) })
    ]

    /// Of every command that reads recipients.
    fileprivate static let recipientOptions =
        TemplateCommands.options + [
            Option(name: "recipients", value: "FILE", help: "who is alerted: CSV or JSON lines"),
            option("skip-invalid"), option("assume-lost-zero"), option("allow-unknown-accounts"),
            Option(name: "ignore-columns", value: nil, help: "pass over other columns of the CSV file"),
        ] + AlertOptions.all
}

/// How an action would go.
extension Verbs.Plan: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["plan"], arguments: ["[ACTION.json]"],
            details: """
                Nothing is submitted and nobody is called. It is as if the action were submitted now: with the trunks that
                are up, the actions that run, the retry rules, and what became of earlier calls. An outcome is whatever
                ends the action for a recipient; reached is who hears the message or gets the SMS. Amounts without VAT.
                """,
            options: Verbs.Submit.recipientOptions, examples: ["plan action.json --recipients people.csv"],
            run: { try runSubmission($0, .forecast) })
    ]
}

/// What an action would be charged: a submission that is taken back.
enum QuoteCommand {
    static let command = Command(
        words: ["quote"], arguments: ["[ACTION.json]"],
        summary: "say what an action would be charged, by account and channel",
        details: """
            Amounts without VAT; nothing is submitted. EXPECTED: everybody is reached by the first channel, hears the
            whole message and lets the time for keys pass. AT MOST: the longest call, every segment of every try, over
            every channel that may follow. submit --dry-run shows the same.
            """,
        options: Verbs.Submit.recipientOptions, examples: ["quote action.json --recipients people.csv"],
        run: { try runSubmission($0, .quote) })
}
