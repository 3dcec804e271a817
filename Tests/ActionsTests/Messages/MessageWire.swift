// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import SMPP
@testable import Texting

/// What an SMSC does wrong in a PDU whose meaning is clear all the same.
enum Malformation: CaseIterable {
    /// The last C-octet string has no closing NUL.
    case missingNUL
    /// The same, with optional parameters behind it.
    case missingNULBeforeParameters
    /// An optional parameter announces more octets than there are.
    case truncatedParameter
    /// Octets that mean nothing at the end.
    case leftovers
    /// What comes last is cut off: the message_id of a response, the end of a receipt's text.
    case cut
}

/// The octets between an SMSC and the engine, read by a session as the daemon's.
struct MessageWire {
    private var session: ESMESession
    private static let parameter: [UInt8] = [0x04, 0x23, 0x00, 0x03, 0x03, 0x00, 0x00]
    private static let truncated: [UInt8] = [0x04, 0x24, 0x00, 0x10, 0x01, 0x02]

    init() {
        var configuration = ESMESession.Configuration(
            mode: .transceiver, bind: Bind(systemID: "burgernet", password: "geheim"))
        configuration.window = 1_000_000
        session = ESMESession(configuration)
        session.connected(now: 0)
        let sequence = Self.sequence(session.takeOutput(now: 0))
        session.received(
            PDU(.bindResponse(.transceiver, BindResponse(systemID: "SMSC")), sequence: sequence).encoded(), now: 0)
        _ = session.takeEvents()
    }

    /// What the gateway reads of the response to a request.
    mutating func response(
        to body: PDU.Body, _ status: CommandStatus, messageID: String, _ malformation: Malformation?
    ) -> (status: CommandStatus, messageID: String)? {
        guard case .sent = session.submit(body, token: 1, now: 0) else { return nil }
        let sequence = Self.sequence(session.takeOutput(now: 0))
        var octets = PDU(.submitSMResponse(MessageResponse(messageID: messageID)), status: status, sequence: sequence)
            .encoded()
        switch malformation {
        case nil: break
        case .missingNUL: if status == .ok { octets.removeLast() }
        case .missingNULBeforeParameters:
            if status == .ok { octets.removeLast() }
            octets += Self.parameter
        case .truncatedParameter: octets += Self.truncated
        case .leftovers: octets += [0xDE, 0xAD, 0xBE]
        case .cut: octets.removeSubrange(PDUHeader.length...)
        }
        session.received(Self.withLength(octets), now: 0)
        for case .response(_, let status, let messageID, _) in session.takeEvents() { return (status, messageID) }
        return nil
    }

    /// What the gateway reads of a receipt; nil: it was refused.
    mutating func receipt(_ messageID: String, from number: String, _ malformation: Malformation?) -> MessageFields? {
        var fields = MessageFields()
        fields.source = .e164(number)
        fields.destination = Address(.alphanumeric, .unknown, "NL-Alert")
        fields.esmClass = .deliveryReceipt
        let text =
            "id:\(messageID) sub:001 dlvrd:001 submit date:2611241230 done date:2611241231 stat:DELIVRD err:000 text:Alert"
        var tail: [UInt8] = []
        switch malformation {
        case nil: fields.shortMessage = Array(text.utf8)
        case .cut:
            fields.shortMessage = Array(text.utf8)
        case .missingNUL, .missingNULBeforeParameters:
            fields.parameters = [
                OptionalParameter(.messageState, MessageState.delivered.rawValue),
                OptionalParameter(.receiptedMessageID, Array(messageID.utf8)),
            ]
        case .truncatedParameter:
            fields.shortMessage = Array(text.utf8)
            tail = Self.truncated
        case .leftovers:
            fields.shortMessage = Array(text.utf8)
            tail = [0xDE, 0xAD, 0xBE]
        }
        var octets = PDU(.deliverSM(DeliverSM(fields)), sequence: 7).encoded() + tail
        if malformation == .cut { octets.removeLast(4) }
        session.received(Self.withLength(octets), now: 0)
        for case .incoming(let ticket, let fields, _) in session.takeEvents() {
            session.acknowledge(ticket, status: .ok, now: 0)
            _ = session.takeOutput(now: 0)
            return fields
        }
        return nil
    }

    private static func sequence(_ octets: [UInt8]) -> UInt32 {
        octets.count < 16 ? 0 : octets[12..<16].reduce(0) { $0 << 8 | UInt32($1) }
    }

    private static func withLength(_ octets: [UInt8]) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: octets.count >> $0) } + octets.dropFirst(4)
    }
}

/// Each alone, as the property of random SMSCs has them mixed.
@Suite struct MessageWireTests {
    private static let all: [Malformation?] = [nil] + Malformation.allCases.map { $0 }

    @Test("A response of status 0 is an acceptance, with its id where that is there", arguments: all)
    func response(malformation: Malformation?) {
        var wire = MessageWire()
        for id in ["m17", "", "4711", "0A0B0C0D"] {
            let read = wire.response(to: .submitSM(SubmitSM()), .ok, messageID: id, malformation)
            #expect(read?.status == .ok, "\(id)")
            #expect(read?.messageID == (malformation == .cut ? "" : id))
        }
    }

    @Test("A response of another status is a refusal", arguments: all) func refusal(malformation: Malformation?) {
        var wire = MessageWire()
        let read = wire.response(to: .submitSM(SubmitSM()), .throttled, messageID: "", malformation)
        #expect(read?.status == .throttled)
    }

    @Test("A receipt says whose message arrived", arguments: all) func receipt(malformation: Malformation?) throws {
        var wire = MessageWire()
        let read = wire.receipt("m17", from: "+31612345678", malformation)
        let receipt = DeliveryReceipt(try #require(read))
        #expect(receipt.messageIDs.contains("m17"))
        #expect(receipt.state == .delivered)
    }
}
