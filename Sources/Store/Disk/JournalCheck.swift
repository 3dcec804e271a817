// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Platform

/// What can be said of a journal without opening it. Any thread.
package enum JournalCheck {
    /// What would keep this user's daemon from starting with the journal. Nothing is touched. Empty: nothing is known, as
    /// while a daemon runs.
    package static func obstacles(path: String) -> [String] {
        guard !JournalLock.isTaken(path: path) else { return [] }
        let files = [path, path + "-wal", Store.sealPath(path), path + ".lock"]
        let foreign = files.compactMap { accessObstacle($0) }
        guard foreign.isEmpty else { return foreign }
        let operation = "checking the journal \(path)"
        do {
            try JournalProof.check(path, seal: Store.sealPath(path), operation)
            try checkDatabase(path, operation)
            return []
        } catch let error as StoreError {
            return [error.refusal ?? "\(error)"]
        } catch {
            return ["\(operation): \(error)"]
        }
    }

    /// Files of the journal that belong to somebody else than their directory, as after `burgernetd --init` by root.
    package static func foreignFiles(path: String) -> [String] {
        var (directory, status) = (stat(), stat())
        guard let slash = path.lastIndex(of: "/"), stat(String(path[..<slash]), &directory) == 0 else { return [] }
        return [path, path + "-wal", Store.sealPath(path), path + ".lock"].filter {
            stat($0, &status) == 0 && status.st_uid != directory.st_uid
        }
    }

    private static func accessObstacle(_ file: String) -> String? {
        guard access(file, F_OK) == 0, access(file, R_OK | W_OK) != 0 else { return nil }
        return "\(file): \(systemError(errno)); the daemon's user must be able to read and write it"
    }

    /// With frames in the log the database alone may be in the midst of a change: then its first words are all that can
    /// be judged.
    private static func checkDatabase(_ path: String, _ operation: String) throws {
        var (status, log) = (stat(), stat())
        guard stat(path, &status) == 0, status.st_size > 0 else { return }
        var bytes = [UInt8](repeating: 0, count: 16)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        guard pread(descriptor, &bytes, bytes.count, 0) == bytes.count, bytes == Array("SQLite format 3\0".utf8) else {
            throw StoreError.damaged(operation, "the file is no database")
        }
        guard stat(path + "-wal", &log) != 0 || log.st_size == 0 else { return }
        let connection = try SQLiteConnection(databaseAlone: path)
        _ = try connection.number("SELECT count(*) FROM sqlite_schema", operation)
        _ = try connection.number("SELECT count(*) FROM meta", operation)
    }
}
