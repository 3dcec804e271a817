// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What an export came to, for its manifest: the sums of its rows, in exact numbers.
package struct ExportTotals: Sendable {
    package struct Tally: Equatable, Sendable {
        /// Rows of the export.
        package var rows = 0
        /// Of them, calls that were made.
        package var calls = 0
        /// Billed time of calls.
        package var billedMilliseconds: Int64 = 0
        /// Segments of SMS that were taken over.
        package var segments = 0
        package var cost = Money.zero
        package var charge = Money.zero
    }

    package private(set) var rows = 0
    package private(set) var firstSequence: Int64?
    package private(set) var lastSequence: Int64?
    package private(set) var accounts: [String: Tally] = [:]

    package init() {}

    package mutating func add(_ cdr: CallDetailRecord) {
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
