// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing
import Participants
import SMPP
import Testing

@testable import ActionRoster
@testable import Actions
@testable import Budgeting
@testable import Calling
@testable import Forecasting
@testable import Texting
@testable import Trunks

/// The rooms up to the desks, wired without the engine: each desk by its own methods.
private final class Rooms {
    let outbox = Outbox()
    let agenda = Agenda()
    let trunks: TrunkBoard
    let roster: Roster
    let budget: BudgetGate
    let calls: CallDesk
    let texts: TextDesk
    let now = Timestamp(milliseconds: 1_000_000)

    init(_ configuration: EngineConfiguration) {
        trunks = TrunkBoard(outbox: outbox)
        _ = trunks.configure(configuration)
        for trunk in configuration.trunks {
            trunks.resolved(trunk.limits.name, [TargetAddress(address: "192.0.2.1", port: 5060)])
        }
        let answers = AnswerLog()
        let register = ParticipantRegister(pseudonyms: NumberPseudonyms(instanceKey: [1]))
        roster = Roster(
            outbox: outbox, agenda: agenda, trunks: trunks, register: register, instanceKey: [1],
            likelihood: { answers.likelihood(after: $0) })
        roster.configure(configuration)
        budget = BudgetGate(configuration, outbox: outbox, agenda: agenda, roster: roster)
        calls = CallDesk(
            configuration, outbox: outbox, agenda: agenda, trunks: trunks, roster: roster, budget: budget,
            answers: answers, instanceKey: [1])
        texts = TextDesk(
            configuration, outbox: outbox, agenda: agenda, roster: roster, budget: budget, answers: answers,
            register: register)
    }

    func submit(_ count: Int, channels: [Channel]) throws -> LiveAction {
        let definition = ActionDefinition(
            prompt: [.text("x")], account: "GM0513", channels: channels,
            text: TextMessage(text: "x", sender: "Burgernet", wantsReceipts: false))
        let key = try roster.stage(try ActionID("a"), definition, now: now)
        let people = try (0..<count).map {
            StagedRecipient(number: try #require(PhoneNumber(e164: "+316\(10_000_000 + $0)")))
        }
        roster.stageRecipients(people, of: key, now: now)
        roster.commitStaged(key, contentHash: "h", promptHash: "p", promptMilliseconds: 1000, now: now)
        _ = outbox.take()
        return try #require(roster.action(key))
    }
}

@Suite struct DeskTests {
    @Test("A call is journalled before its INVITE, played once its answer is, and its record comes with its end")
    func call() throws {
        let rooms = Rooms(EngineConfiguration(trunks: [Network.trunk("a", channels: 1)]))
        let action = try rooms.submit(2, channels: [.voice])
        rooms.calls.startCalls(now: rooms.now)
        var output = rooms.outbox.take()
        guard case .placeCall(let order)? = output.effects.first, output.effects.count == 1 else {
            return #expect(Bool(false), "one channel, one call")
        }
        #expect(
            output.records.contains { if case .callStarted(let call) = $0 { call.id == order.attempt } else { false } })
        rooms.calls.callSent(order.attempt, at: rooms.now, now: rooms.now)
        #expect(rooms.outbox.isEmpty, "nothing follows from it: it waits for the next sign of life")
        rooms.calls.beat()
        #expect(rooms.outbox.take().records.count == 1)
        rooms.calls.callAnswered(order.attempt, codec: .pcma, dialog: "{}", at: rooms.now)
        #expect(rooms.outbox.take().effects == [.startPrompt(order.attempt, promptHash: "p")])
        rooms.calls.callEnded(
            order.attempt, CallEnd(sipCode: 200, by: .callee), at: rooms.now + .seconds(2), now: rooms.now)
        output = rooms.outbox.take()
        guard case .callEnded(order.attempt, let cdr)? = output.records.first else { return #expect(Bool(false)) }
        #expect(cdr.sequence == 1 && cdr.disposition == .answered)
        #expect(action.recipients[0].state == .ended(.answered) && rooms.calls.activeCalls == 0)
    }

