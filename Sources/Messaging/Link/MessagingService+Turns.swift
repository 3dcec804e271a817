// SPDX-License-Identifier: GPL-3.0-or-later
@preconcurrency import Dispatch
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
        if pending.isEmpty {
            queue.async { [self] in
                let events = pending
                pending = []
                handler(events)
            }
        }
        pending.append(event)
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
