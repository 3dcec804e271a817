// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import Dispatch
import Foundation
import GatewayCore
import Pacing
import Participants
import Platform
import SMPP
import Store
import Testing

@testable import ActionEngine
@testable import Gateway

/// Notes in one list what is written and what is done, so that their order can be seen.
private final class Trace: Journal, CallControl, MessageControl {
    enum Entry: Equatable {
        case journalled(Int)
        case failed
        case placed(String)
        case hungUp
        case other
        case journalledRelaxed(Int)
        case hardening
        case submitted(SegmentToken)
        case acknowledged
    }
    let lock = NSLock()
    private nonisolated(unsafe) var list: [Entry] = []
    private nonisolated(unsafe) var refuses = false
    private nonisolated(unsafe) var marks: [ClockMark] = []
    private nonisolated(unsafe) var writtenRows: [CallDetailRecord] = []
    /// Rows of the ledger that the disk has.
    nonisolated var rows: [CallDetailRecord] { lock.withLock { writtenRows } }

    nonisolated var entries: [Entry] { lock.withLock { list } }
    nonisolated var clockMarks: [ClockMark] { lock.withLock { marks } }
    nonisolated func refuse(_ value: Bool) { lock.withLock { refuses = value } }

    /// A commit that takes until it may end.
    struct SlowCommit {
        let begun = DispatchSemaphore(value: 0)
        let mayEnd = DispatchSemaphore(value: 0)
    }
    private nonisolated(unsafe) var slowCommit: SlowCommit?
    nonisolated func slow(_ commit: SlowCommit?) { lock.withLock { slowCommit = commit } }

    /// Waits for ``disk()``.
    private nonisolated(unsafe) var hardened: (@Sendable (StoreError?) -> Void)?

    func commit(_ records: [JournalRecord], relaxed: Bool, now: Timestamp) throws {
        if let slow = lock.withLock({ slowCommit }) {
            slow.begun.signal()
            slow.mayEnd.wait()
        }
        let isRefused = lock.withLock {
            for case .clockSet(let mark) in records { marks.append(mark) }
            list.append(
                refuses ? .failed : relaxed ? .journalledRelaxed(records.count) : .journalled(records.count))
            for record in records where !refuses {
                if case .callEnded(_, let cdr) = record { writtenRows.append(cdr) }
                if case .ledgerAppended(let cdr) = record { writtenRows.append(cdr) }
            }
            return refuses
        }
        if isRefused { throw StartError(description: "disk full") }
    }

    func isBlocked(_ key: BindKey) -> Bool { false }

    func harden(_ completion: @escaping @Sendable (StoreError?) -> Void) {
        lock.withLock {
            list.append(.hardening)
            hardened = completion
        }
    }

    private nonisolated(unsafe) var kept: [JournalRecord] = []
    nonisolated var rescued: [JournalRecord] { lock.withLock { kept } }
    func rescue(_ records: ArraySlice<JournalRecord>, alive now: Timestamp) -> String? {
        lock.withLock { kept += records }
        return "/rescue"
    }

    /// The disk has what it was asked for.
    nonisolated func disk(_ error: StoreError? = nil) {
        let completion = lock.withLock {
            defer { hardened = nil }
            return hardened
        }
        completion?(error)
    }

    func submit(_ order: MessageOrder) { lock.withLock { list.append(.submitted(order.token)) } }
    func acknowledge(_ key: BindKey, _ ticket: UInt64) { lock.withLock { list.append(.acknowledged) } }
    func flush() {}

