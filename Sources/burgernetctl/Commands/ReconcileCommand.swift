// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import ControlProtocol
import GatewayCore
import Glibc

enum ReconcileCommand {
    static let command = Command(
        words: ["reconcile"], arguments: ["CARRIER-FILE"],
        summary: "compare the ledger with a carrier's file",
        details: """
            Lists what the carrier has not (missing), what the ledger has not (extra), and what both have with another
            duration, number of segments or amount, and sums up what is in dispute for each account.
            """,
        options: [
            Option(
                name: "mapping", value: "FILE", help: "says which column of the carrier's file is what",
                isRequired: true),
            Option(
                name: "month", value: "MONTH", help: "such as 2026-10; default: from the file's first call to its last"),
            Option(name: "trunk", value: "NAME", help: "what went over this trunk or SMSC alone"),
            Option(name: "records", value: "FILE", help: "a native export, in place of asking the daemon"),
            Option(
                name: "skip-invalid", value: nil, help: "pass over rows that cannot be read; else they are an error"),
            Option(name: "format", value: "FORMAT", help: "text (default) or csv"),
            Option(name: "locale", value: "LOCALE", help: "of CSV: nl, as Dutch spreadsheets want it"),
            Option(
                name: "output", value: "FILE",
                help: "write there, when complete and not before; default, or -: standard output"),
        ],
        examples: [
            "reconcile kpn-2026-10.csv --mapping kpn.conf --month 2026-10 --trunk kpn",
            "reconcile kpn-2026-10.csv --mapping kpn.conf --format csv --locale nl --output disputed.csv",
        ],
        run: run)

    private enum Format: String, Vocabulary {
        case text, csv
    }

    private static func run(_ invocation: Invocation) throws {
        let format: Format = try invocation.word("format", default: .text)
        let locale: ExportLocale? = invocation.has("locale") ? try invocation.word("locale", default: .dutch) : nil
        if locale != nil, format != .csv { throw invocation.usage("--locale goes with --format csv") }
        var month: DutchMonth?
        if let text = invocation.value("month") {
            guard let known = DutchMonth(text) else {
                throw invocation.usage("--month must be a month such as 2026-10, not \"\(printable(text))\"")
            }
            month = known
        }
        let mapping = try readMapping(invocation.value("mapping") ?? "")
        let carrier = try readCarrier(invocation.argument(0) ?? "", mapping, invocation)
        let times = carrier.map(\.time)
        let from = month?.start ?? times.min() ?? .epoch
        let to = month?.end ?? times.max().map { $0 + .microseconds(1) } ?? .epoch
        let ledger = try readLedger(mapping, from: from, to: to, invocation)
        try checkTrunk(ledger, invocation)
        let reconciliation = Reconciliation(ledger: ledger.calls, carrier: carrier, tolerance: mapping.tolerance)
        if ledger.purged > 0 {
            invocation.output.note(
                "burgernetctl: \(counted(ledger.purged, "call")) cannot be compared: the numbers were purged")
        }
        switch format {
        case .text:
            let lines = ReconciliationText.lines(reconciliation, carrier: carrier.count, zone: mapping.zone)
            try write(lines, [10], invocation)
        case .csv:
            let lines = ReconciliationCSV(locale: locale == .dutch ? .dutch : .plain, zone: mapping.zone)
                .lines(reconciliation)
            try write(lines, locale == .dutch ? [13, 10] : [10], invocation)
        }
    }

    /// A mistyped name would have all of the carrier's calls be extra.
    private static func checkTrunk(_ ledger: LedgerCallReader, _ invocation: Invocation) throws {
        guard let trunk = invocation.value("trunk"), !ledger.trunks.contains(trunk) else { return }
        var known = ledger.trunks
        if !invocation.has("records") {
            func collect(_ verb: any Verb) throws {
                try invocation.connect().exchange(verb) { reply, _ in
                    if let error = reply.error { throw Failure.refusal(error, error.message) }
                    if let report = reply.content(of: Replies.trunk) { known.insert(report.name) }
                    if let report = reply.content(of: Replies.smsc) { known.insert(report.name) }
                }
            }
            try collect(Verbs.Trunks())
            try collect(Verbs.SMSCs())
        }
        guard !known.contains(trunk) else { return }
        let hint = known.isEmpty ? "there is none" : "there are \(known.sorted().joined(separator: ", "))"
        throw Failure.refused(
            "there is no trunk or SMSC \"\(printable(trunk))\", and nothing went over one of that name then; \(hint)")
    }

