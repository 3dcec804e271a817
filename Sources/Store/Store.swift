// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import CSQLite
import Dispatch
import Foundation
import GatewayCore
import Glibc

/// The durable journal: actions, recipients, attempts under way, and the ledger of CDRs, in SQLite.
///
/// One connection reads, writes and checkpoints (Debian 12's SQLite 3.40.1 has the WAL-reset fault,
/// which needs two). Every method must be called on the queue given to ``init``; that is the reason
/// for `@unchecked Sendable`.
package final class Store: @unchecked Sendable {
    let connection: SQLiteConnection
    private let queue: DispatchQueue?
    private let lockDescriptor: Int32
    private let hardening = DispatchQueue(label: "burgernetd.disk", qos: .userInitiated)
    private let walDescriptor = LogDescriptor()
    package let path: String
    /// 32 random bytes of this installation; they key pseudonyms and Call-IDs.
    package private(set) var instanceKey: [UInt8] = []
    /// The machine was started since the journal was written last.
    private(set) var machineRestarted = false
    /// Where the messages under way stand.
    var book = MessageBook()
    /// Of this transaction's messages, to be written together.
    var endedRecipients: [RecipientRecord] = []
    /// Where the ledger ends; nil: to be read.
    var ledgerHead: LedgerHead?
    /// Rows were appended in this transaction.
    var mustNoteHead = false
    /// What the rows of the transaction under way charge, by account and month.
    var spending: [SpendingKey: Int64] = [:]
    /// Reused for each row.
    var ledgerLine = LedgerLine()
    package private(set) var pseudonyms = NumberPseudonyms(instanceKey: [])
    /// What an operator must know about the ledger that this process found; nil: it is as it was left.
    package private(set) var ledgerWarning: String?
    /// The last transaction may not be on the disk yet.
    private var isRelaxed = false

    /// Pages. A checkpoint waits for the disk, in a turn when the load leaves no other time: the longer the log, the
    /// longer; the shorter, the more often the same pages.
    private static let logLimit = 4_000
    /// Submissions that were given up have left rows; ``removeRefuse()`` removes some.
    package internal(set) var hasRefuse = false

    private static let applicationID = 0x6275_7267  // "burg"

    /// Opens or creates the journal, applies missing migrations.
    ///
    /// Throws ``StoreError`` when another burgernetd uses it, it is damaged, or comes from a newer version.
    /// `queue` nil: used from one thread by a test or tool. `progress` is called now and then while an old journal is
    /// brought up to date.
    package init(path: String, queue: DispatchQueue?, progress: () -> Void = {}) throws {
        self.path = path
        self.queue = queue
        // SQLite's own lock would let a second daemon wait; this one says at once who is there.
        lockDescriptor = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lockDescriptor >= 0 else {
            throw StoreError(operation: "opening the journal \(path)", message: String(cString: strerror(errno)))
        }
        guard flock(lockDescriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(lockDescriptor)
            throw StoreError(
                operation: "opening the journal \(path)",
                message: "another burgernetd is running on this state directory")
        }
        let isNew = access(path, F_OK) != 0
        if isNew { close(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)) }
        do {
            connection = try SQLiteConnection(path: path)
        } catch {
            close(lockDescriptor)
            throw error
        }
        let operation = "opening the journal \(path)"
        try connection.execute("PRAGMA locking_mode = EXCLUSIVE", operation)
        try connection.execute("PRAGMA journal_mode = WAL", operation)
        // A commit is on the disk when it returns; nothing goes out to a citizen before.
        try connection.execute("PRAGMA synchronous = FULL", operation)
        // References are ours to keep: SQLite's check of each row costs more than the row, and taking an action back
        // would look for calls of each of its recipients.
        try connection.execute("PRAGMA foreign_keys = OFF", operation)
        try connection.execute("PRAGMA cache_size = -16384", operation)
        // Numbers are personal data: pages that are written anyway keep nothing of what was let go of.
        try connection.execute("PRAGMA secure_delete = FAST", operation)
        try connection.execute("PRAGMA journal_size_limit = 67108864", operation)
        try migrate(operation)
        let boot = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        machineRestarted = try Self.noteBoot(boot, connection, operation)
        instanceKey = try loadInstanceKey(operation)
        pseudonyms = NumberPseudonyms(instanceKey: instanceKey)
        try chainFormerLedger(operation, progress: progress)
        ledgerWarning = try compareLedgerHead(operation)
    }

    deinit { close(lockDescriptor) }

    func checkOwner() {
        if let queue { dispatchPrecondition(condition: .onQueue(queue)) }
    }

    // MARK: - Transactions

    /// Writes all records and the sign of life in one transaction, or nothing and throws.
    ///
    /// It is on the disk when this returns; `relaxed`: with the kernel, which keeps it whatever becomes of this
    /// process, and on the disk with the next transaction that is not.
    package func commit(_ records: [JournalRecord], relaxed: Bool = false, now: Timestamp) throws {
        checkOwner()
        let operation = "writing the journal"
        if relaxed != isRelaxed {
            try connection.execute("PRAGMA synchronous = \(relaxed ? "NORMAL" : "FULL")", operation)
            isRelaxed = relaxed
        }
        do {
            try write(records, relaxed: relaxed, operation, now: now)
        } catch {
            book.isStale = true
            throw error
        }
        // When there was no time for it for so long. What is wrong with the disk, a commit finds out.
        if connection.pagesInLog >= Self.logLimit { try? checkpoint() }
    }

    private func write(_ records: [JournalRecord], relaxed: Bool, _ operation: String, now: Timestamp) throws {
        try transaction(operation) {
            spending.removeAll(keepingCapacity: true)
            if book.isStale { try settleBook(operation) }
            try writeMessages(records, operation)
            try noteLedgerHead(operation)
            try noteSpending(operation)
            // Calls under way make transactions of their own; messages need no sign of life.
            if !relaxed { try setMeta("alive", .integer(now.microseconds), operation) }
        }
    }

    /// A sign of life without any change; bounds the end of calls after a crash.
    package func beat(now: Timestamp) throws { try commit([], now: now) }

    /// Asks the disk for everything that was committed up to now, without making the caller wait; `completion` comes
    /// on a queue of its own, with what went wrong.
    package func harden(_ completion: @escaping @Sendable (StoreError?) -> Void) {
        checkOwner()
        let path = path + "-wal"
        let descriptor = walDescriptor.open(path)
        hardening.async {
            // The log's own file: its frames are checked one by one after a loss of power, in order.
            guard descriptor >= 0, fdatasync(descriptor) == 0 else {
                let message = String(cString: strerror(errno))
                completion(StoreError(operation: "writing the journal", message: "\(path): \(message)"))
                return
            }
            completion(nil)
        }
    }

    func transaction(_ operation: String, _ body: () throws -> Void) throws {
        try connection.statement("BEGIN IMMEDIATE", operation).run()
        do {
            try body()
            try connection.statement("COMMIT", operation).run()
        } catch {
            // SQLite may have rolled back by itself (disk full, I/O error).
            if !connection.isAutocommit { try? connection.execute("ROLLBACK", operation) }
            throw error
        }
    }

    // MARK: - Set-up

    private func migrate(_ operation: String) throws {
        let identity = try connection.statement("PRAGMA application_id", operation)
        guard try identity.step() else { return }
        let found = identity.integer()
        identity.reset()
        guard found == 0 || found == Int64(Self.applicationID) else {
            throw StoreError(
                operation: operation, message: "the file is no burgernetd journal (application id \(found))")
        }
        try transaction(operation) {
            try connection.execute("PRAGMA application_id = \(Self.applicationID)", operation)
            try connection.execute(
                "CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID", operation)
            var applied: Set<String> = []
            let rows = try connection.statement("SELECT name FROM migration", operation)
            while try rows.step() { applied.insert(rows.text()) }
            rows.reset()
            let unknown = applied.subtracting(Migration.all.map(\.name)).sorted()
            guard unknown.isEmpty else {
                throw StoreError(
                    operation: operation,
                    message:
                        "it was written by a newer burgernetd (unknown migration \(unknown.joined(separator: ", ")))")
            }
            for migration in Migration.all where !applied.contains(migration.name) {
                try connection.execute(migration.sql, operation)
                try connection.statement("INSERT INTO migration VALUES (?)", operation)
                    .bind([.text(migration.name)]).run()
            }
        }
    }

    private static func noteBoot(_ boot: String, _ connection: SQLiteConnection, _ operation: String) throws -> Bool {
        let row = try connection.statement("SELECT value FROM meta WHERE key = 'boot'", operation)
        let known = try row.step() ? row.text() : boot
        row.reset()
        try connection.statement(
            "INSERT INTO meta VALUES ('boot', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", operation
        ).bind([.text(boot)]).run()
        return known != boot
    }

    private func loadInstanceKey(_ operation: String) throws -> [UInt8] {
        let row = try connection.statement("SELECT value FROM meta WHERE key = 'instance-key'", operation)
        if try row.step() {
            let key = row.blob()
            row.reset()
            return key
        }
        row.reset()
        var key = [UInt8](repeating: 0, count: 32)
        guard getentropy(&key, key.count) == 0 else {
            throw StoreError(operation: operation, message: "no random numbers: \(String(cString: strerror(errno)))")
        }
        try transaction(operation) { try setMeta("instance-key", .blob(key), operation) }
        return key
    }

    func setMeta(_ key: String, _ value: Statement.Value, _ operation: String) throws {
        try connection.statement(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", operation
        ).bind([.text(key), value]).run()
    }
}

/// A descriptor of the write-ahead log beside SQLite's own. The file is made once and stays while the connection is
/// open; closing this one would let go of no lock, since the journal is locked by a file of its own.
private final class LogDescriptor: @unchecked Sendable {
    private var number: Int32 = -1

    func open(_ path: String) -> Int32 {
        if number < 0 { number = Glibc.open(path, O_RDWR | O_CLOEXEC) }
        return number
    }

    deinit { if number >= 0 { close(number) } }
}
