// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import SMPP
import Testing

@testable import Simulator

/// An SMSC with ESMEs that the test plays, and a clock that the test moves.
final class SMSCHarness {
    enum Ending: Equatable {
        case stopReading
        case close
        case reset
    }

    let smsc: SimulatedSMSC
    private(set) var now = Timestamp(milliseconds: 1_795_500_000_000)
    /// What each connection has received and the test not yet taken.
    private var received: [Int: [PDU]] = [:]
    private var splitters: [Int: PDUSplitter] = [:]
    private(set) var endings: [Int: Ending] = [:]
    private(set) var log = ""
    private var sequence: UInt32 = 0

    init(seed: UInt64 = 1, _ configure: (inout SMSCSettings) -> Void = { _ in }) {
        var settings = SMSCSettings()
        settings.receiptSpread = 0
        configure(&settings)
        smsc = SimulatedSMSC(settings: settings, seed: seed)
    }

    // MARK: - The world

    func pass(_ seconds: Double) {
        now = now + .seconds(seconds)
        smsc.advance(to: now)
        collect()
    }

    func connect() -> Int { smsc.connected(at: now) }

    func write(_ bytes: [UInt8], _ connection: Int) {
        bytes.withUnsafeBytes { smsc.received($0, from: connection, at: now) }
        smsc.advance(to: now)
        collect()
    }

    func disconnect(_ connection: Int) {
        smsc.disconnected(connection, at: now)
        collect()
    }

    private func collect() {
        smsc.takeEffects { effect in
            switch effect {
            case .log(let bytes): log += String(decoding: bytes, as: UTF8.self)
            case .send(let connection, let bytes):
                do {
                    try splitters[connection, default: PDUSplitter()].feed(bytes) { pdu in
                        do {
                            received[connection, default: []].append(try PDU.decode(pdu))
                        } catch {
                            Issue.record("not decoded: \(error)")
                        }
                    }
                } catch {
                    Issue.record("not split: \(error)")
                }
            case .stopReading(let connection): endings[connection] = .stopReading
            case .close(let connection): endings[connection] = .close
            case .reset(let connection): endings[connection] = .reset
            }
        }
    }

    // MARK: - An ESME

    @discardableResult
    func send(_ body: PDU.Body, _ connection: Int) -> UInt32 {
        sequence += 1
        write(PDU(body, sequence: sequence).encoded(), connection)
        return sequence
    }

    /// All that the connection has received since the last time.
    func take(_ connection: Int) -> [PDU] {
        defer { received[connection] = [] }
        return received[connection] ?? []
    }

    /// Sends a request and takes what came.
    func ask(_ body: PDU.Body, _ connection: Int) -> PDU? {
        let sequence = send(body, connection)
        return take(connection).first { $0.sequence == sequence && $0.command.isResponse }
    }

    func bind(_ mode: BindMode = .transceiver, _ systemID: String = "gateway", password: String = "") -> Int {
        let connection = connect()
        _ = ask(.bind(mode, Bind(systemID: systemID, password: password)), connection)
        return connection
    }

    static func message(
        to number: String = "31612345678", text: String = "Sluit ramen en deuren", registered: UInt8 = 0
    ) -> MessageFields {
        var fields = MessageFields()
        fields.source = Address(.international, .isdn, "31850001234")
        fields.destination = .e164(number)
        fields.shortMessage = Array(text.utf8)
        fields.registeredDelivery = registered
        return fields
    }

    @discardableResult
    func submit(_ fields: MessageFields = SMSCHarness.message(), _ connection: Int) -> PDU? {
        ask(.submitSM(SubmitSM(fields)), connection)
    }

    /// Takes all deliver_sm of the connection and acknowledges them.
    func takeDeliveries(_ connection: Int, status: CommandStatus = .ok) -> [MessageFields] {
        var found: [MessageFields] = []
        while true {
            let deliveries = take(connection).compactMap { pdu in
                if case .deliverSM(let message) = pdu.body { (pdu.sequence, message.fields) } else { nil }
            }
            if deliveries.isEmpty { return found }
            found += deliveries.map(\.1)
            for (sequence, _) in deliveries {
                let response = PDU(.deliverSMResponse(MessageResponse()), status: status, sequence: sequence)
                write(response.encoded(), connection)
            }
        }
    }
}

extension PDU {
    /// The message_id of a response.
    var messageID: String? {
        switch body {
        case .submitSMResponse(let response), .dataSMResponse(let response): response.messageID
        case .submitMultiResponse(let response): response.messageID
        default: nil
        }
    }
}

extension MessageFields {
    var receipt: DeliveryReceipt {
        DeliveryReceipt(
            octets: content, receiptedMessageID: parameters.text(.receiptedMessageID),
            messageState: parameters.octet(.messageState), networkErrorCode: parameters[.networkErrorCode],
            userMessageReference: parameters.number(.userMessageReference), esmClass: esmClass.rawValue)
    }
}
