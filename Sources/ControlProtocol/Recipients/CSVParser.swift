// SPDX-License-Identifier: GPL-3.0-or-later

/// RFC 4180, byte by byte: quoted fields with delimiters, doubled quotes and line breaks in them; lines
/// end with CRLF, LF or CR. Holds one record at a time.
package struct CSVParser: Sendable {
    package struct Record: Equatable, Sendable {
        /// Bytes as they stand in the file, quotes taken off.
        package var fields: [[UInt8]]
        /// Physical line on which the record starts, from 1.
        package var line: Int
        /// Physical line on which it ends.
        package var lastLine: Int

        /// An empty line, or nothing but delimiters as spreadsheets leave them.
        package var isBlank: Bool { fields.allSatisfy { $0.allSatisfy { $0 == 32 || $0 == 9 } } }
    }

    package enum Event: Equatable, Sendable {
        case record(Record)
        /// One record is lost; the next is whole again.
        case malformed(line: Int, reason: String)
        /// Nothing after this can be trusted: a quote without end. The parser takes no more.
        case unreadable(line: Int, reason: String)
    }

    private enum State: Equatable {
        case fieldStart, unquoted, quoted
        /// A quote within a quoted field: its end, or the first of a doubled one.
        case quoteInQuoted
        /// After an error, until the line ends.
        case broken
        case ended
    }

    /// Bytes of one record at most.
    package static let recordLimit = 64 * 1024

    private let delimiter: UInt8
    private let limit: Int
    private var state = State.fieldStart
    private var line: Int
    private var recordLine: Int
    private var afterCR = false
    private var fields: [[UInt8]] = []
    private var field: [UInt8] = []
    private var recordBytes = 0
    private var quoteLine = 0
    private var events: [Event] = []

    package init(delimiter: UInt8, firstLine: Int = 1, limit: Int = CSVParser.recordLimit) {
        self.delimiter = delimiter
        self.limit = limit
        line = firstLine
        recordLine = firstLine
    }

    package mutating func consume(_ bytes: some Sequence<UInt8>) -> [Event] {
        for byte in bytes { take(byte) }
        defer { events = [] }
        return events
    }

    /// The file ends here; a last line without line end is a record too.
    package mutating func finish() -> [Event] {
        switch state {
        case .quoted: end(.unreadable(line: quoteLine, reason: "a quoted field begins here and has no end"))
        case .fieldStart where fields.isEmpty, .broken, .ended: break
        case .fieldStart, .unquoted, .quoteInQuoted: endRecord(lastLine: line)
        }
        state = .ended
        defer { events = [] }
        return events
    }

    private mutating func take(_ byte: UInt8) {
        guard state != .ended else { return }
        let endsLine = byte == 13 || (byte == 10 && !afterCR)
        let isSecondOfCRLF = byte == 10 && afterCR
        afterCR = byte == 13
        let currentLine = line
        if endsLine { line += 1 }

        recordBytes += 1
        if recordBytes > limit, state != .broken {
            if state == .quoted {
                let reason = "a quoted field begins here and has no end within \(limit) bytes"
                end(.unreadable(line: quoteLine, reason: reason))
            } else {
                breakOff("the record is longer than \(limit) bytes")
            }
        }
        switch state {
        case .quoted:
            if byte == UInt8(ascii: "\"") { state = .quoteInQuoted } else { field.append(byte) }
        case .broken, .fieldStart, .unquoted, .quoteInQuoted:
            if endsLine {
                if state == .broken { beginRecord() } else { endRecord(lastLine: currentLine) }
            } else if !isSecondOfCRLF {
                takeInLine(byte)
            } else {
                recordBytes = 0
            }
        case .ended: break
        }
    }

    /// A byte that ends no line, outside of quotes.
    private mutating func takeInLine(_ byte: UInt8) {
        switch state {
        case .fieldStart where byte == UInt8(ascii: "\""):
            quoteLine = line
            state = .quoted
        case .quoteInQuoted where byte == UInt8(ascii: "\""):
            field.append(byte)
            state = .quoted
        case .fieldStart, .unquoted, .quoteInQuoted:
            if byte == delimiter {
                fields.append(field)
                field = []
                state = .fieldStart
            } else if state == .quoteInQuoted {
                breakOff("after the closing quote of a field comes more text")
            } else if byte == UInt8(ascii: "\"") {
                breakOff("a quote in the middle of a field; a field with quotes is quoted as a whole")
            } else {
                field.append(byte)
                state = .unquoted
            }
        case .quoted, .broken, .ended: break
        }
    }

    private mutating func breakOff(_ reason: String) {
        events.append(.malformed(line: recordLine, reason: reason))
        fields = []
        field = []
        state = .broken
    }

    private mutating func end(_ event: Event) {
        events.append(event)
        fields = []
        field = []
        state = .ended
    }

    private mutating func endRecord(lastLine: Int) {
        fields.append(field)
        events.append(.record(Record(fields: fields, line: recordLine, lastLine: lastLine)))
        beginRecord()
    }

    private mutating func beginRecord() {
        fields = []
        field = []
        recordBytes = 0
        recordLine = line
        state = .fieldStart
    }
}
