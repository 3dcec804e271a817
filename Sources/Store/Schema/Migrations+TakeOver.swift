// SPDX-License-Identifier: GPL-3.0-or-later

extension Migration {
    /// A call that a crash left behind can be taken over when the RTP port of its offer is known.
    static let takeOver = Migration(
        name: "2026-12-take-over", sql: "ALTER TABLE attempt ADD COLUMN rtp_port INTEGER NOT NULL DEFAULT 0;")
}
