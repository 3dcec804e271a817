// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Glibc

/// What is done when there is time: nothing of it may hold up a turn for long.
extension Store {
    // MARK: - Submissions that were given up

    /// They have left rows; ``removeRefuse()`` removes some.
    package var hasRefuse: Bool { journal.discarded.hasRefuse }

    /// Removes some rows of submissions that were given up. ``hasRefuse`` says whether there are more.
    package func removeRefuse() throws {
        checkOwner()
        try journal.discarded.removeSome("removing submissions that were given up")
    }

    // MARK: - Numbers

    /// Actions that ended before then, in engine time, have nothing under way, and still have numbers.
    package func actionsToPurge(endedBefore time: Timestamp, limit: Int) throws -> [NumberPurge] {
        checkOwner()
        return try Pseudonymizer(connection, pseudonyms).due(
            endedBefore: time, limit: limit, "looking for numbers to purge")
    }

    /// Purges some rows more.
    package func advance(_ purge: inout NumberPurge, limit: Int, now: Timestamp) throws {
        checkOwner()
        let operation = "purging numbers"
        let last = try ledger.newestRow(operation).sequence
        try Pseudonymizer(connection, pseudonyms).advance(&purge, limit: limit, last: last, now: now, operation)
    }

    // MARK: - The write-ahead log

    /// Moves the write-ahead log into the database. It costs what was written since the last time.
    package func checkpoint() throws {
        checkOwner()
        try moveLog()
    }

    /// Pages that were written since the last checkpoint.
    package var pagesInLog: Int { connection.pagesInLog }

    /// Gives the room of the write-ahead log back to the file system: a peak would keep it for good.
    package func shrinkLog() throws {
        checkOwner()
        // The seal is never ahead: it asks for nothing of the log before the log is cut.
        try moveLog()
        try connection.checkpoint(truncating: true)
        room.take()
    }

    /// Of the write-ahead log, in octets.
    package var logSize: Int {
        var status = stat()
        return stat(path + "-wal", &status) == 0 ? Int(status.st_size) : 0
    }
}
