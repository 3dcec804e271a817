// SPDX-License-Identifier: GPL-3.0-or-later

extension Migration {
    /// Whom an action has reached by another attempt than the first, so that statements count a citizen once whom a call
    /// and an SMS reached. Most are reached by the first, and their rows cost nothing more.
    static let reached = Migration(
        name: "2026-11-reached",
        sql: """
            CREATE INDEX cdr_reached_later ON cdr(action, callee, attempt_number)
            WHERE kind = 'usage' AND attempt_number > 1
            AND (answer IS NOT NULL OR disposition IN ('DELIVERED', 'SENT'));
            """)
}
