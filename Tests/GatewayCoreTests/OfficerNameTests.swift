// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@Suite("Names of officers") struct OfficerNameTests {
    @Test(
        "Blanks do not make another name",
        arguments: ["J. Jansen", " J. Jansen", "J.  Jansen ", "\u{A0}J.\u{2003}Jansen"])
    func blanks(text: String) throws {
        #expect(try OfficerName(text).text == "J. Jansen")
    }

    @Test(
        "What shows nothing, is no name or is too long is refused with its reason",
        arguments: [
            ("J\u{7}", "contains U+0007, which shows nothing"), ("J.\nJansen", "contains U+000A, which shows nothing"),
            ("Jansen\u{200B}", "contains U+200B, which shows nothing"),
            ("\u{202E}nesnaJ", "contains U+202E, which shows nothing"), ("", "has no letter"), ("  ", "has no letter"),
            ("42", "has no letter"), (String(repeating: "a", count: 65), "is longer than 64 characters"),
        ])
    func refused(text: String, reason: String) {
        #expect(throws: OfficerNameError(reason: reason)) { try OfficerName(text) }
    }

    @Test("The same person is the same in any case, and with accents in any form")
    func same() throws {
        let name = try OfficerName("Zoë Önder")
        #expect(name.isSamePerson(as: try OfficerName("ZOË ÖNDER")))
        #expect(name.isSamePerson(as: try OfficerName("Zoe\u{308} O\u{308}nder")))
        #expect(!name.isSamePerson(as: try OfficerName("Zoe Onder")))
    }
}
