// SPDX-License-Identifier: GPL-3.0-or-later

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
