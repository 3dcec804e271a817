// SPDX-License-Identifier: GPL-3.0-or-later

/// A telephone number as far as matching needs it: `+31 6 12345678`, `0031612345678` and `0612345678` are the same
/// when their last nine digits are.
struct ReceiptNumber: Sendable, Hashable {
    /// The digits without zeros in front, as a number; the last eighteen, of which E.164 knows fifteen.
    let value: UInt64

    /// `nil` when it has no digits or has letters (an alphanumeric sender), and so names no telephone.
    init?(_ text: String) {
        var value: UInt64 = 0
        var hasDigit = false
        for octet in text.utf8 {
            switch octet {
            case 0x30...0x39:
                value = (value * 10 + UInt64(octet - 0x30)) % 1_000_000_000_000_000_000
                hasDigit = true
            case 0x41...0x5A, 0x61...0x7A:
                return nil
            default:
                break
            }
        }
        guard hasDigit, value > 0 else { return nil }
        self.value = value
    }

    init(value: UInt64) { self.value = value }

    /// What national and international writing share.
    var lastNine: UInt64 { value % 1_000_000_000 }
}
