// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import ActionEngine
@testable import Actions
@testable import Pacing

/// `starts` and `expires` are civil moments; a step moves them, and what cannot be undone waits for a steady clock.
@Suite("Actions and a civil clock that is set") struct ActionClockTests {
    private let begin = JumpingNetwork.start
    private let day = Interval.minutes(24 * 60)

    private func network() -> Network {
        let network = Network(EngineConfiguration(trunks: [Network.trunk("a")]))
        network.now = begin
        network.answer = { _, tries in CallEnd(sipCode: tries < 2 ? 486 : 200, by: .callee) }
        return network
    }

    private func set(_ network: Network, by step: Interval) {
        network.civilOffset = network.civilOffset + step
        network.turn()
    }

    private func alarms(_ network: Network) -> [String] {
        network.notices.compactMap { if case .alarm(let text) = $0 { text } else { nil } }
    }

    private func phase(_ network: Network) -> ActionPhase? { network.engine.action(named: "a1")?.record.phase }

    @Test("A clock that is set back does not hold up calls or retries", arguments: [-7.0, -60, -3600, -86_400])
    func back(seconds: Double) throws {
        let network = network()
        try network.submit("a1", count: 3)
        set(network, by: .seconds(seconds))
        try network.submit("a2", count: 1, firstNumber: 10)
        network.run(for: .seconds(61))
        // All four at once, and the retries after their minute.
        #expect(network.orders.map { ($0.at - begin).seconds.rounded() } == [0, 0, 0, 0, 60, 60, 60, 60])
        #expect(network.counters("a1")?.outcomes == [.answered: 3])
    }

    @Test("An action without times of its own does not see a step", arguments: [86_400.0, -86_400])
    func untouched(seconds: Double) throws {
        let network = network()
        try network.submit("a1", count: 1)
        set(network, by: .seconds(seconds))
        #expect(alarms(network).count == 1)
        #expect(phase(network) == .running)
        network.run(for: .seconds(61))
        #expect(phase(network) == .completed)
        let record = try #require(network.engine.action(named: "a1")?.record)
        // Its own times: one anchor, right distances.
        #expect(record.accepted == begin)
        #expect(record.firstCall == begin)
        #expect(record.ended.map { ($0 - begin).seconds.rounded() } == 60)
    }

