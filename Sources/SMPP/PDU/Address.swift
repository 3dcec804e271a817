// SPDX-License-Identifier: GPL-3.0-or-later

/// Type of number (SMPP 3.4 section 5.2.5).
package struct TypeOfNumber: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let unknown = TypeOfNumber(rawValue: 0)
    package static let international = TypeOfNumber(rawValue: 1)
    package static let national = TypeOfNumber(rawValue: 2)
    package static let networkSpecific = TypeOfNumber(rawValue: 3)
    package static let subscriber = TypeOfNumber(rawValue: 4)
    package static let alphanumeric = TypeOfNumber(rawValue: 5)
    package static let abbreviated = TypeOfNumber(rawValue: 6)
}

/// Numbering plan indicator (SMPP 3.4 section 5.2.6).
package struct NumberingPlanIndicator: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let unknown = NumberingPlanIndicator(rawValue: 0)
    /// E.163/E.164.
    package static let isdn = NumberingPlanIndicator(rawValue: 1)
    package static let privatePlan = NumberingPlanIndicator(rawValue: 9)
}

/// An SME address with its type and plan (SMPP 3.4 sections 5.2.5 to 5.2.9).
package struct Address: Hashable, Sendable {
    package var typeOfNumber: TypeOfNumber
    package var plan: NumberingPlanIndicator
    /// Digits without `+`, or up to 11 characters of text when alphanumeric.
    package var value: String

    package init(_ typeOfNumber: TypeOfNumber, _ plan: NumberingPlanIndicator, _ value: String) {
        self.typeOfNumber = typeOfNumber
        self.plan = plan
        self.value = value
    }

    /// "Use the default of the SMSC".
    package static let none = Address(.unknown, .unknown, "")

    /// An E.164 number, with or without its `+`.
    package static func e164(_ number: String) -> Address {
        Address(.international, .isdn, number.first == "+" ? String(number.dropFirst()) : number)
    }

    /// The usual types for a sender: `+` and digits is international; 3 to 6 digits is a short code (network
    /// specific, unknown plan); more digits stay of unknown type, for the SMSC to read; anything else is alphanumeric.
    ///
    /// Returns nil when it is neither: an alphanumeric sender has 1 to 11 characters of the GSM default
    /// alphabet's printable ASCII part (3GPP TS 23.040 section 9.1.2.5).
    package init?(sender: String) {
        let digits = sender.utf8.drop { $0 == UInt8(ascii: "+") }
        let isNumber = !digits.isEmpty && digits.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
        if isNumber, sender.utf8.first == UInt8(ascii: "+"), sender.utf8.count == digits.count + 1 {
            guard digits.count <= 15, digits.count >= 3 else { return nil }
            self.init(.international, .isdn, String(sender.dropFirst()))
        } else if isNumber, digits.count == sender.utf8.count {
            guard digits.count <= 20 else { return nil }
            let isShort = (3...6).contains(digits.count)
            self.init(isShort ? .networkSpecific : .unknown, isShort ? .unknown : .isdn, sender)
        } else {
            let allowed = sender.utf8.allSatisfy {
                $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "`") && $0 != UInt8(ascii: "\\")
            }
            guard allowed, !sender.isEmpty, sender.utf8.count <= 11, sender.contains(where: { $0 != " " }) else {
                return nil
            }
            self.init(.alphanumeric, .unknown, sender)
        }
    }
}
