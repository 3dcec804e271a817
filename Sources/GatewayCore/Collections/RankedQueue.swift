// SPDX-License-Identifier: GPL-3.0-or-later

/// Elements of a few ranks: those of the highest come out first, equal ones in turn.
public struct RankedQueue<Element> {
    @usableFromInline var queues: [Fifo<Element>]
    @usableFromInline var total = 0

    /// - Parameter ranks: How many there are; elements have the ranks from 0 to one less.
    @inlinable public init(ranks: Int) { queues = Array(repeating: Fifo(), count: ranks) }

    @inlinable public var isEmpty: Bool { total == 0 }
    @inlinable public var count: Int { total }

    /// The rank of the first; 0 when there is none.
    @inlinable public var highest: Int { queues.lastIndex { !$0.isEmpty } ?? 0 }

    /// - Parameter rank: One beyond the highest counts as the highest, one below 0 as 0.
    @inlinable public mutating func append(_ element: Element, rank: Int) {
        queues[Swift.min(Swift.max(0, rank), queues.count - 1)].append(element)
        total += 1
    }

    @inlinable public mutating func popFirst() -> Element? {
        guard total > 0 else { return nil }
        total -= 1
        return queues[highest].popFirst()
    }
}

extension RankedQueue: Sendable where Element: Sendable {}
