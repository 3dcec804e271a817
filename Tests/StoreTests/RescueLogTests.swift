// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Foundation
import GatewayCore
import Testing

@testable import Store

@Suite("Answers that the disk did not take") struct RescueLogTests {
    private let now = Timestamp(milliseconds: 6000)

    private func answered(_ id: Int64, heard: Int = 0) -> CallRecord {
        var call = attempt(id, recipient: id)
        call.state = heard > 0 ? .heard : .answered
        call.answer = Timestamp(milliseconds: 5000)
        call.codec = .pcma
        call.dialog = #"{"tag":"x"}"#
        call.heardMilliseconds = heard
        call.keys = "2"
        return call
    }

    @Test("A new process knows of them, and of when calls ended")
    func restart() throws {
        let scratch = try Scratch()
        let paths = [scratch.path + "/journal.rescue", scratch.path + "/other.rescue"]
        let store = try Store(path: scratch.journal, queue: nil, rescuePaths: paths)
        store.takeRoom()
        try store.commit(
            [.actionStaged(try record()), .recipientsStaged([try person(1), try person(2), try person(3)])]
                + (1...3).map { .callStarted(attempt($0, recipient: $0)) }, now: Timestamp(milliseconds: 4000))
        #expect(
            store.rescue([.callChanged(answered(1)), .callStarted(attempt(9, recipient: 9))], alive: now) == paths[0])
        var ended = cdr(1, attempt: 2)
        ended.callID = "c2"
        ended.end = Timestamp(milliseconds: 9000)
        #expect(store.rescue([.callEnded(AttemptID(2), ended)], alive: now) == paths[0])
        #expect(store.rescue([.callStarted(attempt(9, recipient: 9))], alive: now) == nil)
        // What is of another journal says nothing about this one.
        var foreign = answered(3)
        foreign.callID = "another"
        #expect(store.rescue([.callChanged(foreign)], alive: now) == paths[0])

