// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Events in the order of their times, those of one time in the order in which they were added: a binary heap.
struct TimedQueue<Event> {
    private struct Entry {
        var time: Timestamp
        var order: UInt64
        var event: Event

        func isBefore(_ other: Entry) -> Bool {
            time != other.time ? time < other.time : order < other.order
        }
    }

    private var entries: [Entry] = []
    private var order: UInt64 = 0

    var count: Int { entries.count }
    var next: Timestamp? { entries.first?.time }

    mutating func add(_ event: Event, at time: Timestamp) {
        order += 1
        entries.append(Entry(time: time, order: order, event: event))
        var index = entries.count - 1
        while index > 0 {
            let parent = (index - 1) / 2
            guard entries[index].isBefore(entries[parent]) else { return }
            entries.swapAt(index, parent)
            index = parent
        }
    }

    /// nil: nothing is due.
    mutating func popDue(at now: Timestamp) -> (time: Timestamp, event: Event)? {
        guard let first = entries.first, first.time <= now else { return nil }
        let last = entries.removeLast()
        guard !entries.isEmpty else { return (first.time, first.event) }
        entries[0] = last
        var index = 0
        while true {
            let left = 2 * index + 1
            guard left < entries.count else { break }
            let right = left + 1
            let child = right < entries.count && entries[right].isBefore(entries[left]) ? right : left
            guard entries[child].isBefore(entries[index]) else { break }
            entries.swapAt(child, index)
            index = child
        }
        return (first.time, first.event)
    }
}
