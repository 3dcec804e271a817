// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import Actions
import Dispatch
import Foundation
import GatewayCore
import Platform
import Store

/// What the dispatcher needs of the telephone. All methods return at once; what happens comes back
/// as events. Called on the dispatcher's queue.
@TurnActor protocol CallControl: AnyObject {
    func perform(_ effect: Effect)
}

/// What the dispatcher needs of the binds to SMSCs; as ``CallControl``.
@TurnActor protocol MessageControl: AnyObject {
    func submit(_ order: MessageOrder)
    func acknowledge(_ key: BindKey, _ ticket: UInt64)
    /// All of the turn's orders were given.
    func flush()
    /// Something of what a bind was given has not left its socket; the engine is told when it has.
    func isBlocked(_ key: BindKey) -> Bool
}

/// What the dispatcher needs of the disk.
@TurnActor protocol Journal: AnyObject {
    /// Writes all records in one transaction, or none and throws. Durably, unless `relaxed`: then the kernel has
    /// it, and the disk with the next one that is not.
    func commit(_ records: [JournalRecord], relaxed: Bool, now: Timestamp) throws
    /// Brings to the disk what was committed, without waiting; `completion` comes on any queue.
    func harden(_ completion: @escaping @Sendable (StoreError?) -> Void)
    /// The disk did not take these records: those of them that say that somebody answered are kept elsewhere, so that
    /// a new process knows of them, with a sign of life. Returns where; nil: nowhere.
    func rescue(_ records: ArraySlice<JournalRecord>, alive now: Timestamp) -> String?
}

/// Figures of the dispatcher's own work.
struct TurnStatistics: Sendable {
    var turns: UInt64 = 0
    var commits: UInt64 = 0
    var records: UInt64 = 0
    /// Longest and mean time of a commit.
    var longestCommit = Interval.zero
    var totalCommit = Interval.zero
    var longestTurn = Interval.zero
    var journalFailures: UInt64 = 0
}

/// The loop that everything goes through. A turn takes all waiting events, runs the pure core,
/// journals what changed in one transaction, and only then acts.
///
/// Events are posted from any thread; turns are isolated to ``TurnActor``, one at a time.
@TurnActor final class Dispatcher {
    /// Serial; owns the engine and the journal.
    nonisolated var queue: DispatchQueue { TurnActor.queue }
    let engine: Engine
    let journal: any Journal
    /// Engine time.
    nonisolated let clock: @Sendable () -> Timestamp
    /// Civil time minus engine time, as both clocks are now.
    private nonisolated let civilOffset: @Sendable () -> Interval
    /// How long after a durable commit the next posted event waits for others to share a commit with: one fdatasync
    /// carries them all, and at thousands of calls a second its price is most of a turn.
    private let gathering: Interval
    /// Set before the first event; the telephone needs the dispatcher to exist.
    var calls: (any CallControl)?
    var messages: (any MessageControl)?
    var onNotices: (@Sendable ([Notice], Timestamp) -> Void)?
    /// After every turn, on the queue: the watchdog's food.
    var onTurn: (() -> Void)?
    var statistics = TurnStatistics()

    private struct Inbox {
        var events: [Event] = []
        var isTurnScheduled = false
        /// No posted event needs a turn of its own before.
        var gatherUntil = DispatchTime(uptimeNanoseconds: 0)
    }
    private nonisolated let inbox = Locked(Inbox())
    /// The turns' queue waits for the disk, see ``atRest(_:)``.
    nonisolated let isAtRest = Locked(false)

    var afterCommit: [JournalWaiter] = []
    private var afterTurn: [() -> Void] = []
    /// What a failed commit left: written and done before anything newer.
    var backlog = EngineOutput()
    /// So many records of the backlog were said and kept elsewhere already.
    var rescued = 0
    /// Why nothing new is begun; nil: the journal is well.
    var journalFault: JournalFault?
    /// Octets that the disk has left, as measured last; nil: not yet.
    var spaceLeft: Int64?
    var mustBeat = false
    /// The disk has everything by then.
    private var hardenAt: Timestamp?
    private var timer: DispatchSourceTimer?
    private var timerDeadline: Timestamp?
    private var isTimerTurn = false
    private var areBooksScheduled = false
    private var bookReaders: [Event] = []
    private var isHardening = false
    /// The last turn began nothing since it might have been undone.
    private var heldBack = false

    /// Calls are to be placed again within a second.
    private static let journalRetry = Interval.milliseconds(500)
    /// Nothing has come for so long: the next may take some time too.
    private static let quietMicroseconds = 500
    /// CDRs of one transaction.
    private static let bookSlice = 64
    /// How long a relaxed transaction may be the kernel's alone.
    private static let hardenAfter = Interval.milliseconds(10)

    /// One event: runs in a turn with the turn's engine time.
    typealias Event = @TurnActor @Sendable (Dispatcher, Timestamp) -> Void

