// SPDX-License-Identifier: GPL-3.0-or-later

/// The native format: every column that has a name in it.
enum NativeLayout {
    static func append(_ cdr: CallDetailRecord, to line: inout CSVLine) {
        var writing = Writing(cdr: cdr, line: line)
        // The octets have one owner, or they would be copied.
        line = CSVLine([], locale: .plain)
        CDRColumns.visit(&writing)
        line = writing.line
    }

    private struct Writing: CDRColumnVisitor {
        let cdr: CallDetailRecord
        var line: CSVLine

        func begins(_ version: LedgerVersion, isOptional: Bool) -> Bool { true }

        @inline(__always)
        mutating func required<Value: LedgerValue>(
            _ name: String, native: NativeName, get: (CallDetailRecord) -> Value,
            set: (inout CallDetailRecord, Value) -> Void, field: (inout CSVLine, Value) -> Void
        ) {
            if native.isExported { field(&line, get(cdr)) }
        }

        @inline(__always)
        mutating func optional<Value: LedgerValue>(
            _ name: String, native: NativeName, get: (CallDetailRecord) -> Value?,
            set: (inout CallDetailRecord, Value) -> Void, field: (inout CSVLine, Value) -> Void
        ) {
            guard native.isExported else { return }
            if let value = get(cdr) { field(&line, value) } else { line.empty() }
        }

        @inline(__always)
        mutating func derived<Value>(
            _ native: String, _ get: (CallDetailRecord) -> Value, field: (inout CSVLine, Value) -> Void
        ) {
            field(&line, get(cdr))
        }

        func hash() {}
    }
}
