// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore

enum CDRCommand {
    static let export = Command(
        words: ["cdr", "export"], summary: "write call detail records as CSV",
        details: """
            Times select by the start of the attempt: from --from on, before --to. A date alone is a whole
            day, so that --from 2026-11-01 --to 2026-11-30 is all of November; without a zone it is local.
            """,
        options: [
            Option(
                name: "format", value: "FORMAT", help: "native (with header), asterisk or freeswitch",
                isRequired: true),
            Option(name: "from", value: "TIME", help: "2026-11-24, 2026-11-24T13:30 or with a zone"),
            Option(name: "to", value: "TIME", help: "likewise; a date includes that day"),
            Option(name: "account", value: "NAME", help: "of this account alone, such as GM0513"),
            Option(name: "action", value: "ACTION", help: "of this action alone"),
            Option(
                name: "output", value: "FILE",
                help: "write there, when complete and not before; default, or -: standard output"),
        ],
        examples: ["cdr export --format native --from 2026-11-01 --to 2026-11-30 --account GM0513 --output cdr.csv"],
        run: run)

    private static func run(_ invocation: Invocation) throws {
        let request = Request.exportCDRs(try selection(invocation))
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
                throw Failure.refused(invocation.isJSON ? nil : error.message)
            }
            if case .rows(let count) = reply.body { rows = count }
            if invocation.isJSON { return try write(line + [10]) }
            if case .lines(let lines) = reply.body {
                try write(lines.reduce(into: []) { $0 += Array($1.utf8) + [10] })
            }
        }
        try file?.commit()
        if let path, !invocation.isJSON {
            invocation.output.note("\(counted(rows, "record")) written to \(path)")
        }
    }

    private static func selection(_ invocation: Invocation) throws -> CDRSelection {
        let format = invocation.value("format") ?? ""
        guard let known = ExportFormat(rawValue: format) else {
            let names = ExportFormat.allCases.map(\.rawValue)
            let hint = closest(to: format, in: names).map { "; did you mean \($0)?" } ?? ""
            throw invocation.usage(
                "--format must be \(names.joined(separator: ", ")), not \"\(printable(format))\"\(hint)")
        }
        func time(_ option: String, endOfDay: Bool) throws -> Timestamp? {
            guard let text = invocation.value(option) else { return nil }
            guard let time = parseLocalTime(text, endOfDay: endOfDay) else {
                throw invocation.usage(
                    "--\(option) must be a date or time such as 2026-11-24 or 2026-11-24T13:30, "
                        + "not \"\(printable(text))\"")
            }
            return time
        }
        let selection = CDRSelection(
            format: known, from: try time("from", endOfDay: false), to: try time("to", endOfDay: true),
            account: invocation.value("account"),
            action: try invocation.value("action").map { try invocation.actionID(named: $0) })
        if let from = selection.from, let to = selection.to, to <= from {
            throw invocation.usage("--to must be later than --from")
        }
        return selection
    }
}
