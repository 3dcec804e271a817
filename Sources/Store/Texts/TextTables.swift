// SPDX-License-Identifier: GPL-3.0-or-later

/// SMS under way, what citizens wrote, and who wants none.
struct TextTables {
    let messages: MessageTables
    let inbound: InboundTable
    let optOuts: OptOutTable

    init(_ connection: SQLiteConnection, limits: MessageBook.Limits) {
        messages = MessageTables(connection, limits: limits)
        inbound = InboundTable(connection)
        optOuts = OptOutTable(connection)
    }
}
