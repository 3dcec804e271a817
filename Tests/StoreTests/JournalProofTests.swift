// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Foundation
import GatewayCore
import Testing

@testable import Store

@Suite("What is lost of a journal") struct JournalProofTests {
    private func filled(_ scratch: Scratch, _ count: Int64 = 20) throws -> Store {
        let store = try Store(path: scratch.journal, queue: nil)
        try store.commit([.actionStaged(try record()), .recipientsStaged([try person(1)])], now: .epoch)
        for index in 1...count {
            try store.commit([.callStarted(attempt(index, recipient: 1))], now: Timestamp(milliseconds: index))
            try store.commit(
                [.callEnded(AttemptID(index), cdr(index, attempt: index))], now: Timestamp(milliseconds: index))
        }
        return store
    }

    private func change(_ path: String, _ body: (FileHandle) throws -> Void) throws {
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        try body(file)
        try file.close()
    }

    @Test("The bytes of a seal, and that each of them counts")
    func bytes() {
        var seal = LogSeal()
        seal.serial = 3
        seal.salts = 0x0102_0304_0506_0708
        seal.generation = 9
        seal.frames = 1000
        seal.alive = 1_700_000_000_000_000
        seal.attempt = 77
        seal.sequence = 70
        let octets = seal.octets
        #expect(
            hexadecimal(octets.dropLast(8))
                == "627572677365616c"  // "burgseal"
                + "0000000000000003"  // serial
                + "0102030405060708"  // salts
                + "00000009" + "000003e8"  // generation, frames
                + "00060a24181e4000"  // alive
                + "000000000000004d"  // attempt
                + "0000000000000046")  // sequence
        #expect(LogSeal(octets) == seal)
        for index in octets.indices {
            var damaged = octets
            damaged[index] ^= 0x40
            #expect(LogSeal(damaged) == nil)
        }
        #expect(LogSeal(octets.dropLast()) == nil)
    }

    @Test("A killed process leaves a seal that its log keeps to, before and after checkpoints")
    func whole() throws {
        let scratch = try Scratch()
        let store = try filled(scratch)
        var found = try #require(LogSeal.read(scratch.path + "/journal.seal"))
        #expect(found.attempt == 20 && found.sequence == 20 && found.alive == 20_000)
        let log = try #require(WriteAheadLog.inspect(path: scratch.journal + "-wal", upTo: .max))
        #expect(found.frames > 40 && log.frames == found.frames && log.salts == found.salts)
        #expect(try Store(path: try scratch.copy().journal, queue: nil).lastSequence() == 20)
        try store.checkpoint()
        #expect(LogSeal.read(scratch.path + "/journal.seal")?.frames == 0)
        #expect(try Store(path: try scratch.copy().journal, queue: nil).lastSequence() == 20)
        try store.commit([.callStarted(attempt(21, recipient: 1))], now: Timestamp(milliseconds: 21))
        found = try #require(LogSeal.read(scratch.path + "/journal.seal"))
        #expect(found.frames > 0 && found.generation == log.generation + 1 && found.salts != log.salts)
        #expect(try Store(path: try scratch.copy().journal, queue: nil).load().calls.count == 1)
        try store.shrinkLog()
        #expect(try Store(path: try scratch.copy().journal, queue: nil).load().calls.count == 1)
    }

    @Test("A log that is cut or flipped anywhere is no log that ends there")
    func damaged() throws {
        let scratch = try Scratch()
        let store = try filled(scratch, 5)
        let log = scratch.journal + "-wal"
        let size = try #require(FileManager.default.attributesOfItem(atPath: log)[.size] as? Int)
        for position in stride(from: 3, to: size, by: 4001) {
            for isCut in [true, false] {
                let other = try scratch.copy()
                try change(other.journal + "-wal") { file in
                    if isCut { return try file.truncate(atOffset: UInt64(position)) }
                    try file.seek(toOffset: UInt64(position))
                    let byte = try #require(try file.read(upToCount: 1)?.first)
                    try file.seek(toOffset: UInt64(position))
                    try file.write(contentsOf: [byte ^ 4])
                }
                let error = #expect(throws: StoreError.self) { try Store(path: other.journal, queue: nil) }
                #expect(error?.isRefusal == true && error?.message.contains("--accept-loss") == true, "\(position)")
            }
        }
        withExtendedLifetime(store) {}
    }

    @Test(
        "An older journal in the place of the newest is a loss; the same one moved into its database by another program is none"
    )
    func older() throws {
        let scratch = try Scratch()
        let store = try filled(scratch, 3)
        try store.checkpoint()
        let backup = try scratch.copy()
        for index in Int64(4)...6 {
            try store.commit(
                [.callEnded(AttemptID(index), cdr(index, attempt: index))], now: Timestamp(milliseconds: index))
        }
        try FileManager.default.removeItem(atPath: backup.path + "/journal.seal")
        try FileManager.default.copyItem(atPath: scratch.path + "/journal.seal", toPath: backup.path + "/journal.seal")
        try FileManager.default.removeItem(atPath: backup.journal + "-wal")
        #expect(throws: StoreError.self) { try Store(path: backup.journal, queue: nil) }
        let moved = try scratch.copy()
        // sqlite3(1) does so when it closes.
        _ = try SQLiteConnection(path: moved.journal).number("SELECT count(*) FROM cdr", "test")
        #expect(!FileManager.default.fileExists(atPath: moved.journal + "-wal"))
        #expect(try Store(path: moved.journal, queue: nil).lastSequence() == 6)
    }

    @Test("A journal that is gone beside its seal is not begun anew by itself")
    func gone() throws {
        let scratch = try Scratch()
        do { _ = try filled(scratch, 1) }
        try FileManager.default.removeItem(atPath: scratch.journal)
        let error = #expect(throws: StoreError.self) { try Store(path: scratch.journal, queue: nil) }
        #expect(error?.isRefusal == true && error?.message.contains("burgernetd --init") == true)
        #expect(!FileManager.default.fileExists(atPath: scratch.journal))
        #expect(try Store.begin(path: scratch.journal) == [scratch.path + "/journal.seal.old-1"])
        #expect(throws: StoreError.self) { try Store.begin(path: scratch.journal) }
        #expect(try Store(path: scratch.journal, queue: nil).lastSequence() == 0)
    }

    @Test("A log without its journal stops the start, and is kept under another name when a new one is begun")
    func orphanedLog() throws {
        let scratch = try Scratch()
        let store = try filled(scratch, 3)
        let other = try scratch.copy()
        for name in ["journal.sqlite", "journal.seal"] {
            try FileManager.default.removeItem(atPath: "\(other.path)/\(name)")
        }
        let log = try #require(FileManager.default.contents(atPath: other.journal + "-wal"))
        let error = #expect(throws: StoreError.self) { try Store(path: other.journal, queue: nil) }
        #expect(error?.isRefusal == true && error?.message.contains("--init") == true)
        #expect(try Store.begin(path: other.journal) == [other.journal + "-wal.old-1"])
        #expect(FileManager.default.contents(atPath: other.journal + "-wal.old-1") == log)
        #expect(try Store(path: other.journal, queue: nil).lastSequence() == 0)
        withExtendedLifetime(store) {}
    }

    @Test("A seal that is gone or damaged stops the start, unless the journal is of a version that had none")
    func unsealed() throws {
        let scratch = try Scratch()
        let store = try filled(scratch, 3)
        for isDamaged in [true, false] {
            let other = try scratch.copy()
            let seal = other.path + "/journal.seal"
            if isDamaged {
                try change(seal) { try $0.write(contentsOf: Data(repeating: 7, count: LogSeal.fileSize)) }
            } else {
                try FileManager.default.removeItem(atPath: seal)
            }
            let error = #expect(throws: StoreError.self) { try Store(path: other.journal, queue: nil) }
            #expect(error?.isRefusal == true && error?.message.contains("--accept-loss") == true)
            _ = try Store.acceptLoss(path: other.journal)
            #expect(try Store(path: other.journal, queue: nil).lastSequence() == 3)
        }
        let before = try scratch.copy()
        do { try SQLiteConnection(path: before.journal).execute("DELETE FROM meta WHERE key = 'sealed'", "test") }
        try FileManager.default.removeItem(atPath: before.path + "/journal.seal")
        #expect(try Store(path: before.journal, queue: nil).lastSequence() == 3)
        withExtendedLifetime(store) {}
    }

    @Test("Damage in the database itself is a message that says what to do")
    func damagedDatabase() throws {
        let scratch = try Scratch()
        do { _ = try filled(scratch, 30) }
        try change(scratch.journal) { file in
            try file.seek(toOffset: 4096)
            try file.write(contentsOf: Data(repeating: 0x5A, count: 60_000))
        }
        let error = #expect(throws: StoreError.self) { _ = try Store(path: scratch.journal, queue: nil).load() }
        #expect(error?.refusal?.contains("the journal is damaged: ") == true)
        #expect(error?.refusal?.contains("backup") == true)
        #expect(StoreError(operation: "x", message: "disk I/O error", code: 10).refusal == nil)
    }

    @Test("Who accepts a loss has all marked who may be called twice, and no number of an attempt comes again")
    func accepted() throws {
        let scratch = try Scratch()
        let store = try filled(scratch, 5)
        var ended = try person(2, state: .ended(.answered))
        ended.history.busy = 1
        var waiting = try person(3)
        waiting.history.attempts = 2
        try store.commit([.recipientsStaged([ended, waiting])], now: .epoch)
        try store.checkpoint()
        try store.commit([.callStarted(attempt(40, recipient: 1))], now: .epoch)
        let other = try scratch.copy()
        try change(other.journal + "-wal") { try $0.truncate(atOffset: 0) }
        // The last sign of life is the same here; in a day's work it is not.
        var seal = try #require(LogSeal.read(other.path + "/journal.seal"))
        seal.alive += 1
        seal.serial += 2
        try change(other.path + "/journal.seal") { file in
            try file.seek(toOffset: UInt64(seal.place))
            try file.write(contentsOf: seal.octets)
        }
        #expect(throws: StoreError.self) { try Store(path: other.journal, queue: nil) }
        #expect(try Store.acceptLoss(path: other.journal) == 2)
        let after = try Store(path: other.journal, queue: nil)
        let snapshot = try after.load()
        #expect(snapshot.recipients.map(\.history.doubts) == [1, 0, 1])
        #expect(snapshot.recipients.map(\.history.attempts) == [0, 0, 2])
        #expect(snapshot.lastAttempt == AttemptID(40))
        #expect(snapshot.machineRestarted)
    }

    @Test("What a seal and the files say together")
    func table() {
        typealias Proof = JournalProof
        var seal = LogSeal()
        (seal.salts, seal.generation, seal.frames, seal.alive) = (5, 3, 100, 77)
        func log(_ salts: UInt64, _ generation: UInt32, _ frames: UInt32) -> WriteAheadLog {
            WriteAheadLog(salts: salts, generation: generation, frames: frames)
        }
        func verdict(_ log: WriteAheadLog?, alive: Int64?) -> Proof.Verdict {
            Proof.compare(seal, .init(isMissing: false, log: log, alive: alive))
        }
        #expect(Proof.compare(seal, .init(isMissing: true, log: nil, alive: nil)) == .missing)
        #expect(verdict(log(5, 3, 100), alive: nil) == .whole)
        #expect(verdict(log(5, 3, 99), alive: 77) == .loss(frames: 1))
        // Begun anew: what was sealed is in the database.
        #expect(verdict(log(6, 4, 0), alive: 5) == .whole)
        // Put back from before.
        #expect(verdict(log(4, 2, 100), alive: 5) == .loss(frames: 100))
        #expect(verdict(nil, alive: 77) == .whole)
        #expect(verdict(nil, alive: 76) == .loss(frames: 100))
        #expect(verdict(nil, alive: nil) == .loss(frames: 100))
        seal.frames = 0
        #expect(verdict(nil, alive: 76) == .loss(frames: nil))
    }
}
