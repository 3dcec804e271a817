// SPDX-License-Identifier: GPL-3.0-or-later

extension CallDetailRecord {
    /// Puts all columns of the ledger's table.
    package func write(to writer: any LedgerRowWriter) throws {
        try write(only: nil, to: writer)
    }

    /// Puts what the columns that came with the chain say of a row of before it: usage, and no tariff said anything.
    package static func writeUnrated(to writer: any LedgerRowWriter) throws {
        try blank.write(only: .chain, to: writer)
    }

    private func write(only version: LedgerVersion?, to writer: any LedgerRowWriter) throws {
        try withUnsafePointer(to: self) { cdr in
            var writing = Writing(cdr: cdr, writer: writer, only: version)
            try CDRColumns.visit(&writing)
        }
        writer.endPart()
    }

    /// From all columns of the ledger's table.
    ///
    /// - Throws: ``UnreadableColumn``
    package static func read(from reader: any LedgerRowReader) throws -> CallDetailRecord {
        var record = blank
        try withUnsafeMutablePointer(to: &record) { cdr in
            var reading = Reading(cdr: cdr, reader: reader)
            try CDRColumns.visit(&reading)
        }
        return record
    }
}

// A record is large: pointers spare copies of it, and live as long as the visit.

private struct Writing: CDRColumnVisitor {
    let cdr: UnsafePointer<CallDetailRecord>
    let writer: any LedgerRowWriter
    /// nil: all versions.
    let only: LedgerVersion?

    func begins(_ version: LedgerVersion, isOptional: Bool) -> Bool {
        guard only == nil || only == version else { return false }
        // Each version behind the hash is a part, and all before it are one.
        if version > .chain { writer.endPart() }
        return true
    }

    @inline(__always)
    func required<Value: LedgerValue>(
        _ name: String, native: NativeName, get: (CallDetailRecord) -> Value,
        set: (inout CallDetailRecord, Value) -> Void, field: (inout CSVLine, Value) -> Void
    ) throws {
        try get(cdr.pointee).put(into: writer)
    }

    @inline(__always)
    func optional<Value: LedgerValue>(
        _ name: String, native: NativeName, get: (CallDetailRecord) -> Value?,
        set: (inout CallDetailRecord, Value) -> Void, field: (inout CSVLine, Value) -> Void
    ) throws {
        if let value = get(cdr.pointee) { try value.put(into: writer) } else { try writer.putNull() }
    }

    func derived<Value>(
        _ native: String, _ get: (CallDetailRecord) -> Value, field: (inout CSVLine, Value) -> Void
    ) {}

    func hash() throws { writer.leavePlaceForHash() }
}

private struct Reading: CDRColumnVisitor {
    let cdr: UnsafeMutablePointer<CallDetailRecord>
    let reader: any LedgerRowReader

    func begins(_ version: LedgerVersion, isOptional: Bool) -> Bool {
        guard isOptional, reader.isNull else { return true }
        reader.skip(CDRColumn.counts[version.rawValue])
        return false
    }

    @inline(__always)
    func required<Value: LedgerValue>(
        _ name: String, native: NativeName, get: (CallDetailRecord) -> Value,
        set: (inout CallDetailRecord, Value) -> Void, field: (inout CSVLine, Value) -> Void
    ) throws {
        set(&cdr.pointee, try Value.take(from: reader))
    }

    @inline(__always)
    func optional<Value: LedgerValue>(
        _ name: String, native: NativeName, get: (CallDetailRecord) -> Value?,
        set: (inout CallDetailRecord, Value) -> Void, field: (inout CSVLine, Value) -> Void
    ) throws {
        if let value = try Value.takeOptional(from: reader) { set(&cdr.pointee, value) }
    }

    func derived<Value>(
        _ native: String, _ get: (CallDetailRecord) -> Value, field: (inout CSVLine, Value) -> Void
    ) {}

    func hash() throws { reader.skip(1) }
}
