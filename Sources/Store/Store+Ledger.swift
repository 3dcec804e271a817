// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import CSQLite
import GatewayCore

/// The chain of the ledger: each row bears the hash of the one before, and the journal knows the newest.
extension Store {
    /// Columns of a row before its hash.
    private static let columns = 47
    /// Columns behind the hash that came later: part of the text only where they say something, so that rows of before
    /// keep their hashes.
    private static let laterColumns = 3
    /// In a journal of before.
    private static let unchainedColumns = 38
    private static let calleeColumn = 5

    // MARK: - Writing

    /// The hash of a row that is about to be written: all columns but the hash, the later ones if they say something.
    func chain(
        _ values: [Statement.Value], later: [Statement.Value]?, after head: LedgerHead
    ) -> SHA256.Digest {
        ledgerLine.removeAll()
        for (column, value) in values.enumerated() { append(value, column: column) }
        for value in later ?? [] { append(value, column: nil) }
        return ledgerLine.hash(after: head.hash)
    }

    private func append(_ value: Statement.Value, column: Int?) {
        switch value {
        case .integer(let number): ledgerLine.append(number)
        case .text(var text): text.withUTF8 { append(UnsafeRawBufferPointer($0), column: column) }
        case .null: ledgerLine.appendNull()
        case .blob(let bytes): bytes.withUnsafeBytes { ledgerLine.append($0) }
        }
    }

    private func append(_ octets: UnsafeRawBufferPointer, column: Int?) {
        if column == Self.calleeColumn {
            ledgerLine.append(number: octets, pseudonyms)
        } else {
            ledgerLine.append(octets)
        }
    }

    /// The columns of a ledger entry, in order.
    func columns(of entry: LedgerEntry) -> [Statement.Value] {
        func amount(_ side: RatedAmount?) -> [Statement.Value] {
            guard let side else { return [.null, .null, .null] }
            return [.integer(side.amount.microEuros), .integer(Int64(side.vatBasisPoints)), .text(side.tariff)]
        }
        return [.text(entry.kind.rawValue), entry.corrects.map { .integer($0) } ?? .null]
            + amount(entry.cost) + amount(entry.charge) + [.text(entry.note)]
    }

    func ledgerEntry(from row: Statement, _ sequence: Int64, _ operation: String) throws -> LedgerEntry {
        row.move(to: 38)
        guard let kind = LedgerKind(rawValue: row.text()) else { throw damaged(operation, "CDR \(sequence)") }
        let corrects = row.optionalInteger()
        func amount() -> RatedAmount? {
            let (amount, vat, tariff) = (row.optionalInteger(), row.integer(), row.text())
            return amount.map {
                RatedAmount(amount: Money(microEuros: $0), vatBasisPoints: Int(vat), tariff: tariff)
            }
        }
        let (cost, charge) = (amount(), amount())
        return LedgerEntry(kind: kind, corrects: corrects, cost: cost, charge: charge, note: row.text())
    }

    /// The columns behind the hash, in order.
    func columns(of audio: AudioTiming?) -> [Statement.Value] {
        guard let audio else { return Array(repeating: .null, count: Self.laterColumns) }
        return [
            .integer(audio.meanLateness.microseconds), .integer(audio.maximumLateness.microseconds),
            .integer(Int64(audio.skipped)),
        ]
    }

    func audioTiming(from row: Statement) -> AudioTiming? {
        row.move(to: Self.columns + 1)
        guard let mean = row.optionalInteger() else { return nil }
        let (longest, skipped) = (row.integer(), row.integer())
        return AudioTiming(
            meanLateness: .microseconds(mean), maximumLateness: .microseconds(longest), skipped: Int(skipped))
    }

    /// At the end of a transaction, so that rows that go missing behind the last one are missed.
    func noteLedgerHead(_ operation: String) throws {
        guard mustNoteHead, let head = ledgerHead else { return }
        try setMeta("ledger-head", .text("\(head.sequence) \(head.hash.hexadecimal)"), operation)
        mustNoteHead = false
    }

    // MARK: - The newest row

    func readLedgerHead(_ operation: String) throws -> LedgerHead {
        if let ledgerHead { return ledgerHead }
        mustNoteHead = false
        let head = try notedLedgerHead(operation) ?? .empty
        let last = try lastLedgerRow(operation)
        // Rows that were taken away leave a gap for good: what follows bears the number and hash that were noted.
        let newest = head.sequence >= last.sequence ? head : last
        ledgerHead = newest
        return newest
    }

