// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing
import Testing

@testable import Actions
@testable import Forecasting

/// Forecasts that can be worked out by hand: everybody takes 5 s to answer, and the message takes 10 s.
@Suite struct ForecastTests {
    /// So much slower than its contract a trunk is taken to be.
    private static let slowness = ForecastSlots.slowness

    private static func mix(_ shares: [CallResult: Double], again: [CallCondition: [CallResult: Double]] = [:])
        -> AnswerMix
    {
        AnswerMix(
            AnswerDefaults(
                shares: again.merging([.first: shares]) { _, first in first }, ringing: [5000], refusing: 1000))
    }

    private static func trunk(
        _ name: String = "a", perSecond: Double, channels: Int, priority: Int = 1, cost: Double = 0,
        rampUp: Interval = .zero
    ) -> ForecastInput.Trunk {
        ForecastInput.Trunk(
            TrunkLimits(
                name: name, callsPerSecond: perSecond, channels: channels, priority: priority, cost: cost,
                rampUp: rampUp))
    }

    private static func input(
        _ count: Int, _ trunks: [ForecastInput.Trunk], mix: AnswerMix = mix([.heard: 1])
    ) -> ForecastInput {
        ForecastInput(groups: [ForecastInput.Group(count: count)], nominal: .seconds(10), trunks: trunks, mix: mix)
    }

    private func expect(_ actual: Interval?, _ seconds: Double, within tolerance: Double = 0.1, _ what: Comment? = nil)
    {
        guard let actual else {
            Issue.record("never, expected \(seconds) s")
            return
        }
        #expect(abs(actual.seconds - seconds) <= tolerance, what ?? "\(actual.seconds) s, expected \(seconds)")
    }

    @Test("Calls per second bind: the last of 100 begins at 99/10 s and takes 15 s") func callsPerSecond() {
        let forecast = Forecast(Self.input(100, [Self.trunk(perSecond: 10, channels: 200)]))
        expect(forecast.end, 9.9 * Self.slowness + 15)
        expect(forecast.halfDone, 4.9 * Self.slowness + 15)
        expect(forecast.mostDone, 8.9 * Self.slowness + 15)
        #expect(forecast.reached == 100)
        #expect(forecast.calls == 100)
        expect(forecast.halfReached, 4.9 * Self.slowness + 15)
        // Ten seconds of pace, fifteen of the last calls.
        #expect(forecast.waits.map(\.limit) == [.underWay, .callsPerSecond])
        let long = Forecast(Self.input(1000, [Self.trunk(perSecond: 10, channels: 200)]))
        #expect(long.binds == .callsPerSecond)
        expect(long.end, 99.9 * Self.slowness + 15)
    }

    @Test("Channels bind: 5 at a time, 15 s each, so 20 rounds for 100") func channels() {
        let forecast = Forecast(Self.input(100, [Self.trunk(perSecond: 100, channels: 5)]))
        expect(forecast.end, 20 * 15, within: 1)
        #expect(forecast.binds == .channels)
    }

    @Test("Calls that cannot wait overflow to the next priority, as the engine's do; others wait") func overflow() {
        let trunks = [
            Self.trunk("slow", perSecond: 5, channels: 1000, priority: 1),
            Self.trunk("fast", perSecond: 50, channels: 2000, priority: 2),
        ]
        var input = Self.input(1000, trunks)
        input.priority = .lifeThreat
        // 850 over both, 55 a second, then what the first does in half a minute.
        expect(Forecast(input).end, (850 / 55 + 30) * Self.slowness + 15, within: 1)
        input.priority = .urgent
        expect(Forecast(input).end, 200 * Self.slowness + 15, within: 1)
    }

    @Test("A route that the trunk refuses holds up nobody else, and none of its numbers is reached") func route() {
        var input = Self.input(0, [Self.trunk(perSecond: 10, channels: 200)])
        input.groups = [ForecastInput.Group(count: 20, route: 0), ForecastInput.Group(count: 180)]
        input.routes = [ForecastInput.Route(prefix: "+31182", trunks: [0], failure: .forbidden)]
        let forecast = Forecast(input)
        #expect(forecast.reached == 180)
        // One of its numbers may be tried each 15 s while others are called.
        expect(forecast.halfReached, 10.1 * Self.slowness + 15, within: 0.3)
        // 403: twice each, a call takes a second; 40 of them 0.25 s apart once the others are called.
        #expect(forecast.calls == 180 + 40)
        expect(forecast.end, 18 + 40 * 0.25 + 1, within: 6.5)
        #expect(forecast.waits.contains { $0.limit == .route })
    }

    @Test("Over a trunk that does not refuse it a route is reached at that trunk's pace") func routeElsewhere() {
        var input = Self.input(
            0, [Self.trunk(perSecond: 10, channels: 200), Self.trunk("b", perSecond: 2, channels: 200)])
        input.groups = [ForecastInput.Group(count: 100, route: 0)]
        input.routes = [ForecastInput.Route(prefix: "+31182", trunks: [0], failure: .congestion)]
        let forecast = Forecast(input)
        #expect(forecast.reached == 100)
        expect(forecast.end, 49 * Self.slowness + 15, within: 2)
    }

