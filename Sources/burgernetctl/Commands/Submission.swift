// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore

/// One run of `submit`, `plan` or `quote`: the recipients go to the daemon while they are read.
final class Submission {
    private let invocation: Invocation
    private let action: ActionDocument
    private let list: ListUpload<RecipientLine>
    private let leniency: SubmissionLeniency
    private let purpose: Purpose
    /// What it would be charged, by account and channel.
    private var quotes: [QuoteReport] = []
    /// Of a dry run.
    private var texts: TextReport?
    private var rules: [RuleReport] = []
    private var forecast: ForecastReport?
    private var recipients = 0

    enum Purpose {
        case submit, dryRun, quote
        /// `plan`
        case forecast
    }

    /// `action`: nil when the first argument names its file.
    init(_ invocation: Invocation, _ purpose: Purpose, action given: ActionDocument? = nil) throws {
        self.invocation = invocation
        self.purpose = purpose
        let file = invocation.value("cap") ?? invocation.argument(0) ?? ""
        // What an alert updates or cancels has its recipients.
        guard let path = invocation.value("recipients") else { throw invocation.usage("--recipients FILE is missing") }
        guard !(file == "-" && path == "-") else {
            throw invocation.usage("action and recipients cannot both come from standard input")
        }
        action = try given ?? TemplateCommands.action(invocation)
        list = try ListUpload(invocation, path, of: "recipient") { Request.recipient($0).encode() }
        leniency = SubmissionLeniency(
            skipsInvalid: invocation.has("skip-invalid"), assumesLostZero: invocation.has("assume-lost-zero"),
            allowsUnknownAccounts: invocation.has("allow-unknown-accounts"))
    }

    func run() throws {
        let request =
            switch purpose {
            case .submit, .dryRun, .quote:
                Verbs.Submit(
                    action: action, leniency: leniency, isDryRun: purpose == .dryRun, confirm: try confirm(),
                    officer: try invocation.officer()
                ).encode()
            case .forecast: Verbs.Plan(action: action, leniency: leniency).encode()
            }
        guard request.count <= Request.lineLimit else {
            throw Failure.input("the action is \(request.count) bytes long; at most \(Request.lineLimit) are allowed")
        }
        let connection = try invocation.connect()
        var last: Reply?
        do {
            try connection.exchange(
                request, input: list.input, onInput: { try self.lines(for: $0) },
                onReply: { reply, line in
                    if self.invocation.isJSON { try self.invocation.output.write(line + [10]) }
                    self.report(reply)
                    if reply.isFinal { last = reply }
                })
        } catch Failure.unreachable(let reason) where list.isClosed && purpose == .submit && list.fatal == nil {
            throw Failure.unreachable(
                "\(reason)\nWhether action \(action.id) was accepted is not known. Submit it again: "
                    + "the same content is accepted only once.")
        }
        if let last { try conclude(last, connection) }
    }

    private func confirm() throws -> Int? {
        guard let text = invocation.value("confirm") else { return nil }
        guard let number = Int(text), (1...10_000_000).contains(number) else {
            throw invocation.usage("--confirm must be the number of recipients, not \"\(printable(text))\"")
        }
        return number
    }

    /// What is sent for a piece of the recipients file.
    private func lines(for bytes: [UInt8]) throws -> [UInt8] {
        try list.lines(
            for: bytes,
            takesBack: {
                purpose == .dryRun || purpose == .quote || (list.invalid > 0 && !leniency.skipsInvalid)
            }, report: report)
    }

    // MARK: - Reports

    private func report(_ reply: Reply) {
        guard !invocation.isJSON else { return }
        if list.show(reply, advice: withOptions) { return }
        if let quote = reply.content(of: Replies.quote) {
            quotes.append(quote)
        } else if let rule = reply.content(of: Replies.rule) {
            rules.append(rule)
        } else if let texts = reply.content(of: Replies.texts) {
            self.texts = texts
        } else if !reply.isFinal, let forecast = reply.content(of: Replies.forecast) {
            self.forecast = forecast
        }
    }

