// SPDX-License-Identifier: GPL-3.0-or-later
import Dispatch
import Foundation
import GatewayCore
import Platform

/// How the daemon ends: when running messages have, or at once. Any thread.
final class Shutdown: Sendable {
    private let base: DaemonBase
    private let dispatcher: Dispatcher
    private let telephone: Telephone
    private let messenger: Messenger
    /// Stops what comes in: the beat first, then clients. The second blocks.
    private let stopBeat: @Sendable () -> Void
    private let stopServer: @Sendable () -> Void
    private let hasBegun = Locked(false)
    private let isAtOnce = Locked(false)
    /// As long as a carrier may take to say that it has an INVITE: what is wanted no more is cancelled then.
    private static let unheardMilliseconds: UInt32 = 5000

    init(
        _ base: DaemonBase, dispatcher: Dispatcher, telephone: Telephone, messenger: Messenger,
        stopBeat: @escaping @Sendable () -> Void, stopServer: @escaping @Sendable () -> Void
    ) {
        self.base = base
        self.dispatcher = dispatcher
        self.telephone = telephone
        self.messenger = messenger
        self.stopBeat = stopBeat
        self.stopServer = stopServer
    }

    func drain() {
        let timeout = base.configuration.snapshot.general.drainTimeout
        base.log.notice("draining: no new calls; running messages may finish", ["within": "\(timeout.seconds) s"])
        base.notifier.stopping(status: "draining", extension: timeout + .seconds(10))
        dispatcher.post { [self] dispatcher, now in
            dispatcher.engine.drain(now: now)
            dispatcher.onTurn = { [self] in
                if dispatcher.engine.isDrained { end() }
            }
        }
    }

    func stopNow() {
        base.log.notice("stopping at once")
        isAtOnce.withLock { $0 = true }
        dispatcher.post { [self] dispatcher, now in
            dispatcher.engine.terminate(now: now)
            // Whether the disk takes it or not.
            dispatcher.afterThisTurn { [self] in end() }
        }
    }

    /// On the dispatcher's queue; the process exits from another one, since the endpoint's last events
    /// still come here.
    @TurnActor private func end() {
        let isFirst = hasBegun.withLock { hasBegun in
            defer { hasBegun = true }
            return !hasBegun
        }
        guard isFirst else { return }
        stopBeat()
        if let fault = dispatcher.journalFault, !fault.isFull {
            base.log.error(
                "alarm: ends without a journal; answers that were kept elsewhere are read by the next start",
                ["records": dispatcher.backlog.records.count])
        }
        base.log.notice("ends")
        DispatchQueue.global().async { [self] in
            stopServer()
            // Both at a time: a stop takes no longer than the slower of them.
            // Groups, not semaphores, which wait by the civil clock on Linux: one that is set back would hold the process.
            let unbound = DispatchGroup()
            unbound.enter()
            messenger.shutdown(within: 0.4) { unbound.leave() }
            telephone.stop(
                lingerMilliseconds: 500, unheardMilliseconds: isAtOnce.snapshot ? 0 : Self.unheardMilliseconds)
            _ = unbound.wait(timeout: .now() + .milliseconds(200))
            // Whatever the last events changed is journalled by the turn that they caused. CDRs that still wait are
            // written by the next process, from the same journal.
            let books = DispatchGroup()
            books.enter()
            dispatcher.post { dispatcher, _ in dispatcher.whenBooksAreDone { _, _ in books.leave() } }
            _ = books.wait(timeout: .now() + .milliseconds(200))
            dispatcher.queue.sync {}
            exit(0)
        }
    }
}