    @Test("A prefix binds: its 50 at 1 a second hold up nobody else") func prefix() {
        var input = Self.input(0, [Self.trunk(perSecond: 100, channels: 2000)])
        input.groups = [ForecastInput.Group(count: 50, prefix: 0), ForecastInput.Group(count: 450)]
        input.prefixes = [PrefixLimits(prefix: "+31182", callsPerSecond: 1)]
        let forecast = Forecast(input)
        expect(forecast.end, 49 * Self.slowness + 15)
        #expect(forecast.binds == .prefix)
        // The 450 others need four and a half seconds.
        #expect(forecast.mostDone < .seconds(22))
        input.prefixes = [PrefixLimits(prefix: "+31182", channels: 2)]
        expect(Forecast(input).end, 25 * 15, within: 1)
    }

    @Test("A budget binds: what is reserved for calls under way is the longest call's price") func budget() {
        var input = Self.input(0, [Self.trunk(perSecond: 1000, channels: 1000)])
        var prices = ForecastInput.Prices()
        prices.heard = Money(microEuros: 100_000)
        prices.worstCall = Money(microEuros: 500_000)
        input.groups = [ForecastInput.Group(count: 100, account: "GM0513", prices: prices)]
        input.budgets = ["GM0513": Money(microEuros: 2_500_000)]
        let forecast = Forecast(input)
        // Reserved 0.50 each: 5 at once, and with each round 0.50 less: 5, 4, 3, 3, 2, 2, 1 ... until less than 0.50
        // is left: 21 calls spend 2.10.
        #expect(forecast.reached == 21)
        #expect(forecast.overBudget == 79)
        #expect(forecast.charge == Money(microEuros: 2_100_000))
        #expect(forecast.binds == .budget || forecast.binds == .underWay)
        #expect(forecast.waits.contains { $0.limit == .budget && $0.time > .seconds(15) })
        input.priority = .lifeThreat
        #expect(Forecast(input).reached == 100)
    }

    @Test("Retries form the tail: busy three times more, each after its delay") func retries() {
        let busy: [CallResult: Double] = [.failed(.busy): 1]
        var input = Self.input(10, [Self.trunk(perSecond: 10, channels: 200)], mix: Self.mix(busy))
        let forecast = Forecast(input)
        // 0.9 s of pace, then 1 s + 60 + 1 + 120 + 1 + 300 + 1.
        expect(forecast.end, 0.9 * Self.slowness + 484, within: 0.3)
        #expect(forecast.calls == 40)
        #expect(forecast.reached == 0)
        #expect(forecast.halfReached == nil)
        #expect(forecast.binds == .retryDelays)
        input.retry.timeScale = 0.1
        expect(Forecast(input).end, 0.9 * Self.slowness + 52, within: 0.3)
        // Half of them are free the second time.
        input.retry.timeScale = 1
        input.mix = Self.mix(busy, again: [CallCondition(last: .busy): [.heard: 0.5, .failed(.busy): 0.5]])
        input.mix = Self.mix(
            busy,
            again: [
                CallCondition(last: .busy): [.heard: 0.5, .failed(.busy): 0.5],
                CallCondition(last: .busy, isRepeated: true): [.heard: 1],
            ])
        let mixed = Forecast(input)
        #expect(mixed.calls == 25)
        #expect(mixed.reached == 10)
        expect(mixed.halfDone, 61 + 15 + 0.9, within: 0.9)
        expect(mixed.end, 62 + 121 + 15 + 0.5, within: 1)
    }

    @Test("Nobody answers: three tries of 30 s, 5 minutes apart") func nobodyAnswers() {
        let forecast = Forecast(
            Self.input(20, [Self.trunk(perSecond: 20, channels: 200)], mix: Self.mix([.failed(.noAnswer): 1])))
        expect(forecast.end, 0.95 + 3 * 30 + 600, within: 0.5)
        #expect(forecast.reached == 0)
        #expect(forecast.calls == 60)
    }

    @Test func nobody() {
        let forecast = Forecast(Self.input(0, [Self.trunk(perSecond: 20, channels: 200)]))
        #expect(forecast.end == .zero)
        #expect(forecast.percentDone(after: .zero) == 100)
        #expect(forecast.binds == nil)
    }

    @Test("Without a trunk nobody is called, and the action's time runs out") func noTrunk() {
        var input = Self.input(10, [])
        input.expires = .seconds(60)
        let forecast = Forecast(input)
        expect(forecast.end, 60)
        #expect(forecast.expired == 10)
        #expect(forecast.binds == .noWayOut)
    }

