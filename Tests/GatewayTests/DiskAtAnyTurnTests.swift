// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import ControlProtocol
import GatewayCore
import Pacing
import Platform
import Store
import TestSupport
import Testing

@testable import ActionEngine
@testable import Gateway

/// A journal on disk of which some commits in a row fail.
private final class FailingJournal: Journal {
    let store: Store
    private let failures: Range<Int>
    private(set) var commits = 0

    nonisolated init(store: Store, failures: Range<Int>) {
        self.store = store
        self.failures = failures
    }

    func commit(_ records: [JournalRecord], relaxed: Bool, now: Timestamp) throws {
        defer { commits += 1 }
        if failures.contains(commits) { throw StoreError(operation: "writing", message: "no room", code: 13) }
        try store.commit(records, relaxed: relaxed, now: now)
    }

    func harden(_ completion: @escaping @Sendable (StoreError?) -> Void) { store.harden(completion) }
    func rescue(_ records: ArraySlice<JournalRecord>, alive now: Timestamp) -> String? {
        store.rescue(records, alive: now)
    }
}

/// Citizens who answer, listen to the end and are hung up on; each step is an event of its own.
private final class Citizens: CallControl {
    private let dispatcher: Dispatcher
    private let clock: Locked<Timestamp>
    private var numbers: [AttemptID: PhoneNumber] = [:]
    private(set) var called: [PhoneNumber: Int] = [:]
    private(set) var spokenTo: Set<PhoneNumber> = []

    nonisolated init(_ dispatcher: Dispatcher, _ clock: Locked<Timestamp>) {
        self.dispatcher = dispatcher
        self.clock = clock
    }

    func perform(_ effect: Effect) {
        switch effect {
        case .placeCall(let order):
            numbers[order.attempt] = order.callee
            called[order.callee, default: 0] += 1
            then { $0.callSent(order.attempt, at: $1, now: $1) }
            then { $0.callAnswered(order.attempt, codec: .pcma, dialog: "{}", at: $1) }
        case .startPrompt(let attempt, _), .repeatPrompt(let attempt, _):
            if let number = numbers[attempt] { spokenTo.insert(number) }
            then { $0.promptEnded(attempt, heardMilliseconds: 900, at: $1, now: $1) }
        case .hangUp(let attempt):
            let end = CallEnd(
                sipCode: 200, fromWire: true, by: .gateway, ownReason: .none, heardMilliseconds: 900, packetsSent: 45,
                packetsReceived: 0)
            then { $0.callEnded(attempt, end, at: $1, now: $1) }
        case .endDialog, .holdFormer, .submit, .acknowledge: break
        }
    }

    private func then(_ event: @escaping @Sendable (Engine, Timestamp) -> Void) {
        dispatcher.post { dispatcher, now in event(dispatcher.engine, now) }
    }
}

@Suite("A disk that refuses at any turn of an action") struct DiskAtAnyTurnTests {
    private struct Course {
        var commits: Int
        var phase: ActionPhase?
        var outcomes: [Outcome: Int]
        var called: [PhoneNumber: Int]
        var spokenTo: Int
        var rows: [CallDetailRecord]
        /// What a new process would find.
        var callsLeft: Int
    }

    private static let people = 6

    /// Plays an action, from its submission to its end, while these commits fail.
    private func play(failures: Range<Int>) throws -> Course {
        let directory = try TemporaryDirectory()
        let store = try TurnActor.sync {
            try Store(
                path: directory.path + "/journal.sqlite", queue: TurnActor.queue,
                rescuePaths: [directory.path + "/journal.rescue"])
        }
        let configuration = EngineConfiguration(
            trunks: [TrunkSettings(limits: TrunkLimits(name: "a", callsPerSecond: 2, channels: 3))],
            listenAfterPrompt: .seconds(1))
        let clock = Locked(Timestamp(milliseconds: 1_790_000_000_000))
        let journal = FailingJournal(store: store, failures: failures)
        let (dispatcher, citizens) = Self.dispatcher(configuration, journal, clock)
        func turn(_ event: @escaping Dispatcher.Event = { _, _ in }) {
            dispatcher.post(event)
            // What it leads to, too.
            for _ in 0..<12 { dispatcher.queue.sync {} }
        }
        turn { dispatcher, now in
            dispatcher.engine.trunkResolved("a", [TargetAddress(address: "192.0.2.1", port: 5060)])
            guard let id = try? ActionID("a1"),
                let key = try? dispatcher.engine.stage(id, ActionDefinition(prompt: [.text("x")]), now: now)
            else { return }
            let people = (0..<Self.people).compactMap { PhoneNumber(e164: "+316\(10_000_000 + $0)") }
            dispatcher.engine.stageRecipients(people.map { StagedRecipient(number: $0) }, of: key, now: now)
            dispatcher.engine.commitStaged(
                key, contentHash: "h", promptHash: "p", promptMilliseconds: 900, now: now)
        }
        func isOver() -> Bool {
            TurnActor.sync {
                dispatcher.engine.action(named: "a1")?.record.phase == .completed && dispatcher.journalFault == nil
                    && dispatcher.backlog.isEmpty
            }
        }
        for _ in 0..<120 where !isOver() {
            clock.withLock { $0 = $0 + .milliseconds(250) }
            turn { dispatcher, now in dispatcher.beat(now: now) }
        }
        turn()
        return try TurnActor.sync {
            Course(
                commits: journal.commits, phase: dispatcher.engine.action(named: "a1")?.record.phase,
                outcomes: dispatcher.engine.action(named: "a1")?.counters.outcomes ?? [:], called: citizens.called,
                spokenTo: citizens.spokenTo.count,
                rows: try store.callDetailRecords(matching: CDRFilter(), after: 0, limit: 100),
                callsLeft: try store.load().calls.count)
        }
    }

