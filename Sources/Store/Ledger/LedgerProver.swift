// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore

/// Reads rows as their hashes were made: for audits, and for whoever proves the ledger without burgernetd.
final class LedgerProver {
    private let connection: SQLiteConnection
    private let ledger: Ledger
    private var reader: LedgerLineReader

    init(_ connection: SQLiteConnection, _ ledger: Ledger, _ pseudonyms: NumberPseudonyms) {
        self.connection = connection
        self.ledger = ledger
        reader = LedgerLineReader(pseudonyms)
    }

    private static let selection = "SELECT \(CDRColumn.names.joined(separator: ", ")) FROM cdr"

    /// What an audit of these rows needs; nil as an end: the newest row.
    func begin(from: Int64?, to: Int64?, noted: [LedgerHead], _ operation: String) throws -> LedgerAudit {
        let head = try ledger.notedRow(operation)
        let last = try ledger.lastRow(operation)
        let first = max(1, from ?? 1)
        var start = LedgerHead.empty
        if first > 1 {
            // Without the row before, its number is the first that is missed.
            let hash = try LedgerReader(connection).hash(ofRow: first - 1, operation)
            start = LedgerHead(sequence: hash == nil ? first - 2 : first - 1, hash: hash ?? .zero)
        }
        // Rows behind the noted end are read too, so that they are found; so are those that are missing there.
        let furthest = max(last.sequence, head.sequence, noted.map(\.sequence).max() ?? 0)
        return LedgerAudit(
            after: start, end: min(to ?? furthest, furthest), lastWritten: head.sequence, noted: noted + [head])
    }

    /// Takes the audit on by some rows. Returns the last of them.
    func advance(_ audit: inout LedgerAudit, after sequence: Int64, limit: Int, _ operation: String) throws -> Int64 {
        let rows = try connection.query("\(Self.selection) WHERE sequence > ? ORDER BY sequence LIMIT ?", operation)
            .bind([.integer(sequence), .integer(Int64(limit))])
        defer { rows.reset() }
        var newest = sequence
        while try rows.step() {
            reader.read(rows)
            newest = reader.sequence
            audit.take(sequence: newest, line: reader.line.bytes, hash: SHA256.Digest(reader.hash))
            if audit.isDone { return newest }
        }
        if newest == sequence { audit.finish() }
        return newest
    }

    /// The canonical text of rows in order, each with a tab and its hash in hexadecimal.
    func lines(after sequence: Int64, through: Int64, limit: Int, _ operation: String) throws
        -> (lines: [[UInt8]], last: Int64)
    {
        let rows = try connection.query(
            "\(Self.selection) WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?", operation
        ).bind([.integer(sequence), .integer(through), .integer(Int64(limit))])
        defer { rows.reset() }
        var lines: [[UInt8]] = []
        var last = sequence
        while try rows.step() {
            reader.read(rows)
            last = reader.sequence
            lines.append(reader.line.bytes + [9] + Array(hexadecimal(reader.hash).utf8))
        }
        return (lines, last)
    }
}
