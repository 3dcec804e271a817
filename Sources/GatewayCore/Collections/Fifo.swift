// SPDX-License-Identifier: GPL-3.0-or-later

/// First in, first out, with constant-time ends.
///
/// Public, unlike all else: only what is public is specialized for its elements in other modules, and these are in
/// every turn.
public struct Fifo<Element> {
    @usableFromInline var storage: [Element] = []
    @usableFromInline var head = 0

    @inlinable public init() {}

    @inlinable public var isEmpty: Bool { head == storage.count }
    @inlinable public var count: Int { storage.count - head }
    @inlinable public var first: Element? { isEmpty ? nil : storage[head] }

    /// All of them, the next one to come out first.
    @inlinable public var elements: ArraySlice<Element> { storage[head...] }

    @inlinable public mutating func append(_ element: Element) { storage.append(element) }

    @inlinable public mutating func popFirst() -> Element? {
        guard head < storage.count else { return nil }
        defer {
            head += 1
            // Gives memory back now and then, at a cost that is constant on average.
            if head == storage.count {
                storage.removeAll(keepingCapacity: storage.count < 1024)
                head = 0
            } else if head > 1024, head * 2 > storage.count {
                storage.removeFirst(head)
                head = 0
            }
        }
        return storage[head]
    }

    /// Back to the front, in front of all others.
    /// The newest.
    @inlinable public mutating func popLast() -> Element? { isEmpty ? nil : storage.removeLast() }

    @inlinable public mutating func putBack(_ element: Element) {
        if head > 0 {
            head -= 1
            storage[head] = element
        } else {
            storage.insert(element, at: 0)
        }
    }
}

extension Fifo: Sendable where Element: Sendable {}
