// SPDX-License-Identifier: GPL-3.0-or-later

extension Migration {
    /// Who did what to an action.
    static let conduct = Migration(
        name: "2026-12-conduct",
        sql: """
            -- JSON, see ActionConduct; NULL: nobody is known.
            ALTER TABLE action ADD COLUMN conduct TEXT;
            """)
}
