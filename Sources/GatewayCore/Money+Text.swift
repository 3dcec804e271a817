// SPDX-License-Identifier: GPL-3.0-or-later

extension Money {
    /// Euros with all six decimals, `-0.050000`.
    public var decimalText: String {
        let fraction = String(microEuros.magnitude % 1_000_000)
        return "\(microEuros < 0 ? "-" : "")\(microEuros.magnitude / 1_000_000)."
            + String(repeating: "0", count: 6 - fraction.utf8.count) + fraction
    }

    /// Reads `12`, `12.5` or `-0.000001`; nil: it is no amount, or has more than six decimals or nine digits before.
    public init?(decimalText text: String) {
        let digits = text.utf8.first == 45 ? text.dropFirst() : text[...]
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, (1...9).contains(whole.utf8.count), let euros = Int64(whole) else { return nil }
        var micro: Int64 = 0
        if parts.count == 2 {
            guard (1...6).contains(parts[1].utf8.count) else { return nil }
            let padded = parts[1] + String(repeating: "0", count: 6 - parts[1].utf8.count)
            guard let value = Int64(padded) else { return nil }
            micro = value
        }
        guard digits.utf8.allSatisfy({ (48...57).contains($0) || $0 == 46 }) else { return nil }
        let amount = euros * 1_000_000 + micro
        self.init(microEuros: text.utf8.first == 45 ? -amount : amount)
    }
}
