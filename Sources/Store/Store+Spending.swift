// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import GatewayCore

struct SpendingKey: Hashable {
    var account: String
    var month: DutchMonth
}

extension Migration {
    /// What accounts were charged, so that a start need not add up the ledger. Nothing was charged before.
    static let spending = Migration(
        name: "2026-11-spending",
        sql: """
            CREATE TABLE spending (
                account TEXT NOT NULL,
                -- Of the Dutch calendar, 2026-11; that in which the row began.
                month TEXT NOT NULL,
                micro_euros INTEGER NOT NULL,
                PRIMARY KEY (account, month)
            ) STRICT, WITHOUT ROWID;
            """)
}

/// The sums of charges, kept beside the ledger in the same transactions.
extension Store {
    func addSpending(of cdr: CallDetailRecord) {
        guard let charge = cdr.ledger.charge, charge.amount != .zero else { return }
        spending[SpendingKey(account: cdr.account, month: DutchMonth(cdr.start)), default: 0] +=
            charge.amount.microEuros
    }

    /// At the end of a transaction.
    func noteSpending(_ operation: String) throws {
        guard !spending.isEmpty else { return }
        let statement = try connection.statement(
            """
            INSERT INTO spending VALUES (?, ?, ?)
            ON CONFLICT DO UPDATE SET micro_euros = micro_euros + excluded.micro_euros
            """, operation)
        for (key, amount) in spending {
            try statement.bind([.text(key.account), .text(key.month.description), .integer(amount)]).run()
        }
        spending.removeAll(keepingCapacity: true)
    }

    func readSpending(_ operation: String) throws -> [Spending] {
        let rows = try connection.statement("SELECT account, month, micro_euros FROM spending", operation)
        defer { rows.reset() }
        var result: [Spending] = []
        while try rows.step() {
            let (account, text, amount) = (rows.text(), rows.text(), rows.integer())
            guard let month = DutchMonth(text) else { throw damaged(operation, "spending of account \(account)") }
            result.append(Spending(account: account, month: month, amount: Money(microEuros: amount)))
        }
        return result
    }
}
