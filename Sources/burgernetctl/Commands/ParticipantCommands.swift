// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore

// One person in the register, and the register as a file.

extension Verbs.ShowParticipant: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["participants", "show"], arguments: ["NUMBER|REFERENCE"],
            examples: ["participants show P-1041"],
            run: { invocation in
                try invocation.perform(Self(participant: invocation.argument(0) ?? "")) {
                    try invocation.show(participant: $0)
                }
            })
    ]
}

extension Verbs.SetParticipant: CommandVerb {
    /// In the order of `--help`.
    private static let texts: [(column: ParticipantLine.Column, value: String, help: String)] = [
        (.id, "REFERENCE", "another reference"), (.number, "NUMBER", "another number"),
        (.channels, "LIST", "in order, such as sms,voice"), (.languages, "LIST", "such as nl,en"),
        (.calls, "TIMES", "when calls are welcome: 'mon-fri 08:00-22:00, sat 10:00-20:00', always, never"),
        (.sms, "TIMES", "when SMS are welcome, likewise"),
        (.caps, "LIMITS", "how often: 'normal=1/month, urgent=7d', never"),
        (.pausedUntil, "TIME", "nothing before that day or time"),
        (.optedOut, "KINDS", "calls, sms, all or none"), (.population, "NAME", "section [Population NAME]"),
        (.test, "YES|NO", "a test number"),
    ]

    static let commands = [
        Command(
            Self.self, words: ["participants", "set"], arguments: ["NUMBER|REFERENCE"],
            details: "An empty value takes a wish back: --calls ''. What is not named stays as it is.",
            options: texts.map { Option(name: $0.column.rawValue, value: $0.value, help: $0.help) },
            examples: [
                "participants set P-1041 --calls 'mon-fri 08:00-22:00' --caps normal=1/month",
                "participants set 0612345678 --opted-out sms",
            ],
            run: { invocation in
                var line = ParticipantLine()
                for text in texts { line[text.column] = invocation.value(text.column.rawValue) }
                guard !line.columns.isEmpty else { throw invocation.usage("what is to be set? see --help") }
                try invocation.perform(Self(participant: invocation.argument(0) ?? "", to: line)) {
                    try invocation.show(participant: $0)
                }
            })
    ]
}

extension Verbs.PauseParticipant: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["participants", "pause"], arguments: ["NUMBER|REFERENCE"],
            options: [option("until", "TIME", isRequired: true)],
            examples: ["participants pause P-1041 --until 2027-01-04", "participants pause P-1041 --until ''"],
            run: { invocation in
                let request = Self(
                    participant: invocation.argument(0) ?? "", until: invocation.value("until") ?? "")
                try invocation.perform(request) { try invocation.show(participant: $0) }
            })
    ]
}

extension Invocation {
    fileprivate func show(participant reply: Reply) throws {
        guard let report = reply.content(of: Replies.participant) else { return }
        for column in ParticipantLine.Column.allCases {
            guard let text = report.entry[column], !text.isEmpty else { continue }
            let name = column.rawValue.padding(to: 14)
            var shown = text
            if column == .pausedUntil, let time = Timestamp(iso8601: text) { shown = DutchTime(time).description }
            if column == .optedOut, let at = report.optedOutAt {
                shown += " (\(localTime(at.timestamp)), by \(report.optedOutBy ?? ""))"
            }
            try output.line(name + printable(shown))
        }
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}

extension Verbs.ForgetParticipant: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["participants", "forget"], arguments: ["NUMBER"],
            details: """
                In the register, recipients of actions that have ended, call detail records and messages of citizens.
                What was opted out of stays, by a pseudonym. The ledger's proof stays valid.
                """,
            options: [option("keep-number")], examples: ["participants forget 0612345678"],
            run: { invocation in
                let request = Self(number: invocation.argument(0) ?? "", keepsNumber: invocation.has("keep-number"))
                try invocation.perform(request) { reply in
                    guard let rows = reply.content(of: Replies.count) else { return }
                    try invocation.output.line("the number is purged from \(counted(rows, "row"))")
                }
            })
    ]
}

