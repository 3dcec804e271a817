// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import Foundation
import GatewayCore
import Testing

@testable import Store

@Suite("Adding up the ledger") struct LedgerSumsTests {
    private static let october = DutchMonth(DutchTime(year: 2026, month: 10, day: 15).timestamp())

    /// Ends nearly in order, as attempts do, from August to December; a crash wrote some a day late.
    private static func rows(count: Int) -> [CallDetailRecord] {
        var state: UInt64 = 42
        func random(_ below: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(below))
        }
        let first = DutchTime(year: 2026, month: 8, day: 1).timestamp()
        return (1...count).map { index in
            var row = cdr(
                Int64(index), attempt: Int64(index), action: "a\(random(9))", account: ["GM0513", "GM0627"][random(2)])
            row.attemptNumber = 1 + random(3)
            row.callee = "+316\(10_000_000 + random(400))"
            row.trunk = ["kpn", "zuid"][random(2)]
            row.end = first + .milliseconds(Int64(index) * 150 * 86_400_000 / Int64(count) + Int64(random(86_400_000)))
            row.start = row.end - .milliseconds(Int64(random(600_000)))
            row.answer = random(3) == 0 ? nil : row.start + .microseconds(Int64(random(900_000_000)))
            if random(3) == 0 {
                row.answer = nil
                row.disposition = [.delivered, .sent, .rejected, .expired][random(4)]
                row.message = MessageDetail(
                    segments: 3, acceptedSegments: random(4), encoding: "GSM-7", accepted: nil, messageIDs: [],
                    references: [], state: "", error: "", submits: 3, doubtful: false)
            }
            if random(10) > 0 {
                row.ledger.charge = RatedAmount(
                    amount: Money(microEuros: Int64(random(90_000))), vatBasisPoints: [2100, 900][random(2)],
                    tariff: "gm@1")
            }
            row.ledger.cost = RatedAmount(
                amount: Money(microEuros: Int64(random(50_000))), vatBasisPoints: 2100, tariff: "kpn@1")
            guard random(20) == 0 else { return row }
            var adjusted = row.adjustment(
                random(2) == 0 ? .correction : .credit, cost: nil, charge: row.ledger.charge, note: "n\(random(2))",
                at: row.end)
            adjusted.sequence = Int64(index)
            return adjusted
        }
    }

    private func sums(_ store: Store, _ account: String?, _ from: Timestamp, _ to: Timestamp) throws
        -> (sums: [LedgerGroup: LedgerSums], parts: Int)
    {
        var scan = try store.beginScan(account: account, from: from, to: to)
        var sums: [LedgerGroup: LedgerSums] = [:]
        var parts = 0
        while !scan.isDone {
            for (group, part) in try store.sums(&scan) { sums[group, default: LedgerSums()] += part }
            parts += 1
        }
        return (sums, parts)
    }

    @Test("The database adds up what the rows add up to, of an account or of all, in parts")
    func equalToRows() throws {
        let store = try Store(path: try Scratch().journal, queue: nil)
        let rows = Self.rows(count: 5_000)
        try store.commit(rows.map { .ledgerAppended($0) }, now: .epoch)
        struct Person: Hashable {
            var action: String
            var number: String
        }
        let spans = [
            (Self.october.start, Self.october.end), (Self.october.startOfYear, Self.october.start),
            (Timestamp.epoch, Timestamp.epoch + .seconds(1)), (Timestamp.epoch, Self.october.end + .minutes(400_000)),
        ]
        for (from, to) in spans {
            var lastReach: [Person: Int] = [:]
            for row in rows where row.hasReached && row.start >= from && row.start < to {
                let person = Person(action: row.action, number: row.callee)
                lastReach[person] = max(lastReach[person] ?? 0, row.attemptNumber)
            }
            for account in ["GM0513", "GM9999", nil] {
                var expected: [LedgerGroup: LedgerSums] = [:]
                for row in rows where row.start >= from && row.start < to && row.account == account ?? row.account {
                    let person = Person(action: row.action, number: row.callee)
                    expected[LedgerGroup(row), default: LedgerSums()] += LedgerSums(
                        row, isRepeated: lastReach[person] ?? 0 > row.attemptNumber)
                }
                let found = try sums(store, account, from, to)
                #expect(found.sums == expected, "\(from) \(account ?? "all")")
            }
        }
        #expect(try sums(store, nil, .epoch, Self.october.end + .minutes(400_000)).parts == 5)
    }

    @Test("Whom a call and an SMS reached counts once, whichever is written first, and after the number is purged")
    func reachedOnce() throws {
        let store = try Store(path: try Scratch().journal, queue: nil)
        func row(
            _ sequence: Int64, _ number: String, attempt: Int, sms: Bool, reached: Bool = true, action: String = "a"
        )
            -> CallDetailRecord
        {
            var row = cdr(sequence, attempt: sequence, action: action)
            row.callee = number
            row.attemptNumber = attempt
            row.start = Self.october.start + .seconds(Double(sequence))
            row.end = row.start + .seconds(5)
            row.answer = !sms && reached ? row.start + .seconds(1) : nil
            row.disposition = sms ? (reached ? .delivered : .undelivered) : (reached ? .answered : .busy)
            if sms {
                row.message = MessageDetail(
                    segments: 1, acceptedSegments: 1, encoding: "GSM-7", accepted: nil, messageIDs: [], references: [],
                    state: "", error: "", submits: 1, doubtful: false)
            }
            return row
        }
        let rows = [
            // The receipt of the SMS came after the call that followed it.
            row(1, "+31610000001", attempt: 2, sms: false), row(2, "+31610000001", attempt: 1, sms: true),
            // Reached by the second attempt alone, and by both of two calls.
            row(3, "+31610000002", attempt: 1, sms: true, reached: false),
            row(4, "+31610000002", attempt: 2, sms: false),
            row(5, "+31610000003", attempt: 1, sms: false), row(6, "+31610000003", attempt: 2, sms: false),
            // Never, and in another action.
            row(7, "+31610000004", attempt: 1, sms: false, reached: false),
            row(8, "+31610000001", attempt: 1, sms: false, action: "b"),
        ]
        try store.commit(rows.map { .ledgerAppended($0) }, now: .epoch)
        func reached() throws -> [String: Int] {
            try sums(store, "GM0513", Self.october.start, Self.october.end).sums.reduce(into: [:]) {
                $0[$1.key.action, default: 0] += $1.value.reached
            }
        }
        #expect(try reached() == ["a": 3, "b": 1])
        let number = try #require(PhoneNumber(e164: "+31610000001"))
        var purge = NumberPurge(.number(number))
        while !purge.isDone { try store.advance(&purge, limit: 100, now: .epoch) }
        #expect(try reached() == ["a": 3, "b": 1])
    }

    @Test("What a correction rated in the same month is unrated no more; in a later one the month stays as it was")
    func ratedLater() throws {
        let store = try Store(path: try Scratch().journal, queue: nil)
        func call(_ sequence: Int64) -> CallDetailRecord {
            var row = cdr(sequence, attempt: sequence)
            row.start = Self.october.start + .seconds(Double(sequence))
            row.answer = row.start + .seconds(1)
            row.end = row.start + .seconds(9)
            return row
        }
        func correction(_ sequence: Int64, of row: CallDetailRecord, charge: Int64?, at time: Timestamp)
            -> CallDetailRecord
        {
            let amount = RatedAmount(amount: Money(microEuros: charge ?? 5), vatBasisPoints: 2100, tariff: "gm@1")
            var correction = row.adjustment(
                .correction, cost: charge == nil ? amount : nil, charge: charge == nil ? nil : amount, note: "x",
                at: time)
            correction.sequence = sequence
            return correction
        }
        let rows = (1...4).map { call($0) }
        let soon = Self.october.end - .seconds(1)
        try store.commit(
            (rows + [
                correction(5, of: rows[0], charge: 70, at: soon), correction(6, of: rows[0], charge: 8, at: soon),
                // Its cost alone, and in November.
                correction(7, of: rows[1], charge: nil, at: soon),
                correction(8, of: rows[2], charge: 70, at: Self.october.end + .seconds(1)),
            ]).map { .ledgerAppended($0) }, now: .epoch)
        let october = try sums(store, "GM0513", Self.october.start, Self.october.end).sums
        #expect(october.values.reduce(0) { $0 + $1.unrated } == 3)
        #expect(october.values.reduce(Money.zero) { $0 + $1.charge } == Money(microEuros: 78))
    }

    @Test("Rows that a crash wrote late are not missed at the edge of a month")
    func disorder() throws {
        let store = try Store(path: try Scratch().journal, queue: nil)
        let edge = Self.october.start
        // By sequence: the one that ended before the edge and was written a day late stands among later ones.
        let ends: [Interval] = [
            -.minutes(60), .minutes(1), .minutes(1400), -.minutes(5), .minutes(1401), .minutes(1402),
        ]
        let rows = ends.enumerated().map { index, offset in
            var row = cdr(Int64(index + 1), attempt: Int64(index + 1))
            row.end = edge + offset
            row.start = row.end - .seconds(10)
            return row
        }
        try store.commit(rows.map { .ledgerAppended($0) }, now: .epoch)
        let october = try sums(store, "GM0513", edge, Self.october.end).sums.values.reduce(0) { $0 + $1.rows }
        let september = try sums(store, "GM0513", edge - .minutes(43_200), edge).sums.values.reduce(0) { $0 + $1.rows }
        #expect(october == 4 && september == 2)
    }

    @Test("An empty ledger has no parts") func empty() throws {
        let store = try Store(path: try Scratch().journal, queue: nil)
        #expect(try sums(store, nil, .epoch, .distantFuture - .minutes(600_000)).parts == 0)
    }

    @Test("Titles of actions, as far as they have one") func titles() throws {
        let store = try Store(path: try Scratch().journal, queue: nil)
        var titled = try record(key: 1, id: "a1")
        titled.definition.title = "Vermist kind \"Gouda\""
        try store.commit([.actionStaged(titled), .actionStaged(try record(key: 2, id: "a2"))], now: .epoch)
        let titles = try store.titles(ofActions: ["a1", "a2", "a3"])
        #expect(titles["a1"] == "Vermist kind \"Gouda\"")
        #expect(titles["a2", default: ""] == "" && titles["a3"] == nil)
    }
}

extension Interval {
    fileprivate static prefix func - (interval: Interval) -> Interval {
        Interval(microseconds: -interval.microseconds)
    }
}
