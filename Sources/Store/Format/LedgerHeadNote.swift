// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore

/// The newest row of the ledger as `meta` notes it: its sequence, a blank, its hash in hexadecimal.
enum LedgerHeadNote {
    static func text(_ head: LedgerHead) -> String { "\(head.sequence) \(head.hash.hexadecimal)" }

    /// nil: not what ``text(_:)`` makes.
    static func read(_ text: String) -> LedgerHead? {
        let words = text.split(separator: " ")
        guard words.count == 2, let sequence = Int64(words[0]),
            0...1 << 53 ~= sequence, let hash = SHA256.Digest(hexadecimal: String(words[1]))
        else { return nil }
        return LedgerHead(sequence: sequence, hash: hash)
    }
}
