// SPDX-License-Identifier: GPL-3.0-or-later
import CSQLite

/// A prepared query. Columns are read in order with ``text()`` and its like.
final class Query {
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

    /// Binds all places of the query, in order.
    @discardableResult
    func bind(_ values: [Value]) throws -> Query {
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

    /// Leaves the next place free. Returns its number for ``bind(_:at:)``.
    func leavePlace() -> Int32 {
        place += 1
        return place
    }

    func bind(_ blob: [UInt8], at place: Int32) throws {
        let code = blob.withUnsafeBytes {
            sqlite3_bind_blob(pointer, place, $0.baseAddress, Int32($0.count), Self.copied)
        }
        guard code == SQLITE_OK else { throw connection.error(operation) }
    }

    /// SQLITE_TRANSIENT: SQLite makes a copy.
    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    func add(_ number: Int64?) throws {
        place += 1
        let code =
            if let number { sqlite3_bind_int64(pointer, place, number) } else { sqlite3_bind_null(pointer, place) }
        guard code == SQLITE_OK else { throw connection.error(operation) }
    }

    func add(_ text: String?) throws {
        guard var text else { return try addNull() }
        try text.withUTF8 { try add($0) }
    }

    func addNull() throws {
        place += 1
        guard sqlite3_bind_null(pointer, place) == SQLITE_OK else { throw connection.error(operation) }
    }

    /// Text.
    func add(_ utf8: UnsafeBufferPointer<UInt8>) throws {
        place += 1
        let code: Int32
        if used + utf8.count <= scratch.count, let base = scratch.baseAddress {
            let kept = base + used
            if let source = utf8.baseAddress { kept.copyMemory(from: source, byteCount: utf8.count) }
            used += utf8.count
            code = sqlite3_bind_text(pointer, place, kept.assumingMemoryBound(to: CChar.self), Int32(utf8.count), nil)
        } else {
            // Too long for ours.
            code = utf8.withMemoryRebound(to: CChar.self) {
                sqlite3_bind_text(pointer, place, $0.baseAddress, Int32($0.count), Self.copied)
            }
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

    /// Runs a query without rows.
    func run() throws {
        while try step() {}
        sqlite3_reset(pointer)
    }

    /// Passes columns over.
    func skip(_ count: Int) { column += Int32(count) }

    /// The first column comes next.
    func rewind() { column = 0 }

    /// The column's octets as they lie in the database; nil: NULL. Only valid until the next step.
    func octets() -> UnsafeRawBufferPointer? {
        defer { column += 1 }
        guard let bytes = sqlite3_column_blob(pointer, column) else {
            return sqlite3_column_type(pointer, column) == SQLITE_NULL
                ? nil : UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(pointer, column)))
    }

    /// Whether the next column holds nothing.
    var isNull: Bool { sqlite3_column_type(pointer, column) == SQLITE_NULL }

    /// Whether the next column holds an integer.
    var isInteger: Bool { sqlite3_column_type(pointer, column) == SQLITE_INTEGER }

    /// 0 for NULL.
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

    /// "" for NULL.
    func text() -> String { optionalText() ?? "" }

    func optionalText() -> String? {
        defer { column += 1 }
        guard let bytes = sqlite3_column_text(pointer, column) else { return nil }
        let count = Int(sqlite3_column_bytes(pointer, column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    /// Empty for NULL.
    func blob() -> [UInt8] {
        defer { column += 1 }
        guard let bytes = sqlite3_column_blob(pointer, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(pointer, column))))
    }
}
