// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Foundation
import GatewayCore

/// Rows of recipients. An action has a hundred thousand of them, so nothing here costs more with those of former
/// actions: a submission's rows go to the end of the table and of its one index.
extension Store {
    private static let insertRecipient = "INSERT INTO recipient VALUES (?,?,?,?,?,?,?,?,?,?,?)"

    func insert(_ people: [RecipientRecord], _ operation: String) throws {
        let row = try connection.statement(Self.insertRecipient, operation)
        for person in people {
            let (state, due, outcome) = columns(of: person.state)
            row.begin()
            try row.add(person.id.value)
            try row.add(person.action)
            try row.add(person.number.e164)
            try row.add(person.reference)
            try row.add(person.account)
            try row.add(state)
            try row.add(due)
            try row.add(outcome)
            try row.add(historyText(person.history, operation))
            try row.add(person.keys)
            try row.add(person.channel?.rawValue)
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
        let (state, due, outcome) = columns(of: person.state)
        let row = try connection.statement(Self.updateRecipient, operation)
        row.begin()
        try row.add(state)
        try row.add(due)
        try row.add(outcome)
        try row.add(historyText(person.history, operation))
        try row.add(person.keys)
        try row.add(person.id.value)
        try row.add(last)
        try row.run()
    }

    private func columns(of state: RecipientState) -> (state: Int64, due: Int64?, outcome: String?) {
        switch state {
        case .waiting(let due): (0, due.microseconds, nil)
        // Its attempt stands in a row of its own; without one it waits.
        case .calling, .messaging: (0, 0, nil)
        case .ended(let outcome): (2, nil, outcome.rawValue)
        }
    }

    private func historyText(_ history: AttemptHistory, _ operation: String) throws -> String? {
        history == AttemptHistory() ? nil : try history.compactJSON() ?? encode(history, operation)
    }

    // MARK: - Reading

    /// Of an action, in order.
    func readRecipients(ofAction key: Int64, into people: inout [RecipientRecord], _ operation: String) throws {
        let rows = try connection.statement("SELECT * FROM recipient WHERE action = ? ORDER BY id", operation)
            .bind([.integer(key)])
        defer { rows.reset() }
        while try rows.step() { people.append(try recipient(from: rows, operation)) }
    }

    /// Those whom a call or a message is under way to, of actions that are not open, in order.
    func readRecipientsUnderWay(except open: Set<Int64>, into people: inout [RecipientRecord], _ operation: String)
        throws
    {
        let rows = try connection.statement(
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

    func recipient(from row: Statement, _ operation: String) throws -> RecipientRecord {
        let id = row.integer()
        let action = row.integer()
        guard let number = PhoneNumber(journalled: row.text()) else {
            throw damaged(operation, "number of recipient \(id)")
        }
        let reference = row.text()
        let account = row.text()
        let isEnded = row.integer() == 2
        let due = Timestamp(microseconds: row.optionalInteger() ?? 0)
        let outcome = row.text()
        let history = row.text()
        let keys = row.text()
        let channel = Channel(rawValue: row.text())
        let state: RecipientState
        if isEnded {
            guard let outcome = Outcome(rawValue: outcome) else {
                throw damaged(operation, "outcome of recipient \(id)")
            }
            state = .ended(outcome)
        } else {
            state = .waiting(due: due)
        }
        return RecipientRecord(
            id: RecipientID(id), action: action, number: number, reference: reference, account: account, state: state,
            history: history.isEmpty
                ? AttemptHistory()
                : try AttemptHistory(compactJSON: history) ?? decode(AttemptHistory.self, history, operation),
            keys: keys, channel: channel)
    }
}

extension AttemptHistory {
    private static let counts: [(name: String, path: WritableKeyPath<AttemptHistory, Int> & Sendable)] = [
        ("attempts", \.attempts), ("busy", \.busy), ("unavailable", \.unavailable), ("ringTimeout", \.ringTimeout),
        ("unreachable", \.unreachable), ("congestion", \.congestion), ("forbidden", \.forbidden), ("loop", \.loop),
        ("doubts", \.doubts), ("messages", \.messages), ("step", \.step),
    ]

    /// What stands in most rows, a few counts, without the encoder's cost; nil: it must encode this one.
    func compactJSON() -> String? {
        guard excludedTrunks.isEmpty, excludedSMSCs.isEmpty, stepStarted == nil else { return nil }
        var text = "{"
        func add(_ name: String, _ value: String) {
            text += text.utf8.count > 1 ? ",\"" : "\""
            text += name
            text += "\":"
            text += value
        }
        for (name, path) in Self.counts where self[keyPath: path] != 0 { add(name, String(self[keyPath: path])) }
        if pcmaOnly { add("pcmaOnly", "true") }
        return text + "}"
    }

    /// The same backwards, without the decoder's; nil: it must decode this one.
    init?(compactJSON text: String) {
        self.init()
        guard text.utf8.first == UInt8(ascii: "{"), text.utf8.last == UInt8(ascii: "}") else { return nil }
        for member in text.utf8.dropFirst().dropLast().split(separator: UInt8(ascii: ",")) {
            guard let colon = member.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            let name = Substring(member[..<colon])
            let value = Substring(member[member.index(after: colon)...])
            if name == "\"pcmaOnly\"", value == "true" {
                pcmaOnly = true
            } else if name.utf8.count > 2, name.utf8.first == UInt8(ascii: "\""), let count = Int(value),
                let known = Self.counts.first(where: { $0.name == name.dropFirst().dropLast() })
            {
                self[keyPath: known.path] = count
            } else {
                return nil
            }
        }
    }
}
