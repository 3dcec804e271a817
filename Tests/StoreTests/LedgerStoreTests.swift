// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import Foundation
import GatewayCore
import Testing

@testable import Store

/// A call and an SMS with everything in them.
func fullRows() -> [CallDetailRecord] {
    var call = cdr(1, attempt: 11)
    call.ringing = call.start
    call.ledger.cost = RatedAmount(amount: Money(microEuros: 12_345), vatBasisPoints: 2100, tariff: "kpn@1")
    call.ledger.charge = RatedAmount(amount: Money(microEuros: 23_456), vatBasisPoints: 2100, tariff: "gm@1")
    call.ledger.note = "tab\there"
    var message = cdr(2, attempt: 12)
    message.message = MessageDetail(
        segments: 2, acceptedSegments: 1, encoding: "GSM-7", accepted: Timestamp(milliseconds: 5),
        messageIDs: ["a b", ""], references: [1, 2], state: "DELIVERED", error: "", submits: 3, doubtful: true)
    return [call, message, cdr(3, attempt: 13)]
}

extension Store {
    fileprivate func audit(from: Int64? = nil, to: Int64? = nil, noted: [LedgerHead] = []) throws -> LedgerAudit {
        var audit = try beginAudit(from: from, to: to, noted: noted)
        var last = audit.last.sequence
        while !audit.isDone { last = try advance(&audit, after: last, limit: 2) }
        return audit
    }
}

@Suite("The ledger in the journal") struct LedgerStoreTests {
    private func ledger(_ scratch: Scratch) throws -> Store {
        let store = try Store(path: scratch.journal, queue: nil)
        for row in fullRows() { try store.commit([.callEnded(row.attempt, row)], now: .epoch) }
        return store
    }

    /// Someone with the file and SQLite: no trigger is in his way.
    private func tamper(_ store: Store, _ sql: String) throws {
        for trigger in ["cdr_is_never_changed", "cdr_is_never_deleted"] {
            try store.connection.execute("DROP TRIGGER IF EXISTS \(trigger)", "test")
        }
        try store.connection.execute(sql, "test")
    }

    @Test("A journal that is there and empty is told: a new one has no file")
    func emptied() throws {
        let scratch = try Scratch()
        #expect(try Store(path: scratch.journal, queue: nil).ledgerWarning == nil)
        let other = try Scratch()
        #expect(FileManager.default.createFile(atPath: other.journal, contents: nil))
        let warning = try #require(try Store(path: other.journal, queue: nil).ledgerWarning)
        #expect(warning.contains("was there and empty") && warning.contains("begins at 1"))
    }

