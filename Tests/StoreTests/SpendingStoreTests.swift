// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import GatewayCore
import Testing

@testable import Store

@Suite("What accounts were charged") struct SpendingStoreTests {
    private func charged(_ sequence: Int64, _ account: String, _ amount: Int64, at start: String) throws
        -> CallDetailRecord
    {
        var row = cdr(sequence, attempt: sequence)
        row.account = account
        row.start = try #require(Timestamp(iso8601: start))
        row.ledger.charge = RatedAmount(amount: Money(microEuros: amount), vatBasisPoints: 2100, tariff: "t@1")
        return row
    }

    @Test("Sums by account and Dutch month, in the transaction of the rows") func sums() throws {
        let scratch = try Scratch()
        let store = try Store(path: scratch.journal, queue: nil)
        let rows = [
            try charged(1, "GM0513", 100, at: "2026-11-30T22:59:59Z"),
            try charged(2, "GM0513", 20, at: "2026-11-30T23:00:00Z"),
            try charged(3, "GM0599", 3, at: "2026-11-01T12:00:00Z"),
        ]
        try store.commit(rows.map { .callEnded($0.attempt, $0) }, now: .epoch)
        // A transaction that fails leaves nothing, also of what it added up.
        let gap = try charged(9, "GM0513", 1000, at: "2026-11-01T12:00:00Z")
        let good = try charged(4, "GM0513", 5000, at: "2026-11-01T12:00:00Z")
        #expect(throws: StoreError.self) {
            try store.commit([.callEnded(good.attempt, good), .callEnded(gap.attempt, gap)], now: .epoch)
        }
        var correction = rows[0].adjustment(.correction, cost: nil, charge: nil, note: "n", at: rows[0].start)
        correction.ledger.charge = RatedAmount(amount: Money(microEuros: -40), vatBasisPoints: 2100, tariff: "t@2")
        correction.sequence = 4
        try store.commit([.ledgerAppended(correction)], now: .epoch)
        let sums = try store.load().spending.map { "\($0.account) \($0.month) \($0.amount.microEuros)" }
        #expect(sums.sorted() == ["GM0513 2026-11 60", "GM0513 2026-12 20", "GM0599 2026-11 3"])
    }

    @Test("A call is found by its Call-ID, with what was corrected") func lookUp() throws {
        let scratch = try Scratch()
        let store = try Store(path: scratch.journal, queue: nil)
        let row = try charged(1, "GM0513", 100, at: "2026-11-30T22:59:59Z")
        try store.commit([.callEnded(row.attempt, row)], now: .epoch)
        #expect(try store.lastSequence() == 1)
        #expect(try store.callDetailRecords(callID: row.callID, from: 1, before: 2) == [row])
        #expect(try store.callDetailRecords(callID: "other", from: 1, before: 2) == [])
    }
}
