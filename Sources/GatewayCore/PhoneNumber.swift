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
    case illegalCharacter(Unicode.Scalar)
    case tooShort(digits: Int)
    case tooLong(digits: Int)
    /// Neither international nor with a trunk prefix: `5612345678`.
    case noPrefix
    /// Likewise, and a number once its zeros are put back: `612345678`, `31612345678`.
    case lostZero
    /// Digits as they were written: `isNational` with the 0 in front, else those after the country code.
    case wrongLength(range: String, expected: [Int], found: Int, isNational: Bool)
    /// No configuration lets it pass; the text says which kind it is.
    case neverAllowed(String)
    /// No prefix of `Allow=` fits; likewise.
    case notListed(String)
    /// Begins with a prefix of `Refuse=`.
    case refusedPrefix(String)

    package var description: String {
        switch self {
        case .empty: "the number is empty"
        case .illegalCharacter(let scalar) where scalar.isPlain: "the number contains \"\(scalar)\""
        case .illegalCharacter(let scalar): "the number contains \(scalar.codePoint)"
        case .tooShort(let digits): "the number is too short: \(digits) digits"
        case .tooLong(let digits):
            "the number is too long: \(digits) digits, E.164 allows 15 with the country code"
        case .noPrefix: "the number starts with neither +, 00 nor 0"
        case .lostZero:
            "the number starts with neither +, 00 nor 0; was a leading zero lost, as spreadsheets do?"
        case .wrongLength(let range, let expected, let found, let isNational):
            "\(range) numbers have \(expected.map { "\($0)" }.joined(separator: " or ")) digits"
                + "\(isNational ? "" : " after the country code"), this one has \(found)"
        case .neverAllowed(let kind): "\(kind) is never dialled"
        case .notListed(let kind): "\(kind) may not be dialled; allow its prefix in [Numbers] to change that"
        case .refusedPrefix(let prefix):
            "a number starting with \(prefix) may not be dialled; "
                + "allow a longer prefix of it in [Numbers] to change that"
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
    /// E.164 numbers, or prefixes, that an action of class `test` may call.
    package var tests: [String]

    package init(
        countryCode: String = "31", allowed: [String] = ["+31"],
        refused: [String] = ["+31900", "+31906", "+31909"], tests: [String] = []
    ) {
        self.countryCode = countryCode
        self.allowed = allowed
        self.refused = refused
        self.tests = tests
    }

    /// An action of class `test` may call it.
    package func isTestNumber(_ number: PhoneNumber) -> Bool { tests.contains { number.e164.hasPrefix($0) } }

    /// Reads a number as people write it; blanks, dashes, dots, slashes, brackets, characters that cannot be seen, and an
    /// apostrophe in front, by which spreadsheets keep zeros, are passed over.
    ///
    /// `+31612345678`, `0031612345678`, `0612345678` and `+31 (0)6 12345678` are all the same number.
    /// `assumesLostZero`: `612345678` and `31612345678` are too. Throws ``PhoneNumberError``.
    package func parse(_ text: String, assumesLostZero: Bool = false) throws(PhoneNumberError) -> PhoneNumber {
        // A national number that is written as such.
        var isNational = false
        var (digits, international) = if let plain = Self.plain(text) { plain } else { try Self.written(text) }
        guard !digits.isEmpty else { throw .empty }
        if !international, digits.hasPrefix("00") {
            digits.removeFirst(2)
            international = true
        }
        if international {
            guard digits.first != "0" else { throw .neverAllowed("a country code that starts with 0") }
        } else if digits.hasPrefix("0") {
            digits = countryCode + digits.dropFirst()
            isNational = true
        } else if digits.utf8.count <= 6 {
            throw .neverAllowed(digits == "112" ? "the emergency number 112" : "a short code")
        } else {
            guard let whole = withZeros(digits) else { throw .noPrefix }
            guard assumesLostZero else { throw .lostZero }
            return whole
        }
        return try number(digits, isNational: isNational)
    }

    /// The number when the zeros in front are put back: that of a national number, else the two of an international one
    /// of this country; nil: that is none either.
    private func withZeros(_ digits: String) -> PhoneNumber? {
        if let national = try? number(countryCode + digits) { return national }
        return digits.hasPrefix(countryCode) ? try? number(digits) : nil
    }

    /// `digits`: with the country code, without `+`; `isNational`: they were written with a 0 in its place.
    private func number(_ digits: String, isNational: Bool = false) throws(PhoneNumberError) -> PhoneNumber {
        let written = digits.utf8.count - (isNational ? countryCode.utf8.count - 1 : 0)
        guard digits.utf8.count <= 15 else { throw .tooLong(digits: written) }
        guard digits.utf8.count >= 7, let number = PhoneNumber(e164: "+" + digits) else {
            throw .tooShort(digits: written)
        }
        try checkAllowed(number)
        if countryCode == "31", digits.hasPrefix("31") { try checkDutchLength(digits.dropFirst(2), isNational) }
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
        // By code points: a joiner would make one character of itself and the digit before it.
        var kept = String(String.UnicodeScalarView(text.unicodeScalars.filter { !isPassedOver($0) }))
        if kept.hasPrefix("'") || kept.hasPrefix("\u{2019}") { kept.removeFirst() }
        // "(0)" after a country code is the trunk prefix as it is written on letterheads.
        if kept.contains("+") || kept.hasPrefix("00") {
            kept = kept.split(separator: "(0)", omittingEmptySubsequences: false).joined()
        }
        var digits = ""
        var international = false
        for scalar in kept.unicodeScalars {
            switch scalar {
            case "0"..."9": digits.unicodeScalars.append(scalar)
            case "+" where digits.isEmpty && !international: international = true
            case "(", ")": continue
            default: throw .illegalCharacter(scalar)
            }
        }
        return (digits, international)
    }

    /// Stands between the digits, or cannot be seen: blanks of every width, hyphens and dashes of every length, the minus
    /// sign, dots, slashes.
    private static func isPassedOver(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "0"..."9", "+", "(", ")": false
        case " ", "-", ".", "/", "\t", "\u{2212}": true
        default:
            scalar.isInvisible || scalar.properties.generalCategory == .spaceSeparator
                || scalar.properties.generalCategory == .dashPunctuation
        }
    }

    /// The rule that lists the longest matching prefix decides.
    package func checkAllowed(_ number: PhoneNumber) throws(PhoneNumberError) {
        func longest(_ prefixes: [String]) -> Int {
            prefixes.reduce(-1) { number.e164.hasPrefix($1) ? max($0, $1.utf8.count) : $0 }
        }
        let refusal = longest(refused)
        let permission = longest(allowed)
        guard permission > refusal else {
            if refusal >= 0 { throw .refusedPrefix(String(number.e164.prefix(refusal))) }
            throw .notListed("a foreign number (\(number.e164.prefix(4))...)")
        }
    }

    private func checkDutchLength(_ national: Substring, _ isNational: Bool) throws(PhoneNumberError) {
        let count = national.utf8.count
        func check(_ range: String, _ lengths: [Int]) throws(PhoneNumberError) {
            guard !lengths.contains(count) else { return }
            let zero = isNational ? 1 : 0
            throw .wrongLength(
                range: range, expected: lengths.map { $0 + zero }, found: count + zero, isNational: isNational)
        }
        // Freephone and information numbers are shorter or longer than the others.
        if national.hasPrefix("800") || national.hasPrefix("90") {
            try check("0800 and 0900", [7, 10])
        } else if national.hasPrefix("97") {
            try check("097 (machine to machine)", [9, 11])
        } else {
            try check(national.hasPrefix("6") ? "mobile" : "Dutch", [9])
        }
    }
}
