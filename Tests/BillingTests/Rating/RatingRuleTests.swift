// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import Billing

@Suite("Which tariff, and what it comes to") struct RatingRuleTests {
    private let noon = Timestamp(milliseconds: 1_795_521_600_000)  // 2026-11-24T12:00:00Z

    private func call(
        _ number: String = "+31612345678", trunk: String = "noord", account: String = "GM0513",
        at time: Timestamp? = nil,
        seconds: Int64 = 60
    ) -> Usage {
        Usage(
            trunk: trunk, account: account, number: number, start: time ?? noon,
            quantity: .call(answer: time ?? noon, milliseconds: seconds * 1000))
    }

    private static func plain(_ name: String, _ price: String, _ more: String = "Account=*") -> String {
        "[Tariff \(name)]\nValidFrom=2026-01-01\n\(more)\n[Voice v]\nPrefix=+31\nIncrement=1/1\nPerMinute=\(price)\n"
    }

    @Test("The longest prefix counts, whatever the order") func longestPrefix() throws {
        let book = try ratingBook(
            """
            [Tariff t]
            Account=*
            ValidFrom=2026-01-01
            [Voice mobile]
            Prefix=+316 +3197
            Increment=60/60
            PerMinute=0.10
            [Voice one]
            Prefix=+31612345678
            Increment=60/60
            PerMinute=0.01
            [Voice rest]
            Prefix=+31
            Increment=60/60
            PerMinute=0.02
            """)
        let rater = Rater(book)
        #expect(rater.rate(call("+31612345678")).charge?.amount.decimal == "0.01")
        #expect(rater.rate(call("+31612345679")).charge?.amount.decimal == "0.10")
        #expect(rater.rate(call("+31101234567")).charge?.amount.decimal == "0.02")
        #expect(rater.rate(call("+4912345678")).charge == nil)
    }

    @Test("Who is named goes before all others; cost and charge are apart") func named() throws {
        let book = try ratingBook(
            Self.plain("gouda", "0.60", "Account=GM0513") + Self.plain("all", "0.30")
                + Self.plain("noord", "0.06", "Trunk=noord"))
        let rater = Rater(book)
        #expect(rater.rate(call()).charge?.amount.decimal == "0.60")
        #expect(rater.rate(call(account: "GM0599")).charge?.amount.decimal == "0.30")
        #expect(rater.rate(call(account: "")).charge?.amount.decimal == "0.30")
        #expect(rater.rate(call()).cost?.amount.decimal == "0.06")
        #expect(rater.rate(call(trunk: "zuid")).cost == nil)
    }

    @Test("A version begins at Dutch midnight, and the answer chooses it") func versions() throws {
        let book = try ratingBook(
            Self.plain("t", "0.06")
                + "[Tariff t]\nValidFrom=2026-07-01\nAccount=*\n[Voice v]\nPrefix=+31\nIncrement=1/1\nPerMinute=0.12\n")
        let midnight = try #require(Timestamp(iso8601: "2026-06-30T22:00:00Z"))
        let rater = Rater(book)
        #expect(rater.rate(call(at: midnight - .milliseconds(1))).charge?.amount.decimal == "0.06")
        #expect(rater.rate(call(at: midnight)).charge?.amount.decimal == "0.12")
        let before = try #require(Timestamp(iso8601: "2025-12-31T22:59:59Z"))
        #expect(rater.rate(call(at: before)).charge == nil)
    }

    @Test(
        "One rounding, as declared",
        arguments: [
            // 7 s at 0.089 are 0.010383 1/3; 5 s at 0.03 are 0.0025, 7 s 0.0035.
            ("up", 4, "0.089", 7, Int64(10_400)), ("half-up", 4, "0.089", 7, 10_400), ("down", 4, "0.089", 7, 10_300),
            ("half-up", 2, "0.089", 7, 10_000), ("up", 2, "0.089", 7, 20_000), ("up", 6, "0.089", 7, 10_384),
            ("half-up", 6, "0.089", 7, 10_383), ("half-up", 3, "0.03", 5, 3000), ("half-even", 3, "0.03", 5, 2000),
            ("half-even", 3, "0.03", 7, 4000), ("half-up", 0, "0.60", 50, 1_000_000), ("down", 0, "0.60", 50, 0),
        ])
    func rounding(_ mode: String, _ decimals: Int, _ price: String, _ seconds: Int64, _ expected: Int64) throws {
        let book = try ratingBook(Self.plain("t", price, "Account=*\nRounding=\(mode)\nDecimals=\(decimals)"))
        #expect(Rater(book).rate(call(seconds: seconds)).charge?.amount.microEuros == expected)
    }

    @Test("VAT stands apart") func vat() throws {
        #expect(Money(microEuros: 151_800).vat(basisPoints: 2100).microEuros == 31_878)
        #expect(Money(microEuros: -151_800).vat(basisPoints: 2100).microEuros == -31_878)
        let book = try ratingBook(Self.plain("t", "0.06", "Account=*\nVAT=9%"))
        #expect(Rater(book).rate(call()).charge?.vatBasisPoints == 900)
        #expect(Rater(book).rate(call()).charge?.amount.microEuros == 60_000)
    }