        let other = try scratch.copy()
        try FileManager.default.copyItem(atPath: paths[0], toPath: other.path + "/journal.rescue")
        let next = try Store(path: other.journal, queue: nil, rescuePaths: [other.path + "/journal.rescue"])
        let snapshot = try next.load()
        #expect(snapshot.calls[0] == answered(1))
        #expect(snapshot.calls[1].answer == ended.answer && snapshot.calls[1].state == .answered)
        #expect(
            snapshot.rescuedEnds == [AttemptID(2): RescuedEnd(time: Timestamp(milliseconds: 9000), civilOffset: nil)])
        #expect(snapshot.calls[2].answer == nil)
        // Once the journal has what follows from them, they are history.
        try next.commit([.callChanged(answered(1))], now: .epoch)
        #expect(RescueLog(paths: [other.path + "/journal.rescue"]).read().calls.isEmpty)
    }

    @Test("An action that was cancelled meanwhile is cancelled for the next process, and only that one")
    func cancelled() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/journal.rescue"
        let store = try Store(path: scratch.journal, queue: nil, rescuePaths: [path])
        var action = try record()
        action.phase = .running
        try store.commit(
            [.actionStaged(action), .recipientsStaged([try person(1)])], now: Timestamp(milliseconds: 4000))
        try store.commit([.actionChanged(action)], now: Timestamp(milliseconds: 4000))
        #expect(store.rescue([.actionChanged(action)], alive: now) == nil)
        action.phase = .cancelled
        action.ended = Timestamp(milliseconds: 5000)
        #expect(store.rescue([.actionChanged(action)], alive: now) == path)

        let other = try scratch.copy()
        try FileManager.default.copyItem(atPath: path, toPath: other.path + "/journal.rescue")
        let next = try Store(path: other.journal, queue: nil, rescuePaths: [other.path + "/journal.rescue"])
        let taken = try #require(try next.load().actions.first)
        #expect(taken.phase == .cancelled && taken.ended == action.ended)
        // What is of another journal says nothing about this one.
        let third = try scratch.copy()
        let foreign = RescueLog(paths: [third.path + "/journal.rescue"])
        action = ActionRecord(
            key: action.key, id: try ActionID("another"), contentHash: "h", definition: action.definition,
            promptHash: "p", promptMilliseconds: 1, phase: .cancelled, accepted: action.accepted,
            ended: Timestamp(milliseconds: 5000))
        _ = foreign.keep([.actionChanged(action)], alive: now)
        let last = try Store(path: third.journal, queue: nil, rescuePaths: [third.path + "/journal.rescue"])
        #expect(try last.load().actions.first?.phase == .running)
    }

    @Test("Where the first place fails, the second one serves")
    func secondPlace() throws {
        let scratch = try Scratch()
        let paths = ["/nonexistent/journal.rescue", scratch.path + "/journal.rescue"]
        let log = RescueLog(paths: paths)
        log.takeRoom()
        #expect(log.keep([.callChanged(answered(1))], alive: now) == paths[1])
        #expect(RescueLog(paths: paths).read().calls.map(\.attempt) == [1])
        #expect(RescueLog(paths: [paths[0]]).keep([.callChanged(answered(1))], alive: now) == nil)
    }

    @Test("A damaged line costs no other one, and is told")
    func damagedLine() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/journal.rescue"
        let log = RescueLog(paths: [path])
        for id in Int64(1)...3 { _ = log.keep([.callChanged(answered(id))], alive: now) }
        var bytes = try #require(FileManager.default.contents(atPath: path))
        bytes[60] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path))
        let kept = RescueLog(paths: [path]).read()
        #expect(kept.calls.map(\.attempt) == [2, 3] && kept.damaged == 1)
    }

    @Test("A NUL in the middle costs its line, and none behind it", arguments: [0, 40, 120])
    func nulInTheMiddle(_ offset: Int) throws {
        let scratch = try Scratch()
        let path = scratch.path + "/journal.rescue"
        let log = RescueLog(paths: [path])
        log.takeRoom()
        for id in Int64(1)...9 { _ = log.keep([.callChanged(answered(id))], alive: now) }
        log.clear()
        for id in Int64(1)...3 { _ = log.keep([.callChanged(answered(id))], alive: now) }
        var bytes = try #require(FileManager.default.contents(atPath: path))
        let second = try #require(bytes.firstIndex(of: UInt8(ascii: "\n"))) + 1
        bytes[second + offset] = 0
        try bytes.write(to: URL(fileURLWithPath: path))
        let kept = RescueLog(paths: [path]).read()
        #expect(kept.calls.map(\.attempt) == [1, 3] && kept.damaged == 1 && kept.alive == now)
    }

    @Test("What the version before kept is read up to its end, and what is kept from then on as well")
    func versionBefore() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/journal.rescue"
        let former = RescueLog(paths: [path])
        for id in Int64(1)...3 { _ = former.keep([.callChanged(answered(id))], alive: now) }
        let bytes = try #require(FileManager.default.contents(atPath: path))
        let lines = bytes.split(separator: UInt8(ascii: "\n")).prefix(3).map { line in
            let json = String(decoding: line.dropFirst(19), as: UTF8.self)
            return "\(SHA256.hexDigest(of: json.utf8).prefix(16)) \(json)\n"
        }
        let old = Data((lines[0] + lines[1] + "\0\n" + lines[2] + "\0\n").utf8)
        try old.write(to: URL(fileURLWithPath: path))
        let log = RescueLog(paths: [path])
        #expect(log.read().calls.map(\.attempt) == [1, 2])
        _ = log.keep([.callChanged(answered(4))], alive: now)
        #expect(RescueLog(paths: [path]).read().calls.map(\.attempt) == [1, 2, 4])
        log.clear()
        #expect(RescueLog(paths: [path]).read().isEmpty)
    }

    @Test("A clock that is set while the disk refuses changes no duration: the record's own anchor counts")
    func clockStep() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/journal.rescue"
        let store = try Store(path: scratch.journal, queue: nil, rescuePaths: [path])
        try store.commit(
            [.actionStaged(try record()), .recipientsStaged([try person(1), try person(2)])]
                + (1...2).map { .callStarted(attempt($0, recipient: $0)) } + [.callChanged(answered(1))],
            now: Timestamp(milliseconds: 5000))
        // The calls began an hour of the civil clock later; the journal never heard of that clock.
        for id in Int64(1)...2 {
            var ended = cdr(id, attempt: id)
            ended.callID = "c\(id)"
            (ended.start, ended.ringing) = (Timestamp(milliseconds: 1000) + .minutes(60), nil)
            ended.answer = Timestamp(milliseconds: 5000) + .minutes(60)
            ended.end = Timestamp(milliseconds: 9000) + .minutes(60)
            let records: [JournalRecord] =
                (id == 2 ? [.callChanged(answered(2))] : []) + [.callEnded(AttemptID(id), ended)]
            _ = store.rescue(records[...], alive: now)
        }
        let other = try scratch.copy()
        try FileManager.default.copyItem(atPath: path, toPath: other.path + "/journal.rescue")
        let snapshot = try Store(
            path: other.journal, queue: nil, rescuePaths: [other.path + "/journal.rescue"]
        ).load()
        let end = RescuedEnd(time: Timestamp(milliseconds: 9000), civilOffset: .minutes(60))
        #expect(snapshot.rescuedEnds == [AttemptID(1): end, AttemptID(2): end])
        #expect(snapshot.calls.map(\.answer) == [Timestamp(milliseconds: 5000), Timestamp(milliseconds: 5000)])
        #expect(snapshot.calls.map(\.start) == [Timestamp(milliseconds: 1000), Timestamp(milliseconds: 1000)])
    }

    @Test("Who was still speaking when the process ended is billed up to its last sign of life")
    func speaking() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/journal.rescue"
        let store = try Store(path: scratch.journal, queue: nil, rescuePaths: [path])
        try store.commit(
            [.actionStaged(try record()), .recipientsStaged([try person(1)]), .callStarted(attempt(1, recipient: 1))],
            now: Timestamp(milliseconds: 4000))
        // Nothing is kept for a sign of life alone.
        #expect(store.rescue([], alive: Timestamp(milliseconds: 4500)) == nil)
        #expect(RescueLog(paths: [path]).read().alive == nil)
        _ = store.rescue([.callChanged(answered(1))], alive: Timestamp(milliseconds: 5000))
        for time in Int64(5)...8 { _ = store.rescue([], alive: Timestamp(milliseconds: time * 1000)) }
        let other = try scratch.copy()
        try FileManager.default.copyItem(atPath: path, toPath: other.path + "/journal.rescue")
        let rescuePaths = [other.path + "/journal.rescue"]
        let kept = RescueLog(paths: rescuePaths).read()
        #expect(kept.calls.count == 1 && kept.damaged == 0)
        let snapshot = try Store(path: other.journal, queue: nil, rescuePaths: rescuePaths).load()
        #expect(snapshot.lastAlive == Timestamp(milliseconds: 8000))
        // Of another journal it says nothing.
        let third = try Scratch()
        #expect(try Store(path: third.journal, queue: nil, rescuePaths: rescuePaths).load().lastAlive == nil)
    }

    @Test("A line that was written in part ends the file; what stood there before does not come back")
    func torn() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/journal.rescue"
        let log = RescueLog(paths: [path])
        log.takeRoom()
        for id in Int64(1)...3 { _ = log.keep([.callChanged(answered(id))], alive: now) }
        log.clear()
        #expect(RescueLog(paths: [path]).read().calls.isEmpty)
        _ = log.keep([.callChanged(answered(4))], alive: now)
        #expect(RescueLog(paths: [path]).read().calls.map(\.attempt) == [4])
        let bytes = try #require(FileManager.default.contents(atPath: path))
        // The end of its first line is the first that makes it whole.
        let end = try #require(bytes.firstIndex(of: UInt8(ascii: "\n"))) - 1
        for length in stride(from: 0, to: end, by: 7) {
            try bytes.prefix(length).write(to: URL(fileURLWithPath: path))
            #expect(RescueLog(paths: [path]).read().calls.isEmpty)
        }
    }
}