    @Test(
        "Whenever it refuses, and for however long: each is called once, spoken to, and has one record",
        arguments: [1, 2, 7])
    func anyTurn(length: Int) throws {
        let undisturbed = try play(failures: 0..<0)
        try #require(undisturbed.phase == .completed && undisturbed.commits > 10)
        for first in 0..<undisturbed.commits {
            let course = try play(failures: first..<(first + length))
            #expect(course.phase == .completed, "from commit \(first)")
            #expect(course.outcomes == [.answered: Self.people], "from commit \(first)")
            #expect(course.called.count == Self.people && course.called.values.allSatisfy { $0 == 1 }, "from \(first)")
            #expect(course.spokenTo == Self.people)
            #expect(course.rows.map(\.sequence) == Array(1...Int64(Self.people)), "from commit \(first)")
            #expect(Set(course.rows.map(\.callee)).count == Self.people)
            #expect(course.rows.allSatisfy { $0.disposition == .answered && $0.answer != nil && $0.end >= $0.start })
            #expect(course.callsLeft == 0)
        }
    }

    private static func dispatcher(
        _ configuration: EngineConfiguration, _ journal: FailingJournal, _ clock: Locked<Timestamp>
    ) -> (Dispatcher, Citizens) {
        let dispatcher = TurnActor.sync {
            Dispatcher(engine: Engine(configuration: configuration, instanceKey: [1]), journal: journal) {
                clock.snapshot
            }
        }
        let citizens = Citizens(dispatcher, clock)
        TurnActor.sync { dispatcher.calls = citizens }
        return (dispatcher, citizens)
    }

    /// Submits an action while these commits fail, and once more under the same name when they do not.
    private func submit(failures: Range<Int>) throws -> (first: String, stored: [String], second: String, called: Int) {
        let directory = try TemporaryDirectory()
        let store = try TurnActor.sync {
            try Store(path: directory.path + "/journal.sqlite", queue: TurnActor.queue)
        }
        let configuration = EngineConfiguration(
            trunks: [TrunkSettings(limits: TrunkLimits(name: "a", callsPerSecond: 2, channels: 3))])
        let clock = Locked(Timestamp(milliseconds: 1_790_000_000_000))
        let journal = FailingJournal(store: store, failures: failures)
        let (dispatcher, citizens) = Self.dispatcher(configuration, journal, clock)
        let number = try #require(PhoneNumber(e164: "+31612345678"))
        let id = try ActionID("a1")
        dispatcher.post { dispatcher, _ in
            dispatcher.engine.trunkResolved("a", [TargetAddress(address: "192.0.2.1", port: 5060)])
        }
        func submitOnce() -> String {
            let verdict = Locked("none")
            let staged = StagedAction(id, dispatcher)
            staged.open(ActionDefinition(prompt: [.text("x")]))
            dispatcher.queue.sync {}
            staged.add([StagedRecipient(number: number)]) {}
            dispatcher.queue.sync {}
            staged.accept(contentHash: "h", sound: nil, prompts: PromptLibrary(), isWanted: { true }) { _, _ in
            } completion: { result in
                verdict.withLock {
                    switch result {
                    case .accepted(_, let again, _): $0 = again ? "accepted before" : "accepted"
                    case .refused(let error): $0 = error.code.rawValue
                    case .gone: $0 = "gone"
                    }
                }
            }
            for _ in 0..<4 { dispatcher.queue.sync {} }
            return verdict.snapshot
        }
        func settle() {
            for _ in 0..<8 {
                clock.withLock { $0 = $0 + .milliseconds(500) }
                dispatcher.post { dispatcher, now in dispatcher.beat(now: now) }
                for _ in 0..<4 { dispatcher.queue.sync {} }
            }
        }
        let first = submitOnce()
        settle()
        let stored = try TurnActor.sync { try store.load().actions.map(\.id.text) }
        let called = TurnActor.sync { citizens.called.values.reduce(0, +) }
        if first == "journal-failed" { #expect(called == 0 && stored.isEmpty) }
        let second = submitOnce()
        settle()
        return (first, stored, second, TurnActor.sync { citizens.called[number] ?? 0 })
    }

    @Test("A submission that the disk refuses is refused at once and never was; the same one is a new one later")
    func submission() throws {
        var refused = 0
        for first in 0..<4 {
            let course = try submit(failures: first..<(first + 2))
            if course.first == "journal-failed" {
                refused += 1
                #expect(course.second == "accepted" && course.called == 1, "from commit \(first)")
            } else {
                #expect(course.first == "accepted" && course.stored == ["a1"], "from commit \(first)")
                #expect(course.second == "accepted before" && course.called == 1, "from commit \(first)")
            }
        }
        #expect(refused >= 3)
    }
}
