// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import SMPP

/// What citizens wrote: whole messages, and segments that wait for the others.
struct InboundTable {
    private let connection: SQLiteConnection

    init(_ connection: SQLiteConnection) { self.connection = connection }

    func insert(_ inbound: InboundRecord, _ operation: String) throws {
        let part = inbound.part
        try connection.query("INSERT INTO inbound VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", operation).bind([
            .integer(inbound.id), .integer(inbound.received.microseconds), .text(inbound.smsc),
            .text(inbound.source), .text(inbound.destination), .text(inbound.text), .text(inbound.action),
            .text(inbound.recipient), .optional(part.map { Int64($0.concatenation.scheme.rawValue) }),
            .optional(part.map { Int64($0.concatenation.reference) }),
            .optional(part.map { Int64($0.concatenation.total) }),
            .optional(part.map { Int64($0.concatenation.sequence) }), .optional(part.map { Int64($0.dataCoding) }),
            .optional(part.map { $0.hasHeader ? 1 : 0 }), part.map { .blob($0.octets) } ?? .null,
        ]).run()
    }

    func delete(_ ids: [Int64], _ operation: String) throws {
        for id in ids {
            try connection.query("DELETE FROM inbound WHERE id = ?", operation).bind([.integer(id)]).run()
        }
    }

    // MARK: - Reading

    /// Highest id that was ever used; 0: none was.
    func lastID(_ operation: String) throws -> Int64 {
        try connection.number("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'inbound'", operation)
            ?? 0
    }

    /// Segments of messages that are not whole.
    func parts(_ operation: String) throws -> [InboundRecord] {
        let rows = try connection.query("SELECT * FROM inbound WHERE octets IS NOT NULL ORDER BY id", operation)
        defer { rows.reset() }
        var parts: [InboundRecord] = []
        while try rows.step() { parts.append(try inbound(from: rows, operation)) }
        return parts
    }

    /// How many messages came in answer to each action.
    func counts(_ operation: String) throws -> [String: Int] {
        let rows = try connection.query(
            "SELECT action, count(*) FROM inbound WHERE action <> '' AND octets IS NULL GROUP BY action", operation)
        defer { rows.reset() }
        var counts: [String: Int] = [:]
        while try rows.step() {
            let action = rows.text()
            counts[action] = Int(rows.integer())
        }
        return counts
    }

    /// A page of what came in answer to an action, in order, after the given one.
    func page(ofAction id: String, after last: Int64, limit: Int, _ operation: String) throws -> [InboundRecord] {
        let rows = try connection.query(
            "SELECT * FROM inbound WHERE action = ? AND id > ? AND octets IS NULL ORDER BY id LIMIT ?", operation
        ).bind([.text(id), .integer(last), .integer(Int64(limit))])
        defer { rows.reset() }
        var page: [InboundRecord] = []
        while try rows.step() { page.append(try inbound(from: rows, operation)) }
        return page
    }

    private func inbound(from row: Query, _ operation: String) throws -> InboundRecord {
        let id = row.integer()
        let received = Timestamp(microseconds: row.integer())
        let (smsc, source, destination, text) = (row.text(), row.text(), row.text(), row.text())
        let (action, recipient) = (row.text(), row.text())
        var record = InboundRecord(
            id: id, received: received, smsc: smsc, source: source, destination: destination, text: text,
            action: action, recipient: recipient)
        guard let rawScheme = row.optionalInteger() else { return record }
        let (reference, total, position) = (row.integer(), row.integer(), row.integer())
        let (coding, header, octets) = (row.integer(), row.integer(), row.blob())
        guard let scheme = Concatenation.Scheme(rawValue: UInt8(clamping: rawScheme)),
            let concatenation = Concatenation(
                scheme: scheme, reference: UInt16(clamping: reference), total: UInt8(clamping: total),
                sequence: UInt8(clamping: position))
        else { throw StoreError.damaged(operation, "segment of message \(id)") }
        record.part = InboundRecord.Part(
            concatenation: concatenation, dataCoding: UInt8(clamping: coding), hasHeader: header != 0, octets: octets)
        return record
    }
}
