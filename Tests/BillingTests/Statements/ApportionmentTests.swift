// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import Testing

@Suite("Amounts that add up") struct ApportionmentTests {
    @Test(
        "Largest remainders",
        arguments: [
            ([], []),
            ([4_000, 4_000], [1, 0]),  // 0.8 cent in all is 1
            ([3_333, 3_333, 3_333], [1, 0, 0]),
            ([15_000, 15_000], [2, 1]),  // 3 cents
            ([-15_000], [-2]),  // a half away from zero
            ([5_000], [1]),
            ([-4_000, -4_000], [0, -1]),
            ([10_000, 20_000], [1, 2]),  // whole cents stay
            ([19_999, -9_999], [2, -1]),
            ([0, 0], [0, 0]),
        ] as [([Int64], [Int64])])
    func examples(parts: [Int64], cents: [Int64]) {
        #expect(apportioned(parts, unit: 10_000) == cents)
    }

    @Test(
        "The sum is that of the exact amounts, rounded once; none is a unit away",
        arguments: 1...50 as ClosedRange<UInt64>)
    func properties(seed: UInt64) {
        var random = SplitMix(state: seed)
        let count = Int.random(in: 1...200, using: &random)
        let parts = (0..<count).map { _ in Int64.random(in: -1_000_000...5_000_000, using: &random) }
        let cents = apportioned(parts, unit: 10_000)
        #expect(cents.reduce(0, +) == rounded(parts.reduce(0, +), 10_000))
        for (part, cent) in zip(parts, cents) { #expect(abs(cent * 10_000 - part) < 10_000) }
    }
}
