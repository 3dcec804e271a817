// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Testing

@Suite("Whole days and months of the Dutch calendar") struct ExportPeriodTests {
    private func read(_ text: String, now: String) throws -> [String]? {
        let now = try #require(Timestamp(iso8601: now))
        return ExportPeriod.read(text, now: now)?.map { "\($0.name): \($0.start) \($0.end)" }
    }

    @Test(
        "Named by when they are asked for",
        arguments: [
            // Half past midnight in the Netherlands is still the day before in UTC.
            ("yesterday", "2026-11-23T23:30:00Z", "2026-11-23: 2026-11-22T23:00:00.000Z 2026-11-23T23:00:00.000Z"),
            ("yesterday", "2026-11-23T22:30:00Z", "2026-11-22: 2026-11-21T23:00:00.000Z 2026-11-22T23:00:00.000Z"),
            // The days on which the clock is changed have 23 and 25 hours.
            ("yesterday", "2026-03-30T08:00:00Z", "2026-03-29: 2026-03-28T23:00:00.000Z 2026-03-29T22:00:00.000Z"),
            ("yesterday", "2026-10-26T08:00:00Z", "2026-10-25: 2026-10-24T22:00:00.000Z 2026-10-25T23:00:00.000Z"),
            ("yesterday", "2027-01-01T08:00:00Z", "2026-12-31: 2026-12-30T23:00:00.000Z 2026-12-31T23:00:00.000Z"),
            ("last-month", "2026-11-01T03:10:00Z", "2026-10: 2026-09-30T22:00:00.000Z 2026-10-31T23:00:00.000Z"),
            // On the last evening in UTC the next month has begun in the Netherlands.
            ("last-month", "2026-10-31T23:30:00Z", "2026-10: 2026-09-30T22:00:00.000Z 2026-10-31T23:00:00.000Z"),
            ("last-month", "2027-01-15T12:00:00Z", "2026-12: 2026-11-30T23:00:00.000Z 2026-12-31T23:00:00.000Z"),
            ("2026-10", "2026-11-24T12:00:00Z", "2026-10: 2026-09-30T22:00:00.000Z 2026-10-31T23:00:00.000Z"),
            ("2028-02-29", "2026-11-24T12:00:00Z", "2028-02-29: 2028-02-28T23:00:00.000Z 2028-02-29T23:00:00.000Z"),
        ])
    func one(text: String, now: String, expected: String) throws {
        #expect(try read(text, now: now) == [expected])
    }

    @Test(
        "A week is seven days without gaps, the oldest first, also over a change of the clock",
        arguments: [
            "2026-03-31T08:00:00Z", "2026-10-27T08:00:00Z", "2026-11-24T12:00:00Z", "2026-12-31T23:30:00Z",
        ])
    func week(now: String) throws {
        let time = try #require(Timestamp(iso8601: now))
        let days = try #require(ExportPeriod.read("last-7-days", now: time))
        #expect(days.count == 7 && Set(days.map(\.name)).count == 7)
        #expect(zip(days, days.dropFirst()).allSatisfy { $0.end == $1.start && $0.name < $1.name })
        #expect(days.last == ExportPeriod.read("yesterday", now: time)?.first)
        #expect(days.last.map { $0.end <= time && time - $0.end < .minutes(24 * 60) } == true)
    }

    @Test(
        "Something else",
        arguments: [
            "", "today", "2026", "2026-13", "2026-00", "2026-2", "2026-02-30", "2026-11-31", "2026-11-1", "2026-11-24T",
            "24-11-2026", "-026-11-24", "last-8-days", "Yesterday",
        ])
    func nothing(text: String) throws { #expect(try read(text, now: "2026-11-24T12:00:00Z") == nil) }
}
