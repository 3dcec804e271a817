// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import SMPP

/// Knuth's MMIX generator: the same numbers on every machine.
struct LCG {
    var state: UInt64
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
    }
    mutating func next(below limit: Int) -> Int { Int(next() % UInt64(limit)) }
}

@Suite("Delivery receipt")
struct DeliveryReceiptTests {
    @Test("Texts that carriers send", arguments: ReceiptText.all)
    func texts(sample: ReceiptText) {
        let receipt = DeliveryReceipt(octets: Array(sample.text.utf8))
        #expect(receipt.messageIDs == sample.ids)
        #expect(receipt.state == sample.state)
        #expect(receipt.errorText == sample.err)
        #expect(receipt.submitDate.map(spelled) == sample.submit)
        #expect(receipt.doneDate.map(spelled) == sample.done)
        #expect(receipt.submitted == sample.sub)
        #expect(receipt.delivered == sample.dlvrd)
        #expect(String(decoding: receipt.text, as: UTF8.self) == sample.snippet)
        #expect(!receipt.isContradicted)
    }

    @Test("In UCS-2 the fields are the same", arguments: ReceiptText.all)
    func ucs2(sample: ReceiptText) {
        let narrow = DeliveryReceipt(octets: Array(sample.text.utf8))
        let wide = DeliveryReceipt(octets: sample.text.utf8.flatMap { [0, $0] })
        #expect(wide.messageIDs == narrow.messageIDs)
        #expect(wide.state == narrow.state)
        #expect(wide.doneDate == narrow.doneDate)
        #expect(wide.errorText == narrow.errorText)
    }

    private func spelled(_ time: ReceiptTime) -> String {
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(time.year)" + two(time.month) + two(time.day) + two(time.hour) + two(time.minute)
            + (time.second.map(two) ?? "--")
    }

    @Test("TLVs alone make a receipt")
    func typedOnly() {
        let receipt = DeliveryReceipt(
            octets: [], receiptedMessageID: "6aad5\0", messageState: 2, networkErrorCode: [3, 0x01, 0x02],
            userMessageReference: 77)
        #expect(receipt.messageIDs == ["6aad5"])
        #expect(receipt.state == .delivered)
        #expect(receipt.isFinal)
        #expect(receipt.networkError == NetworkErrorCode(network: 3, code: 258))
        #expect(receipt.userMessageReference == 77)
        #expect(!receipt.isContradicted)
    }

    @Test("TLVs win over the text")
    func typedWins() {
        let text = Array("id:100 stat:DELIVRD err:000".utf8)
        let state = DeliveryReceipt(octets: text, receiptedMessageID: "100", messageState: 5)
        #expect(state.state == .undeliverable && state.isContradicted)
        #expect(state.messageIDs == ["100"])
        let id = DeliveryReceipt(octets: text, receiptedMessageID: "222", messageState: 2)
        #expect(id.messageIDs == ["222", "100"] && id.isContradicted)
        // 0x64 is 100.
        let base = DeliveryReceipt(octets: text, receiptedMessageID: "64", messageState: 2)
        #expect(base.messageIDs == ["64", "100"] && !base.isContradicted)
        let nonsense = DeliveryReceipt(
            octets: text, receiptedMessageID: " \0", messageState: 200, networkErrorCode: [1])
        #expect(nonsense.messageIDs == ["100"] && nonsense.state == .delivered && nonsense.networkError == nil)
    }

    @Test("Final or intermediate")
    func finality() {
        func receipt(_ word: String, _ esmClass: UInt8) -> DeliveryReceipt {
            DeliveryReceipt(octets: Array("id:1 stat:\(word)".utf8), esmClass: esmClass)
        }
        #expect(receipt("DELIVRD", 0x04).isFinal)
        #expect(receipt("DELIVRD", 0x20).isFinal)
        #expect(!receipt("UNDELIV", 0x20).isFinal && receipt("UNDELIV", 0x20).isIntermediate)
        #expect(receipt("UNDELIV", 0x04).isFinal)
        #expect(!receipt("ACCEPTD", 0x04).isFinal && receipt("ACCEPTD", 0x04).isIntermediate)
        #expect(!receipt("NONSENSE", 0x04).isFinal && !receipt("NONSENSE", 0x04).isIntermediate)
        #expect(receipt("NONSENSE", 0x04).stateWord == "NONSENSE")
    }

