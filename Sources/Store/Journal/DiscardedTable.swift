// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Submissions that were given up: they do not exist any more; their recipients, who may be very many, go bit by bit.
final class DiscardedTable {
    private let connection: SQLiteConnection
    /// Some have left rows; ``removeSome(_:)`` removes some of them.
    private(set) var hasRefuse = false

    init(_ connection: SQLiteConnection) { self.connection = connection }

    /// Recipients that are removed at a time.
    private static let slice: Int64 = 1000

    func discard(_ key: Int64, _ operation: String) throws {
        try connection.query("INSERT INTO discarded VALUES (?)", operation).bind([.integer(key)]).run()
        try connection.query("DELETE FROM action WHERE key = ?", operation).bind([.integer(key)]).run()
        hasRefuse = true
    }

    private static let staged = "phase = '\(ActionPhase.staged.rawValue)'"

    /// What a former process was in the midst of submitting.
    func discardStaged(_ operation: String) throws {
        try connection.transaction(operation) {
            try connection.execute("INSERT INTO discarded SELECT key FROM action WHERE \(Self.staged)", operation)
            try connection.execute("DELETE FROM action WHERE \(Self.staged)", operation)
        }
        hasRefuse = try connection.number("SELECT count(*) FROM discarded", operation) != 0
    }

    /// Highest key of those; 0: there is none.
    func lastKey(_ operation: String) throws -> Int64 {
        try connection.number("SELECT coalesce(max(key), 0) FROM discarded", operation) ?? 0
    }

    /// Removes some rows, in a transaction of its own.
    func removeSome(_ operation: String) throws {
        guard let key = try connection.number("SELECT key FROM discarded LIMIT 1", operation) else {
            hasRefuse = false
            return
        }
        try connection.transaction(operation) {
            try connection.query(
                "DELETE FROM recipient WHERE id IN (SELECT id FROM recipient WHERE action = ? LIMIT ?)", operation
            ).bind([.integer(key), .integer(Self.slice)]).run()
            if connection.changes == 0 {
                try connection.query("DELETE FROM discarded WHERE key = ?", operation).bind([.integer(key)]).run()
            }
        }
    }
}
