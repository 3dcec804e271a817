// SPDX-License-Identifier: GPL-3.0-or-later
import SMPP

extension Link {
    /// For people.
    var status: BindStatus {
        var state = BindStatus.State.waiting
        var nextAttempt: Int64?
        switch phase {
        case .stopped: break
        case .waiting(let until): nextAttempt = until
        case .preparing: state = .connecting
        case .running:
            switch session?.state {
            case nil, .idle, .open: state = .connecting
            case .binding: state = .binding
            case .bound: state = .bound
            case .draining, .unbinding, .closed: state = .unbinding
            }
        }
        return BindStatus(
            bind: index, name: settings.name, smsc: settings.smsc, state: state, peer: peer,
            smscSystemID: smscSystemID, tls: stream?.tlsSummary, window: settings.window,
            windowUsed: session?.windowUsed ?? 0, waiting: session?.waitingCount ?? 0,
            counters: session?.counters ?? counters, reconnects: max(0, timesBound - 1),
            roundTrip: session?.roundTrip ?? responseTime?.average, boundSince: boundSince, nextAttempt: nextAttempt,
            lastError: lastError?.text, lastErrorAt: lastError?.at)
    }
}
