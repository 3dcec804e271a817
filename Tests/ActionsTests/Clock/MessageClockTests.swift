// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import SMPP
import Testing

@testable import Actions
@testable import Pacing

@Suite("SMS and a civil clock that is set") struct MessageClockTests {
    private func network(_ smsc: SMSCSettings = MessageNetwork.smsc("s", perSecond: 2)) -> MessageNetwork {
        let network = MessageNetwork(MessageNetwork.configuration([smsc], receiptTimeout: .minutes(60)))
        network.now = JumpingNetwork.start
        return network
    }

    @Test(
        "Sending goes on at its pace, and the validity that is left is measured",
        arguments: [-86_400.0, 86_400, -1.8, 1.8])
    func pace(seconds: Double) throws {
        let network = network()
        try network.submit(
            "m1", count: 8, text: TextMessage(text: "Alert", wantsReceipts: false, validity: .minutes(30)))
        network.run(for: .milliseconds(1100))
        network.civilOffset = .seconds(seconds)
        network.run(for: .seconds(10))
        let times = network.submissions.map { ($0.at - JumpingNetwork.start).seconds }
        #expect(times.count == 8)
        // Two in the first second, then two a second.
        for (place, time) in times.enumerated() { #expect(abs(time - Double(place / 2)) < 0.6, "\(times)") }
        #expect(network.submissions.allSatisfy { $0.fields.validityPeriod == "000000003000000R" })
        for cdr in network.journal.cdrs { #expect(cdr.end >= cdr.start && cdr.end - cdr.start < .seconds(1)) }
        #expect(network.journal.cdrs.first?.start == JumpingNetwork.start)
        #expect(network.journal.cdrs.last.map { $0.start > JumpingNetwork.start + .seconds(seconds) } == true)
    }

    @Test("An absolute validity is written by the clock as it is when the message leaves")
    func absolute() throws {
        var smsc = MessageNetwork.smsc("s")
        smsc.hasAbsoluteValidity = true
        let network = network(smsc)
        network.civilOffset = .minutes(60)
        network.run(for: .seconds(1))
        try network.submit("m1", count: 1, text: TextMessage(text: "Alert", validity: .minutes(30)))
        network.run(for: .seconds(1))
        // 12:00:01 by engine time.
        #expect(network.submissions.first?.fields.validityPeriod == "261124133001000+")
    }

    @Test("A receipt is awaited for its time, not until the clock says so", arguments: [-86_400.0, 86_400])
    func receipts(seconds: Double) throws {
        let network = network()
        try network.submit("m1", count: 1)
        network.run(for: .seconds(10))
        network.civilOffset = .seconds(seconds)
        network.run(for: .minutes(59))
        #expect(network.journal.cdrs.isEmpty)
        network.run(for: .minutes(1))
        #expect(network.journal.cdrs.map(\.disposition) == [.sent])
        #expect(network.journal.cdrs.first?.start == JumpingNetwork.start)
    }

    @Test("Set a day ahead: a number whose queue is full waits, and has its message when the clock is right again")
    func held() throws {
        let network = network()
        network.reply = { _ in .refused(.messageQueueFull) }
        try network.submit(
            "m1", count: 1, text: TextMessage(text: "Alert", wantsReceipts: false),
            expires: JumpingNetwork.start + .minutes(60))
        network.run(for: .seconds(2))
        let tries = network.submissions.count
        #expect(tries > 0)
        network.civilOffset = .minutes(24 * 60)
        network.run(for: .minutes(5))
        #expect(network.submissions.count == tries)
        #expect(network.journal.cdrs.isEmpty)
        network.civilOffset = .zero
        network.reply = { _ in .taken }
        network.run(for: .minutes(2))
        #expect(network.journal.cdrs.map(\.disposition) == [.sent])
        #expect(network.engine.action(named: "m1")?.record.phase == .completed)
    }

    @Test("Segments of a citizen's message find each other although the clock was set between them")
    func inbound() throws {
        let network = network()
        try network.submit("m1", count: 1)
        network.run(for: .seconds(1))
        for segment in 1...2 {
            var fields = MessageFields()
            fields.source = .e164("+31610000000")
            fields.destination = Address(.networkSpecific, .unknown, "1010")
            fields.shortMessage = [5, 0, 3, 7, 2, UInt8(segment)] + Array("deel \(segment)".utf8)
            fields.esmClass = .userDataHeader
            network.deliver(fields)
            network.civilOffset = .minutes(24 * 60)
            network.run(for: .seconds(1))
        }
        let whole = network.journal.inbound.values.filter { $0.part == nil }
        #expect(whole.map(\.text) == ["deel 1deel 2"])
        // By the clock of its last segment.
        #expect(whole.first.map { $0.received > JumpingNetwork.start + .minutes(23 * 60) } == true)
    }
}
