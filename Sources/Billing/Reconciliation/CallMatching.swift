// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Pairs calls of two lists that have the same number and nearly the same time: of all that are left always the
/// two that are nearest in time, and none twice. The same lists give the same pairs; n calls take n log n steps,
/// also when all are to one number.
struct CallMatching {
    struct Entry {
        var number: UInt64
        /// Microseconds.
        var time: Int64
        var isCarrier: Bool
        /// In its list.
        var index: Int
    }

    private var entries: [Entry]
    private let tolerance: Int64
    private var previous: [Int]
    private var next: [Int]
    private var heap = BinaryHeap<Pair>()

    private init(_ entries: [Entry], tolerance: Interval) {
        // The index decides between equals, so that the order of a file decides and not chance.
        self.entries = entries.sorted { left, right in
            if left.number != right.number { return left.number < right.number }
            if left.time != right.time { return left.time < right.time }
            if left.isCarrier != right.isCarrier { return !left.isCarrier }
            return left.index < right.index
        }
        self.tolerance = tolerance.microseconds
        previous = Array(-1..<(entries.count - 1))
        next = Array(1..<(entries.count + 1))
    }

    /// Pairs of indices into the ledger's and the carrier's list.
    static func pairs(_ entries: [Entry], tolerance: Interval) -> [(ledger: Int, carrier: Int)] {
        guard !entries.isEmpty else { return [] }
        var matching = CallMatching(entries, tolerance: tolerance)
        return matching.run()
    }

    private mutating func run() -> [(ledger: Int, carrier: Int)] {
        // The nearest pair of a number is always one of neighbours in order of time.
        for position in 0..<(entries.count - 1) { consider(position, position + 1) }
        var partners: [Int?] = Array(repeating: nil, count: entries.count)
        while let pair = heap.popFirst() {
            // One of them may have been paired since.
            guard next[pair.left] == pair.right else { continue }
            partners[pair.left] = pair.right
            partners[pair.right] = pair.left
            let (before, after) = (previous[pair.left], next[pair.right])
            next[pair.left] = -1
            next[pair.right] = -1
            if before >= 0 { next[before] = after }
            if after < entries.count { previous[after] = before }
            if before >= 0, after < entries.count { consider(before, after) }
        }
        preferFirst(&partners)
        return entries.indices.compactMap { position in
            guard !entries[position].isCarrier, let partner = partners[position] else { return nil }
            return (entries[position].index, entries[partner].index)
        }
    }

    /// Of several of one side with the same number and time, those that stand first in their list are the paired ones.
    private func preferFirst(_ partners: inout [Int?]) {
        var start = 0
        while start < entries.count {
            let first = entries[start]
            var end = start + 1
            while end < entries.count, entries[end].number == first.number, entries[end].time == first.time,
                entries[end].isCarrier == first.isCarrier
            { end += 1 }
            if end - start > 1 {
                let paired = partners[start..<end].compactMap { $0 }
                for position in start..<end {
                    let partner = position - start < paired.count ? paired[position - start] : nil
                    partners[position] = partner
                    if let partner { partners[partner] = position }
                }
            }
            start = end
        }
    }

    private mutating func consider(_ left: Int, _ right: Int) {
        let (first, second) = (entries[left], entries[right])
        guard first.number == second.number, first.isCarrier != second.isCarrier else { return }
        let distance = second.time - first.time
        if distance <= tolerance { heap.insert(Pair(distance: distance, left: left, right: right)) }
    }
}

/// Two rows that may be one call: the nearest pair comes first, among equals the one that stands first.
private struct Pair: Comparable {
    /// Microseconds between the two.
    var distance: Int64
    var left: Int
    var right: Int

    static func < (first: Pair, second: Pair) -> Bool {
        first.distance != second.distance ? first.distance < second.distance : first.left < second.left
    }
}
