// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import GatewayCore

/// The sums of charges by account and month, kept beside the ledger in the same transactions.
final class SpendingTable {
    private struct Key: Hashable {
        var account: String
        var month: DutchMonth
    }

    private let connection: SQLiteConnection
    /// Micro-euros that the rows of the transaction under way charge.
    private var sums: [Key: Int64] = [:]

    init(_ connection: SQLiteConnection) { self.connection = connection }

    func forget() { sums.removeAll(keepingCapacity: true) }

    func add(_ cdr: CallDetailRecord) {
        guard let charge = cdr.ledger.charge, charge.amount != .zero else { return }
        sums[Key(account: cdr.account, month: DutchMonth(cdr.start)), default: 0] += charge.amount.microEuros
    }

    /// At the end of a transaction.
    func write(_ operation: String) throws {
        guard !sums.isEmpty else { return }
        let query = try connection.query(
            """
            INSERT INTO spending VALUES (?, ?, ?)
            ON CONFLICT DO UPDATE SET micro_euros = micro_euros + excluded.micro_euros
            """, operation)
        for (key, amount) in sums {
            try query.bind([.text(key.account), .text(key.month.description), .integer(amount)]).run()
        }
        forget()
    }

    func all(_ operation: String) throws -> [Spending] {
        let rows = try connection.query("SELECT account, month, micro_euros FROM spending", operation)
        defer { rows.reset() }
        var result: [Spending] = []
        while try rows.step() {
            let (account, text, amount) = (rows.text(), rows.text(), rows.integer())
            guard let month = DutchMonth(text) else {
                throw StoreError.damaged(operation, "spending of account \(account)")
            }
            result.append(Spending(account: account, month: month, amount: Money(microEuros: amount)))
        }
        return result
    }
}
