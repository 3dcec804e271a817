// SPDX-License-Identifier: GPL-3.0-or-later

extension Money {
    /// Reads `0.0425` or `12`: up to nine digits, and up to six decimals after a point. nil for anything else.
    package init?(decimal text: some StringProtocol) {
        let parts = text.utf8.split(separator: 46, omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), (1...9).contains(parts[0].count),
            parts.allSatisfy({ part in !part.isEmpty && part.allSatisfy { (48...57).contains($0) } })
        else { return nil }
        var value: Int64 = 0
        for digit in parts[0] { value = value * 10 + Int64(digit - 48) }
        let decimals = parts.count == 2 ? parts[1].count : 0
        guard decimals <= 6 else { return nil }
        if decimals > 0 { for digit in parts[1] { value = value * 10 + Int64(digit - 48) } }
        for _ in decimals..<6 { value *= 10 }
        self.init(microEuros: value)
    }

    /// `0.0425`, `-12.50`: two decimals, and more where they are not zero.
    package var decimal: String {
        let magnitude = microEuros.magnitude
        var decimals = String(1_000_000 + magnitude % 1_000_000).dropFirst()
        while decimals.utf8.count > 2, decimals.last == "0" { decimals.removeLast() }
        return "\(microEuros < 0 ? "-" : "")\(magnitude / 1_000_000).\(decimals)"
    }

    /// Euros with all six decimals, `-0.050000`.
    package var decimalText: String {
        let fraction = String(microEuros.magnitude % 1_000_000)
        return "\(microEuros < 0 ? "-" : "")\(microEuros.magnitude / 1_000_000)."
            + String(repeating: "0", count: 6 - fraction.utf8.count) + fraction
    }

    /// As ``init(decimal:)``, also with a sign: `-0.000001`.
    package init?(decimalText text: String) {
        let isNegative = text.utf8.first == 45
        guard let magnitude = Money(decimal: isNegative ? text.dropFirst() : text[...]) else { return nil }
        self = isNegative ? -magnitude : magnitude
    }
}
