// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GatewayCore
import Participants
import Testing

@Suite struct LocalZoneTests {
    @Test func dutchTimeByRuleIsWhatTheTimeZoneDatabaseSays() throws {
        let zone = try #require(TimeZone(identifier: "Europe/Amsterdam"))
        // Every 7 hours for 30 years: each change lies between two of them.
        var time = utc("2020-01-01")
        while time < utc("2050-01-01") {
            let date = Date(timeIntervalSince1970: Double(time.microseconds) / 1e6)
            let expected = Int64(zone.secondsFromGMT(for: date)) * 1_000_000
            try #require(LocalZone.dutch.offset(at: time).microseconds == expected, "\(time)")
            time = time + .microseconds(7 * 3_600_000_000)
        }
    }

    @Test func anotherZoneComesFromTheDatabase() throws {
        let zone = try #require(LocalZone(name: "America/New_York"))
        #expect(zone.offset(at: utc("2026-01-15")) == .microseconds(-5 * 3_600_000_000))
        #expect(zone.offset(at: utc("2026-07-15")) == .microseconds(-4 * 3_600_000_000))
        #expect(zone.nextChange(after: utc("2026-07-15")) == utc("2026-11-01T06:00"))
        #expect(LocalZone(name: "UTC")?.nextChange(after: utc("2026-07-15")) == nil)
    }

    @Test(arguments: ["Europe/Amsterdm", "CET", "GMT+2", ""])
    func whatIsNoZoneIsNone(name: String) { #expect(LocalZone(name: name) == nil) }

    @Test func aMomentIsTheFirstAtWhichTheClockShowsThat() {
        let zone = LocalZone.dutch
        // Local, and the moment in UTC.
        let cases = [
            ("2026-01-01T00:00", "2025-12-31T23:00"),
            ("2026-07-01T00:00", "2026-06-30T22:00"),
            // Left out in March: when the clock jumps over it.
            ("2026-03-29T02:30", "2026-03-29T01:00"),
            ("2026-03-29T03:00", "2026-03-29T01:00"),
            // Twice in October: the first.
            ("2026-10-25T02:30", "2026-10-25T00:30"),
            ("2026-10-25T03:00", "2026-10-25T02:00"),
        ]
        for (local, expected) in cases { #expect(zone.moment(local: utc(local)) == utc(expected), "\(local)") }
    }
}

/// ISO 8601, UTC unless it names a zone.
func utc(_ text: String) -> Timestamp { Timestamp(iso8601: text) ?? .epoch }
