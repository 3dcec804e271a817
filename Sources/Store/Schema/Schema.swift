// SPDX-License-Identifier: GPL-3.0-or-later

/// Whose file it is, and whether its tables are as this version has them.
enum Schema {
    private static let applicationID = 0x6275_7267  // "burg"

    /// Applies the migrations that the journal lacks, all of them or none.
    ///
    /// - Throws: ``StoreError`` when it is another program's file, or a newer version's.
    static func migrate(_ connection: SQLiteConnection, _ operation: String) throws {
        let found = try connection.number("PRAGMA application_id", operation) ?? 0
        guard found == 0 || found == Int64(applicationID) else {
            throw StoreError(
                operation: operation, message: "the file is no burgernetd journal (application id \(found))")
        }
        try connection.transaction(operation) {
            try connection.execute("PRAGMA application_id = \(applicationID)", operation)
            try connection.execute(
                "CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID", operation)
            let applied = try applied(connection, operation)
            let unknown = applied.subtracting(Migration.all.map(\.name)).sorted()
            guard unknown.isEmpty else {
                throw StoreError(
                    operation: operation,
                    message:
                        "it was written by a newer burgernetd (unknown migration \(unknown.joined(separator: ", ")))")
            }
            for migration in Migration.all where !applied.contains(migration.name) {
                try connection.execute(migration.sql, operation)
                if migration.changesLedger { try LedgerGuard.renew(connection, operation) }
                try connection.query("INSERT INTO migration VALUES (?)", operation).bind([.text(migration.name)]).run()
            }
        }
    }

    private static func applied(_ connection: SQLiteConnection, _ operation: String) throws -> Set<String> {
        let rows = try connection.query("SELECT name FROM migration", operation)
        defer { rows.reset() }
        var names: Set<String> = []
        while try rows.step() { names.insert(rows.text()) }
        return names
    }
}
