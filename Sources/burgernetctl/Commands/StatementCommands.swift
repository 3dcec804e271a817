// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore

extension Verbs.Statement: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["statement"],
            details: """
                One line for each action, corrections and credits apart, VAT, the total and the budget used. As HTML
                it is made to be printed on A4. Amounts of lines add up to the total to the cent.
                """,
            options: [option("account", "NAME", isRequired: true)] + StatementCommands.common,
            examples: [
                "statement --account GM0513 --month 2026-10 --output gouda-2026-10.html",
                "statement --account GM0513 --month 2026-10 --format csv --locale nl --output gouda-2026-10.csv",
            ],
            run: { invocation in
                let account = invocation.value("account") ?? ""
                guard isIdentifier(account) else {
                    throw invocation.usage("--account must be a name such as GM0513, not \"\(printable(account))\"")
                }
                let options = try StatementCommands.options(invocation)
                try StatementCommands.write(Self(account: account, options), options, invocation)
            })
    ]
}

extension Verbs.Report: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["report"], arguments: ["[ACTION]"],
            details: """
                With ACTION: how it went, for the evaluation. The message as sent and as spoken, who did what, reach over
                time beside the forecast, outcomes, attempts, answers, trunks, cost by municipality, what participants
                wrote. A draft while the action runs. --json prints its figures.

                With --month: for each account, and for each trunk and SMSC, what the carriers charge, what is charged on,
                the margin, whom it reached and how many calls were answered.
                """,
            options: EvaluationCommand.options
                + StatementCommands.common.map { option in
                    var option = option
                    option.isRequired = false
                    return option
                },
            examples: [
                "report 2026-0042 --output evaluation.html", "report 2026-0042 --text --language en",
                "report 2026-0042 --for GM0513 --output gouda.html", "report 2026-0042 --for briefing --text",
                "report --month 2026-10 --language en --output report-2026-10.html",
            ],
            run: { invocation in
                if invocation.argument(0) != nil { return try EvaluationCommand.run(invocation) }
                try EvaluationCommand.refuse(invocation)
                let options = try StatementCommands.options(invocation)
                try StatementCommands.write(Self(options), options, invocation)
            })
    ]
}

enum StatementCommands {
    static let common = [
        Option(
            name: "month", value: "MONTH", help: "such as 2026-10, from midnight to midnight in the Netherlands",
            isRequired: true),
        Option(name: "language", value: "LANGUAGE", help: "nl (default) or en"),
        Option(name: "format", value: "FORMAT", help: "html (default) or csv"),
        Option(
            name: "locale", value: "LOCALE", help: "of CSV: nl, as Dutch spreadsheets want it; default: comma and point"
        ),
        Option(
            name: "output", value: "FILE",
            help: "write there, when complete and not before; default, or -: standard output"),
    ]

    static func options(_ invocation: Invocation) throws -> StatementOptions {
        guard let text = invocation.value("month") else { throw invocation.usage("ACTION or --month MONTH is missing") }
        guard let month = DutchMonth(text) else {
            throw invocation.usage("--month must be a month such as 2026-10, not \"\(printable(text))\"")
        }
        let options = StatementOptions(
            month: month, format: try invocation.word("format", default: .html),
            language: try invocation.word("language", default: .dutch),
            locale: invocation.has("locale") ? try invocation.word("locale", default: .dutch) : nil)
        if options.locale != nil, options.format != .csv {
            throw invocation.usage("--locale goes with --format csv")
        }
        return options
    }

    static func write(_ request: any Verb, _ options: StatementOptions, _ invocation: Invocation) throws {
        try write(request, lineEnd: options.format == .csv && options.locale == .dutch ? [13, 10] : [10], invocation)
    }

    /// Lines of a reply to a file or to standard output.
    static func write(
        _ request: any Verb, lineEnd: [UInt8], madeFrom noun: String = "record", _ invocation: Invocation
    ) throws {
        let connection = try invocation.connect()
        let path = invocation.value("output").flatMap { $0 == "-" ? nil : $0 }
        let file = try path.map { try AtomicFile(path: $0) }
        func write(_ bytes: [UInt8]) throws {
            if let file { try file.write(bytes) } else { try invocation.output.write(bytes) }
        }
        var rows = 0
        try connection.exchange(request) { reply, line in
            if let error = reply.error {
                if invocation.isJSON { try invocation.output.write(line + [10]) }
                throw Failure.refusal(error, invocation.isJSON ? nil : error.message)
            }
            if let count = reply.content(of: Replies.rows) { rows = count }
            if invocation.isJSON { return try write(line + [10]) }
            if let lines = reply.content(of: Replies.lines) {
                try write(lines.reduce(into: []) { $0 += Array($1.utf8) + lineEnd })
            }
        }
        try file?.commit()
        if let path, !invocation.isJSON { invocation.output.note("\(path): made from \(counted(rows, noun))") }
    }
}

extension Invocation {
    /// An option that takes one of a few words.
    func word<Word: Vocabulary>(_ option: String, default fallback: Word) throws -> Word {
        guard let text = value(option) else { return fallback }
        guard let word = Word(word: text) else {
            let names = Word.words
            let hint = closest(to: text, in: names).map { "; did you mean \($0)?" } ?? ""
            throw usage("--\(option) must be \(names.joined(separator: " or ")), not \"\(printable(text))\"\(hint)")
        }
        return word
    }
}
