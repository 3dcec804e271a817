// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import Wording

@Suite struct LexiconTests {
    func lexicon(_ text: String) -> Lexicon {
        var lexicon = Lexicon()
        #expect(lexicon.read(Array(text.utf8), file: "lexicon.nl").isEmpty)
        return lexicon
    }

    func write(_ text: String, _ file: String) -> String {
        SpokenForm(language: "nl", lexicon: lexicon(file)).write(text)
    }

    @Test("A word is found in any case, as a whole only, and before every rule")
    func found() {
        let file = "# Eigen woorden\nburgernetactie = Burgernet-actie\n\nA2 = de A twee\nDen Haag = Den Haach\n"
        #expect(write("Burgernetactie: BURGERNETACTIE!", file) == "Burgernet-actie: Burgernet-actie!")
        #expect(write("burgernetacties", file) == "burgernetacties")
        #expect(write("op A2 en in den  haag", file) == "op de A twee en in Den Haach", "before roads; blanks alike")
    }

    @Test("Capitals alone are found in capitals only, and the longest word wins")
    func exact() {
        let file = "AED = aa ee dee\nPIN = pin\nWillem I = Willem i\nWillem = willum\n"
        #expect(write("AED aed Aed", file) == "aa ee dee aed Aed")
        #expect(write("Willem I en Willem", file) == "Willem i en willum")
    }

    @Test("A later file says how a word is spoken that an earlier one has")
    func later() {
        var lexicon = lexicon("cap = kep\nhoodie = hoedie")
        #expect(lexicon.read(Array("cap = kap".utf8), file: "own").isEmpty)
        #expect(lexicon.count == 2)
        #expect(SpokenForm(language: "nl", lexicon: lexicon).write("cap, hoodie") == "kap, hoedie")
    }

    @Test("What is wrong is said with file and line, and the other lines are taken")
    func complaints() {
        var lexicon = Lexicon()
        let text = "goed = goet\nzonder\n = leeg\nleeg =\ngoed = weer\nfonemen = [[x]]\n\u{feff}ok = okee\n"
        let complaints = lexicon.read(Array(text.utf8) + [0xff, 0x0a], file: "/etc/x.nl").map(\.description)
        #expect(
            complaints == [
                "/etc/x.nl:2: \"zonder\": write \"word = as it is spoken\"",
                "/etc/x.nl:3: the word before \"=\" is missing",
                "/etc/x.nl:4: how \"leeg\" is spoken is missing behind \"=\"",
                "/etc/x.nl:5: \"goed\" stands in line 1 already",
                "/etc/x.nl:6: what is spoken must not have \"[\"",
                "/etc/x.nl:8: is not UTF-8",
            ])
        #expect(lexicon.count == 2)
    }

    @Test("The lexicons that are shipped have no fault", arguments: ["nl", "en"])
    func shipped(language: String) throws {
        var lexicon = Lexicon()
        #expect(lexicon.read(try bytes("etc/lexicon.\(language)"), file: "lexicon").isEmpty)
        #expect(lexicon.count > 4)
    }

    @Test("The standard prompts say telephone numbers as texts do", arguments: ["nl", "en"])
    func prompts(language: String) throws {
        let texts = String(decoding: try bytes("Sounds/\(language)/texts.txt"), as: UTF8.self)
        let form = SpokenForm(language: language)
        #expect(texts.contains(form.write("0800-0011")))
        #expect(texts.contains(form.write("call bel 112").split(separator: " ").dropFirst(2).joined(separator: " ")))
        for line in texts.split(separator: "\n") {
            let text = String(line.split(separator: "=", maxSplits: 1).last ?? "")
            #expect(form.write(text) == text, "nothing of it is read otherwise in a text")
        }
    }
}
