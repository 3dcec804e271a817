// SPDX-License-Identifier: GPL-3.0-or-later

/// Actions, their recipients, and calls under way.
struct JournalTables {
    let actions: ActionTable
    let recipients: RecipientTable
    let calls: CallTable
    let numbers: NumberTable
    let discarded: DiscardedTable

    init(_ connection: SQLiteConnection) {
        actions = ActionTable(connection)
        recipients = RecipientTable(connection)
        calls = CallTable(connection)
        numbers = NumberTable(connection)
        discarded = DiscardedTable(connection)
    }
}