    @Test("Who was held to the end is interrupted, who pressed a key before has answered", arguments: ["", "5"])
    func held(keys: String) throws {
        let rooms = Rooms(EngineConfiguration(trunks: [Network.trunk("a", channels: 1)]))
        let action = try rooms.submit(2, channels: [.voice])
        rooms.calls.startCalls(now: rooms.now)
        let id = rooms.outbox.newestAttempt
        rooms.calls.callAnswered(id, codec: .pcma, dialog: "{}", at: rooms.now)
        for key in keys { rooms.calls.keyPressed(id, digit: key, now: rooms.now) }
        _ = rooms.outbox.take()
        let end = CallEnd(sipCode: 200, by: .gateway, ownReason: .held)
        rooms.calls.callEnded(id, end, at: rooms.now + .seconds(30), now: rooms.now)
        guard case .callEnded(id, let cdr)? = rooms.outbox.take().records.first else { return #expect(Bool(false)) }
        #expect(cdr.ownReason == .held && cdr.disposition == .answered && cdr.cause == 16)
        #expect(action.recipients[0].state == .ended(keys.isEmpty ? .interrupted : .answered))
    }

    @Test("A call of an action that is stopped is ended; what is only heard of later is said to be not ours")
    func endings() throws {
        let rooms = Rooms(EngineConfiguration(trunks: [Network.trunk("a")]))
        let action = try rooms.submit(1, channels: [.voice])
        rooms.calls.startCalls(now: rooms.now)
        let id = rooms.outbox.newestAttempt
        _ = rooms.outbox.take()
        rooms.calls.hangUp(action, unansweredOnly: true)
        rooms.calls.hangUp(action, unansweredOnly: false)
        #expect(rooms.outbox.take().effects == [.hangUp(id)])
        rooms.calls.strayAnswer(callID: "other", at: rooms.now, now: rooms.now)
        let notices = rooms.outbox.take().notices
        #expect(notices.count == 1)
    }

    @Test("A further fork of a call is known as such while the call lasts and afterwards")
    func forks() throws {
        let rooms = Rooms(EngineConfiguration(trunks: [Network.trunk("a")]))
        let action = try rooms.submit(1, channels: [.voice])
        rooms.calls.startCalls(now: rooms.now)
        let output = rooms.outbox.take()
        guard case .placeCall(let order)? = output.effects.first else { return #expect(Bool(false)) }
        rooms.calls.callSent(order.attempt, at: rooms.now, now: rooms.now)
        rooms.calls.callAnswered(order.attempt, codec: .pcma, dialog: "{}", at: rooms.now)
        _ = rooms.outbox.take()
        let notice = Notice.alarm(
            "a second telephone answered attempt \(order.attempt) (a fork of its INVITE, Call-ID \(order.callID)); "
                + "that one was ended")
        rooms.calls.strayAnswer(callID: order.callID, at: rooms.now, now: rooms.now)
        #expect(rooms.outbox.take().notices == [notice])
        rooms.calls.callEnded(
            order.attempt, CallEnd(sipCode: 200, by: .callee), at: rooms.now + .seconds(2), now: rooms.now)
        _ = rooms.outbox.take()
        for _ in 0..<2 {
            rooms.calls.strayAnswer(callID: order.callID, at: rooms.now, now: rooms.now)
            #expect(rooms.outbox.take().notices == [notice])
        }
        #expect(action.counters.outcomes == [.answered: 1])
    }

    @Test("Who answers a call that was given up without the far end's word has answered, and is not called again")
    func givenUp() throws {
        let rooms = Rooms(EngineConfiguration(trunks: [Network.trunk("a")]))
        let action = try rooms.submit(1, channels: [.voice])
        rooms.calls.startCalls(now: rooms.now)
        guard case .placeCall(let order)? = rooms.outbox.take().effects.first else { return #expect(Bool(false)) }
        rooms.calls.callSent(order.attempt, at: rooms.now, now: rooms.now)
        // The far end answered neither the INVITE nor the CANCEL.
        let end = CallEnd(sipCode: 487, fromWire: false, by: .gateway, ownReason: .ringTimeout)
        rooms.calls.callEnded(order.attempt, end, at: rooms.now, now: rooms.now)
        _ = rooms.outbox.take()
        rooms.calls.strayAnswer(callID: order.callID, at: rooms.now, now: rooms.now)
        let notice = rooms.outbox.take().notices.first
        #expect(
            notice
                == .alarm(
                    "attempt \(order.attempt) was answered after it had been given up (Call-ID \(order.callID)); "
                        + "it was ended"))
        #expect(action.counters.outcomes == [.interrupted: 1])
    }

    @Test("A message is journalled ahead, leaves when the disk has it, and its record waits for a quiet moment")
    func message() throws {
        let settings = MessageNetwork.smsc("kpn")
        let rooms = Rooms(EngineConfiguration(trunks: [], messaging: MessagingSettings(smscs: [settings])))
        let action = try rooms.submit(1, channels: [.sms])
        let key = BindKey(smsc: 0, bind: 0)
        rooms.texts.bindUp(key, now: rooms.now)
        rooms.texts.messagesHardened(through: AttemptID(0))
        rooms.texts.sendMessages(now: rooms.now)
        let id = rooms.outbox.newestAttempt
        #expect(rooms.outbox.take().effects.isEmpty, "the disk does not have it")
        rooms.texts.messagesHardened(through: id)
        rooms.texts.sendMessages(now: rooms.now)
        let output = rooms.outbox.take()
        guard case .submit(let order)? = output.effects.first else { return #expect(Bool(false)) }
        #expect(order.bind == key && order.token.attempt == id && output.mayBeRelaxed == false)
        rooms.texts.messageAnswered(key, order.token, status: .ok, messageID: "m1", isLate: false, now: rooms.now)
        #expect(action.recipients.first?.state == .ended(.sent) && rooms.texts.deferredCount == 1)
        let records = rooms.texts.takeDeferred(10)
        guard case .messageEnded(id, let cdr, let recipient?)? = records.first else { return #expect(Bool(false)) }
        #expect(cdr.disposition == .sent && recipient.state == .ended(.sent))
        #expect(action.recipients.isEmpty && rooms.texts.openMessages == 0)
    }

    @Test("STOP is noted once; who wrote it gets no message")
    func stop() throws {
        let settings = MessageNetwork.smsc("kpn")
        let rooms = Rooms(EngineConfiguration(trunks: [], messaging: MessagingSettings(smscs: [settings])))
        var fields = MessageFields()
        fields.source = .e164("+31610000000")
        fields.shortMessage = Array("STOP".utf8)
        let source = InboundDesk.Source(smsc: 0, name: "kpn", alphabet: .gsmUnpacked)
        for _ in 0..<2 { rooms.texts.inbound.received(fields, from: source, now: rooms.now) { _ in nil } }
        let optOuts = rooms.outbox.take().records.filter { if case .registerChanged = $0 { true } else { false } }
        #expect(optOuts.count == 1)
        let action = try rooms.submit(1, channels: [.sms])
        rooms.texts.bindUp(BindKey(smsc: 0, bind: 0), now: rooms.now)
        rooms.texts.sendMessages(now: rooms.now)
        #expect(action.counters.outcomes == [.optedOut: 1])
    }
}

@Suite struct RecentCallsTests {
    private func callID(_ index: Int) -> String { hexadecimal(SHA256.hash("\(index)".utf8).prefix(16)) }

    @Test("The last 20,000 calls are known, whatever their Call-ID looks like, and no others")
    func lastOnes() {
        var recent = RecentCalls<Int>()
        for index in 0..<20_000 { recent.remember(index, of: callID(index)) }
        #expect(recent[callID(0)] == 0 && recent[callID(19_999)] == 19_999 && recent[callID(20_000)] == nil)
        for text in [
            "", "another@192.0.2.1", String(repeating: "F", count: 32), callID(5) + "0", String(callID(5).dropLast()),
        ] {
            #expect(recent[text] == nil)
            recent.remember(-1, of: text)
            #expect(recent[text] == -1)
        }
        #expect(recent[callID(4)] == nil && recent[callID(5)] == 5)
        #expect(recent.take(callID(5)) == 5 && recent.take(callID(5)) == nil)
    }
}
