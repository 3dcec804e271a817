// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

extension ValueReader where Value == Money {
    /// `0.24`: at most six decimals.
    static var amount: ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                guard let amount = Money(decimal: text), amount.microEuros <= 1_000_000_000_000_000 else {
                    let hint = text.contains(",") ? "; the decimal sign is a point" : ""
                    throw ValueError("\(quoted(text)) is no amount: write 0.24 or 17500\(hint)")
                }
                return amount
            },
            write: \.decimal)
    }
}
