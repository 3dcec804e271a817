// SPDX-License-Identifier: GPL-3.0-or-later
import CSQLite

/// Why the journal could not do what was asked. Names the operation and what SQLite says.
package struct StoreError: Error, Equatable, Sendable, CustomStringConvertible {
    package var operation: String
    package var message: String
    /// SQLite's extended result code; 0 when the fault is ours.
    package var code: Int32

    package init(operation: String, message: String, code: Int32 = 0) {
        self.operation = operation
        self.message = message
        self.code = code
    }

    package var description: String { "\(operation): \(message)" }
}

/// One SQLite connection with its prepared statements. Not thread-safe: ``Store`` owns it.
final class SQLiteConnection {
    private let handle: OpaquePointer
    private var statements: [String: Statement] = [:]
    /// Pages of the write-ahead log that the last commit left in it.
    var pagesInLog = 0

    init(path: String) throws {
        var handle: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        let code = sqlite3_open_v2(path, &handle, flags, nil)
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

    deinit {
        for statement in statements.values { statement.finalize() }
        sqlite3_close_v2(handle)
    }

    /// Runs statements that return nothing of interest.
    func execute(_ sql: String, _ operation: String) throws {
        var message: UnsafeMutablePointer<CChar>?
        let code = sqlite3_exec(handle, sql, nil, nil, &message)
        guard code != SQLITE_OK else { return }
        let text = message.map { String(cString: $0) } ?? "error \(code)"
        sqlite3_free(message)
        throw StoreError(operation: operation, message: text, code: sqlite3_extended_errcode(handle))
    }

    /// The statement, prepared once and reset.
    func statement(_ sql: String, _ operation: String) throws -> Statement {
        if let known = statements[sql] {
            known.reset()
            return known
        }
        var pointer: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &pointer, nil)
        guard code == SQLITE_OK, let pointer else { throw error(operation) }
        let statement = Statement(pointer: pointer, connection: self, operation: operation)
        statements[sql] = statement
        return statement
    }

    func error(_ operation: String) -> StoreError {
        StoreError(
            operation: operation, message: String(cString: sqlite3_errmsg(handle)),
            code: sqlite3_extended_errcode(handle))
    }

    /// Rows that the last statement changed.
    var changes: Int { Int(sqlite3_changes(handle)) }

    /// True outside a transaction.
    var isAutocommit: Bool { sqlite3_get_autocommit(handle) != 0 }
}

/// A prepared statement. Columns are read in order with ``text()`` and its like.
final class Statement {
    private let pointer: OpaquePointer
    private unowned let connection: SQLiteConnection
    private let operation: String
    private var column: Int32 = 0

    init(pointer: OpaquePointer, connection: SQLiteConnection, operation: String) {
        self.pointer = pointer
        self.connection = connection
        self.operation = operation
    }

    func reset() {
        sqlite3_reset(pointer)
        sqlite3_clear_bindings(pointer)
    }

    func finalize() { sqlite3_finalize(pointer) }

    enum Value {
        case integer(Int64)
        case text(String)
        case blob([UInt8])
        case null
    }

