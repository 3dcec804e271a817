// SPDX-License-Identifier: GPL-3.0-or-later
import CSQLite
import Glibc
import Platform

/// Room on the disk that belongs to the journal before it is needed: when the disk is full, what is under way is still
/// written, since no other program can take these blocks.
///
/// They lie behind the end of the write-ahead log and of the database (FALLOC_FL_KEEP_SIZE of fallocate(2)), so that
/// SQLite sees files as long as it made them. A reserve that is given up when the disk is full would have to win
/// the race for its own blocks against whoever filled the disk. Any thread.
final class LogRoom: Sendable {
    /// Octets that the log may reach without asking the file system; above the longest between two checkpoints.
    private static let log: off_t = 32 << 20
    /// Behind the end of the database: what checkpoints of calls under way add to it.
    private static let database: off_t = 8 << 20
    private static let keepSize: Int32 = 1  // FALLOC_FL_KEEP_SIZE

    private let path: String
    /// Kept open: closing one would let go of SQLite's own locks on the file (fcntl_locking(2)).
    private let descriptors = Locked<[String: Int32]>([:])

    /// - Parameter path: of the database.
    init(path: String) { self.path = path }

    deinit { for descriptor in descriptors.snapshot.values { close(descriptor) } }

    /// Takes what is missing; cheap when nothing is. False: the disk does not give it.
    @discardableResult
    func take() -> Bool {
        // One at a time: the disk may be slow.
        descriptors.withLock { descriptors in
            let database = take(path, behindEnd: Self.database, &descriptors)
            let log = take(path + "-wal", upTo: Self.log, &descriptors)
            return database && log
        }
    }

    private func take(
        _ path: String, upTo end: off_t = 0, behindEnd: off_t = 0, _ descriptors: inout [String: Int32]
    ) -> Bool {
        guard let descriptor = open(path, &descriptors) else { return false }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return false }
        let wanted = max(end, behindEnd > 0 ? status.st_size + behindEnd : 0)
        // st_blocks counts 512 octets each, those behind the end too.
        guard off_t(status.st_blocks) * 512 < wanted else { return true }
        return fallocate(descriptor, Self.keepSize, 0, wanted) == 0
    }

    private func open(_ path: String, _ descriptors: inout [String: Int32]) -> Int32? {
        if let known = descriptors[path] { return known }
        let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        descriptors[path] = descriptor
        return descriptor
    }
}

/// Of the file system that holds the journal.
package enum DiskSpace {
    /// Octets that the daemon's user may still write; nil: not known. Any thread; may wait for a disk.
    package static func left(at path: String) -> Int64? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        return Int64(clamping: UInt64(status.f_bavail) &* UInt64(status.f_frsize))
    }
}