    @Test("Set a day ahead: nobody is tried past the end, and set right again the action goes on")
    func thereAndBack() throws {
        let network = network()
        try network.submit("a1", count: 1, expires: begin + .minutes(60))
        network.run(for: .seconds(10))
        set(network, by: day)
        #expect(phase(network) == .running)
        #expect(network.engine.action(named: "a1")?.isHeldByClock == true)
        network.run(for: .minutes(5))
        #expect(network.orders.count == 1, "the retry after a minute is held")
        #expect(phase(network) == .running)
        set(network, by: .zero - day)
        #expect(network.engine.action(named: "a1")?.isHeldByClock == false)
        network.run(for: .seconds(1))
        #expect(network.orders.count == 2)
        #expect(phase(network) == .completed)
        #expect(
            alarms(network) == [
                "the system clock was set ahead by 86400.0 s; calls, paces and durations do not follow it; action a1 is past "
                    + "its end: nobody is tried, and it expires unless the clock is set back",
                "the system clock was set back by 86400.0 s; calls, paces and durations do not follow it; action a1 is "
                    + "before its end again and goes on",
            ])
    }

    @Test("A clock that stays ahead is believed after ten minutes")
    func staysAhead() throws {
        let network = network()
        try network.submit("a1", count: 1, expires: begin + .minutes(60))
        network.run(for: .seconds(10))
        set(network, by: day)
        network.run(for: .minutes(10) - .seconds(1))
        #expect(phase(network) == .running)
        network.run(for: .seconds(1))
        #expect(phase(network) == .expired)
        #expect(network.counters("a1")?.outcomes == [.expired: 1])
        #expect(network.orders.count == 1)
    }

    @Test("An end that comes by itself while the clock is steady is final at once, wherever the clock stands")
    func steadyEnd() throws {
        let network = network()
        set(network, by: .minutes(-120))
        network.run(for: .minutes(10))
        try network.submit("a1", count: 1, expires: begin - .minutes(105))
        network.answer = { _, _ in CallEnd(sipCode: 486) }
        network.run(for: .minutes(5) - .seconds(1))
        #expect(phase(network) == .running)
        network.run(for: .seconds(1))
        #expect(phase(network) == .expired)
    }

    @Test("A start follows the clock, once; what runs is not stopped when the clock is set back")
    func starts() throws {
        let network = network()
        try network.submit("a1", count: 1, starts: begin + .minutes(60))
        #expect(phase(network) == .scheduled)
        set(network, by: .minutes(-30))
        #expect(alarms(network).last?.hasSuffix("action a1 starts in 5400 s") == true)
        network.run(for: .minutes(89))
        #expect(network.orders.isEmpty)
        set(network, by: .minutes(30))
        #expect(phase(network) == .running)
        #expect(alarms(network).last?.hasSuffix("action a1 starts at once") == true)
        #expect(network.orders.count == 1)
        set(network, by: .minutes(-30))
        network.run(for: .seconds(61))
        #expect(phase(network) == .completed)
        let record = try #require(network.engine.action(named: "a1")?.record)
        #expect(record.firstCall.map { $0 >= record.begins } == true)
    }

    @Test("A step of less than two seconds is nobody's business, and still counts", arguments: [1.8, -1.8])
    func small(seconds: Double) throws {
        let network = network()
        try network.submit("a1", count: 1, starts: begin + .seconds(60))
        set(network, by: .seconds(seconds))
        #expect(alarms(network).isEmpty)
        network.run(for: .seconds(61.9))
        #expect(network.orders.map { ($0.at - begin).seconds } == [60 - seconds])
        #expect(network.engine.clockStep == nil)
    }

    @Test(
        "Killed while it is held: the next process holds it too, and goes on when the clock is right",
        arguments: [false, true])
    func killedWhileHeld(machine: Bool) throws {
        let first = network()
        first.engine.clockStarts(ClockMark(bootOffset: .zero, civilOffset: .zero))
        try first.submit("a1", count: 1, expires: begin + .minutes(60))
        first.run(for: .seconds(10))
        set(first, by: day)
        var journal = Journal()
        journal.apply(first.journal)

        let second = network()
        let mark = ClockMark.start(
            after: journal.clock, machineRestarted: machine, lastAlive: first.now,
            boot: .microseconds(first.now.microseconds) + .seconds(60), civil: first.now + day + .seconds(60))
        second.now = Timestamp(microseconds: first.now.microseconds) + .seconds(60)
        second.civilOffset = mark.civilOffset
        second.engine.clockStarts(mark)
        second.engine.restore(
            journal.snapshot(lastAlive: first.now, machineRestarted: machine), counters: journal.counters(),
            now: second.now)
        second.engine.promptReady(hash: "p")
        second.answer = { _, _ in CallEnd(sipCode: 200, by: .callee) }
        second.run(for: .minutes(5))
        #expect(phase(second) == .running)
        #expect(second.orders.isEmpty)
        set(second, by: .zero - day)
        second.run(for: .seconds(1))
        #expect(phase(second) == .completed)
        #expect(second.orders.count == 1)
    }

    @Test(
        "A retry's wait goes on across a restart, whatever the clock was set to meanwhile",
        arguments: [86_400.0, -86_400])
    func waitAcrossRestart(seconds: Double) throws {
        let first = network()
        first.engine.clockStarts(ClockMark(bootOffset: .zero, civilOffset: .zero))
        try first.submit("a1", count: 1)
        first.run(for: .seconds(10))
        var journal = Journal()
        journal.apply(first.journal)
        let second = network()
        second.now = first.now + .seconds(10)
        let mark = ClockMark.start(
            after: journal.clock, machineRestarted: false, lastAlive: first.now,
            boot: .microseconds(second.now.microseconds), civil: second.now + .seconds(seconds))
        second.civilOffset = mark.civilOffset
        second.engine.clockStarts(mark)
        second.engine.restore(
            journal.snapshot(lastAlive: first.now), counters: journal.counters(), now: second.now)
        second.engine.promptReady(hash: "p")
        second.answer = { _, _ in CallEnd(sipCode: 200, by: .callee) }
        second.run(for: .seconds(60))
        #expect(second.orders.map { ($0.at - begin).seconds.rounded() } == [60])
        #expect(alarms(second).count == 1)
        #expect(second.engine.clockStep?.by == .seconds(seconds))
    }
}
