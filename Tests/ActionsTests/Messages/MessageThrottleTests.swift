// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Pacing
import SMPP
import Testing

@testable import Actions
@testable import Texting

@Suite struct MessageThrottleTests {
    private let plain = TextMessage(text: "Alert", wantsReceipts: false)

    private func network(_ smscs: [SMSCSettings]) -> MessageNetwork {
        MessageNetwork(MessageNetwork.configuration(smscs))
    }

    @Test(
        "A number that is refused for now again and again stops nobody: not its action, not another, not another priority",
        arguments: [CommandStatus.throttled, .messageQueueFull], [ActionPriority.lifeThreat, .normal])
    func oneNumber(status: CommandStatus, priority: ActionPriority) throws {
        let network = network([MessageNetwork.smsc("kpn")])
        let bad = MessageNetwork.number(3)
        network.reply = { $0.number == bad ? .refused(status) : .taken }
        try network.submit("a1", count: 100, text: plain, priority: priority)
        try network.submit("a2", count: 256, text: plain, firstNumber: 1000)
        network.run(for: .milliseconds(100))
        #expect(network.counters("a1")?.outcomes == [.sent: 99])
        #expect(network.counters("a2")?.outcomes == [.sent: 256])
        network.run(for: .seconds(5))
        let finding = try #require(network.engine.smscs[0].findings(now: network.now).first)
        #expect(finding.subject == .numbers && finding.since <= network.now - .seconds(1))
        #expect(finding.text == "1 number refused for now with \(status) while others are taken: numbers, not pace")
        network.run(for: .seconds(115))
        // Ever more seldom.
        let times = network.submissions.filter { $0.number == bad }.map(\.at)
        #expect((3...12).contains(times.count))
        let waits = zip(times.dropFirst(), times).map { $0 - $1 }
        for (later, earlier) in zip(waits.dropFirst(), waits) where earlier < .seconds(40) { #expect(later > earlier) }
        network.reply = { _ in .taken }
        network.run(for: .minutes(2))
        #expect(network.counters("a1")?.outcomes == [.sent: 100])
        #expect(network.engine.smscs[0].findings(now: network.now).isEmpty)
        network.checkLedger()
    }

    @Test("Numbers that are throttled by themselves, one in ten, do not slow the others")
    func oneInTen() throws {
        let network = network([MessageNetwork.smsc("kpn")])
        let bad = Set((0..<1000).filter { $0 % 10 == 0 }.map(MessageNetwork.number))
        let world = MessageWorld(
            network, [SimulatedSMSC(throttled: (bad, network.now + .minutes(10)))])
        try network.submit("a1", count: 1000, text: plain)
        world.run(for: .seconds(5))
        #expect(network.counters("a1")?.outcomes == [.sent: 900])
    }

    @Test("An SMSC that refuses everything hands over to the other of its priority, and it is said once")
    func handedOver() throws {
        for status in [CommandStatus.throttled, .messageQueueFull] {
            let network = network([MessageNetwork.smsc("kpn"), MessageNetwork.smsc("odido")])
            let world = MessageWorld(
                network,
                [
                    SimulatedSMSC(refusesAll: (status, network.now, network.now + .minutes(1))),
                    SimulatedSMSC(limit: 100),
                ])
            try network.submit("a1", count: 200, text: plain)
            world.run(for: .seconds(4))
            let found = network.engine.smscs[0].findings(now: network.now)
            #expect(found.contains { $0.subject == .everything && $0.text.contains("\(status)") }, "\(found)")
            #expect(network.counters("a1")?.outcomes == [.sent: 200], "\(status)")
            let alarms = network.notices.filter { if case .alarm = $0 { true } else { false } }
            #expect(alarms.count <= 1)
            // It is tried again, and used when it takes messages.
            world.run(for: .minutes(1))
            try network.submit("a2", count: 100, text: plain, firstNumber: 1000)
            world.run(for: .seconds(20))
            #expect(network.counters("a2")?.outcomes == [.sent: 100])
            #expect(!world.smscs[0].taken.isEmpty)
            network.checkLedger()
        }
    }

    @Test(
        "An SMSC that is at another place is another one: what was believed of it goes, and a new contract changes nothing"
    )
    func moved() throws {
        var settings = MessageNetwork.smsc("kpn")
        let network = network([settings])
        network.reply = { _ in .refused(.throttled) }
        try network.submit("a1", count: 50, text: plain)
        network.run(for: .seconds(5))
        let believed = network.engine.smscs[0].findings(now: network.now)
        let pace = network.engine.smscs[0].binds[0].pacer.pace(now: network.now)
        #expect(!believed.isEmpty && pace != nil)
        settings.weight = 7
        network.engine.configure(MessageNetwork.configuration([settings]))
        #expect(network.engine.smscs[0].findings(now: network.now) == believed)
        settings.place = "elsewhere"
        network.engine.configure(MessageNetwork.configuration([settings]))
        #expect(network.engine.smscs[0].findings(now: network.now).isEmpty)
        #expect(network.engine.smscs[0].binds[0].pacer.pace(now: network.now) == nil)
    }

    @Test("What a slow SMSC has not sent goes to the other of its priority that has nothing to do")
    func slowOne() throws {
        let network = network([MessageNetwork.smsc("kpn"), MessageNetwork.smsc("odido")])
        let world = MessageWorld(network, [SimulatedSMSC(latency: .seconds(5)), SimulatedSMSC()])
        try network.submit("a1", count: 1000, text: plain)
        world.run(for: .seconds(7))
        #expect(world.reached.count == 1000)
        world.run(for: .seconds(10))
        #expect(network.counters("a1")?.outcomes == [.sent: 1000])
        network.checkLedger()
    }

    @Test(
        "What an SMSC of the better priority cannot take within half a minute goes over the next one, which is free",
        arguments: [SimulatedSMSC(limit: 2), SimulatedSMSC(latency: .seconds(20))])
    func overloaded(slow: SimulatedSMSC) throws {
        let network = network([MessageNetwork.smsc("kpn"), MessageNetwork.smsc("backup", priority: 2)])
        let world = MessageWorld(network, [slow, SimulatedSMSC()], responseTimeout: .minutes(1))
        try network.submit("a1", count: 400, text: plain)
        world.run(for: .seconds(9))
        #expect(world.smscs[1].taken.isEmpty)
        // Ten seconds until that is known, half a minute of work left.
        world.run(for: .seconds(56))
        #expect(world.reached.count == 400, "\(world.reached.count)")
        #expect(network.submissions.count { $0.wasTaken } == 400)
        // The better one goes on with what it takes in time.
        #expect(world.smscs[0].taken.count >= 20)
        world.run(for: .minutes(2))
        #expect(network.counters("a1")?.outcomes == [.sent: 400])
        network.checkLedger()
    }

    @Test("An SMSC that takes all in time leaves nothing to one of the next priority") func inTime() throws {
        let network = network([MessageNetwork.smsc("kpn"), MessageNetwork.smsc("backup", priority: 2)])
        let world = MessageWorld(network, [SimulatedSMSC(limit: 100), SimulatedSMSC()])
        try network.submit("a1", count: 2500, text: plain)
        world.run(for: .minutes(1))
        #expect(network.counters("a1")?.outcomes == [.sent: 2500])
        // Whoever was refused three times in a row may be there.
        #expect(world.smscs[1].taken.count <= 5)
    }

    @Test("Whoever was refused by one SMSC and waits for a slow one holds up nobody who does not")
    func headOfTheLine() throws {
        let network = network([MessageNetwork.smsc("kpn"), MessageNetwork.smsc("odido", window: 1)])
        let bad = Set((0..<20).map(MessageNetwork.number))
        network.reply = {
            if $0.order.bind.smsc == 1 { return .silence }
            return bad.contains($0.number) ? .refused(.systemError) : .taken
        }
        try network.submit("a1", count: 300, text: plain)
        network.run(for: .seconds(3))
        // One is with the slow one.
        #expect((network.counters("a1")?.outcomes[.sent] ?? 0) >= 279)
    }

    @Test("Everybody is refused for a while: the queue of an SMSC is full. They come back spread over time")
    func fullForAll() throws {
        let network = network([MessageNetwork.smsc("kpn", window: 50)])
        let world = MessageWorld(
            network,
            [SimulatedSMSC(refusesAll: (.messageQueueFull, network.now, network.now + .milliseconds(300)))])
        try network.submit("a1", count: 200, text: plain)
        world.run(for: .minutes(2))
        #expect(network.counters("a1")?.outcomes == [.sent: 200])
        let second = network.submissions.filter { $0.times == 2 }.map { ($0.at - network.submissions[0].at).seconds }
        #expect(second.isEmpty || Set(second.map { ($0 * 20).rounded() }).count >= min(second.count, 4))
    }

    @Test(
        "Without a contract, 1,000 SMS over an SMSC that takes 100 a second: 10.5 s and 30 refusals at most",
        arguments: [10, 50], [2, 20, 100])
    func carefulBeginning(window: Int, latency: Int) throws {
        var settings = MessageNetwork.smsc("kpn", window: window)
        settings.limits.firstPace = 100
        let network = network([settings])
        let world = MessageWorld(network, [SimulatedSMSC(latency: .milliseconds(Int64(latency)), limit: 100)])
        let begin = network.now
        try network.submit("a1", count: 1000, text: plain)
        world.run(for: .seconds(30)) { network.counters("a1")?.outcomes[.sent] == 1000 }
        let took = (network.now - begin).seconds
        #expect(took <= 10.5 && world.smscs[0].refusals <= 30, "\(took) s, \(world.smscs[0].refusals) refused")
    }

    @Test("Without a contract and without a limit the pace is found within two seconds")
    func unlimited() throws {
        var settings = MessageNetwork.smsc("kpn", window: 50)
        settings.limits.firstPace = 100
        let network = network([settings])
        let world = MessageWorld(network, [SimulatedSMSC()])
        try network.submit("a1", count: 20_000, text: plain)
        world.run(for: .seconds(2))
        let before = network.submissions.count
        world.run(for: .milliseconds(200))
        #expect(network.submissions.count - before >= 2000)
    }

    @Test("A forecast reckons with what an SMSC was found to take")
    func forecast() throws {
        let network = network([MessageNetwork.smsc("kpn")])
        let world = MessageWorld(network, [SimulatedSMSC(limit: 50)])
        try network.submit("a1", count: 500, text: plain)
        world.run(for: .seconds(15))
        let pace = network.engine.forecastConditions(now: network.now).segmentsPerSecond
        #expect(pace > 40 && pace <= 50)
        let finding = try #require(network.engine.smscs[0].findings(now: network.now).first)
        #expect(finding.subject == .pace && finding.since < network.now - .seconds(10))
        #expect(finding.text.contains("different numbers: link, not numbers; it takes 4"))
    }

    @Test("An SMSC from which nothing comes is told as silent, since when") func silent() throws {
        let network = network([MessageNetwork.smsc("kpn")])
        let world = MessageWorld(
            network, [SimulatedSMSC(standstill: (network.now, network.now + .minutes(1)))], responseTimeout: .seconds(1)
        )
        try network.submit("a1", count: 50, text: plain)
        let begin = network.now
        world.run(for: .seconds(20))
        let findings = network.engine.smscs[0].findings(now: network.now)
        #expect(findings.map(\.subject) == [.silence])
        #expect(findings.allSatisfy { $0.since >= begin + .seconds(1) && $0.since < begin + .seconds(5) })
        world.run(for: .minutes(2))
        #expect(network.engine.smscs[0].findings(now: network.now).isEmpty)
    }
}
