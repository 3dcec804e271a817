// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import SMPP

@Suite("Opt-out words")
struct OptOutWordsTests {
    @Test(
        "The whole message is the word, whatever its case and marks",
        arguments: [
            "STOP", "stop", " Stop. ", "\"Stop!\"", "Stop \u{1F6D1}", "stop?", "STOP  ALL", "Stop a.u.b.",
            "stop\r\n", "Afmelden!", "meld me af", "unsubscribe",
        ])
    func words(message: String) {
        #expect(OptOutWords.standard.matches(message))
    }

    @Test(
        "What a citizen reports is no wish to stop",
        arguments: [
            "Stop! Ik zie hem lopen", "", " ", "!", "hij stopt", "niet stoppen", "bus stop", "stop stop",
            "112", "st op", String(repeating: "stop ", count: 10_000),
        ])
    func reports(message: String) {
        #expect(!OptOutWords.standard.matches(message))
    }

    @Test("Words of one's own") func own() {
        let words = OptOutWords(words: ["Nee bedankt", "", "!"])
        #expect(words.matches("nee, bedankt!"))
        #expect(!words.matches("stop") && !words.matches("") && !words.matches("!"))
    }
}
