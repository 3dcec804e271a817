// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore
import Glibc

enum SubmitCommand {
    static let command = Command(
        words: ["submit"], arguments: ["ACTION.json"],
        summary: "submit an action with its recipients",
        details: """
            The recipients file is CSV or JSON lines; "-" reads standard input. CSV has a header row with the
            column number (or telefoonnummer, nummer, phone) and, if wanted, id, account and channel (or kanaal:
            voice or sms, which the citizen chose), between commas, semicolons or tabs, in UTF-8. A JSON line is
            {"number":"0612345678","id":"P-1","account":"GM0513","channel":"sms"}.

            Nobody is called and no SMS is sent unless the daemon has accepted everything. The same action can be
            submitted again without harm: it is accepted once.
            """,
        options: [
            Option(name: "recipients", value: "FILE", help: "who is alerted: CSV or JSON lines", isRequired: true),
            Option(
                name: "skip-invalid", value: nil,
                help: "leave invalid recipients out and alert the others, instead of refusing all"),
            Option(name: "ignore-columns", value: nil, help: "pass over other columns of the CSV file"),
            Option(
                name: "dry-run", value: nil,
                help: "check action and recipients and render the message, but submit nothing"),
        ],
        examples: [
            "submit action.json --recipients people.csv --dry-run",
            "submit action.json --recipients - < people.jsonl",
        ],
        run: { try Submission($0).run() })
}

/// How an action would go.
enum PlanCommand {
    static let command = Command(
        words: ["plan"], arguments: ["ACTION.json"],
        summary: "say how long an action would take, what holds it up and what it costs",
        details: """
            Nothing is submitted and nobody is called. It is as if the action were submitted now: with the trunks that
            are up, the actions that run, the retry rules, and what became of earlier calls. An outcome is whatever
            ends the action for a recipient; reached is who hears the message or gets the SMS. Amounts without VAT.
            """,
        options: SubmitCommand.command.options.filter { $0.name != "dry-run" },
        examples: ["plan action.json --recipients people.csv"], run: { try Submission($0).run() })
}

/// What an action would be charged.
enum QuoteCommand {
    static let command = Command(
        words: ["quote"], arguments: ["ACTION.json"],
        summary: "say what an action would be charged, by account and channel",
        details: """
            Amounts without VAT; nothing is submitted. EXPECTED: everybody is reached by the first channel, hears the
            whole message and lets the time for keys pass. AT MOST: the longest call, every segment of every try, over
            every channel that may follow. submit --dry-run shows the same.
            """,
        options: SubmitCommand.command.options.filter { $0.name != "dry-run" },
        examples: ["quote action.json --recipients people.csv"], run: { try Submission($0).run() })
}

/// One run of `submit`.
private final class Submission {
    private let invocation: Invocation
    private let action: ActionDocument
    private let recipients: Int32
    private let fileName: String
    private var reader: RecipientFileReader
    private let skipsInvalid: Bool
    private let purpose: Purpose
    /// Lines that never got as far as the daemon.
    private var invalidHere = 0
    private var fatal: ProtocolError?
    private var isClosed = false
    private var reportedLines = 0
    /// What it would be charged, by account and channel.
    private var quotes: [QuoteReport] = []

    private enum Purpose {
        case submit, dryRun, quote, plan
    }

    /// On a screen; `--json` has all.
    private static let maximumReportedLines = 100

    init(_ invocation: Invocation) throws {
        self.invocation = invocation
        let file = invocation.argument(0) ?? ""
        let list = invocation.value("recipients") ?? ""
        guard !(file == "-" && list == "-") else {
            throw invocation.usage("action and recipients cannot both come from standard input")
        }
        action = try readAction(file)
        recipients = try openInput(list)
        fileName = list == "-" ? "standard input" : list
        reader = RecipientFileReader(ignoresColumns: invocation.has("ignore-columns"))
        skipsInvalid = invocation.has("skip-invalid")
        switch invocation.command.words {
        case ["quote"]: purpose = .quote
        case ["plan"]: purpose = .plan
        default: purpose = invocation.has("dry-run") ? .dryRun : .submit
        }
    }

    deinit { if recipients != STDIN_FILENO { close(recipients) } }

