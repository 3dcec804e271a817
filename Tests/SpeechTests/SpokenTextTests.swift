// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GatewayCore
import Testing
import Wording

@testable import Speech

/// Texts are written out before they are spoken.
@Suite struct SpokenTextTests {
    static let dutch = SpokenForm(language: "nl")

    func lexicon(_ text: String) -> Lexicon {
        var lexicon = Lexicon()
        #expect(lexicon.read(Array(text.utf8), file: "lexicon").isEmpty)
        return lexicon
    }

    /// Keeps what it heard, and says a tone.
    func renderer(_ folder: Folder, _ form: SpokenForm?) throws -> PromptRenderer {
        try folder.write(WaveFile.encode(tone()), "voice.wav")
        let command = ["/bin/sh", "-c", "cat >\"$0/heard\"; echo >>\"$0/asked\"; cat \"$0/voice.wav\"", folder.path]
        return PromptRenderer(
            configuration: SpeechConfiguration(
                commands: ["nl": command], forms: form.map { ["nl": $0] } ?? [:],
                soundsDirectory: folder.path + "/sounds", recordingsDirectory: folder.path + "/recordings",
                cacheDirectory: folder.path + "/cache"))
    }

    @Test("The program gets the text as it is spoken; with WriteOut=no as it stands")
    func input() throws {
        let folder = try Folder()
        _ = try renderer(folder, Self.dutch).render([.text("Bel 0800-6070")], language: "nl")
        #expect(String(decoding: try folder.read("heard"), as: UTF8.self) == "Bel nul acht nul nul, zes nul, zeven nul")
        _ = try renderer(folder, nil).render([.text("Bel 0800-6070")], language: "nl")
        #expect(String(decoding: try folder.read("heard"), as: UTF8.self) == "Bel 0800-6070")
    }

    @Test("A changed lexicon makes another prompt of a text that has the word, and only of that")
    func cache() throws {
        let folder = try Folder()
        let (with, without) = (PromptPiece.text("een rode hoodie"), PromptPiece.text("een rode jas"))
        let before = try renderer(folder, Self.dutch)
        let after = try renderer(folder, SpokenForm(language: "nl", lexicon: lexicon("hoodie = hoedie")))
        let first = try before.render([with], language: "nl").hash
        #expect(try after.render([with], language: "nl").hash != first)
        #expect(String(decoding: try folder.read("heard"), as: UTF8.self) == "een rode hoedie")
        let asked = try folder.read("asked").count
        let plain = try before.render([without], language: "nl").hash
        #expect(try after.render([without], language: "nl").hash == plain)
        #expect(try folder.read("asked").count == asked + 1, "made once")
    }

    @Test("A prompt that was accepted is taken as it was made, whatever a lexicon says since")
    func accepted() async throws {
        let folder = try Folder()
        let message = [PromptPiece.text("een rode hoodie")]
        let first = try renderer(folder, Self.dutch).render(message, language: "nl")
        let later = try renderer(folder, SpokenForm(language: "nl", lexicon: lexicon("hoodie = hoedie")))
        func render(accepted hash: String) async throws -> Prompt {
            try await withCheckedContinuation { continuation in
                later.render(message, language: "nl", accepted: hash) { continuation.resume(returning: $0) }
            }.get()
        }
        #expect(try await render(accepted: first.hash) == first)
        #expect(try folder.read("asked").count == 1)
        #expect(try await render(accepted: String(repeating: "0", count: 64)).hash != first.hash, "kept no more")
        #expect(later.kept("../" + first.hash) == nil)
    }

    // MARK: - As espeak-ng says them

    /// Phonemes without stress and pauses inside of a word.
    func phonemes(_ text: String) -> String {
        let command = ["espeak-ng", "-v", "nl", "-q", "-x", "--stdin"]
        guard case .output(let bytes) = ChildProcess.run(command, input: Array(text.utf8), timeLimit: .seconds(20))
        else {
            return "espeak-ng failed"
        }
        return String(decoding: bytes, as: UTF8.self).filter { !"',_!|:".contains($0) }
            .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    @Test(
        "espeak-ng says numbers digit by digit", .enabled(if: hasProgram("espeak-ng")),
        arguments: [
            ("112", "en en tve"), ("0800-6070", "n8l Axt n8l n8l zEs n8l zev@n n8l"),
            ("06-12345678", "n8l zEs en tve dri vir vEIf zEs zev@n Axt"), ("AB-123-C", "a be en tve dri se"),
        ])
    func digits(written: String, sound: String) {
        let heard = phonemes(Self.dutch.write(written)).replacing("v#", with: "v")
        #expect(heard == sound)
        #expect(phonemes(written).replacing("v#", with: "v") != sound, "what espeak-ng says of it by itself")
    }

    /// What v and w become at the end of a sentence's first word, and s behind nothing, is no difference.
    func voiced(_ sound: String) -> String { sound.replacing("#", with: "").replacing("f", with: "v") }

    @Test("espeak-ng says the names of letters as of capitals by themselves", .enabled(if: hasProgram("espeak-ng")))
    func letters() {
        for scalar in Unicode.Scalar("A").value...Unicode.Scalar("Z").value {
            // Behind another word a capital S is read as 's, and U, V, W change with what stands before them.
            let letter = String(Character(Unicode.Scalar(scalar) ?? "A"))
            let spelled = Self.dutch.write("kenteken \(letter)1").dropFirst("kenteken ".count)
            let word = spelled.split(separator: " ").first.map(String.init) ?? ""
            #expect(voiced(phonemes(word)) == voiced(phonemes(letter)), "\(letter)")
        }
    }

    @Test("espeak-ng says the action's name with its stress on the last word", .enabled(if: hasProgram("espeak-ng")))
    func lexicon() throws {
        var lexicon = Lexicon()
        let file = StandardPromptTests.sounds.deletingLastPathComponent().appendingPathComponent("etc/lexicon.nl")
        #expect(lexicon.read(Array(try Data(contentsOf: file)), file: "lexicon.nl").isEmpty)
        let form = SpokenForm(language: "nl", lexicon: lexicon)
        #expect(phonemes(form.write("De burgernetactie")) == "d@ b8rQ@rnEtAksi")
        #expect(phonemes("De burgernetactie") != "d@ b8rQ@rnEtAksi")
        #expect(phonemes(form.write("hoodie")) == "hudi")
    }

    @Test("Standard prompts and texts have one voice and one speed")
    func speed() throws {
        let script = try String(
            contentsOf: StandardPromptTests.sounds.appendingPathComponent("make-sounds"), encoding: .utf8)
        for (language, command) in SpeechConfiguration.defaultCommands {
            let voice = try #require(command.firstIndex(of: "-v").map { command[$0 + 1] })
            let speed = try #require(command.firstIndex(of: "-s").map { command[$0 + 1] })
            #expect(script.contains("[\(language)]=\(voice)"))
            #expect(script.contains("\nspeed=\(speed)\n"))
        }
    }

    @Test("What standard prompts say stands beside them")
    func standardPrompts() {
        let folder = StandardPromptTests.sounds.path
        let texts = StandardPrompts.texts(soundsDirectory: folder, language: "nl")
        #expect(texts["opening"] == "Hier volgt een oproep van Burgernet.")
        #expect(texts["closing"]?.contains("Burgernet-actie") == true)
        #expect(StandardPrompts.texts(soundsDirectory: folder, language: "../nl").isEmpty)
        #expect(StandardPrompts.texts(soundsDirectory: folder, language: "fy").isEmpty)
    }
}
