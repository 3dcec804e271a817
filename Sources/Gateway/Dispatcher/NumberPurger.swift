// SPDX-License-Identifier: GPL-3.0-or-later
import Dispatch
import GatewayCore
import Participants
import Platform
import Store

/// Purges numbers when their time is over: some rows in a turn of their own, so that no call waits for it.
@TurnActor final class NumberPurger {
    private let dispatcher: Dispatcher
    private let store: Store
    private let log: Log
    private var nextLook = Timestamp.epoch
    private var nextContactLook = Timestamp.epoch
    private var isWorking = false

    /// Rows of one turn.
    private static let slice = 200
    /// What has come of age meanwhile is purged at least so often.
    private static let lookInterval = Interval.minutes(60)
    /// All that is remembered of who was in an action is looked through as often.
    private static let contactLookInterval = Interval.minutes(24 * 60)
    /// Actions of one look.
    private static let actions = 100

    nonisolated init(dispatcher: Dispatcher, store: Store, log: Log) {
        self.dispatcher = dispatcher
        self.store = store
        self.log = log
    }

    /// In a turn, now and then.
    func look(keepNumbersFor period: Interval, now: Timestamp) {
        // A clock that is set a year ahead by mistake must not purge anything.
        guard !isWorking, now >= nextLook, dispatcher.engine.isClockSteady(now: now) else { return }
        let civil = dispatcher.engine.civil(now)
        nextLook = now + Self.lookInterval
        do {
            var due = try store.actionsToPurge(endedBefore: now - period, limit: Self.actions)
            // There may be more: look again soon.
            if due.count == Self.actions { nextLook = now }
            due.append(NumberPurge(.inbound(before: civil - period)))
            if now >= nextContactLook {
                nextContactLook = now + Self.contactLookInterval
                due.append(NumberPurge(.contacts(before: civil - ParticipantRegister.contactsKept)))
            }
            isWorking = true
            work(due[...])
        } catch {
            log.error("numbers are not purged", ["reason": "\(error)"])
        }
    }

    private func work(_ due: ArraySlice<NumberPurge>) {
        guard let purge = due.first else {
            isWorking = false
            return
        }
        run(purge) { [self] result in
            switch result {
            case .success(let purge):
                if case .action(let key, let id) = purge.scope {
                    dispatcher.engine.numbersPurged(ofAction: key)
                    log.notice("numbers purged", ["action": id, "rows": purge.purged])
                }
                work(due.dropFirst())
            case .failure(let error):
                isWorking = false
                log.error("numbers are not purged", ["reason": "\(error)"])
            }
        }
    }

    /// One purge, a slice in each turn; `completion` in a turn.
    func run(_ purge: NumberPurge, completion: @escaping @TurnActor @Sendable (Result<NumberPurge, any Error>) -> Void)
    {
        dispatcher.post { [self] dispatcher, now in
            var purge = purge
            do {
                try store.advance(&purge, limit: Self.slice, now: dispatcher.engine.civil(now))
            } catch {
                return completion(.failure(error))
            }
            if purge.isDone { completion(.success(purge)) } else { run(purge, completion: completion) }
        }
    }
}
