// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore

/// Binds a row's columns to a query, and makes the row's canonical text of what it binds: neither can have what the
/// other has not.
final class LedgerRowBinder: LedgerRowWriter {
    private let query: Query
    private let pseudonyms: NumberPseudonyms
    private var line = LedgerLine()
    private var hashPlace: Int32 = 0

    init(_ query: Query, _ pseudonyms: NumberPseudonyms) {
        self.query = query
        self.pseudonyms = pseudonyms
    }

    /// Begins a row. `line`: what its canonical text begins with.
    func begin(with line: LedgerLine? = nil) {
        query.begin()
        if let line { self.line = line } else { self.line.removeAll() }
    }

    /// Runs the query with the row's hash, which it returns, bound to its place. `key`: of a place behind the columns.
    func run(after previous: SHA256.Digest, key: Int64? = nil) throws -> SHA256.Digest {
        line.finish()
        let hash = line.hash(after: previous)
        try query.bind(hash.bytes, at: hashPlace)
        if let key { try query.add(key) }
        try query.run()
        return hash
    }

    // MARK: - Columns

    func put(_ number: Int64) throws {
        try query.add(number)
        line.append(number)
    }

    func put(_ text: String) throws {
        var text = text
        try text.withUTF8 { utf8 in
            try query.add(utf8)
            line.append(UnsafeRawBufferPointer(utf8))
        }
    }

    func put(telephone: String) throws {
        var text = telephone
        try text.withUTF8 { utf8 in
            try query.add(utf8)
            line.append(number: UnsafeRawBufferPointer(utf8), pseudonyms)
        }
    }

    func putNull() throws {
        try query.addNull()
        line.appendNull()
    }

    func leavePlaceForHash() { hashPlace = query.leavePlace() }

    func endPart() { line.endPart() }
}

/// Rows are read by the columns' own functions.
extension Query: LedgerRowReader {}
