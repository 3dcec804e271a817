// SPDX-License-Identifier: GPL-3.0-or-later

/// How an SMSC writes the id of one message in submit_sm_resp and in its receipts.
///
/// SMPP says only that message_id is "set by the SMSC" (3.4 §5.2.23). Appendix B makes the id of the receipt ten
/// decimal digits, while SMPP 3.3 had hexadecimal in the response: a good part of the SMSCs still writes one base
/// here and the other there.
package enum MessageIdentifierForm: Sendable, Hashable, CaseIterable {
    /// Octet for octet the same.
    case verbatim
    /// The same but for upper and lower case.
    case caseFolded
    /// The same but for case and for zeros in front.
    case zerosTrimmed
    /// Hexadecimal in the response, decimal in the receipt.
    case responseHexReceiptDecimal
    /// Decimal in the response, hexadecimal in the receipt.
    case responseDecimalReceiptHex

    /// Where an id was read.
    package enum Origin: Sendable, Hashable {
        /// submit_sm_resp.
        case response
        /// A receipt.
        case receipt
    }

    /// The longest id that is converted between bases; §5.2.23 allows 64 octets.
    package static let longestNumber = 65

    /// The id as it is compared under this form: a response and a receipt speak of the same message when their
    /// keys are equal. `nil` when the id cannot be written so (letters in a decimal number, nothing at all).
    ///
    /// Blanks, NULs and quotes around the id never count. Numbers may have any size up to ``longestNumber``
    /// digits; their key is the hexadecimal number.
    package func canonical(_ id: String, from origin: Origin) -> [UInt8]? {
        let octets = Array(DeliveryReceipt.cleaned(id).utf8)
        guard !octets.isEmpty else { return nil }
        switch (self, origin) {
        case (.verbatim, _): return octets
        case (.caseFolded, _): return octets.map(Self.folded)
        case (.zerosTrimmed, _): return Self.trimmed(octets.map(Self.folded))
        case (.responseHexReceiptDecimal, .response), (.responseDecimalReceiptHex, .receipt):
            return octets.allSatisfy { Self.digit($0) < 16 } && octets.count <= Self.longestNumber
                ? Self.trimmed(octets.map(Self.folded)) : nil
        case (.responseHexReceiptDecimal, .receipt), (.responseDecimalReceiptHex, .response):
            return Self.converted(octets, from: 10, to: 16)
        }
    }

    /// The response ids that this receipt id stands for under this form, as ``zerosTrimmed`` writes them; `nil`
    /// when there is none.
    ///
    /// Every submitted id can so be kept under one key, and a receipt looked up under three at most.
    func responseKey(forReceipt octets: [UInt8]) -> [UInt8]? {
        guard !octets.isEmpty else { return nil }
        switch self {
        case .verbatim, .caseFolded, .zerosTrimmed: return Self.trimmed(octets.map(Self.folded))
        case .responseHexReceiptDecimal: return Self.converted(octets, from: 10, to: 16)
        case .responseDecimalReceiptHex: return Self.converted(octets, from: 16, to: 10)
        }
    }

    /// Whether this form only changes how the characters are written and not the base.
    package var keepsBase: Bool {
        switch self {
        case .verbatim, .caseFolded, .zerosTrimmed: true
        case .responseHexReceiptDecimal, .responseDecimalReceiptHex: false
        }
    }

    /// The closest of the three forms that keep the base, for two ids of the same ``zerosTrimmed`` key.
    static func closest(response: [UInt8], receipt: [UInt8]) -> MessageIdentifierForm {
        if response == receipt { return .verbatim }
        return response.map(folded) == receipt.map(folded) ? .caseFolded : .zerosTrimmed
    }

    static func folded(_ octet: UInt8) -> UInt8 { octet >= 0x41 && octet <= 0x5A ? octet | 0x20 : octet }

    /// The value of a digit in any base to 16; 255 when it is none.
    static func digit(_ octet: UInt8) -> UInt8 {
        switch octet {
        case 0x30...0x39: octet - 0x30
        case 0x41...0x46: octet - 0x37
        case 0x61...0x66: octet - 0x57
        default: 255
        }
    }

    /// A hexadecimal number that is no decimal one.
    static func isHexadecimalOnly(_ octets: [UInt8]) -> Bool {
        !octets.isEmpty && octets.count <= longestNumber && octets.allSatisfy { digit($0) < 16 }
            && octets.contains { digit($0) > 9 }
    }

    /// Without the zeros in front; zero itself keeps one.
    static func trimmed(_ octets: [UInt8]) -> [UInt8] {
        guard let first = octets.first, first == 0x30 else { return octets }
        guard let start = octets.firstIndex(where: { $0 != 0x30 }) else { return [0x30] }
        return Array(octets[start...])
    }

    /// The number in another base, lower case, without zeros in front; `nil` when it is no number of base `from`.
    static func converted(_ octets: [UInt8], from: UInt8, to base: UInt8) -> [UInt8]? {
        guard !octets.isEmpty, octets.count <= longestNumber, octets.allSatisfy({ digit($0) < from }) else {
            return nil
        }
        // Limbs of 32 bits, least significant first. Sixty-five digits need nine of them at most.
        var limbs: [UInt32] = []
        for octet in octets {
            var carry = UInt64(digit(octet))
            for index in limbs.indices {
                let value = UInt64(limbs[index]) * UInt64(from) + carry
                limbs[index] = UInt32(truncatingIfNeeded: value)
                carry = value >> 32
            }
            if carry > 0 { limbs.append(UInt32(carry)) }
        }
        var result: [UInt8] = []
        while !limbs.isEmpty {
            var remainder: UInt64 = 0
            for index in limbs.indices.reversed() {
                let value = remainder << 32 | UInt64(limbs[index])
                limbs[index] = UInt32(value / UInt64(base))
                remainder = value % UInt64(base)
            }
            while limbs.last == 0 { limbs.removeLast() }
            result.append(UInt8(remainder) + (remainder < 10 ? 0x30 : 0x57))
        }
        return result.isEmpty ? [0x30] : result.reversed()
    }
}
