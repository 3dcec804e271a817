// SPDX-License-Identifier: GPL-3.0-or-later

/// Does something with each column of call detail records in order. ``CDRColumns`` has the list, and the compiler makes
/// straight code of both for each visitor: records are read and written by the million.
///
/// `get` takes a column's value from a record, `set` puts it into one, and `field` writes it as a field of the native
/// format.
protocol CDRColumnVisitor {
    associatedtype Failure: Error

    /// Columns follow that came with this version. Returns whether they shall be gone through.
    ///
    /// - Parameter isOptional: all of them are NULL in a record that has not what they are about, and the first one
    ///   only then.
    mutating func begins(_ version: LedgerVersion, isOptional: Bool) -> Bool

    /// Every record has a value.
    mutating func required<Value: LedgerValue>(
        _ name: String, native: NativeName, get: (CallDetailRecord) -> Value,
        set: (inout CallDetailRecord, Value) -> Void, field: (inout CSVLine, Value) -> Void
    ) throws(Failure)

    /// NULL, and an empty field, where a record has no value; `set` is for those that have one.
    mutating func optional<Value: LedgerValue>(
        _ name: String, native: NativeName, get: (CallDetailRecord) -> Value?,
        set: (inout CallDetailRecord, Value) -> Void, field: (inout CSVLine, Value) -> Void
    ) throws(Failure)

    /// Made of others, for the native format alone.
    mutating func derived<Value>(
        _ native: String, _ get: (CallDetailRecord) -> Value, field: (inout CSVLine, Value) -> Void)

    /// The row's proof, which whoever writes a row makes of the other columns.
    mutating func hash() throws(Failure)
}

/// What a column of the ledger's table is called in the native format.
enum NativeName: ExpressibleByStringLiteral {
    case same
    /// Not in it.
    case none
    case other(String)

    init(stringLiteral text: String) { self = .other(text) }

    func resolved(_ name: String) -> String? {
        switch self {
        case .same: name
        case .none: nil
        case .other(let other): other
        }
    }

    @inline(__always) var isExported: Bool {
        switch self {
        case .same, .other: true
        case .none: false
        }
    }
}

/// For the list's sake: what most columns do not say.
extension CDRColumnVisitor {
    @inline(__always)
    mutating func required<Value: LedgerValue>(
        _ name: String, native: NativeName = .same, _ get: (CallDetailRecord) -> Value,
        _ set: (inout CallDetailRecord, Value) -> Void,
        field: (inout CSVLine, Value) -> Void = { $1.append(to: &$0) }
    ) throws(Failure) {
        try required(name, native: native, get: get, set: set, field: field)
    }

    @inline(__always)
    mutating func optional<Value: LedgerValue>(
        _ name: String, native: NativeName = .same, _ get: (CallDetailRecord) -> Value?,
        _ set: (inout CallDetailRecord, Value) -> Void,
        field: (inout CSVLine, Value) -> Void = { $1.append(to: &$0) }
    ) throws(Failure) {
        try optional(name, native: native, get: get, set: set, field: field)
    }
}
