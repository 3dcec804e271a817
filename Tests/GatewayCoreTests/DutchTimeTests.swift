// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GatewayCore
import Testing

@Suite("Dutch time") struct DutchTimeTests {
    private func utc(_ text: String) throws -> Timestamp { try #require(Timestamp(iso8601: text)) }

    @Test(
        "Clocks change at 01:00 UTC on the last Sundays of March and October",
        arguments: [
            ("2026-01-01T00:00:00Z", "2026-01-01 01:00:00"),
            ("2026-03-29T00:59:59Z", "2026-03-29 01:59:59"),
            ("2026-03-29T01:00:00Z", "2026-03-29 03:00:00"),
            ("2026-10-25T00:59:59Z", "2026-10-25 02:59:59"),
            ("2026-10-25T01:00:00Z", "2026-10-25 02:00:00"),
            ("2024-03-31T01:00:00Z", "2024-03-31 03:00:00"),  // the 31st is the Sunday
            ("2027-12-31T23:00:00Z", "2028-01-01 00:00:00"),
            ("1996-10-27T00:30:00Z", "1996-10-27 02:30:00"),
        ])
    func clock(utcText: String, expected: String) throws {
        #expect(DutchTime(try utc(utcText)).description == expected)
    }

    @Test("Agrees with the system's tables, hour by hour over fifty years")
    func agreesWithTables() throws {
        let zone = try #require(TimeZone(identifier: "Europe/Amsterdam"))
        var hour = try utc("1996-01-01").microseconds
        let end = try utc("2037-01-01").microseconds
        while hour < end {
            let time = Timestamp(microseconds: hour)
            let expected = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(hour) / 1e6))
            if DutchTime.offset(at: time).microseconds != Int64(expected) * 1_000_000 {
                Issue.record("\(time): \(DutchTime.offset(at: time)), not \(expected) s")
            }
            hour += 3_600_000_000 * 7 + 1_800_000_000
        }
    }

    @Test("The hour that comes twice, and the one that never comes")
    func doubtfulHours() throws {
        let twice = DutchTime(year: 2026, month: 10, day: 25, hour: 2, minute: 30)
        #expect(twice.timestamp() == (try utc("2026-10-25T00:30:00Z")))
        #expect(twice.timestamp(later: true) == (try utc("2026-10-25T01:30:00Z")))
        let never = DutchTime(year: 2026, month: 3, day: 29, hour: 2, minute: 30)
        #expect(DutchTime(never.timestamp()).description == "2026-03-29 03:30:00")
        let summer = DutchTime(year: 2026, month: 7, day: 1, hour: 12)
        #expect(summer.timestamp() == summer.timestamp(later: true))
        #expect(summer.timestamp() == (try utc("2026-07-01T10:00:00Z")))
        let winter = DutchTime(year: 2026, month: 1, day: 1)
        #expect(winter.timestamp(later: true) == (try utc("2025-12-31T23:00:00Z")))
    }

    @Test("Days of the week count from Monday")
    func weekdays() {
        #expect(DutchTime(year: 1970, month: 1, day: 1).weekday == 4)
        #expect(DutchTime(year: 2026, month: 10, day: 25).weekday == 7)
        #expect(DutchTime(year: 2026, month: 11, day: 23).weekday == 1)
        #expect(DutchTime(year: 1969, month: 12, day: 28).weekday == 7)
    }

    @Test("A month goes from midnight to midnight in the Netherlands")
    func months() throws {
        let october = try #require(DutchMonth("2026-10"))
        #expect(october.start == (try utc("2026-09-30T22:00:00Z")))
        #expect(october.end == (try utc("2026-10-31T23:00:00Z")))
        #expect(october.startOfYear == (try utc("2025-12-31T23:00:00Z")))
        #expect(october.contains(october.start) && !october.contains(october.end))
        #expect(DutchMonth(october.end).description == "2026-11")
        let december = try #require(DutchMonth(year: 2026, month: 12))
        #expect(december.end == (try utc("2026-12-31T23:00:00Z")))
        #expect(october < december)
    }

    @Test(
        "What is no month",
        arguments: ["2026-13", "2026-00", "2026-1", "26-10", "2026-10-01", "2026/10", "", "-026-10"])
    func refused(text: String) {
        #expect(DutchMonth(text) == nil)
    }
}
