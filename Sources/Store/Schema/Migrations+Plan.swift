// SPDX-License-Identifier: GPL-3.0-or-later

extension Migration {
    /// What was foretold of an action, beside what became of it.
    static let plan = Migration(
        name: "2026-11-plan",
        sql: """
            -- JSON, see ActionForecast; NULL: nothing was foretold.
            ALTER TABLE action ADD COLUMN plan TEXT;
            """)
}
