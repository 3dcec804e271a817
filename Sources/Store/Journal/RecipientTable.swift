// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import Participants

/// Rows of recipients. An action has a hundred thousand of them, so nothing here costs more with those of former
/// actions: a submission's rows go to the end of the table and of its one index.
struct RecipientTable {
    private let connection: SQLiteConnection

    init(_ connection: SQLiteConnection) { self.connection = connection }

    private static let insertRecipient = "INSERT INTO recipient VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"

    func insert(_ people: [RecipientRecord], _ operation: String) throws {
        let row = try connection.query(Self.insertRecipient, operation)
        for person in people {
            let state = RecipientColumns(person.state)
            row.begin()
            try row.add(person.id.value)
            try row.add(person.action)
            try row.add(person.number.e164)
            try row.add(person.reference)
            try row.add(person.account)
            try row.add(state.state.rawValue)
            try row.add(state.due)
            try row.add(state.outcome)
            try row.add(historyText(person.history, operation))
            try row.add(person.keys)
            try row.add(person.channel?.rawValue)
            try row.add(person.preferences?.journalText)
            try row.add(person.population.isEmpty ? nil : person.population)
            try row.run()
        }
    }

    /// Those that follow each other and became the same are written at once.
    func update(_ people: [RecipientRecord], _ operation: String) throws {
        var rest = people[...]
        while let head = rest.first {
            var count = 1
            for person in rest.dropFirst() {
                guard person.id.value == head.id.value + Int64(count), person.state == head.state,
                    person.keys == head.keys, person.history == head.history
                else { break }
                count += 1
            }
            try update(head, through: head.id.value + Int64(count) - 1, operation)
            rest = rest.dropFirst(count)
        }
    }

    func update(_ person: RecipientRecord, _ operation: String) throws {
        try update(person, through: person.id.value, operation)
    }

    private static let updateRecipient =
        "UPDATE recipient SET state = ?, due = ?, outcome = ?, history = ?, keys = ? WHERE id BETWEEN ? AND ?"

    private func update(_ person: RecipientRecord, through last: Int64, _ operation: String) throws {
        let state = RecipientColumns(person.state)
        let row = try connection.query(Self.updateRecipient, operation)
        row.begin()
        try row.add(state.state.rawValue)
        try row.add(state.due)
        try row.add(state.outcome)
        try row.add(historyText(person.history, operation))
        try row.add(person.keys)
        try row.add(person.id.value)
        try row.add(last)
        try row.run()
    }

    /// All that wait in actions that are not final were perhaps tried before. Returns how many.
    func noteDoubts(_ operation: String) throws -> Int {
        try connection.execute(
            """
            UPDATE recipient SET history = json_set(coalesce(nullif(history, ''), '{}'), '$.doubts', 1)
            WHERE state = \(RecipientColumns.State.open.rawValue)
            AND action IN (SELECT key FROM action WHERE phase NOT IN (\(ActionTable.finalPhases)))
            AND coalesce(json_extract(nullif(history, ''), '$.doubts'), 0) = 0
            """, operation)
        return connection.changes
    }

    private func historyText(_ history: AttemptHistory, _ operation: String) throws -> String? {
        history == AttemptHistory() ? nil : try history.compactJSON() ?? JournalJSON.encode(history, operation)
    }

    // MARK: - Reading

    /// Of an action, in order.
    func read(ofAction key: Int64, into people: inout [RecipientRecord], _ operation: String) throws {
        let rows = try connection.query("SELECT * FROM recipient WHERE action = ? ORDER BY id", operation)
            .bind([.integer(key)])
        defer { rows.reset() }
        while try rows.step() { people.append(try recipient(from: rows, operation)) }
    }

    /// Those whom a call or a message is under way to, of actions that are not open, in order.
    func readUnderWay(except open: Set<Int64>, into people: inout [RecipientRecord], _ operation: String) throws {
        let rows = try connection.query(
            """
            SELECT * FROM recipient WHERE id IN (SELECT recipient FROM attempt UNION SELECT recipient FROM message)
            ORDER BY id
            """, operation)
        defer { rows.reset() }
        while try rows.step() {
            let person = try recipient(from: rows, operation)
            if !open.contains(person.action) { people.append(person) }
        }
    }

