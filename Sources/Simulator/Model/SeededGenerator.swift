// SPDX-License-Identifier: GPL-3.0-or-later

/// A stream of numbers that depends on nothing but its seed: SplitMix64 (Steele, Lea, Flood 2014).
///
/// Swift's own `Double.random(in:using:)` may change its algorithm between versions; a rehearsal must
/// not, so the few conversions that the model needs are here too.
struct SeededGenerator: Sendable {
    private var state: UInt64

    /// - Parameter domain: keeps streams apart that answer different questions about the same number.
    init(seed: UInt64, domain: String, number: String, attempt: Int = 0) {
        // FNV-1a over all parts; SplitMix64's output function scrambles what it leaves regular.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        for byte in domain.utf8 { mix(byte) }
        mix(0)
        for byte in number.utf8 { mix(byte) }
        mix(0)
        for shift in stride(from: 0, to: 64, by: 8) { mix(UInt8(truncatingIfNeeded: attempt >> shift)) }
        for shift in stride(from: 0, to: 64, by: 8) { mix(UInt8(truncatingIfNeeded: seed >> UInt64(shift))) }
        state = hash
    }

    mutating func next() -> UInt64 {
        state = state &+ 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }

    /// At least 0, below 1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    mutating func chance(_ probability: Double) -> Bool { unit() < probability }

    mutating func value(in range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * unit()
    }

    mutating func integer(in range: ClosedRange<Int>) -> Int {
        let count = Double(range.upperBound - range.lowerBound + 1)
        return min(range.upperBound, range.lowerBound + Int(count * unit()))
    }

    /// nil when there is nothing to choose from.
    mutating func element<Element>(of elements: [Element]) -> Element? {
        guard !elements.isEmpty else { return nil }
        return elements[integer(in: 0...(elements.count - 1))]
    }
}
