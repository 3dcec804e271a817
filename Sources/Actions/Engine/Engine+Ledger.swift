// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore

/// Less is charged for a row than is to be given back.
package struct NothingToCredit: Error, Equatable, Sendable {
    /// What is charged for it now, without VAT.
    package var charged: Money
}

/// Rows of the ledger that no attempt makes.
extension Engine {
    /// Numbers a correction or credit and appends it; returns its number. The account's budget is that much fuller, or
    /// has that much more room, at once.
    @discardableResult
    package func appendToLedger(_ row: CallDetailRecord) -> Int64 {
        settle(row)
        return append(row)
    }

    /// The same for rows about one call or SMS, of one moment. The budget sees what they come to together: what is taken
    /// back at one rate of VAT and stands at another passes no mark.
    package func appendToLedger(_ rows: [CallDetailRecord]) -> [Int64] {
        if var sum = rows.first {
            let charges = rows.compactMap(\.ledger.charge)
            sum.ledger.charge = charges.first
            sum.ledger.charge?.amount = charges.reduce(.zero) { $0 + $1.amount }
            settle(sum)
        }
        return rows.map(append)
    }

    private func append(_ row: CallDetailRecord) -> Int64 {
        lastSequence += 1
        var row = row
        row.sequence = lastSequence
        if let corrected = row.ledger.corrects { adjustmentsUnderWay[corrected, default: []].append(row.ledger) }
        output.records.append(.ledgerAppended(row))
        return lastSequence
    }

    /// Corrections and credits of a row that were appended and are not in the journal yet: those before in the same
    /// turn, and those of turns that the disk has refused so far.
    package func adjustmentsUnderWay(ofRow sequence: Int64) -> [LedgerEntry] { adjustmentsUnderWay[sequence] ?? [] }

    /// The journal has everything that was taken out so far.
    package func ledgerJournalled() { adjustmentsUnderWay.removeAll(keepingCapacity: true) }

    /// Gives back an amount without VAT of what is charged for a call or SMS; returns the row's number, and what is
    /// charged now. `adjustments`: those of the row that the journal has. Throws when less is charged.
    package func credit(
        _ amount: Money, for row: CallDetailRecord, adjustments: [LedgerEntry], note: String, now: Timestamp
    ) throws(NothingToCredit) -> (sequence: Int64, charged: Money) {
        let balance = LedgerBalance(
            \.charge, of: [row.ledger] + adjustments + adjustmentsUnderWay(ofRow: row.sequence))
        let charged = balance.total
        guard var back = balance.principal, charged >= amount else { throw NothingToCredit(charged: charged) }
        back.amount = -amount
        let sequence = appendToLedger(row.adjustment(.credit, cost: nil, charge: back, note: note, at: now))
        return (sequence, charged - amount)
    }
}
