// SPDX-License-Identifier: GPL-3.0-or-later

extension Migration {
    /// The civil clock may be set: an action's times are those of one clock.
    static let clock = Migration(
        name: "2026-12-clock",
        sql: """
            -- Microseconds; civil time minus engine time, by which accepted, first_call and ended were made.
            ALTER TABLE action ADD COLUMN civil_offset INTEGER NOT NULL DEFAULT 0;
            """)
}
