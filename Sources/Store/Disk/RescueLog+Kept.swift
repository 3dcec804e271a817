// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore

extension RescueLog {
    /// What a former process kept, in order.
    struct Kept {
        var calls: [RescuedCall] = []
        var cancels: [RescuedCancel] = []
        /// Its last sign of life; nil: none.
        var alive: Timestamp?
        /// Lines that cannot be read.
        var damaged = 0

        var isEmpty: Bool { calls.isEmpty && cancels.isEmpty && damaged == 0 }

        /// Calls are as they would be in the journal, had the disk taken it.
        func apply(to snapshot: inout JournalSnapshot) {
            let places = Dictionary(
                snapshot.calls.enumerated().map { ($0.element.id.value, $0.offset) },
                uniquingKeysWith: { first, _ in first })
            var isOfThisJournal = false
            for answer in calls {
                guard let index = places[answer.attempt], answer.isOf(snapshot.calls[index]) else { continue }
                isOfThisJournal = true
                let call = snapshot.calls[index]
                let known = answer.civilOffset(of: call)
                let offset = known ?? snapshot.clock?.civilOffset ?? .zero
                snapshot.calls[index] = answer.applied(to: call, civilOffset: offset)
                snapshot.rescuedEnds[call.id] = answer.end.map {
                    RescuedEnd(time: Timestamp(microseconds: $0) - offset, civilOffset: known)
                }
            }
            if isOfThisJournal, let alive { snapshot.lastAlive = max(alive, snapshot.lastAlive ?? alive) }
        }
    }
}
