// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Which call is due next; each call has one deadline at most.
///
/// Setting a call's deadline again leaves the old entry in the heap; it is passed over when it comes up.
struct CallDeadlines: Sendable {
    private var heap = DeadlineHeap<UInt64>()
    private var deadlines: [UInt64: Timestamp] = [:]

    /// nil: the call waits for nothing.
    mutating func set(_ time: Timestamp?, for call: UInt64) {
        guard deadlines[call] != time else { return }
        deadlines[call] = time
        if let time { heap.insert(call, at: time.microseconds) }
    }

    /// The next deadline.
    mutating func earliest() -> Timestamp? {
        dropStale()
        return heap.earliest.map(Timestamp.init(microseconds:))
    }

    /// Takes out a call whose deadline has come.
    mutating func popDue(at now: Timestamp) -> UInt64? {
        dropStale()
        guard let due = heap.popDue(now: now.microseconds) else { return nil }
        deadlines[due.payload] = nil
        return due.payload
    }

    private mutating func dropStale() {
        while let first = heap.first, deadlines[first.payload]?.microseconds != first.time {
            _ = heap.popDue(now: first.time)
        }
    }
}