    init(
        engine: Engine, journal: any Journal, gathering: Interval = .zero,
        clock: @escaping @Sendable () -> Timestamp, civilOffset: @escaping @Sendable () -> Interval = { .zero }
    ) {
        self.gathering = gathering
        self.engine = engine
        self.journal = journal
        self.clock = clock
        self.civilOffset = civilOffset
        // Nothing that is journalled from now on leaves before the disk has it.
        engine.messagesHardened(through: engine.newestAttempt)
    }

    /// What the civil clock says now. Any thread.
    nonisolated func civilNow() -> Timestamp { clock() + civilOffset() }

    /// Adds an event; it is handled in the next turn, after those posted before it. Any thread.
    nonisolated func post(_ event: @escaping Event) {
        let (mustSchedule, start) = inbox.withLock { inbox in
            inbox.events.append(event)
            defer { inbox.isTurnScheduled = true }
            return (!inbox.isTurnScheduled, inbox.gatherUntil)
        }
        guard mustSchedule else { return }
        if start > .now() {
            TurnActor.async(after: start) { self.turn() }
        } else {
            TurnActor.async { self.turn() }
        }
    }

    /// Handles an event in a turn of its own, at once: for what arrives on the turns' queue by itself. Not from within a turn.
    func runTurn(_ event: @escaping Event) {
        inbox.withLock { $0.events.append(event) }
        turn()
    }

    /// Runs `action` when what this turn changes is on disk; replies to clients go this way. Call from
    /// within an event.
    ///
    /// - Parameter failed: The disk does not take it: undoes what the event has done, since nobody waits for it any more.
    ///   Nothing else is begun in such a turn. nil: `action` waits until the disk does.
    func whenJournalled(
        _ action: @escaping () -> Void, failed: (@TurnActor (StoreError) -> Void)? = nil
    ) {
        afterCommit.append(JournalWaiter(done: action, failed: failed))
    }

    /// Runs `action` at the end of this turn, whether the disk has taken it or not: for what is only read, and for what
    /// must not wait. Call from within an event.
    func afterThisTurn(_ action: @escaping () -> Void) { afterTurn.append(action) }

    /// Call from within an event: while calls are under way, this turn is journalled even if nothing
    /// changes, so that after a crash their end is bounded by a sign of life.
    func beat(now: Timestamp) {
        if engine.activeCalls > 0 { mustBeat = true }
        engine.beat()
    }

    private func turn() {
        let events = inbox.withLock { inbox in
            defer { (inbox.events, inbox.isTurnScheduled) = ([], false) }
            return inbox.events
        }
        // Another turn has taken what this one was scheduled for.
        guard !events.isEmpty || isTimerTurn else { return }
        isTimerTurn = false

        let now = clock()
        engine.clockRead(civilOffset: civilOffset(), now: now)
        for event in events { event(self, now) }
        // While the disk refuses, nothing new is started: it could not be journalled. Nor beside what may be undone, but
        // for one turn only: whoever submits without end must not keep calls from beginning.
        let mayBeUndone = afterCommit.contains { $0.failed != nil }
        let mayStart = journalFault == nil && (!mayBeUndone || heldBack)
        heldBack = mayBeUndone && !mayStart
        engine.advance(now: now, mayStartCalls: mayStart)
        if !mayStart, journalFault == nil { post { _, _ in } }
        var output = engine.takeOutput(all: false)
        if !output.notices.isEmpty {
            onNotices?(output.notices, now)
            output.notices = []
        }
        backlog.records += output.records
        backlog.effects += output.effects
        settle(now: now)
        let readers = afterTurn
        afterTurn = []
        for reader in readers { reader() }
        if let due = hardenAt, due <= now {
            hardenAt = isHardening ? now + Self.hardenAfter : nil
            harden()
        }
        statistics.turns += 1
        statistics.longestTurn = max(statistics.longestTurn, clock() - now)
        schedule(now: clock())
        scheduleBooks()
        onTurn?()
    }

    /// Journals, then acts.
    private func settle(now: Timestamp) {
        if !backlog.records.isEmpty || mustBeat || journalFault?.isFull == false {
            let begin = clock()
            // Waiting clients are told what is on the disk only.
            let isRelaxed = !mustBeat && afterCommit.isEmpty && journalFault == nil && backlog.mayBeRelaxed
            do {
                try atRest { try journal.commit(backlog.records, relaxed: isRelaxed, now: now) }
                if isRelaxed {
                    hardenAt = hardenAt ?? now + Self.hardenAfter
                } else {
                    hardenAt = nil
                    gather()
                    if engine.hardened != engine.newestAttempt { hardenedNow() }
                }
            } catch {
                failed(error, now: now)
                return
            }
            mustBeat = false
            let took = clock() - begin
            statistics.commits += 1
            statistics.records += UInt64(backlog.records.count)
            statistics.totalCommit = statistics.totalCommit + took
            statistics.longestCommit = max(statistics.longestCommit, took)
        }
        if let fault = journalFault, !fault.isFull {
            if let spaceLeft, SpaceWatch.isFull(spaceLeft) {
                setFault(.full(spaceLeft), now: now)
            } else {
                journalIsWell(now: now)
            }
        }
        let effects = backlog.effects
        let replies = afterCommit
        backlog = EngineOutput()
        rescued = 0
        afterCommit = []
        engine.ledgerJournalled()
        for effect in effects {
            switch effect {
            case .submit(let order): messages?.submit(order)
            case .acknowledge(let bind, let ticket): messages?.acknowledge(bind, ticket)
            case .placeCall, .startPrompt, .repeatPrompt, .hangUp, .holdFormer, .endDialog: calls?.perform(effect)
            }
        }
        messages?.flush()
        engine.launched(now: clock()) { messages?.isBlocked($0) ?? false }
        if engine.hasPreparedMessages, let hardened = engine.hardened, hardened < engine.newestAttempt { harden() }
        for reply in replies { reply.done() }
    }

