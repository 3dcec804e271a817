// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore

/// Who has which number, for citizens who write.
///
/// An index over the numbers of all recipients would have each of a submission's rows land on another page, and of a
/// journal with millions of them every submission would rewrite most pages. Instead each action that sends SMS brings
/// its numbers once, sorted, in blocks that fill a page; who is looked for is looked for action by action, the newest
/// first.
extension Store {
    /// Numbers of a block; about 3 of SQLite's 4 KiB.
    private static let blockSize = 128

    /// In order of the numbers.
    func insert(_ numbers: [NumberEntry], of action: Int64, _ operation: String) throws {
        let row = try connection.statement(
            "INSERT INTO number_block (action, first, entries) VALUES (?,?,?)", operation)
        var rest = numbers[...]
        while let first = rest.first {
            var text = ""
            text.reserveCapacity(Self.blockSize * 24)
            for entry in rest.prefix(Self.blockSize) {
                if !text.isEmpty { text += " " }
                text += "\(entry.digits):\(entry.recipient.value)"
            }
            row.begin()
            try row.add(action)
            try row.add(Int64(first.digits))
            try row.add(text)
            try row.run()
            rest = rest.dropFirst(Self.blockSize)
        }
    }

    static let latestActionQuery = """
        SELECT id, (SELECT entries FROM number_block WHERE action = action.key AND first <= ?
            ORDER BY first DESC LIMIT 1)
        FROM action WHERE phase <> 'staged' ORDER BY key DESC
        """

    /// The action by which this number was alerted last, and its reference there; nil: by none.
    package func latestAction(of number: PhoneNumber) throws -> (action: String, recipient: String)? {
        checkOwner()
        let operation = "reading who wrote"
        let rows = try connection.statement(Self.latestActionQuery, operation).bind([.integer(Int64(number.digits))])
        defer { rows.reset() }
        let wanted = "\(number.digits):"
        while try rows.step() {
            let action = rows.text()
            let entry = rows.text().utf8.split(separator: UInt8(ascii: " ")).first { $0.starts(with: wanted.utf8) }
            guard let entry, let id = Int64(Substring(entry.dropFirst(wanted.utf8.count))) else { continue }
            let recipient = try connection.statement("SELECT reference FROM recipient WHERE id = ?", operation)
                .bind([.integer(id)])
            defer { recipient.reset() }
            if try recipient.step() { return (action, recipient.text()) }
        }
        return nil
    }
}
