// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import Billing

private let noon = DutchTime(year: 2026, month: 10, day: 15, hour: 12).timestamp()

private func ours(
    _ sequence: Int64, _ number: UInt64 = 31_612_345_678, at offset: Interval = .zero, seconds: Int64 = 30,
    cost: Int64? = 10_000, account: String = "GM0513", isExpected: Bool = true
) -> LedgerCall {
    LedgerCall(
        sequence: sequence, number: number, time: noon + offset, milliseconds: seconds * 1000, segments: 0,
        cost: cost.map { Money(microEuros: $0) }, account: account, isExpected: isExpected)
}

private func theirs(
    _ line: Int, _ number: UInt64 = 31_612_345_678, at offset: Interval = .zero, seconds: Int64 = 30,
    amount: Int64 = 10_000
) -> CarrierCall {
    CarrierCall(
        line: line, number: number, time: noon + offset, milliseconds: seconds * 1000,
        amount: Money(microEuros: amount))
}

@Suite("Comparing the ledger with a carrier's bill") struct ReconciliationTests {
    private func found(
        _ ledger: [LedgerCall], _ carrier: [CarrierCall], _ tolerance: ReconciliationTolerance = .init()
    ) -> [String] {
        Reconciliation(ledger: ledger, carrier: carrier, tolerance: tolerance).differences.map {
            "\($0.kind.rawValue) \($0.ledger.map { "\($0.sequence)" } ?? "-") \($0.carrier.map { "\($0.line)" } ?? "-")"
        }
    }

    @Test("Alike within the tolerances") func alike() {
        #expect(found([ours(1)], [theirs(2, at: .seconds(-29), seconds: 31, amount: 10_100)]) == [])
        #expect(found([], []) == [])
    }

    @Test("Each kind of difference") func kinds() {
        #expect(found([ours(1)], []) == ["missing 1 -"])
        #expect(found([], [theirs(2)]) == ["extra - 2"])
        #expect(found([ours(1)], [theirs(2, at: .seconds(31))]) == ["missing 1 -", "extra - 2"])
        #expect(found([ours(1)], [theirs(2, 31_612_345_679)]) == ["missing 1 -", "extra - 2"])
        #expect(found([ours(1)], [theirs(2, seconds: 32)]) == ["duration 1 2"])
        #expect(found([ours(1)], [theirs(2, amount: 10_101)]) == ["amount 1 2"])
        // One finding for each call: the length explains the amount.
        #expect(found([ours(1)], [theirs(2, seconds: 90, amount: 30_000)]) == ["duration 1 2"])
        var message = ours(1, seconds: 0)
        message.segments = 2
        var billed = theirs(2)
        billed.milliseconds = nil
        billed.segments = 3
        #expect(found([message], [billed]) == ["segments 1 2"])
    }

    @Test("A row that the carrier bills twice is extra once") func duplicates() {
        #expect(found([ours(1)], [theirs(2), theirs(3)]) == ["extra - 3"])
        #expect(found([ours(1), ours(2)], [theirs(3)]) == ["missing 2 -"])
    }

