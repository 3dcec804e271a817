// SPDX-License-Identifier: GPL-3.0-or-later

/// Whole units for each of several exact amounts, so that what is shown adds up: their sum is the sum of the exact
/// amounts, rounded once, and none is a whole unit or more away from its exact amount.
///
/// The method of largest remainders: all are rounded down, and what is missing goes, a unit each, to those that lost
/// most; among equals to the first. E.g. 0.004 and 0.004 are 1 and 0 cents of 0.008, which is 1 cent.
package func apportioned(_ parts: [Int64], unit: Int64) -> [Int64] {
    precondition(unit > 0, "a unit is positive")
    var units = parts.map { floored($0, unit) }
    var missing = rounded(parts.reduce(0, +), unit) - units.reduce(0, +)
    let byRemainder = parts.indices.sorted { left, right in
        let (lost, other) = (parts[left] - units[left] * unit, parts[right] - units[right] * unit)
        return lost != other ? lost > other : left < right
    }
    for index in byRemainder where missing > 0 {
        units[index] += 1
        missing -= 1
    }
    return units
}

/// To the nearest whole unit, a half away from zero.
package func rounded(_ amount: Int64, _ unit: Int64) -> Int64 {
    let magnitude = (Int64(amount.magnitude) + unit / 2) / unit
    return amount < 0 ? -magnitude : magnitude
}

private func floored(_ amount: Int64, _ unit: Int64) -> Int64 {
    let quotient = amount / unit
    return amount % unit < 0 ? quotient - 1 : quotient
}