    func run() throws {
        let request =
            (purpose == .plan
            ? Request.plan(action, skipInvalid: skipsInvalid) : .submit(action, skipInvalid: skipsInvalid)).encode()
        guard request.count <= LineSplitter.requestLimit else {
            throw Failure.input(
                "the action is \(request.count) bytes long; at most \(LineSplitter.requestLimit) are allowed")
        }
        let connection = try invocation.connect()
        var last: Reply?
        do {
            try connection.exchange(
                request, input: recipients, onInput: { try self.lines(for: $0) },
                onReply: { reply, line in
                    if self.invocation.isJSON { try self.invocation.output.write(line + [10]) }
                    self.report(reply.body)
                    if reply.isFinal { last = reply }
                })
        } catch Failure.unreachable(let reason) where isClosed && purpose == .submit && fatal == nil {
            throw Failure.unreachable(
                "\(reason)\nWhether action \(action.id) was accepted is not known. Submit it again: "
                    + "the same content is accepted only once.")
        }
        if let last { try conclude(last, connection) }
    }

    /// What is sent for a piece of the recipients file.
    private func lines(for bytes: [UInt8]) throws -> [UInt8] {
        guard !isClosed else { return [] }
        let isEnd = bytes.isEmpty
        var outgoing: [UInt8] = []
        for event in isEnd ? reader.finish() : reader.consume(bytes) {
            switch event {
            case .recipient(let recipient):
                let line = Request.recipient(recipient).encode()
                if line.count > LineSplitter.requestLimit {
                    try reportHere(ProtocolError(.lineTooLong, "the recipient is too long", line: recipient.line))
                } else {
                    outgoing += line
                }
            case .invalid(let error): try reportHere(error)
            case .unreadable(let error): fatal = error
            }
        }
        if isEnd || fatal != nil {
            isClosed = true
            let takesBack = purpose == .dryRun || purpose == .quote
            let mustAbort = fatal != nil || takesBack || (invalidHere > 0 && !skipsInvalid)
            outgoing += (mustAbort ? Request.abort : Request.commit).encode()
        }
        return outgoing
    }

    // MARK: - Reports

    private func reportHere(_ error: ProtocolError) throws {
        invalidHere += 1
        let invalid = InvalidRecipient(line: error.line ?? 0, number: "", reason: error.message)
        if invocation.isJSON { try invocation.output.write(Reply.part(.invalid(invalid)).encodeLine()) }
        report(.invalid(invalid))
    }

    private func report(_ body: Reply.Body) {
        guard !invocation.isJSON else { return }
        switch body {
        case .invalid(let invalid):
            let number = invalid.number.isEmpty ? "" : "\(invalid.number): "
            note("line \(invalid.line): \(number)\(invalid.reason)")
        case .duplicate(let duplicate):
            note("line \(duplicate.line): \(duplicate.number): the same number as in line \(duplicate.firstLine)")
        case .quote(let quote): quotes.append(quote)
        case .error, .accepted, .aborted, .action, .recipient, .inbound, .progress, .count, .lines, .rows, .budget,
            .totals, .verified, .appended, .change, .rerated,
            .plan, .trunk, .prefix, .smsc, .status, .audio, .rendered, .unknown:
            break
        }
    }

    private func note(_ text: String) {
        reportedLines += 1
        if reportedLines <= Self.maximumReportedLines {
            invocation.output.note(printable(text))
        } else if reportedLines == Self.maximumReportedLines + 1 {
            invocation.output.note("more lines like these are not shown; --json shows all")
        }
    }

    private func conclude(_ reply: Reply, _ connection: DaemonConnection) throws {
        // A refusal by the daemon counts for more than what the end of the file would have said.
        if let error = reply.error {
            let others = invalidHere > 0 ? " (and \(counted(invalidHere, "unreadable line")))" : ""
            throw Failure.refused(invocation.isJSON ? nil : error.message + others)
        }
        if let fatal {
            let place = fatal.line.map { ", line \($0)" } ?? ""
            throw Failure.input("nothing was submitted: \(fileName)\(place): \(fatal.message)")
        }
        switch reply.body {
        case .accepted(let acceptance): try show(acceptance)
        case .aborted(let counts): try showAborted(counts, connection)
        case .plan(let plan): try show(plan)
        case .error, .invalid, .duplicate, .action, .recipient, .inbound, .progress, .count, .lines, .rows, .budget,
            .totals, .verified, .appended, .change, .rerated,
            .quote, .trunk, .prefix,
            .smsc, .status, .audio, .rendered, .unknown:
            throw Failure.unreachable("burgernetd gave an answer that does not fit")
        }
    }

