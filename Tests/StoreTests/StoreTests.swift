// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import Foundation
import GatewayCore
import Testing

@testable import Store

/// Where this run's journals are; removed when it ends.
private let scratchDirectory: String = {
    atexit { try? FileManager.default.removeItem(atPath: scratchDirectory) }
    return NSTemporaryDirectory() + "burgernetd-store-\(ProcessInfo.processInfo.processIdentifier)"
}()

/// A directory of one test.
struct Scratch {
    let path: String
    init() throws {
        path = scratchDirectory + "/" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    var journal: String { path + "/journal.sqlite" }

    /// What a process that is killed now leaves: the files as they are, the seal too.
    func copy() throws -> Scratch {
        let other = try Scratch()
        for name in ["journal.sqlite", "journal.sqlite-wal", "journal.seal"] {
            let from = "\(path)/\(name)"
            guard FileManager.default.fileExists(atPath: from) else { continue }
            try FileManager.default.copyItem(atPath: from, toPath: "\(other.path)/\(name)")
        }
        return other
    }
}

func record(key: Int64 = 1, id: String = "a1", phase: ActionPhase = .running) throws -> ActionRecord {
    ActionRecord(
        key: key, id: try ActionID(id), contentHash: "",
        definition: ActionDefinition(prompt: [.text("x"), .pause(5)]),
        promptHash: "", promptMilliseconds: 0, phase: phase, accepted: Timestamp(milliseconds: 5))
}

func person(_ id: Int64, action: Int64 = 1, state: RecipientState = .waiting(due: .epoch)) throws -> RecipientRecord {
    RecipientRecord(
        id: RecipientID(id), action: action, number: try #require(PhoneNumber(e164: "+316\(10_000_000 + id)")),
        reference: "P-\(id)", account: "GM0513", state: state)
}

func attempt(_ id: Int64, recipient: Int64) -> CallRecord {
    CallRecord(
        id: AttemptID(id), recipient: RecipientID(recipient), action: 1, number: 1, trunk: "kpn",
        target: "192.0.2.1:5060",
        callID: "c\(id)", caller: "+31182588444", start: Timestamp(milliseconds: 1000 + id))
}

func cdr(_ sequence: Int64, attempt: Int64, action: String = "a1", account: String = "GM0513") -> CallDetailRecord {
    CallDetailRecord(
        sequence: sequence, attempt: AttemptID(attempt), action: action, recipient: "P-1", account: account,
        callee: "+31610000001", caller: "+31182588444", trunk: "kpn", callID: "c\(attempt)", attemptNumber: 1,
        start: Timestamp(milliseconds: 1000 * sequence), ringing: nil,
        answer: Timestamp(milliseconds: 1000 * sequence + 5),
        end: Timestamp(milliseconds: 1000 * sequence + 900), sipCode: 200, cause: 16, hangupBy: .callee,
        ownReason: .none,
        disposition: .answered, codec: .pcmu, promptHash: "p", heardMilliseconds: 10, promptMilliseconds: 20, keys: "1",
        recovered: false, redial: true, packetsSent: 4, packetsReceived: 5,
        audio: AudioTiming(meanLateness: .microseconds(200), maximumLateness: .microseconds(1500), skipped: 2))
}

@Suite struct StoreTests {
    let now = Timestamp(milliseconds: 77)

