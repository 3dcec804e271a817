// SPDX-License-Identifier: GPL-3.0-or-later
import Actions

/// Citizens who want no SMS.
struct OptOutTable {
    private let connection: SQLiteConnection

    init(_ connection: SQLiteConnection) { self.connection = connection }

    func insert(_ record: OptOutRecord, _ operation: String) throws {
        try connection.query("INSERT OR IGNORE INTO opt_out VALUES (?,?,?)", operation).bind([
            .text(record.number), .integer(record.since.microseconds), .text(record.action),
        ]).run()
    }

    /// Their numbers, E.164, or pseudonyms of those that are purged.
    func numbers(_ operation: String) throws -> Set<String> {
        let rows = try connection.query("SELECT number FROM opt_out", operation)
        defer { rows.reset() }
        var numbers: Set<String> = []
        while try rows.step() { numbers.insert(rows.text()) }
        return numbers
    }

    /// The pseudonym takes the number's place.
    func replace(_ number: String, by pseudonym: String, _ operation: String) throws {
        try connection.query("UPDATE OR REPLACE opt_out SET number = ? WHERE number = ?", operation)
            .bind([.text(pseudonym), .text(number)]).run()
    }
}
