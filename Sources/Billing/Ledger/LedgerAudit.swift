// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What is wrong with a ledger; the first row of which that can be said.
package enum LedgerFault: Equatable, Sendable {
    /// There is no row of this number, although later ones are there.
    case removed(Int64)
    /// The row does not follow from the one before: it was changed, or put there in place of another.
    case changed(Int64)
    /// Two rows have changed places.
    case exchanged(Int64, with: Int64)
    /// The ledger had more rows than it has now.
    case truncated(after: Int64, expected: Int64)
    /// Rows that burgernetd did not write follow the last one.
    case added(Int64)
    /// Every row follows from the one before, and yet this one is not what it was.
    case rewritten(Int64)

    package var sequence: Int64 {
        switch self {
        case .removed(let sequence), .changed(let sequence), .exchanged(let sequence, _), .added(let sequence),
            .rewritten(let sequence):
            sequence
        case .truncated(let last, _): last + 1
        }
    }

    /// The word for it on the wire.
    package var name: String {
        switch self {
        case .removed: "removed"
        case .changed: "changed"
        case .exchanged: "exchanged"
        case .truncated: "truncated"
        case .added: "added"
        case .rewritten: "rewritten"
        }
    }
}

extension LedgerFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .removed(let sequence): "row \(sequence) is missing: it was removed"
        case .changed(let sequence):
            sequence == 1
                ? "row 1 is not what its hash was made of: it was changed"
                : "row \(sequence) does not follow from row \(sequence - 1): it was changed, or stands in place of another"
        case .exchanged(let sequence, let other): "rows \(sequence) and \(other) have changed places"
        case .truncated(let last, let expected):
            "the ledger ends with row \(last) but had \(expected): what follows was removed"
        case .added(let sequence): "row \(sequence) was added: burgernetd did not write it"
        case .rewritten(let sequence):
            "row \(sequence) has another hash than was noted of it: the ledger was written anew up to there"
        }
    }
}

/// Proves the rows of a ledger, one after the other, in memory that does not depend on how many there are.
package struct LedgerAudit: Sendable {
    /// Rows that were found to follow from the ones before.
    package private(set) var rows: Int64 = 0
    package private(set) var fault: LedgerFault?
    /// The last row that was proved.
    package private(set) var last: LedgerHead
    /// Nothing more needs to be read.
    package private(set) var isDone = false

    private let end: Int64
    private let lastWritten: Int64
    /// What was noted elsewhere, such as in a manifest, of rows in the range.
    private let noted: [LedgerHead]
    /// Does not follow; until the end is reached, another row may turn out to belong there.
    private var suspect: (sequence: Int64, stored: SHA256.Digest?)?

    /// The rows after `start` up to and with `end`. Those after `lastWritten` are not burgernetd's.
    package init(after start: LedgerHead, end: Int64, lastWritten: Int64 = .max, noted: [LedgerHead] = []) {
        last = start
        self.end = end
        self.lastWritten = lastWritten
        self.noted = noted
        isDone = start.sequence >= end
    }

    /// The next row: its canonical text and the hash that stands in it; nil: none of 32 bytes.
    package mutating func take(sequence: Int64, line: [UInt8], hash: SHA256.Digest?) {
        guard !isDone else { return }
        if let suspect { return compare(suspect, sequence, line, hash) }
        guard sequence == last.sequence + 1 else { return conclude(.removed(last.sequence + 1)) }
        guard sequence <= lastWritten else { return conclude(.added(sequence)) }
        guard let hash, LedgerLine.hash(line, after: last.hash) == hash else {
            suspect = (sequence, hash)
            fault = .changed(sequence)
            if sequence >= end { isDone = true }
            return
        }
        last = LedgerHead(sequence: sequence, hash: hash)
        if noted.contains(where: { $0.sequence == sequence && $0.hash != hash }) {
            return conclude(.rewritten(sequence))
        }
        rows += 1
        if sequence >= end { isDone = true }
    }

    /// There are no more rows.
    package mutating func finish() {
        guard !isDone else { return }
        isDone = true
        if fault == nil { fault = .truncated(after: last.sequence, expected: end) }
    }

    private mutating func conclude(_ fault: LedgerFault) {
        self.fault = fault
        isDone = true
    }

    /// Whether this row, with the number of the suspect, is what stood there: its hash is in one of the two places.
    private mutating func compare(
        _ suspect: (sequence: Int64, stored: SHA256.Digest?), _ sequence: Int64, _ line: [UInt8], _ hash: SHA256.Digest?
    ) {
        var moved: [UInt8] = []
        moved.appendDecimal(suspect.sequence)
        moved.append(contentsOf: line.drop { $0 != 9 })
        let expected = LedgerLine.hash(moved, after: last.hash)
        if expected == hash || expected == suspect.stored {
            return conclude(.exchanged(suspect.sequence, with: sequence))
        }
        if sequence >= end { isDone = true }
    }
}