    private func gather() {
        guard gathering > .zero else { return }
        let until = DispatchTime.now() + .microseconds(Int(gathering.microseconds))
        inbox.withLock { $0.gatherUntil = until }
    }

    /// The last transaction is on the disk: so are all messages in it. They leave in a turn of their own.
    private func hardenedNow() {
        engine.messagesHardened(through: engine.newestAttempt)
        if engine.hasPreparedMessages { post { _, _ in } }
    }

    /// Brings what was committed to the disk, beside the turns; new messages leave once it is there.
    private func harden() {
        guard !isHardening else { return }
        isHardening = true
        let newest = engine.newestAttempt
        journal.harden { [self] error in
            post { dispatcher, now in
                dispatcher.isHardening = false
                if let error {
                    // A transaction that waits for the disk finds out whether it is so, and says it.
                    dispatcher.mustBeat = true
                    dispatcher.onNotices?([.alarm("the journal was not brought to the disk: \(error)")], now)
                } else {
                    dispatcher.engine.messagesHardened(through: newest)
                }
            }
        }
    }

    /// Runs `action` in a turn in which the journal has the CDR of everything that has ended before. Call from within
    /// an event.
    func whenBooksAreDone(_ action: @escaping Event) {
        bookReaders.append(action)
        // This turn's own changes come first.
        TurnActor.async { self.writeBooks() }
    }

    /// CDRs are written once nothing has come for a moment, a few at a time: whatever comes does not wait for them.
    private func scheduleBooks() {
        guard engine.deferredCount > 0, !areBooksScheduled else { return }
        areBooksScheduled = true
        let turns = statistics.turns
        TurnActor.async(after: .now() + .microseconds(Self.quietMicroseconds)) { [self] in
            areBooksScheduled = false
            if statistics.turns == turns { writeBooks() } else { scheduleBooks() }
        }
    }

    /// A few, then the next ones unless something else has come.
    private func writeBooks() {
        if engine.deferredCount > 0, journalFault?.isFull != false, backlog.isEmpty {
            let records = engine.takeDeferred(Self.bookSlice)
            let now = clock()
            do {
                try atRest { try journal.commit(records, relaxed: true, now: now) }
                hardenAt = hardenAt ?? now + Self.hardenAfter
                statistics.commits += 1
                statistics.records += UInt64(records.count)
                schedule(now: now)
            } catch {
                // The next turn tries again, and says what is wrong.
                backlog.records = records
            }
        }
        if !bookReaders.isEmpty, engine.deferredCount == 0, hardenAt != nil || isHardening, backlog.isEmpty {
            // They are shown what is on the disk only.
            do {
                try atRest { try journal.commit([], relaxed: false, now: clock()) }
                hardenAt = nil
            } catch {
                mustBeat = true
            }
        }
        let mayGoOn = journalFault?.isFull != false && backlog.isEmpty
        if engine.deferredCount == 0 || !mayGoOn {
            let readers = bookReaders
            bookReaders = []
            if !readers.isEmpty || engine.hasOutput || !mayGoOn {
                post { dispatcher, now in for reader in readers { reader(dispatcher, now) } }
            }
            return
        }
        let turns = statistics.turns
        TurnActor.async { [self] in
            if statistics.turns == turns || !bookReaders.isEmpty { writeBooks() } else { scheduleBooks() }
        }
    }

    private func schedule(now: Timestamp) {
        var deadline = engine.nextDeadline(now: now)
        if let hardenAt { deadline = min(deadline ?? hardenAt, hardenAt) }
        if let journalFault, !journalFault.isFull { deadline = now + Self.journalRetry }
        guard deadline != timerDeadline || timer == nil else { return }
        timerDeadline = deadline
        guard let deadline else {
            timer?.schedule(deadline: .distantFuture)
            return
        }
        let source: DispatchSourceTimer
        if let timer {
            source = timer
        } else {
            source = DispatchSource.makeTimerSource(flags: .strict, queue: queue)
            source.setEventHandler { [weak self] in
                self?.timerDeadline = nil
                self?.isTimerTurn = true
                self?.turn()
            }
            source.activate()
            timer = source
        }
        let wait = max(0, (deadline - now).microseconds)
        source.schedule(deadline: .now() + .microseconds(Int(min(wait, 3_600_000_000))), leeway: .microseconds(200))
    }
}