    @Test("Times become microseconds in the SMSC's zone, or in their own")
    func times() {
        #expect(ReceiptTime("7001010000")?.microseconds(zoneOffsetMinutes: 0) == 3_155_760_000_000_000)
        #expect(ReceiptTime("240229123456")?.microseconds(zoneOffsetMinutes: 60) == 1_709_206_496_000_000)
        #expect(ReceiptTime("20240229123456")?.microseconds(zoneOffsetMinutes: 0) == 1_709_210_096_000_000)
        // Twelve quarters of an hour east.
        let own = ReceiptTime("180711070003912+")
        #expect(own?.zoneOffsetMinutes == 180)
        #expect(own?.microseconds(zoneOffsetMinutes: -600) == 1_531_281_603_000_000)
        #expect(ReceiptTime("180711070003912-")?.zoneOffsetMinutes == -180)
        #expect(ReceiptTime("202411271624")?.year == 2024)
        for bad in [
            "", "230229", "2302290000", "2313010000", "2301320000", "2301012400", "2301010060", "0000000000",
            "nonsense", "2301010000000000000000000", "180711070003999+", "180711070003912",
        ] {
            #expect(ReceiptTime(bad) == nil, "\(bad)")
        }
        #expect(
            ReceiptTime(year: 2024, month: 1, day: 1, hour: 0, minute: 0)?.microseconds(zoneOffsetMinutes: .max) != nil)
    }

    @Test("Every beginning of a receipt can be read, and says nothing that the whole does not say")
    func truncation() {
        for sample in ReceiptText.all where sample.ids.count == 1 {
            let octets = Array(sample.text.utf8)
            for length in octets.indices {
                let receipt = DeliveryReceipt(octets: Array(octets[..<length]))
                if let id = receipt.messageIDs.first { #expect(sample.ids[0].hasPrefix(id) || id.hasPrefix("\"")) }
                if let state = receipt.state, let whole = sample.state { #expect(state == whole) }
            }
        }
    }

    @Test("A hundred thousand hostile inputs")
    func fuzz() {
        var random = LCG(state: 1)
        let pieces = [
            "id:", "stat:", "submit date:", "done date:", "text:", "err:", "sub:", "dlvrd:", "\"", "'", " ",
            "DELIVRD", "2024-01-01", " 12:", "\0", "submit ", "done", "=", ":", ",", "0000000000", "message_id",
        ]
        .map { Array($0.utf8) }
        for _ in 0..<100_000 {
            var octets: [UInt8] = []
            for _ in 0..<random.next(below: 12) {
                if random.next(below: 2) == 0 {
                    octets += pieces[random.next(below: pieces.count)]
                } else {
                    octets.append(UInt8(random.next(below: 256)))
                }
            }
            let receipt = DeliveryReceipt(octets: octets, esmClass: UInt8(random.next(below: 256)))
            #expect(receipt.textMessageIDs.count <= 2)
            _ = ReceiptRecognition.byEsmClassOrShape.kind(esmClass: 0, octets: octets)
            _ = UserDataHeader(octets)?.concatenation
        }
    }
}

@Suite("Receipt or message")
struct ReceiptRecognitionTests {
    private let receipt = Array(ReceiptText.all[0].text.utf8)

    @Test("esm_class decides first")
    func esmClass() {
        for recognition in [ReceiptRecognition.byEsmClass, .byEsmClassOrShape] {
            #expect(recognition.kind(esmClass: 0x04, octets: []) == .receipt)
            #expect(recognition.kind(esmClass: 0x44, octets: []) == .receipt)
            #expect(recognition.kind(esmClass: 0x20, octets: []) == .receipt)
            #expect(recognition.kind(esmClass: 0x08, octets: []) == .deliveryAcknowledgement)
            #expect(recognition.kind(esmClass: 0x10, octets: receipt) == .manualAcknowledgement)
            #expect(recognition.kind(esmClass: 0x18, octets: []) == .conversationAbort)
            #expect(recognition.kind(esmClass: 0x43, octets: Array("Hallo".utf8)) == .message)
        }
    }

    @Test("With esm_class zero the shape counts only where it is configured")
    func shape() {
        #expect(ReceiptRecognition.standard.kind(esmClass: 0, octets: receipt) == .message)
        #expect(ReceiptRecognition.byEsmClassOrShape.kind(esmClass: 0, octets: receipt) == .receipt)
    }

    @Test("Both TLVs make a receipt; receipted_message_id alone does not (OpenMarket incoming messages)")
    func typed() {
        for recognition in [ReceiptRecognition.byEsmClass, .byEsmClassOrShape] {
            #expect(recognition.kind(esmClass: 0, octets: [], receiptedMessageID: "1", messageState: 2) == .receipt)
            #expect(recognition.kind(esmClass: 0, octets: [], receiptedMessageID: "1") == .message)
            #expect(recognition.kind(esmClass: 0, octets: [], receiptedMessageID: "", messageState: 2) == .message)
            #expect(recognition.kind(esmClass: 0, octets: [], receiptedMessageID: "1", messageState: 77) == .message)
        }
    }

    @Test(
        "What citizens write is a message",
        arguments: [
            "id:1234", "id:1234 stat:DELIVRD", "mijn id: 1234 stat:DELIVRD done date:2401010000", "id: stat:DELIVRD",
            "id:1234 ik zag hem bij stat:DELIVRD done date:2401010000", "Id:12 stat:goed done date:2401010000",
            "id:1234 done date:morgen stat:DELIVRD", "id:1 dlvrd:veel stat:DELIVRD", "stat:DELIVRD id:1 dlvrd:001",
            "id:1 text:dlvrd:001 stat:DELIVRD", "id:1 stat:2 dlvrd:1", "", "id:", "STOP", "id:7 dlvrd:001",
        ])
    func citizens(text: String) {
        #expect(ReceiptRecognition.byEsmClassOrShape.kind(esmClass: 0, octets: Array(text.utf8)) == .message)
    }

    @Test("The receipts of the table that have the whole shape are recognised")
    func table() {
        let recognised = ReceiptText.all.filter {
            ReceiptRecognition.byEsmClassOrShape.kind(esmClass: 0, octets: Array($0.text.utf8)) == .receipt
        }
        #expect(recognised.count >= 30)
        #expect(recognised.allSatisfy { !$0.ids.isEmpty && $0.state != nil })
    }
}
