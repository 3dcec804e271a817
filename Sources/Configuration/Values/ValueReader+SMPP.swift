// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

extension ValueReader where Value == String {
    /// Text of a C-octet string (SMPP 3.4 section 3.1).
    static func octets(maximum: Int) -> ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                    throw ValueError("only printable ASCII without blanks can stand here")
                }
                guard text.utf8.count <= maximum else {
                    throw ValueError("is too long: \(text.utf8.count) characters, at most \(maximum)")
                }
                return text
            }, write: { $0 })
    }

    /// A word of a list that may have blanks, for which it is written in quotes.
    static func phrase(maximum: Int) -> ValueReader {
        ValueReader(read: text(maximum: maximum).read, write: { $0.contains(" ") ? "\"\($0)\"" : $0 })
    }

    /// SHA-256 in hexadecimal digits, with colons between octets or without.
    static var fingerprint: ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                guard let octets = GatewayCore.octets(hexadecimal: text), octets.count == 32 else {
                    throw ValueError("must be a SHA-256 fingerprint: 64 hexadecimal digits")
                }
                return hexadecimal(octets)
            }, write: { $0 })
    }
}
