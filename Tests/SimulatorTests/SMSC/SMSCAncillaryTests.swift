// SPDX-License-Identifier: GPL-3.0-or-later
import SMPP
import Testing

@testable import Simulator

@Suite struct SMSCAncillaryTests {
    private let message = SMSCHarness.message(registered: 1)

    private func query(_ id: String, _ harness: SMSCHarness, _ connection: Int) -> QuerySMResponse? {
        let answer = harness.ask(.querySM(QuerySM(messageID: id)), connection)
        guard answer?.status == .ok, case .querySMResponse(let response)? = answer?.body else { return nil }
        return response
    }

    @Test(arguments: [SMSCSettings.Identifiers.decimal, .hex, .uuid, .same])
    func queryTellsTheState(_ form: SMSCSettings.Identifiers) throws {
        let harness = SMSCHarness {
            $0.identifiers = form
            $0.outcomes = Weights([(.expired, 1)])
        }
        let connection = harness.bind()
        let id = try #require(harness.submit(connection)?.messageID)
        let early = query(id, harness, connection)
        #expect(early?.messageState == MessageState.enroute.rawValue)
        #expect(early?.finalDate == "")
        harness.pass(1)
        let late = query(id, harness, connection)
        #expect(late?.messageState == MessageState.expired.rawValue)
        #expect(late?.finalDate == "261124060001000+")
        #expect(late?.errorCode == 27)
        #expect(late?.messageID == id)
    }

    @Test func queryKnowsOnlyOnesOwn() {
        let harness = SMSCHarness()
        let connection = harness.bind()
        harness.submit(connection)
        let other = harness.bind(.transceiver, "other")
        func status(_ query: QuerySM, _ connection: Int) -> CommandStatus? {
            harness.ask(.querySM(query), connection)?.status
        }
        #expect(status(QuerySM(messageID: "1000000"), connection) == .ok)
        #expect(status(QuerySM(messageID: "1000001"), connection) == .invalidMessageID)
        #expect(status(QuerySM(messageID: "x"), connection) == .invalidMessageID)
        #expect(status(QuerySM(messageID: "01000000"), connection) == .invalidMessageID)
        #expect(status(QuerySM(messageID: "1000000"), other) == .invalidMessageID)
        // ESME_RQUERYFAIL: another source.
        #expect(
            status(QuerySM(messageID: "1000000", source: .e164("31611")), connection)?.rawValue == 0x67)
    }

    @Test func forgetsOldMessagesThatNothingWaitsFor() {
        let harness = SMSCHarness { $0.keep = 10 }
        let connection = harness.bind()
        for _ in 0..<20 { harness.submit(connection) }
        #expect(query("1000009", harness, connection) == nil)
        #expect(query("1000010", harness, connection) != nil)
        harness.submit(message, connection)
        for _ in 0..<5000 { harness.submit(connection) }
        #expect(query("1000020", harness, connection) != nil, "its receipt is not sent yet")
        harness.pass(1)
        #expect(harness.takeDeliveries(connection).compactMap(\.receipt.messageIDs.first) == ["1000020"])
    }

    @Test func cancelByID() {
        let harness = SMSCHarness()
        let connection = harness.bind()
        harness.submit(message, connection)
        #expect(harness.ask(.cancelSM(CancelSM(messageID: "1000000")), connection)?.status == .ok)
        #expect(query("1000000", harness, connection)?.messageState == MessageState.deleted.rawValue)
        // ESME_RCANCELFAIL: it is final now.
        #expect(harness.ask(.cancelSM(CancelSM(messageID: "1000000")), connection)?.status.rawValue == 0x11)
        #expect(harness.ask(.cancelSM(CancelSM(messageID: "7")), connection)?.status == .invalidMessageID)
    }

    @Test func cancelledMessageHasOneReceipt() {
        let harness = SMSCHarness()
        let connection = harness.bind()
        harness.submit(message, connection)
        harness.send(.cancelSM(CancelSM(messageID: "1000000")), connection)
        harness.pass(0)
        var found = harness.takeDeliveries(connection)
        harness.pass(10)
        found += harness.takeDeliveries(connection)
        #expect(found.map(\.receipt.state) == [.deleted])
    }

    @Test func cancelByAddresses() {
        let harness = SMSCHarness()
        let connection = harness.bind()
        for number in ["31611111111", "31611111111", "31622222222"] {
            harness.submit(SMSCHarness.message(to: number), connection)
        }
        let cancel = CancelSM(messageID: "", source: message.source, destination: .e164("31611111111"))
        #expect(harness.ask(.cancelSM(cancel), connection)?.status == .ok)
        #expect(harness.smsc.tally.cancelled == 2)
        #expect(harness.ask(.cancelSM(cancel), connection)?.status.rawValue == 0x11)
        harness.pass(1)
        #expect(query("1000002", harness, connection)?.messageState == MessageState.delivered.rawValue)
    }

    @Test func replaceSM() throws {
        let harness = SMSCHarness()
        let connection = harness.bind()
        harness.submit(connection)
        let text = Array("Blijf binnen".utf8)
        let replace = ReplaceSM(messageID: "1000000", registeredDelivery: 1, shortMessage: text)
        #expect(harness.ask(.replaceSM(replace), connection)?.status == .ok)
        harness.pass(1)
        let receipt = try #require(harness.takeDeliveries(connection).first).receipt
        #expect(receipt.text == text)
        // ESME_RREPLACEFAIL: it is delivered.
        #expect(harness.ask(.replaceSM(replace), connection)?.status.rawValue == 0x13)
        #expect(harness.ask(.replaceSM(ReplaceSM(messageID: "5")), connection)?.status == .invalidMessageID)
    }

    @Test func replaceTakesTheReceiptBack() {
        let harness = SMSCHarness()
        let connection = harness.bind()
        harness.submit(message, connection)
        harness.send(.replaceSM(ReplaceSM(messageID: "1000000")), connection)
        harness.pass(10)
        #expect(harness.takeDeliveries(connection).isEmpty)
    }

    @Test func replaceIfPresent() {
        let harness = SMSCHarness()
        let connection = harness.bind()
        var second = SMSCHarness.message(text: "Blijf binnen", registered: 1)
        second.replaceIfPresent = 1
        #expect(harness.submit(second, connection)?.messageID == "1000000", "nothing to replace")
        second.shortMessage = Array("Ga naar buiten".utf8)
        #expect(harness.submit(second, connection)?.messageID == "1000000")
        var other = second
        other.serviceType = "CMT"
        #expect(harness.submit(other, connection)?.messageID == "1000001")
        harness.pass(1)
        let texts = harness.takeDeliveries(connection).map { String(decoding: $0.receipt.text, as: UTF8.self) }
        #expect(texts == ["Ga naar buiten", "Ga naar buiten"])
        #expect(harness.submit(second, connection)?.messageID == "1000002", "what is delivered stays")
    }
}
