// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import ControlProtocol
import GatewayCore

/// Call detail records as CSV, each file with its manifest.
extension Verbs.ExportCDRs: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["cdr", "export"],
            details: """
                Times select by the start of the attempt: from --from on, before --to. A date alone is a whole
                day, so that --from 2026-11-01 --to 2026-11-30 is all of November; without a zone it is local.

                --period takes whole days and months of the Dutch calendar instead, whatever the local zone:
                yesterday, last-month, a day such as 2026-11-24, a month such as 2026-11, or last-7-days, which
                writes a file for each of them. With --directory, files are named by format, locale and period.

                Beside each file stands FILE.manifest.json: rows, sums for each account, the first and last
                sequence, the last row's hash and the file's SHA-256. The manifest comes last.
                """,
            options: [
                option("format", "FORMAT", isRequired: true), option("locale", "LOCALE"),
                Option(name: "from", value: "TIME", help: "2026-11-24, 2026-11-24T13:30 or with a zone"),
                Option(name: "to", value: "TIME", help: "likewise; a date includes that day"),
                Option(name: "period", value: "PERIOD", help: "days or a month, in place of --from and --to"),
                option("account", "NAME"), option("action", "ACTION"),
                Option(
                    name: "output", value: "FILE",
                    help: "write there, when complete and not before; default, or -: standard output"),
                Option(name: "directory", value: "DIR", help: "write there, under a name by format and --period"),
            ],
            examples: [
                "cdr export --format native --from 2026-11-01 --to 2026-11-30 --account GM0513 --output cdr.csv",
                "cdr export --format native --locale nl --period last-month --directory /srv/finance",
            ],
            run: run)
    ]

    private static func run(_ invocation: Invocation) throws {
        let request = try request(invocation)
        guard let text = invocation.value("period") else {
            guard invocation.value("directory") == nil else { throw invocation.usage("--directory needs --period") }
            return try export(request, to: invocation.value("output").flatMap { $0 == "-" ? nil : $0 }, invocation)
        }
        guard invocation.value("from") == nil, invocation.value("to") == nil else {
            throw invocation.usage("--period takes the place of --from and --to")
        }
        guard let periods = ExportPeriod.read(text, now: currentTime()) else {
            throw invocation.usage(
                "--period must be yesterday, last-month, last-7-days, a day or a month, not \"\(printable(text))\"")
        }
        guard periods.count == 1 || invocation.value("directory") != nil else {
            throw invocation.usage("--period \(text) writes several files: it needs --directory")
        }
        for period in periods {
            var part = request
            (part.from, part.to) = (period.start, period.end)
            let path =
                invocation.value("directory").map { "\($0)/\(name(of: part, period))" }
                ?? invocation.value("output").flatMap { $0 == "-" ? nil : $0 }
            try export(part, to: path, invocation)
        }
    }

    /// `cdr-native-nl-GM0513-2026-11.csv`
    private static func name(of request: Self, _ period: ExportPeriod) -> String {
        let parts = [
            "cdr", request.format.word, request.locale?.word, request.account, request.action?.text,
            period.name,
        ]
        return parts.compactMap { $0 }.joined(separator: "-") + ".csv"
    }

    private static func export(_ request: Self, to path: String?, _ invocation: Invocation) throws {
        let isPlain = request.locale == nil
        let connection = try invocation.connect()
        var file = try path.map { try ExportFile(path: $0) }
        func write(_ bytes: [UInt8]) throws {
            if file != nil { try file?.write(bytes) } else { try invocation.output.write(bytes) }
        }
        let lineEnd: [UInt8] = isPlain ? [10] : [13, 10]
        if !isPlain, !invocation.isJSON { try write([0xef, 0xbb, 0xbf]) }
        var rows = 0
        var report: ExportReport?
        // Millions of lines: the common reply is read without decoding it as any other.
        var piece: [UInt8] = []
        func take(_ line: [UInt8]) throws -> Bool {
            guard !invocation.isJSON else { return false }
            piece.removeAll(keepingCapacity: true)
            guard LinesReply.append(linesOf: line, lineEnd: lineEnd, to: &piece) != nil else { return false }
            try write(piece)
            return true
        }
        try connection.exchange(request.encode(), onLine: take) { reply, line in
            if let error = reply.error {
                if invocation.isJSON { try invocation.output.write(line + [10]) }
                throw Failure.refusal(error, invocation.isJSON ? nil : error.message)
            }
            if let count = reply.content(of: Replies.rows) { rows = count }
            if let totals = reply.content(of: Replies.totals) { report = totals }
            if invocation.isJSON { return try write(line + [10]) }
            if let lines = reply.content(of: Replies.lines) {
                try write(lines.reduce(into: []) { $0 += Array($1.utf8) + lineEnd })
            }
        }
        guard let path else { return }
        try file?.commit(report.flatMap { invocation.isJSON ? nil : ExportManifest(request, $0) })
        if !invocation.isJSON { invocation.output.note("\(counted(rows, "record")) written to \(path)") }
    }

    private static func request(_ invocation: Invocation) throws -> Self {
        func word<Word: Vocabulary>(_ option: String, _: Word.Type) throws -> Word? {
            guard let text = invocation.value(option) else { return nil }
            if let known = Word(word: text) { return known }
            let names = Word.words
            let hint = closest(to: text, in: names).map { "; did you mean \($0)?" } ?? ""
            throw invocation.usage(
                "--\(option) must be \(names.joined(separator: ", ")), not \"\(printable(text))\"\(hint)")
        }
        let request = Self(
            format: try word("format", ExportFormat.self) ?? .native, locale: try word("locale", ExportLocale.self),
            from: try invocation.time("from", endOfDay: false), to: try invocation.time("to", endOfDay: true),
            account: invocation.value("account"),
            action: try invocation.value("action").map { try invocation.actionID(named: $0) })
        if let from = request.from, let to = request.to, to <= from {
            throw invocation.usage("--to must be later than --from")
        }
        return request
    }
}

extension Invocation {
    /// An option that takes a date or a time of the local zone; nil: it was not given.
    func time(_ option: String, endOfDay: Bool) throws -> Timestamp? {
        guard let text = value(option) else { return nil }
        guard let time = parseLocalTime(text, endOfDay: endOfDay) else {
            throw usage(
                "--\(option) must be a date or time such as 2026-11-24 or 2026-11-24T13:30, "
                    + "not \"\(printable(text))\"")
        }
        return time
    }
}
