// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing
import Participants
import SMPP
import Testing

@testable import ActionEngine
@testable import Actions

@Suite("Populations go over their own trunks and SMSCs, by their own rules") struct PopulationTests {
    private static let profinet = PopulationSettings(
        key: "profinet", trunks: ["blue"], smscs: ["tetra"], callerNumber: "+31880000001", sender: "PROFINET")

    private func configuration(_ profinet: PopulationSettings = Self.profinet) -> EngineConfiguration {
        var configuration = MessageNetwork.configuration(
            [MessageNetwork.smsc("kpn"), MessageNetwork.smsc("tetra")],
            trunks: [Network.trunk("a"), Network.trunk("blue")])
        configuration.populations = [profinet]
        configuration.callerNumber = "+31800001100"
        return configuration
    }

    private func number(_ index: Int) throws -> PhoneNumber {
        try #require(PhoneNumber(e164: "+316\(10_000_000 + index)"))
    }

    /// Even recipients are citizens, odd ones professionals.
    private func submit(
        _ network: Network, _ populations: [String]?, count: Int, priority: ActionPriority = .normal
    ) throws {
        let definition = ActionDefinition(
            priority: priority, prompt: [.text("x")], account: "GM0513", populations: populations)
        let key = try network.engine.stage(try ActionID("a1"), definition, now: network.now)
        let people = try (0..<count).map {
            StagedRecipient(number: try number($0), population: $0 % 2 == 0 ? "" : "profinet")
        }
        network.engine.stageRecipients(people, of: key, now: network.now)
        network.engine.commitStaged(key, contentHash: "h", promptHash: "p", promptMilliseconds: 10, now: network.now)
    }

    private func network(_ settings: PopulationSettings = Self.profinet) -> Network {
        let network = Network(configuration(settings))
        network.answer = { _, _ in CallEnd(sipCode: 200, by: .callee) }
        return network
    }

    private func trunks(_ network: Network) -> [Bool: Set<String>] {
        Dictionary(grouping: network.orders.map(\.order)) { $0.callee.digits % 2 == 1 }
            .mapValues { Set($0.map(\.trunk)) }
    }

    @Test("In an action for both each is called over the trunks of the own population, with its number")
    func both() throws {
        let network = network()
        try submit(network, ["", "profinet"], count: 20)
        network.run(for: .minutes(1))
        #expect(network.counters("a1")?.outcomes == [.answered: 20])
        #expect(trunks(network) == [false: ["a"], true: ["blue"]])
        for order in network.orders.map(\.order) {
            #expect(order.caller == (order.trunk == "blue" ? "+31880000001" : "+31800001100"))
        }
    }

    @Test("A trunk that is up is no way out for another population: those wait, the others go on")
    func waits() throws {
        let network = network()
        network.engine.trunkResolved("blue", [])
        try submit(network, ["", "profinet"], count: 20)
        network.run(for: .minutes(10))
        #expect(trunks(network) == [false: ["a"]])
        #expect(network.counters("a1")?.outcomes == [.answered: 10] && network.counters("a1")?.waiting == 10)
        network.engine.trunkResolved("blue", [TargetAddress(address: "192.0.2.1", port: 5060)])
        network.run(for: .minutes(1))
        #expect(network.counters("a1")?.outcomes == [.answered: 20])
    }

    @Test("A call that a trunk refused is made over another one of the same population, never over the others'")
    func retries() throws {
        let network = network()
        network.answer = { order, _ in CallEnd(sipCode: order.trunk == "blue" ? 503 : 200, by: .callee) }
        try submit(network, ["profinet", ""], count: 8)
        network.run(for: .minutes(5))
        #expect(trunks(network) == [false: ["a"], true: ["blue"]])
        #expect(network.counters("a1")?.outcomes == [.answered: 4])
    }

    @Test("The register's word counts at the moment of dialling: whoever belongs to others by then is not called")
    func dialling() throws {
        let network = network()
        let time = network.now + .minutes(60)
        network.engine.register.restore(
            try (0..<2).map {
                Participant(
                    reference: "P-\($0)", number: try number($0), preferences: Preferences(pausedUntil: time))
            }, contacts: [])
        try submit(network, nil, count: 1)
        network.run(for: .minutes(1))
        var edit = ParticipantEdit(number: try number(0), reference: "P-0")
        edit.population = "profinet"
        network.engine.changeRegister(now: network.now) { register in
            RegisterChange(register.apply(edit, note: OptOutNote(since: .epoch, source: .list)), at: .epoch)
        }
        network.run(for: .minutes(120))
        #expect(network.orders.isEmpty && network.counters("a1")?.outcomes == [.notWelcome: 1])
    }