    /// As the journal noted it with the row; nil: never.
    func notedLedgerHead(_ operation: String) throws -> LedgerHead? {
        let row = try connection.statement("SELECT value FROM meta WHERE key = 'ledger-head'", operation)
        defer { row.reset() }
        guard try row.step() else { return nil }
        let words = row.text().split(separator: " ")
        guard words.count == 2, let sequence = Int64(words[0]), let hash = SHA256.Digest(hexadecimal: String(words[1]))
        else { throw damaged(operation, "the noted end of the ledger") }
        return LedgerHead(sequence: sequence, hash: hash)
    }

    private func lastLedgerRow(_ operation: String) throws -> LedgerHead {
        let row = try connection.statement("SELECT sequence, hash FROM cdr ORDER BY sequence DESC LIMIT 1", operation)
        defer { row.reset() }
        guard try row.step() else { return .empty }
        return LedgerHead(sequence: row.integer(), hash: SHA256.Digest(row.blob()) ?? .zero)
    }

    /// Compares the end of the ledger with what was noted of it.
    func compareLedgerHead(_ operation: String) throws -> String? {
        let noted = try notedLedgerHead(operation) ?? .empty
        let last = try lastLedgerRow(operation)
        guard noted != last else { return nil }
        return "the ledger ends with row \(last.sequence), not as it was left with row \(noted.sequence); "
            + "\"burgernetctl cdr verify\" says more"
    }

    // MARK: - Proving

    /// What an audit of these rows needs; nil as an end: the newest row.
    package func beginAudit(from: Int64?, to: Int64?, noted: [LedgerHead]) throws -> LedgerAudit {
        checkOwner()
        let operation = "proving the ledger"
        let head = try notedLedgerHead(operation) ?? .empty
        let last = try lastLedgerRow(operation)
        let first = max(1, from ?? 1)
        var start = LedgerHead.empty
        if first > 1 {
            let row = try connection.statement("SELECT hash FROM cdr WHERE sequence = ?", operation)
                .bind([.integer(first - 1)])
            // Without the row before, its number is the first that is missed.
            let hash = try row.step() ? SHA256.Digest(row.blob()) : nil
            row.reset()
            start = LedgerHead(sequence: hash == nil ? first - 2 : first - 1, hash: hash ?? .zero)
        }
        // Rows behind the noted end are read too, so that they are found; so are those that are missing there.
        let furthest = max(last.sequence, head.sequence, noted.map(\.sequence).max() ?? 0)
        return LedgerAudit(
            after: start, end: min(to ?? furthest, furthest), lastWritten: head.sequence, noted: noted + [head])
    }

    /// Takes the audit on by some rows.
    package func advance(_ audit: inout LedgerAudit, after sequence: Int64, limit: Int) throws -> Int64 {
        checkOwner()
        let rows = try connection.statement(
            "SELECT * FROM cdr WHERE sequence > ? ORDER BY sequence LIMIT ?", "proving the ledger"
        ).bind([.integer(sequence), .integer(Int64(limit))])
        defer { rows.reset() }
        var newest = sequence
        while try rows.step() {
            let hash: [UInt8]
            (newest, hash) = readRow(rows)
            audit.take(sequence: newest, line: ledgerLine.bytes, hash: SHA256.Digest(hash))
            if audit.isDone { return newest }
        }
        if newest == sequence { audit.finish() }
        return newest
    }

    /// The canonical text of the row, into ``ledgerLine``, its number and its hash.
    private func readRow(_ row: Statement) -> (sequence: Int64, hash: [UInt8]) {
        let sequence = readLine(of: row, columns: Self.columns)
        let hash = row.blob()
        let end = Self.columns + 1 + Self.laterColumns
        if (Self.columns + 1..<end).contains(where: { row.columnType(of: $0) != SQLITE_NULL }) {
            readColumns(Self.columns + 1..<end, of: row)
        }
        return (sequence, hash)
    }

    private func readLine(of row: Statement, columns: Int) -> Int64 {
        ledgerLine.removeAll()
        let sequence = row.integer()
        ledgerLine.append(sequence)
        readColumns(1..<columns, of: row)
        return sequence
    }

    /// The columns that are read next.
    private func readColumns(_ columns: Range<Int>, of row: Statement) {
        for column in columns {
            if row.columnType == SQLITE_INTEGER {
                ledgerLine.append(row.integer())
            } else if let octets = row.octets() {
                append(octets, column: column)
            } else {
                ledgerLine.appendNull()
            }
        }
    }

