// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import Billing

/// Worked by hand: at 0.06 a minute a second is 0.001000, at 0.12 0.002000, at 0.03 0.000500, at 0.60 0.010000.
private let tariff = """
    [Tariff table]
    Account=*
    ValidFrom=2020-01-01
    [Voice 60-60]
    Prefix=+3110
    PerMinute=0.06
    Increment=60/60
    [Voice 60-1]
    Prefix=+3111
    PerMinute=0.06
    Increment=60/1
    [Voice 1-1]
    Prefix=+3112
    PerMinute=0.06
    Increment=1/1
    [Voice 30-6]
    Prefix=+3113
    PerMinute=0.06
    Increment=30/6
    [Voice 60-6]
    Prefix=+3114
    PerMinute=0.06
    Increment=60/6
    [Voice connect]
    Prefix=+316
    ConnectFee=0.045
    PerMinute=0.089
    Increment=60/1
    [Voice least-charge]
    Prefix=+3115
    PerMinute=0.10
    Increment=1/1
    MinimumCharge=0.05
    [Voice least-duration]
    Prefix=+3116
    PerMinute=0.06
    Increment=1/1
    MinimumDuration=30s
    [Voice day]
    Prefix=+3117
    PerMinute=0.12
    Increment=1/1
    Hours=mon-fri 08:00-20:00
    [Voice night]
    Prefix=+3117
    PerMinute=0.06
    Increment=1/1
    [Voice day-minutes]
    Prefix=+3118
    PerMinute=0.12
    Increment=60/60
    Hours=mon-fri 08:00-20:00
    [Voice night-minutes]
    Prefix=+3118
    PerMinute=0.06
    Increment=60/60
    [Voice weekend]
    Prefix=+3120
    PerMinute=0.03
    Increment=1/1
    Hours=sat,sun 00:00-24:00
    [Voice weekdays]
    Prefix=+3120
    PerMinute=0.06
    Increment=1/1
    [Voice two-to-three]
    Prefix=+3130
    PerMinute=0.60
    Increment=1/1
    Hours=daily 02:00-03:00
    [Voice else]
    Prefix=+3130
    PerMinute=0.06
    Increment=1/1
    [Voice day-fee]
    Prefix=+3140
    ConnectFee=0.05
    PerMinute=0
    Increment=1/1
    Hours=mon-fri 08:00-20:00
    [Voice night-fee]
    Prefix=+3140
    ConnectFee=0.01
    PerMinute=0
    Increment=1/1
    [Voice over-midnight]
    Prefix=+3150
    PerMinute=0.12
    Increment=60/6
    Hours=daily 22:00-06:00
    [Voice by-day]
    Prefix=+3150
    PerMinute=0.06
    Increment=60/1
    [SMS all]
    Prefix=+31
    PerSegment=0.0425
    """

struct RatingCase: CustomTestStringConvertible, Sendable {
    var prefix: String
    /// UTC.
    var answer = "2026-11-24T12:00:00Z"
    var milliseconds: Int64
    var expected: Int64
    var testDescription: String { "\(prefix) \(answer) \(milliseconds) ms" }
}

func row(_ prefix: String, _ milliseconds: Int64, _ expected: Int64) -> RatingCase {
    RatingCase(prefix: prefix, milliseconds: milliseconds, expected: expected)
}
func row(_ prefix: String, at answer: String, _ milliseconds: Int64, _ expected: Int64) -> RatingCase {
    RatingCase(prefix: prefix, answer: answer, milliseconds: milliseconds, expected: expected)
}

