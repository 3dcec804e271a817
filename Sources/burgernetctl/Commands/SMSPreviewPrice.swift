// SPDX-License-Identifier: GPL-3.0-or-later

/// An amount in EUR, exact to a millionth.
struct Price: Equatable {
    let millionths: Int

    init(millionths: Int) { self.millionths = millionths }

    /// Reads `0.0425` or `1`: up to three digits, and up to six decimals after a point. nil for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let decimals = parts.count == 2 ? parts[1] : "0"
        guard (1...3).contains(parts[0].utf8.count), (1...6).contains(decimals.utf8.count),
            (String(parts[0]) + decimals).utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let whole = Int(parts[0]), let fraction = Int(decimals + String(repeating: "0", count: 6 - decimals.count))
        else { return nil }
        millionths = whole * 1_000_000 + fraction
    }

    static func * (price: Price, count: Int) -> Price { Price(millionths: price.millionths * count) }

    /// `510.00`, `0.0425`: two decimals, and more where they are not zero.
    var amount: String {
        var decimals = String(1_000_000 + millionths % 1_000_000).dropFirst()
        while decimals.count > 2, decimals.last == "0" { decimals.removeLast() }
        return "\(millionths / 1_000_000).\(decimals)"
    }
}
