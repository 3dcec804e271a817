// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import SMPP

@Suite("Golden PDUs")
struct GoldenPDUTests {
    @Test("Decoding gives the value", arguments: GoldenPDU.all)
    func decode(golden: GoldenPDU) throws {
        #expect(try PDU.decode(golden.bytes) == golden.pdu)
    }

    @Test("Encoding gives the octets", arguments: GoldenPDU.all)
    func encode(golden: GoldenPDU) {
        #expect(golden.pdu.encoded() == golden.bytes)
    }

    @Test("Every command is among them, by the name it begins with")
    func complete() {
        let commands: [UInt32] = [
            0x0000_0001, 0x0000_0002, 0x0000_0003, 0x0000_0004, 0x0000_0005, 0x0000_0006, 0x0000_0007, 0x0000_0008,
            0x0000_0009, 0x0000_000B, 0x0000_0015, 0x0000_0021, 0x0000_0102, 0x0000_0103, 0x0000_0111, 0x0000_0112,
            0x0000_0113, 0x8000_0000, 0x8000_0001, 0x8000_0002, 0x8000_0003, 0x8000_0004, 0x8000_0005, 0x8000_0006,
            0x8000_0007, 0x8000_0008, 0x8000_0009, 0x8000_0015, 0x8000_0021, 0x8000_0103, 0x8000_0111, 0x8000_0112,
            0x8000_0113,
        ]
        #expect(Set(GoldenPDU.all.map(\.pdu.command.rawValue)) == Set(commands))
        for golden in GoldenPDU.all {
            #expect(golden.name.split(separator: ",")[0] == golden.pdu.command.description)
        }
    }

    @Test("Several go into one buffer, each with its own length")
    func oneBuffer() {
        var writer = PDUWriter()
        for golden in GoldenPDU.all { golden.pdu.encode(into: &writer) }
        #expect(writer.bytes == GoldenPDU.all.flatMap(\.bytes))
    }

    @Test("An error response has no body, whatever was put into it; data_sm_resp keeps what says why")
    func errorBodies() {
        let message = MessageResponse(messageID: "77")
        let bind = BindResponse(systemID: "SMSC", parameters: [OptionalParameter(.scInterfaceVersion, UInt8(0x34))])
        for body: PDU.Body in [
            .submitSMResponse(message), .dataSMResponse(message), .bindResponse(.receiver, bind),
            .querySMResponse(QuerySMResponse(messageID: "77")),
            .submitMultiResponse(SubmitMultiResponse(messageID: "7")),
        ] {
            #expect(PDU(body, status: .systemError, sequence: 1).encoded().count == PDUHeader.length)
            #expect(PDU(body, sequence: 1).encoded().count > PDUHeader.length)
        }
    }
}
