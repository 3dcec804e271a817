// SPDX-License-Identifier: GPL-3.0-or-later

/// A telephone number in E.164: `+` and 7 to 15 digits.
///
/// Personal data: ``description`` is redacted (`+316*****678`); ask for ``e164`` where the number
/// itself is meant.
package struct PhoneNumber: Hashable, Sendable, CustomStringConvertible {
    package let e164: String

    /// Takes a number that is in E.164 already (from the journal); nil otherwise.
    package init?(e164: String) {
        let bytes = e164.utf8
        guard bytes.first == 43, (8...16).contains(bytes.count),
            bytes.dropFirst().allSatisfy({ (48...57).contains($0) })
        else { return nil }
        self.e164 = e164
    }

    /// As the journal keeps it: a number, or the pseudonym that has taken its place; nil: neither.
    package init?(journalled text: String) {
        guard NumberPseudonyms.isPseudonym(text) else {
            self.init(e164: text)
            return
        }
        self.init(pseudonym: text)
    }

    private init(pseudonym: String) { e164 = pseudonym }

    /// The number itself is gone; ``e164`` is its pseudonym.
    package var isPurged: Bool { NumberPseudonyms.isPseudonym(e164) }

    package var description: String { redacted }

    /// Its digits as one number; no two telephone numbers have the same, since none begins with 0. 0: it is purged.
    package var digits: UInt64 { isPurged ? 0 : e164.utf8.dropFirst().reduce(0) { $0 * 10 + UInt64($1 - 48) } }

    /// The first four and last three characters, the rest as asterisks; a pseudonym as it is.
    package var redacted: String {
        guard !isPurged else { return e164 }
        let hidden = max(0, e164.utf8.count - 7)
        return e164.prefix(4) + String(repeating: "*", count: hidden) + e164.suffix(3)
    }
}

/// Why a text is not a number that may be dialled.
package enum PhoneNumberError: Error, Equatable, Sendable, CustomStringConvertible {
    case empty
    case illegalCharacter(Character)
    case tooShort(digits: Int)
    case tooLong(digits: Int)
    /// Neither international nor with a trunk prefix: `612345678`.
    case noPrefix
    case wrongLength(range: String, expected: String, found: Int)
    /// No rule of the numbering plan allows it; the text says which kind it is.
    case notAllowed(String)

    package var description: String {
        switch self {
        case .empty: "the number is empty"
        case .illegalCharacter(let character): "the number contains \"\(character)\""
        case .tooShort(let digits): "the number is too short: \(digits) digits"
        case .tooLong(let digits): "the number is too long: \(digits) digits, E.164 allows 15"
        case .noPrefix: "the number starts with neither +, 00 nor 0"
        case .wrongLength(let range, let expected, let found):
            "\(range) numbers have \(expected) digits after the country code, this one has \(found)"
        case .notAllowed(let kind): "\(kind) may not be dialled; allow its prefix in [Numbers] to change that"
        }
    }
}

/// Which numbers may be dialled, and how national ones become E.164. Defaults: the Netherlands.
///
/// Source: E.164; the Dutch numbering plan for telephone and ISDN services.
package struct NumberingPlan: Equatable, Sendable {
    /// Without `+`.
    package var countryCode: String
    /// E.164 prefixes (`+31`), longest match decides between both lists; nothing matches: refused.
    package var allowed: [String]
    package var refused: [String]

    package init(
        countryCode: String = "31", allowed: [String] = ["+31"],
        refused: [String] = ["+31900", "+31906", "+31909"]
    ) {
        self.countryCode = countryCode
        self.allowed = allowed
        self.refused = refused
    }

    /// Reads a number as people write it; spaces, dashes, dots, slashes and brackets are passed over.
    ///
    /// `+31612345678`, `0031612345678`, `0612345678` and `+31 (0)6 12345678` are all the same number.
    /// Throws ``PhoneNumberError``.
    package func parse(_ text: String) throws(PhoneNumberError) -> PhoneNumber {
        var (digits, international) = if let plain = Self.plain(text) { plain } else { try Self.written(text) }
        guard !digits.isEmpty else { throw .empty }
        if !international, digits.hasPrefix("00") {
            digits.removeFirst(2)
            international = true
        }
        if international {
            guard digits.first != "0" else { throw .notAllowed("a country code that starts with 0") }
        } else if digits.hasPrefix("0") {
            digits = countryCode + digits.dropFirst()
        } else if digits.utf8.count <= 6 {
            throw .notAllowed(digits == "112" ? "the emergency number 112" : "a short code")
        } else {
            throw .noPrefix
        }
        guard digits.utf8.count <= 15 else { throw .tooLong(digits: digits.utf8.count) }
        guard digits.utf8.count >= 7, let number = PhoneNumber(e164: "+" + digits) else {
            throw .tooShort(digits: digits.utf8.count)
        }
        try checkAllowed(number)
        if countryCode == "31", digits.hasPrefix("31") { try checkDutchLength(digits.dropFirst(2)) }
        return number
    }

    /// Nothing but digits, perhaps after a `+`, as nearly all are; nil: written in another way.
    private static func plain(_ text: String) -> (digits: String, international: Bool)? {
        let international = text.utf8.first == UInt8(ascii: "+")
        let digits = international ? text.utf8.dropFirst() : text.utf8[...]
        guard !digits.isEmpty, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return (String(Substring(digits)), international)
    }

    private static func written(_ text: String) throws(PhoneNumberError) -> (digits: String, international: Bool) {
        var digits = ""
        var international = false
        // "(0)" after a country code is the trunk prefix as it is written on letterheads.
        let cleaned =
            text.contains("(0)") && (text.contains("+") || text.hasPrefix("00"))
            ? text.split(separator: "(0)", omittingEmptySubsequences: false).joined() : text
        for character in cleaned {
            switch character {
            case "0"..."9" where character.isASCII: digits.append(character)
            case "+" where digits.isEmpty && !international: international = true
            case " ", "-", ".", "/", "(", ")", "\t", "\u{00A0}", "\u{2011}": continue
            default: throw .illegalCharacter(character)
            }
        }
        return (digits, international)
    }

    /// The rule that lists the longest matching prefix decides.
    package func checkAllowed(_ number: PhoneNumber) throws(PhoneNumberError) {
        func longest(_ prefixes: [String]) -> Int {
            prefixes.reduce(-1) { number.e164.hasPrefix($1) ? max($0, $1.utf8.count) : $0 }
        }
        let refusal = longest(refused)
        let permission = longest(allowed)
        guard permission > refusal else {
            if refusal >= 0 { throw .notAllowed("a number starting with \(number.e164.prefix(refusal))") }
            throw .notAllowed("a foreign number (\(number.e164.prefix(4))...)")
        }
    }

    private func checkDutchLength(_ national: Substring) throws(PhoneNumberError) {
        let count = national.utf8.count
        // Freephone and information numbers are shorter or longer than the others.
        if national.hasPrefix("800") || national.hasPrefix("90") {
            guard [7, 10].contains(count) else {
                throw .wrongLength(range: "0800 and 0900", expected: "7 or 10", found: count)
            }
        } else if national.hasPrefix("97") {
            guard [9, 11].contains(count) else {
                throw .wrongLength(range: "097 (machine to machine)", expected: "9 or 11", found: count)
            }
        } else if count != 9 {
            throw .wrongLength(range: national.hasPrefix("6") ? "mobile" : "Dutch", expected: "9", found: count)
        }
    }
}
