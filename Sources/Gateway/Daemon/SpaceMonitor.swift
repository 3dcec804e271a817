// SPDX-License-Identifier: GPL-3.0-or-later
// Dispatch sources may be used from any thread; on Linux the module does not say so.
@preconcurrency import Dispatch
import GatewayCore
import Platform
import Store

/// Looks twice a second how much room the journal's disk has left, on a queue of its own, since a disk may hang. Any
/// thread.
final class SpaceMonitor: Sendable {
    private let path: String
    private let dispatcher: Dispatcher
    private let store: Store
    private let log: Log
    private let timer: any DispatchSourceTimer
    private let watch: Locked<SpaceWatch>
    private let hadRoom: Bool

    private static let period = DispatchTimeInterval.milliseconds(500)

    /// - Parameter path: of a directory on that disk.
    /// - Parameter hadRoom: It gave room for the journal at the start.
    init(path: String, hadRoom: Bool, watch: SpaceWatch, dispatcher: Dispatcher, store: Store, log: Log) {
        self.path = path
        self.hadRoom = hadRoom
        self.dispatcher = dispatcher
        self.store = store
        self.log = log
        self.watch = Locked(watch)
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "burgernetd.space"))
        timer.schedule(deadline: .distantFuture)
        timer.activate()
    }

    func start() {
        timer.setEventHandler { [weak self] in self?.look() }
        timer.schedule(deadline: .now(), repeating: Self.period, leeway: .milliseconds(50))
    }

    /// Other limits, after a reload.
    func configure(_ new: SpaceWatch) { watch.withLock { $0.take(new) } }

    private func look() {
        guard let octets = DiskSpace.left(at: path) else { return }
        let (news, level) = watch.withLock { watch in (watch.measured(octets), watch.level) }
        if let news {
            if news.level == .ample { log.notice(news.text) } else { log.error("alarm: \(news.text)") }
        }
        // What was used up is taken again; a quota says in no other way that it is used up too.
        let hasRoom = store.takeRoomAgain() || !hadRoom
        dispatcher.post { dispatcher, now in
            dispatcher.spaceMeasured(octets, isFull: level == .full || !hasRoom, now: now)
        }
    }
}
