// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import Pacing

/// What minutes of calls say of a pace, where a dozen calls mislead (docs/pace.md).
@Suite struct PaceSharesTests {
    private let start = Timestamp(milliseconds: 1_000_000)

    /// Calls at a pace, of which one in so many is refused; 0: none.
    private func add(_ calls: Int, at pace: Double, oneIn: Int, to shares: inout PaceShares, from begin: Timestamp)
        -> Timestamp
    {
        var now = begin
        for call in 0..<calls {
            shares.add(isRefused: oneIn > 0 && call % oneIn == 0, pace: pace, contract: 20, now: now)
            now = now + .seconds(1 / pace)
        }
        return now
    }

    @Test("A lower pace helps where surely fewer are refused at it than well above it")
    func helps() {
        var shares = PaceShares()
        var now = add(60, at: 20, oneIn: 2, to: &shares, from: start)
        #expect(!shares.showsThatLessHelps(at: 10, now: now))
        now = add(40, at: 10, oneIn: 10, to: &shares, from: now)
        #expect(shares.showsThatLessHelps(at: 10, now: now))
        // After a quarter of an hour it is forgotten.
        #expect(!shares.showsThatLessHelps(at: 10, now: now + .minutes(15)))
    }

    @Test("It does not where the same share is refused at every pace")
    func numbers() {
        var shares = PaceShares()
        var now = add(100, at: 20, oneIn: 3, to: &shares, from: start)
        now = add(60, at: 10, oneIn: 3, to: &shares, from: now)
        #expect(!shares.showsThatLessHelps(at: 10, now: now))
        #expect(abs(shares.about(10, now: now).share - 0.33) < 0.05)
    }

    @Test("What surely came through is never more than a carrier takes, whether it counts by seconds or saves up")
    func surelyTaken() {
        for capacity in [Carrier.Capacity.second(7), .bucket(rate: 7, depth: 7), .bucket(rate: 7, depth: 1)] {
            var carrier = Carrier(capacity)
            var shares = PaceShares()
            var now = Timestamp(milliseconds: 1_000_900)
            for call in 0..<200 {
                // From far above what it takes to far below.
                let pace = call < 100 ? 20.0 : 4
                shares.add(isRefused: !carrier.takes(at: now), pace: pace, contract: 20, now: now)
                #expect(shares.surelyTaken(now: now) <= 7)
                now = now + .seconds(1 / pace)
            }
            #expect(shares.surelyTaken(now: now) > 3)
        }
    }
}
