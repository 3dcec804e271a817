// SPDX-License-Identifier: GPL-3.0-or-later
import Forecasting
import GatewayCore
import Pacing
import Testing

@testable import ActionEngine
@testable import Actions

@Suite("Classes with guarantees") struct ClassTests {
    private func phones(rate: Double, channels: Int) -> SharedPhones {
        SharedPhones(EngineConfiguration(trunks: [Network.trunk("a", rate: rate, channels: channels)]))
    }

    private func calls(_ phones: SharedPhones, of key: Int64, since: Timestamp) -> Int {
        phones.called.count { $0.action == key && $0.at >= since }
    }

    @Test(
        "A threat to life has its first call in a second though another action has all channels, and its share from then on"
    )
    func threat() throws {
        let phones = phones(rate: 20, channels: 30)
        let normal = try phones.submit("a1", Array(0..<4000))
        phones.run(for: .minutes(2))
        #expect(phones.calls.count == 30)
        let start = phones.network.now
        let threat = try phones.submit("a2", Array(10_000..<12_000), priority: .lifeThreat)
        phones.run(for: .minutes(10))
        let first = try #require(phones.called.first { $0.action == threat })
        let slot = try #require(phones.called.first { $0.at >= start })
        // The very next channel that becomes free.
        #expect(first.at == slot.at && first.at - start < .seconds(1))
        let (high, low) = (calls(phones, of: threat, since: start), calls(phones, of: normal, since: start))
        #expect(high >= 300)
        #expect(Double(high) / Double(high + low) >= 0.94, "\(high) of \(high + low)")
        #expect(Double(low) / Double(high + low) >= 0.045, "\(low) of \(high + low)")
    }

    @Test("Pace is shared as channels are, each class has its floor, and none makes up for what it did not want")
    func pace() throws {
        var configuration = EngineConfiguration(trunks: [Network.trunk("a", rate: 50, channels: 5000)])
        // Else the action of class `test` would call nobody.
        configuration.numbers.tests = ["+31"]
        let phones = SharedPhones(configuration)
        let keys = try ActionPriority.allCases.map { priority in
            try phones.submit(
                priority.word, Array(priority.rawValue * 10_000..<priority.rawValue * 10_000 + 5000), priority: priority
            )
        }
        let start = phones.network.now
        phones.run(for: .seconds(60))
        let counts = keys.map { calls(phones, of: $0, since: start) }
        let all = counts.reduce(0, +)
        #expect(all > 2500)
        for count in counts.dropFirst() { #expect(abs(Double(count) / Double(all) - 0.042) < 0.01, "\(counts)") }
    }

    @Test("Without a floor whoever is less pressing waits")
    func noFloor() throws {
        var configuration = EngineConfiguration(trunks: [Network.trunk("a", rate: 50, channels: 5000)])
        configuration.classFloor = 0
        let phones = SharedPhones(configuration)
        let normal = try phones.submit("a1", Array(0..<1000))
        let start = phones.network.now
        try phones.submit("a2", Array(2000..<4000), priority: .urgent)
        phones.run(for: .seconds(20))
        #expect(calls(phones, of: normal, since: start) <= 1)
    }

    @Test("Two actions of one class share by weight")
    func weight() throws {
        let phones = phones(rate: 50, channels: 5000)
        let one = try phones.submit("a1", Array(0..<3000))
        let other = try phones.submit("a2", Array(5000..<8000), weight: 3)
        let start = phones.network.now
        phones.run(for: .seconds(40))
        let ratio = Double(calls(phones, of: other, since: start)) / Double(calls(phones, of: one, since: start))
        #expect(abs(ratio - 3) < 0.1, "\(ratio)")
    }

    @Test("Whose turn it is and has nobody to call leaves all to the other, whatever its weight")
    func emptyTurn() throws {
        let phones = phones(rate: 50, channels: 5000)
        try phones.submit("a1", Array(0..<10), weight: 100)
        let other = try phones.submit("a2", Array(5000..<8000))
        let start = phones.network.now
        phones.run(for: .seconds(10))
        #expect(calls(phones, of: other, since: start) > 450)
    }

    @Test("Messages are shared as calls are: the floor of a less pressing class leaves beside a pressing one")
    func messages() throws {
        var configuration = MessageNetwork.configuration([MessageNetwork.smsc("kpn", perSecond: 50)])
        configuration.pauseBetweenActions = .zero
        let network = MessageNetwork(configuration)
        try network.submit("a1", count: 2000)
        network.run(for: .seconds(2))
        let before = network.submissions.count
        try network.submit("a2", count: 2000, priority: .lifeThreat, firstNumber: 5000)
        network.run(for: .seconds(30))
        let since = network.submissions[before...]
        let low = since.count { $0.number < MessageNetwork.number(5000) }
        #expect(since.count > 1200)
        #expect(abs(Double(low) / Double(since.count) - 0.05) < 0.02, "\(low) of \(since.count)")
    }

    @Test("A forecast knows the floor: what is less pressing goes on beside a pressing load")
    func forecast() throws {
        func half(_ floor: Double) throws -> Interval {
            let input = ForecastInput(
                groups: [ForecastInput.Group(count: 20)], nominal: .seconds(10),
                trunks: [ForecastInput.Trunk(TrunkLimits(name: "a", callsPerSecond: 20, channels: 500))],
                loads: [ForecastInput.Load(priority: .lifeThreat, waiting: 8000, nominal: .seconds(10))],
                classFloor: floor)
            return try #require(Forecast(input).halfReached)
        }
        #expect(try half(0.05) < .minutes(1))
        #expect(try half(0) > .minutes(5))
    }
}
