// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import Dispatch
import Foundation
import GatewayCore
import Glibc
import Platform

/// The durable journal, in SQLite: actions, recipients, attempts under way, and the ledger of CDRs. This is its door;
/// what is where, its rooms know.
///
/// One connection reads, writes and checkpoints (Debian 12's SQLite 3.40.1 has the WAL-reset fault, which needs two).
/// Every method must be called on the queue given to ``init``, and traps elsewhere: that is the reason for
/// `@unchecked Sendable`, since neither the connection nor what the rooms know in memory is safe for threads.
package final class Store: @unchecked Sendable {
    let connection: SQLiteConnection
    private let queue: DispatchQueue?
    private let lock: JournalLock
    private let hardener: LogHardener
    package let path: String
    /// 32 random bytes of this installation; they key pseudonyms and Call-IDs.
    package let instanceKey: [UInt8]
    package let pseudonyms: NumberPseudonyms
    /// What an operator must know about the ledger that this process found; nil: it is as it was left.
    package let ledgerWarning: String?

    private let meta: MetaTable
    let journal: JournalTables
    let texts: TextTables
    let ledger: Ledger
    private let writer: RecordWriter
    /// The machine was started since the journal was written last.
    private let machineRestarted: Bool
    /// The last transaction may not be on the disk yet.
    private var isRelaxed = false

    /// Pages. A checkpoint waits for the disk, in a turn when the load leaves no other time: the longer the log, the
    /// longer; the shorter, the more often the same pages.
    private static let logLimit = 4_000

    /// Opens or creates the journal, applies missing migrations.
    ///
    /// - Parameter queue: nil: used from one thread by a test or tool.
    /// - Parameter progress: called now and then while an old journal is brought up to date.
    /// - Throws: ``StoreError`` when another burgernetd uses it, it is damaged, or comes from a newer version.
    package convenience init(path: String, queue: DispatchQueue?, progress: () -> Void = {}) throws {
        try self.init(path: path, queue: queue, limits: MessageBook.Limits(), progress: progress)
    }

    init(path: String, queue: DispatchQueue?, limits: MessageBook.Limits, progress: () -> Void = {}) throws {
        let operation = "opening the journal \(path)"
        self.path = path
        self.queue = queue
        lock = try JournalLock(path: path, operation)
        let wasEmptied = Self.isEmptyFile(path)
        connection = try Self.open(path, operation)
        hardener = LogHardener(path: path + "-wal")
        try Schema.migrate(connection, operation)
        meta = MetaTable(connection)
        machineRestarted = try Self.noteBoot(meta, operation)
        instanceKey = try Self.loadInstanceKey(meta, connection, operation)
        pseudonyms = NumberPseudonyms(instanceKey: instanceKey)
        journal = JournalTables(connection)
        texts = TextTables(connection, limits: limits)
        ledger = Ledger(connection, meta, pseudonyms)
        writer = RecordWriter(journal, texts, ledger, LedgerReader(connection), meta)
        try FormerLedger(connection, ledger, pseudonyms).chain(operation, progress: progress)
        ledgerWarning = try wasEmptied ? Self.emptiedWarning(path) : ledger.warning(operation)
    }

    /// A file is there, and nothing is in it. A new installation has none; only a crash in the first moments of one
    /// leaves such a file without a loss.
    private static func isEmptyFile(_ path: String) -> Bool {
        var information = stat()
        return stat(path, &information) == 0 && information.st_size == 0
    }

    private static func emptiedWarning(_ path: String) -> String {
        "the journal \(path) was there and empty: nothing is known of earlier actions, and the ledger begins at 1; "
            + "if this is no new installation, stop, and put the journal back from a backup"
    }

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
            try connection.transaction(operation) {
                try writer.write(records, operation)
                // Calls under way make transactions of their own; messages need no sign of life.
                if !relaxed { try meta.set(.alive, .integer(now.microseconds), operation) }
            }
        } catch {
            writer.noteFailure()
            throw error
        }
        // When there was no time for it for so long. What is wrong with the disk, a commit finds out.
        if connection.pagesInLog >= Self.logLimit { try? checkpoint() }
    }

    /// A sign of life without any change; bounds the end of calls after a crash.
    package func beat(now: Timestamp) throws { try commit([], now: now) }

    /// Asks the disk for everything that was committed up to now, without making the caller wait; `completion` comes
    /// on a queue of its own, with what went wrong.
    package func harden(_ completion: @escaping @Sendable (StoreError?) -> Void) {
        checkOwner()
        hardener.harden(completion)
    }

    /// Everything that a new process needs; submissions that were never committed are thrown away.
    package func load() throws -> JournalSnapshot {
        checkOwner()
        let loader = SnapshotLoader(connection, meta, journal, texts, ledger, LedgerReader(connection))
        var snapshot = try loader.load(settling: writer, "reading the journal")
        snapshot.machineRestarted = machineRestarted
        return snapshot
    }

    // MARK: - Set-up

    private static func open(_ path: String, _ operation: String) throws -> SQLiteConnection {
        if access(path, F_OK) != 0 { close(Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)) }
        let connection = try SQLiteConnection(path: path)
        try connection.execute("PRAGMA locking_mode = EXCLUSIVE", operation)
        try connection.execute("PRAGMA journal_mode = WAL", operation)
        // A commit is on the disk when it returns; nothing goes out to a citizen before.
        try connection.execute("PRAGMA synchronous = FULL", operation)
        // References are ours to keep: SQLite's check of each row costs more than the row, and taking an action back
        // would look for calls of each of its recipients.
        try connection.execute("PRAGMA foreign_keys = OFF", operation)
        // New rows go to the end: more of it would only be memory that fills up.
        try connection.execute("PRAGMA cache_size = -4096", operation)
        // Numbers are personal data: pages that are written anyway keep nothing of what was let go of.
        try connection.execute("PRAGMA secure_delete = FAST", operation)
        try connection.execute("PRAGMA journal_size_limit = 67108864", operation)
        return connection
    }

    /// Returns whether the machine was started since the journal was written last.
    private static func noteBoot(_ meta: MetaTable, _ operation: String) throws -> Bool {
        let boot = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        let known = try meta.text(.boot, operation) ?? boot
        try meta.set(.boot, .text(boot), operation)
        return known != boot
    }

    private static func loadInstanceKey(_ meta: MetaTable, _ connection: SQLiteConnection, _ operation: String) throws
        -> [UInt8]
    {
        if let key = try meta.blob(.instanceKey, operation) { return key }
        var key = [UInt8](repeating: 0, count: 32)
        guard getentropy(&key, key.count) == 0 else {
            throw StoreError(operation: operation, message: "no random numbers: \(systemError(errno))")
        }
        try connection.transaction(operation) { try meta.set(.instanceKey, .blob(key), operation) }
        return key
    }
}
