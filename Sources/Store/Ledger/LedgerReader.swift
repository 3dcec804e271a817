// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore

/// Reads call detail records. Memory and time of each do not depend on how many there are in all, but where it says so.
struct LedgerReader {
    private let connection: SQLiteConnection

    init(_ connection: SQLiteConnection) { self.connection = connection }

    private static let selection = "SELECT \(CDRColumn.names.joined(separator: ", ")) FROM cdr"

    /// A page in order of sequence, after the given one.
    func page(_ filter: CDRFilter, after sequence: Int64, limit: Int, _ operation: String) throws -> [CallDetailRecord]
    {
        let (sql, values) = Self.query(filter, after: sequence, limit: limit)
        return try records(sql, values, operation)
    }

    /// Rows that pass a filter, of a bounded part of the ledger, so that a filter that nothing passes takes no longer
    /// than another.
    ///
    /// - Parameter last: sequence of the newest row.
    func boundedPage(
        _ filter: CDRFilter, after sequence: Int64, limit: Int, last: Int64, _ operation: String
    ) throws -> CDRPage {
        let end = filter.through ?? last
        var part = filter
        part.through = min(end, sequence + Self.lookAhead)
        let rows = try page(part, after: sequence, limit: limit, operation)
        let position = rows.count < limit ? part.through ?? end : rows.last?.sequence ?? end
        return CDRPage(rows: rows, position: position, isLast: position >= end)
    }

    private static let lookAhead: Int64 = 4096

    static func query(_ filter: CDRFilter, after sequence: Int64, limit: Int) -> (String, [Query.Value]) {
        var conditions = ["sequence > ?"]
        var values: [Query.Value] = [.integer(sequence)]
        func add(_ condition: String, _ value: Query.Value) {
            conditions.append(condition)
            values.append(value)
        }
        if let through = filter.through { add("sequence <= ?", .integer(through)) }
        if let action = filter.action { add("action = ?", .text(action)) }
        // One index is enough: the planner must not weigh the other against it.
        if let account = filter.account { add(filter.action == nil ? "account = ?" : "+account = ?", .text(account)) }
        // Sequence order is nearly start order; the unary plus keeps pages in sequence order.
        if let from = filter.from { add("+start >= ?", .integer(from.microseconds)) }
        if let to = filter.to { add("+start < ?", .integer(to.microseconds)) }
        values.append(.integer(Int64(limit)))
        return ("\(selection) WHERE \(conditions.joined(separator: " AND ")) ORDER BY sequence LIMIT ?", values)
    }

    /// Of a call, among those of a part of the ledger, corrections and credits too. Looks at each row of the part.
    func records(callID: String, from first: Int64, before end: Int64, _ operation: String) throws
        -> [CallDetailRecord]
    {
        try records(
            "\(Self.selection) WHERE sequence >= ? AND sequence < ? AND call_id = ? ORDER BY sequence",
            [.integer(first), .integer(end), .text(callID)], operation)
    }

    /// Corrections and credits of rows, in order of these rows, and of their own.
    func adjustments(of rows: ClosedRange<Int64>, _ operation: String) throws -> [CallDetailRecord] {
        try records(
            "\(Self.selection) WHERE corrects >= ? AND corrects <= ? ORDER BY corrects, sequence",
            [.integer(rows.lowerBound), .integer(rows.upperBound)], operation)
    }

    private func records(_ sql: String, _ values: [Query.Value], _ operation: String) throws -> [CallDetailRecord] {
        let rows = try connection.query(sql, operation).bind(values)
        defer { rows.reset() }
        var records: [CallDetailRecord] = []
        while try rows.step() { records.append(try record(from: rows, operation)) }
        return records
    }

    private func record(from row: Query, _ operation: String) throws -> CallDetailRecord {
        do {
            let cdr = try CallDetailRecord.read(from: row)
            try SnapshotCheck(operation: operation).check(cdr)
            return cdr
        } catch is UnreadableColumn {
            row.rewind()
            throw StoreError.damaged(operation, "CDR \(row.integer())")
        }
    }

    // MARK: - What journals need to know

    func hash(ofRow sequence: Int64, _ operation: String) throws -> SHA256.Digest? {
        let row = try connection.query("SELECT hash FROM cdr WHERE sequence = ?", operation).bind([.integer(sequence)])
        defer { row.reset() }
        return try row.step() ? SHA256.Digest(row.blob()) : nil
    }

    private static let usage = "kind = '\(LedgerKind.usage.rawValue)'"

    /// Whether there is the record of this attempt.
    func hasRecord(ofAttempt id: Int64, _ operation: String) throws -> Bool {
        let row = try connection.query("SELECT 1 FROM cdr WHERE attempt = ? AND \(Self.usage)", operation)
            .bind([.integer(id)])
        defer { row.reset() }
        return try row.step()
    }

    /// Highest of any attempt that has ended; 0: none has.
    func lastAttempt(_ operation: String) throws -> Int64 {
        try connection.number("SELECT coalesce(max(attempt), 0) FROM cdr WHERE \(Self.usage)", operation) ?? 0
    }

    /// Of an action: how many attempts ended, and in how many the message was heard to its end.
    func attempts(ofAction id: String, _ operation: String) throws -> (all: Int, heard: Int) {
        let row = try connection.query(
            """
            SELECT count(*), coalesce(sum(prompt_ms > 0 AND heard_ms >= prompt_ms), 0) FROM cdr
            WHERE action = ? AND \(Self.usage)
            """, operation
        ).bind([.text(id)])
        defer { row.reset() }
        guard try row.step() else { return (0, 0) }
        return (Int(row.integer()), Int(row.integer()))
    }
}
