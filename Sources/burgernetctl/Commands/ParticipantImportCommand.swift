// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore
import Glibc

extension Verbs.ImportParticipants: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["participants", "import"], arguments: ["FILE"],
            details: """
                CSV with a header (comma, semicolon or tab; names in English or Dutch), or JSON lines; - is standard
                input. Columns: id, number, channels, languages, calls, sms, caps, paused-until, opted-out, population,
                test; id and number must be there. What has no column stays as it is, an empty cell takes a wish back.
                A list opts people out, and never back in.
                """,
            options: [
                option("replace"), option("dry-run"), option("skip-invalid"),
                Option(
                    name: "ignore-columns", value: nil, help: "pass over columns that mean nothing here"),
            ],
            examples: ["participants import deelnemers.csv --dry-run", "participants import deelnemers.csv --replace"],
            run: { try ParticipantImport($0).run() })
    ]
}

/// One run of `participants import`: rows go to the daemon while they are read.
private final class ParticipantImport {
    private let invocation: Invocation
    private let request: Verbs.ImportParticipants
    private let input: Int32
    private let fileName: String
    private var reader: ListFileReader<ParticipantLine>
    private var invalidHere = 0
    private var fatal: ProtocolError?
    private var isClosed = false
    private var shownLines = 0

    /// On a screen; `--json` has all.
    private static let maximumShownLines = 100

    init(_ invocation: Invocation) throws {
        self.invocation = invocation
        request = Verbs.ImportParticipants(
            replaces: invocation.has("replace"), isDryRun: invocation.has("dry-run"),
            skipsInvalid: invocation.has("skip-invalid"))
        let path = invocation.argument(0) ?? ""
        fileName = path == "-" ? "standard input" : path
        input = try openInput(path)
        reader = ListFileReader(ignoresColumns: invocation.has("ignore-columns"))
    }

    deinit { if input != STDIN_FILENO { close(input) } }

    func run() throws {
        var last: Reply?
        try invocation.connect().exchange(
            request.encode(), input: input, onInput: { try self.lines(for: $0) },
            onReply: { reply, line in
                if self.invocation.isJSON { try self.invocation.output.write(line + [10]) }
                try self.show(reply)
                if reply.isFinal { last = reply }
            })
        if let last { try conclude(last) }
    }

    private func lines(for bytes: [UInt8]) throws -> [UInt8] {
        guard !isClosed else { return [] }
        let isEnd = bytes.isEmpty
        var outgoing: [UInt8] = []
        for event in isEnd ? reader.finish() : reader.consume(bytes) {
            switch event {
            case .row(let line):
                let text = Request.participant(line).encode()
                if text.count > Request.lineLimit {
                    try reportHere(ProtocolError(.lineTooLong, "the row is too long", line: line.line))
                } else {
                    outgoing += text
                }
            case .invalid(let error): try reportHere(error)
            case .unreadable(let error): fatal = error
            }
        }
        if isEnd || fatal != nil {
            isClosed = true
            let mustAbort = fatal != nil || (invalidHere > 0 && !request.skipsInvalid && !request.isDryRun)
            outgoing += (mustAbort ? Request.abort : Request.commit).encode()
        }
        return outgoing
    }

    private func reportHere(_ error: ProtocolError) throws {
        invalidHere += 1
        let invalid = InvalidRecipient(line: error.line ?? 0, number: "", reason: error.message)
        let reply = Reply.part(Replies.invalid, invalid)
        if invocation.isJSON { try invocation.output.write(reply.encodeLine()) }
        try show(reply)
    }

    private func show(_ reply: Reply) throws {
        guard !invocation.isJSON else { return }
        if let invalid = reply.content(of: Replies.invalid) {
            let number = invalid.number.isEmpty ? "" : "\(invalid.number): "
            note("line \(invalid.line): \(number)\(invalid.reason.replacing("skip-invalid", with: "--skip-invalid"))")
        } else if let duplicate = reply.content(of: Replies.duplicate) {
            note("line \(duplicate.line): \(duplicate.number): the same number as in line \(duplicate.firstLine)")
        } else if let difference = reply.content(of: Replies.difference) {
            let place = difference.line.map { "line \($0): " } ?? ""
            note("\(place)\(difference.id): \(difference.kind)")
        }
    }

    private func note(_ text: String) {
        shownLines += 1
        if shownLines <= Self.maximumShownLines {
            invocation.output.note(printable(text))
        } else if shownLines == Self.maximumShownLines + 1 {
            invocation.output.note("more lines like these are not shown; --json shows all")
        }
    }

    private func conclude(_ reply: Reply) throws {
        if let error = reply.error {
            throw Failure.refusal(
                error, invocation.isJSON ? nil : error.message.replacing("skip-invalid", with: "--skip-invalid"))
        }
        if let fatal {
            let place = fatal.line.map { ", line \($0)" } ?? ""
            throw Failure.input("nothing was changed: \(fileName)\(place): \(fatal.message)")
        }
        guard let report = reply.content(of: Replies.imported) else {
            throw Failure.refused(
                invocation.isJSON
                    ? nil
                    : "\(counted(invalidHere, "row")) cannot be read; nothing was changed (--skip-invalid passes them over)"
            )
        }
        guard !invocation.isJSON else { return }
        var parts = ["\(report.new) new", "\(report.changed) changed", "\(report.same) same"]
        if request.replaces { parts.append("\(report.gone) gone") }
        if report.invalid + invalidHere > 0 { parts.append("\(report.invalid + invalidHere) invalid") }
        if report.duplicates > 0 { parts.append("\(report.duplicates) duplicate") }
        try invocation.output.line((report.dryRun ? "would be: " : "") + parts.joined(separator: ", "))
        if report.dryRun, report.invalid + invalidHere > 0, !request.skipsInvalid {
            throw Failure.refused("an import would be refused for its invalid rows (--skip-invalid passes them over)")
        }
    }
}
