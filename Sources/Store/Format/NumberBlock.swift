// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore

/// The entries of a row of `number_block`, in order of the numbers: `digits:recipient`, separated by blanks.
enum NumberBlock {
    /// Entries of a row; about 3 of SQLite's 4 KiB.
    static let size = 128

    static func text(_ entries: ArraySlice<NumberEntry>) -> String {
        var text = ""
        text.reserveCapacity(entries.count * 24)
        for entry in entries {
            if !text.isEmpty { text += " " }
            text += "\(entry.digits):\(entry.recipient.value)"
        }
        return text
    }

    /// Whose number it is; nil: none of this block's.
    static func recipient(of number: PhoneNumber, in text: String) -> Int64? {
        let wanted = "\(number.digits):"
        let entry = text.utf8.split(separator: UInt8(ascii: " ")).first { $0.starts(with: wanted.utf8) }
        return entry.flatMap { Int64(Substring($0.dropFirst(wanted.utf8.count))) }
    }

    /// Without the number; nil: it is not there. `first`: the digits that the block begins with then, 0 for an empty
    /// one, which goes to the front and finds nothing.
    static func removing(_ number: PhoneNumber, from text: String) -> (first: Int64, text: String)? {
        let wanted = "\(number.digits):"
        let entries = text.split(separator: " ")
        let kept = entries.filter { !$0.utf8.starts(with: wanted.utf8) }
        guard kept.count < entries.count else { return nil }
        let rest = kept.joined(separator: " ")
        return (Int64(rest.prefix { $0 != ":" }) ?? 0, rest)
    }
}
