// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import TestSupport
import Testing
import Wording

@testable import Configuration

@Suite("Lexicons, common words and the gate") struct WordingConfigurationTests {
    private func load(_ files: [String: String]) throws -> Result<LoadedConfiguration, ConfigurationError> {
        let directory = try TemporaryDirectory()
        for (name, text) in files {
            try directory.write(name, text.replacing("DIRECTORY", with: directory.path))
        }
        return ConfigurationLoader(path: directory.path + "/burgernetd.conf", environment: [:]).load()
    }

    private static let trunk = "[Trunk a]\nHost=192.0.2.1\nCallerNumber=0182123456\nCallsPerSecond=1\nChannels=1\n"

    private func form(_ files: [String: String], _ language: String = "nl") throws -> SpokenForm {
        try #require(try load(files).get().configuration.speech.forms[language])
    }

    @Test("The lexicon beside burgernetd.conf is read by itself, and files of one's own go before it")
    func lexicon() throws {
        let files = [
            "burgernetd.conf": Self.trunk + "[Language nl]\nLexicon=DIRECTORY/eigen\n[Language en-gb]\nCommand=x\n",
            "lexicon.nl": "cap = kep\nhoodie = hoedie\n", "eigen": "cap = kap\n", "lexicon.en": "cap = kapp\n",
        ]
        #expect(try form(files).write("cap hoodie") == "kap hoedie")
        #expect(try form(files, "en-gb").write("cap") == "kapp", "that of the language without its region")
        #expect(
            try form(["burgernetd.conf": Self.trunk]).write("cap 112") == "cap één één twee", "it need not be there")
    }

    @Test("What is wrong in a lexicon is a complaint with its file and line, a missing file too")
    func complaints() throws {
        let files = [
            "burgernetd.conf": Self.trunk + "[Language nl]\nLexicon=DIRECTORY/weg DIRECTORY/eigen\n",
            "eigen": "# goed\ncap = kep\nfout\n",
        ]
        guard case .failure(let error) = try load(files) else {
            Issue.record("it was taken")
            return
        }
        #expect(error.complaints.count == 2)
        #expect(error.complaints[0].description.hasSuffix("/weg: cannot be read: No such file or directory"))
        #expect(error.complaints[1].description.hasSuffix("/eigen:3: \"fout\": write \"word = as it is spoken\""))
    }

    @Test("WriteOut=no leaves a language's texts as they are")
    func writeOut() throws {
        let loaded = try load(["burgernetd.conf": Self.trunk + "[Language nl]\nWriteOut=no\n"]).get()
        #expect(loaded.configuration.speech.forms["nl"] == nil)
        #expect(loaded.configuration.speech.forms["en"] != nil)
        #expect(loaded.configuration.speech.commands["nl"]?.first == "espeak-ng", "the command stays the default")
    }

    @Test("Allowed numbers and hosts add to the default; an empty key before starts anew")
    func gate() throws {
        let more = try load([
            "burgernetd.conf": Self.trunk
                + "[Gate]\nAllowNumbers=0182-123456\nAllowLinks=\nAllowLinks=Gouda.nl\nNumbers=refuse\n"
        ]).get().configuration.textRules
        #expect(more.allowedNumbers == ["112", "0900-8844", "0800-6070", "0800-0011", "0182-123456"])
        #expect(more.allowedLinks == ["gouda.nl"])
        #expect(more.numbers == .refuse)
        #expect(more.dates == .warn)
    }

    @Test(
        "What is no number, no host and no verdict is refused",
        arguments: [
            ("AllowNumbers=politie", "no telephone number"), ("AllowNumbers=11", "no telephone number"),
            ("AllowLinks=https://burgernet.nl", "no host"), ("AllowLinks=burgernet", "no host"),
            ("Numbers=refuze", "did you mean refuse?"),
        ])
    func values(line: String, problem: String) throws {
        guard case .failure(let error) = try load(["burgernetd.conf": Self.trunk + "[Gate]\n\(line)\n"]) else {
            Issue.record("it was taken")
            return
        }
        #expect(error.description.contains(problem), "\(error)")
    }

    @Test("Common words are read from words.nl beside the configuration")
    func words() throws {
        let loaded = try load(["burgernetd.conf": Self.trunk, "words.nl": "# woorden\nfiets\n"]).get()
        #expect(loaded.configuration.speech.language(named: "nl")?.words == WordList(["fiets"]))
        guard case .failure(let error) = try load(["burgernetd.conf": Self.trunk, "words.nl": "twee woorden\n"]) else {
            Issue.record("it was taken")
            return
        }
        #expect(error.description.hasSuffix("words.nl:1: a line has one word"))
    }
}
