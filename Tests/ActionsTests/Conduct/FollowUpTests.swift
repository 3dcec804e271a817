// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing
import Participants
import Testing

@testable import ActionEngine
@testable import ActionRoster
@testable import Actions

/// Corrections and closing messages: whom they may reach, and what is not said again beside them.
@Suite("What follows from an action") struct FollowUpTests {
    private let requester = Requester(user: "root", officer: try? OfficerName("A. de Vries"))
    private let answered = CallEnd(sipCode: 200, by: .callee)

    private func local(_ hour: Int, day: Int = 24) -> Timestamp {
        DutchTime(year: 2026, month: 11, day: day, hour: hour, minute: 0).timestamp()
    }

    private func number(_ index: Int) throws -> PhoneNumber {
        try #require(PhoneNumber(e164: "+316\(10_000_000 + index)"))
    }

    private func network(at civil: Timestamp) -> Network {
        let network = Network(EngineConfiguration(trunks: [Network.trunk("a")]))
        network.answer = { [answered] _, _ in answered }
        network.civilOffset = civil - network.now - .minutes(20)
        network.turn()
        network.now = network.now + .minutes(20)
        return network
    }

    private func submit(
        _ id: String, to people: [StagedRecipient], on engine: Engine, now: Timestamp,
        as definition: ActionDefinition = ActionDefinition(prompt: [.text("x")], account: "GM0513"),
        follows: (action: String, tie: ActionTie)? = nil
    ) throws {
        let key = try engine.stage(try ActionID(id), definition, now: now)
        engine.stageRecipients(people, of: key, now: now)
        engine.commitStaged(
            key, contentHash: "h", promptHash: "p", promptMilliseconds: 1000, by: requester, follows: follows, now: now)
    }

    // MARK: - Wishes

    @Test(
        "A correction passes the limit that the wrong call used up, and the quiet hours that have begun; another action does not",
        arguments: [true, false])
    func correction(isTied: Bool) throws {
        let network = network(at: local(22))
        let once = Preferences(
            callTimes: try WelcomeTimes(text: "08:00-22:30"),
            caps: [.normal: ActionCap(perMonth: 1, apart: .minutes(60))])
        network.engine.register.restore(
            [Participant(reference: "P-0", number: try number(0), preferences: once)], contacts: [])
        try submit("a", to: [StagedRecipient(number: try number(0))], on: network.engine, now: network.now)
        network.turn()
        #expect(network.counters("a")?.outcomes == [.answered: 1])
        network.now = network.now + .minutes(45)
        try submit(
            "b", to: [StagedRecipient(number: try number(0))], on: network.engine, now: network.now,
            follows: isTied ? ("a", .correction) : nil)
        network.run(for: .minutes(2))
        #expect(network.orders.count == (isTied ? 2 : 1))
        #expect(network.counters("b")?.outcomes == (isTied ? [.answered: 1] : [.capped: 1]))
    }

    @Test("A correction passes neither over opting out nor over a pause", arguments: [true, false])
    func left(isOptedOut: Bool) throws {
        let network = network(at: local(12))
        let paused = Preferences(pausedUntil: isOptedOut ? nil : local(12, day: 26))
        network.engine.register.restore(
            [
                Participant(
                    reference: "P-0", number: try number(0), preferences: paused, optOuts: isOptedOut ? .calls : [])
            ], contacts: [])
        try submit(
            "b", to: [StagedRecipient(number: try number(0))], on: network.engine, now: network.now,
            follows: ("a", .correction))
        network.run(for: .minutes(10))
        #expect(network.orders.isEmpty)
        #expect(network.counters("b")?.outcomes == (isOptedOut ? [.optedOut: 1] : [.notWelcome: 1]))
    }

    @Test("A process that is killed asks a correction the same afterwards")
    func restored() throws {
        let network = network(at: local(23))
        let people = [
            Participant(
                reference: "P-0", number: try number(0),
                preferences: Preferences(callTimes: try WelcomeTimes(text: "08:00-22:00")))
        ]
        try submit(
            "b", to: [StagedRecipient(number: try number(0))], on: network.engine, now: network.now,
            follows: ("a", .correction))
        // Nothing leaves of the turn that brings it to the disk.
        network.engine.advance(now: network.now, mayStartCalls: false)
        var journal = Journal()
        journal.apply(network.journal + network.engine.takeOutput().records)
        let next = Network(network.engine.configuration)
        next.answer = network.answer
        next.now = network.now + .seconds(5)
        next.civilOffset = network.civilOffset
        var snapshot = journal.snapshot(lastAlive: network.now)
        snapshot.participants = people
        if let clock = snapshot.clock { next.engine.clockStarts(clock) }
        next.engine.restore(snapshot, counters: [:], now: next.now)
        next.engine.promptReady(hash: "p")
        next.run(for: .minutes(2))
        #expect(next.orders.count == 1)
    }

