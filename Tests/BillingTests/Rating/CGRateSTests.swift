// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import Billing

/// What CGRateS says of its own examples, where its rates can be written as ours: one price per section, increments
/// before and after a group's start, connect fee, hours of the week. The amounts are those that its test suite expects:
/// github.com/cgrates/cgrates, engine/calldesc_test.go, with the rates of engine/loader_csv_test.go (R4, R5,
/// LANDLINE_OFFPEAK, DY). Each case names the test; the two without one are worked out from the rate, LANDLINE_PEAK
/// being that of its documentation of Rates.csv.
@Suite("CGRateS's own examples") struct CGRateSTests {
    /// A unit of theirs is a euro here; their RateUnit of a second makes 60 of a minute.
    private static let tariff = """
        [Tariff cgrates]
        Account=*
        ValidFrom=2012-01-01
        Decimals=4
        # Rating plan EVENING: R4,1,1,1s,1s,0s on WORKDAYS_00, R5,0,0.5,1s,1s,0s on WORKDAYS_18 and WEEKENDS.
        [Voice R4]
        Prefix=+31256
        ConnectFee=1
        PerMinute=60
        Increment=1/1
        Hours=mon-fri 00:00-18:00
        [Voice R5]
        Prefix=+31256
        PerMinute=30
        Increment=1/1
        # LANDLINE_OFFPEAK,0,1,1s,60s,0s and LANDLINE_OFFPEAK,0,1,1s,1s,60s: GroupIntervalStart of a minute.
        [Voice LANDLINE_OFFPEAK]
        Prefix=+31257
        PerMinute=60
        Increment=60/1
        # DY,0.15,0.05,60s,1s,0s
        [Voice DY]
        Prefix=+31723
        ConnectFee=0.15
        PerMinute=0.05
        Increment=1/1
        # LANDLINE_PEAK,0.02,0.02,60s,60s,0s
        [Voice LANDLINE_PEAK]
        Prefix=+31444
        ConnectFee=0.02
        PerMinute=0.02
        Increment=60/60
        """

    struct Example: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var prefix: String
        /// On the clock of the tariff.
        var answer: String
        var seconds: Int64
        var cost: String
    }

    private static let examples = [
        // Half an hour at 1 a second and half an hour at 0.5, and the connect fee of the first.
        Example(
            testDescription: "TestGetCost", prefix: "+31256", answer: "2012-02-02T17:30:00+01:00", seconds: 3600,
            cost: "2701"),
        Example(
            testDescription: "TestSubjectNotFound", prefix: "+31256", answer: "2013-02-01T17:30:00+01:00",
            seconds: 3600, cost: "2701"),
        Example(
            testDescription: "TestMultipleRatingPlans", prefix: "+31256", answer: "2012-02-08T17:30:00+01:00",
            seconds: 3600, cost: "2701"),
        // Over midnight from R5 to R4: R5 has no connect fee, and that of R4 does not fall due in between.
        Example(
            testDescription: "TestSpansMultipleRatingPlans", prefix: "+31256", answer: "2012-02-07T23:50:00+01:00",
            seconds: 2400, cost: "2100"),
        Example(
            testDescription: "TestLessThanAMinute", prefix: "+31256", answer: "2012-02-08T23:50:00+01:00",
            seconds: 30, cost: "15"),
        Example(
            testDescription: "TestUniquePrice", prefix: "+31256", answer: "2012-02-08T22:50:00+01:00", seconds: 3621,
            cost: "1810.5"),
        Example(
            testDescription: "TestMinutesCost", prefix: "+31256", answer: "2012-02-08T22:50:00+01:00", seconds: 110,
            cost: "55"),
        Example(
            testDescription: "TestGetCostTimespans", prefix: "+31257", answer: "2013-10-08T09:23:02+02:00",
            seconds: 85, cost: "85"),
        Example(
            testDescription: "TestGetCostRateGroups", prefix: "+31257", answer: "2013-10-07T14:50:00+02:00",
            seconds: 132, cost: "132"),
        Example(
            testDescription: "LANDLINE_OFFPEAK, less than its first increment", prefix: "+31257",
            answer: "2013-10-07T14:50:00+02:00", seconds: 12, cost: "60"),
        Example(
            testDescription: "TestGetCostRoundingIssue", prefix: "+31723", answer: "2015-10-26T13:29:27+01:00",
            seconds: 24, cost: "0.17"),
        Example(
            testDescription: "LANDLINE_PEAK, a minute and a second", prefix: "+31444",
            answer: "2013-10-07T14:50:00+02:00", seconds: 61, cost: "0.06"),
    ]

    private func cost(_ example: Example) throws -> Money? {
        let answer = try #require(Timestamp(iso8601: example.answer))
        return Rater(try ratingBook(Self.tariff)).rate(
            Usage(
                trunk: "noord", account: "GM0513", number: example.prefix + "00000", start: answer,
                quantity: .call(answer: answer, milliseconds: example.seconds * 1000))
        ).charge?.amount
    }

    @Test("Agree", arguments: examples) func agree(_ example: Example) throws {
        #expect(try cost(example) == Money(decimalText: example.cost))
    }

    /// TestGetCostZero expects no connect fee; docs/tariffs.md says that we differ: it is due with the answer.
    @Test("An answer of no length pays the connect fee here, and not there") func zero() throws {
        let example = Example(
            testDescription: "", prefix: "+31256", answer: "2012-02-02T17:30:00+01:00", seconds: 0, cost: "")
        #expect(try cost(example) == Money(decimalText: "1"))
    }

    /// Their engine rounds each increment as well (TestGetCostRounding: 0.3001, "should be 0.3"); here once.
    @Test("Increments are not rounded one by one") func rounding() throws {
        let book = try ratingBook(
            "[Tariff t]\nAccount=*\nValidFrom=2012-01-01\nDecimals=4\n"
                + "[Voice all]\nPrefix=+31\nPerMinute=0.1\nIncrement=1/1\n")
        let answer = try #require(Timestamp(iso8601: "2017-02-02T17:30:00Z"))
        let usage = Usage(
            trunk: "noord", account: "GM0513", number: "+31491234567", start: answer,
            quantity: .call(answer: answer, milliseconds: 180_000))
        #expect(Rater(book).rate(usage).charge?.amount == Money(decimalText: "0.3"))
    }
}
