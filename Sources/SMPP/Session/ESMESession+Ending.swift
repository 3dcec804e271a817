// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

extension ESMESession {
    /// Takes no more requests, waits at most `limit` microseconds (nil: `unbindTimeout`) for the window and for open
    /// tickets, then unbinds. Before the session is bound it ends at once. Requests that wait for the window are not
    /// sent any more. Called again, it can only shorten the wait.
    package mutating func unbind(now: Int64, within limit: Int64? = nil) {
        let deadline = now + (limit ?? configuration.unbindTimeout)
        if case .draining(let earlier, let reason) = phase {
            phase = .draining(deadline: min(earlier, deadline), reason: reason)
        } else {
            unbind(.unbound, deadline: deadline)
        }
        advance(now)
    }

    /// Does what is due. Call it at `nextDeadline`; earlier does no harm.
    package mutating func tick(now: Int64) {
        switch phase {
        case .idle, .closed: return
        case .open(let deadline):
            if now >= deadline { end(.noOutbind(configuration.bindTimeout)) }
        case .binding(_, let deadline):
            if now >= deadline { end(.bindUnanswered(configuration.bindTimeout)) }
        case .bound, .draining, .leaving:
            expire(now)
            checkLink(now)
            advance(now)
        case .unbinding(_, let deadline, let reason):
            expire(now)
            if now >= deadline { end(reason) }
        }
    }

    /// When `tick` is due, in monotonic microseconds; nil: never, as it stands.
    package var nextDeadline: Int64? {
        switch phase {
        case .idle, .closed: nil
        case .open(let deadline), .binding(_, let deadline), .unbinding(_, let deadline, _): deadline
        case .bound: min(linkDeadline, windowDeadline, configuration.inactivity.map { lastMessage + $0 } ?? .max)
        case .draining(let deadline, _), .leaving(_, let deadline): min(linkDeadline, windowDeadline, deadline)
        }
    }

    private var linkDeadline: Int64 {
        // Whoever does not read hears nothing.
        if isPaused { return .max }
        return enquiredAt.map { $0 + configuration.enquireTimeout } ?? lastHeard + configuration.enquireAfter
    }

    /// When the oldest request is overdue. What came while nothing was read has a moment to be read.
    var windowDeadline: Int64 {
        guard let oldest = window.oldest, !isPaused else { return .max }
        return max(oldest.sentAt + responseTime.limit, resumedAt + Self.catchUp)
    }

    private mutating func checkLink(_ now: Int64) {
        guard now >= linkDeadline else { return }
        if enquiredAt != nil {
            end(.linkDead(configuration.enquireTimeout))
        } else {
            writeHeader(.enquireLink, .ok, takeSequence())
            enquiredAt = now
        }
    }

    /// What follows from any event: waiting requests go out, a drained session unbinds, an idle one too.
    mutating func advance(_ now: Int64) {
        switch phase {
        case .idle, .open, .binding, .unbinding, .closed: return
        case .bound:
            sendWaiting(now)
            if let inactivity = configuration.inactivity, now >= lastMessage + inactivity {
                unbind(.inactive(inactivity), deadline: now + configuration.unbindTimeout)
                advance(now)
            }
        case .draining(let deadline, let reason):
            guard (window.isEmpty && unanswered.isEmpty) || now >= deadline else { return }
            let sequence = takeSequence()
            writeHeader(.unbind, .ok, sequence)
            phase = .unbinding(
                sequence: sequence, deadline: now + configuration.unbindResponseTimeout, reason: reason)
        case .leaving(let sequence, let deadline):
            guard (window.isEmpty && unanswered.isEmpty) || now >= deadline else { return }
            end(.unboundByPeer, farewell: (CommandID.unbind.response, .ok, sequence))
        }
    }

    private mutating func unbind(_ reason: EndReason, deadline: Int64) {
        switch phase {
        case .idle, .open, .binding: end(reason)
        case .bound:
            phase = .draining(deadline: deadline, reason: reason)
            events.append(.leaving)
        case .draining, .leaving, .unbinding, .closed: break
        }
    }

    /// Responses that are on their way count: unbind_resp, after which the far end closes, waits for them as long as a
    /// response may take.
    mutating func unboundByPeer(_ header: PDUHeader, now: Int64) {
        let farewell = (CommandID.unbind.response, CommandStatus.ok, header.sequence)
        if case .unbinding(_, _, let reason) = phase {
            // Both want it.
            end(reason, farewell: farewell)
        } else if !window.isEmpty || !unanswered.isEmpty {
            switch phase {
            case .bound: events.append(.leaving)
            case .idle, .open, .binding, .draining, .leaving, .unbinding, .closed: break
            }
            phase = .leaving(sequence: header.sequence, deadline: now + responseTime.limit)
        } else {
            end(.unboundByPeer, farewell: farewell)
        }
    }

    mutating func unbindAnswered(_ header: PDUHeader) {
        guard case .unbinding(let sequence, _, let reason) = phase, sequence == header.sequence else {
            counters.unknownResponses += 1
            return
        }
        end(reason)
    }

    /// Closes the session; a farewell PDU is the last of the output.
    mutating func end(_ reason: EndReason, farewell: (CommandID, CommandStatus, UInt32)? = nil) {
        switch phase {
        case .closed: return
        case .idle, .open, .binding, .bound, .draining, .leaving, .unbinding: phase = .closed
        }
        var inDoubt: [UInt64] = []
        var unsent: [UInt64] = []
        window.forEach { entry in
            if entry.ordinal <= handedOver { inDoubt.append(entry.token) } else { unsent.append(entry.token) }
        }
        unsent += waiting.elements.map(\.token)
        // What is told to be unsent must not go out after all.
        if ordinal > handedOver { output.removeAll() }
        if let farewell { writeHeader(farewell.0, farewell.1, farewell.2) }
        waiting = Fifo()
        window = RequestWindow(capacity: 1)
        late = RequestWindow(capacity: 1)
        unanswered = [:]
        enquiredAt = nil
        events.append(.ended(reason, inDoubt: inDoubt, unsent: unsent))
    }
}
