// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Reads the calls that a carrier should have from a native export of the ledger, line by line.
package struct LedgerCallReader: Sendable {
    private struct Positions: Equatable, Sendable {
        var sequence = 0
        var account = 0
        var callee = 0
        var trunk = 0
        var start = 0
        var answer = 0
        var billsec = 0
        var channel = 0
        var segments = 0
        /// -1: exports of before amounts have none of these.
        var kind = -1
        var corrects = -1
        var cost = -1

        static let names: [(String, WritableKeyPath<Positions, Int> & Sendable)] = [
            ("sequence", \.sequence), ("account", \.account), ("callee", \.callee), ("trunk", \.trunk),
            ("start", \.start), ("answer", \.answer), ("billsec", \.billsec), ("channel", \.channel),
            ("segments_accepted", \.segments), ("kind", \.kind), ("corrects", \.corrects), ("cost", \.cost),
        ]
    }

    /// What is compared: from, up to but not including.
    private let from: Timestamp
    private let to: Timestamp
    private let mapping: CarrierMapping
    /// nil: all.
    private let trunk: String?
    private var positions: Positions?
    private var indices: [Int64: Int] = [:]
    package private(set) var calls: [LedgerCall] = []
    /// Calls whose number was purged: nobody can say whether the carrier has them.
    package private(set) var purged = 0
    /// Trunks and SMSCs over which anything went in that time.
    package private(set) var trunks: Set<String> = []

    package init(mapping: CarrierMapping, trunk: String?, from: Timestamp, to: Timestamp) {
        self.mapping = mapping
        self.trunk = trunk
        self.from = from
        self.to = to
    }

    /// A line without its end; the first one is the header.
    package mutating func take(_ line: String) throws(ValueError) {
        let fields = Self.split(line)
        guard let positions else {
            positions = try Self.positions(fields.map { String($0) })
            return
        }
        func field(_ position: Int) -> Substring { fields.indices.contains(position) ? fields[position] : "" }
        guard let sequence = Int64(field(positions.sequence)),
            let start = Timestamp(iso8601: String(field(positions.start)))
        else { throw ValueError("this is no native export of CDRs: \"\(line.prefix(60))\"") }
        let cost = CarrierDecimal.read(field(positions.cost).utf8, digits: 6, decimalComma: false)
            .map { Money(microEuros: $0) }
        guard positions.kind < 0 || field(positions.kind) == "usage" else {
            // What another tariff makes of an earlier row.
            if let cost, let corrected = Int64(field(positions.corrects)), let index = indices[corrected] {
                calls[index].cost = (calls[index].cost ?? .zero) + cost
            }
            return
        }
        let isMessage = field(positions.channel) == "sms"
        let answer = Timestamp(iso8601: String(field(positions.answer)))
        let time = mapping.moment == .answer ? answer ?? start : start
        guard time >= from - mapping.tolerance.time, time < to + mapping.tolerance.time else { return }
        let name = String(field(positions.trunk))
        if !name.isEmpty { trunks.insert(name) }
        guard isMessage == (mapping.channel == .sms), trunk == nil || name == trunk else { return }
        let segments = Int(field(positions.segments)) ?? 0
        let isBilled = isMessage ? segments > 0 : answer != nil
        let isExpected = isBilled && time >= from && time < to
        guard let number = UInt64(field(positions.callee).dropFirst()), field(positions.callee).first == "+" else {
            if isExpected { purged += 1 }
            return
        }
        indices[sequence] = calls.count
        calls.append(
            LedgerCall(
                sequence: sequence, number: number, time: time,
                milliseconds: CarrierDecimal.read(field(positions.billsec).utf8, digits: 3, decimalComma: false) ?? 0,
                segments: segments, cost: cost, account: String(field(positions.account)), isExpected: isExpected))
    }

    private static func positions(_ names: [String]) throws(ValueError) -> Positions {
        var positions = Positions()
        for (name, path) in Positions.names {
            guard let index = names.firstIndex(of: name) else {
                if positions[keyPath: path] < 0 { continue }
                throw ValueError("this is no native export of CDRs: it has no column \(name)")
            }
            positions[keyPath: path] = index
        }
        return positions
    }

    /// RFC 4180; quotes within fields are of no interest here.
    private static func split(_ line: String) -> [Substring] {
        var fields: [Substring] = []
        var start = line.startIndex
        var isQuoted = false
        for index in line.utf8.indices {
            switch line.utf8[index] {
            case 34: isQuoted.toggle()
            case 44 where !isQuoted:
                fields.append(unquoted(line[start..<index]))
                start = line.utf8.index(after: index)
            default: break
            }
        }
        fields.append(unquoted(line[start...]))
        return fields
    }

    private static func unquoted(_ field: Substring) -> Substring {
        field.utf8.count >= 2 && field.utf8.first == 34 && field.utf8.last == 34 ? field.dropFirst().dropLast() : field
    }
}
