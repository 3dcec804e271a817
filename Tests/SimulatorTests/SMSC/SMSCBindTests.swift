// SPDX-License-Identifier: GPL-3.0-or-later
import SMPP
import Testing

@testable import Simulator

@Suite struct SMSCBindTests {
    @Test func everybodyMayBindWithoutAccounts() {
        let harness = SMSCHarness()
        let connection = harness.connect()
        let response = harness.ask(.bind(.transceiver, Bind(systemID: "any", password: "x")), connection)
        #expect(response?.status == .ok)
        guard case .bindResponse(.transceiver, let bind)? = response?.body else {
            Issue.record("no bind_transceiver_resp")
            return
        }
        #expect(bind.systemID == "burgernetsim")
        // SMPP 3.4.
        #expect(bind.parameters.octet(.scInterfaceVersion) == 0x34)
    }

    @Test(arguments: [
        ("gateway", "geheim", CommandStatus.ok),
        ("gateway", "fout", .invalidPassword),
        ("other", "geheim", .invalidSystemID),
    ])
    func accounts(_ systemID: String, _ password: String, _ expected: CommandStatus) {
        let harness = SMSCHarness { $0.accounts = ["gateway": "geheim"] }
        let connection = harness.connect()
        let response = harness.ask(.bind(.receiver, Bind(systemID: systemID, password: password)), connection)
        #expect(response?.status == expected)
        #expect(harness.endings[connection] == (expected == .ok ? nil : .close))
    }

    @Test func secondBindIsRefused() {
        let harness = SMSCHarness()
        let connection = harness.bind()
        let response = harness.ask(.bind(.transmitter, Bind(systemID: "x", password: "")), connection)
        #expect(response?.status == .alreadyBound)
    }

    @Test func onlyBindsThatCanMaySubmit() {
        let harness = SMSCHarness()
        let unbound = harness.connect()
        let modes: [BindMode] = [.receiver, .transmitter, .transceiver]
        #expect(harness.submit(unbound)?.status == .incorrectBindStatus)
        #expect(modes.map { harness.submit(harness.bind($0))?.status } == [.incorrectBindStatus, .ok, .ok])
        let receiver = harness.bind(.receiver)
        #expect(harness.ask(.querySM(QuerySM(messageID: "1")), receiver)?.status == .incorrectBindStatus)
    }

    @Test func unbindEndsTheConnection() {
        let harness = SMSCHarness()
        let connection = harness.bind()
        #expect(harness.ask(.unbind, connection)?.command == CommandID.unbind.response)
        #expect(harness.endings[connection] == .close)
        harness.submit(connection)
        #expect(harness.smsc.tally.submits == 0)
    }

    @Test func shutDownUnbinds() {
        let harness = SMSCHarness()
        let connection = harness.bind()
        harness.smsc.shutDown(at: harness.now)
        harness.pass(0)
        #expect(harness.take(connection).map(\.command) == [.unbind])
        #expect(harness.endings[connection] == .close)
    }

    @Test func answersEnquireLink() {
        let harness = SMSCHarness()
        #expect(harness.ask(.enquireLink, harness.bind())?.command == CommandID.enquireLink.response)
    }

    @Test func asksWhoIsSilentAndClosesWhoStaysSilent() throws {
        let harness = SMSCHarness {
            $0.enquire = 30
            $0.enquireTimeout = 10
        }
        let connection = harness.bind()
        harness.pass(20)
        harness.submit(connection)
        harness.pass(29)
        #expect(harness.take(connection).isEmpty)
        harness.pass(1)
        let first = try #require(harness.take(connection).first)
        #expect(first.command == .enquireLink)
        harness.pass(5)
        harness.write(PDU(.enquireLinkResponse, sequence: first.sequence).encoded(), connection)
        harness.pass(30)
        #expect(harness.take(connection).map(\.command) == [.enquireLink])
        harness.pass(9)
        #expect(harness.endings[connection] == nil)
        harness.pass(1)
        #expect(harness.endings[connection] == .close)
        #expect(harness.smsc.tally.silent == 1)
    }

    @Test func nonsenseGetsGenericNack() {
        let harness = SMSCHarness()
        let connection = harness.bind()
        // command_length 16, command_id 0x0000_0077, status 0, sequence 9.
        harness.write([0, 0, 0, 16, 0, 0, 0, 0x77, 0, 0, 0, 0, 0, 0, 0, 9], connection)
        #expect(harness.take(connection) == [PDU(.genericNack, status: .invalidCommandID, sequence: 9)])
        #expect(harness.ask(.deliverSM(DeliverSM()), connection)?.body == .genericNack)
        #expect(harness.endings[connection] == nil)
        #expect(harness.submit(connection)?.status == .ok)
    }

    @Test func truncatedSubmitIsRefusedAndTheConnectionStays() {
        let harness = SMSCHarness()
        let connection = harness.bind()
        var bytes = PDU(.submitSM(SubmitSM(SMSCHarness.message())), sequence: 4).encoded().dropLast(3)
        bytes[3] -= 3
        harness.write(Array(bytes), connection)
        let responses = harness.take(connection)
        #expect(responses.map(\.sequence) == [4])
        #expect(responses.map(\.status) == [.invalidMessageLength])
        #expect(harness.submit(connection)?.status == .ok)
    }

    @Test func lengthBeyondReasonEndsTheConnection() {
        let harness = SMSCHarness()
        let connection = harness.bind()
        harness.write([0x40, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 7], connection)
        #expect(harness.take(connection) == [PDU(.genericNack, status: .invalidCommandLength, sequence: 7)])
        #expect(harness.endings[connection] == .close)
    }

    @Test func octetByOctet() {
        let harness = SMSCHarness()
        let connection = harness.bind()
        for octet in PDU(.submitSM(SubmitSM(SMSCHarness.message())), sequence: 5).encoded() {
            harness.write([octet], connection)
        }
        #expect(harness.take(connection).map(\.sequence) == [5])
    }
}
