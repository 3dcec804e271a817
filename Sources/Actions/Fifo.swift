// SPDX-License-Identifier: GPL-3.0-or-later

/// First in, first out, with constant-time ends.
struct Fifo<Element> {
    private var storage: [Element] = []
    private var head = 0

    var isEmpty: Bool { head == storage.count }
    var count: Int { storage.count - head }
    var first: Element? { isEmpty ? nil : storage[head] }

    mutating func append(_ element: Element) { storage.append(element) }

    mutating func popFirst() -> Element? {
        guard head < storage.count else { return nil }
        defer {
            head += 1
            // Gives memory back now and then, at a cost that is constant on average.
            if head > 1024, head * 2 > storage.count {
                storage.removeFirst(head)
                head = 0
            }
        }
        return storage[head]
    }

    /// Back to the front, in front of all others.
    mutating func putBack(_ element: Element) {
        if head > 0 {
            head -= 1
            storage[head] = element
        } else {
            storage.insert(element, at: 0)
        }
    }
}

extension Fifo: Sendable where Element: Sendable {}

/// A heap of deadlines, earliest first; equal times in order of insertion.
struct DeadlineHeap<Payload: Sendable>: Sendable {
    private struct Entry {
        var time: Int64
        var order: UInt64
        var payload: Payload
    }
    private var entries: [Entry] = []
    private var lastOrder: UInt64 = 0

    var isEmpty: Bool { entries.isEmpty }
    var earliest: Int64? { entries.first?.time }

    mutating func insert(_ payload: Payload, at time: Int64) {
        lastOrder += 1
        entries.append(Entry(time: time, order: lastOrder, payload: payload))
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard precedes(child, parent) else { break }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    /// The earliest entry if it is due.
    mutating func popDue(now: Int64) -> (time: Int64, payload: Payload)? {
        guard let first = entries.first, first.time <= now else { return nil }
        let last = entries.removeLast()
        if !entries.isEmpty {
            entries[0] = last
            var parent = 0
            while true {
                var smallest = parent
                for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count && precedes(child, smallest) {
                    smallest = child
                }
                if smallest == parent { break }
                entries.swapAt(parent, smallest)
                parent = smallest
            }
        }
        return (first.time, first.payload)
    }

    private func precedes(_ left: Int, _ right: Int) -> Bool {
        (entries[left].time, entries[left].order) < (entries[right].time, entries[right].order)
    }
}
