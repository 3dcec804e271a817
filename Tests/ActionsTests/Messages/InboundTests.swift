// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import SMPP
import Testing

@testable import Actions

@Suite struct InboundTests {
    let network = MessageNetwork(MessageNetwork.configuration([MessageNetwork.smsc("kpn", binds: 2)]))

    private func fields(_ octets: [UInt8], dataCoding: UInt8 = 0, from number: String = "+31612345678") -> MessageFields
    {
        var fields = MessageFields()
        fields.source = .e164(number)
        fields.destination = Address(.networkSpecific, .unknown, "1010")
        fields.dataCoding = dataCoding
        fields.shortMessage = octets
        return fields
    }

    private func segment(
        _ octets: [UInt8], _ sequence: UInt8, of total: UInt8, reference: UInt8 = 7, dataCoding: UInt8 = 0
    ) -> MessageFields {
        var fields = fields([5, 0, 3, reference, total, sequence] + octets, dataCoding: dataCoding)
        fields.esmClass = .userDataHeader
        return fields
    }

    private func utf16(_ text: String) -> [UInt8] { text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } }

    private var texts: [String] {
        network.notices.compactMap { if case .citizenWrote(let record) = $0 { record.text } else { nil } }
    }

    @Test("A message is journalled, then acknowledged, and says who wrote and to which action")
    func single() throws {
        try network.submit("a1", count: 1)
        let ticket = network.deliver(fields(Array("Thanks".utf8))) { number in
            number.e164 == "+31612345678" ? ("a1", "P-7") : nil
        }
        network.turn()
        #expect(network.acknowledged == [ticket])
        let record = try #require(network.journal.inbound.values.first)
        #expect(record.text == "Thanks" && record.source == "+31612345678" && record.destination == "1010")
        #expect(record.action == "a1" && record.recipient == "P-7" && record.smsc == "kpn" && record.part == nil)
        #expect(texts == ["Thanks"])
        #expect(network.engine.action(named: "a1")?.inboundMessages == 1)
        #expect(network.engine.smscs[0].counts.inbound == 1)
    }

    @Test(
        "Senders as SMSCs write them",
        arguments: [
            (TypeOfNumber.international, "31612345678", "+31612345678"), (.unknown, "0612345678", "+31612345678"),
            (.unknown, "0031612345678", "+31612345678"), (.national, "612345678", "+31612345678"),
            (.unknown, "+31612345678", "+31612345678"), (.alphanumeric, "KPN", "KPN"),
            (.networkSpecific, "1010", "1010"),
        ])
    func senders(type: TypeOfNumber, value: String, source: String) throws {
        var fields = fields(Array("x".utf8))
        fields.source = Address(type, .isdn, value)
        network.deliver(fields)
        network.turn()
        #expect(network.journal.inbound.values.map(\.source) == [source])
    }

    @Test("An escape and what it stands before are read together, though the cut is between them")
    func cutEscape() {
        // 0x1B 0x65 is the euro sign (3GPP TS 23.038 section 6.2.1.1).
        network.deliver(segment(Array("Costs ".utf8) + [0x1B], 1, of: 3))
        network.deliver(segment([0x65] + Array("5, or [".utf8).dropLast() + [0x1B], 2, of: 3))
        network.deliver(segment([0x3C] + Array("?".utf8), 3, of: 3))
        network.turn()
        #expect(texts == ["Costs €5, or [?"])
    }

    @Test("Segments in any order, over both binds, make one message", arguments: [[1, 2, 3], [3, 1, 2], [2, 3, 1]])
    func order(order: [UInt8]) throws {
        let parts = ["One, ", "two, ", "three."].map { Array($0.utf8) }
        for (index, sequence) in order.enumerated() {
            #expect(texts.isEmpty)
            network.deliver(
                segment(parts[Int(sequence) - 1], sequence, of: 3), over: BindKey(smsc: 0, bind: index % 2))
            network.turn()
        }
        #expect(texts == ["One, two, three."])
        #expect(network.acknowledged.count == 3)
        #expect(network.journal.inbound.values.map(\.text) == ["One, two, three."])
        #expect(network.journal.inbound.values.allSatisfy { $0.part == nil })
    }

    @Test("A character that was cut in two between segments is whole again")
    func surrogates() throws {
        let octets = utf16("Water \u{1F6B0} boven")
        let cut = utf16("Water ").count + 2
        network.deliver(segment(Array(octets[cut...]), 2, of: 2, dataCoding: 8))
        network.deliver(segment(Array(octets[..<cut]), 1, of: 2, dataCoding: 8))
        network.turn()
        #expect(texts == ["Water \u{1F6B0} boven"])
    }

    @Test("Segments survive a restart; one that comes again is not taken for another")
    func restart() throws {
        network.deliver(segment(Array("One, ".utf8), 1, of: 3))
        network.deliver(segment(Array("three.".utf8), 3, of: 3))
        network.turn()
        network.restart()
        // Not acknowledged in time: the SMSC sends it again.
        network.deliver(segment(Array("three.".utf8), 3, of: 3))
        network.turn()
        #expect(network.journal.inbound.count == 2)
        network.deliver(segment(Array("two, ".utf8), 2, of: 3))
        network.turn()
        #expect(texts == ["One, two, three."])
        network.deliver(segment(Array("three.".utf8), 3, of: 3))
        network.turn()
        #expect(texts == ["One, two, three."])
        #expect(network.journal.inbound.values.map(\.text) == ["One, two, three."])
        #expect(network.acknowledged.count == 5)
    }

    @Test("Nothing of it is acknowledged that is not on disk")
    func crash() throws {
        let ticket = network.deliver(fields(Array("Help".utf8)))
        network.turn(dying: .beforeJournal)
        #expect(!network.acknowledged.contains(ticket) && network.journal.inbound.isEmpty)
        network.deliver(fields(Array("Help".utf8)))
        network.turn()
        network.restart()
        network.deliver(fields(Array("More".utf8)))
        network.turn()
        #expect(network.journal.inbound.values.sorted { $0.id < $1.id }.map(\.text) == ["Help", "More"])
    }

    @Test(
        "A word of refusal opts out, whole messages only", arguments: [("STOP", true), ("Stop maar met graven", false)])
    func stop(text: String, isWord: Bool) throws {
        network.deliver(fields(Array(text.utf8))) { _ in ("a1", "P-1") }
        network.deliver(fields(Array(text.utf8))) { _ in ("a1", "P-1") }
        network.turn()
        #expect((network.journal.participants["+31612345678"]?.optOuts == .sms) == isWord)
        if isWord { #expect(network.journal.participants["+31612345678"]?.optOutNote?.action == "a1") }
        #expect(texts == [text, text])
    }

    @Test("A refusal in segments counts too")
    func longStop() throws {
        network.deliver(segment(Array("ST".utf8), 1, of: 2))
        network.deliver(segment(Array("OP".utf8), 2, of: 2))
        network.turn()
        #expect(Array(network.journal.participants.keys) == ["+31612345678"])
    }

    @Test("What a citizen wrote is not kept back for ever for a segment that never comes")
    func notComplete() throws {
        try network.submit("a1", count: 1)
        network.deliver(segment(Array("I saw ".utf8), 1, of: 3))
        network.deliver(segment(Array("station".utf8), 3, of: 3))
        network.turn()
        network.run(for: .minutes(9))
        #expect(texts.isEmpty)
        network.run(for: .minutes(2))
        #expect(texts == ["I saw [...]station"])
    }
}
