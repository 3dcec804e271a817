// SPDX-License-Identifier: GPL-3.0-or-later

/// Decimal numbers as files write them, exact.
///
/// Signs for thousands must stand where they belong: `0.0420` in a file with decimal commas is no number, not 420.
struct CarrierDecimal {
    private let mark: Unicode.Scalar
    private let group: Unicode.Scalar
    /// So many decimals make the unit.
    private let digits: Int
    private var value: Int64 = 0
    private var decimals = 0
    private var (isNegative, isFraction, hasDigits, roundsUp) = (false, false, false, false)
    private var beginsWithZero = false
    /// What separates thousands in this number; blanks of every width are one.
    private var separator: Unicode.Scalar?
    /// Digits since the last separator.
    private var run = 0
    /// A blank after digits: a separator when more digits follow.
    private var hasBlank = false
    /// Nothing but blanks and a euro sign may follow.
    private var hasEnded = false

    /// So many decimals make the unit; further ones are rounded half away from zero. A euro sign and blanks around the
    /// number are passed over. nil: no number.
    static func read(_ bytes: some Collection<UInt8>, digits: Int, decimalComma: Bool) -> Int64? {
        var decimal = CarrierDecimal(digits: digits, decimalComma: decimalComma)
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars where !decimal.take(scalar) { return nil }
        return decimal.result()
    }

    private init(digits: Int, decimalComma: Bool) {
        (mark, group) = decimalComma ? (",", ".") : (".", ",")
        self.digits = digits
    }

    /// false: it does not belong there.
    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "0"..."9":
            if hasBlank, !separate(by: " ") { return false }
            return !hasEnded && take(digit: Int64(scalar.value - 48))
        case mark:
            guard !isFraction, !hasEnded, !hasBlank, separator == nil || run == 3 else { return false }
            isFraction = true
        case group:
            guard !hasBlank else { return false }
            return separate(by: group)
        case "-":
            guard !hasDigits, !isNegative, !isFraction else { return false }
            isNegative = true
        case "+": return !hasDigits && !isFraction
        case "\u{20AC}": hasEnded = hasEnded || hasDigits
        default:
            guard scalar.properties.generalCategory == .spaceSeparator else { return false }
            if isFraction || hasBlank { hasEnded = true }
            hasBlank = hasDigits && !hasEnded
        }
        return true
    }

    private mutating func take(digit: Int64) -> Bool {
        if !hasDigits, !isFraction { beginsWithZero = digit == 0 }
        hasDigits = true
        if isFraction {
            decimals += 1
            if decimals == digits + 1 { roundsUp = digit >= 5 }
            if decimals > digits { return true }
        } else {
            run += 1
            guard separator == nil || run <= 3 else { return false }
        }
        let (tens, first) = value.multipliedReportingOverflow(by: 10)
        let (sum, second) = tens.addingReportingOverflow(digit)
        value = sum
        return !first && !second
    }

    /// Between thousands: one to three digits before the first, of which the first is not 0, three behind each, and all
    /// of one kind.
    private mutating func separate(by sign: Unicode.Scalar) -> Bool {
        guard hasDigits, !isFraction, !hasEnded else { return false }
        guard separator == nil ? run <= 3 && !beginsWithZero : separator == sign && run == 3 else { return false }
        separator = sign
        run = 0
        hasBlank = false
        return true
    }

    private func result() -> Int64? {
        guard hasDigits, separator == nil || isFraction || run == 3 else { return nil }
        var value = value
        for _ in 0..<max(0, digits - decimals) {
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            value = scaled
        }
        if roundsUp { value += 1 }
        return isNegative ? -value : value
    }
}
