// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore

/// Who has which number, for citizens who write.
///
/// An index over the numbers of all recipients would have each of a submission's rows land on another page, and of a
/// journal with millions of them every submission would rewrite most pages. Instead each action that sends SMS brings
/// its numbers once, sorted, in blocks that fill a page; who is looked for is looked for action by action, the newest
/// first.
struct NumberTable {
    private let connection: SQLiteConnection

    init(_ connection: SQLiteConnection) { self.connection = connection }

    /// In order of the numbers.
    func insert(_ numbers: [NumberEntry], of action: Int64, _ operation: String) throws {
        let row = try connection.query("INSERT INTO number_block (action, first, entries) VALUES (?,?,?)", operation)
        var rest = numbers[...]
        while let first = rest.first {
            row.begin()
            try row.add(action)
            try row.add(Int64(first.digits))
            try row.add(NumberBlock.text(rest.prefix(NumberBlock.size)))
            try row.run()
            rest = rest.dropFirst(NumberBlock.size)
        }
    }

    static let latestActionQuery = """
        SELECT id, (SELECT entries FROM number_block WHERE action = action.key AND first <= ?
            ORDER BY first DESC LIMIT 1)
        FROM action WHERE phase <> '\(ActionPhase.staged.rawValue)' ORDER BY key DESC
        """

    /// The action by which this number was alerted last, and what `reference` says of the recipient there; nil: none.
    func latestAction(
        of number: PhoneNumber, reference: (Int64) throws -> String?, _ operation: String
    ) throws -> (action: String, recipient: String)? {
        let rows = try connection.query(Self.latestActionQuery, operation).bind([.integer(Int64(number.digits))])
        defer { rows.reset() }
        while try rows.step() {
            let (action, entries) = (rows.text(), rows.text())
            guard let id = NumberBlock.recipient(of: number, in: entries) else { continue }
            if let recipient = try reference(id) { return (action, recipient) }
        }
        return nil
    }

    // MARK: - Purging

    /// The number leaves the blocks of all actions.
    func forget(_ number: PhoneNumber, _ operation: String) throws {
        let rows = try connection.query(
            """
            SELECT id, entries FROM number_block WHERE id IN (SELECT (SELECT id FROM number_block
            WHERE action = action.key AND first <= ? ORDER BY first DESC LIMIT 1) FROM action)
            """, operation
        ).bind([.integer(Int64(number.digits))])
        var changed: [(id: Int64, first: Int64, text: String)] = []
        while try rows.step() {
            let (id, entries) = (rows.integer(), rows.text())
            if let kept = NumberBlock.removing(number, from: entries) { changed.append((id, kept.first, kept.text)) }
        }
        rows.reset()
        for block in changed {
            try connection.query("UPDATE number_block SET first = ?, entries = ? WHERE id = ?", operation)
                .bind([.integer(block.first), .text(block.text), .integer(block.id)]).run()
        }
    }

    /// All blocks of an action go.
    func forget(action key: Int64, _ operation: String) throws {
        try connection.query("DELETE FROM number_block WHERE action = ?", operation).bind([.integer(key)]).run()
    }
}