    @Test("The nearest in time belong together") func nearest() {
        let ledger = [ours(1), ours(2, at: .seconds(20), seconds: 50)]
        #expect(found(ledger, [theirs(3, at: .seconds(19), seconds: 50)]) == ["missing 1 -"])
        #expect(found(ledger, [theirs(3, at: .seconds(25), seconds: 50), theirs(4, at: .seconds(5))]) == [])
        // Not each with its best: the pair that is nearest first.
        #expect(
            found([ours(1), ours(2, at: .seconds(25))], [theirs(3, at: .seconds(15)), theirs(4, at: .seconds(24))])
                == [])
    }

    @Test("A try that was not answered is not awaited, and takes nothing from one that was") func unanswered() {
        let busy = ours(1, seconds: 0, cost: 0, isExpected: false)
        #expect(found([busy], []) == [])
        #expect(found([busy, ours(2, at: .seconds(10))], [theirs(3, at: .seconds(1))]) == [])
        #expect(found([busy], [theirs(3)]) == ["duration 1 3"])
    }

    @Test("Both meanings of the hour that comes twice are tried") func doubtfulHour() {
        var row = theirs(2, at: .seconds(-3600))
        row.otherTime = noon
        #expect(found([ours(1)], [row]) == [])
        row.otherTime = nil
        #expect(found([ours(1)], [row]) == ["extra - 2", "missing 1 -"])
    }

    @Test(
        "A carrier that bills by the minute",
        arguments: [(30, 60, true), (60, 60, true), (61, 120, true), (60, 120, true), (62, 60, false), (30, 30, false)]
            as [(Int64, Int64, Bool)])
    func durationSteps(seconds: Int64, billed: Int64, isAlike: Bool) {
        let tolerance = ReconciliationTolerance(durationStep: 60_000)
        #expect(found([ours(1, seconds: seconds)], [theirs(2, seconds: billed)], tolerance).isEmpty == isAlike)
    }

    @Test("What is in dispute, by account") func sums() {
        let result = Reconciliation(
            ledger: [ours(1), ours(2, 31_600_000_002, account: "GM0627"), ours(3, 31_600_000_003)],
            carrier: [theirs(1, amount: 25_000), theirs(2, 31_600_000_009, amount: 7_000), theirs(3, 31_600_000_003)],
            tolerance: .init())
        #expect(result.matched == 2)
        let accounts = result.byAccount
        #expect(accounts.map(\.account) == ["", "GM0513", "GM0627"])
        #expect(accounts.map(\.tally.over.microEuros) == [7_000, 15_000, 0])
        #expect(accounts.map(\.tally.under.microEuros) == [0, 0, 10_000])
        #expect(result.total.over.microEuros == 22_000 && result.total.under.microEuros == 10_000)
    }

    @Test(
        "A hundred planted differences of every kind are found, and no other", arguments: 1...8 as ClosedRange<UInt64>)
    func planted(seed: UInt64) {
        var random = SplitMix(state: seed)
        var ledger: [LedgerCall] = []
        for index in 0..<20_000 {
            // Few numbers, so that many are called several times, a minute apart or more.
            let number = 31_610_000_000 + UInt64(Int.random(in: 0..<4_000, using: &random))
            ledger.append(
                ours(
                    Int64(index), number, at: .seconds(Double(index) * 90),
                    seconds: .random(in: 1...60, using: &random),
                    cost: .random(in: 1_000...90_000, using: &random),
                    account: ["GM0513", "GM0627"].randomElement(using: &random) ?? ""))
        }
        var carrier = ledger.map { call in
            CarrierCall(
                line: Int(call.sequence) + 2, number: call.number,
                time: call.time + .milliseconds(.random(in: -2_000...2_000, using: &random)),
                milliseconds: call.milliseconds + .random(in: -900...900, using: &random), amount: call.cost)
        }
        let victims = ledger.indices.shuffled(using: &random).prefix(100)
        var expected: Set<String> = []
        for (turn, index) in victims.enumerated() {
            let line = carrier[index].line
            switch turn % 5 {
            case 0:  // missing
                carrier[index].line = -1
                expected.insert("missing \(index) -")
            case 1:  // extra, elsewhere
                carrier.append(
                    CarrierCall(
                        line: 100_000 + turn, number: 31_620_000_000 + UInt64(turn), time: carrier[index].time,
                        milliseconds: 5_000, amount: Money(microEuros: 5)))
                expected.insert("extra - \(100_000 + turn)")
            case 2:  // billed twice
                var copy = carrier[index]
                copy.line = 100_000 + turn
                carrier.append(copy)
                expected.insert("extra - \(100_000 + turn)")
            case 3:
                carrier[index].milliseconds = ledger[index].milliseconds + 7_000
                expected.insert("duration \(index) \(line)")
            default:
                carrier[index].amount = (ledger[index].cost ?? .zero) + Money(microEuros: 101)
                expected.insert("amount \(index) \(line)")
            }
        }
        carrier.removeAll { $0.line < 0 }
        carrier.shuffle(using: &random)
        // Of two equal rows the one that stands first in the file is ours.
        carrier.sort { ($0.time, $0.line) < ($1.time, $1.line) }
        #expect(expected.count == 100)
        let result = found(ledger, carrier)
        #expect(Set(result) == expected)
        #expect(result.count == 100)
    }

    @Test("Many calls to one number take no longer than to many") func oneNumber() {
        let ledger = (0..<30_000).map { ours(Int64($0), at: .milliseconds(Int64($0))) }
        let carrier = (0..<30_000).map { theirs($0, at: .milliseconds(Int64($0))) }
        // All lie within one tolerance: quadratic would be 900 million pairs.
        let result = Reconciliation(ledger: ledger, carrier: carrier, tolerance: .init())
        #expect(result.matched == 30_000 && result.differences.isEmpty)
    }
}
