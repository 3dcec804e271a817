// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import ControlProtocol
import Platform

/// Ended calls per trunk since the start. Any thread.
final class TrunkTallies: Sendable {
    private let counters = Locked<[String: TrunkCounters]>([:])

    func counters(of trunk: String) -> TrunkCounters { counters.withLock { $0[trunk] ?? TrunkCounters() } }

    func count(_ cdr: CallDetailRecord) {
        counters.withLock { all in
            var one = all[cdr.trunk] ?? TrunkCounters()
            switch cdr.disposition {
            case .answered: one.answered += 1
            case .noAnswer: one.noAnswer += 1
            case .busy: one.busy += 1
            case .failed: one.failed += 1
            case .congestion: one.congestion += 1
            case .delivered, .sent, .undelivered, .expired, .rejected, .unknown: break
            }
            all[cdr.trunk] = one
        }
    }
}