extension Verbs.ExportParticipants: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["participants", "export"],
            options: [option("format", "FORMAT"), option("locale", "LOCALE"), outputOption],
            examples: ["participants export --locale nl --output register.csv"],
            run: { invocation in
                let request = Self(
                    format: try invocation.word("format", RegisterFormat.self) ?? .csv,
                    locale: try invocation.word("locale", ExportLocale.self))
                try invocation.write(
                    linesOf: request, isDutch: request.locale != nil && request.format == .csv, noun: "participant")
            })
    ]
}

extension Verbs.Hygiene: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["participants", "hygiene"],
            details: """
                Numbers that do not exist or have moved, of which every call was declined (two or more) or engaged
                (three or more), and of those who opted out by a key or by SMS since then.
                """,
            options: [
                Option(name: "since", value: "TIME", help: "2026-11-01, or a time", isRequired: true),
                option("locale", "LOCALE"), outputOption,
            ],
            examples: ["participants hygiene --since 2026-11-01 --locale nl --output opschonen.csv"],
            run: { invocation in
                guard let since = try invocation.time("since", endOfDay: false) else { return }
                let request = Self(since: since, locale: try invocation.word("locale", ExportLocale.self))
                try invocation.write(linesOf: request, isDutch: request.locale != nil, noun: "number")
            })
    ]
}

private let outputOption = Option(
    name: "output", value: "FILE", help: "write there, when complete and not before; default, or -: standard output")

extension Verbs.Why: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["why"], arguments: ["NUMBER|REFERENCE"],
            details: "Each call, SMS, outcome and change in order, of this number alone.",
            options: [option("action", "ACTION"), option("language", "LANGUAGE")],
            examples: ["why 0612345678", "why P-1041 --action 2026-0042 --language nl"],
            run: { invocation in
                let request = Self(
                    participant: invocation.argument(0) ?? "",
                    action: try invocation.value("action").map { try invocation.actionID(named: $0) },
                    language: try invocation.word("language", Language.self) ?? .english)
                try invocation.perform(request) { reply in
                    if let reason = reply.content(of: Replies.reason) {
                        let when = reason.at.map { localTime($0.timestamp) } ?? String(repeating: " ", count: 19)
                        let place = reason.action.isEmpty ? "" : "\(reason.action)  "
                        try invocation.output.line(printable("\(when)  \(place)\(reason.text)"))
                    } else if reply.content(of: Replies.count) == 0 {
                        invocation.output.note("Nothing is known of this number.")
                    }
                }
            })
    ]
}

extension Invocation {
    /// An option that takes one of a list of words; nil: it was not given.
    func word<Word: Vocabulary>(_ option: String, _: Word.Type) throws -> Word? {
        guard let text = value(option) else { return nil }
        if let known = Word(word: text) { return known }
        throw usage("--\(option) must be \(Word.words.joined(separator: " or ")), not \"\(printable(text))\"")
    }

    /// The lines that answer a request, to a file or standard output.
    fileprivate func write(linesOf request: any Verb, isDutch: Bool, noun: String) throws {
        let path = value("output").flatMap { $0 == "-" ? nil : $0 }
        var file = try path.map { try ExportFile(path: $0) }
        func write(_ bytes: [UInt8]) throws {
            if file != nil { try file?.write(bytes) } else { try output.write(bytes) }
        }
        if isDutch, !isJSON { try write([0xef, 0xbb, 0xbf]) }
        var rows = 0
        try connect().exchange(request) { reply, line in
            if let error = reply.error {
                if isJSON { try output.write(line + [10]) }
                throw Failure.refusal(error, isJSON ? nil : error.message)
            }
            if isJSON { return try write(line + [10]) }
            if let count = reply.content(of: Replies.rows) { rows = count }
            if let lines = reply.content(of: Replies.lines) {
                let end: [UInt8] = isDutch ? [13, 10] : [10]
                try write(lines.reduce(into: []) { $0 += Array($1.utf8) + end })
            }
        }
        guard let path else { return }
        try file?.commit(nil)
        if !isJSON { output.note("\(counted(rows, noun)) written to \(path)") }
    }
}
