// SPDX-License-Identifier: GPL-3.0-or-later
import SMPP
import Testing

@testable import Simulator

/// Over which bind receipts come, in which order, and what happens without an acknowledgement.
@Suite struct SMSCDeliveryTests {
    private let message = SMSCHarness.message(registered: 1)

    private func ids(_ deliveries: [MessageFields]) -> [String] { deliveries.compactMap(\.receipt.messageIDs.first) }

    @Test func goesToABindThatCanReceive() {
        let harness = SMSCHarness()
        let transmitter = harness.bind(.transmitter)
        let receiver = harness.bind(.receiver)
        let stranger = harness.bind(.transceiver, "stranger")
        harness.submit(message, transmitter)
        harness.pass(1)
        #expect(harness.take(transmitter).isEmpty)
        #expect(harness.take(stranger).isEmpty)
        #expect(ids(harness.takeDeliveries(receiver)) == ["1000000"])
    }

    @Test func prefersTheBindThatSubmitted() {
        let harness = SMSCHarness()
        let binds = (0..<3).map { _ in harness.bind() }
        harness.submit(message, binds[1])
        harness.pass(1)
        #expect(binds.map { harness.takeDeliveries($0).count } == [0, 1, 0])
    }

    @Test func otherBind() {
        let harness = SMSCHarness { $0.receiptOtherBind = 1 }
        let first = harness.bind()
        harness.submit(message, first)
        harness.pass(1)
        // Alone it gets its own.
        #expect(harness.takeDeliveries(first).count == 1)
        let second = harness.bind()
        harness.submit(message, first)
        harness.pass(1)
        #expect(harness.takeDeliveries(first).isEmpty)
        #expect(ids(harness.takeDeliveries(second)) == ["1000001"])
    }

    @Test func waitsForAReceiver() {
        let harness = SMSCHarness()
        let transmitter = harness.bind(.transmitter)
        for _ in 0..<3 { harness.submit(message, transmitter) }
        harness.pass(5)
        let receiver = harness.bind(.receiver)
        harness.pass(0)
        #expect(ids(harness.takeDeliveries(receiver)).isEmpty, "the harness has taken them with the bind's response")
        harness.disconnect(receiver)
        let again = harness.connect()
        harness.send(.bind(.receiver, Bind(systemID: "gateway", password: "")), again)
        let received = harness.take(again)
        #expect(received.first?.command == CommandID.bindReceiver.response)
        #expect(received.dropFirst().map(\.command) == [.deliverSM, .deliverSM, .deliverSM])
    }

    @Test func sendsAgainWhatWasNotAcknowledged() {
        let harness = SMSCHarness()
        let first = harness.bind()
        for _ in 0..<4 { harness.submit(message, first) }
        harness.pass(1)
        let sent = harness.take(first)
        #expect(sent.count == 4)
        harness.write(PDU(.deliverSMResponse(MessageResponse()), sequence: sent[1].sequence).encoded(), first)
        harness.disconnect(first)
        let second = harness.connect()
        harness.send(.bind(.transceiver, Bind(systemID: "gateway", password: "")), second)
        #expect(ids(harness.takeDeliveries(second)) == ["1000000", "1000002", "1000003"])
        harness.disconnect(second)
        let third = harness.connect()
        harness.send(.bind(.transceiver, Bind(systemID: "gateway", password: "")), third)
        #expect(harness.takeDeliveries(third).isEmpty)
        #expect(harness.smsc.tally.acknowledged == 4)
    }

    @Test func sendsAgainOverAnotherBind() {
        let harness = SMSCHarness()
        let first = harness.bind()
        let second = harness.bind()
        harness.submit(message, first)
        harness.pass(1)
        #expect(harness.take(first).count == 1)
        harness.disconnect(first)
        #expect(ids(harness.takeDeliveries(second)) == ["1000000"])
    }

    @Test func sendsAgainAfterATimeout() {
        let harness = SMSCHarness { $0.deliverTimeout = 20 }
        let connection = harness.bind()
        harness.submit(message, connection)
        harness.pass(1)
        let first = harness.take(connection)
        harness.pass(10)
        harness.submit(message, connection)
        harness.pass(1)
        #expect(harness.take(connection).count == 1)
        harness.pass(8.9)
        #expect(harness.take(connection).isEmpty)
        harness.pass(0.1)
        let second = harness.take(connection)
        #expect(first.count == 1 && second.count == 1)
        #expect(first.first?.body == second.first?.body)
        #expect(first.first?.sequence != second.first?.sequence)
        harness.pass(11)
        #expect(harness.take(connection).count == 1)
    }

