// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore

/// Rows of calls under way; one that has ended is a CDR.
struct CallTable {
    private let connection: SQLiteConnection

    init(_ connection: SQLiteConnection) { self.connection = connection }

    func insert(_ call: CallRecord, _ operation: String) throws {
        try connection.query("INSERT INTO attempt VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", operation).bind([
            .integer(call.id.value), .integer(call.recipient.value), .integer(call.action),
            .integer(Int64(call.number)), .integer(Int64(call.state.rawValue)), .text(call.trunk),
            .text(call.target), .text(call.callID), .text(call.caller), .integer(call.start.microseconds),
            .time(call.ringing), .time(call.answer), .optional(call.codec?.rawValue),
            .text(call.dialog), .integer(Int64(call.heardMilliseconds)), .text(call.keys),
            .integer(call.redial ? 1 : 0), .integer(Int64(call.rtpPort)),
        ]).run()
    }

    func update(_ call: CallRecord, _ operation: String) throws {
        try connection.query(
            """
            UPDATE attempt SET state = ?, start = ?, ringing = ?, answer = ?, codec = ?, dialog = ?, heard_ms = ?,
            keys = ?, rtp_port = ? WHERE id = ?
            """, operation
        ).bind([
            .integer(Int64(call.state.rawValue)), .integer(call.start.microseconds), .time(call.ringing),
            .time(call.answer), .optional(call.codec?.rawValue), .text(call.dialog),
            .integer(Int64(call.heardMilliseconds)), .text(call.keys), .integer(Int64(call.rtpPort)),
            .integer(call.id.value),
        ]).run()
    }

    func delete(_ id: AttemptID, _ operation: String) throws {
        try connection.query("DELETE FROM attempt WHERE id = ?", operation).bind([.integer(id.value)]).run()
    }

    // MARK: - Reading

    /// All, in order.
    func all(_ operation: String) throws -> [CallRecord] {
        let rows = try connection.query("SELECT * FROM attempt ORDER BY id", operation)
        defer { rows.reset() }
        var calls: [CallRecord] = []
        while try rows.step() { calls.append(try call(from: rows, operation)) }
        return calls
    }

    /// Highest that has a row; 0: none has.
    func lastID(_ operation: String) throws -> Int64 {
        try connection.number("SELECT coalesce(max(id), 0) FROM attempt", operation) ?? 0
    }

    private func call(from row: Query, _ operation: String) throws -> CallRecord {
        let id = row.integer()
        let recipient = row.integer()
        let action = row.integer()
        let number = Int(row.integer())
        guard let state = CallState(rawValue: Int(row.integer())) else {
            throw StoreError.damaged(operation, "state of attempt \(id)")
        }
        let (trunk, target, callID, caller) = (row.text(), row.text(), row.text(), row.text())
        let start = Timestamp(microseconds: row.integer())
        let (ringing, answer) = (row.time(), row.time())
        let codec = Codec(rawValue: row.text())
        let dialog = row.text()
        let heard = Int(row.integer())
        let keys = row.text()
        let redial = row.integer() != 0
        guard let rtpPort = UInt16(exactly: row.integer()) else {
            throw StoreError.damaged(operation, "RTP port of attempt \(id)")
        }
        return CallRecord(
            id: AttemptID(id), recipient: RecipientID(recipient), action: action, number: number, state: state,
            trunk: trunk, target: target, callID: callID, caller: caller, start: start, ringing: ringing,
            answer: answer, codec: codec, dialog: dialog, heardMilliseconds: heard, keys: keys,
            redial: redial, rtpPort: rtpPort)
    }
}
