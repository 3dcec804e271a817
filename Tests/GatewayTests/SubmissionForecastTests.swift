// SPDX-License-Identifier: GPL-3.0-or-later
import Configuration
import ControlProtocol
import GatewayCore
import Pacing
import Testing

@testable import Actions
@testable import Forecasting
@testable import Gateway

@Suite struct SubmissionForecastTests {
    private let now = Timestamp(milliseconds: 1_795_523_441_000)

    private func person(_ number: String, account: String = "", channel: Channel? = nil) throws -> StagedRecipient {
        StagedRecipient(number: try #require(PhoneNumber(e164: number)), account: account, channel: channel)
    }

    @Test("Numbers that a trunk refuses are a group of their own, and are told") func routes() throws {
        let definition = ActionDefinition(priority: .urgent, prompt: [.text("x")], account: "GM0513")
        var quote = SubmissionQuote(definition, GatewayConfiguration(), now: now)
        for index in 0..<5 { quote.add(try person("+3161000000\(index)")) }
        for index in 0..<3 { quote.add(try person("+3118230000\(index)")) }
        quote.add(try person("+31182310001"))
        var conditions = conditions([])
        conditions.trunks.append(ForecastInput.Trunk(TrunkLimits(name: "b", callsPerSecond: 10, channels: 100)))
        func route(_ trunk: Int, _ prefix: String) -> ForecastConditions.Route {
            ForecastConditions.Route(trunk: trunk, prefix: prefix, refused: 13, sipCode: 503, since: now)
        }
        conditions.routes = [route(0, "+31182"), route(1, "+311823"), route(1, "+31181")]
        let input = quote.forecastInput(conditions, promptMilliseconds: 10_000, now: now)
        #expect(Set(input.routes.map(\.prefix)) == ["+311823"])
        #expect(input.groups.map(\.count) == [4, 5] || input.groups.map(\.count) == [5, 4])
        #expect(input.groups.contains { $0.count == 4 && $0.route == 0 })
        #expect(input.routes.map(\.trunks) == [[0, 1]])
        let report = ForecastReport(
            Forecast(input), of: input, SubmissionCounts(recipients: 9, invalid: 0, duplicates: 0), conditions,
            promptMilliseconds: 10_000, starts: now, worst: .zero, definition: definition, remarks: [])
        #expect(
            report.routes == [
                ForecastRouteReport(
                    prefix: "+311823", recipients: 4, trunks: ["a", "b"], isEverywhere: true, refused: 26, sipCode: 503,
                    since: now)
            ])
        #expect(report.reached <= 5)
    }

    private func conditions(_ prefixes: [PrefixLimits]) -> ForecastConditions {
        ForecastConditions(
            trunks: [ForecastInput.Trunk(TrunkLimits(name: "a", callsPerSecond: 10, channels: 100))], trunksDown: [],
            prefixes: prefixes, loads: [], segmentsPerSecond: 0, budgets: [:], retry: RetryPolicy(),
            listenAfterPrompt: .seconds(4), mix: AnswerMix())
    }

    @Test("Recipients who are alike are one group") func groups() throws {
        var configuration = GatewayConfiguration()
        configuration.prefixes = [PrefixLimits(prefix: "+31182", channels: 3)]
        let definition = ActionDefinition(
            priority: .urgent, prompt: [.text("x")], starts: now + .seconds(60), expires: now + .seconds(600),
            plays: 2,
            account: "GM0513", channels: [.voice, .sms], text: TextMessage(text: "x"))
        var quote = SubmissionQuote(definition, configuration, now: now)
        #expect(quote.isEmpty)
        for index in 0..<5 { quote.add(try person("+3161000000\(index)")) }
        quote.add(try person("+31182000001"))
        quote.add(try person("+31610000009", account: "GM0627"))
        quote.add(try person("+31610000008", channel: .sms))
        // The engine may number them otherwise.
        let others = [PrefixLimits(prefix: "+3110"), PrefixLimits(prefix: "+31182", channels: 3)]
        let input = quote.forecastInput(conditions(others), promptMilliseconds: 10_000, now: now)
        #expect(input.groups.map(\.count).reduce(0, +) == 8)
        #expect(input.groups.contains(ForecastInput.Group(count: 5, account: "GM0513", steps: [.voice, .sms])))
        #expect(
            input.groups.contains(ForecastInput.Group(count: 1, account: "GM0513", steps: [.voice, .sms], prefix: 1)))
        #expect(input.groups.contains(ForecastInput.Group(count: 1, account: "GM0627", steps: [.voice, .sms])))
        #expect(input.groups.contains(ForecastInput.Group(count: 1, account: "GM0513", steps: [.sms, .voice])))
        #expect(input.nominal == .seconds(20) + configuration.call.listenAfterPrompt)
        #expect(input.begins == .seconds(60))
        #expect(input.expires == .seconds(540))
        #expect(input.priority == .urgent)
        #expect(input.canRepeat)
    }
}