    @Test("What was committed is there after a kill; what was not committed is not")
    func survivesKill() throws {
        let scratch = try Scratch()
        let store = try Store(path: scratch.journal, queue: nil)
        var action = try record(phase: .staged)
        try store.commit(
            [.actionStaged(action), .recipientsStaged([try person(1), try person(2), try person(3)])], now: now)
        action.phase = .running
        action.contentHash = "h"
        action.firstCall = Timestamp(milliseconds: 6)
        action.civilOffset = .seconds(-7)
        action.recipientCount = 3
        var forecast = Forecast()
        forecast.recipients = 3
        forecast.course = [.seconds(1), .seconds(2)]
        forecast.halfReached = .seconds(1)
        forecast.waits = [Forecast.Wait(.callsPerSecond, .seconds(2))]
        action.forecast = ActionForecast(forecast, halfDone: Timestamp(milliseconds: 8))
        let mark = ClockMark(bootOffset: .seconds(3), civilOffset: .seconds(-7))
        try store.commit([.actionChanged(action), .clockSet(mark)], now: now)
        var live = attempt(7, recipient: 2)
        try store.commit([.callStarted(live), .callStarted(attempt(8, recipient: 3))], now: now)
        // Of a call that never left nothing is left.
        try store.commit([.callStarted(attempt(9, recipient: 1))], now: now)
        try store.commit([.callDropped(AttemptID(9))], now: now)
        live.state = .answered
        live.answer = Timestamp(milliseconds: 9)
        live.codec = .pcma
        live.dialog = "{\"x\":1}"
        live.keys = "1"
        live.rtpPort = 65_534
        var done = try person(3, state: .ended(.busy))
        done.history.busy = 2
        done.history.excludedTrunks = ["kpn"]
        done.keys = "5"
        try store.commit(
            [.callChanged(live), .callEnded(AttemptID(8), cdr(1, attempt: 8)), .recipientChanged(done)],
            now: Timestamp(milliseconds: 99))

        let after = try Store(path: try scratch.copy().journal, queue: nil)
        let snapshot = try after.load()
        #expect(snapshot.actions == [action])
        #expect(snapshot.recipients == [try person(1), try person(2), done])
        #expect(snapshot.calls == [live])
        // The number of one that was dropped does not come again.
        #expect(snapshot.lastAttempt == AttemptID(9))
        #expect(snapshot.lastRecipient == RecipientID(3))
        #expect(snapshot.lastCDRSequence == 1)
        #expect(snapshot.lastAlive == Timestamp(milliseconds: 99))
        #expect(snapshot.clock == mark)
        #expect(after.instanceKey == store.instanceKey && store.instanceKey.count == 32)
        #expect(try after.callDetailRecords(matching: CDRFilter(), after: 0, limit: 10) == [cdr(1, attempt: 8)])
        let counters = try after.counters(ofAction: 1, named: "a1")
        #expect(counters.waiting == 2 && counters.outcomes == [.busy: 1] && counters.attempts == 1)
    }

    @Test("A submission that was never committed is gone after a restart, and its id is free")
    func stagedLeftovers() throws {
        let scratch = try Scratch()
        let store = try Store(path: scratch.journal, queue: nil)
        try store.commit([.actionStaged(try record(phase: .staged)), .recipientsStaged([try person(1)])], now: now)
        let after = try Store(path: try scratch.copy().journal, queue: nil)
        let snapshot = try after.load()
        #expect(snapshot.actions.isEmpty && snapshot.recipients.isEmpty)
        try after.commit([.actionStaged(try record(key: 2))], now: now)
        try store.commit([.actionDiscarded(key: 1)], now: now)
        #expect(try store.load().recipients.isEmpty)
    }

    @Test("Recipients of ended actions are not loaded, but those whom a crash caught in a call are")
    func finalActions() throws {
        let store = try Store(path: try Scratch().journal, queue: nil)
        try store.commit(
            [
                .actionStaged(try record(phase: .cancelled)), .recipientsStaged([try person(1), try person(2)]),
                .callStarted(attempt(1, recipient: 2)),
            ], now: now)
        #expect(try store.load().recipients.map(\.id) == [RecipientID(2)])
        #expect(try store.recipients(ofAction: 1, limit: 10).count == 2)
        #expect(try store.recipients(ofAction: 1, after: RecipientID(1), limit: 1).map(\.id) == [RecipientID(2)])
    }

    @Test("A turn is written whole or not at all")
    func atomic() throws {
        let store = try Store(path: try Scratch().journal, queue: nil)
        try store.commit([.actionStaged(try record())], now: now)
        #expect(throws: StoreError.self) {
            // The second attempt has the number of the first.
            try store.commit(
                [
                    .recipientsStaged([try person(1)]), .callStarted(attempt(1, recipient: 1)),
                    .callStarted(attempt(1, recipient: 1)),
                ], now: now)
        }
        let snapshot = try store.load()
        #expect(snapshot.recipients.isEmpty && snapshot.calls.isEmpty)
        try store.commit([.recipientsStaged([try person(1)])], now: now)
    }

