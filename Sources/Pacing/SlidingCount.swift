// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Events of the last twenty slices of time.
struct SlidingCount: Sendable {
    private static let slices = 20
    private let slice: Int64
    private var counts = [Int](repeating: 0, count: slices)
    private var newest: Int64 = 0

    init(slice: Interval) { self.slice = slice.microseconds }

    mutating func add(_ time: Timestamp) {
        advance(to: time.microseconds / slice)
        counts[Int(newest % Int64(Self.slices))] += 1
    }

    func count(now: Timestamp) -> Int {
        let end = now.microseconds / slice
        var sum = 0
        for offset in 0..<Int64(Self.slices) where newest - offset > end - Int64(Self.slices) && newest - offset >= 0 {
            sum += counts[Int((newest - offset) % Int64(Self.slices))]
        }
        return sum
    }

    mutating func removeAll() { counts = [Int](repeating: 0, count: Self.slices) }

    private mutating func advance(to slice: Int64) {
        guard slice > newest else { return }
        for step in 1...min(slice - newest, Int64(Self.slices)) {
            counts[Int((newest + step) % Int64(Self.slices))] = 0
        }
        // After a long silence every slice was cleared above, whichever they are.
        newest = slice
    }
}