    @Test("Two trunks are as fast as both; the dearer priority only takes what the first has no channel for")
    func trunks() {
        let both = Forecast(
            Self.input(
                300, [Self.trunk("a", perSecond: 10, channels: 500), Self.trunk("b", perSecond: 5, channels: 500)])
        )
        expect(both.end, 20 * Self.slowness + 15, within: 0.3)
        // While the first has channels it is waited for.
        let first = Forecast(
            Self.input(
                300,
                [
                    Self.trunk("a", perSecond: 10, channels: 500),
                    Self.trunk("b", perSecond: 5, channels: 500, priority: 2),
                ]))
        expect(first.end, 29.9 * Self.slowness + 15, within: 0.3)
        let full = Forecast(
            Self.input(
                300,
                [
                    Self.trunk("a", perSecond: 10, channels: 15),
                    Self.trunk("b", perSecond: 5, channels: 500, priority: 2),
                ]))
        // 15 channels carry one call a second.
        #expect(full.end < .seconds(300 / 6 + 20) && full.end > .seconds(300 / 6.5))
    }

    @Test("A ramp from a tenth of the pace takes as long as 5.5 s at the full pace in its 10 s") func rampUp() {
        let forecast = Forecast(Self.input(155, [Self.trunk(perSecond: 10, channels: 500, rampUp: .seconds(10))]))
        // 55 in the first 10 s, the other 100 in as many as ten seconds.
        expect(forecast.end, 20 + 15, within: 0.7)
        #expect(forecast.waits.contains { $0.limit == .rampUp && $0.time > .seconds(9) })
    }

    @Test("An action as pressing takes half of the calls, a less pressing one none") func otherActions() {
        var input = Self.input(100, [Self.trunk(perSecond: 10, channels: 500)])
        input.loads = [ForecastInput.Load(priority: .normal, waiting: 1000, nominal: .seconds(10))]
        expect(Forecast(input).end, 19.9 * Self.slowness + 15, within: 0.3)
        input.loads[0].priority = .lifeThreat
        expect(Forecast(input).end, 109.9 * Self.slowness + 15, within: 0.3)
        input.loads[0].priority = .normal
        input.priority = .urgent
        expect(Forecast(input).end, 9.9 * Self.slowness + 15, within: 0.3)
    }

    @Test("SMS go at the SMSCs' pace; who does not get one is called") func messages() {
        var input = Self.input(0, [Self.trunk(perSecond: 100, channels: 500)])
        input.groups = [ForecastInput.Group(count: 100, steps: [.sms, .voice])]
        input.segmentsPerSecond = 20
        input.segments = 2
        input.wantsReceipts = false
        let forecast = Forecast(input)
        expect(forecast.end, 9.9)
        #expect(forecast.messages == 100)
        #expect(forecast.calls == 0)
        #expect(forecast.binds == .messagesPerSecond)
        input.mix = AnswerMix(
            AnswerDefaults(shares: [.first: [.heard: 1]], ringing: [5000], arriving: 0.9, receiving: [2000]))
        input.wantsReceipts = true
        let receipts = Forecast(input)
        #expect(receipts.calls == 10)
        #expect(receipts.reached == 100)
    }

    @Test("A channel's time is over before the next try") func cascadeByTime() {
        var input = Self.input(0, [Self.trunk(perSecond: 100, channels: 500)], mix: Self.mix([.failed(.busy): 1]))
        input.groups = [ForecastInput.Group(count: 10, steps: [.voice, .sms])]
        input.segmentsPerSecond = 100
        input.wantsReceipts = false
        input.cascade.after = .seconds(30)
        let forecast = Forecast(input)
        expect(forecast.end, 30, within: 0.3)
        #expect(forecast.calls == 10)
        #expect(forecast.messages == 10)
        #expect(forecast.reached == 10)
    }

    @Test("Before its start it waits for nothing, and its times count from there") func startsLater() {
        var input = Self.input(100, [Self.trunk(perSecond: 10, channels: 200)])
        input.begins = .minutes(60)
        expect(Forecast(input).end, 9.9 * Self.slowness + 15)
        #expect(Forecast(input).waits.map(\.time).reduce(.zero, +) < .seconds(26))
    }

    @Test("A large action is played through in small, to the same end") func scaled() {
        let small = Forecast(Self.input(10_000, [Self.trunk(perSecond: 33, channels: 2000)]))
        let large = Forecast(Self.input(100_000, [Self.trunk(perSecond: 330, channels: 20_000)]))
        #expect(large.recipients == 100_000)
        #expect(large.reached == 100_000)
        #expect(large.calls == 100_000)
        expect(large.end, small.end.seconds, within: small.end.seconds * 0.01)
        expect(small.end, 10_000.0 / 33 * Self.slowness + 15, within: 1)
    }

    @Test("The course is what is done by when") func course() {
        let forecast = Forecast(Self.input(100, [Self.trunk(perSecond: 10, channels: 200)]))
        #expect(forecast.course.count == 20)
        #expect(forecast.course == forecast.course.sorted())
        #expect(forecast.percentDone(after: .zero) == 0)
        #expect(forecast.percentDone(after: forecast.end) == 100)
        #expect(abs(forecast.percentDone(after: forecast.halfDone) - 50) < 0.01)
        #expect(abs(forecast.percentDone(after: forecast.halfDone + .seconds(1)) - 60) < 1)
    }
}
