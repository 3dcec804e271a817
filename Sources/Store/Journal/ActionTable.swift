// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore

/// Rows of actions.
struct ActionTable {
    private let connection: SQLiteConnection

    init(_ connection: SQLiteConnection) { self.connection = connection }

    /// For IN of a query.
    static let finalPhases = ActionPhase.allCases.filter(\.isFinal).map { "'\($0.rawValue)'" }.joined(separator: ", ")

    func insert(_ action: ActionRecord, _ operation: String) throws {
        try connection.query("INSERT INTO action VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", operation).bind([
            .integer(action.key), .text(action.id.text), .text(action.contentHash),
            .text(try JournalJSON.encode(action.definition, operation)), .text(action.promptHash),
            .integer(Int64(action.promptMilliseconds)), .text(action.phase.rawValue),
            .integer(action.accepted.microseconds), .time(action.firstCall), .time(action.ended),
            .integer(Int64(action.recipientCount)), try JournalJSON.column(action.finalCounters, operation),
            try JournalJSON.column(action.forecast, operation), .integer(action.civilOffset.microseconds),
            try JournalJSON.column(action.conduct, operation),
        ]).run()
    }

    /// Everything but key, id and definition.
    func update(_ action: ActionRecord, _ operation: String) throws {
        try connection.query(
            """
            UPDATE action SET content_hash = ?, prompt_hash = ?, prompt_ms = ?, phase = ?, accepted = ?,
            first_call = ?, ended = ?, recipient_count = ?, final_counters = ?, plan = ?,
            civil_offset = ?, conduct = ?
            WHERE key = ?
            """, operation
        ).bind([
            .text(action.contentHash), .text(action.promptHash), .integer(Int64(action.promptMilliseconds)),
            .text(action.phase.rawValue), .integer(action.accepted.microseconds), .time(action.firstCall),
            .time(action.ended), .integer(Int64(action.recipientCount)),
            try JournalJSON.column(action.finalCounters, operation),
            try JournalJSON.column(action.forecast, operation), .integer(action.civilOffset.microseconds),
            try JournalJSON.column(action.conduct, operation), .integer(action.key),
        ]).run()
    }

    /// It was cancelled while the disk refused.
    func cancel(_ cancel: RescuedCancel, _ operation: String) throws {
        try connection.query(
            """
            UPDATE action SET phase = ?, ended = ?, final_counters = NULL, conduct = coalesce(?, conduct)
            WHERE key = ? AND id = ? AND phase NOT IN (\(Self.finalPhases))
            """, operation
        ).bind([
            .text(ActionPhase.cancelled.rawValue), .integer(cancel.ended),
            try JournalJSON.column(cancel.conduct, operation), .integer(cancel.action), .text(cancel.id),
        ]).run()
    }

    // MARK: - Reading

    /// All, in order.
    func all(_ operation: String) throws -> [ActionRecord] {
        let rows = try connection.query("SELECT * FROM action ORDER BY key", operation)
        defer { rows.reset() }
        var actions: [ActionRecord] = []
        while try rows.step() { actions.append(try action(from: rows, operation)) }
        return actions
    }

    /// Highest that has a row; 0: none has.
    func lastKey(_ operation: String) throws -> Int64 {
        try connection.number("SELECT coalesce(max(key), 0) FROM action", operation) ?? 0
    }

    private static let titleQuery =
        "SELECT definition ->> '$.\(ActionDefinition.CodingKeys.title.rawValue)' FROM action WHERE id = ?"

    /// Titles of these actions; none of those that are not known, or have none.
    func titles(of ids: Set<String>, _ operation: String) throws -> [String: String] {
        let row = try connection.query(Self.titleQuery, operation)
        defer { row.reset() }
        var titles: [String: String] = [:]
        for id in ids {
            try row.bind([.text(id)])
            if try row.step() { titles[id] = row.text() }
            row.reset()
        }
        return titles
    }

    private func action(from row: Query, _ operation: String) throws -> ActionRecord {
        let key = row.integer()
        let id = row.text()
        let hash = row.text()
        let definition = try JournalJSON.decode(ActionDefinition.self, row.text(), operation)
        let promptHash = row.text()
        let promptMilliseconds = Int(row.integer())
        guard let phase = ActionPhase(rawValue: row.text()) else {
            throw StoreError.damaged(operation, "phase of action \(id)")
        }
        let accepted = Timestamp(microseconds: row.integer())
        let (firstCall, ended) = (row.time(), row.time())
        let recipientCount = Int(row.integer())
        let (counters, forecast) = (row.text(), row.text())
        var record = ActionRecord(
            key: key, id: try ActionID(id), contentHash: hash, definition: definition, promptHash: promptHash,
            promptMilliseconds: promptMilliseconds, phase: phase, accepted: accepted, firstCall: firstCall,
            ended: ended, recipientCount: recipientCount,
            finalCounters: counters.isEmpty ? nil : try JournalJSON.decode(ActionCounters.self, counters, operation),
            forecast: forecast.isEmpty ? nil : try JournalJSON.decode(ActionForecast.self, forecast, operation))
        record.civilOffset = .microseconds(row.integer())
        let conduct = row.text()
        if !conduct.isEmpty { record.conduct = try JournalJSON.decode(ActionConduct.self, conduct, operation) }
        return record
    }
}
