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
    private let seal: LogSealFile
    let room: LogRoom
    private let rescueLog: RescueLog
    package let path: String
    /// 32 random bytes of this installation; they key pseudonyms and Call-IDs.
    package let instanceKey: [UInt8]
    package let pseudonyms: NumberPseudonyms
    /// What an operator must know about the journal that this process found; nil: it is as it was left.
    package let ledgerWarning: String?
    /// After ``load()``: why answers that were kept beside the journal are missing; nil: none is.
    package private(set) var rescueWarning: String?

    let meta: MetaTable
    let journal: JournalTables
    let texts: TextTables
    let ledger: Ledger
    private let writer: RecordWriter
    /// The machine was started since the journal was written last.
    private let machineRestarted: Bool
    /// The last transaction may not be on the disk yet.
    private var isRelaxed = false
    /// The disk lost what it was given once (fsync(2) reports that once): the log is begun anew with the next commit.
    private var mustRestartLog = false
    /// It cannot be read, and is left as it is.
    private var isRefused = false
    /// Of the log, as read last.
    private var logHeader: WriteAheadLog?
    private var lastAlive: Int64
    private var sealNumber: UInt64 = 0

    /// Pages. A checkpoint waits for the disk, in a turn when the load leaves no other time: the longer the log, the
    /// longer; the shorter, the more often the same pages.
    private static let logLimit = 4_000

    /// Opens or creates the journal, applies missing migrations.
    ///
    /// - Parameter queue: nil: used from one thread by a test or tool.
    /// - Parameter progress: called now and then while an old journal is brought up to date.
    /// - Parameter rescuePaths: where answers are kept that the disk does not take, the best first.
    /// - Throws: ``StoreError`` when another burgernetd uses it, it is damaged, a part of it is lost, or it comes from a
    ///   newer version.
    package convenience init(
        path: String, queue: DispatchQueue?, rescuePaths: [String] = [], progress: () -> Void = {}
    ) throws {
        try self.init(
            path: path, queue: queue, limits: MessageBook.Limits(), rescuePaths: rescuePaths, progress: progress)
    }

    init(
        path: String, queue: DispatchQueue?, limits: MessageBook.Limits, rescuePaths: [String] = [],
        acceptsLoss: Bool = false, progress: () -> Void = {}
    ) throws {
        let operation = "opening the journal \(path)"
        self.path = path
        self.queue = queue
        lock = try JournalLock(path: path, operation)
        let found = LogSeal.read(Self.sealPath(path))
        let isSealDamaged = found == nil && access(Self.sealPath(path), F_OK) == 0
        if !acceptsLoss { try JournalProof.check(path, seal: Self.sealPath(path), operation) }
        let wasEmptied = Self.isEmptyFile(path)
        connection = try Self.open(path, operation)
        // What cannot be opened is left as it is: who knows more may still save it.
        connection.movesLogWhenClosed(false)
        hardener = LogHardener(path: path + "-wal")
        seal = try LogSealFile(path: Self.sealPath(path), found: found, operation)
        room = LogRoom(path: path)
        rescueLog = RescueLog(paths: rescuePaths)
        try Schema.migrate(connection, operation)
        meta = MetaTable(connection)
        machineRestarted = try Self.wasRestarted(meta, operation)
        instanceKey = try Self.loadInstanceKey(meta, connection, operation)
        pseudonyms = NumberPseudonyms(instanceKey: instanceKey)
        journal = JournalTables(connection)
        texts = TextTables(connection, limits: limits)
        ledger = Ledger(connection, meta, pseudonyms)
        writer = RecordWriter(journal, texts, ledger, LedgerReader(connection), meta)
        try FormerLedger(connection, ledger, pseudonyms).chain(operation, progress: progress)
        lastAlive = try meta.integer(.alive, operation) ?? 0
        ledgerWarning =
            try wasEmptied
            ? Self.emptiedWarning(path)
            : ledger.warning(operation) ?? (isSealDamaged ? Self.sealWarning(path) : nil)
        // A full disk does not keep a daemon from starting; the next start notes it.
        try? noteSealed(operation)
        connection.movesLogWhenClosed(true)
    }

    /// From now on the seal belongs to the journal, and its loss is one: the database itself says so, whatever becomes of
    /// the log.
    private func noteSealed(_ operation: String) throws {
        guard try meta.integer(.sealed, operation) == nil else { return }
        try connection.transaction(operation) { try meta.set(.sealed, .integer(1), operation) }
        try moveLog()
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

    static func sealPath(_ path: String) -> String {
        (path as NSString).deletingPathExtension + ".seal"
    }

    deinit {
        // Closing the connection moves the log into the database.
        if !isRefused { try? moveLog() }
    }

    private static func sealWarning(_ path: String) -> String {
        "\(sealPath(path)) is damaged: whether a part of the journal is lost is not known; a new one was begun"
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
            try write(records, relaxed: relaxed, now: now, operation)
        } catch let error as StoreError where error.mayBeFull && pagesInLog > 0 {
            // The log's own room may be used again once the database has what is in it.
            guard (try? moveLog()) != nil else { throw error }
            try write(records, relaxed: relaxed, now: now, operation)
        }
        if !relaxed {
            lastAlive = now.microseconds
            noteSeal()
            if rescueLog.isUsed, !records.isEmpty { rescueLog.clear() }
            if mustRestartLog, (try? shrinkLog()) != nil { mustRestartLog = false }
        }
        // When there was no time for it for so long. What is wrong with the disk, a commit finds out.
        if connection.pagesInLog >= Self.logLimit { try? checkpoint() }
    }

    private func write(_ records: [JournalRecord], relaxed: Bool, now: Timestamp, _ operation: String) throws {
        do {
            try connection.transaction(operation) {
                try writer.write(records, operation)
                // Calls under way make transactions of their own; messages need no sign of life.
                if !relaxed { try meta.set(.alive, .integer(now.microseconds), operation) }
            }
        } catch {
            writer.noteFailure()
            if (error as? StoreError)?.code == Self.fsyncFailed { mustRestartLog = true }
            throw error
        }
    }
    private static let fsyncFailed: Int32 = 10 | 4 << 8  // SQLITE_IOERR_FSYNC

    // MARK: - The seal

    /// The disk has everything that was committed.
    private func noteSeal() {
        let state = sealed()
        seal.note(state.number) { state.apply(to: &$0) }
    }

    /// What the seal says once the disk has it.
    private struct Sealed: Sendable {
        var number: UInt64
        var log: WriteAheadLog?
        var frames: Int
        var alive: Int64
        var attempt: Int64
        var sequence: Int64

        func apply(to seal: inout LogSeal) {
            seal.salts = log?.salts ?? seal.salts
            seal.generation = log?.generation ?? seal.generation
            seal.frames = UInt32(clamping: frames)
            seal.alive = alive
            seal.attempt = max(seal.attempt, attempt)
            seal.sequence = max(seal.sequence, sequence)
        }
    }

    private func sealed() -> Sealed {
        sealNumber += 1
        // After a checkpoint it is begun anew, with other salts.
        if logHeader == nil, connection.pagesInLog > 0 { logHeader = hardener.header() }
        return Sealed(
            number: sealNumber, log: logHeader, frames: connection.pagesInLog, alive: lastAlive,
            attempt: writer.lastAttempt, sequence: ledger.knownSequence)
    }

    /// Moves the write-ahead log into the database; from then on the seal asks for nothing of the log.
    func moveLog() throws {
        guard try connection.checkpoint() else { return }
        noteSeal()
        seal.harden()
        logHeader = nil
    }

    // MARK: - The disk refuses

    /// Takes room that a full disk cannot take away, once, at the start. False: there is none to be had.
    @discardableResult
    package func takeRoom() -> Bool {
        checkOwner()
        rescueLog.takeRoom()
        return room.take()
    }

    /// Takes what was used up of it again. False: there is none to be had. Any thread; may wait for a disk.
    package func takeRoomAgain() -> Bool { room.take() }

    /// Keeps what these records, which the disk did not take, say of answers, and that the process lives. Returns where.
    package func rescue(_ records: ArraySlice<JournalRecord>, alive now: Timestamp) -> String? {
        checkOwner()
        return rescueLog.keep(records, alive: now)
    }

    /// A sign of life without any change; bounds the end of calls after a crash.
    package func beat(now: Timestamp) throws { try commit([], now: now) }

    /// Asks the disk for everything that was committed up to now, without making the caller wait; `completion` comes
    /// on a queue of its own, with what went wrong.
    package func harden(_ completion: @escaping @Sendable (StoreError?) -> Void) {
        checkOwner()
        let state = sealed()
        hardener.harden { [seal] error in
            if error == nil { seal.note(state.number) { state.apply(to: &$0) } }
            completion(error)
        }
    }

    /// Everything that a new process needs; submissions that were never committed are thrown away.
    package func load() throws -> JournalSnapshot {
        do {
            return try read()
        } catch {
            if (error as? StoreError)?.refusal != nil {
                isRefused = true
                connection.movesLogWhenClosed(false)
            }
            throw error
        }
    }

    private func read() throws -> JournalSnapshot {
        checkOwner()
        let kept = rescueLog.read()
        if kept.damaged > 0 {
            rescueWarning =
                "\(kept.damaged) lines of what was kept beside the journal are damaged: whoever answered while the disk "
                + "refused may be called again"
        }
        if !kept.cancels.isEmpty {
            try connection.transaction("reading the journal") {
                for cancel in kept.cancels { try journal.actions.cancel(cancel, "reading the journal") }
            }
        }
        let loader = SnapshotLoader(connection, meta, journal, texts, ledger, LedgerReader(connection))
        var snapshot = try loader.load(settling: writer, "reading the journal")
        snapshot.machineRestarted = machineRestarted
        snapshot.lastAttempt = AttemptID(max(snapshot.lastAttempt.value, seal.seal.attempt))
        kept.apply(to: &snapshot)
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

    /// Whether the machine was started since a process took the journal over last, which notes it with its clock: one
    /// that does not come so far changes nothing.
    private static func wasRestarted(_ meta: MetaTable, _ operation: String) throws -> Bool {
        let boot = try MetaTable.bootNow()
        return try meta.text(.boot, operation) ?? boot != boot
    }

    private static func loadInstanceKey(_ meta: MetaTable, _ connection: SQLiteConnection, _ operation: String) throws
        -> [UInt8]
    {
        if let key = try meta.blob(.instanceKey, operation) {
            guard key.count == 32 else { throw StoreError.damaged(operation, "the key of this installation") }
            return key
        }
        var key = [UInt8](repeating: 0, count: 32)
        guard getentropy(&key, key.count) == 0 else {
            throw StoreError(operation: operation, message: "no random numbers: \(systemError(errno))")
        }
        try connection.transaction(operation) { try meta.set(.instanceKey, .blob(key), operation) }
        return key
    }
}