    private static func write(_ lines: [String], _ lineEnd: [UInt8], _ invocation: Invocation) throws {
        let path = invocation.value("output").flatMap { $0 == "-" ? nil : $0 }
        let file = try path.map { try AtomicFile(path: $0) }
        for line in lines {
            let bytes = Array(line.utf8) + lineEnd
            if let file { try file.write(bytes) } else { try invocation.output.write(bytes) }
        }
        try file?.commit()
    }

    // MARK: - Reading

    private static func readMapping(_ path: String) throws -> CarrierMapping {
        switch CarrierMapping.parse(try readFile(path), file: path) {
        case .success(let mapping): return mapping
        case .failure(let error): throw Failure.input(error.description)
        }
    }

    private static func readCarrier(_ path: String, _ mapping: CarrierMapping, _ invocation: Invocation) throws
        -> [CarrierCall]
    {
        var reader = CarrierRowReader(mapping: mapping)
        var decoder = CarrierTextDecoder(mapping.encoding)
        var parser = CSVParser(delimiter: mapping.separator)
        var calls: [CarrierCall] = []
        var complaints: [String] = []
        var refused = 0
        func complain(_ line: Int, _ message: String) {
            refused += 1
            if complaints.count < 20 { complaints.append("\(path):\(line): \(message)") }
        }
        func take(_ events: [CSVParser.Event]) throws {
            for event in events {
                switch event {
                case .malformed(let line, let reason): complain(line, reason)
                case .unreadable(let line, let reason): throw Failure.input("\(path):\(line): \(reason)")
                case .record(let record):
                    do throws(ValueError) {
                        let row = try reader.read(record.fields, line: record.line)
                        if case .call(let call) = row { calls.append(call) }
                    } catch {
                        complain(record.line, error.message)
                        if !reader.isReady { throw Failure.input(complaints.joined(separator: "\n")) }
                    }
                }
            }
        }
        let descriptor = try openInput(path)
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        while true {
            let bytes = try readBytes(descriptor, maximum: 256 * 1024) { .input("cannot read \(path): \($0)") }
            if bytes.isEmpty { break }
            try take(parser.consume(decoder.consume(bytes)))
        }
        let rest: [UInt8]
        do throws(ValueError) {
            rest = try decoder.finish()
        } catch {
            throw Failure.input("\(path): \(error.message)")
        }
        try take(parser.consume(rest) + parser.finish())
        if refused > complaints.count { complaints.append("and \(refused - complaints.count) more") }
        if refused > 0 {
            guard invocation.has("skip-invalid") else { throw Failure.input(complaints.joined(separator: "\n")) }
            for complaint in complaints { invocation.output.note(printable(complaint)) }
        }
        return calls
    }

    private static func readLedger(
        _ mapping: CarrierMapping, from: Timestamp, to: Timestamp, _ invocation: Invocation
    ) throws -> LedgerCallReader {
        var reader = LedgerCallReader(mapping: mapping, trunk: invocation.value("trunk"), from: from, to: to)
        func take(_ line: String) throws {
            do throws(ValueError) {
                try reader.take(line)
            } catch {
                throw Failure.input(error.message)
            }
        }
        if let path = invocation.value("records") {
            let descriptor = try openInput(path)
            defer { if descriptor != STDIN_FILENO { close(descriptor) } }
            var splitter = LineSplitter(limit: Reply.lineLimit)
            while true {
                let bytes = try readBytes(descriptor, maximum: 256 * 1024) { .input("cannot read \(path): \($0)") }
                if bytes.isEmpty { break }
                for case .line(let line) in splitter.consume(bytes) { try take(String(decoding: line, as: UTF8.self)) }
            }
            return reader
        }
        // No end: corrections of these calls may have been made at any time since. Calls start before they are answered.
        let export = Verbs.ExportCDRs(format: .native, from: from - mapping.tolerance.time - .minutes(60))
        try invocation.connect().exchange(export) { reply, _ in
            if let error = reply.error { throw Failure.refusal(error, error.message) }
            for line in reply.content(of: Replies.lines) ?? [] { try take(line) }
        }
        return reader
    }
}
