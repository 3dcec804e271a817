// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore

/// Messages under way that have a row of their own.
struct MessageRowTable {
    private let connection: SQLiteConnection

    init(_ connection: SQLiteConnection) { self.connection = connection }

    /// Inserts the row, or changes it.
    func upsert(_ message: MessageRecord, _ operation: String) throws {
        try connection.query(
            """
            INSERT INTO message VALUES (?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET
            start = excluded.start, accepted = excluded.accepted, segments = excluded.segments, flags = excluded.flags
            """, operation
        ).bind([
            .integer(message.id.value), .integer(message.recipient.value), .integer(message.action),
            .integer(Int64(message.number)), .text(message.smsc), .text(message.sender), .text(message.encoding),
            .integer(Int64(message.billedSegments)), .integer(message.start.microseconds), .time(message.accepted),
            .blob(SegmentBlob.pack(message.segments)), .integer(MessageFlags(message).rawValue),
        ]).run()
    }

    func delete(_ id: Int64, _ operation: String) throws {
        try connection.query("DELETE FROM message WHERE id = ?", operation).bind([.integer(id)]).run()
    }

    // MARK: - Messages that were taken back

    /// The message's batch, which still stands, must not bring it back.
    func insertDropped(_ id: Int64, _ operation: String) throws {
        try connection.query("INSERT INTO message VALUES (?, 0, 0, 0, '', '', '', 0, 0, NULL, x'', ?)", operation)
            .bind([.integer(id), .integer(MessageFlags.dropped.rawValue)]).run()
    }

    /// Their batch has gone.
    func deleteDropped(_ ids: ClosedRange<Int64>, _ operation: String) throws {
        try connection.query("DELETE FROM message WHERE id BETWEEN ? AND ? AND flags = ?", operation)
            .bind([.integer(ids.lowerBound), .integer(ids.upperBound), .integer(MessageFlags.dropped.rawValue)]).run()
    }

    /// All batches have gone.
    func deleteDropped(_ operation: String) throws {
        try connection.query("DELETE FROM message WHERE flags = ?", operation)
            .bind([.integer(MessageFlags.dropped.rawValue)]).run()
    }

    // MARK: - Reading

    func ids(_ operation: String) throws -> [Int64] {
        let rows = try connection.query("SELECT id FROM message", operation)
        defer { rows.reset() }
        var ids: [Int64] = []
        while try rows.step() { ids.append(rows.integer()) }
        return ids
    }

    /// All, in order.
    func all(_ operation: String) throws -> [MessageRecord] {
        let rows = try connection.query("SELECT * FROM message ORDER BY id", operation)
        defer { rows.reset() }
        var messages: [MessageRecord] = []
        while try rows.step() { messages.append(try message(from: rows, operation)) }
        return messages
    }

    /// Highest that has a row; 0: none has.
    func lastID(_ operation: String) throws -> Int64 {
        try connection.number("SELECT coalesce(max(id), 0) FROM message", operation) ?? 0
    }

    private func message(from row: Query, _ operation: String) throws -> MessageRecord {
        let id = row.integer()
        let recipient = RecipientID(row.integer())
        let action = row.integer()
        let number = Int(row.integer())
        let (smsc, sender, encoding) = (row.text(), row.text(), row.text())
        let billed = Int(row.integer())
        let start = Timestamp(microseconds: row.integer())
        let accepted = row.time()
        guard let segments = SegmentBlob.unpack(row.blob()) else {
            throw StoreError.damaged(operation, "segments of message \(id)")
        }
        let flags = MessageFlags(rawValue: row.integer())
        var message = MessageRecord(
            id: AttemptID(id), recipient: recipient, action: action, number: number, smsc: smsc, sender: sender,
            encoding: encoding, billedSegments: billed, start: start, accepted: accepted, segments: segments,
            wasDoubtful: flags.contains(.wasDoubtful), redial: flags.contains(.redial),
            isBackground: flags.contains(.isBackground), recovered: flags.contains(.recovered))
        message.isRecalled = flags.contains(.recalled)
        message.replacement = flags.replacement
        return message
    }
}