    @Test("Rows come back with their amounts, and the chain holds across a restart")
    func chain() throws {
        let scratch = try Scratch()
        let store = try ledger(scratch)
        let after = try Store(path: try scratch.copy().journal, queue: nil)
        #expect(after.ledgerWarning == nil)
        let more = fullRows()[0].adjustment(
            .correction, cost: nil, charge: nil, note: "new tariff", at: Timestamp(milliseconds: 9))
        var numbered = more
        numbered.sequence = 4
        try after.commit([.ledgerAppended(numbered)], now: .epoch)
        #expect(
            try after.callDetailRecords(matching: CDRFilter(), after: 0, limit: 9) == fullRows() + [numbered])
        let audit = try after.audit()
        #expect(audit.fault == nil && audit.rows == 4)
        #expect(try after.audit(from: 2, to: 3).rows == 2)
        #expect(try after.audit(noted: [audit.last]).fault == nil)
        #expect(try store.audit(noted: [audit.last]).fault == .truncated(after: 3, expected: 4))
        #expect(try after.load().lastAttempt == AttemptID(13))
    }

    @Test("Whatever column is changed, the row is named")
    func everyColumn() throws {
        let scratch = try Scratch()
        let names = try columns(of: try ledger(scratch))
        #expect(names == CDRColumn.names)
        for name in names where name != "sequence" {
            for row in 1...3 {
                let store = try Store(path: try scratch.copy().journal, queue: nil)
                let type = ["hash": "x'00'", "callee": "'+31600000000'"][name]
                // NULL becomes something, something becomes something else.
                let value = type ?? "CASE WHEN \(name) IS NULL THEN 1 ELSE \(name) || '1' END"
                try tamper(store, "UPDATE cdr SET \(name) = \(value) WHERE sequence = \(row)")
                #expect(try store.audit().fault == .changed(Int64(row)), "\(name) of row \(row)")
            }
        }
    }

    private func columns(of store: Store) throws -> [String] {
        var names: [String] = []
        let rows = try store.connection.query("SELECT name FROM pragma_table_info('cdr')", "test")
        while try rows.step() { names.append(rows.text()) }
        return names
    }

    @Test("A column that was emptied, or a zero put for nothing, is found too")
    func nothing() throws {
        let scratch = try Scratch()
        _ = try ledger(scratch)
        for sql in [
            "codec = ''", "cost = 0", "ringing = 0", "corrects = 0", "smsc_error = ''", "charge = NULL",
            "skipped = NULL", "late_mean_us = NULL, late_max_us = NULL, skipped = NULL",
        ] {
            let store = try Store(path: try scratch.copy().journal, queue: nil)
            try tamper(store, "UPDATE cdr SET \(sql) WHERE sequence IN (1, 3)")
            #expect(try store.audit().fault != nil, "\(sql)")
        }
    }

    @Test("Removed, renumbered, exchanged, cut off, added")
    func rows() throws {
        let scratch = try Scratch()
        _ = try ledger(scratch)
        let cases: [(String, LedgerFault)] = [
            ("DELETE FROM cdr WHERE sequence = 1", .removed(1)), ("DELETE FROM cdr WHERE sequence = 2", .removed(2)),
            ("DELETE FROM cdr WHERE sequence = 3", .truncated(after: 2, expected: 3)),
            ("DELETE FROM cdr", .truncated(after: 0, expected: 3)),
            ("DELETE FROM cdr WHERE sequence = 2; UPDATE cdr SET sequence = 2 WHERE sequence = 3", .changed(2)),
            (
                """
                UPDATE cdr SET sequence = 9 WHERE sequence = 1; UPDATE cdr SET sequence = 1 WHERE sequence = 3;
                UPDATE cdr SET sequence = 3 WHERE sequence = 9
                """, .exchanged(1, with: 3)
            ),
            (
                """
                CREATE TEMP TABLE copy AS SELECT * FROM cdr WHERE sequence = 3;
                UPDATE copy SET sequence = 4, attempt = 99; INSERT INTO cdr SELECT * FROM copy
                """, .added(4)
            ),
        ]
        for (sql, fault) in cases {
            let copy = try scratch.copy()
            let store = try Store(path: copy.journal, queue: nil)
            try tamper(store, sql)
            #expect(try store.audit().fault == fault, "\(sql)")
        }
    }

    @Test("What was cut off stays missing: the next row follows what was noted")
    func gapStays() throws {
        let scratch = try Scratch()
        let store = try ledger(scratch)
        try tamper(store, "DELETE FROM cdr WHERE sequence = 3")
        let after = try Store(path: try scratch.copy().journal, queue: nil)
        #expect(after.ledgerWarning?.contains("ends with row 2, not as it was left with row 3") == true)
        #expect(try after.load().lastCDRSequence == 3)
        let row = cdr(4, attempt: 14)
        try after.commit([.callEnded(row.attempt, row)], now: .epoch)
        #expect(try after.audit().fault == .removed(3))
        #expect(try after.audit(from: 4).fault == .removed(3))
    }

    @Test("The number gives way to its pseudonym and nothing else, and the proof stays")
    func purge() throws {
        let store = try ledger(try Scratch())
        let pseudonym = store.pseudonyms.pseudonym(of: fullRows()[0].callee)
        for sql in [
            "UPDATE cdr SET callee = '+31600000000' WHERE sequence = 1", "UPDATE cdr SET ended = ended + 1",
            "UPDATE cdr SET callee = '\(pseudonym)', keys = '9' WHERE sequence = 1",
            "UPDATE cdr SET callee = '\(pseudonym)', rowid = 7 WHERE sequence = 1",
            "UPDATE cdr SET codec = NULL", "UPDATE cdr SET hash = x'00'",
        ] {
            #expect(throws: StoreError.self) { try store.connection.execute(sql, "test") }
        }
        try store.connection.execute("UPDATE cdr SET callee = '\(pseudonym)' WHERE sequence = 1", "test")
        #expect(throws: StoreError.self) {
            try store.connection.execute("UPDATE cdr SET callee = '+31610000001' WHERE sequence = 1", "test")
        }
        #expect(try store.audit().fault == nil)
        try tamper(store, "UPDATE cdr SET callee = 'n-0' WHERE sequence = 1")
        #expect(try store.audit().fault == .changed(1))
    }

    @Test("A failed transaction leaves the chain as it was")
    func failure() throws {
        let store = try ledger(try Scratch())
        let (four, five) = (cdr(4, attempt: 14), cdr(5, attempt: 14))
        #expect(throws: StoreError.self) {
            try store.commit([.callEnded(four.attempt, four), .callEnded(five.attempt, five)], now: .epoch)
        }
        try store.commit([.callEnded(four.attempt, four)], now: .epoch)
        #expect(try store.audit().fault == nil)
        #expect(try store.audit().rows == 4)
    }
}
