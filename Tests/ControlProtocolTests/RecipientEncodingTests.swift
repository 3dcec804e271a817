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
        let texts = [
            ("number", line.number), ("id", line.reference), ("account", line.account), ("channel", line.channel),
        ]
        var members = texts.filter { $0.0 == "number" || !$0.1.isEmpty }.map { JSONMember($0.0, .string($0.1)) }
        if let count = line.line { members.append(JSONMember("line", .integer(count))) }
        let encoded = Request.recipient(line).encode()
        #expect(encoded == JSONValue.object([JSONMember("recipient", .object(members))]).line)
        #expect(try Request.decode(encoded.dropLast()) == .recipient(line))
    }
}
