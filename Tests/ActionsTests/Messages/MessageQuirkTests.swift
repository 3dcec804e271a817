// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import SMPP
import Testing

@testable import Actions

/// Habits of SMSCs, and what is sent to please them.
@Suite struct MessageQuirkTests {
    private func network(_ change: (inout SMSCSettings) -> Void = { _ in }) -> MessageNetwork {
        var settings = MessageNetwork.smsc("kpn")
        change(&settings)
        return MessageNetwork(MessageNetwork.configuration([settings]))
    }

    // MARK: - Receipts

    @Test("UNKNOWN admits that nothing is known: the DELIVRD behind it counts")
    func unknownThenDelivered() throws {
        let network = network()
        try network.submit("a1", count: 2)
        network.settle()
        network.receipt(0, .unknown)
        network.receipt(1, .unknown)
        network.run(for: .minutes(10))
        #expect(network.counters("a1")?.messaging == 2)
        network.receipt(0, .delivered)
        network.receipt(1, .undeliverable, withID: false)
        network.turn()
        #expect(network.counters("a1")?.outcomes == [.delivered: 1, .undelivered: 1])
        network.checkLedger()
    }

    @Test("A state that is none of the known words stands in the CDR as it came")
    func strangeState() throws {
        let network = network()
        try network.submit("a1", count: 1)
        network.settle()
        var fields = MessageFields()
        fields.source = .e164(MessageNetwork.number(0))
        fields.esmClass = .deliveryReceipt
        fields.shortMessage = Array("id:m0 sub:001 dlvrd:000 stat:PARKED err:000 text:".utf8)
        network.deliver(fields)
        network.run(for: .minutes(61))
        #expect(network.counters("a1")?.outcomes == [.sent: 1])
        #expect(network.cdrs.first?.message?.state == "PARKED")
    }

    @Test("Receipts of messages that nobody knows are counted at once, and soon hold up nothing behind them")
    func unknownReceipts() throws {
        let network = network()
        network.reply = nil
        try network.submit("a1", count: 1)
        network.turn()
        var held = 0
        for index in 0..<20 {
            var fields = MessageFields()
            fields.source = .e164("+31600000000")
            fields.esmClass = .deliveryReceipt
            fields.parameters = [
                OptionalParameter(.messageState, MessageState.delivered.rawValue),
                OptionalParameter(.receiptedMessageID, text: "nobody\(index)"),
            ]
            let ticket = network.deliver(fields)
            network.turn()
            #expect(network.engine.smscs[0].counts.unmatchedReceipts == index + 1)
            if !network.acknowledged.contains(ticket) { held += 1 }
            network.run(for: .milliseconds(250))
            #expect(network.acknowledged.contains(ticket))
        }
        #expect(held == 4)
        // What a citizen writes is never held.
        var words = MessageFields()
        words.source = .e164("+31600000000")
        words.shortMessage = Array("I see him".utf8)
        let ticket = network.deliver(words)
        network.turn()
        #expect(network.acknowledged.contains(ticket))
    }

    @Test("A receipt that was only early does not stay among the unknown ones")
    func earlyReceipt() throws {
        let network = network()
        network.reply = nil
        try network.submit("a1", count: 1)
        network.turn()
        let ticket = network.receipt(0, .delivered)
        #expect(network.engine.smscs[0].counts.unmatchedReceipts == 1)
        network.answer(0)
        network.turn()
        #expect(network.acknowledged.contains(ticket))
        #expect(network.engine.smscs[0].counts.unmatchedReceipts == 0)
        #expect(network.counters("a1")?.outcomes == [.delivered: 1])
    }

    // MARK: - What is sent

    @Test("Two long texts to one number have different references in their parts, whatever was sent in between")
    func references() throws {
        let network = network()
        network.reply = { _ in .taken }
        let long = TextMessage(text: threeSegments, wantsReceipts: false)
        func reference(_ id: String) throws -> UInt8 {
            // The number is left alone between two actions.
            network.run(for: .seconds(31))
            let before = network.submissions.count
            try network.submit(id, count: 1, text: long)
            network.settle()
            let parts = network.submissions[before...]
            #expect(parts.count == 3)
            let references = Set(parts.map { $0.fields.shortMessage[3] })
            #expect(references.count == 1)
            return references.first ?? 0
        }
        let first = try reference("a1")
        try network.submit(
            "others", count: 255, text: TextMessage(text: "Alert", wantsReceipts: false), firstNumber: 1000)
        network.settle()
        #expect(try reference("a2") != first)
    }

    @Test("Types and plans of both addresses as the carrier wants them")
    func addresses() throws {
        let network = network {
            $0.addresses = .init(sourceTON: 3, sourceNPI: 8, destinationTON: 2, destinationNPI: 0)
        }
        try network.submit("a1", count: 1)
        network.settle()
        let fields = try #require(network.submissions.first?.fields)
        #expect(fields.source == Address(.networkSpecific, NumberingPlanIndicator(rawValue: 8), "NL-Alert"))
        #expect(fields.destination == Address(.national, .unknown, "31610000000"))
    }

    @Test("Without user_message_reference no optional parameter is sent, and the CDR names none")
    func noParameters() throws {
        let network = network { $0.sendsReference = false }
        try network.submit("a1", count: 1, text: TextMessage(text: threeSegments, wantsReceipts: false))
        network.settle()
        #expect(network.submissions.count == 3 && network.submissions.allSatisfy { $0.fields.parameters.isEmpty })
        #expect(network.cdrs.first?.message?.references == [])
    }

    @Test("The validity of a message that is delivered later counts from its delivery", arguments: [false, true])
    func validity(isAbsolute: Bool) throws {
        let network = network { $0.hasAbsoluteValidity = isAbsolute }
        network.now = try #require(Timestamp(iso8601: "2026-11-24T13:30:00.000Z"))
        try network.submit(
            "a1", count: 1,
            text: TextMessage(text: "Alert", validity: .minutes(30), deliverAt: network.now + .minutes(120)))
        network.settle()
        let fields = try #require(network.submissions.first?.fields)
        #expect(fields.scheduleDeliveryTime == "261124153000000+")
        #expect(fields.validityPeriod == (isAbsolute ? "261124160000000+" : "000000023000000R"))
    }
}