    @Test("The ledger refuses a gap, a second record of an attempt, a change and a deletion")
    func ledger() throws {
        let store = try Store(path: try Scratch().journal, queue: nil)
        try store.commit([.callEnded(AttemptID(1), cdr(1, attempt: 1))], now: now)
        for bad in [cdr(3, attempt: 3), cdr(1, attempt: 4), cdr(2, attempt: 1)] {
            #expect(throws: StoreError.self) { try store.commit([.callEnded(bad.attempt, bad)], now: now) }
        }
        for sql in ["UPDATE cdr SET ended = 0", "DELETE FROM cdr"] {
            #expect(throws: StoreError.self) { try store.connection.execute(sql, "test") }
        }
        try store.commit([.callEnded(AttemptID(2), cdr(2, attempt: 2))], now: now)
        #expect(try store.callDetailRecords(matching: CDRFilter(), after: 0, limit: 10).count == 2)
    }

    @Test("Exports are paged by index, in order, whatever the filter")
    func filters() throws {
        let store = try Store(path: try Scratch().journal, queue: nil)
        for sequence in Int64(1)...60 {
            let row = cdr(
                sequence, attempt: sequence, action: sequence % 2 == 0 ? "even" : "odd",
                account: sequence % 3 == 0 ? "GM0484" : "GM0513")
            try store.commit([.callEnded(row.attempt, row)], now: now)
        }
        let from = Timestamp(milliseconds: 10_000)
        let to = Timestamp(milliseconds: 20_000)
        let cases: [(CDRFilter, (Int64) -> Bool)] = [
            (CDRFilter(), { _ in true }), (CDRFilter(action: "even"), { $0 % 2 == 0 }),
            (CDRFilter(account: "GM0484"), { $0 % 3 == 0 }),
            (CDRFilter(account: "GM0484", action: "odd"), { $0 % 6 == 3 }),
            (CDRFilter(from: from, to: to), { (10..<20).contains($0) }),
        ]
        for (filter, isWanted) in cases {
            var found: [Int64] = []
            while true {
                let page = try store.callDetailRecords(matching: filter, after: found.last ?? 0, limit: 7)
                if page.isEmpty { break }
                found += page.map(\.sequence)
            }
            #expect(found == (1...60).filter(isWanted))
            let (sql, values) = LedgerReader.query(filter, after: 0, limit: 7)
            let plan = try store.connection.query("EXPLAIN QUERY PLAN " + sql, "test").bind(values)
            while try plan.step() {
                _ = (plan.integer(), plan.integer(), plan.integer())
                let step = plan.text()
                #expect(step.hasPrefix("SEARCH"), "\(step)")
                #expect(!step.contains("TEMP B-TREE"))
            }
            plan.reset()
        }
    }

    @Test("What cannot be opened is said")
    func refusals() throws {
        let scratch = try Scratch()
        let store = try Store(path: scratch.journal, queue: nil)
        let second = #expect(throws: StoreError.self) { try Store(path: scratch.journal, queue: nil) }
        #expect(second?.description.contains("another burgernetd") == true)
        withExtendedLifetime(store) {}

        let garbage = try Scratch()
        try Data(repeating: 65, count: 5000).write(to: URL(fileURLWithPath: garbage.journal))
        let damaged = #expect(throws: StoreError.self) { try Store(path: garbage.journal, queue: nil) }
        #expect(damaged?.description.contains("not a database") == true)

        let newer = try Scratch()
        let first = try Store(path: newer.journal, queue: nil)
        try first.connection.execute("INSERT INTO migration VALUES ('2030-01-later')", "test")
        let unknown = #expect(throws: StoreError.self) { try Store(path: try newer.copy().journal, queue: nil) }
        #expect(unknown?.description.contains("newer") == true)
        #expect(throws: StoreError.self) { try Store(path: "/nonexistent/journal.sqlite", queue: nil) }
    }

    @Test("A full disk fails the turn, and the journal works again when there is room")
    func fullDisk() throws {
        let store = try Store(path: try Scratch().journal, queue: nil)
        try store.commit([.actionStaged(try record())], now: now)
        try store.connection.execute("PRAGMA max_page_count = 40", "test")
        let people = try (1...5000).map { try person($0) }
        let error = #expect(throws: StoreError.self) { try store.commit([.recipientsStaged(people)], now: now) }
        #expect(error?.description == "writing the journal: database or disk is full")
        try store.connection.execute("PRAGMA max_page_count = 100000", "test")
        try store.commit([.recipientsStaged(people)], now: now)
        #expect(try store.load().recipients.count == 5000)
    }
}