private let incrementCases: [RatingCase] = [
    // 60/60: every minute that has begun.
    row("+3110", 0, 0), row("+3110", 1, 60_000), row("+3110", 1000, 60_000), row("+3110", 59_999, 60_000),
    row("+3110", 60_000, 60_000), row("+3110", 60_001, 120_000), row("+3110", 120_000, 120_000),
    row("+3110", 3_600_000, 3_600_000), row("+3110", 3_600_001, 3_660_000),
    // 60/1: a minute, then seconds that have begun.
    row("+3111", 0, 0), row("+3111", 1, 60_000), row("+3111", 60_000, 60_000), row("+3111", 60_001, 61_000),
    row("+3111", 61_000, 61_000), row("+3111", 61_001, 62_000), row("+3111", 90_500, 91_000),
    row("+3111", 7_200_000, 7_200_000),
    // 1/1
    row("+3112", 0, 0), row("+3112", 1, 1000), row("+3112", 999, 1000), row("+3112", 1000, 1000),
    row("+3112", 1001, 2000), row("+3112", 59_000, 59_000), row("+3112", 3_599_001, 3_600_000),
    row("+3112", 86_400_000, 86_400_000),
    // 30/6
    row("+3113", 1, 30_000), row("+3113", 30_000, 30_000), row("+3113", 30_001, 36_000),
    row("+3113", 36_000, 36_000), row("+3113", 36_001, 42_000), row("+3113", 60_000, 60_000),
    row("+3113", 61_000, 66_000),
    // 60/6
    row("+3114", 1, 60_000), row("+3114", 60_000, 60_000), row("+3114", 60_001, 66_000),
    row("+3114", 66_000, 66_000), row("+3114", 66_001, 72_000), row("+3114", 119_000, 120_000),
    // Connect fee 0.045 with the answer; 0.089 a minute, so 61 s are 0.090483 1/3.
    row("+316", 0, 45_000), row("+316", 1, 134_000), row("+316", 60_000, 134_000), row("+316", 61_000, 135_483),
    row("+316", 62_000, 136_967), row("+316", 71_204, 151_800), row("+316", 90_000, 178_500),
    row("+316", 600_000, 935_000),
    // At least 0.05; a second is 0.001666 2/3.
    row("+3115", 0, 50_000), row("+3115", 1000, 50_000), row("+3115", 29_000, 50_000), row("+3115", 30_000, 50_000),
    row("+3115", 31_000, 51_667), row("+3115", 60_000, 100_000),
    // At least 30 s.
    row("+3116", 0, 30_000), row("+3116", 10_000, 30_000), row("+3116", 30_000, 30_000), row("+3116", 31_000, 31_000),
]

private let hourCases: [RatingCase] = [
    // Tuesday; 08:00 on Dutch clocks is 07:00 UTC in winter.
    row("+3117", 60_000, 120_000),
    row("+3117", at: "2026-11-24T22:59:30Z", 60_000, 60_000),
    row("+3117", at: "2026-11-24T06:59:30Z", 60_000, 90_000),
    row("+3117", at: "2026-11-24T18:59:50Z", 20_000, 30_000),
    row("+3117", at: "2026-11-24T06:59:59Z", 1000, 1000),
    row("+3117", at: "2026-11-24T07:00:00Z", 1000, 2000),
    // The increment that begins half a second before eight has the price of the night to its end.
    row("+3117", at: "2026-11-24T06:59:59.500Z", 2000, 3000),
    // 15 hours from 18:00: two by day, twelve by night, one by day.
    row("+3117", at: "2026-11-24T17:00:00Z", 54_000_000, 64_800_000),
    // In summer 08:00 is 06:00 UTC.
    row("+3117", at: "2026-07-07T05:59:30Z", 60_000, 90_000),
    // Whole minutes: the first begins at night, the second half a minute into the day.
    row("+3118", at: "2026-11-24T06:59:30Z", 60_000, 60_000),
    row("+3118", at: "2026-11-24T06:59:30Z", 61_000, 180_000),
    row("+3118", at: "2026-11-24T06:59:30Z", 120_000, 180_000),
    row("+3118", at: "2026-11-24T18:59:30Z", 121_000, 240_000),
    // Friday to Saturday, Sunday to Monday, and a call over both.
    row("+3120", at: "2026-11-27T22:59:30Z", 60_000, 45_000),
    row("+3120", at: "2026-11-29T22:59:30Z", 60_000, 45_000),
    row("+3120", at: "2026-11-28T11:00:00Z", 60_000, 30_000),
    row("+3120", at: "2026-11-27T22:00:00Z", 180_000_000, 93_600_000),
    // A night of hours that go over midnight, with its own increments: 23:59:30 in one price.
    row("+3150", at: "2026-11-24T22:59:30Z", 61_000, 132_000),
    // 21:59:30: a minute by day, then steps of six seconds by night.
    row("+3150", at: "2026-11-24T20:59:30Z", 61_000, 72_000),
    // 05:59:30: the first minute by night, then seconds by day.
    row("+3150", at: "2026-11-24T04:59:30Z", 61_000, 121_000),
    // The connect fee is that of the answer.
    row("+3140", at: "2026-11-24T06:59:59Z", 600_000, 10_000),
    row("+3140", at: "2026-11-24T07:00:00Z", 600_000, 50_000),
    row("+3140", at: "2026-11-24T07:00:00Z", 0, 50_000),
]

