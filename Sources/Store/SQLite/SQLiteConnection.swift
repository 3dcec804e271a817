// SPDX-License-Identifier: GPL-3.0-or-later
import CSQLite
import GatewayCore

/// One SQLite connection with its prepared queries. Not thread-safe: ``Store`` owns it.
final class SQLiteConnection {
    private let handle: OpaquePointer
    private var queries: [String: Query] = [:]
    /// Pages of the write-ahead log that the last commit left in it.
    private(set) var pagesInLog = 0

    convenience init(path: String) throws {
        try self.init(path, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX)
    }

    /// Reads a database whose write-ahead log is left alone; nothing is touched.
    convenience init(databaseAlone path: String) throws {
        try self.init(
            "file:\(Self.escaped(path))?immutable=1", path, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX
        )
    }

    private init(_ name: String, _ path: String, _ flags: Int32) throws {
        var handle: OpaquePointer?
        let code = sqlite3_open_v2(name, &handle, flags, nil)
        guard code == SQLITE_OK, let handle else {
            let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(handle)
            throw StoreError(operation: "opening the journal \(path)", message: message, code: code)
        }
        self.handle = handle
        sqlite3_extended_result_codes(handle, 1)
        // In place of SQLite's own, which checkpoints within a commit.
        sqlite3_wal_hook(
            handle,
            { context, _, _, pages in
                guard let context else { return SQLITE_OK }
                Unmanaged<SQLiteConnection>.fromOpaque(context).takeUnretainedValue().pagesInLog = Int(pages)
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// A number that the journal knows of itself, in a database whose write-ahead log is left alone; nil: it has none.
    /// Nothing is touched.
    static func number(_ key: MetaTable.Key, inDatabaseAlone path: String) throws -> Int64? {
        try SQLiteConnection(databaseAlone: path).number(
            "SELECT value FROM meta WHERE key = '\(key.rawValue)'", "opening the journal \(path)")
    }

    /// A path as a part of a URI (sqlite.org/uri.html).
    private static func escaped(_ path: String) -> String {
        path.utf8.map { byte in
            let isPlain =
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                || UInt8(ascii: "-")...UInt8(ascii: "9") ~= byte || byte == UInt8(ascii: "_")
            return isPlain ? String(UnicodeScalar(byte)) : "%" + hexadecimal([byte])
        }.joined()
    }

    /// Whether closing it moves the write-ahead log into the database, and removes it.
    func movesLogWhenClosed(_ moves: Bool) { _ = burgernetd_keep_log_when_closed(handle, moves ? 0 : 1) }

    deinit {
        for query in queries.values { query.finalize() }
        sqlite3_close_v2(handle)
    }

    /// Runs SQL that returns nothing of interest.
    func execute(_ sql: String, _ operation: String) throws {
        var message: UnsafeMutablePointer<CChar>?
        let code = sqlite3_exec(handle, sql, nil, nil, &message)
        guard code != SQLITE_OK else { return }
        let text = message.map { String(cString: $0) } ?? "error \(code)"
        sqlite3_free(message)
        throw StoreError(operation: operation, message: text, code: sqlite3_extended_errcode(handle))
    }

    /// The query, prepared once and reset. Its faults name the operation that it was prepared for.
    func query(_ sql: String, _ operation: String) throws -> Query {
        if let known = queries[sql] {
            known.reset()
            return known
        }
        var pointer: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &pointer, nil)
        guard code == SQLITE_OK, let pointer else { throw error(operation) }
        let query = Query(pointer: pointer, connection: self, operation: operation)
        queries[sql] = query
        return query
    }

    /// The number that the query answers; nil: no row.
    func number(_ sql: String, _ operation: String) throws -> Int64? {
        let row = try query(sql, operation)
        defer { row.reset() }
        return try row.step() ? row.integer() : nil
    }

    /// All of it or nothing.
    func transaction(_ operation: String, _ body: () throws -> Void) throws {
        try query("BEGIN IMMEDIATE", operation).run()
        do {
            try body()
            try query("COMMIT", operation).run()
        } catch {
            // SQLite may have rolled back by itself (disk full, I/O error).
            if sqlite3_get_autocommit(handle) == 0 { try? execute("ROLLBACK", operation) }
            throw error
        }
    }

    /// Moves the write-ahead log into the database. `truncating`: and gives its room back to the file system.
    ///
    /// - Returns: False: a query that goes on holds a part of it back.
    @discardableResult
    func checkpoint(truncating: Bool = false) throws -> Bool {
        let row = try query(
            "PRAGMA wal_checkpoint(\(truncating ? "TRUNCATE" : "PASSIVE"))", "checkpointing the journal")
        defer { row.reset() }
        guard try row.step() else { return false }
        row.skip(1)
        let (all, moved) = (row.integer(), row.integer())
        guard all == moved else { return false }
        pagesInLog = 0
        return true
    }

    func error(_ operation: String) -> StoreError {
        StoreError(
            operation: operation, message: String(cString: sqlite3_errmsg(handle)),
            code: sqlite3_extended_errcode(handle))
    }

    /// Rows that the last query changed.
    var changes: Int { Int(sqlite3_changes(handle)) }
}