    func perform(_ effect: Effect) {
        lock.withLock {
            switch effect {
            case .placeCall(let order): list.append(.placed(order.callID))
            case .hangUp: list.append(.hungUp)
            case .startPrompt, .repeatPrompt, .holdFormer, .endDialog: list.append(.other)
            case .submit, .acknowledge: Issue.record("not a telephone's")
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
        let dispatcher = TurnActor.sync {
            let dispatcher = Dispatcher(
                engine: Engine(configuration: configuration, instanceKey: [1]), journal: trace
            ) { clock.snapshot }
            dispatcher.calls = trace
            return dispatcher
        }
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
                let key = try? engine.stage(id, ActionDefinition(prompt: [.text("x")]), now: now)
            else { return }
            let people = (0..<count).compactMap { PhoneNumber(e164: "+316\(10_000_000 + $0)") }
                .map { StagedRecipient(number: $0) }
            engine.stageRecipients(people, of: key, now: now)
            engine.commitStaged(key, contentHash: "h", promptHash: "p", promptMilliseconds: 1, now: now)
        }
    }

    @Test("Each turn reads the civil clock: a step is journalled and said before anything follows from it")
    func clockStep() {
        let configuration = EngineConfiguration(trunks: [
            TrunkSettings(limits: TrunkLimits(name: "a", callsPerSecond: 1000, channels: 100))
        ])
        let now = Timestamp(milliseconds: 1_000_000)
        let civilOffset = Locked(Interval.zero)
        let trace = Trace()
        let said = Locked<[Notice]>([])
        let dispatcher = TurnActor.sync {
            let dispatcher = Dispatcher(
                engine: Engine(configuration: configuration, instanceKey: [1]), journal: trace, clock: { now },
                civilOffset: { civilOffset.snapshot })
            dispatcher.calls = trace
            dispatcher.onNotices = { notices, _ in said.withLock { $0 += notices } }
            return dispatcher
        }
        submit(dispatcher, 1)
        #expect(trace.clockMarks.isEmpty)
        civilOffset.withLock { $0 = .minutes(60) }
        turn(dispatcher)
        #expect(
            trace.clockMarks == [
                ClockMark(bootOffset: .zero, civilOffset: .minutes(60), setAt: now, setBy: .minutes(60))
            ])
        #expect(dispatcher.civilNow() == now + .minutes(60))
        #expect(
            said.snapshot.contains {
                if case .alarm(let text) = $0 { text.contains("set ahead by 3600.0 s") } else { false }
            })
        turn(dispatcher)
        #expect(trace.clockMarks.count == 1)
    }

    @Test("An import that the disk refuses is not made, and nothing of it is written when the disk takes more")
    func registerRefused() throws {
        let (dispatcher, trace, _) = make()
        let number = try #require(PhoneNumber(e164: "+31610000001"))
        let failures = Locked(0)
        trace.refuse(true)
        turn(dispatcher) { dispatcher, now in
            let undo = dispatcher.engine.changeRegister(now: now) { register in
                let edit = ParticipantEdit(number: number, reference: "P-1")
                let event = RegisterEvent(number: number.e164, at: now, who: "anna", what: "by a list")
                let changes = register.apply(edit, note: OptOutNote(since: now, source: .list))
                return RegisterChange(changes, events: [event], at: now)
            }
            dispatcher.whenJournalled {
                Issue.record("it was refused")
            } failed: { _ in
                dispatcher.undo(undo, now: now)
                failures.withLock { $0 += 1 }
            }
        }
        TurnActor.sync {
            #expect(failures.snapshot == 1 && dispatcher.engine.register.isEmpty)
            #expect(!dispatcher.backlog.records.contains { if case .registerChanged = $0 { true } else { false } })
        }
    }

    private func makeWithSMSC() -> (Dispatcher, Trace, Locked<Timestamp>) {
        let smsc = SMSCSettings(
            name: "s", binds: [.init(name: "s/1", mode: .transceiver)], limits: BindLimits(window: 10), sender: "1403")
        let configuration = EngineConfiguration(trunks: [], messaging: MessagingSettings(smscs: [smsc]))
        let clock = Locked(Timestamp(milliseconds: 1_000_000))
        let trace = Trace()
        let dispatcher = TurnActor.sync {
            let dispatcher = Dispatcher(
                engine: Engine(configuration: configuration, instanceKey: [1]), journal: trace
            ) { clock.snapshot }
            dispatcher.messages = trace
            return dispatcher
        }
        return (dispatcher, trace, clock)
    }

    private func submitMessages(_ dispatcher: Dispatcher, _ count: Int) {
        turn(dispatcher) { dispatcher, now in
            let engine = dispatcher.engine
            engine.bindUp(BindKey(smsc: 0, bind: 0), now: now)
            let text = TextMessage(text: "x", wantsReceipts: false)
            let definition = ActionDefinition(prompt: [], channels: [.sms], text: text)
            guard let id = try? ActionID("m1"), let key = try? engine.stage(id, definition, now: now) else { return }
            let people = (0..<count).compactMap { PhoneNumber(e164: "+316\(10_000_000 + $0)") }
                .map { StagedRecipient(number: $0) }
            engine.stageRecipients(people, of: key, now: now)
            engine.commitStaged(key, contentHash: "h", promptHash: "", promptMilliseconds: 0, now: now)
        }
    }

    private func submitted(_ trace: Trace) -> [SegmentToken] {
        trace.entries.compactMap { if case .submitted(let token) = $0 { token } else { nil } }
    }

    @Test("A message leaves only once the disk has it; its response needs no waiting for the disk")
    func hardening() throws {
        let (dispatcher, trace, _) = makeWithSMSC()
        // The submission itself waits for the disk, and the first messages with it.
        submitMessages(dispatcher, 600)
        turn(dispatcher)
        let first = submitted(trace)
        #expect(first.count == 10)
        // Answers: journalled relaxed, and more leave of those that the disk has.
        let before = trace.entries.count
        turn(dispatcher) { dispatcher, now in
            for token in first {
                dispatcher.engine.messageAnswered(
                    BindKey(smsc: 0, bind: 0), token, status: .ok, messageID: "1", now: now)
            }
        }
        let later = trace.entries.dropFirst(before)
        guard case .journalledRelaxed? = later.first else {
            Issue.record("\(later)")
            return
        }
        #expect(submitted(trace).count == 20)
        // Until half of what was journalled ahead is gone and more is: that waits for the disk.
        var answered = 10
        while !trace.entries.contains(.hardening) {
            let tokens = Array(submitted(trace).dropFirst(answered))
            try #require(!tokens.isEmpty)
            answered += tokens.count
            turn(dispatcher) { dispatcher, now in
                for token in tokens {
                    dispatcher.engine.messageAnswered(
                        BindKey(smsc: 0, bind: 0), token, status: .ok, messageID: "1", now: now)
                }
            }
        }
        func drain() {
            while true {
                let tokens = Array(submitted(trace).dropFirst(answered))
                if tokens.isEmpty { return }
                answered += tokens.count
                turn(dispatcher) { dispatcher, now in
                    for token in tokens {
                        dispatcher.engine.messageAnswered(
                            BindKey(smsc: 0, bind: 0), token, status: .ok, messageID: "1", now: now)
                    }
                }
            }
        }
        drain()
        #expect(answered < 600, "some wait for the disk")
        for _ in 0..<10 where answered < 600 {
            trace.disk()
            turn(dispatcher)
            drain()
        }
        #expect(answered == 600)
        // The books follow, and whoever reads them waits for that.
        let rows = Locked(0)
        let done = DispatchSemaphore(value: 0)
        turn(dispatcher) { dispatcher, _ in
            dispatcher.whenBooksAreDone { dispatcher, _ in
                rows.withLock { $0 = dispatcher.engine.deferredCount }
                done.signal()
            }
        }
        #expect(done.wait(timeout: .now() + .seconds(10)) == .success)
        #expect(rows.snapshot == 0)
    }

    @Test("What the disk does not take does not leave, and is said")
    func hardeningFails() {
        let (dispatcher, trace, _) = makeWithSMSC()
        let alarms = Locked(0)
        TurnActor.sync {
            dispatcher.onNotices = { notices, _ in
                for notice in notices { if case .alarm = notice { alarms.withLock { $0 += 1 } } }
            }
        }
        submitMessages(dispatcher, 600)
        turn(dispatcher)
        var answered = 0
        while true {
            let tokens = Array(submitted(trace).dropFirst(answered))
            if tokens.isEmpty { break }
            answered += tokens.count
            turn(dispatcher) { dispatcher, now in
                for token in tokens {
                    dispatcher.engine.messageAnswered(
                        BindKey(smsc: 0, bind: 0), token, status: .ok, messageID: "1", now: now)
                }
            }
        }
        #expect(answered < 600)
        trace.disk(StoreError(operation: "writing", message: "no disk"))
        dispatcher.queue.sync {}
        #expect(alarms.snapshot == 1)
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
        #expect(TurnActor.sync { dispatcher.journalFault?.text }?.hasSuffix("disk full") == true)
        trace.refuse(false)
        clock.withLock { $0 = $0 + .seconds(1) }
        turn(dispatcher)
        #expect(replied.snapshot)
        #expect(trace.entries.count == first.count + 3)
        #expect(TurnActor.sync { dispatcher.journalFault } == nil)
    }

    @Test("Who answers while the disk refuses is spoken to at once; the answer is kept elsewhere, and said")
    func answeredWithoutJournal() throws {
        let (dispatcher, trace, clock) = make()
        let said = Locked<[Notice]>([])
        TurnActor.sync { dispatcher.onNotices = { notices, _ in said.withLock { $0 += notices } } }
        submit(dispatcher, 1)
        let before = trace.entries
        trace.refuse(true)
        turn(dispatcher) { dispatcher, now in
            dispatcher.engine.callAnswered(AttemptID(1), codec: .pcma, dialog: "{}", at: now)
        }
        #expect(trace.entries == before + [.failed, .other])
        guard case .callChanged(let call)? = trace.rescued.first else {
            Issue.record("\(trace.rescued)")
            return
        }
        #expect(call.answer == clock.snapshot)
        let lines = said.snapshot.compactMap {
            if case .unwritten(let text, let place) = $0 { (text, place) } else { nil }
        }
        #expect(lines.count == 1 && lines.first?.0.contains("attempt 1 ") == true && lines.first?.1 == "/rescue")
        // Said once, spoken to once, and written when the disk takes it.
        turn(dispatcher)
        #expect(trace.rescued.count == 1)
        trace.refuse(false)
        turn(dispatcher)
        #expect(trace.entries == before + [.failed, .other, .failed, .journalled(1)])
    }

    @Test("A call whose beginning the disk does not take is placed once the disk takes it, by its number of then")
    func placedOnceWell() {
        let (dispatcher, trace, clock) = make()
        trace.refuse(true)
        submit(dispatcher, 1)
        turn(dispatcher)
        #expect(!trace.entries.contains { if case .placed = $0 { true } else { false } })
        #expect(TurnActor.sync { dispatcher.engine.activeCalls } == 0)
        trace.refuse(false)
        clock.withLock { $0 = $0 + .seconds(45) }
        turn(dispatcher)
        turn(dispatcher)
        #expect(trace.entries.count { if case .placed = $0 { true } else { false } } == 1)
        guard case .placed? = trace.entries.last else {
            Issue.record("\(trace.entries)")
            return
        }
    }

    @Test("What was cancelled while the disk refused is not called when it takes things again")
    func cancelledMeanwhile() {
        let (dispatcher, trace, clock) = make()
        trace.refuse(true)
        submit(dispatcher, 1)
        turn(dispatcher) { dispatcher, now in try? dispatcher.engine.cancel("a1", finishCalls: false, now: now) }
        trace.refuse(false)
        clock.withLock { $0 = $0 + .seconds(1) }
        turn(dispatcher)
        turn(dispatcher)
        #expect(!trace.entries.contains { if case .placed = $0 { true } else { false } })
        #expect(TurnActor.sync { dispatcher.engine.action(named: "a1")?.record.phase } == .cancelled)
    }

    @Test("A message whose release the disk does not take leaves once, when it does")
    func messagesTakenBack() {
        let (dispatcher, trace, clock) = makeWithSMSC()
        trace.refuse(true)
        submitMessages(dispatcher, 5)
        turn(dispatcher)
        #expect(submitted(trace).isEmpty)
        trace.refuse(false)
        for _ in 0..<3 {
            clock.withLock { $0 = $0 + .seconds(45) }
            turn(dispatcher)
        }
        #expect(Set(submitted(trace)).count == 5 && submitted(trace).count == 5)
    }

    @Test("What the disk refuses is undone and told at once, and looking never waits for the disk")
    func refusedAtOnce() {
        let (dispatcher, trace, clock) = make()
        submit(dispatcher, 1)
        trace.refuse(true)
        let told = Locked<[String]>([])
        turn(dispatcher) { dispatcher, now in
            try? dispatcher.engine.pause("a1", now: now)
            dispatcher.whenJournalled {
                told.withLock { $0.append("done") }
            } failed: { _ in
                try? dispatcher.engine.resume("a1", now: now)
                told.withLock { $0.append("refused") }
            }
            dispatcher.afterThisTurn { told.withLock { $0.append("looked") } }
        }
        #expect(told.snapshot == ["refused", "looked"])
        trace.refuse(false)
        clock.withLock { $0 = $0 + .seconds(1) }
        turn(dispatcher)
        #expect(told.snapshot == ["refused", "looked"])
        #expect(TurnActor.sync { dispatcher.engine.action(named: "a1")?.record.phase } == .running)
    }

    @Test("Rows that were asked for and that the disk refuses never were: those behind them move up")
    func withdrawnRows() throws {
        let (dispatcher, trace, clock) = make()
        submit(dispatcher, 2)
        turn(dispatcher) { dispatcher, now in
            for id in Int64(1)...2 {
                dispatcher.engine.callAnswered(AttemptID(id), codec: .pcma, dialog: "{}", at: now)
            }
            dispatcher.engine.callEnded(AttemptID(1), CallEnd(sipCode: 200, by: .callee), at: now, now: now)
        }
        let first = try #require(trace.rows.first)
        trace.refuse(true)
        turn(dispatcher) { dispatcher, now in
            let credit = first.adjustment(.credit, cost: nil, charge: nil, note: "x", at: now)
            let rows = [dispatcher.engine.appendToLedger(credit), dispatcher.engine.appendToLedger(credit)]
            dispatcher.engine.callEnded(AttemptID(2), CallEnd(sipCode: 200, by: .callee), at: now, now: now)
            dispatcher.whenJournalled {
            } failed: { _ in
                dispatcher.withdraw(rows: rows, now: now)
            }
        }
        #expect(TurnActor.sync { dispatcher.engine.adjustmentsUnderWay(ofRow: 1).isEmpty })
        trace.refuse(false)
        clock.withLock { $0 = $0 + .seconds(1) }
        turn(dispatcher)
        #expect(trace.rows.map(\.sequence) == [1, 2] && trace.rows.map(\.ledger.kind) == [.usage, .usage])
        turn(dispatcher) { dispatcher, now in
            #expect(
                dispatcher.engine.appendToLedger(first.adjustment(.credit, cost: nil, charge: nil, note: "x", at: now))
                    == 3)
        }
    }

    @Test("While a write takes long, whoever only looks sees the engine as it is, and not in the midst of a turn")
    func slowWrite() {
        let (dispatcher, trace, _) = make()
        #expect(dispatcher.lookAtRest { dispatcher, _ in dispatcher.engine.activeCalls } == nil)
        let write = Trace.SlowCommit()
        trace.slow(write)
        let turned = DispatchSemaphore(value: 0)
        DispatchQueue.global().async {
            submit(dispatcher, 1)
            turned.signal()
        }
        write.begun.wait()
        #expect(dispatcher.lookAtRest { dispatcher, _ in dispatcher.engine.activeCalls } == 1)
        // A closure of its own checks where it runs.
        #expect(
            dispatcher.lookAtRest { dispatcher, _ in
                dispatcher.engine.actions.values.filter { $0.record.phase == .running }.map(\.record.id.text)
            } == ["a1"])
        #expect(trace.entries.isEmpty)
        trace.slow(nil)
        write.mayEnd.signal()
        turned.wait()
        #expect(dispatcher.lookAtRest { dispatcher, _ in dispatcher.engine.activeCalls } == nil)
    }

    @Test("A full disk stops what is new; what is under way is written, and calls go on with the room")
    func fullDisk() {
        let (dispatcher, trace, _) = make()
        turn(dispatcher) { dispatcher, now in dispatcher.spaceMeasured(0, isFull: true, now: now) }
        submit(dispatcher, 1)
        guard case .journalled? = trace.entries.last else {
            Issue.record("\(trace.entries)")
            return
        }
        #expect(TurnActor.sync { dispatcher.journalFault?.isFull } == true)
        turn(dispatcher) { dispatcher, now in dispatcher.spaceMeasured(1 << 30, isFull: false, now: now) }
        turn(dispatcher)
        guard case .placed? = trace.entries.last else {
            Issue.record("\(trace.entries)")
            return
        }
        #expect(TurnActor.sync { dispatcher.journalFault } == nil)
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
