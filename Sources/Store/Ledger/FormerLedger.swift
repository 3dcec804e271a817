// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore

/// Rows of a version without a chain: they get it when a newer version opens the journal, some at a time, so that a
/// start that is cut off goes on with the next.
struct FormerLedger {
    private let connection: SQLiteConnection
    private let ledger: Ledger
    private let pseudonyms: NumberPseudonyms

    init(_ connection: SQLiteConnection, _ ledger: Ledger, _ pseudonyms: NumberPseudonyms) {
        self.connection = connection
        self.ledger = ledger
        self.pseudonyms = pseudonyms
    }

    /// Columns that its rows have.
    private static let names = CDRColumn.names { $0 < .chain }

    /// What came with the chain is bound; what came later is NULL.
    private static let insertion = """
        INSERT INTO cdr (\(CDRColumn.names { $0 <= .chain }.joined(separator: ", ")))
        SELECT \((names + CDRColumn.names { $0 == .chain }.map { _ in "?" }).joined(separator: ", "))
        FROM cdr_unchained WHERE sequence = ?
        """

    /// `progress` is called now and then.
    func chain(_ operation: String, progress: () -> Void) throws {
        let table = "SELECT count(*) FROM sqlite_schema WHERE name = 'cdr_unchained'"
        guard try connection.number(table, operation) == 1 else { return }
        while try chainSome(operation) > 0 { progress() }
        try connection.transaction(operation) { try connection.execute("DROP TABLE cdr_unchained", operation) }
    }

    private func chainSome(_ operation: String) throws -> Int {
        var count = 0
        try connection.transaction(operation) {
            ledger.forget()
            var head = try ledger.newestRow(operation)
            let rows = try connection.query(
                """
                SELECT \(Self.names.joined(separator: ", ")) FROM cdr_unchained
                WHERE sequence > ? ORDER BY sequence LIMIT 20000
                """, operation
            ).bind([.integer(head.sequence)])
            defer { rows.reset() }
            var reader = LedgerLineReader(pseudonyms)
            let binder = LedgerRowBinder(try connection.query(Self.insertion, operation), pseudonyms)
            while try rows.step() {
                reader.readColumns(count: Self.names.count, of: rows)
                binder.begin(with: reader.line)
                // Nothing was said of money before.
                try CallDetailRecord.writeUnrated(to: binder)
                let hash = try binder.run(after: head.hash, key: reader.sequence)
                head = LedgerHead(sequence: reader.sequence, hash: hash)
                count += 1
            }
            if count > 0 { try ledger.advance(to: head, operation) }
        }
        return count
    }
}
