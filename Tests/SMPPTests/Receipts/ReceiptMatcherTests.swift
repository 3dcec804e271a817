// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import SMPP

/// A receipt of Appendix B's form; without an id when it is nil.
func receipt(_ id: String?, _ word: String = "DELIVRD", esmClass: UInt8 = 0x04) -> DeliveryReceipt {
    DeliveryReceipt(octets: Array(((id.map { "id:\($0) " } ?? "") + "stat:\(word) err:000").utf8), esmClass: esmClass)
}

extension ReceiptMatcher {
    /// Registers where nothing is waiting.
    mutating func add(_ handle: UInt64, _ id: String?, to number: String, at: Int64 = 0) {
        let replays = register(handle, id: id, destination: number, submittedAt: at)
        #expect(replays.isEmpty)
    }

    /// The message a receipt leads to; nil when it leads to none.
    mutating func handle(_ receipt: DeliveryReceipt, from source: String) -> UInt64? {
        if case .matched(let handle, _) = match(receipt, source: source, at: 0) { return handle }
        return nil
    }
}

@Suite("Receipt matcher")
struct ReceiptMatcherTests {
    private let ada = "31612345678"
    private let bea = "31687654321"

    @Test("After the response: by id, and the number agrees") func ordinary() {
        var matcher = ReceiptMatcher()
        matcher.add(1, "A1", to: ada)
        matcher.add(2, "A2", to: bea)
        #expect(
            matcher.match(receipt("A2"), source: bea, at: 5)
                == .matched(2, .identifier(.verbatim, numberAgrees: true)))
        #expect(
            matcher.match(receipt("A1"), source: bea, at: 5)
                == .matched(1, .identifier(.verbatim, numberAgrees: false)))
    }

    @Test("Before the response: held, and given when it comes") func early() {
        var matcher = ReceiptMatcher()
        #expect(matcher.match(receipt("A1", "ENROUTE"), source: ada, at: 5) == .early(displaced: nil))
        #expect(matcher.match(receipt("A1"), source: ada, at: 6) == .early(displaced: nil))
        #expect(matcher.heldCount == 2)
        #expect(matcher.register(9, id: "B7", destination: bea, submittedAt: 4).isEmpty)
        let replays = matcher.register(1, id: "A1", destination: ada, submittedAt: 4)
        #expect(
            replays.map(\.match) == Array(repeating: .matched(1, .identifier(.verbatim, numberAgrees: true)), count: 2))
        #expect(replays.map(\.held.receivedAt) == [5, 6])
        #expect(replays.map(\.held.receipt.state) == [.enroute, .delivered])
        #expect(matcher.heldCount == 0)
        #expect(matcher.match(receipt("A1"), source: ada, at: 7) == .duplicate(1))
    }

    @Test("Before the response, with the id in another base") func earlyInAnotherBase() {
        var matcher = ReceiptMatcher()
        #expect(matcher.match(receipt("0439041101"), source: ada, at: 5) == .early(displaced: nil))
        let replays = matcher.register(1, id: "1A2B3C4D", destination: ada, submittedAt: 4)
        #expect(replays.map(\.match) == [.matched(1, .identifier(.responseHexReceiptDecimal, numberAgrees: true))])
    }

    @Test("Twice: the second is a duplicate, also of the same state that is not final") func twice() {
        var matcher = ReceiptMatcher()
        matcher.add(1, "A1", to: ada)
        #expect(matcher.handle(receipt("A1", "ENROUTE"), from: ada) == 1)
        #expect(matcher.match(receipt("A1", "ENROUTE"), source: ada, at: 0) == .duplicate(1))
        #expect(matcher.handle(receipt("A1"), from: ada) == 1)
        #expect(matcher.match(receipt("A1"), source: ada, at: 0) == .duplicate(1))
        #expect(matcher.match(receipt("A1", "NONSENSE"), source: ada, at: 0) == .duplicate(1))
    }

    @Test(
        "Final states only go forwards, in whatever order the receipts come",
        arguments: [
            (["DELIVRD", "ENROUTE"], [true, false]), (["DELIVRD", "UNDELIV"], [true, false]),
            (["DELIVRD", "EXPIRED"], [true, false]), (["EXPIRED", "DELIVRD", "EXPIRED"], [true, true, false]),
            (["UNDELIV", "DELIVRD"], [true, false]), (["UNKNOWN", "REJECTD", "DELIVRD"], [true, true, false]),
            (["ACCEPTD", "ENROUTE", "ACCEPTD", "DELIVRD"], [true, true, false, true]),
            (["ENROUTE", "SCHEDULED", "DELETED", "ENROUTE"], [true, false, true, false]),
        ])
    func forwards(words: [String], counts: [Bool]) {
        var matcher = ReceiptMatcher()
        matcher.add(1, "A1", to: ada)
        #expect(words.map { matcher.handle(receipt("A1", $0), from: ada) != nil } == counts)
    }

    @Test("An intermediate notification of a failure is no outcome") func intermediate() {
        var matcher = ReceiptMatcher()
        matcher.add(1, "A1", to: ada)
        #expect(matcher.handle(receipt("A1", "UNDELIV", esmClass: 0x20), from: ada) == 1)
        #expect(matcher.handle(receipt("A1", "DELIVRD"), from: ada) == 1)
    }

    @Test("One of several segments: that one and no other") func segments() {
        var matcher = ReceiptMatcher()
        for segment in 1...3 { matcher.add(UInt64(segment), "100\(segment)", to: ada, at: Int64(segment)) }
        #expect(matcher.handle(receipt("1002"), from: ada) == 2)
        #expect(matcher.handle(receipt("1003", "UNDELIV"), from: ada) == 3)
        #expect(matcher.match(receipt("1002"), source: ada, at: 0) == .duplicate(2))
        #expect(matcher.handle(receipt("1001"), from: ada) == 1)
    }

    @Test("After a restart the messages are registered again, and registering twice changes nothing") func restart() {
        var before = ReceiptMatcher()
        before.add(1, "A1", to: ada)
        var after = ReceiptMatcher()
        // The receipt may be faster than the journal.
        #expect(after.match(receipt("A2"), source: bea, at: 0) == .early(displaced: nil))
        after.add(1, "A1", to: ada)
        #expect(after.register(2, id: "A2", destination: bea, submittedAt: 0).count == 1)
        after.add(1, "A1", to: ada)
        #expect(after.count == 2)
        #expect(after.match(receipt("A1"), source: ada, at: 0) == before.match(receipt("A1"), source: ada, at: 0))
    }

    @Test("A text with id: and stat: in it leads nowhere else") func textWithReceipt() {
        var matcher = ReceiptMatcher()
        matcher.add(1, "1", to: ada)
        matcher.add(2, "2", to: bea)
        let octets = Array("id:1 stat:UNDELIV err:9 text:id:2 stat:DELIVRD".utf8)
        #expect(matcher.handle(DeliveryReceipt(octets: octets), from: ada) == 1)
        #expect(matcher.handle(receipt("2"), from: bea) == 2)
    }

    @Test("TLVs alone") func typed() {
        var matcher = ReceiptMatcher()
        matcher.add(1, "ABCdef", to: ada)
        let typed = DeliveryReceipt(octets: [], receiptedMessageID: "ABCdef", messageState: 5)
        #expect(
            matcher.match(typed, source: ada, at: 0) == .matched(1, .identifier(.verbatim, numberAgrees: true)))
        #expect(matcher.match(receipt("ABCdef"), source: ada, at: 0) == .duplicate(1))
    }

    @Test("Of two ids the one counts that is ours: the TLV first, then those of the text") func severalIDs() {
        var matcher = ReceiptMatcher()
        matcher.add(1, "28d2e34e", to: ada)
        let two = DeliveryReceipt(octets: Array("id:149994-11658328384691 id:28d2e34e stat:DELIVRD".utf8))
        #expect(matcher.handle(two, from: ada) == 1)
    }

    @Test("From message_payload, as it comes off the wire") func payload() throws {
        var fields = MessageFields()
        fields.source = .e164(ada)
        fields.esmClass = .deliveryReceipt
        fields.parameters = [OptionalParameter(.messagePayload, Array("id:77 stat:DELIVRD err:000".utf8))]
        let pdu = try PDU.decode(PDU(.deliverSM(DeliverSM(fields)), sequence: 1).encoded())
        guard case .deliverSM(let message) = pdu.body else { throw pdu.unexpected }
        var matcher = ReceiptMatcher()
        matcher.add(1, "77", to: ada)
        let read = DeliveryReceipt(octets: message.fields.content, esmClass: message.esmClass.rawValue)
        #expect(matcher.handle(read, from: message.source.value) == 1)
    }

    @Test("user_message_reference before everything else, but not one that belongs to another number")
    func reference() {
        var matcher = ReceiptMatcher()
        for (handle, number) in [(UInt64(1), ada), (2, bea)] {
            _ = matcher.register(handle, id: "X\(handle)", destination: number, submittedAt: 0, reference: 500)
        }
        func typed(_ id: String?) -> DeliveryReceipt {
            DeliveryReceipt(octets: [], receiptedMessageID: id, messageState: 2, userMessageReference: 500)
        }
        #expect(matcher.match(typed("elsewhere"), source: bea, at: 0) == .matched(2, .reference))
        #expect(
            matcher.match(typed("X1"), source: "31600000000", at: 0)
                == .matched(1, .identifier(.verbatim, numberAgrees: false)))
    }

    @Test("Nothing to go by") func unknown() {
        var matcher = ReceiptMatcher()
        matcher.add(1, "A1", to: ada)
        #expect(matcher.match(receipt(nil), source: "NL-Alert", at: 0) == .unknown)
        var configuration = ReceiptMatcher.Configuration()
        configuration.heldLimit = 0
        var holdsNothing = ReceiptMatcher(configuration: configuration)
        #expect(holdsNothing.match(receipt("A9"), source: ada, at: 0) == .unknown)
    }

    @Test("Held receipts are bounded in number and in time") func bounded() {
        var configuration = ReceiptMatcher.Configuration()
        configuration.heldLimit = 2
        configuration.holdFor = 100
        var matcher = ReceiptMatcher(configuration: configuration)
        for (index, id) in ["A", "B"].enumerated() {
            #expect(matcher.match(receipt(id), source: ada, at: Int64(index)) == .early(displaced: nil))
        }
        guard case .early(let displaced) = matcher.match(receipt("C"), source: ada, at: 50) else {
            Issue.record("not held")
            return
        }
        #expect(displaced?.receipt.messageIDs == ["A"] && displaced?.receivedAt == 0)
        #expect(matcher.expire(at: 100).isEmpty)
        #expect(matcher.expire(at: 101).map(\.receipt.messageIDs) == [["B"]])
        #expect(matcher.register(1, id: "B", destination: bea, submittedAt: 0).isEmpty)
        #expect(matcher.heldCount == 1)
    }

    @Test("What is forgotten is not found, and its place is used again") func forget() {
        var matcher = ReceiptMatcher()
        for round in 0..<100 {
            for handle in UInt64(1)...10 { matcher.add(handle, "\(round)-\(handle)", to: ada) }
            for handle in UInt64(1)...10 { matcher.forget(handle) }
            matcher.forget(77)
        }
        #expect(matcher.count == 0)
        #expect(matcher.footprint < 4096)
        #expect(matcher.match(receipt("99-1"), source: ada, at: 0) == .early(displaced: nil))
    }
}
