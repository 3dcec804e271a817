// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Participants
import Testing

@Suite struct ActionCapTests {
    /// The limit, when somebody was in other actions, now, and when another is welcome: nil is never.
    static let openings: [(cap: String, former: [String], now: String, opens: String?)] = [
        ("1/month", [], "2026-11-24T12:00Z", "2026-11-24T12:00Z"),
        ("1/month", ["2026-11-01T09:00Z"], "2026-11-24T12:00Z", "2026-12-01T00:00+01:00"),
        // The month ends at local midnight: 23:30 UTC on the last of October is November already.
        ("1/month", ["2026-10-31T23:30Z"], "2026-11-24T12:00Z", "2026-12-01T00:00+01:00"),
        ("1/month", ["2026-10-31T22:30Z"], "2026-11-24T12:00Z", "2026-11-24T12:00Z"),
        ("1/month", ["2026-11-24T11:00Z"], "2026-11-30T22:59:59Z", "2026-12-01T00:00+01:00"),
        ("1/month", ["2026-11-24T11:00Z"], "2026-11-30T23:00Z", "2026-11-30T23:00Z"),
        ("2/month", ["2026-11-01T09:00Z"], "2026-11-24T12:00Z", "2026-11-24T12:00Z"),
        ("2/month", ["2026-11-01T09:00Z", "2026-11-20T09:00Z"], "2026-11-24T12:00Z", "2026-12-01T00:00+01:00"),
        ("2/month", ["2026-10-01T09:00Z", "2026-11-20T09:00Z"], "2026-11-24T12:00Z", "2026-11-24T12:00Z"),
        // Over the year's end, and into summer time.
        ("1/month", ["2026-12-31T12:00Z"], "2026-12-31T13:00Z", "2027-01-01T00:00+01:00"),
        ("1/month", ["2027-03-02T12:00Z"], "2027-03-02T13:00Z", "2027-04-01T00:00+02:00"),
        ("30d", ["2026-11-01T09:00Z"], "2026-11-24T12:00Z", "2026-12-01T09:00Z"),
        ("30d", ["2026-11-01T09:00Z", "2026-10-01T09:00Z"], "2026-12-01T09:00Z", "2026-12-01T09:00Z"),
        ("12h", ["2026-11-24T09:00Z"], "2026-11-24T12:00Z", "2026-11-24T21:00Z"),
        // Both: a week apart, and not in this month again.
        ("1/month 7d", ["2026-11-28T09:00Z"], "2026-11-29T12:00Z", "2026-12-05T09:00Z"),
        ("2/month 20d", ["2026-11-02T09:00Z", "2026-11-04T09:00Z"], "2026-11-24T12:00Z", "2026-12-01T00:00+01:00"),
        ("never", [], "2026-11-24T12:00Z", nil),
        // The clock was a month ahead and was set back: those months are full as well.
        ("1/month", ["2026-11-01T09:00Z", "2026-12-01T09:00Z"], "2026-11-24T12:00Z", "2027-01-01T00:00+01:00"),
    ]

    @Test(arguments: openings) func opens(_ row: (cap: String, former: [String], now: String, opens: String?)) throws {
        let opens = try ActionCap(text: row.cap).opens(from: utc(row.now), in: .dutch, former: row.former.map(utc))
        #expect(opens == row.opens.map(utc))
    }

    @Test(arguments: [
        ("1/month", "1/month"), ("1/maand", "1/month"), ("30D", "30d"), ("36u", "36h"), ("48h", "2d"),
        ("7d 2/month", "2/month 7d"), ("0/month", "never"), ("nooit", "never"),
    ])
    func areWritten(_ text: String, _ expected: String) throws {
        let cap = try ActionCap(text: text)
        #expect(cap.text == expected)
        #expect(try ActionCap(text: cap.text) == cap)
    }

    @Test(arguments: ["", "month", "1", "32/month", "0d", "367d", "1/week", "-1/month", "99999999999999999999d"])
    func mistakesAreSaid(_ text: String) {
        #expect(throws: PreferenceError.self) { try ActionCap(text: text) }
    }
}
