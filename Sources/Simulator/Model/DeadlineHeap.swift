// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Which call is due next: a binary heap with one live entry per call.
///
/// Setting a call's deadline again leaves the old entry in the heap; it is passed over when it comes up.
struct DeadlineHeap: Sendable {
    private struct Entry {
        var time: Timestamp
        var call: UInt64
    }

    private var entries: [Entry] = []
    private var deadlines: [UInt64: Timestamp] = [:]

    /// nil: the call waits for nothing.
    mutating func set(_ time: Timestamp?, for call: UInt64) {
        guard deadlines[call] != time else { return }
        deadlines[call] = time
        guard let time else { return }
        entries.append(Entry(time: time, call: call))
        siftUp(entries.count - 1)
    }

    /// The next deadline.
    mutating func earliest() -> Timestamp? {
        dropStale()
        return entries.first?.time
    }

    /// Takes out a call whose deadline has come.
    mutating func popDue(at now: Timestamp) -> UInt64? {
        dropStale()
        guard let first = entries.first, first.time <= now else { return nil }
        deadlines[first.call] = nil
        removeFirst()
        return first.call
    }

    private mutating func dropStale() {
        while let first = entries.first, deadlines[first.call] != first.time { removeFirst() }
    }

    private mutating func removeFirst() {
        guard let last = entries.popLast(), !entries.isEmpty else { return }
        entries[0] = last
        var index = 0
        while true {
            let left = 2 * index + 1
            guard left < entries.count else { return }
            let right = left + 1
            let child = right < entries.count && entries[right].time < entries[left].time ? right : left
            guard entries[child].time < entries[index].time else { return }
            entries.swapAt(child, index)
            index = child
        }
    }

    private mutating func siftUp(_ start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            guard entries[index].time < entries[parent].time else { return }
            entries.swapAt(index, parent)
            index = parent
        }
    }
}
