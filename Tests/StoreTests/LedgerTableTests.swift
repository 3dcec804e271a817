// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Testing

@testable import Store

@Suite("The ledger's table") struct LedgerTableTests {
    private struct Column: Equatable {
        var name: String
        var type: String
        var isRequired: Bool
    }

    @Test("The table that the migrations make is that of the list of columns, in order")
    func columns() throws {
        let store = try Store(path: try Scratch().journal, queue: nil)
        let rows = try store.connection.query(
            "SELECT name, type, \"notnull\" OR pk FROM pragma_table_info('cdr') ORDER BY cid", "test")
        defer { rows.reset() }
        var found: [Column] = []
        while try rows.step() {
            found.append(Column(name: rows.text(), type: rows.text(), isRequired: rows.integer() != 0))
        }
        #expect(
            found
                == CDRColumn.kept.map { Column(name: $0.name ?? "", type: $0.type.sql, isRequired: $0.isRequired) })
    }

    @Test("A purge of the number changes no other column, whichever", arguments: CDRColumn.names)
    func guarded(name: String) throws {
        guard name != "callee" else { return }
        let store = try Store(path: try Scratch().journal, queue: nil)
        for row in fullRows() { try store.commit([.callEnded(row.attempt, row)], now: .epoch) }
        let value = name == "hash" ? "x'00'" : "CASE WHEN \(name) IS NULL THEN 1 ELSE \(name) || '1' END"
        for row in 1...3 {
            let error = #expect(throws: StoreError.self) {
                try store.connection.execute(
                    "UPDATE cdr SET callee = 'n-1', \(name) = \(value) WHERE sequence = \(row)", "test")
            }
            #expect(error?.message == "a CDR is never changed")
        }
    }

    @Test("Renewing the guard over the same columns makes the same guard")
    func renewed() throws {
        let store = try Store(path: try Scratch().journal, queue: nil)
        func guardText() throws -> [Substring] {
            let row = try store.connection.query(
                "SELECT sql FROM sqlite_schema WHERE name = 'cdr_is_never_changed'", "test")
            defer { row.reset() }
            _ = try row.step()
            return row.text().split(whereSeparator: \.isWhitespace).map { $0 }
        }
        let before = try guardText()
        try LedgerGuard.renew(store.connection, "test")
        #expect(try guardText().joined() == before.joined())
    }

    @Test("The canonical text of a call, of an SMS and of a call without audio, and their hashes")
    func golden() throws {
        let store = try Store(path: try Scratch().journal, queue: nil)
        var rows = fullRows()
        rows[2].audio = nil
        for row in rows { try store.commit([.callEnded(row.attempt, row)], now: .epoch) }
        let pseudonym = store.pseudonyms.pseudonym(of: rows[0].callee)
        let texts = [
            "1\t11\ta1\tP-1\tGM0513\t\(pseudonym)\t+31182588444\tkpn\tc11\t1\t1000000\t1000000\t1005000\t1900000\t200\t16\t"
                + "callee\t\tANSWERED\tPCMU\tp\t10\t20\t1\t0\t1\t4\t5\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t"
                + "usage\t\\N\t12345\t2100\tkpn@1\t23456\t2100\tgm@1\ttab\\there\t200\t1500\t2",
            "2\t12\ta1\tP-1\tGM0513\t\(pseudonym)\t+31182588444\tkpn\tc12\t1\t2000000\t\\N\t2005000\t2900000\t200\t16\t"
                + "callee\t\tANSWERED\tPCMU\tp\t10\t20\t1\t0\t1\t4\t5\t2\t1\tGSM-7\t5000\ta%20b \t1 2\tDELIVERED\t\t3\t1\t"
                + "usage\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\t200\t1500\t2",
            // Without the columns that came later, since they say nothing.
            "3\t13\ta1\tP-1\tGM0513\t\(pseudonym)\t+31182588444\tkpn\tc13\t1\t3000000\t\\N\t3005000\t3900000\t200\t16\t"
                + "callee\t\tANSWERED\tPCMU\tp\t10\t20\t1\t0\t1\t4\t5\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t"
                + "usage\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t",
        ]
        let lines = try store.ledgerLines(after: 0, through: 3, limit: 9).lines
        try #require(lines.count == 3)
        var hash = [UInt8](repeating: 0, count: 32)
        for (text, line) in zip(texts, lines) {
            hash = SHA256.hash(hash + Array(text.utf8))
            #expect(String(decoding: line, as: UTF8.self) == "\(text)\t\(hexadecimal(hash))")
        }
    }
}
