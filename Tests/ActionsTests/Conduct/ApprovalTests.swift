// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing
import Testing

@testable import ActionEngine
@testable import Actions

/// The approval of a second officer, and who did what.
@Suite("Officers") struct ApprovalTests {
    private let network = Network(EngineConfiguration(trunks: [Network.trunk("a")]))
    private let jansen: Requester
    private let vries: Requester

    init() throws {
        jansen = Requester(user: "dispatch", officer: try OfficerName("J. Jansen"))
        vries = Requester(user: "dispatch", officer: try OfficerName("A. de Vries"))
        network.answer = { _, _ in CallEnd(sipCode: 200, by: .callee) }
    }

    private func submit(_ id: String, count: Int = 3, approval: Interval? = .minutes(30)) throws {
        let engine = network.engine
        let key = try engine.stage(
            try ActionID(id), ActionDefinition(prompt: [.text("x")], account: "GM0513"), now: network.now)
        engine.stageRecipients(
            try (0..<count).map {
                StagedRecipient(number: try #require(PhoneNumber(e164: "+316\(10_000_000 + $0)")))
            }, of: key, now: network.now)
        engine.commitStaged(
            key, contentHash: "h", promptHash: "p", promptMilliseconds: 1000, by: jansen, approval: approval,
            now: network.now)
        network.turn()
    }

    private func phase(_ id: String = "a") -> ActionPhase? { network.engine.action(named: id)?.record.phase }

    @Test("Nobody is called before a second officer has let the action go, and then at once")
    func approval() throws {
        try submit("a")
        network.now = network.now + .minutes(10)
        network.turn()
        #expect(network.orders.isEmpty && phase() == .awaitingApproval)
        try network.engine.approve("a", by: vries, now: network.now)
        network.turn()
        #expect(network.orders.count == 3 && phase() == .completed)
        let deeds = try #require(network.engine.action(named: "a")?.record.conduct?.deeds)
        #expect(deeds.map(\.deed) == [.submitted, .approved] && deeds.map(\.by) == [jansen, vries])
        #expect(deeds[1].at - deeds[0].at == .minutes(10))
        // Its answer was lost: asked again it is the same; another officer is too late.
        #expect(try !network.engine.approve("a", by: vries, now: network.now))
        #expect(throws: EngineError.self) { try network.engine.approve("a", by: jansen, now: network.now) }
    }

    @Test(
        "Who submitted an action cannot approve it, in whatever writing, nor as another Unix user",
        arguments: ["J. Jansen", "j. JANSEN", "  J.   Jansen "])
    func same(name: String) throws {
        try submit("a")
        for user in ["dispatch", "root"] {
            let again = Requester(user: user, officer: try OfficerName(name))
            #expect(throws: EngineError.sameOfficer(action: "a", try OfficerName(name))) {
                try network.engine.approve("a", by: again, now: network.now)
            }
        }
        network.turn()
        #expect(network.orders.isEmpty && phase() == .awaitingApproval)
    }

    @Test("Without approval in time an action is stale, and whoever waited was not approved")
    func stale() throws {
        try submit("a")
        network.now = network.now + .minutes(30)
        network.turn()
        #expect(phase() == .stale)
        #expect(network.engine.action(named: "a")?.counters.outcomes == [.notApproved: 3])
        #expect(throws: EngineError.wrongPhase(action: "a", phase: .stale, operation: "approved")) {
            try network.engine.approve("a", by: vries, now: network.now)
        }
        #expect(network.orders.isEmpty)
    }

    @Test("A restart forgets neither that approval is awaited nor until when", arguments: [false, true])
    func restart(inTime: Bool) throws {
        try submit("a")
        var journal = Journal()
        journal.apply(network.journal)
        network.now = network.now + .minutes(29)
        let second = Network(EngineConfiguration(trunks: [Network.trunk("a")]))
        second.now = network.now
        second.answer = network.answer
        second.engine.restore(
            journal.snapshot(lastAlive: second.now), counters: journal.counters(), now: second.now)
        second.engine.promptReady(hash: "p")
        second.turn()
        #expect(second.engine.action(named: "a")?.record.phase == .awaitingApproval && second.orders.isEmpty)
        if inTime {
            try second.engine.approve("a", by: vries, now: second.now)
            second.turn()
            #expect(second.orders.count == 3)
        } else {
            second.now = second.now + .minutes(1)
            second.turn()
            #expect(second.engine.action(named: "a")?.record.phase == .stale && second.orders.isEmpty)
        }
    }

    @Test("An approval that the disk did not take is awaited as before")
    func undone() throws {
        try submit("a")
        try network.engine.approve("a", by: vries, now: network.now)
        network.engine.approvalUndone("a", now: network.now)
        network.turn()
        #expect(phase() == .awaitingApproval && network.orders.isEmpty)
        #expect(network.engine.action(named: "a")?.record.conduct?.deeds.map(\.deed) == [.submitted])
    }

    @Test(
        "An approval that the disk did not take, in the turn in which its time ends, does not keep the action from lapsing"
    )
    func undoneAtTheEnd() throws {
        try submit("a")
        network.now = network.now + .minutes(30)
        try network.engine.approve("a", by: vries, now: network.now)
        network.engine.advance(now: network.now, mayStartCalls: false)
        network.engine.approvalUndone("a", now: network.now)
        network.turn()
        #expect(phase() == .stale && network.orders.isEmpty)
    }

    @Test("An action that waits can be cancelled, and neither paused nor resumed")
    func cancel() throws {
        try submit("a")
        #expect(throws: EngineError.self) { try network.engine.pause("a", by: vries, now: network.now) }
        #expect(throws: EngineError.self) { try network.engine.resume("a", by: vries, now: network.now) }
        try network.engine.cancel("a", finishCalls: false, by: vries, now: network.now)
        network.turn()
        #expect(phase() == .cancelled)
        #expect(network.engine.action(named: "a")?.counters.outcomes == [.cancelled: 3])
    }

    @Test("Each deed is said, and journalled with the change that it made")
    func deeds() throws {
        network.answer = nil
        try submit("a", approval: nil)
        try network.engine.pause("a", by: vries, now: network.now)
        try network.engine.resume("a", by: jansen, now: network.now)
        try network.engine.stop("a", by: vries, now: network.now)
        network.turn()
        let expected: [Deed] = [.submitted, .paused, .resumed, .stopped]
        let said = network.notices.compactMap { notice in
            if case .acted(_, let record) = notice { record.deed } else { nil }
        }
        #expect(said == expected)
        for (phase, count) in [(ActionPhase.paused, 2), (.cancelled, 4)] {
            let record = network.journal.compactMap { record in
                if case .actionChanged(let action) = record, action.phase == phase { action } else { nil }
            }.first
            #expect(record?.conduct?.deeds.map(\.deed) == Array(expected.prefix(count)))
        }
    }

    @Test("Pausing without end does not make a row that grows without end")
    func bounded() throws {
        try submit("a", approval: nil)
        var conduct = ActionConduct()
        conduct.append(DeedRecord(.submitted, by: jansen, at: .epoch))
        for _ in 0..<1000 {
            conduct.append(DeedRecord(.paused, by: jansen, at: .epoch))
            conduct.append(DeedRecord(.resumed, by: jansen, at: .epoch))
        }
        conduct.append(DeedRecord(.stopped, by: jansen, at: .epoch))
        #expect(conduct.deeds.count == 100)
        #expect(conduct.deeds.first?.deed == .submitted && conduct.deeds.last?.deed == .stopped)
    }
}