    @Test("Whoever comes to the other population of the action while waiting is called over its trunks")
    func moves() throws {
        let network = network()
        let time = network.now + .minutes(60)
        network.engine.register.restore(
            [Participant(reference: "P-0", number: try number(0), preferences: Preferences(pausedUntil: time))],
            contacts: [])
        try submit(network, ["", "profinet"], count: 1)
        network.run(for: .minutes(1))
        var edit = ParticipantEdit(number: try number(0), reference: "P-0")
        edit.population = "profinet"
        edit.pausedUntil = .some(nil)
        network.engine.changeRegister(now: network.now) { register in
            RegisterChange(register.apply(edit, note: OptOutNote(since: .epoch, source: .list)), at: .epoch)
        }
        network.run(for: .minutes(1))
        #expect(network.orders.map(\.order.trunk) == ["blue"])
    }

    @Test("A population keeps its own pace and its own number of calls; others are not kept by it")
    func pace() throws {
        var settings = Self.profinet
        (settings.callsPerSecond, settings.channels) = (2, 5)
        let network = network(settings)
        network.answer = nil
        network.reportsSending = true
        try submit(network, ["", "profinet"], count: 40)
        network.run(for: .seconds(1))
        let blue = network.orders.filter { $0.order.trunk == "blue" }
        #expect(network.orders.count - blue.count == 20 && (2...3).contains(blue.count))
        network.run(for: .seconds(20))
        #expect(network.orders.count { $0.order.trunk == "blue" } == 5)
    }

    @Test("A reload that takes the population away leaves its people uncalled; with it again they are called")
    func reload() throws {
        let network = network()
        network.engine.pauseTrunks(["a", "blue"], isPaused: true)
        try submit(network, ["profinet"], count: 2)
        network.turn()
        var without = configuration()
        without.populations = []
        network.engine.configure(without)
        network.engine.pauseTrunks(["a", "blue"], isPaused: false)
        network.run(for: .minutes(5))
        #expect(network.orders.isEmpty)
        network.engine.configure(configuration())
        network.run(for: .minutes(1))
        #expect(Set(network.orders.map(\.order.trunk)) == ["blue"])
    }

    @Test("A process that takes the action up knows whose way out is whose")
    func restart() throws {
        let network = network()
        network.engine.pauseTrunks(["a", "blue"], isPaused: true)
        try submit(network, ["", "profinet"], count: 6)
        network.turn()
        var journal = Journal()
        journal.apply(network.journal)
        let next = Network(network.engine.configuration)
        next.answer = network.answer
        next.now = network.now
        next.engine.restore(journal.snapshot(lastAlive: network.now), counters: [:], now: next.now)
        next.engine.promptReady(hash: "p")
        next.run(for: .minutes(1))
        #expect(trunks(next) == [false: ["a"], true: ["blue"]])
    }

    @Test("What holds for a population is asked of those who wish nothing else")
    func rules() throws {
        var settings = Self.profinet
        settings.preferences = Preferences(callTimes: .never)
        let network = network(settings)
        try submit(network, ["", "profinet"], count: 4)
        network.run(for: .minutes(1))
        #expect(network.counters("a1")?.outcomes == [.answered: 2, .notWelcome: 2])
    }

    @Test("A test calls whoever is marked as a test number in the register, or in the configuration, and nobody else")
    func tests() throws {
        var settings = configuration()
        settings.numbers = NumberingPlan(tests: ["+31610000002"])
        let network = Network(settings)
        network.answer = { _, _ in CallEnd(sipCode: 200, by: .callee) }
        network.engine.register.restore(
            [Participant(reference: "P-0", number: try number(0), isTestNumber: true)], contacts: [])
        try submit(network, ["", "profinet"], count: 5, priority: .test)
        network.run(for: .minutes(1))
        #expect(network.orders.map(\.order.callee) == [try number(0), try number(2)])
        #expect(network.counters("a1")?.outcomes == [.answered: 2, .notWelcome: 3])
    }

    @Test("SMS go over the SMSCs of the population, with its sender")
    func texts() throws {
        let network = MessageNetwork(configuration())
        func submit(_ id: String, _ populations: [String]?) throws {
            let definition = ActionDefinition(
                prompt: [], account: "GM0513", channels: [.sms],
                text: TextMessage(text: "Alert", wantsReceipts: false), populations: populations)
            let key = try network.engine.stage(try ActionID(id), definition, now: network.now)
            let people = try (0..<10).map {
                StagedRecipient(number: try number($0), population: populations?.last ?? "")
            }
            network.engine.stageRecipients(people, of: key, now: network.now)
            network.engine.commitStaged(key, contentHash: "h", promptHash: "", promptMilliseconds: 0, now: network.now)
        }
        try submit("a1", nil)
        network.run(for: .minutes(1))
        #expect(Set(network.submissions.map(\.order.bind.smsc)) == [0])
        try submit("a2", ["profinet"])
        network.run(for: .minutes(2))
        let later = network.submissions.dropFirst(10)
        #expect(later.count == 10 && Set(later.map(\.order.bind.smsc)) == [1])
        #expect(later.allSatisfy { $0.fields.source == Address(sender: "PROFINET") })
    }
}

extension Engine {
    fileprivate func pauseTrunks(_ names: [String], isPaused: Bool) {
        for name in names { try? setTrunk(name, enabled: !isPaused) }
    }
}
