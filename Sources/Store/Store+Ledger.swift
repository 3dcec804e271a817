// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore

/// What can be read of the ledger.
extension Store {
    private var reader: LedgerReader { LedgerReader(connection) }
    private var prover: LedgerProver { LedgerProver(connection, ledger, pseudonyms) }

    // MARK: - Records

    /// A page of CDRs in order of sequence, after the given one; memory and time do not depend on how
    /// many there are in all.
    package func callDetailRecords(matching filter: CDRFilter, after sequence: Int64, limit: Int) throws
        -> [CallDetailRecord]
    {
        checkOwner()
        return try reader.page(filter, after: sequence, limit: limit, "reading CDRs")
    }

    /// Looks at a bounded part of the ledger, so that a filter that nothing passes takes no longer than another.
    package func page(matching filter: CDRFilter, after sequence: Int64, limit: Int) throws -> CDRPage {
        checkOwner()
        let operation = "reading CDRs"
        let last = try ledger.newestRow(operation).sequence
        return try reader.boundedPage(filter, after: sequence, limit: limit, last: last, operation)
    }

    /// The rows of a call among those of a part of the ledger, corrections and credits too. Looks at each row.
    package func callDetailRecords(callID: String, from first: Int64, before end: Int64) throws -> [CallDetailRecord] {
        checkOwner()
        return try reader.records(callID: callID, from: first, before: end, "reading CDRs")
    }

    package func callDetailRecord(sequence: Int64) throws -> CallDetailRecord? {
        try callDetailRecords(matching: CDRFilter(through: sequence), after: sequence - 1, limit: 1).first
    }

    /// Corrections and credits of a row, in order.
    package func adjustments(ofRow sequence: Int64) throws -> [CallDetailRecord] {
        checkOwner()
        return try reader.adjustments(of: sequence...sequence, "reading the ledger")
    }

    /// Corrections and credits of these rows, by the row and in order.
    package func adjustments(ofRows range: ClosedRange<Int64>) throws -> [Int64: [LedgerEntry]] {
        checkOwner()
        var found: [Int64: [LedgerEntry]] = [:]
        for row in try reader.adjustments(of: range, "reading the ledger") {
            if let corrected = row.ledger.corrects { found[corrected, default: []].append(row.ledger) }
        }
        return found
    }

    // MARK: - The end

    /// Of the newest row of the ledger; 0: it is empty.
    package func lastSequence() throws -> Int64 {
        checkOwner()
        return try ledger.newestRow("reading CDRs").sequence
    }

    /// The newest row.
    package func ledgerEnd() throws -> LedgerHead {
        checkOwner()
        return try ledger.newestRow("reading the ledger")
    }

    package func ledgerHash(ofRow sequence: Int64) throws -> SHA256.Digest? {
        checkOwner()
        return try reader.hash(ofRow: sequence, "reading the ledger")
    }

    // MARK: - Proving

    /// What an audit of these rows needs; nil as an end: the newest row.
    package func beginAudit(from: Int64?, to: Int64?, noted: [LedgerHead]) throws -> LedgerAudit {
        checkOwner()
        return try prover.begin(from: from, to: to, noted: noted, "proving the ledger")
    }

    /// Takes the audit on by some rows. Returns the last of them.
    package func advance(_ audit: inout LedgerAudit, after sequence: Int64, limit: Int) throws -> Int64 {
        checkOwner()
        return try prover.advance(&audit, after: sequence, limit: limit, "proving the ledger")
    }

    /// The canonical text of rows in order, each with a tab and its hash in hexadecimal.
    package func ledgerLines(after sequence: Int64, through: Int64, limit: Int) throws
        -> (lines: [[UInt8]], last: Int64)
    {
        checkOwner()
        return try prover.lines(after: sequence, through: through, limit: limit, "reading the ledger")
    }

    // MARK: - Sums

    /// Finds the rows that may have started in that time. Touches a few rows, however long the ledger.
    package func beginScan(account: String?, from: Timestamp, to: Timestamp) throws -> LedgerScan {
        checkOwner()
        return try LedgerSummer(connection).begin(account: account, from: from, to: to, "adding up the ledger")
    }

    /// Adds up the next rows, in groups, and moves on behind them.
    package func sums(_ scan: inout LedgerScan) throws -> [(group: LedgerGroup, sums: LedgerSums)] {
        checkOwner()
        return try LedgerSummer(connection).advance(&scan, "adding up the ledger")
    }
}
