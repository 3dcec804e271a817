// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

extension Rater {
    /// So long may pass from the decision to the answer, or to the submission.
    private static let horizon = Interval.minutes(24 * 60)
    /// Timers and clocks are not exact: a call may be so much longer than it may last.
    private static let slack: Int64 = 10_000

    /// What an attempt can be charged at most, at whatever hour it falls into; zero when no tariff says anything of it.
    ///
    /// `longestCall`: for a call, of `usage` only the destination counts; for an SMS all its segments do.
    package func worstCharge(_ usage: Usage, longestCall: Interval) -> Money {
        let milliseconds = longestCall.milliseconds + Self.slack
        var worst = Money.zero
        for tariff in book.candidates(.charge, for: usage, until: usage.start + Self.horizon) {
            guard let found = tariff.schedule(usage.channel, number: usage.number) else { continue }
            let rates = found.schedule.rates.map { tariff.tariff.rates[$0].price }
            let sixtieths = Self.bound(rates, usage.quantity, milliseconds)
            // Whatever the rounding is, it gives no more than a step above.
            var rounding = tariff.tariff.rounding
            rounding.mode = .up
            worst = max(worst, rounding.round(sixtieths: sixtieths))
        }
        return worst
    }

    /// The dearest of everything at once, with one increment more than the call could have: it may cross hours.
    private static func bound(_ prices: [Price], _ quantity: Usage.Quantity, _ milliseconds: Int64) -> Int64 {
        var (connect, perMinute, minimum): (Int64, Int64, Int64) = (0, 0, 0)
        var (longest, increment): (Int64, Int64) = ((milliseconds + 999) / 1000, 0)
        for price in prices {
            switch price {
            case .sms(let each):
                perMinute = max(perMinute, each.microEuros)
            case .voice(let voice):
                connect = max(connect, voice.connectFee.microEuros)
                perMinute = max(perMinute, voice.perMinute.microEuros)
                minimum = max(minimum, voice.minimumCharge.microEuros)
                longest = max(longest, Int64(voice.minimumDuration), Int64(voice.firstIncrement))
                increment = max(increment, Int64(voice.nextIncrement))
            }
        }
        switch quantity {
        case .sms(let segments): return perMinute * Int64(segments) * 60
        case .call: return max(connect * 60 + (longest + increment) * perMinute, minimum * 60)
        }
    }
}
