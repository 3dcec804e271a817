// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Dispatch
import Foundation
import GatewayCore
import Pacing
import Testing

@testable import Gateway

/// Notes in one list what is written and what is done, so that their order can be seen.
private final class Trace: Journal, CallControl, @unchecked Sendable {
    enum Entry: Equatable {
        case journalled(Int)
        case failed
        case placed(String)
        case hungUp
        case other
    }
    let lock = NSLock()
    private var list: [Entry] = []
    private var refuses = false

    var entries: [Entry] { lock.withLock { list } }
    func refuse(_ value: Bool) { lock.withLock { refuses = value } }

    func commit(_ records: [JournalRecord], now: Timestamp) throws {
        let isRefused = lock.withLock {
            list.append(refuses ? .failed : .journalled(records.count))
            return refuses
        }
        if isRefused { throw StartError(description: "disk full") }
    }

    func perform(_ effect: Effect) {
        lock.withLock {
            switch effect {
            case .placeCall(let order): list.append(.placed(order.callID))
            case .hangUp: list.append(.hungUp)
            case .startMessage, .repeatMessage, .endDialog: list.append(.other)
            }
        }
    }
}

@Suite struct DispatcherTests {
    private func make() -> (Dispatcher, Trace, Locked<Timestamp>) {
        let configuration = EngineConfiguration(trunks: [
            TrunkSettings(limits: TrunkLimits(name: "a", callsPerSecond: 1000, channels: 100))
        ])
        let clock = Locked(Timestamp(milliseconds: 1_000_000))
        let trace = Trace()
        let dispatcher = Dispatcher(
            engine: Engine(configuration: configuration, instanceKey: [1]), journal: trace,
            queue: DispatchQueue(label: "test.turn")
        ) { clock.snapshot }
        dispatcher.calls = trace
        return (dispatcher, trace, clock)
    }

    /// Posts an event and waits for its turn to end.
    private func turn(_ dispatcher: Dispatcher, _ event: @escaping Dispatcher.Event = { _, _ in }) {
        dispatcher.post(event)
        dispatcher.queue.sync {}
    }

    private func submit(_ dispatcher: Dispatcher, _ count: Int) {
        turn(dispatcher) { dispatcher, now in
            let engine = dispatcher.engine
            engine.trunkResolved("a", [TargetAddress(address: "192.0.2.1", port: 5060)])
            guard let id = try? ActionID("a1"),
                let key = try? engine.stage(id, ActionDefinition(message: [.text("x")]), now: now)
            else { return }
            let people = (0..<count).compactMap { PhoneNumber(e164: "+316\(10_000_000 + $0)") }
                .map { (number: $0, reference: "", account: "") }
            engine.stageRecipients(people, of: key, now: now)
            engine.commitStaged(key, contentHash: "h", promptHash: "p", promptMilliseconds: 1, now: now)
        }
    }

    @Test("A turn journals once, then acts, then replies")
    func order() {
        let (dispatcher, trace, _) = make()
        let replied = Locked<[Trace.Entry]>([])
        turn(dispatcher) { dispatcher, _ in
            dispatcher.whenJournalled { replied.withLock { $0 = trace.entries } }
        }
        #expect(replied.snapshot.isEmpty)
        submit(dispatcher, 1)
        let entries = trace.entries
        #expect(entries.count == 2)
        guard case .journalled(let count) = entries.first, case .placed = entries.last else {
            Issue.record("\(entries)")
            return
        }
        // Staged action, recipients, phase, first call, attempt.
        #expect(count >= 4)
    }

    @Test("Without a journal nothing is placed, hanging up works, and nothing is lost when it is back")
    func journalFails() {
        let (dispatcher, trace, clock) = make()
        submit(dispatcher, 1)
        let first = trace.entries
        trace.refuse(true)
        let replied = Locked(false)
        turn(dispatcher) { dispatcher, now in
            try? dispatcher.engine.cancel("a1", finishCalls: false, now: now)
            dispatcher.whenJournalled { replied.withLock { $0 = true } }
        }
        #expect(trace.entries == first + [.failed, .hungUp])
        #expect(!replied.snapshot)
        #expect(dispatcher.queue.sync { dispatcher.journalError } == "disk full")
        trace.refuse(false)
        clock.withLock { $0 = $0 + .seconds(1) }
        turn(dispatcher)
        #expect(replied.snapshot)
        #expect(trace.entries.count == first.count + 3)
        #expect(dispatcher.queue.sync { dispatcher.journalError } == nil)
    }

    @Test("While calls are under way, a beat is a sign of life in the journal")
    func beat() {
        let (dispatcher, trace, _) = make()
        turn(dispatcher) { dispatcher, now in dispatcher.beat(now: now) }
        #expect(trace.entries.isEmpty)
        submit(dispatcher, 1)
        let before = trace.entries.count
        turn(dispatcher) { dispatcher, now in dispatcher.beat(now: now) }
        #expect(trace.entries.dropFirst(before) == [.journalled(0)])
    }
}
