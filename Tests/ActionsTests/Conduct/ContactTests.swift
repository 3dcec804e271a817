// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing
import Testing

@testable import ActionEngine
@testable import Actions

/// Whom an action has reached so far, and what is still to be closed.
@Suite("Contacts") struct ContactTests {
    private let requester = Requester(user: "root", officer: try? OfficerName("A. de Vries"))

    @Test("Who is spoken to is reached; whose telephone rings, or who picks up after the stop, is not")
    func underWay() throws {
        let network = Network(EngineConfiguration(trunks: [Network.trunk("a", channels: 3)]))
        network.reportsSending = true
        try network.submit("a", count: 5)
        let calls = network.orders.map(\.order)
        network.engine.callAnswered(calls[0].attempt, codec: .pcma, dialog: "{}", at: network.now)
        network.engine.callRinging(calls[1].attempt, at: network.now)
        network.turn()
        try network.engine.stop("a", by: requester, now: network.now)
        network.engine.callAnswered(calls[1].attempt, codec: .pcma, dialog: "{}", at: network.now)
        network.turn()
        let contacts = network.engine.contacts(of: "a")
        #expect(contacts.map(\.recipient.number) == [calls[0].callee])
        #expect(contacts.allSatisfy { $0.channel == .voice && $0.isCertain })
        #expect(network.engine.contacts(of: "b").isEmpty)
        // What is cut off counts as it stands.
        network.effects = []
        try network.engine.hangUp("a")
        network.turn()
        #expect(network.effects == [.hangUp(calls[0].attempt)])
        #expect(network.engine.contacts(of: "a").count == 1)
    }

    @Test("An action that reached somebody is to be closed; others, those of before and those that follow are not")
    func unclosed() throws {
        let network = Network(EngineConfiguration(trunks: [Network.trunk("a")]))
        network.answer = { order, _ in
            order.callee.e164.hasSuffix("0") ? CallEnd(sipCode: 200, by: .callee) : CallEnd(sipCode: 404)
        }
        func submit(_ id: String, number: Int, by: Requester?, follows: String? = nil) throws {
            let engine = network.engine
            let key = try engine.stage(
                try ActionID(id), ActionDefinition(prompt: [.text("x")], account: "GM0513"), now: network.now)
            engine.stageRecipients(
                [StagedRecipient(number: try #require(PhoneNumber(e164: "+316\(10_000_000 + number)")))], of: key,
                now: network.now)
            engine.commitStaged(
                key, contentHash: "h", promptHash: "p", promptMilliseconds: 1000, by: by,
                follows: follows.map { (action: $0, tie: ActionTie.closing) }, now: network.now)
            network.turn()
        }
        try submit("reached", number: 0, by: requester)
        try submit("unreached", number: 1, by: requester)
        try submit("before", number: 0, by: nil)
        try submit("closing", number: 0, by: requester, follows: "before")
        func unclosed() -> [String] {
            network.engine.unclosed(after: .minutes(60), now: network.now).map(\.record.id.text)
        }
        #expect(unclosed().isEmpty)
        network.now = network.now + .minutes(60)
        #expect(unclosed() == ["reached"])
        network.engine.note(.closed, by: requester, note: "found", followedBy: "x", of: "reached", now: network.now)
        #expect(unclosed().isEmpty)
        // The disk did not take it.
        network.engine.withdrawDeed(.closed, of: "reached")
        #expect(unclosed() == ["reached"])
        network.engine.note(.leftUnclosed, by: requester, note: "rehearsal", of: "reached", now: network.now)
        network.turn()
        #expect(unclosed().isEmpty)
        let stored = network.journal.compactMap { record in
            if case .actionChanged(let action) = record, action.id.text == "reached" { action } else { nil }
        }.last
        #expect(stored?.conduct?.deeds.map(\.deed) == [.submitted, .leftUnclosed])
    }
}
