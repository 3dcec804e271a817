// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import Configuration
import ControlProtocol
import GatewayCore
import Testing

@testable import Actions
@testable import Gateway

@Suite("What is odd about a submission") struct SubmissionRemarksTests {
    /// 2026-11-24T12:30:41Z
    private let now = Timestamp(milliseconds: 1_795_523_441_000)

    private func remarks(
        plays: Int = 1, starts: Timestamp? = nil, promptMilliseconds: Int = 1000, longest: Interval = .minutes(5)
    ) -> [String] {
        var configuration = GatewayConfiguration()
        configuration.call.maximumDuration = longest
        let definition = ActionDefinition(
            priority: .normal, prompt: [.text("x")], starts: starts, plays: plays, account: "GM0513")
        return SubmissionQuote(definition, configuration, now: now).remarks(promptMilliseconds: promptMilliseconds)
    }

    @Test("A call that ends before the last play does is told")
    func cutOff() {
        #expect(
            remarks(plays: 5, promptMilliseconds: 90_000) == [
                "the message takes 450 s in 5 plays and a call ends after 300 s ([Call] MaximumDuration=): "
                    + "the fourth play is cut off and none follows"
            ])
        #expect(
            remarks(plays: 2, promptMilliseconds: 30_500, longest: .seconds(60)) == [
                "the message takes 61 s in 2 plays and a call ends after 60 s ([Call] MaximumDuration=): "
                    + "the second play is cut off"
            ])
        #expect(
            remarks(promptMilliseconds: 60_200, longest: .seconds(60)) == [
                "the message takes 60.2 s and a call ends after 60 s ([Call] MaximumDuration=): it is cut off"
            ])
        #expect(remarks(plays: 3, promptMilliseconds: 100_000).isEmpty)
        #expect(remarks(promptMilliseconds: 0).isEmpty)
    }

    @Test("A start more than a week ahead is told")
    func farAway() {
        let week = Interval.minutes(7 * 24 * 60)
        #expect(remarks(starts: now + week).isEmpty)
        #expect(remarks(starts: now - week).isEmpty)
        #expect(
            remarks(starts: now + week + week) == [
                "nobody is alerted before 2026-12-08T12:30:41.000Z, in 14 days: \"starts\" is that far away"
            ])
    }

    @Test("An end that has passed is refused, with or without a start")
    func over() throws {
        func check(starts: Timestamp?, expires: Timestamp?) throws {
            try ActionDefinition(priority: .normal, prompt: [.text("x")], starts: starts, expires: expires)
                .checkTime(now: now)
        }
        try check(starts: nil, expires: nil)
        try check(starts: nil, expires: now + .milliseconds(1))
        for starts in [nil, now - .seconds(60)] {
            for expires in [now, now - .milliseconds(1)] {
                let error = #expect(throws: ProtocolError.self) { try check(starts: starts, expires: expires) }
                #expect(error?.code == .invalidAction && error?.field == "action.expires")
                #expect(error?.message.contains("\(expires) is over") == true)
            }
        }
    }

    @Test("What is expected is no more than what is charged at most, however often the message is played")
    func expectation() throws {
        var reader = TariffReader()
        let tariff = """
            [Tariff all]
            Account=*
            ValidFrom=2020-01-01
            [Voice all]
            Prefix=+31
            PerMinute=0.0600
            Increment=1/1
            """
        reader.read(Array(tariff.utf8), file: "all.tariff")
        var configuration = GatewayConfiguration()
        configuration.tariffs = reader.tariffs.map(\.tariff)
        configuration.call.maximumDuration = .seconds(60)
        let definition = ActionDefinition(
            priority: .normal, prompt: [.text("x")], plays: 5, account: "GM0513")
        var quote = SubmissionQuote(definition, configuration, now: now)
        quote.add(StagedRecipient(number: try #require(PhoneNumber(e164: "+31610000001"))))
        let report = try #require(quote.reports(promptMilliseconds: 100_000).first)
        #expect(report.expected == "0.06")
        let worst = try #require(Money(decimal: report.worst))
        #expect(Money(microEuros: 60_000) <= worst)
    }
}
