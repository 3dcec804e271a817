// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Rows of CSV with a header row that names the columns, in any order.
struct CSVListReader<Row: ListRow>: Sendable {
    /// nil: is passed over.
    typealias Column = Row.Column?

    private enum State {
        /// The first line, whose delimiter is not known yet.
        case header([UInt8])
        case rows(CSVParser, [Column])
        case ended
    }

    private let ignoresColumns: Bool
    private var state = State.header([])
    /// Lines before the header: blank ones, and Excel's `sep=;`.
    private var linesBefore = 0
    private var announcedDelimiter: UInt8?
    private var endedWithCR = false

    init(ignoresColumns: Bool) { self.ignoresColumns = ignoresColumns }

    private static func column(named name: String) -> Column {
        Row.column(named: String(String.UnicodeScalarView(name.lowercased().unicodeScalars.filter { !$0.isInvisible })))
    }

    mutating func consume(_ bytes: some Collection<UInt8>) -> [ListFileEvent<Row>] {
        switch state {
        case .header(var line):
            // The header is one physical line; whatever follows it goes to the parser.
            var rest = bytes[...]
            while let byte = rest.first {
                rest = rest.dropFirst()
                let isSecondOfCRLF = byte == 10 && endedWithCR && line.isEmpty
                endedWithCR = byte == 13
                guard !isSecondOfCRLF else { continue }
                line.append(byte)
                guard byte != 10 && byte != 13 else { return header(line, rest: Array(rest)) }
                if line.count > CSVParser.recordLimit {
                    return fail("the first \(CSVParser.recordLimit) bytes have no line end: no CSV", line: 1)
                }
            }
            state = .header(line)
            return []
        case .rows(var parser, let columns):
            let events = parser.consume(bytes)
            state = .rows(parser, columns)
            return rows(events, columns)
        case .ended: return []
        }
    }

    mutating func finish() -> [ListFileEvent<Row>] {
        switch state {
        case .header(let line):
            let events = line.isEmpty ? [] : header(line + [10], rest: [])
            switch state {
            case .header: return fail("the file has no header row", line: linesBefore + 1)
            case .rows: return events + finish()
            case .ended: return events
            }
        case .rows(var parser, let columns):
            state = .ended
            return rows(parser.finish(), columns)
        case .ended: return []
        }
    }

    private mutating func fail(_ reason: String, line: Int) -> [ListFileEvent<Row>] {
        state = .ended
        return [.unreadable(ProtocolError(.invalidFile, reason, line: line))]
    }

    // MARK: - Header

    private mutating func header(_ line: [UInt8], rest: [UInt8]) -> [ListFileEvent<Row>] {
        let content = Array(line.dropLast())
        guard !content.allSatisfy({ $0 == 32 || $0 == 9 }) else { return continueHeader(rest) }
        if content.count == 5, content.starts(with: "sep=".utf8), announcedDelimiter == nil {
            announcedDelimiter = content[4]
            return continueHeader(rest)
        }
        var parser = CSVParser(
            delimiter: announcedDelimiter ?? Self.delimiter(of: content), firstLine: linesBefore + 1)
        let record: CSVParser.Record
        switch parser.consume(line).first {
        case .record(let header)?: record = header
        case .malformed(let place, let reason)?, .unreadable(let place, let reason)?:
            return fail("the header cannot be read: \(reason)", line: place)
        case nil: return fail("the header has a quote without end", line: linesBefore + 1)
        }
        switch columns(record) {
        case .failure(let error):
            state = .ended
            return [.unreadable(error)]
        case .success(let columns):
            state = .rows(parser, columns)
            return consume(rest)
        }
    }

    private mutating func continueHeader(_ rest: [UInt8]) -> [ListFileEvent<Row>] {
        linesBefore += 1
        state = .header([])
        return consume(rest)
    }

    /// The one that is there most often outside of quotes.
    static func delimiter(of header: [UInt8]) -> UInt8 {
        var counts: [UInt8: Int] = [:]
        var isQuoted = false
        for byte in header {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if !isQuoted { counts[byte, default: 0] += 1 }
        }
        let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
        return candidates.reduce(candidates[0]) { counts[$1, default: 0] > counts[$0, default: 0] ? $1 : $0 }
    }

