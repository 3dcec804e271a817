// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import Foundation
import GatewayCore
import SMPP
import Testing

@testable import Store

/// A journal of before the SMS channel.
@Suite struct MessagesMigrationTests {
    private func old(_ scratch: Scratch) throws {
        let connection = try SQLiteConnection(path: scratch.journal)
        try connection.execute("PRAGMA journal_mode = WAL", "test")
        try connection.execute("PRAGMA application_id = \(0x6275_7267)", "test")
        try connection.execute("CREATE TABLE migration (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID", "test")
        try connection.execute(Migration.all[0].sql, "test")
        try connection.execute("INSERT INTO migration VALUES ('\(Migration.all[0].name)')", "test")
        // As that version wrote them: no channels, text or cascade, and fewer counts.
        let definition = """
            {"account":"GM0513","keys":{"1":"repeat"},"language":"nl","message":[{"text":"x"}],"plays":1,\
            "priority":2,"title":""}
            """
        let counters = """
            {"attempts":2,"calling":0,"heard":1,"outcomes":["answered",1,"busy",1],"waiting":0}
            """
        try connection.execute(
            """
            INSERT INTO meta VALUES ('instance-key', x'0102030405060708091011121314151617181920212223242526272829303132');
            INSERT INTO action VALUES (1, 'a1', 'h', '\(definition)', 'p', 10, 'running', 5000, NULL, NULL, 3, '');
            INSERT INTO action VALUES
                (2, 'a2', 'h', '\(definition)', 'p', 10, 'completed', 5000, 6000, 7000, 2, '\(counters)');
            INSERT INTO recipient VALUES (1, 1, '+31610000001', 'P-1', 'GM0513', 0, 9000, NULL, NULL, '');
            INSERT INTO recipient VALUES (2, 1, '+31610000002', 'P-2', 'GM0513', 2, NULL, 'busy',
                '{"attempts":4,"busy":4,"congestion":0,"doubts":0,"excludedTrunks":["kpn"],"forbidden":0,"loop":0,\
            "pcmaOnly":false,"ringTimeout":0,"unavailable":0,"unreachable":0}', '');
            INSERT INTO recipient VALUES (3, 1, '+31610000003', 'P-3', 'GM0513', 0, 0, NULL, NULL, '');
            INSERT INTO attempt VALUES (8, 3, 1, 1, 1, 'kpn', '192.0.2.1:5060', 'c8', '+31182588444', 6000, NULL, NULL,
                NULL, '', 0, '', 0);
            INSERT INTO cdr VALUES (1, 7, 'a1', 'P-2', 'GM0513', '+31610000002', '+31182588444', 'kpn', 'c7', 4, 1000,
                NULL, NULL, 2000, 486, 17, 'callee', '', 'BUSY', NULL, 'p', 0, 10, '', 0, 0, 0, 0);
            """, "test")
    }

    @Test("It opens, keeps what it has, and takes messages from then on")
    func migrates() throws {
        let scratch = try Scratch()
        try old(scratch)
        let store = try Store(path: scratch.journal, queue: nil)
        #expect(store.instanceKey.first == 1)
        let snapshot = try store.load()
        #expect(snapshot.actions.map(\.id.text) == ["a1", "a2"])
        let action = try #require(snapshot.actions.first)
        #expect(action.definition.channels == [.voice] && action.definition.text == nil)
        #expect(action.definition.cascade == Cascade() && action.definition.account == "GM0513")
        #expect(action.finalCounters == nil)
        let counters = try #require(snapshot.actions.last?.finalCounters)
        #expect(counters.outcomes == [.answered: 1, .busy: 1] && counters.messaging == 0 && counters.heard == 1)
        #expect(
            snapshot.recipients.map(\.state) == [
                .waiting(due: Timestamp(milliseconds: 9)), .ended(.busy), .waiting(due: .epoch),
            ])
        #expect(snapshot.recipients.allSatisfy { $0.channel == nil })
        #expect(snapshot.recipients[1].history.busy == 4 && snapshot.recipients[1].history.excludedTrunks == ["kpn"])
        #expect(snapshot.recipients[1].history.messages == 0 && snapshot.recipients[1].history.stepStarted == nil)
        #expect(snapshot.calls.map(\.callID) == ["c8"])
        #expect(snapshot.messages.isEmpty && snapshot.releases.isEmpty && snapshot.participants.isEmpty)
        #expect(snapshot.lastAttempt == AttemptID(8) && snapshot.lastCDRSequence == 1 && snapshot.lastInbound == 0)
        let old = try #require(try store.callDetailRecords(matching: CDRFilter(), after: 0, limit: 2).first)
        #expect(old.disposition == .busy && old.message == nil && old.attempt == AttemptID(7))

        let number = try #require(PhoneNumber(e164: "+31610000002"))
        #expect(try store.latestAction(of: number)?.action == "a1")
        let message = MessageRecord(
            id: AttemptID(9), recipient: RecipientID(1), action: 1, number: 1, smsc: "kpn", sender: "NL-Alert",
            encoding: "GSM-7", billedSegments: 1, start: Timestamp(milliseconds: 9), segments: [SegmentRecord()])
        try store.commit(
            [.callEnded(AttemptID(8), cdr(2, attempt: 8)), .messageStarted(message)], relaxed: true,
            now: Timestamp(milliseconds: 10))
        let again = try Store(path: try scratch.copy().journal, queue: nil)
        #expect(try again.load().messages == [message])
        #expect(try again.callDetailRecords(matching: CDRFilter(), after: 0, limit: 9).map(\.sequence) == [1, 2])
        // The row of before is part of the chain.
        var audit = try again.beginAudit(from: nil, to: nil, noted: [])
        _ = try again.advance(&audit, after: 0, limit: 9)
        #expect(audit.isDone && audit.fault == nil && audit.rows == 2)
    }

    @Test("The ledger of an old journal is as closed as before")
    func ledger() throws {
        let scratch = try Scratch()
        try old(scratch)
        let store = try Store(path: scratch.journal, queue: nil)
        for sql in ["UPDATE cdr SET segments = 1", "DELETE FROM cdr"] {
            #expect(throws: StoreError.self) { try store.connection.execute(sql, "test") }
        }
        #expect(throws: StoreError.self) {
            try store.commit([.callEnded(AttemptID(8), cdr(3, attempt: 8))], now: .epoch)
        }
    }
}
