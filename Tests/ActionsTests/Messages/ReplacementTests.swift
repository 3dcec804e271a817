// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Pacing
import Participants
import SMPP
import Testing

@testable import ActionEngine
@testable import Actions

@Suite("A correction takes the place of the wrong text at the SMSC") struct ReplacementTests {
    private let dispatch = Requester(user: "dispatch")
    private let wrong = "Bel 0900-1234."
    private let right = "Correctie: bel 0800-0011."

    private func network(_ smscs: [SMSCSettings] = [MessageNetwork.smsc("kpn", window: 50)]) -> MessageNetwork {
        MessageNetwork(MessageNetwork.configuration(smscs))
    }

    /// So many have the wrong text, which the SMSC keeps; the action is stopped for its correction.
    private func stopped(_ network: MessageNetwork, count: Int = 6, deliverAt: Timestamp? = nil) throws {
        try network.submit("a1", count: count, text: TextMessage(text: wrong, deliverAt: deliverAt))
        network.settle()
        try network.engine.stop("a1", by: dispatch, isCorrectedSoon: true, now: network.now)
        network.turn()
        #expect(network.commands.isEmpty && network.stored.values.allSatisfy { $0 == wrong })
    }

    private func correct(
        _ network: MessageNetwork, count: Int = 6, text: String? = nil, as id: String = "a1.correction"
    ) throws {
        try network.submit(id, count: count, text: TextMessage(text: text ?? right), corrects: "a1")
    }

    /// What each telephone of an action gets when the SMSC delivers all that it has.
    private func deliverAll(_ network: MessageNetwork) -> [String: [String]] {
        var texts: [String: [String]] = [:]
        for (index, submission) in network.submissions.enumerated() {
            guard let text = network.stored[submission.messageID] else { continue }
            texts[submission.number, default: []].append(text)
            network.receipt(index, .delivered)
        }
        network.run(for: .seconds(1))
        return texts
    }

    private func rows(_ network: MessageNetwork, _ action: String) -> [CallDetailRecord] {
        network.cdrs.filter { $0.action == action }
    }

    @Test("Who has the wrong text at the SMSC gets the right one, once, and it is billed once")
    func replaced() throws {
        let network = network()
        try stopped(network)
        try correct(network)
        network.run(for: .seconds(5))
        #expect(network.submissions.count == 6 && network.commands.count == 6)
        // In the order in which they have it.
        #expect(network.commands.map(\.messageID) == (0..<6).map { "m\($0)" })
        guard case .replaceSM(let replace) = network.commands[0].order.body else { throw Unexpected() }
        #expect(replace.source == Address(.alphanumeric, .unknown, "NL-Alert") && replace.registeredDelivery == 1)
        #expect(replace.scheduleDeliveryTime.isEmpty && replace.shortMessage == Array(right.utf8))
        #expect(deliverAll(network).values.allSatisfy { $0 == [right] })
        #expect(network.counters("a1")?.outcomes == [.cancelled: 6])
        #expect(network.counters("a1.correction")?.outcomes == [.delivered: 6])
        let old = rows(network, "a1")
        #expect(old.allSatisfy { $0.disposition == .undelivered && $0.message?.state == "REPLACED" })
        #expect(old.allSatisfy { $0.message?.acceptedSegments == 1 && $0.message?.submits == 1 })
        let new = rows(network, "a1.correction")
        #expect(new.allSatisfy { $0.disposition == .delivered && $0.message?.acceptedSegments == 0 })
        #expect(new.allSatisfy { $0.message?.submits == 0 })
        #expect(Set(new.compactMap(\.message?.messageIDs)) == Set(old.compactMap(\.message?.messageIDs)))
        network.checkLedger()
    }

    @Test("What was delivered before is followed by the correction, and billed as a message of its own")
    func delivered() throws {
        let network = network()
        try stopped(network)
        for index in 0..<3 { network.receipt(index, .delivered) }
        try correct(network)
        network.run(for: .seconds(5))
        #expect(network.submissions.count == 9 && network.commands.map(\.messageID) == ["m3", "m4", "m5"])
        _ = deliverAll(network)
        #expect(network.counters("a1.correction")?.outcomes == [.delivered: 6])
        let billed = rows(network, "a1.correction").map { $0.message?.acceptedSegments ?? -1 }
        #expect(billed.sorted() == [0, 0, 0, 1, 1, 1])
    }

    @Test(
        "What the SMSC cannot replace follows as an SMS, and the wrong text is deleted if it can be",
        arguments: [CommandStatus(rawValue: 0x13), .invalidMessageID, .systemError])
    func refused(status: CommandStatus) throws {
        let network = network()
        try stopped(network)
        network.commandReply = { $0.text == nil ? .ok : status }
        try correct(network)
        network.run(for: .seconds(5))
        #expect(network.submissions.count == 12 && network.commands.count { $0.text != nil } == 6)
        #expect(deliverAll(network).values.allSatisfy { $0 == [right] })
        #expect(network.counters("a1.correction")?.outcomes == [.delivered: 6])
        #expect(network.counters("a1")?.outcomes == [.cancelled: 6])
        let new = rows(network, "a1.correction").compactMap(\.message)
        #expect(new.allSatisfy { $0.acceptedSegments == 1 && $0.submits == 1 } && new.count == 6)
        network.checkLedger()
    }

