// SPDX-License-Identifier: GPL-3.0-or-later
import CSQLite
import Dispatch
import GatewayCore
import Glibc

/// What is done when there is time: nothing of it may hold up a turn for long.
extension Store {
    /// The submission does not exist any more; its recipients, who may be very many, go bit by bit.
    func discard(_ key: Int64, _ operation: String) throws {
        try connection.statement("INSERT INTO discarded VALUES (?)", operation).bind([.integer(key)]).run()
        try connection.statement("DELETE FROM action WHERE key = ?", operation).bind([.integer(key)]).run()
        hasRefuse = true
    }

    /// What a former process was in the midst of submitting.
    func discardStaged(_ operation: String) throws {
        try transaction(operation) {
            try connection.execute("INSERT INTO discarded SELECT key FROM action WHERE phase = 'staged'", operation)
            try connection.execute("DELETE FROM action WHERE phase = 'staged'", operation)
        }
        hasRefuse = try number("SELECT count(*) FROM discarded", operation) != 0
    }

    private static let refuseSlice: Int64 = 1000

    /// Removes some rows of submissions that were given up. ``hasRefuse`` says whether there are more.
    package func removeRefuse() throws {
        checkOwner()
        let operation = "removing submissions that were given up"
        guard let key = try number("SELECT key FROM discarded LIMIT 1", operation) else {
            hasRefuse = false
            return
        }
        try transaction(operation) {
            try connection.statement(
                "DELETE FROM recipient WHERE id IN (SELECT id FROM recipient WHERE action = ? LIMIT ?)", operation
            ).bind([.integer(key), .integer(Self.refuseSlice)]).run()
            if connection.changes == 0 {
                try connection.statement("DELETE FROM discarded WHERE key = ?", operation).bind([.integer(key)]).run()
            }
        }
    }

    // MARK: - The write-ahead log

    /// Moves the write-ahead log into the database. It costs what was written since the last time.
    package func checkpoint() throws {
        checkOwner()
        try connection.execute("PRAGMA wal_checkpoint(PASSIVE)", "checkpointing the journal")
        connection.pagesInLog = 0
    }

    /// Pages that were written since the last checkpoint.
    package var pagesInLog: Int { connection.pagesInLog }

    /// Gives the room of the write-ahead log back to the file system: a peak would keep it for good.
    package func shrinkLog() throws {
        checkOwner()
        try connection.execute("PRAGMA wal_checkpoint(TRUNCATE)", "checkpointing the journal")
        connection.pagesInLog = 0
    }

    /// Of the write-ahead log, in octets.
    package var logSize: Int {
        var status = stat()
        return stat(path + "-wal", &status) == 0 ? Int(status.st_size) : 0
    }
}
