// SPDX-License-Identifier: GPL-3.0-or-later
@preconcurrency import Dispatch
import Glibc
import SMPP

/// What the links ask of their service; on the queue.
extension MessagingService {
    /// Its session is over and it does not come back.
    func stopped(_ link: Link) {
        guard links[link.index] === link else { return }
        nextTickets[link.index] = link.nextTicket
        links[link.index] = nil
        finishShutdown()
    }

    /// Closes a stream that its link has left.
    func letGo(_ stream: ByteStream, orderly: Bool) {
        stream.onConnected = nil
        stream.onBytes = nil
        stream.onWritable = nil
        let id = ObjectIdentifier(stream)
        closing[id] = stream
        stream.onClosed = { [weak self] _ in
            self?.closing[id] = nil
            self?.finishShutdown()
        }
        if orderly { stream.close() } else { stream.abort() }
    }

    /// Tells it to the handler when this turn is over.
    func emit(_ event: LinkEvent) {
        pending.append(event)
        guard !isDelivering else { return }
        isDelivering = true
        queue.async { [self] in deliver() }
    }

    /// What has come while the handler was at work, or comes in the next moment, is taken at once: on a busy link that
    /// spares three wake-ups of threads for each handful of responses. Others on the queue have their turn after some
    /// rounds.
    private func deliver() {
        for _ in 0..<128 {
            let events = Array(pending.prefix(eventsAtOnce))
            pending.removeFirst(events.count)
            handler(events)
            if pending.isEmpty {
                for case let link? in links { link.stream?.readNow() }
            }
            if pending.isEmpty, awaitMore() {
                for case let link? in links { link.stream?.readNow() }
            }
            guard !pending.isEmpty else {
                isDelivering = false
                return
            }
        }
        queue.async { [self] in deliver() }
    }

    /// A third of a window: an SMSC that answers a whole window at once would else have nothing to do while the handler
    /// deals with it. Rounded up, since each part has a transaction of its own.
    private var eventsAtOnce: Int {
        var window = Int.max
        for case let link? in links where link.session != nil { window = min(window, link.settings.window) }
        return window == .max ? .max : max(1, (window + 2) / 3)
    }

    /// Waits a moment, if responses are due any time: true when something has come.
    private func awaitMore() -> Bool {
        polled.removeAll(keepingCapacity: true)
        for case let link? in links {
            guard let session = link.session, session.windowUsed > 0, let descriptor = link.stream?.descriptor else {
                continue
            }
            // Slower than this, a thread's waking up does not matter.
            guard (session.roundTrip ?? .max) < Self.quickRoundTrip else { return false }
            polled.append(pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0))
        }
        guard !polled.isEmpty else { return false }
        // A millisecond: others on the queue wait that long at most.
        return poll(&polled, nfds_t(polled.count), 1) > 0
    }

    /// Microseconds.
    private static var quickRoundTrip: Int64 { 2000 }

    /// Whether something that this bind was given has not left the socket; if so, `drained` follows when it has. On the
    /// queue.
    package func isBlocked(_ bind: Int) -> Bool {
        guard links.indices.contains(bind), let link = links[bind], link.isBlocked else { return false }
        watch(bind, after: 1)
        return true
    }

    /// No event tells when TCP has sent the last octet: it is looked at after `milliseconds`, then ever more seldom.
    private func watch(_ bind: Int, after milliseconds: Int) {
        queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { [weak self] in
            guard let self, links.indices.contains(bind), let link = links[bind] else { return }
            if link.isBlocked { watch(bind, after: min(50, milliseconds * 2)) } else { emit(.drained(bind: bind)) }
        }
    }

    /// Makes sure that the timer fires when the first link wants it.
    func schedule() {
        var deadline = Int64.max
        if case .asked(let limit, _) = ending { deadline = limit }
        for case let link? in links { deadline = min(deadline, link.nextDeadline ?? .max) }
        guard deadline < armedFor else { return }
        armedFor = deadline
        timer.schedule(deadline: .now() + .microseconds(Int(max(0, deadline - now()))))
    }

    func timerFired() {
        armedFor = .max
        let now = now()
        for case let link? in links {
            if let deadline = link.nextDeadline, now >= deadline { link.tick(now: now) }
        }
        if case .asked(let limit, _) = ending, now >= limit { cutShort(now) }
        schedule()
    }
}
