// SPDX-License-Identifier: GPL-3.0-or-later

/// Telephone numbers as they stand in texts. Source of lengths: the Dutch numbering plan for telephone services.
package enum TelephoneNumber {
    /// Emergency and service numbers that are written without an area code; those of three digits mean themselves only
    /// where somebody is to call them, but for 112.
    static let short: Set<String> = ["112", "113", "144", "116000", "116111", "116117", "116123", "1400"]

    /// Area codes of three digits; all others have four.
    private static let shortAreas: Set<String> = [
        "010", "013", "014", "015", "020", "023", "024", "026", "030", "033", "035", "036", "038", "040", "043", "045",
        "046", "050", "053", "055", "058", "070", "071", "072", "073", "074", "075", "076", "077", "078", "079", "084",
        "085", "087", "088", "091",
    ]

    /// The same number always in the same way: a Dutch one as it is dialled in the country, a foreign one with `+`,
    /// digits only.
    package static func normalised(_ text: String) -> String {
        let digits = String(decoding: text.utf8.filter { (0x30...0x39).contains($0) }, as: UTF8.self)
        let isInternational = text.contains("+") || digits.hasPrefix("00")
        guard isInternational else { return digits }
        var number = digits[...]
        if number.hasPrefix("00") { number = number.dropFirst(2) }
        guard number.hasPrefix("31") else { return "+\(number)" }
        number = number.dropFirst(2)
        return number.hasPrefix("0") ? String(number) : "0\(number)"
    }

    /// Whether a normalised number is as long as one of its kind.
    static func isWhole(_ number: String) -> Bool {
        let count = number.utf8.count
        if number.hasPrefix("+") { return (8...16).contains(count) }
        guard number.hasPrefix("0") else { return short.contains(number) || number.hasPrefix("140") && count >= 5 }
        return isServiceNumber(number) ? count == 8 || count == 11 : count == 10
    }

    /// 0800, 0900, 0906, 0909: four or seven digits follow.
    static func isServiceNumber(_ number: some StringProtocol) -> Bool {
        ["0800", "0900", "0906", "0909"].contains { number.hasPrefix($0) }
    }

    /// How the digits of a normalised number stand together when they are said: its first part, then pairs, and where
    /// their number is odd, three first.
    static func groups(_ number: String) -> [Substring] {
        if number.hasPrefix("+") {
            return [number.dropFirst().prefix(2)] + pairs(number.dropFirst(3))
        }
        let head: Int
        if !number.hasPrefix("0") {
            head = number.hasPrefix("14") && number.utf8.count > 3 ? 2 : number.hasPrefix("116") ? 3 : number.utf8.count
        } else if isServiceNumber(number) {
            head = 4
        } else if number.hasPrefix("06") {
            head = 2
        } else {
            head = shortAreas.contains(String(number.prefix(3))) ? 3 : 4
        }
        let rest = number.dropFirst(head)
        let isOne = rest.utf8.count == 3 || !number.hasPrefix("0")
        return [number.prefix(head)] + (rest.isEmpty ? [] : isOne ? [rest] : pairs(rest))
    }

    static func pairs(_ digits: Substring) -> [Substring] {
        var rest = digits
        var groups: [Substring] = []
        if rest.utf8.count % 2 == 1 {
            let first = rest.utf8.count == 1 ? 1 : 3
            groups.append(rest.prefix(first))
            rest = rest.dropFirst(first)
        }
        while !rest.isEmpty {
            groups.append(rest.prefix(2))
            rest = rest.dropFirst(2)
        }
        return groups
    }
}