    private func conclude(_ reply: Reply, _ connection: DaemonConnection) throws {
        // A refusal by the daemon counts for more than what the end of the file would have said.
        if let error = reply.error {
            if purpose == .dryRun { try showTexts() }
            let others = list.invalid > 0 ? " (and \(counted(list.invalid, "unreadable line")))" : ""
            throw Failure.refusal(error, invocation.isJSON ? nil : withOptions(error.message) + others)
        }
        try list.mustBeReadable("nothing was submitted")
        if let acceptance = reply.content(of: Replies.accepted) {
            try show(acceptance)
        } else if let counts = reply.content(of: Replies.aborted) {
            try showAborted(counts, connection)
        } else if let forecast = reply.content(of: Replies.forecast) {
            try show(forecast)
        } else {
            throw Failure.unreachable("burgernetd gave an answer that does not fit")
        }
    }

    /// What the daemon advises by the protocol's keys, by the options of the same names.
    private func withOptions(_ text: String) -> String {
        ["skip-invalid", "assume-lost-zero", "allow-unknown-accounts"].reduce(text) { text, key in
            text.replacing("\"\(key)\"", with: key).replacing(key, with: "--\(key)")
        }
        .replacing("\"confirm\"", with: "--confirm NUMBER").replacing("\"officer\"", with: "--officer NAME")
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
        let left = leftOut(acceptance.invalid + list.invalid, acceptance.duplicates)
        let spoken = action.prompt.isEmpty ? nil : acceptance.promptMilliseconds
        try output.line(
            "Action \(acceptance.action) is accepted: \(counted(acceptance.recipients, "recipient"))\(left), "
                + "\(content(spoken: spoken)).")
        for note in acceptance.notes ?? [] { output.note(printable(withOptions(note))) }
        if let end = acceptance.approveBy {
            return try output.line(
                "A second officer has to let it go before \(localTime(end.timestamp)): burgernetctl approve "
                    + "\(acceptance.action) --officer NAME")
        }
        try output.line("Follow it: burgernetctl watch \(acceptance.action)")
    }

    private func showAborted(_ counts: SubmissionCounts, _ connection: DaemonConnection) throws {
        let invalid = counts.invalid + list.invalid
        guard invalid == 0 || leniency.skipsInvalid else {
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
        recipients = counts.recipients
        func tell(spoken: Int?) throws {
            guard !invocation.isJSON else { return }
            try invocation.output.line(
                "Dry run, nothing was submitted. Action \(action.id) would alert "
                    + "\(counted(counts.recipients, "recipient"))\(left), \(content(spoken: spoken)).")
        }
        if !invocation.isJSON {
            for note in counts.notes ?? [] { invocation.output.note(printable(withOptions(note))) }
        }
        guard purpose != .quote else { return try showQuote() }
        defer { try? showPage() }
        guard !action.prompt.isEmpty else { return try tell(spoken: nil) }
        try connection.exchange(Verbs.RenderPrompt(prompt: action.prompt, language: action.language)) { reply, line in
            if reply.content(of: Replies.audio) != nil { return }
            try invocation.deliver(reply, line) { reply in
                guard let prompt = reply.content(of: Replies.rendered) else { return }
                try tell(spoken: prompt.promptMilliseconds)
            }
        }
    }

    /// All that a dry run shows, behind its first line.
    private func showPage() throws {
        guard !invocation.isJSON else { return }
        try showTexts()
        for line in describe(rules, of: recipients, action.language) { try invocation.output.line(line) }
        if let forecast {
            for line in describe(forecast, startsLater: action.starts != nil) { try invocation.output.line(line) }
        }
        try showQuote()
    }

    private func showTexts() throws {
        guard !invocation.isJSON, let texts else { return }
        for line in describe(texts) { try invocation.output.line(line) }
        for finding in texts.findings { invocation.output.note(describe(finding)) }
    }

    private func show(_ forecast: ForecastReport) throws {
        guard !invocation.isJSON else { return }
        let left = leftOut(forecast.invalid + list.invalid, forecast.duplicates)
        let spoken = action.prompt.isEmpty ? nil : forecast.promptMilliseconds
        try invocation.output.line(
            "Action \(action.id) would alert \(counted(forecast.recipients, "recipient"))\(left), "
                + "\(content(spoken: spoken)).")
        for line in describe(forecast, startsLater: action.starts != nil) { try invocation.output.line(line) }
        for note in forecast.notes { invocation.output.note(printable(note)) }
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
            table.add([quote.account, quote.channel.text, "\(quote.recipients)", quote.expected, quote.worst])
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
