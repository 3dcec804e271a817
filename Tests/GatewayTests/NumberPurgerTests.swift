// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Dispatch
import Foundation
import GatewayCore
import Pacing
import Platform
import Store
import Testing

@testable import ActionEngine
@testable import Gateway

/// The schedule by which numbers go: engine, journal and purger together, on a clock of the test's own.
@Suite struct NumberPurgerTests {
    private static let period = Interval.minutes(90 * 24 * 60)

    private final class Bench: @unchecked Sendable {
        let dispatcher: Dispatcher
        let store: Store
        let purger: NumberPurger
        let clock = Locked(Timestamp(milliseconds: 1_795_521_600_000))
        let civilOffset = Locked(Interval.zero)
        private let directory = NSTemporaryDirectory() + "burgernetd-purger-" + UUID().uuidString

        init() throws {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            let queue = TurnActor.queue
            let path = directory + "/journal.sqlite"
            let store = try queue.sync { try Store(path: path, queue: queue) }
            self.store = store
            let configuration = EngineConfiguration(trunks: [
                TrunkSettings(limits: TrunkLimits(name: "a", callsPerSecond: 1000, channels: 100))
            ])
            let (clock, civilOffset) = (clock, civilOffset)
            dispatcher = TurnActor.sync {
                Dispatcher(
                    engine: Engine(configuration: configuration, instanceKey: [1]), journal: store,
                    clock: { clock.snapshot }, civilOffset: { civilOffset.snapshot })
            }
            let log = Log(level: .error, style: .plain, clock: { clock.snapshot }, write: { _ in })
            purger = NumberPurger(dispatcher: dispatcher, store: store, log: log)
        }

        deinit { try? FileManager.default.removeItem(atPath: directory) }

        func pass(_ interval: Interval) { clock.withLock { $0 = $0 + interval } }

        func turn(_ event: @escaping Dispatcher.Event = { _, _ in }) {
            dispatcher.post(event)
            dispatcher.queue.sync {}
        }

        /// A beat of the daemon, and all turns that follow from it.
        func beat() {
            turn { [self] _, now in purger.look(keepNumbersFor: NumberPurgerTests.period, now: now) }
            for _ in 0..<20 { turn() }
        }

        /// An action of these, all of whom answer.
        func alert(_ id: String, _ numbers: ClosedRange<Int>) {
            turn { dispatcher, now in
                let engine = dispatcher.engine
                engine.trunkResolved("a", [TargetAddress(address: "192.0.2.1", port: 5060)])
                guard let action = try? ActionID(id),
                    let key = try? engine.stage(action, ActionDefinition(prompt: [.text("x")]), now: now)
                else { return }
                let people = numbers.compactMap { PhoneNumber(e164: "+316\(10_000_000 + $0)") }
                    .map { StagedRecipient(number: $0) }
                engine.stageRecipients(people, of: key, now: now)
                engine.commitStaged(key, contentHash: "h", promptHash: "p", promptMilliseconds: 1, now: now)
            }
        }

        func answerAll() {
            turn { dispatcher, now in
                for id in Array(1...Int64(100)).map({ AttemptID($0) }) {
                    dispatcher.engine.callAnswered(id, codec: .pcma, dialog: "{}", at: now)
                    dispatcher.engine.callEnded(id, CallEnd(sipCode: 200, by: .callee), at: now, now: now)
                }
            }
        }

        /// Action to the numbers in its CDRs that are numbers still.
        func numbers() throws -> [String: Int] {
            try dispatcher.queue.sync {
                try store.callDetailRecords(matching: CDRFilter(), after: 0, limit: 1000).reduce(into: [:]) {
                    $0[$1.action, default: 0] += NumberPseudonyms.isPseudonym($1.callee) ? 0 : 1
                }
            }
        }
    }

    @Test("Numbers go when their action's time is over, an hour late at most; those of later actions stay")
    func schedule() throws {
        let bench = try Bench()
        bench.alert("old", 1...5)
        bench.answerAll()
        bench.beat()
        #expect(try bench.numbers() == ["old": 5])
        bench.pass(Self.period - .minutes(30))
        bench.alert("new", 6...8)
        bench.answerAll()
        bench.beat()
        #expect(try bench.numbers() == ["old": 5, "new": 3])
        // The time is over; the last look was less than an hour ago.
        bench.pass(.minutes(31))
        bench.beat()
        #expect(try bench.numbers() == ["old": 5, "new": 3])
        bench.pass(.minutes(30))
        bench.beat()
        #expect(try bench.numbers() == ["old": 0, "new": 3])
        try bench.dispatcher.queue.sync {
            let people = try bench.store.recipients(ofAction: 1, limit: 9)
            #expect(people.count == 5 && people.allSatisfy { $0.number.isPurged })
            let later = try bench.store.recipients(ofAction: 2, limit: 9)
            #expect(later.count == 3 && later.allSatisfy { !$0.number.isPurged })
            var audit = try bench.store.beginAudit(from: nil, to: nil, noted: [])
            _ = try bench.store.advance(&audit, after: 0, limit: 100)
            #expect(audit.isDone && audit.fault == nil && audit.rows == 8)
        }
    }

    @Test("A clock that is set a year ahead purges nothing: ninety days are ninety days")
    func yearAhead() throws {
        let bench = try Bench()
        bench.alert("old", 1...5)
        bench.answerAll()
        bench.civilOffset.withLock { $0 = .minutes(365 * 24 * 60) }
        bench.turn()
        bench.beat()
        bench.pass(.minutes(9))
        bench.beat()
        #expect(try bench.numbers() == ["old": 5])
        bench.civilOffset.withLock { $0 = .zero }
        bench.turn()
        bench.pass(.minutes(70))
        bench.beat()
        #expect(try bench.numbers() == ["old": 5])
        bench.civilOffset.withLock { $0 = .minutes(365 * 24 * 60) }
        bench.turn()
        bench.pass(.minutes(70))
        bench.beat()
        #expect(try bench.numbers() == ["old": 5])
        bench.pass(Self.period)
        bench.beat()
        #expect(try bench.numbers() == ["old": 0])
    }

    @Test(
        "An action that was accepted by a wrong clock keeps its numbers as long as any other", arguments: [-365.0, 365])
    func wrongClock(_ days: Double) throws {
        let bench = try Bench()
        bench.civilOffset.withLock { $0 = .minutes(days * 24 * 60) }
        bench.turn()
        bench.alert("old", 1...5)
        bench.answerAll()
        bench.civilOffset.withLock { $0 = .zero }
        bench.turn()
        bench.pass(Self.period - .minutes(30))
        bench.beat()
        #expect(try bench.numbers() == ["old": 5])
        bench.pass(.minutes(61))
        bench.beat()
        #expect(try bench.numbers() == ["old": 0])
    }

    @Test("An action that still runs keeps its numbers, however old it is") func running() throws {
        let bench = try Bench()
        bench.alert("open", 1...3)
        bench.pass(Self.period + .minutes(1))
        // Its calls are under way; it expires, and its time begins then.
        bench.beat()
        bench.answerAll()
        bench.pass(.minutes(61))
        bench.beat()
        #expect(try bench.numbers() == ["open": 3])
    }
}
