// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import ControlProtocol
import GatewayCore
import Pacing
import Testing

@testable import Actions
@testable import Gateway

/// What `show` says of an action's trunks.
@Suite struct FindingPresentationTests {
    private let start = Timestamp(milliseconds: 1_795_523_441_000)

    private func engine() throws -> Engine {
        let limits = TrunkLimits(name: "kpn", callsPerSecond: 20, channels: 100)
        let engine = Engine(
            configuration: EngineConfiguration(trunks: [TrunkSettings(limits: limits)]), instanceKey: [1])
        engine.trunkResolved("kpn", [TargetAddress(address: "192.0.2.1", port: 5060)])
        let key = try engine.stage(
            try ActionID("a"), ActionDefinition(priority: .lifeThreat, prompt: [.text("x")], account: "GM0513"),
            now: start)
        // A dead exchange in the middle of the list.
        let numbers = (0..<120).map { (30..<90).contains($0) ? "+311823\(10_000 + $0)" : "+316\(10_000_000 + $0)" }
        engine.stageRecipients(
            try numbers.map { StagedRecipient(number: try #require(PhoneNumber(e164: $0))) }, of: key, now: start)
        engine.commitStaged(key, contentHash: "h", promptHash: "p", promptMilliseconds: 1000, now: start)
        return engine
    }

    @Test("What is believed of a route is told with its evidence, since when, and how many of the action wait for it")
    func route() throws {
        let engine = try engine()
        var now = start
        while now < start + .seconds(6) {
            engine.advance(now: now)
            for case .placeCall(let order) in engine.takeOutput().effects {
                engine.callSent(order.attempt, at: now, now: now)
                let isDead = order.callee.e164.hasPrefix("+31182")
                engine.callEnded(order.attempt, CallEnd(sipCode: isDead ? 503 : 486), at: now, now: now)
            }
            now = max(now + .milliseconds(1), engine.nextDeadline(now: now) ?? now)
        }
        let action = try #require(engine.action(named: "a"))
        let findings = ActionFinding.all(of: action, engine, now: now)
        let route = try #require(findings.first { $0.subject.hasPrefix("+31182") })
        #expect(route.trunk == "kpn" && route.smsc == nil)
        #expect(route.text.contains("refused with 503") && route.text.contains("route, not pace"))
        let since = try #require(route.since?.timestamp)
        #expect(since > start && since < now)
        let waiting = try #require(route.waiting)
        #expect((20...60).contains(waiting))
        try engine.cancel("a", finishCalls: false, now: now)
        #expect(ActionFinding.all(of: action, engine, now: now).isEmpty)
    }

    @Test("A trunk that is down is told, after that nothing can leave; one that is well is not") func down() throws {
        let engine = try engine()
        let action = try #require(engine.action(named: "a"))
        #expect(ActionFinding.all(of: action, engine, now: start).isEmpty)
        try engine.setTrunk("kpn", enabled: false)
        let findings = ActionFinding.all(of: action, engine, now: start)
        #expect(findings.map(\.subject) == ["way-out", "trunk"])
        #expect(findings.first?.text == "nothing can leave: no trunk is up")
        #expect(findings.first?.trunk == nil && findings.first?.smsc == nil)
        #expect(findings.last?.text.hasPrefix("down: ") == true)
        #expect(findings.allSatisfy { $0.since == nil && $0.waiting == nil })
    }
}
