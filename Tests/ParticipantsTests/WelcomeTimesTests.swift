// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Participants
import Testing

@Suite struct WelcomeTimesTests {
    /// Times, now, and when it is welcome: nil is never, the same as now is now. Zones: the Netherlands.
    static let openings: [(times: String, now: String, opens: String?)] = [
        // 24 November 2026 is a Tuesday; UTC+1.
        ("mon-fri 08:00-22:00", "2026-11-24T12:00+01:00", "2026-11-24T12:00+01:00"),
        ("mon-fri 08:00-22:00", "2026-11-24T08:00+01:00", "2026-11-24T08:00+01:00"),
        ("mon-fri 08:00-22:00", "2026-11-24T07:59:59.999+01:00", "2026-11-24T08:00+01:00"),
        ("mon-fri 08:00-22:00", "2026-11-24T21:59:59+01:00", "2026-11-24T21:59:59+01:00"),
        ("mon-fri 08:00-22:00", "2026-11-24T22:00+01:00", "2026-11-25T08:00+01:00"),
        ("mon-fri 08:00-22:00", "2026-11-27T22:00+01:00", "2026-11-30T08:00+01:00"),
        ("mon-fri 07:05-22:00", "2026-11-24T22:55+01:00", "2026-11-25T07:05+01:00"),
        // Once a week, a minute too late.
        ("tue 12:00-12:01", "2026-11-24T12:01+01:00", "2026-12-01T12:00+01:00"),
        // Every day.
        ("08:00-22:00", "2026-11-28T23:00+01:00", "2026-11-29T08:00+01:00"),
        // Over midnight: of the night that begins on Friday.
        ("fri 22:00-06:00", "2026-11-28T05:59+01:00", "2026-11-28T05:59+01:00"),
        ("fri 22:00-06:00", "2026-11-27T05:59+01:00", "2026-11-27T22:00+01:00"),
        ("fri 22:00-06:00", "2026-11-28T06:00+01:00", "2026-12-04T22:00+01:00"),
        // Over the week's end.
        ("sun 22:00-06:00", "2026-11-30T05:00+01:00", "2026-11-30T05:00+01:00"),
        ("sun 22:00-06:00", "2026-11-30T06:00+01:00", "2026-12-06T22:00+01:00"),
        ("sat-mon 10:00-11:00", "2026-11-24T12:00+01:00", "2026-11-28T10:00+01:00"),
        // Midnight itself.
        ("tue 00:00-24:00", "2026-11-25T00:00+01:00", "2026-12-01T00:00+01:00"),
        ("tue 20:00-00:00", "2026-11-24T23:59:59+01:00", "2026-11-24T23:59:59+01:00"),
        ("tue 20:00-00:00", "2026-11-25T00:00+01:00", "2026-12-01T20:00+01:00"),
        // Over the end of the year.
        ("fri 08:00-09:00", "2026-12-31T10:00+01:00", "2027-01-01T08:00+01:00"),
        // Summer time begins on Sunday 29 March 2026, 02:00 becomes 03:00: the night is an hour shorter.
        ("08:00-22:00", "2026-03-28T22:00+01:00", "2026-03-29T08:00+02:00"),
        // The hour that is left out is no time to open: the clock shows 03:00 and the window is over.
        ("sun 02:00-03:00", "2026-03-29T01:59+01:00", "2026-04-05T02:00+02:00"),
        ("sun 02:30-03:30", "2026-03-29T01:59+01:00", "2026-03-29T03:00+02:00"),
        ("sun 03:00-04:00", "2026-03-29T01:59+01:00", "2026-03-29T03:00+02:00"),
        // It ends on Sunday 25 October 2026, 03:00 becomes 02:00: an hour longer, and 02:30 comes twice.
        ("08:00-22:00", "2026-10-24T22:00+02:00", "2026-10-25T08:00+01:00"),
        ("sun 02:30-02:45", "2026-10-25T02:00+02:00", "2026-10-25T02:30+02:00"),
        ("sun 02:30-02:45", "2026-10-25T02:45+02:00", "2026-10-25T02:30+01:00"),
        ("sun 02:30-02:45", "2026-10-25T02:45+01:00", "2026-11-01T02:30+01:00"),
        ("sun 03:00-04:00", "2026-10-25T02:59:30+02:00", "2026-10-25T03:00+01:00"),
        ("always", "2026-11-24T03:00+01:00", "2026-11-24T03:00+01:00"),
        ("never", "2026-11-24T03:00+01:00", nil),
    ]

    @Test(arguments: openings) func opens(_ example: (times: String, now: String, opens: String?)) throws {
        let times = try WelcomeTimes(text: example.times)
        #expect(times.opens(from: utc(example.now), in: .dutch) == example.opens.map(utc))
        let isOpen = times.contains(CivilMoment(utc(example.now)))
        #expect(isOpen == (example.opens == example.now))
    }

    /// As it is written, and as it is written back.
    static let texts = [
        ("mon-fri 08:00-22:00, sat 10:00-20:00", "mon-fri 08:00-22:00, sat 10:00-20:00"),
        ("Ma-Vr 8:00-22:00; za,zo 10:00-20:00", "mon-fri 08:00-22:00, sat-sun 10:00-20:00"),
        ("08:00-12:00, 13:00-22:00", "08:00-12:00, 13:00-22:00"),
        ("mon 08:00-12:00, mon 12:00-18:00", "mon 08:00-18:00"),
        ("fri 22:00-06:00", "fri 22:00-06:00"),
        ("sun 22:00-06:00", "sun 22:00-06:00"),
        ("20:00-08:00", "20:00-08:00"),
        ("mon 08:00-24:00, tue 00:00-20:00", "mon 08:00-24:00, tue 00:00-20:00"),
        ("sat-mon 10:00-11:00", "mon 10:00-11:00, sat-sun 10:00-11:00"),
        ("00:00-24:00", "always"),
        ("altijd", "always"),
        ("Nooit", "never"),
    ]

    @Test(arguments: texts) func areWritten(_ text: String, _ expected: String) throws {
        let times = try WelcomeTimes(text: text)
        #expect(times.text == expected)
        #expect(try WelcomeTimes(text: times.text) == times)
        #expect(try WelcomeTimes(text: times.text(.dutch)) == times)
    }

    @Test func dutchDaysAreWrittenToo() throws {
        #expect(try WelcomeTimes(text: "mon-fri 08:00-22:00").text(.dutch) == "ma-vr 08:00-22:00")
    }

    /// What is wrong, and a word of the complaint.
    static let mistakes = [
        ("", "names no times"), ("mon", "names no times"), ("08:00-22:00, sat", "names no times"),
        ("08:00", "range of times"), ("8-22", "day of the week"), ("08:00-25:00", "range of times"),
        ("08:00-24:01", "range of times"), ("08:60-22:00", "range of times"), ("24:00-08:00", "range of times"),
        ("08:00-08:00", "empty"), ("mun 08:00-22:00", "day of the week"), ("mon-wed-fri 08:00-22:00", "range of days"),
    ]

    @Test(arguments: mistakes) func mistakesAreSaid(_ text: String, _ complaint: String) {
        let error = #expect(throws: PreferenceError.self) { try WelcomeTimes(text: text) }
        #expect(error?.description.contains(complaint) == true, "\(error?.description ?? "")")
    }
}
