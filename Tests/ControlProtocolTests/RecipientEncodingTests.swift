// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import ControlProtocol

/// A recipient's line is written without a tree, and must be the same line.
@Suite struct RecipientEncodingTests {
    @Test(arguments: [
        RecipientLine(number: "0612345678"),
        RecipientLine(number: "+31 6", reference: "P-1", account: "GM0513", channel: "sms", line: 12),
        RecipientLine(number: "\"\\\n\u{1}é", reference: "\t", line: 3), RecipientLine(number: "", account: "x"),
    ])
    func encodes(line: RecipientLine) throws {
        var tree: [UInt8] = []
        JSONValue.object([JSONMember("recipient", line.json)]).write(to: &tree)
        let encoded = Request.recipient(line).encode()
        #expect(encoded == tree + [10])
        #expect(try Request.decode(encoded.dropLast()) == .recipient(line))
    }
}