    @Test("An SMSC that knows neither command is not asked again by any message, and each gets the correction")
    func unknown() throws {
        let network = network([MessageNetwork.smsc("kpn", window: 5)])
        try stopped(network, count: 50)
        network.commandReply = { _ in .invalidCommandID }
        try correct(network, count: 50)
        network.run(for: .seconds(5))
        // A window of them was on its way when the first answer came.
        #expect(network.commands.count { $0.text != nil } <= 5 && network.commands.count { $0.text == nil } == 1)
        #expect(network.submissions.count == 100)
        #expect(deliverAll(network).values.allSatisfy { $0 == [wrong, right] })
        #expect(network.counters("a1.correction")?.outcomes == [.delivered: 50])
        network.checkLedger()
    }

    @Test("Replace=no: the wrong text is deleted and the right one sent")
    func configured() throws {
        var smsc = MessageNetwork.smsc("kpn")
        smsc.mayReplace = false
        let network = network([smsc])
        try stopped(network)
        try correct(network)
        network.run(for: .seconds(5))
        #expect(network.commands.count == 6 && network.commands.allSatisfy { $0.text == nil })
        #expect(deliverAll(network).values.allSatisfy { $0 == [right] })
    }

    @Test(
        "A text that needs another coding or several segments is sent anew, and the wrong one deleted",
        arguments: ["Correctie: bel 0800-0011 \u{1F525}", String(repeating: "Bel 0800-0011. ", count: 15)])
    func otherForm(text: String) throws {
        let network = network()
        try stopped(network)
        try correct(network, text: text)
        network.run(for: .seconds(5))
        #expect(network.commands.count == 6 && network.commands.allSatisfy { $0.text == nil })
        #expect(deliverAll(network).values.allSatisfy { !$0.contains(wrong) })
        #expect(network.counters("a1.correction")?.outcomes == [.delivered: 6])
    }

    @Test("What the SMSC keeps for later is deleted, and the correction goes now")
    func scheduled() throws {
        let network = network()
        try stopped(network, deliverAt: network.now + .seconds(3600))
        try correct(network)
        network.run(for: .seconds(5))
        #expect(network.commands.count == 6 && network.commands.allSatisfy { $0.text == nil })
        #expect(deliverAll(network).values.allSatisfy { $0 == [right] })
    }

    @Test("No answer to the replacement: the right text follows, and never a third copy")
    func inDoubt() throws {
        let network = network()
        try stopped(network)
        network.commandReply = { $0.text == nil ? .ok : nil }
        try correct(network)
        network.turn()
        #expect(network.commands.count == 6)
        network.now = network.now + .seconds(10)
        for index in 0..<6 { network.timeOutCommand(index) }
        network.reply = nil
        network.run(for: .seconds(5))
        #expect(network.submissions.count == 12)
        for index in 6..<12 { network.timeOut(index) }
        network.reply = { _ in .taken }
        network.run(for: .minutes(30))
        #expect(network.submissions.count == 12)
        let new = rows(network, "a1.correction")
        #expect(new.count == 6 && new.allSatisfy { $0.message?.doubtful == true })
        #expect(network.counters("a1.correction")?.outcomes == [.interrupted: 6])
        network.checkLedger()
    }

    @Test("A late yes spares the second copy, as long as nothing was deleted", arguments: [false, true])
    func late(isDeleted: Bool) throws {
        let network = network()
        try stopped(network, count: 1)
        network.commandReply = { _ in nil }
        try correct(network, count: 1)
        network.turn()
        network.now = network.now + .seconds(10)
        network.timeOutCommand(0)
        if isDeleted {
            // What is deleted goes before what is sent once more.
            network.run(for: .milliseconds(1500))
            try #require(network.commands.count == 2 && network.submissions.count == 1)
        }
        network.answerCommand(0, isLate: true)
        network.commandReply = { _ in .ok }
        network.run(for: .seconds(5))
        #expect(network.submissions.count == (isDeleted ? 2 : 1))
        #expect(deliverAll(network).values.allSatisfy { $0 == [right] })
        #expect(network.counters("a1.correction")?.outcomes == [.delivered: 1])
        network.checkLedger()
    }

