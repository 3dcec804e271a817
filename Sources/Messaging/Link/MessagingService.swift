// SPDX-License-Identifier: GPL-3.0-or-later
@preconcurrency import Dispatch
import Foundation
import Glibc
import SMPP

/// Runs any number of SMPP binds on one serial queue: connects, binds, keeps alive, and connects again.
///
/// Public methods may be called from any thread; those that act do so on the queue, at once when they are called
/// there. `handler` is called on the queue, never from within a method, with all events of a turn together, in order.
/// Whoever uses a service holds it until `shutdown` has completed.
///
/// `@unchecked Sendable`: the directory of names has a lock, all else is touched on the queue only.
package final class MessagingService: @unchecked Sendable {
    let queue: DispatchQueue
    let now: @Sendable () -> Int64
    let random: @Sendable () -> Double
    let streamOptions: StreamOptions

    let handler: @Sendable ([LinkEvent]) -> Void
    private let queueKey = DispatchSpecificKey<Bool>()

    private let directoryLock = NSLock()
    private var indices: [String: Int] = [:]
    private var knownNames: [String] = []

    /// By index; nil: not configured any more, and gone.
    var links: [Link?] = []
    /// Where the tickets of binds that are gone go on when they come back.
    var nextTickets: [Int: UInt64] = [:]
    /// Events of this turn.
    var pending: [LinkEvent] = []
    var polled: [pollfd] = []
    /// The handler is at work, or about to be.
    var isDelivering = false
    let timer: any DispatchSourceTimer
    /// When the timer will fire; it may be too early, never too late.
    var armedFor = Int64.max
    /// Closing streams that no link holds any more.
    var closing: [ObjectIdentifier: ByteStream] = [:]
    var ending = Ending.notAsked

    /// - Parameters:
    ///   - queue: a serial queue.
    ///   - streamOptions: for all connections; `pendingLimit` is 2 MiB or more.
    ///   - random: 0 up to 1, for the waits between attempts; called on the queue.
    ///   - now: a monotonic clock in microseconds.
    ///   - handler: takes the events.
    package init(
        queue: DispatchQueue, streamOptions: StreamOptions = StreamOptions(),
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
        now: @escaping @Sendable () -> Int64, handler: @escaping @Sendable ([LinkEvent]) -> Void
    ) {
        precondition(streamOptions.pendingLimit >= 2 << 20, "a session may give 1 MiB at once")
        self.queue = queue
        self.streamOptions = streamOptions
        self.random = random
        self.now = now
        self.handler = handler
        timer = DispatchSource.makeTimerSource(queue: queue)
        queue.setSpecific(key: queueKey, value: true)
        timer.setEventHandler { [weak self] in
            // Octets that have arrived by now are read first: the queue may have been kept waiting by others.
            self?.queue.async { [weak self] in self?.timerFired() }
        }
        timer.activate()
    }

    deinit {
        timer.cancel()
        queue.setSpecific(key: queueKey, value: nil)
    }

    // MARK: - Binds

    /// Makes these the binds: those that did not change go on, those that went unbind, new ones connect, and changed
    /// ones unbind and connect again. Names are unique; of two equal ones the first counts.
    package func configure(_ binds: [BindSettings]) {
        let indexed = directoryLock.withLock { binds.map { (indexOfNew($0.name), $0) } }
        run { [self] in
            guard case .notAsked = ending else { return }
            let wanted = Dictionary(indexed, uniquingKeysWith: { first, _ in first })
            let now = now()
            for link in links {
                if let link, wanted[link.index] == nil {
                    link.isLeaving = true
                    link.nextSettings = nil
                    link.leave(now: now)
                }
            }
            for (index, settings) in wanted.sorted(by: { $0.key < $1.key }) { apply(settings, index, now) }
            schedule()
        }
    }

    /// The index of a bind, also of one that is not configured any more; nil for a name that never was.
    package func index(of name: String) -> Int? { directoryLock.withLock { indices[name] } }

    /// All names that ever were configured; the place is the index.
    package var names: [String] { directoryLock.withLock { knownNames } }

    /// Under the lock.
    private func indexOfNew(_ name: String) -> Int {
        if let index = indices[name] { return index }
        indices[name] = knownNames.count
        knownNames.append(name)
        return knownNames.count - 1
    }

    private func apply(_ settings: BindSettings, _ index: Int, _ now: Int64) {
        while links.count <= index { links.append(nil) }
        guard let link = links[index] else {
            let link = Link(
                index: index, settings: settings, firstTicket: nextTickets[index] ?? 1, service: self)
            links[index] = link
            link.connect()
            return
        }
        if link.isLeaving {
            // Its session is on the way out; it comes back after that.
            link.isLeaving = false
            link.nextSettings = settings
        } else if (link.nextSettings ?? link.settings) != settings {
            link.nextSettings = settings
            link.leave(now: now)
        }
    }

    // MARK: - Messages

    /// Gives orders to their binds, one write per bind. What finds no place in the window or in the connection's buffer
    /// waits; an order that its bind cannot take comes back in a `refused` event.
    package func submit(_ orders: [SubmitOrder]) {
        run { [self] in
            let now = now()
            var touched: [Link] = []
            var strays: [Int: [UInt64]] = [:]
            for order in orders {
                guard let link = link(order.bind) else {
                    strays[order.bind, default: []].append(order.token)
                    continue
                }
                link.take(order, now: now)
                touch(link, &touched)
            }
            settle(touched, now)
            for (bind, tokens) in strays.sorted(by: { $0.key < $1.key }) {
                let name = directoryLock.withLock { knownNames.indices.contains(bind) ? knownNames[bind] : "" }
                emit(.refused(bind: bind, name: name, .notBound, tokens: tokens))
            }
        }
    }

    /// Answers incoming messages. A ticket of a connection that is over is left alone: the SMSC sends that message
    /// again.
    package func acknowledge(_ tickets: [(bind: Int, ticket: UInt64, status: CommandStatus)]) {
        run { [self] in
            let now = now()
            var touched: [Link] = []
            for (bind, ticket, status) in tickets {
                guard let link = link(bind) else { continue }
                link.acknowledge(ticket, status, now: now)
                touch(link, &touched)
            }
            settle(touched, now)
        }
    }

    /// How each configured bind is doing. Waits for the queue.
    package func status() -> [BindStatus] {
        let read = { [self] in links.compactMap { $0?.status } }
        return isOnQueue ? read() : queue.sync(execute: read)
    }

    private func link(_ index: Int) -> Link? { links.indices.contains(index) ? links[index] : nil }

    private func touch(_ link: Link, _ touched: inout [Link]) {
        guard !link.isTouched else { return }
        link.isTouched = true
        touched.append(link)
    }

    private func settle(_ touched: [Link], _ now: Int64) {
        for link in touched {
            link.isTouched = false
            link.settle(now)
        }
    }

    // MARK: - The queue

    private var isOnQueue: Bool { DispatchQueue.getSpecific(key: queueKey) == true }

    func run(_ body: @escaping @Sendable () -> Void) {
        if isOnQueue { body() } else { queue.async(execute: body) }
    }
}