    /// Text and blobs of the bound values: SQLite reads them here, which spares it a copy of each.
    private var scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 1024, alignment: 8)

    deinit { scratch.deallocate() }

    /// Binds all places of the statement, in order.
    @discardableResult
    func bind(_ values: [Value]) throws -> Statement {
        var size = 0
        for value in values {
            switch value {
            case .text(let text): size += text.utf8.count
            case .blob(let bytes): size += bytes.count
            case .integer, .null: break
            }
        }
        if size > scratch.count {
            // Nothing may point to what goes.
            sqlite3_clear_bindings(pointer)
            scratch.deallocate()
            scratch = .allocate(byteCount: size * 2, alignment: 8)
        }
        var used = 0
        func keep(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawPointer? {
            guard let base = scratch.baseAddress, let source = bytes.baseAddress, !bytes.isEmpty else {
                return UnsafeRawPointer(scratch.baseAddress)
            }
            (base + used).copyMemory(from: source, byteCount: bytes.count)
            defer { used += bytes.count }
            return UnsafeRawPointer(base + used)
        }
        var index: Int32 = 0
        for value in values {
            index += 1
            let code: Int32
            switch value {
            case .integer(let number): code = sqlite3_bind_int64(pointer, index, number)
            case .text(var text):
                code = text.withUTF8 { utf8 in
                    let kept = keep(UnsafeRawBufferPointer(utf8))?.assumingMemoryBound(to: CChar.self)
                    return sqlite3_bind_text(pointer, index, kept, Int32(utf8.count), nil)
                }
            case .blob(let bytes):
                code = bytes.withUnsafeBytes { octets in
                    sqlite3_bind_blob(pointer, index, keep(octets), Int32(octets.count), nil)
                }
            case .null: code = sqlite3_bind_null(pointer, index)
            }
            guard code == SQLITE_OK else { throw connection.error(operation) }
        }
        return self
    }

    /// Text that was bound place by place so far, in ``scratch``.
    private var used = 0
    private var place: Int32 = 0

    /// Before the first ``add(_:)``: one place after the other, for what comes by the hundred thousand.
    func begin() {
        place = 0
        used = 0
    }

    func add(_ number: Int64?) throws {
        place += 1
        let code =
            if let number { sqlite3_bind_int64(pointer, place, number) } else { sqlite3_bind_null(pointer, place) }
        guard code == SQLITE_OK else { throw connection.error(operation) }
    }

    func add(_ text: String?) throws {
        place += 1
        guard var text else {
            guard sqlite3_bind_null(pointer, place) == SQLITE_OK else { throw connection.error(operation) }
            return
        }
        let code = text.withUTF8 { utf8 in
            guard used + utf8.count <= scratch.count, let base = scratch.baseAddress else {
                // SQLite makes a copy of what is too long for ours.
                let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
                return utf8.withMemoryRebound(to: CChar.self) {
                    sqlite3_bind_text(pointer, place, $0.baseAddress, Int32($0.count), copied)
                }
            }
            let kept = base + used
            if let source = utf8.baseAddress { kept.copyMemory(from: source, byteCount: utf8.count) }
            used += utf8.count
            return sqlite3_bind_text(
                pointer, place, kept.assumingMemoryBound(to: CChar.self), Int32(utf8.count), nil)
        }
        guard code == SQLITE_OK else { throw connection.error(operation) }
    }

    /// True while there is a row.
    func step() throws -> Bool {
        column = 0
        switch sqlite3_step(pointer) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            let error = connection.error(operation)
            sqlite3_reset(pointer)
            throw error
        }
    }

    /// Runs a statement without rows.
    func run() throws {
        while try step() {}
        sqlite3_reset(pointer)
    }

    /// The column that is read next.
    func move(to column: Int) { self.column = Int32(column) }

    /// The column's octets as they lie in the database; nil: NULL. Only valid until the next step.
    func octets() -> UnsafeRawBufferPointer? {
        defer { column += 1 }
        guard let bytes = sqlite3_column_blob(pointer, column) else {
            return sqlite3_column_type(pointer, column) == SQLITE_NULL
                ? nil : UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(pointer, column)))
    }

    /// What the next column holds.
    var columnType: Int32 { columnType(of: Int(column)) }

    func columnType(of column: Int) -> Int32 { sqlite3_column_type(pointer, Int32(column)) }

    func integer() -> Int64 {
        defer { column += 1 }
        return sqlite3_column_int64(pointer, column)
    }

    func optionalInteger() -> Int64? {
        if sqlite3_column_type(pointer, column) == SQLITE_NULL {
            column += 1
            return nil
        }
        return integer()
    }

    func text() -> String {
        defer { column += 1 }
        guard let bytes = sqlite3_column_text(pointer, column) else { return "" }
        let count = Int(sqlite3_column_bytes(pointer, column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    func blob() -> [UInt8] {
        defer { column += 1 }
        guard let bytes = sqlite3_column_blob(pointer, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(pointer, column))))
    }
}
