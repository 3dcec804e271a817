// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What a column of the ledger's table holds.
package enum LedgerType: Sendable {
    case integer
    case text
    /// Text: a telephone number, or the pseudonym that has replaced it.
    case telephone
    case blob

    package var sql: String {
        switch self {
        case .integer: "INTEGER"
        case .text, .telephone: "TEXT"
        case .blob: "BLOB"
        }
    }
}

/// Takes the values of a row of the ledger's table, column after column.
package protocol LedgerRowWriter: AnyObject {
    func put(_ number: Int64) throws
    func put(_ text: String) throws
    /// ``LedgerType/telephone``
    func put(telephone: String) throws
    func putNull() throws
    /// The hash, which is made of the others, stands here.
    func leavePlaceForHash()
    /// A part of the canonical text ends: see ``CDRColumn/parts``.
    func endPart()
}

/// Gives the values of a row of the ledger's table, column after column.
package protocol LedgerRowReader: AnyObject {
    /// Whether NULL comes next.
    var isNull: Bool { get }
    /// 0 for NULL.
    func integer() -> Int64
    /// nil for NULL.
    func optionalInteger() -> Int64?
    func optionalText() -> String?
    /// Passes columns over.
    func skip(_ count: Int)
}

/// What stands in a column cannot have come from a record.
package struct UnreadableColumn: Error, Equatable {}

/// What a column of a record holds: how it lies in the ledger's table, and how it stands in the native format.
protocol LedgerValue: Sendable {
    static var type: LedgerType { get }
    func put(into writer: any LedgerRowWriter) throws
    static func take(from reader: any LedgerRowReader) throws -> Self
    /// nil: NULL.
    static func takeOptional(from reader: any LedgerRowReader) throws -> Self?
    func append(to line: inout CSVLine)
}

// MARK: - Integers

protocol LedgerInteger: LedgerValue {
    init(inLedger number: Int64)
    var inLedger: Int64 { get }
}

extension LedgerInteger {
    static var type: LedgerType { .integer }
    func put(into writer: any LedgerRowWriter) throws { try writer.put(inLedger) }
    static func take(from reader: any LedgerRowReader) -> Self { Self(inLedger: reader.integer()) }
    static func takeOptional(from reader: any LedgerRowReader) -> Self? {
        reader.optionalInteger().map { Self(inLedger: $0) }
    }
    func append(to line: inout CSVLine) { line.integer(inLedger) }
}

extension Int64: LedgerInteger {
    init(inLedger number: Int64) { self = number }
    var inLedger: Int64 { self }
}

extension Int: LedgerInteger {
    init(inLedger number: Int64) { self.init(number) }
    var inLedger: Int64 { Int64(self) }
}

/// 0 or 1.
extension Bool: LedgerInteger {
    init(inLedger number: Int64) { self = number != 0 }
    var inLedger: Int64 { self ? 1 : 0 }
}

/// Microseconds since 1970 in UTC; ISO 8601 with milliseconds.
extension Timestamp: LedgerInteger {
    init(inLedger number: Int64) { self.init(microseconds: number) }
    var inLedger: Int64 { microseconds }
    func append(to line: inout CSVLine) { line.time(self) }
}

/// Microseconds.
extension Interval: LedgerInteger {
    init(inLedger number: Int64) { self.init(microseconds: number) }
    var inLedger: Int64 { microseconds }
}

/// Micro-euros; euros with six decimals.
extension Money: LedgerInteger {
    init(inLedger number: Int64) { self.init(microEuros: number) }
    var inLedger: Int64 { microEuros }
    func append(to line: inout CSVLine) { line.amount(self) }
}

// MARK: - Texts

protocol LedgerText: LedgerValue {
    /// nil: this can be none.
    init?(inLedger text: String)
    var inLedger: String { get }
}

extension LedgerText {
    static var type: LedgerType { .text }
    func put(into writer: any LedgerRowWriter) throws { try writer.put(inLedger) }
    static func take(from reader: any LedgerRowReader) throws -> Self {
        guard let value = Self(inLedger: reader.optionalText() ?? "") else { throw UnreadableColumn() }
        return value
    }
    static func takeOptional(from reader: any LedgerRowReader) throws -> Self? {
        guard let text = reader.optionalText() else { return nil }
        guard let value = Self(inLedger: text) else { throw UnreadableColumn() }
        return value
    }
}

extension String: LedgerText {
    init(inLedger text: String) { self = text }
    var inLedger: String { self }
    func append(to line: inout CSVLine) { line.text(self) }
}

/// Words of ours, by their raw values.
protocol LedgerWord: LedgerText, RawRepresentable<String> {}

extension LedgerWord {
    init?(inLedger text: String) { self.init(rawValue: text) }
    var inLedger: String { rawValue }
    func append(to line: inout CSVLine) { line.word(rawValue) }
}

extension HangupParty: LedgerWord {}
extension OwnReason: LedgerWord {}
extension Disposition: LedgerWord {}
extension Codec: LedgerWord {}
extension LedgerKind: LedgerWord {}

/// A telephone number, E.164, or the pseudonym that has replaced it.
struct TelephoneNumber: LedgerText {
    let inLedger: String
    static var type: LedgerType { .telephone }
    init(inLedger text: String) { inLedger = text }
    func put(into writer: any LedgerRowWriter) throws { try writer.put(telephone: inLedger) }
    func append(to line: inout CSVLine) { line.word(inLedger) }
}
