// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import SMPP

@Suite("Decoding damaged PDUs")
struct PDUDecoderTests {
    /// The error of octets that must not be decodable.
    private func error(_ bytes: [UInt8]) throws -> PDUError {
        try #require(throws: PDUError.self) { try PDU.decode(bytes) }
    }

    @Test("Cut off at any length: command_length says so", arguments: GoldenPDU.all)
    func cutOff(golden: GoldenPDU) throws {
        for length in golden.bytes.indices {
            let error = try error(Array(golden.bytes[..<length]))
            #expect(error.field == "command_length")
            #expect(error.status == .invalidCommandLength)
            if length >= PDUHeader.length { #expect(error.header == golden.pdu.header) }
        }
        let longer = try error(golden.bytes + [0])
        #expect(longer.problem == "it says \(golden.bytes.count) and \(golden.bytes.count + 1) octets are there")
    }

    @Test("A command_length that is not the length", arguments: [0, 15, 17, 65_536, 65_537, 0xFFFF_FFFF])
    func wrongLength(length: UInt32) throws {
        let error = try error(word(length) + word(0x15) + word(0) + word(77))
        #expect(error.field == "command_length" && error.status == .invalidCommandLength)
        #expect(error.problem == "it says \(length) and 16 octets are there")
        #expect(error.header == PDUHeader(command: .enquireLink, sequence: 77))
        #expect(try PDU.decode(word(16) + word(0x15) + word(0) + word(77)) == PDU(.enquireLink, sequence: 77))
    }

    @Test(
        "Cut off with a command_length to match: an error that names a field, or what is left makes sense",
        arguments: GoldenPDU.all)
    func shortened(golden: GoldenPDU) {
        for length in PDUHeader.length..<golden.bytes.count {
            do throws(PDUError) {
                let pdu = try PDU.decode(.sized(golden.bytes[..<length]))
                #expect(pdu.header == golden.pdu.header)
                // What may be missing is the body of a response, or optional parameters: it is a beginning then.
                let isBeginning = golden.bytes.dropFirst(4).starts(with: pdu.encoded().dropFirst(4))
                #expect(isBeginning || pdu.command.isResponse || pdu.damage != nil)
            } catch {
                #expect(error.header == golden.pdu.header)
                #expect(!error.field.isEmpty && !error.problem.isEmpty)
                #expect(
                    error.status == .invalidCommandLength || error.status == .invalidParameterStream
                        || error.status == .invalidMessageLength)
            }
        }
    }

    /// The mandatory fields, in order, by the specification's names.
    static let mandatory: [(String, [String])] = [
        (
            "bind_transmitter",
            [
                "system_id", "password", "system_type", "interface_version", "addr_ton", "addr_npi",
                "address_range",
            ]
        ),
        ("outbind", ["system_id", "password"]),
        ("submit_sm", messageFields), ("deliver_sm, from a citizen", messageFields),
        (
            "data_sm",
            [
                "service_type", "source_addr_ton", "source_addr_npi", "source_addr", "dest_addr_ton",
                "dest_addr_npi", "destination_addr", "esm_class", "registered_delivery", "data_coding",
            ]
        ),
        (
            "submit_multi",
            [
                "service_type", "source_addr_ton", "source_addr_npi", "source_addr", "number_of_dests",
                "dest_flag", "dest_addr_ton", "dest_addr_npi", "destination_addr", "dest_flag", "dl_name", "dest_flag",
                "dest_addr_ton", "dest_addr_npi", "destination_addr", "esm_class", "protocol_id", "priority_flag",
                "schedule_delivery_time", "validity_period", "registered_delivery", "replace_if_present_flag",
                "data_coding", "sm_default_msg_id", "sm_length",
            ]
        ),
        ("query_sm", ["message_id", "source_addr_ton", "source_addr_npi", "source_addr"]),
        (
            "cancel_sm",
            [
                "service_type", "message_id", "source_addr_ton", "source_addr_npi", "source_addr",
                "dest_addr_ton", "dest_addr_npi", "destination_addr",
            ]
        ),
        (
            "replace_sm",
            [
                "message_id", "source_addr_ton", "source_addr_npi", "source_addr", "schedule_delivery_time",
                "validity_period", "registered_delivery", "sm_default_msg_id", "sm_length",
            ]
        ),
        (
            "alert_notification",
            [
                "source_addr_ton", "source_addr_npi", "source_addr", "esme_addr_ton", "esme_addr_npi",
                "esme_addr",
            ]
        ),
        (
            "broadcast_sm",
            [
                "service_type", "source_addr_ton", "source_addr_npi", "source_addr", "message_id",
                "priority_flag", "schedule_delivery_time", "validity_period", "replace_if_present_flag", "data_coding",
                "sm_default_msg_id",
            ]
        ),
        ("query_broadcast_sm", ["message_id", "source_addr_ton", "source_addr_npi", "source_addr"]),
        ("cancel_broadcast_sm", ["service_type", "message_id", "source_addr_ton", "source_addr_npi", "source_addr"]),
    ]

