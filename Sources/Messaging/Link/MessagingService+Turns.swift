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
        pending.append(event)
        guard !isDelivering else { return }
        isDelivering = true
        queue.async { [self] in deliver() }
    }

    /// What has come while the handler was at work is taken at once: on a busy link that spares two wake-ups for each
    /// handful of responses. Others on the queue have their turn after a few rounds.
    private func deliver() {
        for _ in 0..<32 {
            let events = pending
            pending = []
            handler(events)
            onIdle?()
            for case let link? in links { link.stream?.readNow() }
            guard !pending.isEmpty else {
                isDelivering = false
                return
            }
        }
        queue.async { [self] in deliver() }
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
