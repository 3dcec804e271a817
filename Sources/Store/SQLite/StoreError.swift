// SPDX-License-Identifier: GPL-3.0-or-later

/// Why the journal could not do what was asked. Names the operation and what SQLite says.
package struct StoreError: Error, Equatable, Sendable, CustomStringConvertible {
    package var operation: String
    package var message: String
    /// SQLite's extended result code; 0 when the fault is ours.
    package var code: Int32
    /// Starting again would not help: somebody has to decide.
    package var isRefusal: Bool

    package init(operation: String, message: String, code: Int32 = 0, isRefusal: Bool = false) {
        self.isRefusal = isRefusal
        self.operation = operation
        self.message = message
        self.code = code
    }

    package var description: String { "\(operation): \(message)" }

    /// The disk, or a quota, has no room (SQLite itself tells only ENOSPC apart).
    var mayBeFull: Bool { [13, 10].contains(code & 0xFF) }  // SQLITE_FULL, SQLITE_IOERR

    /// What lies on disk cannot be what was written.
    static func damaged(_ operation: String, _ what: String) -> StoreError {
        StoreError(operation: operation, message: damage + what)
    }
    private static let damage = "the journal is damaged: "

    /// What is there was not written so.
    var isDamage: Bool {
        message.hasPrefix(Self.damage) || [11, 26].contains(code & 0xFF)  // SQLITE_CORRUPT, SQLITE_NOTADB
    }

    /// What an operator can do, when a journal cannot be opened or read; nil: starting again may help.
    package var refusal: String? {
        if isRefusal { return description }
        guard isDamage else { return nil }
        return
            "\(operation): \(message.hasPrefix(Self.damage) ? "" : Self.damage)\(message). Put it back from a backup, with its -wal and "
            + "journal.seal; or save what can be saved with sqlite3's .recover into a new file in its place. Keep a copy of "
            + "what is there"
    }
}
