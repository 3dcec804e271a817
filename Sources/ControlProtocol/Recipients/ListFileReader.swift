// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// A list of recipients.
package typealias RecipientFileReader = ListFileReader<RecipientLine>

/// A person in a list, as a line of its file says it.
package protocol ListRow: Equatable, Sendable {
    /// Raw values: what errors name.
    associatedtype Column: RawRepresentable<String> & CaseIterable & Equatable & Sendable
    /// - Parameter name: In lower case; English and Dutch.
    static func column(named name: String) -> Column?
    /// Columns that must be there, with their other names, unless another one is there instead.
    static var required: [(column: Column, names: String, unless: Column?)] { get }
    /// A header.
    static var example: String { get }
    init(line: Int)
    var line: Int? { get set }
    mutating func set(_ column: Column, _ text: String)
    /// Of a line of JSON.
    static func decode(_ bytes: some Collection<UInt8>, limit: Int) throws(ProtocolError) -> Self
}

/// What a file of rows holds, in its order. Errors carry their line of the file.
package enum ListFileEvent<Row: ListRow>: Equatable, Sendable {
    /// Its `line` is set.
    case row(Row)
    /// This line is none; those after it are read all the same.
    case invalid(ProtocolError)
    /// The file as a whole, or all of it from here on, cannot be read. The last event.
    case unreadable(ProtocolError)
}

/// Reads rows from CSV or JSON lines, whichever the file turns out to be: JSON lines begin with `{`.
///
/// Pure and streaming: holds one record at a time.
package struct ListFileReader<Row: ListRow>: Sendable {
    private enum State {
        /// The first bytes, until they tell what it is.
        case start([UInt8])
        case csv(CSVListReader<Row>)
        case jsonLines(JSONLinesReader<Row>)
        case ended
    }

    private var state = State.start([])
    private let ignoresColumns: Bool

    /// `ignoresColumns`: columns of a CSV file that mean nothing here are passed over, instead of an error.
    package init(ignoresColumns: Bool = false) { self.ignoresColumns = ignoresColumns }

    package mutating func consume(_ bytes: some Collection<UInt8>) -> [ListFileEvent<Row>] {
        switch state {
        case .start(var head):
            head += Array(bytes)
            if let problem = Self.encodingProblem(head) {
                state = .ended
                return [.unreadable(problem)]
            }
            guard let first = Self.firstMeaningful(head), head.count >= 4 else {
                state = .start(head.count > 4096 ? Array(head.suffix(16)) : head)
                return []
            }
            return begin(head, first: first)
        case .csv(var reader):
            let events = reader.consume(bytes)
            state = .csv(reader)
            return finishWhenUnreadable(events)
        case .jsonLines(var reader):
            let events = reader.consume(bytes)
            state = .jsonLines(reader)
            return events
        case .ended: return []
        }
    }

    package mutating func finish() -> [ListFileEvent<Row>] {
        defer { state = .ended }
        switch state {
        case .start(let head):
            guard let first = Self.firstMeaningful(head) else {
                return [.unreadable(ProtocolError(.invalidFile, "the file is empty"))]
            }
            let events = begin(head, first: first)
            if case .start = state { return events }
            return events + finish()
        case .csv(var reader): return reader.finish()
        case .jsonLines(var reader): return reader.finish()
        case .ended: return []
        }
    }

    private mutating func begin(_ head: [UInt8], first: UInt8) -> [ListFileEvent<Row>] {
        let text = head.starts(with: utf8ByteOrderMark) ? Array(head.dropFirst(3)) : head
        if first == UInt8(ascii: "{") {
            state = .jsonLines(JSONLinesReader())
        } else {
            state = .csv(CSVListReader(ignoresColumns: ignoresColumns))
        }
        return consume(text)
    }

    private mutating func finishWhenUnreadable(_ events: [ListFileEvent<Row>]) -> [ListFileEvent<Row>] {
        if case .unreadable? = events.last { state = .ended }
        return events
    }

    private static func firstMeaningful(_ head: [UInt8]) -> UInt8? {
        let text = head.starts(with: utf8ByteOrderMark) ? head.dropFirst(3) : head[...]
        return text.first { ![32, 9, 10, 13].contains($0) }
    }

    private static func encodingProblem(_ head: [UInt8]) -> ProtocolError? {
        if head.starts(with: [0xff, 0xfe]) || head.starts(with: [0xfe, 0xff]) {
            return ProtocolError(.invalidFile, "the file is UTF-16; save it as UTF-8 (\"CSV UTF-8\" in Excel)", line: 1)
        }
        if head.starts(with: [0x50, 0x4b, 0x03, 0x04]) {
            return ProtocolError(.invalidFile, "this is a spreadsheet or a ZIP file; save it as CSV", line: 1)
        }
        return nil
    }
}

/// One JSON object per line, `{"number":"0612345678","id":"P-1","account":"GM0513"}`.
struct JSONLinesReader<Row: ListRow>: Sendable {
    private var splitter = LineSplitter(limit: Request.lineLimit)
    private var line = 0

    mutating func consume(_ bytes: some Collection<UInt8>) -> [ListFileEvent<Row>] {
        splitter.append(Array(bytes))
        var events: [ListFileEvent<Row>] = []
        while let line = splitter.next() {
            if let event = take(line) { events.append(event) }
        }
        return events
    }

    mutating func finish() -> [ListFileEvent<Row>] { splitter.finish().flatMap { take($0) }.map { [$0] } ?? [] }

    /// nil: a blank line.
    private mutating func take(_ text: LineSplitter.Line) -> ListFileEvent<Row>? {
        line += 1
        switch text {
        case .tooLong: return .invalid(numbered(.lineTooLong(limit: splitter.limit)))
        case .line(let bytes):
            guard !bytes.allSatisfy({ $0 == 32 || $0 == 9 || $0 == 13 }) else { return nil }
            do throws(ProtocolError) {
                var row = try Row.decode(bytes, limit: Request.lineLimit)
                row.line = line
                return .row(row)
            } catch {
                return .invalid(numbered(error))
            }
        }
    }

    private func numbered(_ error: ProtocolError) -> ProtocolError {
        var error = error
        error.line = line
        return error
    }
}
