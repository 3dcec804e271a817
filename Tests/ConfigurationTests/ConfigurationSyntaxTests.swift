// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import Configuration

@Suite("Syntax of systemd units") struct ConfigurationSyntaxTests {
    private func at(_ line: Int) -> ConfigurationLocation { ConfigurationLocation(file: "f", line: line) }

    @Test("Sections, assignments, comments, continuation lines")
    func items() {
        let text = """
            # comment
            ; comment

            [Call]
              RingTimeout =  30s\t
            [Trunk  kpn ]
            Address=192.0.2.1 \\
            # in between
               192.0.2.2 \\
            ; too

            Realm=a\\\\
            Username=
            Realm=x=y # part of it
            """
        #expect(
            UnitFile.parse(Array(text.utf8), file: "f") == [
                .section(UnitSection(kind: "Call"), at(4)),
                .assignment(key: "RingTimeout", value: "30s", at(5)),
                .section(UnitSection(kind: "Trunk", name: "kpn"), at(6)),
                .assignment(key: "Address", value: "192.0.2.1  192.0.2.2", at(7)),
                // An escaped backslash at the end does not continue.
                .assignment(key: "Realm", value: "a\\\\", at(12)),
                .assignment(key: "Username", value: "", at(13)),
                .assignment(key: "Realm", value: "x=y # part of it", at(14)),
            ])
    }

    @Test("Windows line ends, a byte-order mark and a missing last newline are no problem")
    func foreignFiles() {
        let bytes: [UInt8] = [0xEF, 0xBB, 0xBF] + Array("[SIP]\r\nPort=5070\\\r\n".utf8)
        #expect(
            UnitFile.parse(bytes, file: "f") == [
                .section(UnitSection(kind: "SIP"), at(1)), .assignment(key: "Port", value: "5070", at(2)),
            ])
    }

    @Test(
        "Lines that are nothing",
        arguments: [
            ("[Call", "the section's closing ] is missing"),
            ("[]", "a section is written [Kind] or [Kind name]; names contain no spaces"),
            ("[Trunk a b]", "a section is written [Kind] or [Kind name]; names contain no spaces"),
            ("RingTimeout 30s", "this is neither a [Section], a Key=value nor a # comment"),
            ("=30s", "the key before the = is missing"),
            ("A=\u{07}", "the line contains a control character"),
        ])
    func malformed(line: String, message: String) {
        #expect(UnitFile.parse(Array(line.utf8), file: "f") == [.malformed(message, at(1))])
    }

    @Test("Bytes that are no UTF-8 spoil their line only")
    func notUTF8() {
        let bytes: [UInt8] = Array("A=".utf8) + [0xFF, 10] + Array("B=1".utf8)
        #expect(
            UnitFile.parse(bytes, file: "f") == [
                .malformed("the line is not UTF-8", at(1)), .assignment(key: "B", value: "1", at(2)),
            ])
    }

    @Test(
        "Words are split as in ExecStart=, without a shell",
        arguments: [
            ("espeak-ng -v nl", ["espeak-ng", "-v", "nl"]),
            ("  a \t b ", ["a", "b"]),
            (#"a "b c" 'd "e'"#, ["a", "b c", #"d "e"#]),
            (#"x"y z"w '' "#, ["xy zw", ""]),
            (#"a\sb \x41 \101 \u00e9 \\ \"q\""#, ["a b", "A", "A", "é", #"\"#, #""q""#]),
            ("$HOME %n `id` *", ["$HOME", "%n", "`id`", "*"]),
            ("", []),
        ])
    func words(text: String, words: [String]) throws {
        #expect(try UnitWords.split(text) == words)
    }

    @Test(
        "Quotes and escapes that do not work out",
        arguments: [
            ("\"a", "the closing quote is missing"), ("a \\", "nothing follows the last backslash"),
            ("\\q", "\\q is no escape; write \\\\ for a backslash"), ("\\x4", "\\x4 is no character"),
            ("\\000", "\\000 is no character"), ("\\ud800", "\\ud800 is no character"),
        ])
    func badWords(text: String, message: String) {
        #expect(throws: ValueError(message)) { try UnitWords.split(text) }
    }

    @Test("A text may be one quoted word")
    func single() throws {
        #expect(try UnitWords.single("Burgernet Gouda") == "Burgernet Gouda")
        #expect(try UnitWords.single("\" a \"") == " a ")
        #expect(throws: ValueError("something follows the closing quote")) { try UnitWords.single("\"a\" b") }
    }

    @Test(
        "What was probably meant",
        arguments: [
            ("RingTimout", "RingTimeout"), ("ringtimeout", "RingTimeout"), ("RignTimeout", "RingTimeout"),
            ("Prot", "Port"), ("Colour", nil), ("X", nil),
        ] as [(String, String?)])
    func suggestions(text: String, expected: String?) {
        #expect(Suggestion.nearest(to: text, among: ["RingTimeout", "Port", "NoResponseTimeout"]) == expected)
    }
}
