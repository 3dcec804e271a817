// SPDX-License-Identifier: GPL-3.0-or-later

/// A column of call detail records, as data: what there is to know of it without a record.
package struct CDRColumn: Equatable, Sendable {
    /// Name in the ledger's table; nil: not kept there, but made of others for the export. Its place there is that
    /// among those that are kept.
    package let name: String?
    package let type: LedgerType
    /// NOT NULL.
    package let isRequired: Bool
    /// Name in the native format; nil: not in it. Its place there is that among those that are exported.
    package let native: String?
    package let since: LedgerVersion

    /// All, in the order of ``CDRColumns``.
    package static let all: [CDRColumn] = {
        var list = Listing()
        CDRColumns.visit(&list)
        return list.columns
    }()

    private struct Listing: CDRColumnVisitor {
        var columns: [CDRColumn] = []
        private var version = LedgerVersion.calls

        mutating func begins(_ version: LedgerVersion, isOptional: Bool) -> Bool {
            self.version = version
            return true
        }

        mutating func required<Value: LedgerValue>(
            _ name: String, native: NativeName, get: (CallDetailRecord) -> Value,
            set: (inout CallDetailRecord, Value) -> Void, field: (inout CSVLine, Value) -> Void
        ) {
            add(name, Value.type, isRequired: true, native: native.resolved(name))
        }

        mutating func optional<Value: LedgerValue>(
            _ name: String, native: NativeName, get: (CallDetailRecord) -> Value?,
            set: (inout CallDetailRecord, Value) -> Void, field: (inout CSVLine, Value) -> Void
        ) {
            add(name, Value.type, isRequired: false, native: native.resolved(name))
        }

        mutating func derived<Value>(
            _ native: String, _ get: (CallDetailRecord) -> Value, field: (inout CSVLine, Value) -> Void
        ) {
            add(nil, .text, isRequired: false, native: native)
        }

        mutating func hash() { add("hash", .blob, isRequired: true, native: nil) }

        private mutating func add(_ name: String?, _ type: LedgerType, isRequired: Bool, native: String?) {
            columns.append(
                CDRColumn(name: name, type: type, isRequired: isRequired, native: native, since: version))
        }
    }
}

// MARK: - The native format

extension CDRColumn {
    /// Names of the header line, in order.
    package static let nativeNames = all.compactMap(\.native)
}

// MARK: - The ledger's table and its canonical text

extension CDRColumn {
    /// Those of the table, in order.
    package static let kept = all.filter { $0.name != nil }
    package static let names = names { _ in true }

    package static func names(since isWanted: (LedgerVersion) -> Bool) -> [String] {
        kept.filter { isWanted($0.since) }.compactMap(\.name)
    }

    /// How many of the table came with a version, by its raw value.
    static let counts: [Int] = (0...LedgerVersion.allCases.count).map { version in
        kept.count { $0.since.rawValue == version }
    }

    /// The parts of a row, as places in the table, between the first two of which the hash stands: what every row has,
    /// and what came behind the hash with each later version. Parts at the end that say nothing, NULL alone, do not
    /// belong to the canonical text.
    package static let parts: [Range<Int>] = {
        let first = names { $0 <= .chain }.count - 1
        var parts = [0..<first]
        var start = first + 1
        for version in LedgerVersion.allCases where version > .chain {
            let count = counts[version.rawValue]
            parts.append(start..<start + count)
            start += count
        }
        return parts
    }()

    /// By place: whether the canonical text has the pseudonym of what stands there.
    package static let isTelephone = kept.map { $0.type == .telephone }
}