    @Test("A process that dies in the middle: each gets the right text, none the wrong one alone")
    func killed() throws {
        let network = network()
        try stopped(network)
        network.commandReply = { _ in nil }
        try correct(network)
        network.turn(dying: .afterActing)
        // The SMSC did three of them.
        #expect(network.commands.count == 6)
        for index in 0..<3 { network.replaceUnheard(index) }
        network.commandReply = { _ in .ok }
        network.run(for: .minutes(2))
        #expect(network.submissions.count == 12)
        #expect(deliverAll(network).values.allSatisfy { $0 == [right] })
        #expect(network.counters("a1.correction")?.outcomes == [.delivered: 6])
        #expect(rows(network, "a1.correction").allSatisfy { $0.message?.doubtful == true })
        network.checkLedger()
    }

    @Test("A restart in the middle: those whose turn had not come are replaced once the SMSC is back")
    func restartedBefore() throws {
        let network = network([MessageNetwork.smsc("kpn", window: 2)])
        try stopped(network)
        network.commandReply = { _ in nil }
        try correct(network)
        network.turn()
        #expect(network.commands.count == 2 && network.counters("a1.correction")?.messaging == 6)
        network.answerCommand(0)
        network.answerCommand(1)
        // They are journalled, and nobody hears of the two that follow.
        network.turn(dying: .afterJournal)
        network.restart(areUp: false)
        network.commandReply = { _ in .ok }
        network.run(for: .seconds(30))
        network.up(0)
        network.run(for: .seconds(30))
        let replaced = network.commands.filter { $0.text != nil }.map(\.messageID)
        #expect(replaced == ["m0", "m1", "m4", "m5"] && network.submissions.count == 8)
        #expect(deliverAll(network).values.allSatisfy { $0 == [right] })
        #expect(network.counters("a1.correction")?.outcomes == [.delivered: 6])
        network.checkLedger()
    }

    @Test("After a restart what was replaced stays so, and its receipt is the correction's")
    func restarted() throws {
        let network = network()
        try stopped(network)
        try correct(network)
        network.run(for: .seconds(5))
        network.restart()
        network.run(for: .seconds(5))
        #expect(network.submissions.count == 6 && network.commands.count == 6)
        #expect(deliverAll(network).values.allSatisfy { $0 == [right] })
        #expect(network.counters("a1.correction")?.outcomes == [.delivered: 6])
        #expect(rows(network, "a1.correction").allSatisfy { $0.message?.acceptedSegments == 0 })
        network.checkLedger()
    }

    @Test("The SMSC is lost: the right text goes over another one, the wrong one is deleted when it is back")
    func otherSMSC() throws {
        let network = network([MessageNetwork.smsc("kpn"), MessageNetwork.smsc("odido", priority: 2)])
        try stopped(network)
        network.down(0)
        try correct(network)
        network.run(for: .seconds(5))
        #expect(network.submissions.count == 12 && network.commands.isEmpty)
        network.up(0)
        network.run(for: .seconds(5))
        #expect(network.commands.count == 6 && network.counters("a1")?.outcomes == [.cancelled: 6])
        #expect(deliverAll(network).values.allSatisfy { $0 == [right] })
    }

    @Test("Who may not be told gets neither text; who is told by a call not the wrong one")
    func notTold() throws {
        let network = network()
        try stopped(network)
        let opted = try #require(PhoneNumber(e164: MessageNetwork.number(2)))
        network.engine.register.restore(
            [Participant(reference: nil, number: opted, optOuts: .sms)], contacts: [])
        // Number 5 is not among those who are told by SMS.
        try correct(network, count: 5)
        network.run(for: .seconds(5))
        #expect(Set(network.commands.filter { $0.text == nil }.map(\.messageID)) == ["m2", "m5"])
        #expect(deliverAll(network).count == 4)
        #expect(network.counters("a1.correction")?.outcomes == [.delivered: 4, .optedOut: 1])
    }

    @Test("A correction that does not come leaves nothing wrong at the SMSC")
    func none() throws {
        let network = network()
        try stopped(network)
        network.run(for: .minutes(2))
        #expect(network.commands.count == 6 && network.counters("a1")?.outcomes == [.cancelled: 6])
    }

    @Test("A correction of the correction replaces that in turn; one that is stopped leaves nothing")
    func again() throws {
        let network = network()
        try stopped(network)
        try correct(network)
        network.run(for: .seconds(5))
        try network.engine.stop("a1.correction", by: dispatch, isCorrectedSoon: true, now: network.now)
        let third = "Correctie: bel 112."
        try correct(network, text: third, as: "a1.correction-2")
        network.run(for: .seconds(5))
        #expect(network.submissions.count == 6 && network.commands.count == 12)
        #expect(network.stored.values.allSatisfy { $0 == third })
        try network.engine.stop("a1.correction-2", by: dispatch, now: network.now)
        network.run(for: .seconds(5))
        #expect(network.stored.isEmpty)
        #expect(network.counters("a1.correction-2")?.outcomes == [.cancelled: 6])
        network.checkLedger()
    }

    private struct Unexpected: Error {}
}
