// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@Suite struct ReadableTextTests {
    @Test(
        "Nothing in a message is invisible or turns it around",
        arguments: [
            ("GM0513", "GM0513"), ("GM 0513", "GM 0513"), ("Gemeente Súdwest", "Gemeente Súdwest"),
            ("GM0513\u{200B}", "GM0513<U+200B>"), ("\u{202E}0513", "<U+202E>0513"), ("a\nb\t", "a<U+000A>b<U+0009>"),
            ("GM\u{A0}0513", "GM<U+00A0>0513"), ("\u{FFFD}", "\u{FFFD}"), ("\u{E000}", "<U+E000>"),
        ])
    func readable(text: String, expected: String) { #expect(text.readable(80) == expected) }

    @Test("Of a long text the first part is enough") func cut() { #expect("abcdef".readable(3) == "abc") }
}