    @Test(
        "Whom the closing message is not welcome to by the channel that reached them gets it by no other",
        arguments: [true, false])
    func channel(isTied: Bool) throws {
        let network = MessageNetwork(
            MessageNetwork.configuration([MessageNetwork.smsc("kpn")], trunks: [Network.trunk("a")]))
        network.call = { [answered] _, _ in answered }
        network.engine.register.restore(
            [Participant(reference: "P-0", number: try number(0), preferences: Preferences(callTimes: .never))],
            contacts: [])
        try submit(
            "b", to: [StagedRecipient(number: try number(0), channel: .voice)], on: network.engine, now: network.now,
            as: ActionDefinition(
                priority: .closing, prompt: [.text("x")], account: "GM0513", channels: [.voice, .sms],
                text: TextMessage(text: "x", wantsReceipts: false), cascade: Cascade(outcomes: [])),
            follows: isTied ? ("a", .closing) : nil)
        network.run(for: .minutes(2))
        #expect(network.calls.isEmpty && network.submissions.count == (isTied ? 0 : 1))
        #expect(network.counters("b")?.outcomes == (isTied ? [.notWelcome: 1] : [.sent: 1]))
    }

    // MARK: - Retries

    /// An action of one whose call was cut off.
    private func interrupted(_ id: String = "a", follows: (action: String, tie: ActionTie)? = nil) throws -> Network {
        let network = network(at: local(12))
        try cutOff(network, id, follows: follows)
        return network
    }

    private func cutOff(_ network: Network, _ id: String, follows: (action: String, tie: ActionTie)? = nil) throws {
        network.answer = nil
        network.reportsSending = true
        try submit(
            id, to: [StagedRecipient(number: try number(0))], on: network.engine, now: network.now, follows: follows)
        network.run(for: .minutes(1))
        let call = try #require(network.orders.last?.order.attempt)
        network.engine.callAnswered(call, codec: .pcma, dialog: "{}", at: network.now)
        network.turn()
        network.engine.callEnded(
            call, CallEnd(sipCode: 200, by: .gateway, ownReason: .requested), at: network.now, now: network.now)
        network.turn()
        #expect(network.counters(id)?.outcomes == [.interrupted: 1])
    }

    private func stored(_ network: Network, _ id: String = "a") throws -> [RecipientRecord] {
        var journal = Journal()
        journal.apply(network.journal)
        let key = try #require(network.engine.action(named: id)?.key)
        return journal.recipients.values.filter { $0.action == key }.sorted { $0.id < $1.id }
    }

    @Test(
        "What was corrected or closed is not called out again, and the error names what followed",
        arguments: [(Deed.corrected, "a.correction"), (.closed, "a.closing"), (.corrected, nil)] as [(Deed, String?)])
    func retry(deed: Deed, other: String?) throws {
        let network = try interrupted()
        network.engine.note(deed, by: requester, followedBy: other, of: "a", now: network.now)
        let people = try stored(network)
        let error = EngineError.followed(action: "a", deed, by: other)
        #expect(throws: error) {
            try network.engine.retryInterrupted("a", stored: people, by: requester, now: network.now)
        }
        if let other { #expect("\(error)".contains("\"\(other)\"")) }
        network.run(for: .minutes(1))
        #expect(network.orders.count == 1 && network.engine.action(named: "a")?.record.phase == .completed)
    }