    @Test("A tariff reads back as it was written, and names its content") func roundTrip() throws {
        let text = """
            [Tariff t]
            Description="for \\"both\\""
            Trunk=a b
            ValidFrom=2026-01-01
            ValidTo=2026-12-31
            VAT=5.5%
            Rounding=up
            Decimals=4
            [Voice day]
            Prefix=+316 +31
            ConnectFee=0.05
            PerMinute=0.089
            Increment=30/6
            MinimumDuration=10s
            MinimumCharge=0.06
            Hours=fri-mon 22:00-06:00
            Hours=wed 12:00-24:00
            [Voice rest]
            Prefix=+316 +31
            PerMinute=0.01
            Increment=1/1
            [SMS s]
            Prefix=+31
            PerSegment=0.0425
            """
        let tariff = try #require(try ratingBook(text).tariffs.first)
        #expect(try ratingBook(tariff.text).tariffs == [tariff])
        #expect(tariff.version.hasPrefix("t@2026-01-01/"))
        var other = tariff
        other.rates[2].price = .sms(perSegment: Money(microEuros: 42_501))
        #expect(other.version != tariff.version)
    }

    /// A small generator, so that a failure can be repeated.
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    @Test("The parts add up, and a longer call never costs less") func properties() throws {
        var numbers = Numbers(state: 20_261_124)
        for _ in 0..<300 {
            func amount(_ most: Int) -> String {
                Money(microEuros: Int64.random(in: 0...Int64(most), using: &numbers)).decimal
            }
            func rate(_ name: String, _ hours: String) -> String {
                """
                [Voice \(name)]
                Prefix=+31
                \(hours)
                ConnectFee=\(amount(100_000))
                PerMinute=\(amount(500_000))
                Increment=\(Int.random(in: 1...90, using: &numbers))/\(Int.random(in: 1...60, using: &numbers))
                MinimumDuration=\(Int.random(in: 0...90, using: &numbers))
                MinimumCharge=\(amount(200_000))

                """
            }
            let mode = Rounding.Mode.allCases.randomElement(using: &numbers) ?? .up
            let text =
                "[Tariff t]\nAccount=*\nValidFrom=2020-01-01\nRounding=\(mode.rawValue)\n"
                + "Decimals=\(Int.random(in: 0...6, using: &numbers))\n"
                + rate("day", "Hours=mon-sat 02:00-18:30") + rate("rest", "")
            let rater = Rater(try ratingBook(text))
            // Around both changes of the clock, and anywhere.
            let start = Timestamp(
                milliseconds: [1_774_746_000_000, 1_792_890_000_000, 1_795_500_000_000].randomElement(using: &numbers)
                    .map { $0 + Int64.random(in: -9_000_000...9_000_000, using: &numbers) } ?? 0)
            var length: Int64 = 0
            var last = Money.zero
            for _ in 0..<40 {
                let usage = Usage(
                    trunk: "", account: "", number: "+31612345678", start: start,
                    quantity: .call(answer: start, milliseconds: length))
                guard case .rated(let rating) = rater.explain(.charge, usage) else {
                    Issue.record("not rated")
                    return
                }
                #expect(rating.parts.reduce(0) { $0 + $1.sixtieths } == rating.sixtieths)
                #expect(rating.tariff.rounding.round(sixtieths: rating.sixtieths) == rating.amount.amount)
                #expect(rater.rate(usage).charge == rating.amount)
                #expect(rating.amount.amount >= last)
                last = rating.amount.amount
                length += Int64.random(in: 0...400_000, using: &numbers)
            }
        }
    }

    @Test("The arithmetic in words") func words() throws {
        let rater = Rater(
            try ratingBook(
                "[Tariff t]\nValidFrom=2026-01-01\nAccount=*\nDecimals=4\n[Voice mobile]\nPrefix=+316\nConnectFee=0.045\n"
                    + "PerMinute=0.089\nIncrement=60/1\n"))
        let record = rater.rated(CallDetailRecord.answered(at: noon, milliseconds: 71_204))
        let version = try #require(rater.book.tariffs.first?.version)
        #expect(
            Explanation(rater).lines(for: record) == [
                "Record 7: call to +316*****678 over noord, action actie-1, account GM0513.",
                "Answered 2026-11-24 13:00:00, 71.204 s to its end.",
                "Cost (what noord charges us): not rated; no tariff was valid for it.",
                "Charge (what account GM0513 is charged), by tariff \(version):",
                "  Destination +316, the longest prefix that matches.",
                "  Connect fee, due with the answer: EUR 0.045",
                "  From 13:00:00 CET, mobile: 1 x 60 s = 60 s at 0.089 a minute: EUR 0.089",
                "  From 13:01:00 CET, mobile: 12 x 1 s = 12 s at 0.089 a minute: EUR 0.0178",
                "  Sum 0.1518, rounded once, half-up to 4 decimals: EUR 0.1518",
                "  VAT apart, 21%: EUR 0.031878",
            ])
    }
}

extension CallDetailRecord {
    static func answered(at time: Timestamp, milliseconds: Int64) -> CallDetailRecord {
        CallDetailRecord(
            sequence: 7, attempt: AttemptID(1), action: "actie-1", recipient: "r", account: "GM0513",
            callee: "+31612345678", caller: "+31800", trunk: "noord", callID: "c", attemptNumber: 1,
            start: time - .seconds(8), ringing: nil, answer: time, end: time + .milliseconds(milliseconds),
            sipCode: 200,
            cause: 16, hangupBy: .gateway, ownReason: .requested, disposition: .answered, codec: .pcma, promptHash: "",
            heardMilliseconds: 0, promptMilliseconds: 0, keys: "", recovered: false, redial: false, packetsSent: 0,
            packetsReceived: 0)
    }
}
