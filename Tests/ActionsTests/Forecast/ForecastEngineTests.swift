// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Testing

@testable import Actions
@testable import Forecasting
@testable import Pacing

/// The forecast against the engine itself.
@Suite struct PlanEngineTests {
    /// Of ten people six answer, two are on the telephone the first time, one always is, one number does not exist.
    private static func answer(_ order: CallOrder, _ tries: Int) -> CallEnd? {
        switch order.callee.e164.utf8.last.map({ $0 - UInt8(ascii: "0") }) ?? 0 {
        case 0...5: CallEnd(sipCode: 200, by: .gateway, ownReason: .requested, heardMilliseconds: 10_000)
        case 6, 7:
            tries == 1
                ? CallEnd(sipCode: 486)
                : CallEnd(sipCode: 200, by: .gateway, ownReason: .requested, heardMilliseconds: 10_000)
        case 8: CallEnd(sipCode: 486)
        default: CallEnd(sipCode: 404)
        }
    }

    /// What ``answer(_:_:)`` does; calls of the test take no time.
    private static let mix = AnswerMix(
        AnswerDefaults(
            shares: [
                .first: [.heard: 0.6, .failed(.busy): 0.3, .failed(.invalidNumber): 0.1],
                CallCondition(last: .busy): [.heard: 2 / 3, .failed(.busy): 1 / 3],
                CallCondition(last: .busy, isRepeated: true): [.failed(.busy): 1],
            ], ringing: [0], refusing: 0))

    private static func network(_ trunks: [TrunkSettings]) -> Network {
        let network = Network(EngineConfiguration(trunks: trunks))
        network.answer = answer
        return network
    }

    private func input(_ count: Int, _ network: Network, _ mix: AnswerMix) -> ForecastInput {
        let conditions = network.engine.forecastConditions(now: network.now)
        return ForecastInput(
            groups: [ForecastInput.Group(count: count)], nominal: .zero, trunks: conditions.trunks,
            prefixes: conditions.prefixes, loads: conditions.loads, retry: conditions.retry, mix: mix)
    }

    private func run(_ count: Int, _ network: Network, _ mix: AnswerMix, id: String = "a") throws -> ActionRecord {
        let forecast = Forecast(input(count, network, mix))
        let key = try network.submit(id, count: count)
        network.engine.foretold(forecast, of: key)
        network.run(for: .minutes(60))
        let record = try #require(network.engine.action(named: id)?.record)
        #expect(record.phase == .completed)
        return record
    }