    /// A page of an action's, in order, after the given one.
    func page(ofAction key: Int64, after last: RecipientID, limit: Int, _ operation: String) throws
        -> [RecipientRecord]
    {
        let rows = try connection.query(
            "SELECT * FROM recipient WHERE action = ? AND id > ? ORDER BY id LIMIT ?", operation
        ).bind([.integer(key), .integer(last.value), .integer(Int64(limit))])
        defer { rows.reset() }
        var page: [RecipientRecord] = []
        while try rows.step() { page.append(try recipient(from: rows, operation)) }
        return page
    }

    /// Those of a range of ids (from the first on, without it) that have one of these numbers, in order.
    func of(_ numbers: [Query.Value], _ range: [Query.Value], _ operation: String) throws -> [RecipientRecord] {
        let rows = try connection.query(
            "SELECT * FROM recipient WHERE id > ? AND id <= ? AND number IN (?,?) ORDER BY id", operation
        ).bind(range + numbers)
        defer { rows.reset() }
        var people: [RecipientRecord] = []
        while try rows.step() { people.append(try recipient(from: rows, operation)) }
        return people
    }

    /// Counts of an action's by state and outcome.
    func count(ofAction key: Int64, into counters: inout ActionCounters, _ operation: String) throws {
        let rows = try connection.query(
            "SELECT state, outcome, count(*) FROM recipient WHERE action = ? GROUP BY state, outcome", operation
        ).bind([.integer(key)])
        defer { rows.reset() }
        while try rows.step() {
            let state = rows.integer()
            let outcome = rows.text()
            let count = Int(rows.integer())
            if state == RecipientColumns.State.open.rawValue {
                counters.waiting += count
            } else if let outcome = Outcome(rawValue: outcome) {
                counters.outcomes[outcome, default: 0] += count
            }
        }
    }

    /// Highest that has a row; 0: none has.
    func lastID(_ operation: String) throws -> Int64 {
        try connection.number("SELECT coalesce(max(id), 0) FROM recipient", operation) ?? 0
    }

    /// The submitter's reference of a recipient; nil: there is none.
    func reference(of id: Int64, _ operation: String) throws -> String? {
        let row = try connection.query("SELECT reference FROM recipient WHERE id = ?", operation).bind([.integer(id)])
        defer { row.reset() }
        return try row.step() ? row.text() : nil
    }

    private func recipient(from row: Query, _ operation: String) throws -> RecipientRecord {
        let id = row.integer()
        let action = row.integer()
        guard let number = PhoneNumber(journalled: row.text()) else {
            throw StoreError.damaged(operation, "number of recipient \(id)")
        }
        let reference = row.text()
        let account = row.text()
        let isEnded = row.integer() == RecipientColumns.State.ended.rawValue
        let due = Timestamp(microseconds: row.optionalInteger() ?? 0)
        let outcome = row.text()
        let history = row.text()
        let keys = row.text()
        let channel = Channel(rawValue: row.text())
        let preferences: Preferences?
        do throws(PreferenceError) {
            preferences = try row.optionalText().map { text throws(PreferenceError) in
                try Preferences(journalText: text)
            }
        } catch {
            throw StoreError.damaged(operation, "preferences of recipient \(id): \(error)")
        }
        let population = row.text()
        let state: RecipientState
        if isEnded {
            guard let outcome = Outcome(rawValue: outcome) else {
                throw StoreError.damaged(operation, "outcome of recipient \(id)")
            }
            state = .ended(outcome)
        } else {
            state = .waiting(due: due)
        }
        let person = RecipientRecord(
            id: RecipientID(id), action: action, number: number, reference: reference, account: account, state: state,
            history: history.isEmpty
                ? AttemptHistory()
                : try AttemptHistory(compactJSON: history)
                    ?? JournalJSON.decode(AttemptHistory.self, history, operation),
            keys: keys, channel: channel, population: population, preferences: preferences)
        try SnapshotCheck(operation: operation).check(person)
        return person
    }
}