    @Test("A correction is called out again unless another one, or the closing, has taken its place")
    func retryCorrection() throws {
        let network = try interrupted()
        try cutOff(network, "a.correction", follows: ("a", .correction))
        network.engine.note(.corrected, by: requester, followedBy: "a.correction", of: "a", now: network.now)
        let people = try stored(network, "a.correction")
        func retry() throws -> Int {
            try network.engine.retryInterrupted("a.correction", stored: people, by: requester, now: network.now).count
        }
        network.engine.note(.corrected, by: requester, followedBy: "a.correction-2", of: "a", now: network.now)
        #expect(throws: EngineError.followed(action: "a.correction", .corrected, by: "a.correction-2")) {
            _ = try retry()
        }
        network.engine.withdrawDeed(.corrected, of: "a")
        network.engine.note(.closed, by: requester, followedBy: "a.closing", of: "a", now: network.now)
        #expect(throws: EngineError.followed(action: "a.correction", .closed, by: "a.closing")) { _ = try retry() }
        network.engine.withdrawDeed(.closed, of: "a")
        #expect(try retry() == 1)
    }

    @Test("A retry that the disk did not take leaves neither its deed nor a later end")
    func undone() throws {
        let network = try interrupted()
        let people = try stored(network)
        let action = try #require(network.engine.action(named: "a"))
        let before = action.record
        let retried = try network.engine.retryInterrupted("a", stored: people, by: requester, now: network.now)
        #expect(action.record.conduct?.deeds.map(\.deed) == [.submitted, .retried])
        network.engine.undo(retried, now: network.now)
        network.turn()
        #expect(action.record.conduct == before.conduct && action.record.ended == before.ended)
        #expect(action.prolonged == nil)
        var journal = Journal()
        journal.apply(network.journal)
        #expect(journal.actions[action.key]?.conduct == before.conduct)
    }

    @Test("Whom a retry takes up again, while a message keeps the recipients, is found by number as before")
    func places() throws {
        let network = MessageNetwork(
            MessageNetwork.configuration([MessageNetwork.smsc("kpn")], trunks: [Network.trunk("a")]))
        try network.submit(
            "a", count: 1, text: TextMessage(text: "x", wantsReceipts: true), channels: [.sms, .voice],
            cascade: Cascade(outcomes: [], after: .minutes(1)))
        network.run(for: .minutes(3))
        let call = try #require(network.calls.first?.order.attempt)
        network.engine.callAnswered(call, codec: .pcma, dialog: "{}", at: network.now)
        network.turn()
        network.engine.callEnded(
            call, CallEnd(sipCode: 200, by: .gateway, ownReason: .requested), at: network.now, now: network.now)
        network.turn()
        let action = try #require(network.engine.action(named: "a"))
        // The call was cut off; the SMS still waits for its receipt beside it.
        #expect(action.record.phase == .completed && action.backgroundMessages == 1)
        #expect(action.recipients.map(\.state) == [.ended(.interrupted)])
        _ = try network.engine.retryInterrupted("a", stored: [], now: network.now)
        #expect(action.places[try number(0).digits] == 0)
    }

    // MARK: - Who still listens

    @Test(
        "Of an action that has expired those who listen can be told something, or be cut off", arguments: [true, false])
    func expired(isStop: Bool) throws {
        let network = network(at: local(12))
        network.answer = nil
        network.reportsSending = true
        try network.submit("a", count: 3, expires: local(12) + .minutes(2))
        let calls = network.orders.map(\.order.attempt)
        network.engine.callAnswered(calls[0], codec: .pcma, dialog: "{}", at: network.now)
        network.run(for: .minutes(3))
        #expect(network.engine.action(named: "a")?.record.phase == .expired)
        network.effects = []
        if isStop {
            #expect(try !network.engine.stop("a", by: requester, now: network.now))
            #expect(network.engine.say("s", to: "a", isSwitch: true, now: network.now) == 1)
            network.turn()
            #expect(network.effects.contains(.repeatPrompt(calls[0], promptHash: "s")))
            try network.engine.stop("a", by: requester, now: network.now)
        } else {
            try network.engine.cancel("a", finishCalls: false, by: requester, now: network.now)
            network.turn()
            #expect(network.effects.contains(.hangUp(calls[0])))
            try network.engine.cancel("a", finishCalls: false, by: requester, now: network.now)
        }
        let record = try #require(network.engine.action(named: "a")?.record)
        #expect(record.phase == .expired && record.conduct?.deeds.map(\.deed) == [isStop ? .stopped : .cancelled])
        for call in calls {
            network.engine.callEnded(
                call, CallEnd(sipCode: 200, by: .gateway, ownReason: .requested), at: network.now, now: network.now)
        }
        network.turn()
        #expect(throws: EngineError.wrongPhase(action: "a", phase: .expired, operation: "stopped")) {
            try network.engine.stop("a", by: requester, now: network.now)
        }
    }

    @Test("What corrects an action is known in the order in which it was asked for")
    func order() throws {
        let network = network(at: local(12))
        for (id, tie) in [("z", ActionTie.correction), ("b", .closing), ("c", .correction)] {
            try submit(
                id, to: [StagedRecipient(number: try number(0))], on: network.engine, now: network.now,
                follows: ("a", tie))
        }
        // Nothing of this one exists.
        _ = try network.engine.stage(try ActionID("d"), ActionDefinition(prompt: [.text("x")]), now: network.now)
        #expect(network.engine.followUps(of: "a", .correction).map(\.id.text) == ["z", "c"])
        #expect(network.engine.followUps(of: "a", .closing).map(\.id.text) == ["b"])
        #expect(network.engine.followUps(of: "z", .correction).isEmpty)
    }
}
