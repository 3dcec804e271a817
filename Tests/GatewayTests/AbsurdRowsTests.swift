// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import Actions
import Billing
import Foundation
import GatewayCore
import Pacing
import TestSupport
import Testing

@testable import Store

/// A journal in the midst of several actions (Tests/Acceptance/fixtures/version_before), in one of whose columns nothing
/// is as anybody wrote it. Whatever stands there, the process that reads it says so or goes on; it never ends by a trap,
/// which the next one would as well.
@Suite("Absurd values in rows") struct AbsurdRowsTests {
    private static let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Acceptance/fixtures/version_before/state.tar.xz").path

    private static let integers = [
        "-9223372036854775808", "9223372036854775807", "-1", "0", "1", "255", "256", "65536", "4294967296",
        "9007199254740993", "-1000000",
    ]
    private static let texts = [
        "''", "'x'", "'-1'", "'9223372036854775808'", "'+'", "'+31'", "'n-'", "'{}'", "'[]'", "'null'", "'{'",
        "char(0)",
        "'{\"attempts\":9223372036854775807}'", "'{\"step\":-9223372036854775808}'", "'{\"doubts\":-1,\"step\":77}'",
        "'{\"stepStarted\":9223372036854775807}'", "replace(history, '1', '9223372036854775807')",
        "'9223372036854775807 00'", "'1000000-13'", "'\u{1F6A8}\u{0301}'", "printf('%.9999c', 'x')",
    ]
    private static let blobs = [
        "x''", "x'00'", "x'ff'", "zeroblob(5000)", "x'0102030405060708090a0b0c0d0e0f'", "randomblob(77)",
        "x'7fffffffffffffff7fffffffffffffffffff0000'", "x'027fffffffffffffffffff00'", "x'0100'",
    ]

    private func unpacked() throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        let tar = Process()
        tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        tar.arguments = ["tar", "-xJf", Self.fixture, "-C", directory.path, "--strip-components", "1"]
        try tar.run()
        tar.waitUntilExit()
        try #require(tar.terminationStatus == 0)
        // Brought up to date, and everything in the database itself.
        let path = directory.path + "/journal.sqlite"
        do { _ = try Store(path: path, queue: nil) }
        // Its rows are put beside no seal here.
        try SQLiteConnection(path: path).execute("DELETE FROM meta WHERE key = 'sealed'", "test")
        return directory
    }

    private func columns(_ path: String) throws -> [(table: String, column: String, type: String)] {
        let connection = try SQLiteConnection(path: path)
        let rows = try connection.query(
            """
            SELECT m.name, c.name, c.type FROM sqlite_master AS m, pragma_table_info(m.name) AS c
            WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name <> 'migration' ORDER BY 1, c.cid
            """, "test")
        defer { rows.reset() }
        var columns: [(String, String, String)] = []
        while try rows.step() { columns.append((rows.text(), rows.text(), rows.text())) }
        return columns
    }

    /// What a daemon does with a journal that it finds, then with what comes.
    private func use(_ path: String) throws {
        let store = try Store(path: path, queue: nil)
        let snapshot = try store.load()
        var counters: [Int64: ActionCounters] = [:]
        for action in snapshot.actions where action.finalCounters == nil {
            counters[action.key] = try store.counters(ofAction: action.key, named: action.id.text)
        }
        let smsc = SMSCSettings(
            name: "noord", binds: [.init(name: "noord/1", mode: .transceiver)], limits: BindLimits(window: 10),
            sender: "1403")
        let configuration = EngineConfiguration(
            trunks: [TrunkSettings(limits: TrunkLimits(name: "kpn", callsPerSecond: 50, channels: 100))],
            messaging: MessagingSettings(smscs: [smsc]))
        let engine = Engine(configuration: configuration, instanceKey: store.instanceKey)
        let begin = Timestamp(milliseconds: 1_790_000_000_000)
        engine.restore(snapshot, counters: counters, now: begin)
        engine.trunkResolved("kpn", [TargetAddress(address: "192.0.2.1", port: 5060)])
        engine.bindUp(BindKey(smsc: 0, bind: 0), now: begin)
        for action in snapshot.actions {
            for hash in [action.promptHash] { engine.promptReady(hash: hash) }
        }
        for second in [0, 6, 7, 3600, 400_000] {
            let now = begin + .seconds(Double(second))
            engine.advance(now: now)
            let output = engine.takeOutput()
            try store.commit(output.records, now: now)
            engine.ledgerJournalled()
        }
        let exporter = CDRExporter(format: .native)
        var last: Int64 = 0
        while true {
            let rows = try store.callDetailRecords(matching: CDRFilter(), after: last, limit: 100)
            guard let end = rows.last?.sequence else { break }
            last = end
            for row in rows { _ = exporter.line(for: row) }
        }
        var audit = try store.beginAudit(from: nil, to: nil, noted: [])
        var position = audit.last.sequence
        while !audit.isDone { position = try store.advance(&audit, after: position, limit: 100) }
        var scan = try store.beginScan(account: nil, from: .epoch, to: begin)
        for _ in 0..<20 { _ = try store.sums(&scan) }
        for action in snapshot.actions {
            _ = try store.recipients(ofAction: action.key, limit: 1000)
            _ = try store.inbound(ofAction: action.id.text, limit: 100)
        }
        if let number = PhoneNumber(e164: "+31610000001") { _ = try store.latestAction(of: number) }
    }

    @Test("As it is, it is used without a complaint")
    func asItIs() throws {
        let directory = try unpacked()
        try use(directory.path + "/journal.sqlite")
    }

    @Test("Every column of every table, each with all kinds of nonsense")
    func everyColumn() throws {
        let directory = try unpacked()
        let path = directory.path + "/journal.sqlite"
        let original = try #require(FileManager.default.contents(atPath: path))
        let isWhole = ProcessInfo.processInfo.environment["ABSURD_ROWS"] == "all"
        var tried = 0
        var refused = 0
        for (place, (table, column, type)) in try columns(path).enumerated() {
            let all =
                switch type {
                case "INTEGER": Self.integers
                case "BLOB": Self.blobs
                case "ANY": Self.integers + Self.texts + Self.blobs
                default: Self.texts
                }
            // A part of them for each column, all of them on demand: each is a whole start.
            let values = isWhole ? all : stride(from: place % 5, to: all.count, by: 5).map { all[$0] }
            for value in values {
                for file in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + file) }
                try? FileManager.default.removeItem(atPath: directory.path + "/journal.seal")
                try original.write(to: URL(fileURLWithPath: path))
                do {
                    let connection = try SQLiteConnection(path: path)
                    for trigger in ["cdr_is_never_changed", "cdr_is_never_deleted"] {
                        try connection.execute("DROP TRIGGER IF EXISTS \(trigger)", "test")
                    }
                    let isKey = table == "meta" && column == "key"
                    guard !isKey,
                        (try? connection.execute("UPDATE OR IGNORE \(table) SET \(column) = \(value)", "test")) != nil
                    else { continue }
                }
                tried += 1
                do { try use(path) } catch { refused += 1 }
            }
        }
        #expect(tried > 200 && refused > 20, "\(tried) tried, \(refused) refused")
    }
}