private let clockChangeCases: [RatingCase] = [
    // An ordinary night.
    row("+3130", at: "2026-03-28T00:59:30Z", 60_000, 330_000),
    // 29 March: 02:00 to 03:00 does not come.
    row("+3130", at: "2026-03-29T00:59:30Z", 60_000, 60_000),
    row("+3130", at: "2026-03-29T00:30:00Z", 3_600_000, 3_600_000),
    // 25 October: it comes twice.
    row("+3130", at: "2026-10-24T23:59:30Z", 7_260_000, 72_060_000),
    row("+3130", at: "2026-10-25T00:59:30Z", 60_000, 600_000),
    row("+3130", at: "2026-10-25T01:59:30Z", 60_000, 330_000),
    // From Saturday 22:00 for nine hours: on Sunday it is 06:00 then, not 07:00.
    row("+3150", at: "2026-10-24T20:00:00Z", 32_400_000, 64_800_000),
    // From Saturday 22:00 for eight hours, of which one by day: seven at night, since an hour is left out.
    row("+3150", at: "2026-03-28T21:00:00Z", 28_800_000, 54_000_000),
]

@Suite("Rating by hand-worked cases") struct RatingTableTests {
    private let book: TariffBook

    init() throws { book = try ratingBook(tariff) }

    private func check(_ item: RatingCase) throws {
        let answer = try #require(Timestamp(iso8601: item.answer))
        let number = item.prefix + String("1234567890".prefix(12 - item.prefix.utf8.count))
        let usage = Usage(
            trunk: "noord", account: "GM0513", number: number, start: answer - .seconds(10),
            quantity: .call(answer: answer, milliseconds: item.milliseconds))
        let amount = try #require(Rater(book).rate(usage).charge)
        #expect(amount.amount.microEuros == item.expected)
        #expect(Rater(book).explain(.charge, usage).amount == amount)
    }

    @Test("Increments, connect fees, minima", arguments: incrementCases) func increments(_ item: RatingCase) throws {
        try check(item)
    }

    @Test("Hours of the week", arguments: hourCases) func hours(_ item: RatingCase) throws { try check(item) }

    @Test("Both changes of the clock", arguments: clockChangeCases) func clockChanges(_ item: RatingCase) throws {
        try check(item)
    }

    @Test("Segments that were taken over", arguments: [(0, Int64(0)), (1, 42_500), (3, 127_500), (255, 10_837_500)])
    func segments(_ count: Int, _ expected: Int64) throws {
        let time = try #require(Timestamp(iso8601: "2026-11-24T12:00:00Z"))
        let usage = Usage(
            trunk: "smsc", account: "GM0513", number: "+31612345678", start: time, quantity: .sms(segments: count))
        #expect(Rater(book).rate(usage).charge?.amount.microEuros == expected)
    }

    @Test("Who did not answer costs nothing, by a tariff that is named all the same") func unanswered() throws {
        let time = try #require(Timestamp(iso8601: "2026-11-24T12:00:00Z"))
        let usage = Usage(
            trunk: "noord", account: "GM0513", number: "+31612345678", start: time,
            quantity: .call(answer: nil, milliseconds: 0))
        let amount = try #require(Rater(book).rate(usage).charge)
        #expect(amount.amount == .zero)
        #expect(amount.tariff.hasPrefix("table@2020-01-01/"))
    }
}

/// The only tariffs are those of the text, and nothing is wrong with its syntax.
func ratingBook(_ text: String) throws -> TariffBook {
    var reader = TariffReader()
    reader.read(Array(text.utf8), file: "t.tariff")
    try #require(reader.complaints.map(\.description) == [])
    return TariffBook(reader.tariffs.map(\.tariff))
}
