// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// The canonical text of a row of the ledger, of which its hash is made. docs/cdr-format.md is the contract.
///
/// All columns in the order of the table, separated by tabs, as PostgreSQL's COPY writes them: NULL as `\N`; in texts
/// backslash, tab, line feed and carriage return as `\\`, `\t`, `\n`, `\r`. In place of the number called stands its
/// pseudonym, so that the text, and with it the proof, stays the same when the number is purged. Columns that came
/// later stand in it as far as they say something: see ``CDRColumn/parts``.
package struct LedgerLine {
    package private(set) var bytes: [UInt8] = []
    /// Up to where parts said something.
    private var end = 0
    /// The part under way does.
    private var saysSomething = false

    package init() { bytes.reserveCapacity(512) }

    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        (end, saysSomething) = (0, false)
    }

    /// A part of the row ends: see ``CDRColumn/parts``.
    package mutating func endPart() {
        if saysSomething { end = bytes.count }
        saysSomething = false
    }

    /// After the last part: those at the end that say nothing go.
    package mutating func finish() { bytes.removeLast(bytes.count - end) }

    package mutating func append(_ number: Int64) {
        separate()
        saysSomething = true
        bytes.appendDecimal(number)
    }

    package mutating func appendNull() {
        separate()
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(UInt8(ascii: "N"))
    }

    package mutating func append(_ text: UnsafeRawBufferPointer) {
        separate()
        saysSomething = true
        guard text.contains(where: { $0 == 92 || $0 == 9 || $0 == 10 || $0 == 13 }) else {
            bytes.append(contentsOf: text)
            return
        }
        for byte in text {
            switch byte {
            case 92: bytes += [92, 92]
            case 9: bytes += [92, UInt8(ascii: "t")]
            case 10: bytes += [92, UInt8(ascii: "n")]
            case 13: bytes += [92, UInt8(ascii: "r")]
            default: bytes.append(byte)
            }
        }
    }

    /// A number, or the pseudonym that has replaced it.
    package mutating func append(number: UnsafeRawBufferPointer, _ pseudonyms: NumberPseudonyms) {
        guard number.first == 43 else { return append(number) }
        separate()
        pseudonyms.append(pseudonymOf: number, to: &bytes)
    }

    private mutating func separate() { if !bytes.isEmpty { bytes.append(9) } }

    /// The row's hash, which follows that of the row before.
    package func hash(after previous: SHA256.Digest) -> SHA256.Digest { Self.hash(bytes, after: previous) }

    static func hash(_ line: [UInt8], after previous: SHA256.Digest) -> SHA256.Digest {
        var hasher = SHA256()
        previous.withBytes { hasher.update($0) }
        hasher.update(line)
        return hasher.finalizeDigest()
    }
}

extension [UInt8] {
    /// As ASCII digits, without a text in between.
    package mutating func appendDecimal(_ number: Int64) {
        if number < 0 { append(UInt8(ascii: "-")) }
        var rest = number.magnitude
        guard rest >= 10 else { return append(48 + UInt8(truncatingIfNeeded: rest)) }
        let start = count
        while rest > 0 {
            append(48 + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        }
        self[start...].reverse()
    }
}

/// The newest row of the ledger: where it ends, and what proves all before.
package struct LedgerHead: Hashable, Sendable {
    /// 0: there is no row.
    package var sequence: Int64
    package var hash: SHA256.Digest

    package init(sequence: Int64, hash: SHA256.Digest) {
        self.sequence = sequence
        self.hash = hash
    }

    package static let empty = LedgerHead(sequence: 0, hash: .zero)
}