    private func expectAsPlanned(_ record: ActionRecord, within share: Double) throws {
        let plan = try #require(record.forecast)
        let points = [
            (plan.forecast.halfDone, plan.halfDone), (plan.forecast.mostDone, plan.mostDone),
            (plan.forecast.end, record.ended),
        ]
        for (planned, actual) in points {
            let actual = try #require(actual) - record.begins
            #expect(
                abs(planned.seconds - actual.seconds) <= share * actual.seconds,
                "planned \(planned.seconds), was \(actual.seconds)")
        }
    }

    @Test("The engine does what was foretold", arguments: [5.0, 20, 80])
    func asPlanned(rate: Double) throws {
        let network = Self.network([Network.trunk("a", rate: rate)])
        let record = try run(1000, network, Self.mix)
        try expectAsPlanned(record, within: 0.02)
        #expect(record.finalCounters?.outcomes == [.answered: 800, .busy: 100, .invalidNumber: 100])
        let forecast = try #require(record.forecast?.forecast)
        #expect(forecast.reached == 800)
        #expect(forecast.calls == network.orders.count)
    }

    @Test("Over two trunks as well") func twoTrunks() throws {
        let network = Self.network([Network.trunk("a", rate: 6), Network.trunk("b", rate: 3)])
        try expectAsPlanned(try run(1000, network, Self.mix), within: 0.02)
    }

    @Test("A route that was learned to be dead is in the plan, and the engine does as foretold") func deadRoute() throws
    {
        let network = Self.network([Network.trunk("a", rate: 10)])
        // The numbers of this network begin with +316; the tenth hundred of them is dead.
        network.answer = { order, _ in
            order.callee.e164.hasPrefix("+316100009")
                ? CallEnd(sipCode: 503)
                : CallEnd(sipCode: 200, by: .gateway, ownReason: .requested, heardMilliseconds: 10_000)
        }
        try network.submit("before", count: 1000)
        network.run(for: .minutes(60))
        let conditions = network.engine.forecastConditions(now: network.now)
        #expect(conditions.routes.map(\.prefix) == ["+316100009"])
        var plan = input(
            900, network, AnswerMix(AnswerDefaults(shares: [.first: [.heard: 1]], ringing: [0], refusing: 0)))
        plan.groups.append(ForecastInput.Group(count: 100, route: 0))
        plan.routes = [ForecastInput.Route(prefix: "+316100009", trunks: [0], failure: .congestion)]
        let forecast = Forecast(plan)
        let key = try network.submit("a", count: 1000)
        network.engine.foretold(forecast, of: key)
        network.run(for: .minutes(120))
        let record = try #require(network.engine.action(named: "a")?.record)
        #expect(record.finalCounters?.outcomes[.congestion] == 100)
        #expect(forecast.reached == record.finalCounters?.outcomes[.answered])
        try expectAsPlanned(record, within: 0.05)
    }

    @Test("What was learned from one action foretells the next, after a restart too") func learned() throws {
        let network = Self.network([Network.trunk("a", rate: 10)])
        try network.submit("rehearsal", count: 500)
        network.run(for: .minutes(60))
        let mix = network.engine.forecastConditions(now: network.now).mix
        #expect(mix.calls == network.orders.count)
        // From the records alone; the phones of this network were not called before either.
        let restarted = Self.network([Network.trunk("a", rate: 10)])
        restarted.engine.learn(network.cdrs)
        let learned = restarted.engine.forecastConditions(now: restarted.now).mix
        #expect(learned.calls == mix.calls)
        for condition in [CallCondition.first, CallCondition(last: .busy)] {
            #expect(learned.shares(condition) == mix.shares(condition))
        }
        let plan = try #require(try run(2000, restarted, learned).forecast)
        // The defaults still count for 20 of 520 calls.
        #expect(abs(plan.forecast.reached - 1600) < 60)
        let half = try #require(plan.halfDone) - (try #require(restarted.engine.action(named: "a")?.record.begins))
        #expect(abs(plan.forecast.halfDone.seconds - half.seconds) < 0.05 * half.seconds)
    }

    @Test("What runs, what is down and what is left to spend") func conditions() throws {
        var configuration = EngineConfiguration(
            trunks: [Network.trunk("a", rate: 1), Network.trunk("b", rate: 1)],
            prefixes: [PrefixLimits(prefix: "+31182", channels: 3)])
        configuration.budgets = ["GM0513": Budget(month: Money(microEuros: 5_000_000), policy: .refuse)]
        let network = Network(configuration)
        try network.engine.setTrunk("b", enabled: false)
        let key = try network.submit("a", count: 10, plays: 2)
        let conditions = network.engine.forecastConditions(now: network.now)
        #expect(conditions.trunks.map(\.limits.name) == ["a"])
        #expect(conditions.trunksDown.map(\.name) == ["b"])
        #expect(conditions.prefixes.map(\.prefix) == ["+31182"])
        #expect(
            conditions.loads == [
                // The message is of 10 s, played twice; keys are awaited for 4 s.
                ForecastInput.Load(priority: .normal, waiting: 9, calling: 1, nominal: .seconds(24))
            ])
        #expect(conditions.budgets == ["GM0513": Money(microEuros: 5_000_000)])
        #expect(network.engine.forecastConditions(except: key, now: network.now).loads.isEmpty)
        try network.engine.pause("a", now: network.now)
        #expect(network.engine.forecastConditions(now: network.now).loads.isEmpty)
    }

    @Test("What was foretold is journalled once, with the action") func journalled() throws {
        let network = Self.network([Network.trunk("a", rate: 10)])
        let key = try network.submit("a", count: 100)
        var forecast = Forecast()
        forecast.recipients = 100
        network.engine.foretold(forecast, of: key)
        forecast.recipients = 7
        network.engine.foretold(forecast, of: key)
        network.turn()
        func plans() -> [ActionForecast] {
            network.journal.compactMap { if case .actionChanged(let record) = $0 { record.forecast } else { nil } }
        }
        #expect(plans().map(\.forecast.recipients) == [100])
        network.run(for: .minutes(20))
        #expect(plans().last?.halfDone != nil)
        #expect(plans().last?.mostDone != nil)
        #expect(Set(plans().map(\.forecast.recipients)) == [100])
        // Of an action that is over nothing is foretold.
        let other = try network.submit("b", count: 0)
        network.engine.foretold(forecast, of: other)
        #expect(network.engine.action(named: "b")?.record.forecast == nil)
    }
}