    private func leftOut(_ invalid: Int, _ duplicates: Int) -> String {
        var parts: [String] = []
        if invalid > 0 { parts.append("\(invalid) invalid") }
        if duplicates > 0 { parts.append(counted(duplicates, "duplicate")) }
        return parts.isEmpty ? "" : " (\(parts.joined(separator: " and ")) left out)"
    }

    private func show(_ acceptance: Acceptance) throws {
        guard !invocation.isJSON else { return }
        let output = invocation.output
        if acceptance.alreadyAccepted {
            return try output.line("Action \(acceptance.action) was accepted before, with the same content.")
        }
        let left = leftOut(acceptance.invalid + invalidHere, acceptance.duplicates)
        let spoken = action.message.isEmpty ? nil : acceptance.messageMilliseconds
        try output.line(
            "Action \(acceptance.action) is accepted: \(counted(acceptance.recipients, "recipient"))\(left), "
                + "\(content(spoken: spoken)).")
        try output.line("Follow it: burgernetctl watch \(acceptance.action)")
    }

    private func showAborted(_ counts: SubmissionCounts, _ connection: DaemonConnection) throws {
        let invalid = counts.invalid + invalidHere
        guard invalid == 0 || skipsInvalid else {
            throw Failure.refused(
                invocation.isJSON
                    ? nil
                    : "nothing was submitted: \(counted(invalid, "invalid recipient")) (--skip-invalid leaves them out)"
            )
        }
        guard counts.recipients > 0 else {
            throw Failure.refused("nothing was submitted: there is no valid recipient")
        }
        let left = leftOut(invalid, counts.duplicates)
        func tell(spoken: Int?) throws {
            guard !invocation.isJSON else { return }
            try invocation.output.line(
                "Dry run, nothing was submitted. Action \(action.id) would alert "
                    + "\(counted(counts.recipients, "recipient"))\(left), \(content(spoken: spoken)).")
        }
        guard purpose != .quote else { return try showQuote() }
        defer { try? showQuote() }
        guard !action.message.isEmpty else { return try tell(spoken: nil) }
        try connection.exchange(.renderPrompt(message: action.message, language: action.language)) { reply, line in
            if case .audio = reply.body { return }
            try invocation.deliver(reply, line) { body in
                guard case .rendered(let prompt) = body else { return }
                try tell(spoken: prompt.messageMilliseconds)
            }
        }
    }

    private func show(_ plan: PlanReport) throws {
        guard !invocation.isJSON else { return }
        let left = leftOut(plan.invalid + invalidHere, plan.duplicates)
        let spoken = action.message.isEmpty ? nil : plan.messageMilliseconds
        try invocation.output.line(
            "Action \(action.id) would alert \(counted(plan.recipients, "recipient"))\(left), "
                + "\(content(spoken: spoken)).")
        for line in describe(plan, startsLater: action.starts != nil) { try invocation.output.line(line) }
        for note in plan.notes { invocation.output.note(printable(note)) }
    }

    private func showQuote() throws {
        guard !invocation.isJSON else { return }
        guard !quotes.isEmpty else {
            if purpose == .quote {
                throw Failure.refused("the daemon has no tariffs: see [Billing] TariffDirectory= and docs/tariffs.md")
            }
            return
        }
        var table = Table(["ACCOUNT", "CHANNEL", ">RECIPIENTS", ">EXPECTED", ">AT MOST"])
        var (expected, worst, unrated) = (Money.zero, Money.zero, 0)
        for quote in quotes {
            table.add([quote.account, quote.channel, "\(quote.recipients)", quote.expected, quote.worst])
            expected += Money(decimal: quote.expected) ?? .zero
            worst += Money(decimal: quote.worst) ?? .zero
            unrated += quote.unrated
        }
        table.add(["total", "", "", expected.decimal, worst.decimal])
        for line in table.lines() { try invocation.output.line(line) }
        if unrated > 0 {
            invocation.output.note("\(counted(unrated, "recipient")) without a price: no tariff says anything of them")
        }
    }

    /// `message of 12.3 s, SMS of 140 characters`.
    private func content(spoken milliseconds: Int?) -> String {
        var parts: [String] = []
        if let milliseconds { parts.append("message of \(lengthOfTime(milliseconds: milliseconds))") }
        if let sms = action.sms { parts.append("SMS of \(counted(sms.text.count, "character"))") }
        return parts.joined(separator: ", ")
    }
}