    static let messageFields = [
        "service_type", "source_addr_ton", "source_addr_npi", "source_addr", "dest_addr_ton", "dest_addr_npi",
        "destination_addr", "esm_class", "protocol_id", "priority_flag", "schedule_delivery_time", "validity_period",
        "registered_delivery", "replace_if_present_flag", "data_coding", "sm_default_msg_id", "sm_length",
    ]

    @Test("The error names the first field that is not there", arguments: mandatory)
    func names(command: String, fields: [String]) throws {
        let golden = GoldenPDU.named(command)
        // Four fields of the header come first.
        for (index, field) in fields.enumerated() {
            let error = try error(.sized(golden.bytes[..<golden.starts[index + 4]]))
            #expect(error.field == field)
            #expect(error.description.hasPrefix("\(golden.pdu.command) \(golden.pdu.sequence): \(field): "))
        }
    }

    @Test(
        "sm_length beyond the end",
        arguments: ["submit_sm", "submit_multi", "replace_sm"])
    func shortMessageTooShort(command: String) throws {
        let golden = GoldenPDU.named(command)
        let fields = try #require(Self.mandatory.first { $0.0 == command }?.1)
        var bytes = golden.bytes
        bytes[golden.starts[4 + (try #require(fields.firstIndex(of: "sm_length")))]] = 255
        let error = try error(bytes)
        #expect(error.field == "sm_length" && error.status == .invalidMessageLength)
        #expect(error.problem.hasPrefix("255 octets are announced and "))
    }

    @Test("255 octets of short_message, which SMPP 5.0 allows, come back out")
    func longestShortMessage() throws {
        let pdu = PDU(
            .submitSM(SubmitSM(.alert { $0.shortMessage = [UInt8](repeating: 0x41, count: 255) })), sequence: 1)
        #expect(try PDU.decode(pdu.encoded()) == pdu)
    }

    @Test("dest_flag that is neither") func destinationFlag() throws {
        let golden = GoldenPDU.named("submit_multi")
        var bytes = golden.bytes
        bytes[golden.starts[9]] = 3
        let error = try error(bytes)
        #expect(error.field == "dest_flag" && error.problem == "3 is neither 1 nor 2")
        #expect(error.status.description == "ESME_RINVDESTFLAG")
    }

    @Test(
        "Unknown commands, requests and responses",
        arguments: [0, 0xA, 0x1_0204, 0x8000_000B, 0x8000_0102, 0xFFFF_FFFF])
    func unknownCommand(command: UInt32) throws {
        let error = try error(word(18) + word(command) + word(0) + word(5) + [1, 2])
        #expect(error.field == "command_id" && error.status == .invalidCommandID)
        #expect(error.header == PDUHeader(command: CommandID(rawValue: command), sequence: 5))
    }

    @Test("Optional parameters that we do not know are kept, in their order and more than once")
    func unknownParameters() throws {
        let golden = GoldenPDU.named("submit_sm")
        let extra = GoldenPDU.octets("14 03 00 02 AB CD 02 04 00 02 00 07 14 03 00 00 FF FF 00 01 00")
        let pdu = try PDU.decode(.sized(golden.bytes[...] + extra))
        guard case .submitSM(let message) = pdu.body else { throw pdu.unexpected }
        let unknown = ParameterTag(rawValue: 0x1403)
        #expect(
            message.parameters == [
                OptionalParameter(unknown, [0xAB, 0xCD]), OptionalParameter(.userMessageReference, UInt16(7)),
                OptionalParameter(unknown, []), OptionalParameter(ParameterTag(rawValue: 0xFFFF), [0]),
            ])
        #expect(message.parameters[unknown] == [0xAB, 0xCD])
        #expect(unknown.description == "0x1403")
        #expect(pdu.encoded() == .sized(golden.bytes[...] + extra))
    }

    @Test(
        "A parameter that is cut off at the end is lost alone, and it is told which",
        arguments: ["submit_sm", "deliver_sm, receipt", "data_sm"])
    func parameterTooLong(name: String) throws {
        let golden = GoldenPDU.named(name)
        var pdu = try PDU.decode(.sized(golden.bytes[...] + GoldenPDU.octets("04 24 00 05 01 02 03 04")))
        #expect(pdu.damage == "message_payload: 5 octets are announced and 4 are there")
        pdu.damage = nil
        #expect(pdu == golden.pdu)
        let stump = try PDU.decode(.sized(golden.bytes[...] + GoldenPDU.octets("04 24 00")))
        #expect(stump.damage == "optional parameters: 3 octets are left over")
        #expect(stump.body == golden.pdu.body)
    }

    @Test(
        "A response says whether the request was taken, also with a message_id that has no NUL",
        arguments: [0x8000_0004, 0x8000_0103])
    func responseWithoutNUL(command: UInt32) throws {
        let bytes: [UInt8] = .sized(word(0)[...] + word(command) + word(0) + word(1) + Array("a1b2".utf8))
        let pdu = try PDU.decode(bytes)
        #expect(pdu.status == .ok && pdu.damage == "message_id: it has no closing NUL")
        switch pdu.body {
        case .submitSMResponse(let response), .dataSMResponse(let response): #expect(response.messageID == "a1b2")
        default: Issue.record("\(pdu.body)")
        }
    }

    @Test("A deliver_sm whose text is shorter than sm_length says gives what is there; a submit_sm is refused")
    func shortText() throws {
        var fields = MessageFields()
        fields.shortMessage = Array("id:4711 stat:DELIVRD".utf8)
        let bytes = PDU(.deliverSM(DeliverSM(fields)), sequence: 1).encoded()
        let cut = try PDU.decode(.sized(bytes.dropLast(3)))
        guard case .deliverSM(let message) = cut.body else { throw cut.unexpected }
        #expect(message.fields.shortMessage == Array("id:4711 stat:DELI".utf8))
        #expect(cut.damage == "sm_length: 20 octets are announced and 17 are there")
        let submit = PDU(.submitSM(SubmitSM(fields)), sequence: 1).encoded()
        #expect(try error(.sized(submit.dropLast(3))).status == .invalidMessageLength)
    }

    @Test("Up to three NULs behind the end are taken, as some SMSCs send them", arguments: 1...3)
    func padding(count: Int) throws {
        for name in ["submit_sm", "submit_sm_resp", "bind_transceiver", "enquire_link", "query_sm_resp"] {
            let golden = GoldenPDU.named(name == "enquire_link" ? "enquire_link, last sequence number" : name)
            let padded = golden.bytes + [UInt8](repeating: 0, count: count)
            #expect(try PDU.decode(.sized(padded[...])) == golden.pdu)
        }
    }

    @Test("Octets above ASCII in strings come back as they were")
    func latin1() throws {
        let bytes: [UInt8] = .sized(word(0)[...] + word(0x8000_0004) + word(0) + word(1) + [0x80, 0xE9, 0xFF, 0x41, 0])
        let pdu = try PDU.decode(bytes)
        #expect(pdu.encoded() == bytes)
    }
}

extension [UInt8] {
    /// A PDU whose command_length is what is there.
    static func sized(_ bytes: ArraySlice<UInt8>) -> [UInt8] { word(UInt32(bytes.count)) + bytes.dropFirst(4) }
}

extension PDU {
    struct Unexpected: Error { var pdu: PDU }
    var unexpected: Unexpected { Unexpected(pdu: self) }
}
