// SPDX-License-Identifier: GPL-3.0-or-later
import Dispatch
import GatewayCore
import Platform
import Store

/// Lets the engine learn from the last records of former processes what becomes of calls: some rows in a turn of
/// their own, so that a restarted daemon dials at once.
@TurnActor final class CallHistory {
    private let dispatcher: Dispatcher
    private let store: Store
    private let log: Log

    /// The rows that are read at most.
    private static let rows: Int64 = 20_000
    /// Rows of one turn: a few milliseconds.
    private static let slice = 250
    private static let pause = DispatchTimeInterval.milliseconds(20)

    nonisolated init(dispatcher: Dispatcher, store: Store, log: Log) {
        self.dispatcher = dispatcher
        self.store = store
        self.log = log
    }

    /// Once, after the start.
    nonisolated func read() {
        dispatcher.post { [self] _, _ in
            do {
                // What ends from now on is learned from as it comes.
                let last = try store.lastSequence()
                next(after: max(0, last - Self.rows), through: last)
            } catch {
                log.error("earlier calls are not learned from", ["reason": "\(error)"])
            }
        }
    }

    private func next(after sequence: Int64, through last: Int64) {
        guard sequence < last else { return }
        TurnActor.async(after: .now() + Self.pause) { [self] in
            dispatcher.post { [self] dispatcher, _ in
                do {
                    var filter = CDRFilter()
                    filter.through = last
                    let rows = try store.callDetailRecords(matching: filter, after: sequence, limit: Self.slice)
                    dispatcher.engine.learn(rows)
                    guard let end = rows.last?.sequence else { return }
                    next(after: end, through: last)
                } catch {
                    log.error("earlier calls are not learned from", ["reason": "\(error)"])
                }
            }
        }
    }
}
