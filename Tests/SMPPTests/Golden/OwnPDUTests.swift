// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

@testable import SMPP

/// The golden PDUs as we encode them, for Tests/Acceptance/test_smpp_golden.py, which has Wireshark read them.
@Suite("Own PDUs for other eyes")
struct OwnPDUTests {
    private struct Entry: Encodable {
        var name: String
        var pdu: String
        var hex: String
        var fields: [String: RecordedValue]
    }

    /// One PDU a line.
    private func own() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let lines = try GoldenPDU.all.map { golden in
            let hex = golden.pdu.encoded().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            let entry = Entry(
                name: golden.name, pdu: golden.pdu.command.description, hex: hex, fields: golden.pdu.recordedFields)
            return String(decoding: try encoder.encode(entry), as: UTF8.self)
        }
        return "[\n" + lines.joined(separator: ",\n") + "\n]\n"
    }

    /// To renew the file: `BURGERNETD_GOLDEN_OUT=$PWD/Tests/SMPPTests/Golden/ours.json swift test --filter OwnPDU`.
    @Test("ours.json is what we encode now") func current() throws {
        let own = try own()
        if let path = ProcessInfo.processInfo.environment["BURGERNETD_GOLDEN_OUT"] {
            try own.write(toFile: path, atomically: false, encoding: .utf8)
        }
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "ours.json")
        #expect(try String(contentsOf: file, encoding: .utf8) == own)
    }
}
