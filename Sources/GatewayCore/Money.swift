// SPDX-License-Identifier: GPL-3.0-or-later

/// An amount of money in whole micro-euros (or millionths of the tariff's other currency): sums are exact.
public struct Money: Hashable, Sendable, Codable, Comparable {
    public var microEuros: Int64

    public init(microEuros: Int64) { self.microEuros = microEuros }

    public static let zero = Money(microEuros: 0)

    public static func < (left: Money, right: Money) -> Bool { left.microEuros < right.microEuros }
    public static func + (left: Money, right: Money) -> Money { Money(microEuros: left.microEuros + right.microEuros) }
    public static func - (left: Money, right: Money) -> Money { Money(microEuros: left.microEuros - right.microEuros) }
    public static prefix func - (amount: Money) -> Money { Money(microEuros: -amount.microEuros) }
    public static func += (left: inout Money, right: Money) { left = left + right }
    public static func -= (left: inout Money, right: Money) { left = left - right }
}
