// SPDX-License-Identifier: GPL-3.0-or-later
import SMPP
import Testing

@testable import Simulator

@Suite struct SMSCReceiptTests {
    /// Submits one message, lets its receipts come.
    private func receipts(
        registered: UInt8 = 1, _ configure: (inout SMSCSettings) -> Void = { _ in }
    ) -> [MessageFields] {
        let harness = SMSCHarness(configure)
        let connection = harness.bind()
        var fields = SMSCHarness.message(registered: registered)
        fields.parameters = [OptionalParameter(.userMessageReference, UInt16(513))]
        harness.submit(fields, connection)
        harness.pass(60)
        return harness.takeDeliveries(connection)
    }

    @Test func standardText() throws {
        let fields = try #require(receipts { $0.receiptDelay = 60 }.first)
        #expect(
            String(decoding: fields.shortMessage, as: UTF8.self)
                == "id:1000000 sub:001 dlvrd:001 submit date:2611240600 done date:2611240601 stat:DELIVRD err:000 "
                + "Text:Sluit ramen en deure")
        #expect(fields.source == .e164("31612345678"))
        #expect(fields.destination.value == "31850001234")
        #expect(fields.esmClass == .deliveryReceipt)
        #expect(fields.parameters.isEmpty)
    }

    @Test func shortText() throws {
        let fields = try #require(receipts { $0.receiptFormat = .short }.first)
        let text = String(decoding: fields.shortMessage, as: UTF8.self)
        #expect(!text.contains("sub:") && !text.contains("dlvrd:"))
        #expect(fields.receipt.messageIDs == ["1000000"])
        #expect(fields.receipt.state == .delivered)
    }

    @Test func parametersAlone() throws {
        let fields = try #require(
            receipts {
                $0.receiptFormat = .tlv
                $0.outcomes = Weights([(.undelivered, 1)])
            }.first)
        #expect(fields.content.isEmpty)
        #expect(fields.receipt.receiptedMessageID == "1000000")
        #expect(fields.receipt.state == .undeliverable)
        #expect(fields.receipt.networkError == NetworkErrorCode(network: 3, code: 1))
        #expect(fields.receipt.userMessageReference == 513)
    }

    @Test func textInThePayload() throws {
        let fields = try #require(receipts { $0.receiptFormat = .payload }.first)
        #expect(fields.shortMessage.isEmpty)
        #expect(fields.receipt.textMessageIDs == ["1000000"])
        #expect(fields.receipt.receiptedMessageID == "1000000")
        #expect(!fields.receipt.isContradicted)
    }

    @Test func textFirst() throws {
        let fields = try #require(receipts { $0.receiptFormat = .textFirst }.first)
        #expect(String(decoding: fields.shortMessage, as: UTF8.self).hasPrefix("text:Sluit ramen en deure id:1000000"))
        #expect(fields.receipt.state == .delivered)
    }

    @Test func mixedUsesAllFormats() {
        let harness = SMSCHarness { $0.receiptFormat = .mixed }
        let connection = harness.bind()
        for _ in 0..<100 { harness.submit(SMSCHarness.message(registered: 1), connection) }
        harness.pass(1)
        let kinds = harness.takeDeliveries(connection).map { fields -> SMSCSettings.ReceiptFormat in
            let text = String(decoding: fields.shortMessage, as: UTF8.self)
            if fields.parameters[.messagePayload] != nil { return .payload }
            if text.isEmpty { return .tlv }
            if text.hasPrefix("text:") { return .textFirst }
            return text.contains("sub:") ? .standard : .short
        }
        #expect(kinds.count == 100)
        #expect(Set(kinds).count == 5)
    }

    @Test(arguments: [
        (MessageOutcome.delivered, MessageState.delivered, "DELIVRD"),
        (.undelivered, .undeliverable, "UNDELIV"), (.expired, .expired, "EXPIRED"),
        (.rejected, .rejected, "REJECTD"),
    ])
    func outcomes(_ outcome: MessageOutcome, _ state: MessageState, _ word: String) throws {
        let receipt = try #require(receipts { $0.outcomes = Weights([(outcome, 1)]) }.first).receipt
        #expect(receipt.state == state)
        #expect(receipt.stateWord == word)
    }

    @Test func sharesOfOutcomes() {
        let harness = SMSCHarness { $0.outcomes = Weights([(.delivered, 60), (.expired, 30), (.none, 10)]) }
        let connection = harness.bind()
        for number in 0..<2000 {
            harness.submit(SMSCHarness.message(to: "316\(20_000_000 + number)", registered: 1), connection)
        }
        harness.pass(2)
        let states = harness.takeDeliveries(connection).map(\.receipt.state)
        #expect((1100...1300).contains(states.filter { $0 == .delivered }.count))
        #expect((520...680).contains(states.filter { $0 == .expired }.count))
        #expect((1740...1860).contains(states.count))
    }

    @Test(arguments: [
        // registered_delivery, receipts of a delivered message, of an undelivered one (section 5.2.17).
        (UInt8(0), 0, 0), (1, 1, 1), (2, 0, 1), (3, 1, 0),
    ])
    func onlyWhatWasAskedFor(_ registered: UInt8, _ delivered: Int, _ failed: Int) {
        #expect(receipts(registered: registered).count == delivered)
        #expect(receipts(registered: registered) { $0.outcomes = Weights([(.undelivered, 1)]) }.count == failed)
        #expect(receipts(registered: registered) { $0.outcomes = Weights([(.none, 1)]) }.isEmpty)
    }

    @Test func intermediateNotification() {
        let found = receipts(registered: 0x11)
        #expect(found.map(\.esmClass) == [.intermediateNotification, .deliveryReceipt])
        #expect(found.map(\.receipt.state) == [.enroute, .delivered])
    }

    @Test func delayAndSpread() {
        let harness = SMSCHarness {
            $0.receiptDelay = 4
            $0.receiptSpread = 2
        }
        let connection = harness.bind()
        for _ in 0..<100 { harness.submit(SMSCHarness.message(registered: 1), connection) }
        harness.pass(1.99)
        #expect(harness.takeDeliveries(connection).isEmpty)
        harness.pass(2.01)
        let half = harness.takeDeliveries(connection).count
        #expect((30...70).contains(half))
        harness.pass(2)
        #expect(harness.takeDeliveries(connection).count == 100 - half)
    }

    @Test func lateNumbersTakeTenTimesAsLong() {
        let harness = SMSCHarness { $0.digits = ["5": .late] }
        let connection = harness.bind()
        harness.submit(SMSCHarness.message(to: "31600000005", registered: 1), connection)
        harness.pass(9.9)
        #expect(harness.takeDeliveries(connection).isEmpty)
        harness.pass(0.1)
        #expect(harness.takeDeliveries(connection).count == 1)
    }

    @Test func oneReceiptForEachDestinationOfASubmitMulti() {
        let harness = SMSCHarness()
        let connection = harness.bind()
        let numbers = ["31600000001", "31600000002"]
        _ = harness.ask(
            .submitMulti(
                SubmitMulti(
                    SMSCHarness.message(registered: 1), destinations: numbers.map { .address(.e164($0)) })),
            connection)
        harness.pass(1)
        let found = harness.takeDeliveries(connection)
        #expect(found.map(\.source.value) == numbers)
        #expect(found.map(\.receipt.messageIDs) == [["1000000"], ["1000000"]])
    }

    @Test func theSameSeedGivesTheSameReceipts() {
        func run(seed: UInt64) -> [[UInt8]] {
            let harness = SMSCHarness(seed: seed) {
                $0.receiptSpread = 1
                $0.receiptFormat = .mixed
                $0.outcomes = Weights([(.delivered, 1), (.expired, 1)])
            }
            let connection = harness.bind()
            for number in 0..<40 {
                harness.submit(SMSCHarness.message(to: "316\(20_000_000 + number)", registered: 1), connection)
            }
            harness.pass(2)
            return harness.takeDeliveries(connection).map { $0.content + ($0.parameters[.receiptedMessageID] ?? []) }
        }
        #expect(run(seed: 3) == run(seed: 3))
        #expect(run(seed: 3) != run(seed: 4))
    }
}
