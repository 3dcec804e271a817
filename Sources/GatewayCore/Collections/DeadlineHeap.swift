// SPDX-License-Identifier: GPL-3.0-or-later

/// What is to be done at which time: the earliest comes out first, of equal times the one that was inserted first.
///
/// Times are whole numbers of any unit and origin; the engine's are microseconds of a ``Timestamp``.
///
/// Public, unlike all else: only what is public is specialized for its elements in other modules, and these are in
/// every turn.
public struct DeadlineHeap<Payload> {
    @usableFromInline
    struct Entry: Comparable {
        @usableFromInline var time: Int64
        @usableFromInline var order: UInt64
        @usableFromInline var payload: Payload

        @inlinable
        init(time: Int64, order: UInt64, payload: Payload) {
            self.time = time
            self.order = order
            self.payload = payload
        }

        @inlinable
        static func < (left: Entry, right: Entry) -> Bool {
            left.time != right.time ? left.time < right.time : left.order < right.order
        }

        // The order alone tells entries apart.
        @inlinable
        static func == (left: Entry, right: Entry) -> Bool { left.order == right.order }
    }

    @usableFromInline var entries = BinaryHeap<Entry>()
    @usableFromInline var lastOrder: UInt64 = 0

    @inlinable public init() {}

    @inlinable public var isEmpty: Bool { entries.isEmpty }
    @inlinable public var count: Int { entries.count }
    @inlinable public var earliest: Int64? { entries.first?.time }

    /// The entry that comes out next, due or not.
    @inlinable public var first: (time: Int64, payload: Payload)? {
        entries.first.map { ($0.time, $0.payload) }
    }

    @inlinable public mutating func insert(_ payload: Payload, at time: Int64) {
        lastOrder += 1
        entries.insert(Entry(time: time, order: lastOrder, payload: payload))
    }

    /// The earliest entry if it is due.
    @inlinable public mutating func popDue(now: Int64) -> (time: Int64, payload: Payload)? {
        guard let first = entries.first, first.time <= now else { return nil }
        _ = entries.popFirst()
        return (first.time, first.payload)
    }
}

extension DeadlineHeap.Entry: Sendable where Payload: Sendable {}
extension DeadlineHeap: Sendable where Payload: Sendable {}