    private func columns(_ record: CSVParser.Record) -> Result<[Column], ProtocolError> {
        func failure(_ text: String) -> Result<[Column], ProtocolError> {
            .failure(ProtocolError(.invalidFile, text, line: record.line))
        }
        var columns: [Column] = []
        var names: [String] = []
        for field in record.fields {
            if let bad = firstInvalidUTF8(in: field) {
                return failure(Self.notUTF8(field[bad], "the header"))
            }
            let name = String(decoding: trimmed(field), as: UTF8.self)
            names.append("\"\(excerpt(name))\"")
            columns.append(Self.column(named: name))
        }
        let looksLikeNumber = record.fields.contains { field in
            field.filter { (48...57).contains($0) }.count >= 7
        }
        for required in Row.required where !columns.contains(required.column) {
            if let other = required.unless, columns.contains(other) { continue }
            let found = names.joined(separator: ", ")
            if looksLikeNumber {
                return failure(
                    "the first line must name the columns, such as \(Row.example); it holds data instead")
            }
            return failure(
                "there is no column \"\(required.column.rawValue)\" (or \(required.names)); the columns are \(found)")
        }
        for column in Row.Column.allCases where columns.filter({ $0 == column }).count > 1 {
            return failure("two columns mean \"\(column.rawValue)\": \(names.joined(separator: ", "))")
        }
        let unknown = zip(names, columns).filter { $0.1 == nil }.map(\.0)
        guard unknown.isEmpty || ignoresColumns else {
            let plural = unknown.count == 1 ? "column" : "columns"
            let known = Row.Column.allCases.map(\.rawValue)
            return failure(
                "unknown \(plural) \(unknown.joined(separator: ", ")); known are \(known.dropLast().joined(separator: ", ")) "
                    + "and \(known.last ?? "") (--ignore-columns passes over others)")
        }
        return .success(columns)
    }

    // MARK: - Rows

    private mutating func rows(_ events: [CSVParser.Event], _ columns: [Column]) -> [ListFileEvent<Row>] {
        var found: [ListFileEvent<Row>] = []
        for event in events {
            switch event {
            case .record(let record):
                if !record.isBlank { found.append(Self.row(record, columns)) }
            case .malformed(let line, let reason):
                found.append(.invalid(ProtocolError(.invalidFile, reason, line: line)))
            case .unreadable(let line, let reason):
                found.append(.unreadable(ProtocolError(.invalidFile, reason, line: line)))
                state = .ended
            }
        }
        return found
    }

    private static func row(_ record: CSVParser.Record, _ columns: [Column]) -> ListFileEvent<Row> {
        func invalid(_ reason: String) -> ListFileEvent<Row> {
            .invalid(ProtocolError(.invalidFile, reason, line: record.line))
        }
        guard record.fields.count == columns.count else {
            let count = record.fields.count
            return invalid(
                "the line has \(count) \(count == 1 ? "field" : "fields"), the header has \(columns.count)")
        }
        var row = Row(line: record.line)
        for (field, column) in zip(record.fields, columns) {
            guard let column else { continue }
            if let bad = firstInvalidUTF8(in: field) {
                return invalid(notUTF8(field[bad], "the column \"\(column.rawValue)\""))
            }
            if field.contains(10) || field.contains(13) {
                return invalid(
                    "a quoted field in the column \"\(column.rawValue)\" has a line break; "
                        + "is a closing quote missing? (lines \(record.line) to \(record.lastLine))")
            }
            // An apostrophe in front says that a cell is text; some programs write it into the file.
            let text = String(decoding: trimmed(field).drop { $0 == UInt8(ascii: "'") }, as: UTF8.self)
            row.set(column, text)
        }
        return .row(row)
    }

    private static func notUTF8(_ byte: UInt8, _ place: String) -> String {
        "the byte 0x\(hexadecimalByte(byte)) in \(place) is not UTF-8; save the file as UTF-8 (\"CSV UTF-8\" in Excel)"
    }
}

private func trimmed(_ field: [UInt8]) -> [UInt8] {
    func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 }
    let start = field.drop(while: isSpace)
    guard let end = start.lastIndex(where: { !isSpace($0) }) else { return [] }
    return Array(start[...end])
}
