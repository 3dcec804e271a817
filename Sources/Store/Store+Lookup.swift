// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore

extension Store {
    /// Of the newest row of the ledger; 0: it is empty.
    package func lastSequence() throws -> Int64 {
        checkOwner()
        return try readLedgerHead("reading CDRs").sequence
    }

    /// The rows of a call among those of a part of the ledger, corrections and credits too. Looks at each row.
    package func callDetailRecords(callID: String, from first: Int64, before end: Int64) throws -> [CallDetailRecord] {
        checkOwner()
        let operation = "reading CDRs"
        let rows = try connection.statement(
            "SELECT * FROM cdr WHERE sequence >= ? AND sequence < ? AND call_id = ? ORDER BY sequence", operation
        ).bind([.integer(first), .integer(end), .text(callID)])
        defer { rows.reset() }
        var result: [CallDetailRecord] = []
        while try rows.step() { result.append(try callDetailRecord(from: rows, operation)) }
        return result
    }
}
