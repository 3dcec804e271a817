// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore

/// Where the ledger ends, and the only writer of its rows: each bears the hash of the one before, and the journal knows
/// the newest.
final class Ledger {
    private let connection: SQLiteConnection
    private let meta: MetaTable
    private let pseudonyms: NumberPseudonyms
    private let spending: SpendingTable
    /// nil: nothing was written yet.
    private var binder: LedgerRowBinder?
    /// The newest row; nil: to be read.
    private var head: LedgerHead?
    /// Rows were appended in this transaction.
    private var mustNoteHead = false

    init(_ connection: SQLiteConnection, _ meta: MetaTable, _ pseudonyms: NumberPseudonyms) {
        self.connection = connection
        self.meta = meta
        self.pseudonyms = pseudonyms
        spending = SpendingTable(connection)
    }

    // MARK: - A transaction

    /// What a former one added up and could not write is forgotten.
    func begin() { spending.forget() }

    private static let insertion = """
        INSERT INTO cdr (\(CDRColumn.names.joined(separator: ", ")))
        VALUES (\(Array(repeating: "?", count: CDRColumn.names.count).joined(separator: ", ")))
        """

    func append(_ cdr: CallDetailRecord, _ operation: String) throws {
        let head = try newestRow(operation)
        guard cdr.sequence == head.sequence + 1 else {
            throw StoreError(
                operation: operation,
                message: "the CDR ledger would have a gap: \(cdr.sequence) follows \(head.sequence)")
        }
        let binder = try binder ?? LedgerRowBinder(try connection.query(Self.insertion, operation), pseudonyms)
        self.binder = binder
        binder.begin()
        try cdr.write(to: binder)
        let hash = try binder.run(after: head.hash)
        self.head = LedgerHead(sequence: cdr.sequence, hash: hash)
        mustNoteHead = true
        spending.add(cdr)
    }

    /// Notes where the ledger ends, so that rows that go missing behind the last one are missed, and what was spent.
    func end(_ operation: String) throws {
        if mustNoteHead, let head { try note(head, operation) }
        try spending.write(operation)
    }

    /// Of the newest row, as far as it was read or written; else 0.
    var knownSequence: Int64 { head?.sequence ?? 0 }

    /// What is known of the ledger may not be so on disk.
    func forget() { head = nil }

    /// Rows were added beside ``append(_:_:)``.
    func advance(to newest: LedgerHead, _ operation: String) throws {
        head = newest
        try note(newest, operation)
    }

    private func note(_ head: LedgerHead, _ operation: String) throws {
        try meta.set(.ledgerHead, .text(LedgerHeadNote.text(head)), operation)
        mustNoteHead = false
    }

    // MARK: - The newest row

    /// What the next row follows.
    func newestRow(_ operation: String) throws -> LedgerHead {
        if let head { return head }
        mustNoteHead = false
        let noted = try notedRow(operation)
        let last = try lastRow(operation)
        // Rows that were taken away leave a gap for good: what follows bears the number and hash that were noted.
        let newest = noted.sequence >= last.sequence ? noted : last
        head = newest
        return newest
    }

    /// As the journal noted it with the row.
    func notedRow(_ operation: String) throws -> LedgerHead {
        guard let text = try meta.text(.ledgerHead, operation) else { return .empty }
        guard let head = LedgerHeadNote.read(text) else {
            throw StoreError.damaged(operation, "the noted end of the ledger")
        }
        return head
    }

    /// As it stands in the table.
    func lastRow(_ operation: String) throws -> LedgerHead {
        let row = try connection.query("SELECT sequence, hash FROM cdr ORDER BY sequence DESC LIMIT 1", operation)
        defer { row.reset() }
        guard try row.step() else { return .empty }
        return LedgerHead(sequence: row.integer(), hash: SHA256.Digest(row.blob()) ?? .zero)
    }

    /// What an operator must know of the ledger's end; nil: it is as it was left.
    func warning(_ operation: String) throws -> String? {
        let noted = try notedRow(operation)
        let last = try lastRow(operation)
        guard noted != last else { return nil }
        return "the ledger ends with row \(last.sequence), not as it was left with row \(noted.sequence); "
            + "\"burgernetctl cdr verify\" says more"
    }

    /// What accounts were charged, by month.
    func spent(_ operation: String) throws -> [Spending] { try spending.all(operation) }
}
