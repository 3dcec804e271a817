// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore

/// Rows of the ledger that no attempt makes.
extension Engine {
    /// Numbers a correction or credit and appends it; returns its number.
    public func appendToLedger(_ row: CallDetailRecord) -> Int64 {
        lastSequence += 1
        var row = row
        row.sequence = lastSequence
        output.records.append(.ledgerAppended(row))
        return lastSequence
    }
}
