// SPDX-License-Identifier: GPL-3.0-or-later

/// The trigger that keeps rows of the ledger as they are.
enum LedgerGuard {
    /// Makes the trigger anew over all columns that the table has by now. Migrations of before bring its text along.
    static func renew(_ connection: SQLiteConnection, _ operation: String) throws {
        var names: [String] = []
        let rows = try connection.query("SELECT name FROM pragma_table_info('cdr') ORDER BY cid", operation)
        while try rows.step() { names.append(rows.text()) }
        rows.reset()
        func list(_ row: String) -> String {
            names.filter { $0 != "callee" }.map { "\(row).\($0)" }.joined(separator: ", ")
        }
        try connection.execute(
            """
            DROP TRIGGER cdr_is_never_changed;
            -- But for the number called, which may give way to its pseudonym.
            CREATE TRIGGER cdr_is_never_changed BEFORE UPDATE ON cdr
            WHEN NOT (
                OLD.callee GLOB '+*' AND NEW.callee GLOB 'n-*' AND (\(list("NEW"))) IS (\(list("OLD")))
            )
            BEGIN SELECT RAISE(ABORT, 'a CDR is never changed'); END;
            """, operation)
    }
}