    // MARK: - Reading

    /// The canonical text of rows in order, each with a tab and its hash in hexadecimal.
    package func ledgerLines(after sequence: Int64, through: Int64, limit: Int) throws
        -> (lines: [[UInt8]], last: Int64)
    {
        checkOwner()
        let rows = try connection.statement(
            "SELECT * FROM cdr WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?", "reading the ledger"
        ).bind([.integer(sequence), .integer(through), .integer(Int64(limit))])
        defer { rows.reset() }
        var lines: [[UInt8]] = []
        var last = sequence
        while try rows.step() {
            let hash: [UInt8]
            (last, hash) = readRow(rows)
            lines.append(ledgerLine.bytes + [9] + Array(hexadecimal(hash).utf8))
        }
        return (lines, last)
    }

    /// The newest row.
    package func ledgerEnd() throws -> LedgerHead {
        checkOwner()
        return try readLedgerHead("reading the ledger")
    }

    package func ledgerHash(ofRow sequence: Int64) throws -> SHA256.Digest? {
        checkOwner()
        let row = try connection.statement("SELECT hash FROM cdr WHERE sequence = ?", "reading the ledger")
            .bind([.integer(sequence)])
        defer { row.reset() }
        return try row.step() ? SHA256.Digest(row.blob()) : nil
    }

    package func callDetailRecord(sequence: Int64) throws -> CallDetailRecord? {
        try callDetailRecords(matching: CDRFilter(through: sequence), after: sequence - 1, limit: 1).first
    }

    /// Corrections and credits of a row, in order.
    package func adjustments(ofRow sequence: Int64) throws -> [CallDetailRecord] {
        checkOwner()
        let operation = "reading the ledger"
        let rows = try connection.statement("SELECT * FROM cdr WHERE corrects = ? ORDER BY sequence", operation)
            .bind([.integer(sequence)])
        defer { rows.reset() }
        var found: [CallDetailRecord] = []
        while try rows.step() { found.append(try callDetailRecord(from: rows, operation)) }
        return found
    }

    /// Corrections and credits of these rows, by the row and in order.
    package func adjustments(ofRows range: ClosedRange<Int64>) throws -> [Int64: [LedgerEntry]] {
        checkOwner()
        let operation = "reading the ledger"
        let rows = try connection.statement(
            "SELECT * FROM cdr WHERE corrects >= ? AND corrects <= ? ORDER BY corrects, sequence", operation
        ).bind([.integer(range.lowerBound), .integer(range.upperBound)])
        defer { rows.reset() }
        var found: [Int64: [LedgerEntry]] = [:]
        while try rows.step() {
            let entry = try callDetailRecord(from: rows, operation).ledger
            if let corrected = entry.corrects { found[corrected, default: []].append(entry) }
        }
        return found
    }

    // MARK: - Ledgers of before

    /// Rows of a version without a chain get it, some at a time: a start that is cut off goes on with the next.
    func chainFormerLedger(_ operation: String, progress: () -> Void) throws {
        let table = "SELECT count(*) FROM sqlite_schema WHERE name = 'cdr_unchained'"
        guard try number(table, operation) == 1 else { return }
        while try chainSomeRows(operation) > 0 { progress() }
        try transaction(operation) {
            try connection.execute("DROP TABLE cdr_unchained", operation)
        }
    }

    private func chainSomeRows(_ operation: String) throws -> Int {
        var count = 0
        try transaction(operation) {
            ledgerHead = nil
            var head = try readLedgerHead(operation)
            let rows = try connection.statement(
                "SELECT * FROM cdr_unchained WHERE sequence > ? ORDER BY sequence LIMIT 20000", operation
            ).bind([.integer(head.sequence)])
            while try rows.step() {
                let sequence = readLine(of: rows, columns: Self.unchainedColumns)
                let usage: [Statement.Value] = columns(of: LedgerEntry())
                for value in usage { append(value, column: nil) }
                head = LedgerHead(sequence: sequence, hash: ledgerLine.hash(after: head.hash))
                try connection.statement(
                    """
                    INSERT INTO cdr SELECT *, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL FROM cdr_unchained WHERE sequence = ?
                    """, operation
                ).bind(usage + [.blob(head.hash.bytes), .integer(sequence)]).run()
                count += 1
            }
            rows.reset()
            ledgerHead = head
            mustNoteHead = count > 0
            try noteLedgerHead(operation)
        }
        return count
    }
}
