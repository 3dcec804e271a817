// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing
import Testing

@testable import ActionEngine
@testable import Actions

/// An action that is stopped while telephones ring and people listen.
@Suite("Stopping") struct StoppingTests {
    private let network = Network(EngineConfiguration(trunks: [Network.trunk("a", channels: 4)]))
    private let requester = Requester(user: "root", officer: try? OfficerName("A. de Vries"))

    /// Calls 0 and 1 are listened to, 2 rings, 3 was sent; others wait.
    private func begin(plays: Int = 1) throws -> [AttemptID] {
        network.reportsSending = true
        try network.submit("a", count: 10, keys: ["1": .repeat], plays: plays)
        let calls = network.orders.map(\.order.attempt)
        try #require(calls.count == 4)
        network.engine.callRinging(calls[2], at: network.now)
        for call in calls[0...1] {
            network.engine.callAnswered(call, codec: .pcma, dialog: "{}", at: network.now)
        }
        network.turn()
        network.effects = []
        return calls
    }

    private func passed(_ interval: Interval = .seconds(1)) {
        network.now = network.now + interval
        network.turn()
    }

    /// All that was done; the order says nothing.
    private func hungUp() -> [AttemptID] {
        let calls = network.effects.compactMap { if case .hangUp(let call) = $0 { call } else { nil } }
        #expect(calls.count == network.effects.count)
        return calls.sorted()
    }

    private func heard(_ call: AttemptID) {
        passed()
        network.engine.promptEnded(call, heardMilliseconds: 10_000, at: network.now, now: network.now)
        network.turn()
    }

    @Test("Telephones that ring are let go, nobody else is called, and who listens hears the message once")
    func stop() throws {
        let calls = try begin(plays: 3)
        try network.engine.stop("a", by: requester, now: network.now)
        network.turn()
        #expect(hungUp() == [calls[2], calls[3]])
        #expect(network.engine.action(named: "a")?.record.phase == .cancelled)
        network.effects = []
        network.engine.keyPressed(calls[0], digit: "1", now: network.now)
        heard(calls[0])
        heard(calls[1])
        #expect(network.effects.isEmpty)
        passed(.seconds(60))
        #expect(hungUp() == [calls[0], calls[1]])
        #expect(network.orders.count == 4)
    }

    @Test("A text follows the message of each who listens, and at once that of whose message has ended")
    func afterword() throws {
        let calls = try begin()
        heard(calls[1])
        try network.engine.stop("a", by: requester, now: network.now)
        network.turn()
        network.effects = []
        #expect(network.engine.say("s", to: "a", isSwitch: false, now: network.now) == 2)
        network.turn()
        #expect(network.effects == [.repeatPrompt(calls[1], promptHash: "s")])
        #expect(network.engine.neededPrompts.contains("s"))
        heard(calls[0])
        #expect(network.effects.last == .repeatPrompt(calls[0], promptHash: "s"))
        network.effects = []
        heard(calls[0])
        network.engine.keyPressed(calls[0], digit: "1", now: network.now)
        network.turn()
        // Asked for again it is what was said last, not what was stopped.
        #expect(network.effects == [.repeatPrompt(calls[0], promptHash: "s")])
        heard(calls[0])
        passed(.seconds(60))
        #expect(network.effects.last == .hangUp(calls[0]))
        #expect(network.engine.action(named: "a")?.counters.heard == 2)
    }

    @Test("With a switch the text takes the message's place; nobody has heard the message then")
    func switched() throws {
        let calls = try begin()
        try network.engine.stop("a", by: requester, now: network.now)
        network.turn()
        network.effects = []
        #expect(network.engine.say("s", to: "a", isSwitch: true, now: network.now) == 2)
        // The message had ended before the turn, and that is told only now: the text goes on.
        network.engine.promptEnded(calls[1], heardMilliseconds: 10_000, at: network.now, now: network.now)
        network.turn()
        #expect(
            network.effects == [.repeatPrompt(calls[0], promptHash: "s"), .repeatPrompt(calls[1], promptHash: "s")])
        network.effects = []
        heard(calls[0])
        passed(.seconds(60))
        #expect(network.effects == [.hangUp(calls[0])])
        network.engine.callEnded(
            calls[0], CallEnd(sipCode: 200, by: .gateway, ownReason: .requested), at: network.now, now: network.now)
        network.turn()
        #expect(network.engine.action(named: "a")?.counters.outcomes[.answered] == 1)
        #expect(network.engine.action(named: "a")?.counters.heard == 1)
    }

    @Test("An answer that crosses the CANCEL hears nothing, whatever is said to the others")
    func crossing() throws {
        let calls = try begin()
        try network.engine.stop("a", by: requester, now: network.now)
        network.engine.callAnswered(calls[2], codec: .pcma, dialog: "{}", at: network.now)
        #expect(network.engine.say("s", to: "a", isSwitch: true, now: network.now) == 2)
        network.turn()
        #expect(!network.effects.contains(.startPrompt(calls[2], promptHash: "p")))
        #expect(!network.effects.contains(.repeatPrompt(calls[2], promptHash: "s")))
    }

    @Test("To stop twice is to stop once; what is over otherwise is not stopped")
    func again() throws {
        _ = try begin()
        #expect(try network.engine.stop("a", by: requester, now: network.now))
        #expect(try !network.engine.stop("a", by: requester, now: network.now))
        #expect(network.engine.action(named: "a")?.record.conduct?.deeds.map(\.deed) == [.stopped])
        #expect(throws: EngineError.unknownAction("b")) {
            try network.engine.stop("b", by: requester, now: network.now)
        }
    }
}
