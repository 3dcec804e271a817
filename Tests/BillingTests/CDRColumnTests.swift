// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import Foundation
import GatewayCore
import Testing

/// A row of the ledger's table in memory.
private final class Row: LedgerRowWriter, LedgerRowReader {
    enum Value: Equatable {
        case integer(Int64)
        case text(String)
        case telephone(String)
        case null
        case hash
    }

    var values: [Value] = []
    /// How many values there were when a part ended.
    var parts: [Int] = []
    private var next = 0

    func put(_ number: Int64) { values.append(.integer(number)) }
    func put(_ text: String) { values.append(.text(text)) }
    func put(telephone: String) { values.append(.telephone(telephone)) }
    func putNull() { values.append(.null) }
    func leavePlaceForHash() { values.append(.hash) }
    func endPart() { parts.append(values.count) }

    var isNull: Bool { values[next] == .null }
    func skip(_ count: Int) { next += count }
    func integer() -> Int64 { optionalInteger() ?? 0 }

    func optionalInteger() -> Int64? {
        defer { next += 1 }
        guard case .integer(let number) = values[next] else { return nil }
        return number
    }

    func optionalText() -> String? {
        defer { next += 1 }
        switch values[next] {
        case .text(let text), .telephone(let text): return text
        case .integer, .null, .hash: return nil
        }
    }
}

@Suite("The columns of CDRs") struct CDRColumnTests {
    /// A call with amounts, a busy one, an SMS, a refused one, a correction: whatever a column can hold.
    private func records() -> [CallDetailRecord] {
        var rated = sampleCDR()
        rated.ledger.cost = RatedAmount(amount: Money(microEuros: 12_345), vatBasisPoints: 2100, tariff: "kpn@1")
        rated.ledger.charge = RatedAmount(amount: Money(microEuros: -1), vatBasisPoints: 900, tariff: "gm@1")
        let correction = rated.adjustment(
            .correction, cost: nil, charge: rated.ledger.charge, note: "new tariff", at: rated.end)
        return [rated, busyCDR(), sampleMessageCDR(), refusedMessageCDR(), correction]
    }

    @Test("A record is read as it was written")
    func roundTrip() throws {
        for record in records() {
            let row = Row()
            try record.write(to: row)
            #expect(try CallDetailRecord.read(from: row) == record)
        }
    }

    @Test("Each value is of its column's type, and NULL only where that may be")
    func types() throws {
        for record in records() {
            let row = Row()
            try record.write(to: row)
            try #require(row.values.count == CDRColumn.kept.count)
            for (column, value) in zip(CDRColumn.kept, row.values) {
                switch (value, column.type) {
                case (.integer, .integer), (.text, .text), (.telephone, .telephone), (.hash, .blob): break
                case (.null, _): #expect(!column.isRequired, "\(column.name ?? "")")
                default: Issue.record("\(column.name ?? ""): \(value)")
                }
            }
            // The hash stands behind the first part, which ends with it.
            #expect(row.parts == CDRColumn.parts.map { $0.lowerBound == 0 ? $0.upperBound + 1 : $0.upperBound })
        }
    }

    @Test("Columns are in order of their versions, the hash behind those that came with it, and no name occurs twice")
    func order() {
        let versions = CDRColumn.all.map(\.since)
        #expect(versions == versions.sorted())
        #expect(CDRColumn.kept.last { $0.since == .chain }?.name == "hash")
        #expect(CDRColumn.kept.count { $0.type == .blob } == 1)
        #expect(Set(CDRColumn.names).count == CDRColumn.names.count)
        #expect(Set(CDRColumn.nativeNames).count == CDRColumn.nativeNames.count)
        // A row of before a column has NULL in it.
        #expect(CDRColumn.kept.allSatisfy { $0.since <= .chain || !$0.isRequired })
    }

    @Test("What stands in a column and cannot have come from a record is not read")
    func unreadable() throws {
        let row = Row()
        try sampleCDR().write(to: row)
        for (name, value) in [("disposition", Row.Value.text("?")), ("kind", .text("")), ("codec", .text("G722"))] {
            let damaged = Row()
            damaged.values = row.values
            damaged.values[try #require(CDRColumn.names.firstIndex(of: name))] = value
            #expect(throws: UnreadableColumn.self) { try CallDetailRecord.read(from: damaged) }
        }
    }

    // MARK: - docs/cdr-format.md

    private func document() throws -> String {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../docs/cdr-format.md")
        return try String(contentsOf: path, encoding: .utf8)
    }

    @Test("The document has each column of the native format, in order, and no other")
    func nativeDocumentation() throws {
        let section = try #require(
            try document().components(separatedBy: "\n## ").first { $0.hasPrefix("Columns of the native format") })
        let rows = section.split(separator: "\n").filter { $0.hasPrefix("| `") }
        #expect(rows.map { String($0.dropFirst(3).prefix { $0 != "`" }) } == CDRColumn.nativeNames)
    }

    @Test("The document has each column of the canonical text, in order")
    func chainDocumentation() throws {
        let text = try document().replacing("\n", with: " ")
        for (index, places) in CDRColumn.parts.enumerated() {
            let list = CDRColumn.names[places].joined(separator: ", ")
            #expect(text.contains("`\(list)`"), "part \(index): \(list)")
        }
    }
}