    @Test(arguments: [
        (CommandStatus.ok, 0), (.temporaryApplicationError, 1), (.systemError, 1), (.permanentApplicationError, 0),
        (.rejectedByApplication, 0),
    ])
    func refusals(_ status: CommandStatus, _ again: Int) {
        let harness = SMSCHarness { $0.deliverRetry = 3 }
        let connection = harness.bind()
        harness.submit(message, connection)
        harness.pass(1)
        #expect(harness.takeDeliveries(connection, status: status).count == 1)
        harness.pass(2.9)
        #expect(harness.take(connection).isEmpty)
        harness.pass(0.1)
        #expect(harness.takeDeliveries(connection).count == again)
    }

    @Test func windowBoundsWhatIsUnderWay() {
        let harness = SMSCHarness { $0.deliverWindow = 3 }
        let connection = harness.bind()
        for _ in 0..<8 { harness.submit(message, connection) }
        harness.pass(1)
        let first = harness.take(connection)
        #expect(first.count == 3)
        harness.write(PDU(.deliverSMResponse(MessageResponse()), sequence: first[0].sequence).encoded(), connection)
        #expect(harness.take(connection).count == 1)
        for pdu in first.dropFirst() {
            harness.write(PDU(.deliverSMResponse(MessageResponse()), sequence: pdu.sequence).encoded(), connection)
        }
        #expect(harness.takeDeliveries(connection).count == 4)
    }

    @Test func beforeTheResponse() {
        let harness = SMSCHarness {
            $0.receiptEarly = 1
            $0.enquire = 0
        }
        let connection = harness.bind()
        harness.send(.submitSM(SubmitSM(message)), connection)
        #expect(ids(harness.takeDeliveries(connection)) == ["1000000"])
        harness.pass(0.0199)
        #expect(harness.take(connection).isEmpty)
        harness.pass(0.0001)
        #expect(harness.take(connection).map(\.messageID) == ["1000000"])
        harness.pass(300)
        #expect(harness.takeDeliveries(connection).isEmpty)
        // Nothing to overtake where no receipt is asked for.
        #expect(harness.submit(connection)?.status == .ok)
    }

    @Test func doubled() {
        let harness = SMSCHarness { $0.receiptDoubled = 1 }
        let connection = harness.bind()
        harness.submit(message, connection)
        harness.pass(1)
        var found = harness.takeDeliveries(connection)
        harness.pass(1)
        found += harness.takeDeliveries(connection)
        #expect(ids(found) == ["1000000", "1000000"])
        harness.pass(100)
        #expect(harness.takeDeliveries(connection).isEmpty)
    }

    @Test func reordered() {
        let harness = SMSCHarness { $0.receiptReordered = 0.4 }
        let connection = harness.bind()
        for _ in 0..<100 {
            harness.submit(message, connection)
            harness.pass(0.001)
        }
        harness.pass(3)
        let found = ids(harness.takeDeliveries(connection)).compactMap(Int.init)
        #expect(found.sorted() == Array(1_000_000..<1_000_100))
        let behind = zip(found, found.dropFirst()).filter { $0 > $1 }.count
        #expect(behind == harness.smsc.tally.reordered)
        #expect((15...50).contains(behind))
    }

    @Test func reorderedWithoutAFollowerComesAfterASecond() {
        let harness = SMSCHarness { $0.receiptReordered = 1 }
        let connection = harness.bind()
        harness.submit(message, connection)
        harness.pass(1.9)
        #expect(harness.takeDeliveries(connection).isEmpty)
        harness.pass(0.1)
        #expect(harness.takeDeliveries(connection).count == 1)
    }

    @Test func afterReconnect() {
        let harness = SMSCHarness { $0.receiptAfterReconnect = 1 }
        let first = harness.bind()
        harness.submit(message, first)
        harness.pass(30)
        #expect(harness.takeDeliveries(first).isEmpty)
        let second = harness.connect()
        harness.send(.bind(.transceiver, Bind(systemID: "gateway", password: "")), second)
        // The bind that submitted is still there, and preferred.
        #expect(ids(harness.takeDeliveries(first) + harness.takeDeliveries(second)) == ["1000000"])
    }
}
