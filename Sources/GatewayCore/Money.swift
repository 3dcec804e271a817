// SPDX-License-Identifier: GPL-3.0-or-later

/// An amount of money in whole micro-euros (or millionths of the tariff's other currency): sums are exact.
package struct Money: Hashable, Sendable, Journalled, Comparable {
    package var microEuros: Int64

    package init(microEuros: Int64) { self.microEuros = microEuros }

    /// Names in the journal, which stay whatever the properties are called.
    package enum CodingKeys: String, CodingKey {
        case microEuros = "microEuros"
    }

    package static let zero = Money(microEuros: 0)

    package static func < (left: Money, right: Money) -> Bool { left.microEuros < right.microEuros }
    package static func + (left: Money, right: Money) -> Money { Money(microEuros: left.microEuros + right.microEuros) }
    package static func - (left: Money, right: Money) -> Money { Money(microEuros: left.microEuros - right.microEuros) }
    package static prefix func - (amount: Money) -> Money { Money(microEuros: -amount.microEuros) }
    package static func += (left: inout Money, right: Money) { left = left + right }
    package static func -= (left: inout Money, right: Money) { left = left - right }
}
