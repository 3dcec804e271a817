// SPDX-License-Identifier: GPL-3.0-or-later

/// A change of the schema. Names never change and are never reused, nor does the SQL of one that journals may have had
/// applied; new ones go to the end of ``all``.
struct Migration {
    var name: String
    var sql: String
    /// It adds columns to the ledger's table, which ``LedgerGuard`` must know. Older ones bring its text along.
    var changesLedger = false

    static let all = [
        actions, messages, ledger, spending, queue, audio, reached, plan, clock, participants, conduct, takeOver,
        populations,
    ]
}
