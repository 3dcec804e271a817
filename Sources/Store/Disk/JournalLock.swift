// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Platform

/// Keeps other processes out: SQLite's own lock would let a second daemon wait, this one says at once who is there.
final class JournalLock {
    private let descriptor: Int32

    /// - Throws: ``StoreError`` when another burgernetd has it.
    init(path: String, _ operation: String) throws {
        descriptor = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreError(operation: operation, message: systemError(errno))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw StoreError(
                operation: operation, message: "another burgernetd is running on this state directory")
        }
    }

    deinit { close(descriptor) }

    /// Some burgernetd has it. Nothing is touched.
    static func isTaken(path: String) -> Bool {
        let descriptor = open(path + ".lock", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }
}
