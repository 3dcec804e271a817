// SPDX-License-Identifier: GPL-3.0-or-later

/// SMS under way, and what citizens wrote.
struct TextTables {
    let messages: MessageTables
    let inbound: InboundTable

    init(_ connection: SQLiteConnection, limits: MessageBook.Limits) {
        messages = MessageTables(connection, limits: limits)
        inbound = InboundTable(connection)
    }
}
