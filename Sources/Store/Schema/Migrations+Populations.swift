// SPDX-License-Identifier: GPL-3.0-or-later

extension Migration {
    /// Groups of people with ways out of their own.
    static let populations = Migration(
        name: "2026-12-populations",
        sql: """
            -- Of a recipient, as it was submitted. NULL: a citizen.
            ALTER TABLE recipient ADD COLUMN population TEXT;
            -- When somebody came into the register, and who brought them. NULL: nobody is enrolled, or it was not noted.
            ALTER TABLE participant ADD COLUMN enrolled INTEGER;
            ALTER TABLE participant ADD COLUMN enrolled_by TEXT;
            """)
}
