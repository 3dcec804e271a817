// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What an export came to, for its manifest: the sums of its rows, in exact numbers.
public struct ExportTotals: Sendable {
    public struct Tally: Equatable, Sendable {
        /// Rows of the export.
        public var rows = 0
        /// Of them, calls that were made.
        public var calls = 0
        /// Billed time of calls.
        public var billedMilliseconds: Int64 = 0
        /// Segments of SMS that were taken over.
        public var segments = 0
        public var cost = Money.zero
        public var charge = Money.zero
    }

    public private(set) var rows = 0
    public private(set) var firstSequence: Int64?
    public private(set) var lastSequence: Int64?
    public private(set) var accounts: [String: Tally] = [:]

    public init() {}

    public mutating func add(_ cdr: CallDetailRecord) {
        rows += 1
        if firstSequence == nil { firstSequence = cdr.sequence }
        lastSequence = cdr.sequence
        var tally = accounts[cdr.account, default: Tally()]
        tally.rows += 1
        if let message = cdr.message {
            tally.segments += message.acceptedSegments
        } else if cdr.ledger.kind == .usage {
            tally.calls += 1
        }
        // From the milliseconds that the row shows, so that the sums are those of the column.
        if let answer = cdr.answer {
            tally.billedMilliseconds += max(0, cdr.end.milliseconds - answer.milliseconds)
        }
        if let cost = cdr.ledger.cost { tally.cost += cost.amount }
        if let charge = cdr.ledger.charge { tally.charge += charge.amount }
        accounts[cdr.account] = tally
    }
}
