// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Testing

@testable import ActionEngine
@testable import Actions
@testable import Pacing

@Suite("Calls that never left") struct UnsentTests {
    private static let answered = CallEnd(sipCode: 200, by: .callee)

    private static func unsent(_ reason: UnsentReason) -> CallEnd {
        CallEnd(sipCode: 0, fromWire: false, ownReason: .transport, unsent: reason)
    }

    @Test("They go over another trunk, have no CDR and cost no try", arguments: [UnsentReason.network, .noTarget])
    func otherTrunk(_ reason: UnsentReason) throws {
        let network = Network(
            EngineConfiguration(trunks: [Network.trunk("a"), Network.trunk("b", priority: 2)]))
        network.answer = { order, _ in order.trunk == "a" ? Self.unsent(reason) : Self.answered }
        try network.submit("a1", count: 50)
        network.run(for: .seconds(10))
        #expect(network.counters("a1")?.outcomes == [.answered: 50])
        #expect(network.counters("a1")?.attempts == 50)
        #expect(network.cdrs.count == 50)
        #expect(network.cdrs.allSatisfy { $0.trunk == "b" && $0.attemptNumber == 1 })
        #expect(network.cdrs.map(\.sequence) == Array(1...50))
        let trunk = network.engine.trunks.trunks[0]
        #expect(trunk.isDown && trunk.downReason == "192.0.2.1:5060: INVITEs cannot be sent to it")
        #expect((1...12).contains(trunk.unsent[reason] ?? 0))
        #expect(network.engine.activeCalls == 0)
    }

    @Test(
        "While nothing can leave everybody waits, few calls try it and it is said once; then all are called",
        arguments: UnsentReason.allCases)
    func waits(_ reason: UnsentReason) throws {
        let network = Network(EngineConfiguration(trunks: [Network.trunk("a", rate: 100)]))
        network.answer = { _, _ in Self.unsent(reason) }
        try network.submit("a1", count: 1000)
        network.run(for: .minutes(10))
        #expect(network.cdrs.isEmpty)
        #expect(network.counters("a1")?.outcomes.isEmpty == true)
        #expect(network.counters("a1")?.waiting == 1000)
        #expect((10...200).contains(network.orders.count), "\(network.orders.count)")
        #expect(network.notices.count < 10, "\(network.notices)")
        #expect(
            network.notices.contains {
                if case .alarm = $0 { true } else if case .trunkDown = $0 { true } else { false }
            })
        network.answer = { _, _ in Self.answered }
        network.run(for: .minutes(2))
        #expect(network.counters("a1")?.outcomes == [.answered: 1000])
        #expect(network.cdrs.allSatisfy { $0.attemptNumber == 1 })
        #expect(!network.engine.trunks.trunks[0].isDown && !network.engine.isShortOfRoom)
    }

    @Test("A number that makes no SIP URI holds up nobody, and is tried ever more seldom")
    func oneNumber() throws {
        let network = Network(EngineConfiguration(trunks: [Network.trunk("a", rate: 20)]))
        network.answer = { order, _ in
            order.callee.e164 == "+31610000000" ? Self.unsent(.address) : Self.answered
        }
        try network.submit("a1", count: 200)
        network.run(for: .seconds(12))
        #expect(network.counters("a1")?.outcomes == [.answered: 199])
        network.run(for: .minutes(10))
        #expect(network.counters("a1")?.waiting == 1)
        #expect((5...20).contains(network.times(of: "+31610000000").count))
        #expect(!network.engine.trunks.trunks[0].isDown)
    }

    @Test("The trunk's channel and the account's money are free again, and the journal forgets the attempt")
    func leavesNothing() throws {
        let cap = Budget(month: Money(microEuros: 1_000_000), policy: .refuse)
        let network = Network(EngineConfiguration(trunks: [Network.trunk("a", channels: 1)], budgets: ["GM0513": cap]))
        network.reportsSending = false
        try network.submit("a1", count: 2)
        let order = try #require(network.orders.first?.order)
        var journal = Journal()
        journal.apply(network.journal)
        #expect(journal.attempts.count == 1)
        network.engine.callEnded(order.attempt, Self.unsent(.network), at: network.now, now: network.now)
        network.journal = []
        network.turn()
        journal.apply(network.journal)
        #expect(journal.attempts.isEmpty && journal.cdrs.isEmpty)
        #expect(network.engine.trunks.trunks[0].pacer.activeCalls == 0)
        var book = network.engine.budgets
        #expect(book.status(at: network.now).allSatisfy { $0.reserved == .zero })
        let snapshot = journal.snapshot(lastAlive: network.now)
        #expect(snapshot.recipients.allSatisfy { $0.history.attempts == 0 && !$0.state.isEnded })
    }

    @Test("An INVITE that was said to have left has a CDR, whatever is said later")
    func leftAfterAll() throws {
        let network = Network(EngineConfiguration(trunks: [Network.trunk("a")]))
        network.reportsSending = true
        try network.submit("a1", count: 1)
        let order = try #require(network.orders.first?.order)
        network.engine.callEnded(order.attempt, Self.unsent(.network), at: network.now, now: network.now)
        network.turn()
        #expect(network.cdrs.count == 1)
    }

    @Test("Whose action was cancelled meanwhile is not waited for")
    func cancelled() throws {
        let network = Network(EngineConfiguration(trunks: [Network.trunk("a")]))
        try network.submit("a1", count: 1)
        let order = try #require(network.orders.first?.order)
        try network.engine.cancel("a1", finishCalls: false, now: network.now)
        network.engine.callEnded(order.attempt, Self.unsent(.network), at: network.now, now: network.now)
        network.turn()
        #expect(network.counters("a1")?.outcomes == [.cancelled: 1])
        #expect(network.cdrs.isEmpty)
    }

    @Test("More calls than this machine has ports and descriptors for are not begun; the next follows an end")
    func capacity() throws {
        let network = Network(
            EngineConfiguration(trunks: [Network.trunk("a"), Network.trunk("b")], capacity: 10))
        network.reportsSending = true
        try network.submit("a1", count: 100)
        network.run(for: .seconds(5))
        #expect(network.engine.activeCalls == 10)
        network.engine.callEnded(
            network.orders[3].order.attempt, CallEnd(sipCode: 404), at: network.now, now: network.now)
        network.run(for: .seconds(1))
        #expect(network.engine.activeCalls == 10 && network.orders.count == 11)
        #expect(network.cdrs.count == 1)
    }
}

extension RecipientState {
    fileprivate var isEnded: Bool { if case .ended = self { true } else { false } }
}
