// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore

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
    private let list: ListUpload<ParticipantLine>

    init(_ invocation: Invocation) throws {
        self.invocation = invocation
        request = Verbs.ImportParticipants(
            replaces: invocation.has("replace"), isDryRun: invocation.has("dry-run"),
            skipsInvalid: invocation.has("skip-invalid"))
        list = try ListUpload(invocation, invocation.argument(0) ?? "", of: "row") { Request.participant($0).encode() }
    }

    func run() throws {
        var last: Reply?
        try invocation.connect().exchange(
            request.encode(), input: list.input, onInput: { try self.lines(for: $0) },
            onReply: { reply, line in
                if self.invocation.isJSON { try self.invocation.output.write(line + [10]) }
                try self.show(reply)
                if reply.isFinal { last = reply }
            })
        if let last { try conclude(last) }
    }

    private func lines(for bytes: [UInt8]) throws -> [UInt8] {
        try list.lines(
            for: bytes,
            takesBack: { list.invalid > 0 && !request.skipsInvalid && !request.isDryRun }, report: show)
    }

    private func show(_ reply: Reply) throws {
        guard !invocation.isJSON else { return }
        if list.show(reply, advice: advice) { return }
        if let difference = reply.content(of: Replies.difference) {
            let place = difference.line.map { "line \($0): " } ?? ""
            list.note("\(place)\(difference.id): \(difference.kind)")
        }
    }

    private func advice(_ text: String) -> String { text.replacing("skip-invalid", with: "--skip-invalid") }

    private func conclude(_ reply: Reply) throws {
        if let error = reply.error {
            throw Failure.refusal(error, invocation.isJSON ? nil : advice(error.message))
        }
        try list.mustBeReadable("nothing was changed")
        guard let report = reply.content(of: Replies.imported) else {
            throw Failure.refused(
                invocation.isJSON
                    ? nil
                    : "\(counted(list.invalid, "row")) cannot be read; nothing was changed (--skip-invalid passes them over)"
            )
        }
        guard !invocation.isJSON else { return }
        var parts = ["\(report.new) new", "\(report.changed) changed", "\(report.same) same"]
        if request.replaces { parts.append("\(report.gone) gone") }
        if report.invalid + list.invalid > 0 { parts.append("\(report.invalid + list.invalid) invalid") }
        if report.duplicates > 0 { parts.append("\(report.duplicates) duplicate") }
        try invocation.output.line((report.dryRun ? "would be: " : "") + parts.joined(separator: ", "))
        if report.dryRun, report.invalid + list.invalid > 0, !request.skipsInvalid {
            throw Failure.refused("an import would be refused for its invalid rows (--skip-invalid passes them over)")
        }
    }
}
