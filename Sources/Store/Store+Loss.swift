// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Platform

/// What an operator decides while no daemon runs.
extension Store {
    /// Begins a new journal where one is gone.
    ///
    /// What is left of a former one is kept under other names.
    ///
    /// - Returns: Those names.
    /// - Throws: ``StoreError`` when there is one, or another burgernetd runs.
    package static func begin(path: String) throws -> [String] {
        let operation = "beginning a journal"
        var status = stat()
        guard stat(path, &status) != 0 || status.st_size == 0 else {
            throw StoreError(operation: operation, message: "there is one: \(path)", isRefusal: true)
        }
        let kept: [String]
        do {
            let lock = try JournalLock(path: path, operation)
            // A log without its database would be taken for the new one's; it may hold what nobody else knows.
            kept = try [path, path + "-wal", sealPath(path)].compactMap { try putAside($0, operation) }
            withExtendedLifetime(lock) {}
        }
        _ = try Store(path: path, queue: nil)
        return kept
    }

    /// Gives a file that has something in it another name, and removes an empty one. Returns the name; nil: nothing is kept.
    private static func putAside(_ file: String, _ operation: String) throws -> String? {
        var status = stat()
        guard stat(file, &status) == 0 else { return nil }
        let other = status.st_size == 0 ? nil : freeName(file)
        guard (other.map { rename(file, $0) } ?? unlink(file)) == 0 else {
            throw StoreError(operation: operation, message: "\(file): \(systemError(errno))")
        }
        return other
    }

    private static func freeName(_ file: String) -> String {
        var number = 1
        while access("\(file).old-\(number)", F_OK) == 0 { number += 1 }
        return "\(file).old-\(number)"
    }

    /// Opens a journal of which a part is lost, and marks those who may be called twice: all that are to be called or
    /// sent something in open actions. What had left by the state that is left is in doubt.
    ///
    /// - Returns: How many recipients were marked.
    package static func acceptLoss(path: String) throws -> Int {
        guard access(path, F_OK) == 0 else {
            throw StoreError(
                operation: "opening the journal \(path)",
                message: "there is none; burgernetd --init begins a new one", isRefusal: true)
        }
        // Whoever may be called twice is not marked for nothing.
        if (try? JournalProof.check(path, seal: sealPath(path), "")) != nil {
            throw StoreError(
                operation: "opening the journal \(path)",
                message: "nothing of it is lost; start the daemon as usual", isRefusal: true)
        }
        return try Store(path: path, queue: nil, limits: .init(), acceptsLoss: true).markLoss()
    }

    private func markLoss() throws -> Int {
        let operation = "marking who may be called twice"
        var marked = 0
        try connection.transaction(operation) {
            marked = try journal.recipients.noteDoubts(operation)
            // As after a loss of power: what was handed over last is not believed.
            try meta.set(.boot, .text("lost"), operation)
        }
        try moveLog()
        return marked
    }
}
