// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// What the journal knows of itself, by name.
struct MetaTable {
    /// Names on disk.
    enum Key: String {
        /// The machine's boot id when a process took the journal over last.
        case boot = "boot"
        /// 32 random bytes of this installation.
        case instanceKey = "instance-key"
        /// Last sign of life, microseconds of engine time.
        case alive = "alive"
        /// JSON, see `ClockMark`.
        case clock = "clock"
        /// The newest row of the ledger: see ``LedgerHeadNote``.
        case ledgerHead = "ledger-head"
        /// There is a seal beside the journal; a version before had none.
        case sealed = "sealed"
    }

    /// The machine's boot id now.
    static func bootNow() throws -> String {
        try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
    }

    private let connection: SQLiteConnection

    init(_ connection: SQLiteConnection) { self.connection = connection }

    /// The row whose only column is the value; nil: there is none. To be reset by the caller.
    private func row(_ key: Key, _ operation: String) throws -> Query? {
        let row = try connection.query("SELECT value FROM meta WHERE key = ?", operation).bind([.text(key.rawValue)])
        return try row.step() ? row : nil
    }

    func text(_ key: Key, _ operation: String) throws -> String? {
        let row = try row(key, operation)
        defer { row?.reset() }
        return row?.text()
    }

    func blob(_ key: Key, _ operation: String) throws -> [UInt8]? {
        let row = try row(key, operation)
        defer { row?.reset() }
        return row?.blob()
    }

    func integer(_ key: Key, _ operation: String) throws -> Int64? {
        let row = try row(key, operation)
        defer { row?.reset() }
        return row?.integer()
    }

    func set(_ key: Key, _ value: Query.Value, _ operation: String) throws {
        try connection.query(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", operation
        ).bind([.text(key.rawValue), value]).run()
    }
}
