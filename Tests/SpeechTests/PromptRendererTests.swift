// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GatewayCore
import Glibc
import Testing

@testable import Speech

@Suite struct PromptRendererTests {
    /// A text-to-speech program that says a tone and counts how often it was asked.
    func speaker(_ folder: Folder, _ sound: [Int16] = tone()) throws -> [String] {
        try folder.write(WaveFile.encode(sound), "voice.wav")
        return ["/bin/sh", "-c", "cat >/dev/null; echo >>\"$0/asked\"; cat \"$0/voice.wav\"", folder.path]
    }

    func timesAsked(_ folder: Folder) -> Int { ((try? folder.read("asked")) ?? []).count }

    func error(_ renderer: PromptRenderer, _ message: [PromptPiece], language: String = "nl") -> SpeechError? {
        do throws(SpeechError) {
            _ = try renderer.render(message, language: language)
            return nil
        } catch {
            return error
        }
    }

    // MARK: - Sound

    @Test("Pieces follow each other at one loudness, with exact silence between them")
    func pieces() throws {
        let folder = try Folder()
        try folder.write(WaveFile.encode(tone(peak: 300, milliseconds: 1000)), "sounds/nl/opening.wav")
        let speech = renderer(folder, nl: try speaker(folder))
        let prompt = try speech.render([.recording("opening"), .pause(333), .text("Let op!")], language: "nl")
        let samples = prompt.samples
        #expect(samples.count % 160 == 0)
        #expect(prompt.milliseconds == 1840, "1000 + 333 + 500, up to whole packets of 20 ms")
        #expect(samples[8000..<8000 + 333 * 8].allSatisfy { $0 == 0 })
        for part in [samples[..<8000], samples[(8000 + 333 * 8)..<(8000 + 333 * 8 + 4000)]] {
            #expect(abs(try #require(Loudness.activeLevel(Array(part))) - Loudness.targetLevel) < 0.2)
        }
        #expect(prompt.pcma == G711.encodeALaw(samples))
        #expect(prompt.pcmu == G711.encodeMuLaw(samples))
        #expect(prompt.pcma.last == G711.silenceALaw)
        #expect(prompt.pcmu.last == G711.silenceMuLaw)
        #expect(try WaveFile.decode(prompt.waveFile) == G711.decodeALaw(prompt.pcma), "what citizens hear")
    }

    @Test("The program gets the text as it is, on its standard input")
    func input() throws {
        let folder = try Folder()
        try folder.write(WaveFile.encode(tone()), "voice.wav")
        let text = "Zoë's auto; \"$(id)\" -x\n"
        let speech = renderer(folder, nl: ["/bin/sh", "-c", "cat >\"$0/heard\"; cat \"$0/voice.wav\"", folder.path])
        _ = try speech.render([.text(text)], language: "nl")
        #expect(String(decoding: try folder.read("heard"), as: UTF8.self) == text)
    }

    @Test("A text of another language is spoken by the program of that, and is another sound")
    func otherLanguage() throws {
        let folder = try Folder()
        try folder.write(WaveFile.encode(tone()), "voice.wav")
        let program = ["/bin/sh", "-c", "cat >>\"$0/$1\"; cat \"$0/voice.wav\"", folder.path]
        let speech = renderer(folder, nl: program + ["heard-nl"], en: program + ["heard-en"])
        let both = try speech.render([.text("Brand!"), .text("Fire!", language: .english)], language: "nl")
        #expect(String(decoding: try folder.read("heard-nl"), as: UTF8.self) == "Brand!")
        #expect(String(decoding: try folder.read("heard-en"), as: UTF8.self) == "Fire!")
        #expect(try speech.render([.text("Brand!"), .text("Fire!")], language: "nl").hash != both.hash)
        #expect(error(renderer(folder, nl: program + ["x"]), [.text("a", language: .english)]) == .noLanguage("en"))
    }

    @Test("Completion comes off the caller's thread, with the same prompt")
    func completion() async throws {
        let folder = try Folder()
        let speech = renderer(folder, nl: try speaker(folder))
        let result = await withCheckedContinuation { continuation in
            speech.render([.text("a")], language: "nl") { continuation.resume(returning: $0) }
        }
        #expect(try result.get() == speech.render([.text("a")], language: "nl"))
    }

    @Test("Other rates and channels go through sox", .enabled(if: hasProgram("sox")))
    func converts() throws {
        let folder = try Folder()
        let stereo = tone(peak: 6000, milliseconds: 1000).flatMap { [$0, $0] }
        let data = WaveFile.encode(stereo).dropFirst(44)
        // 8 kHz frames declared as 16 kHz: half as long, an octave higher; then a chunk that is no sound.
        let noise = [UInt8](repeating: 0x55, count: 40_000)
        let bytes = WaveFileTests.file(channels: 2, rate: 16000, [("data", Array(data)), ("LIST", noise)])
        try folder.write(bytes, "recordings/agent.wav")
        let prompt = try renderer(folder).render([.recording("agent.wav")], language: "nl")
        #expect(abs(prompt.milliseconds - 500) <= 20)
        // From a program that wrote to a pipe, so that its header has no true length.
        var stream = WaveFileTests.file(channels: 2, rate: 16000, [("data", Array(data))])
        stream.replaceSubrange(40..<44, with: [0, 0xf0, 0xff, 0x7f])
        try folder.write(stream, "voice.wav")
        let speech = renderer(folder, nl: ["/bin/sh", "-c", "cat >/dev/null; cat \"$0/voice.wav\"", folder.path])
        #expect(try speech.render([.text("a")], language: "nl").samples == prompt.samples)
    }

    @Test("espeak-ng speaks both languages", .enabled(if: hasProgram("espeak-ng") && hasProgram("sox")))
    func espeak() throws {
        let folder = try Folder()
        for (language, text) in [
            ("nl", "Wilt u uitkijken naar een rode auto?"), ("en", "Please look out for a red car."),
        ] {
            let command = SpeechConfiguration.defaultCommands[language] ?? []
            let prompt = try renderer(folder, nl: command).render([.text(text)], language: "nl")
            #expect((1000...6000).contains(prompt.milliseconds))
            #expect(abs(try #require(Loudness.activeLevel(prompt.samples)) - Loudness.targetLevel) < 1)
        }
    }

    // MARK: - Identity and cache

    @Test("The hash changes with each thing that changes the sound, and with nothing else")
    func hash() throws {
        let folder = try Folder()
        try folder.write(WaveFile.encode(tone()), "sounds/nl/one.wav")
        try folder.write(WaveFile.encode(tone()), "recordings/same-content.wav")
        try folder.write(WaveFile.encode(tone(500)), "sounds/nl/two.wav")
        let command = try speaker(folder)
        func hash(_ message: [PromptPiece], _ command: [String]) throws -> String {
            try renderer(folder, nl: command).render(message, language: "nl").hash
        }
        let message: [PromptPiece] = [.text("a"), .pause(100), .recording("one")]
        let first = try hash(message, command)
        #expect(first.count == 64)
        #expect(try hash(message, command) == first)
        #expect(
            try hash([.text("a"), .pause(100), .recording("same-content.wav")], command) == first, "content, not name")
        let others = [
            try hash([.text("b"), .pause(100), .recording("one")], command),
            try hash([.text("a"), .pause(101), .recording("one")], command),
            try hash([.text("a"), .pause(100), .recording("two")], command),
            try hash([.pause(100), .text("a"), .recording("one")], command),
            try hash([.text("a"), .recording("one")], command),
            try hash(message, command + ["-s", "150"]),
        ]
        #expect(Set(others + [first]).count == others.count + 1)
        try folder.write(WaveFile.encode(tone(600)), "sounds/nl/one.wav")
        #expect(try hash(message, command) != first, "another recording under the same name")
    }

    @Test("A text is spoken once; a damaged or lost piece is spoken again")
    func cache() throws {
        let folder = try Folder()
        let speech = renderer(folder, nl: try speaker(folder))
        let prompt = try speech.render([.text("a"), .pause(20)], language: "nl")
        #expect(try speech.render([.text("a"), .pause(20)], language: "nl") == prompt)
        _ = try speech.render([.pause(40), .text("a")], language: "nl")
        #expect(timesAsked(folder) == 1, "also as part of another message")
        for name in folder.names(in: "cache") { try folder.write([1, 2, 3], "cache/\(name)") }
        #expect(try speech.render([.text("a"), .pause(20)], language: "nl") == prompt)
        #expect(timesAsked(folder) == 2)
    }

    @Test("A message from the cache is held against the maximum of today")
    func cachedTooLong() throws {
        let folder = try Folder()
        let command = try speaker(folder)
        let message: [PromptPiece] = [.text("a"), .pause(1500)]
        _ = try renderer(folder, nl: command).render(message, language: "nl")
        let strict = renderer(folder, nl: command, maximumMessage: .seconds(1))
        #expect(error(strict, message) == .tooLong(seconds: 2, maximum: 1))
    }

    // MARK: - Refusals

    @Test("Programs that fail are named with the piece, and nothing of theirs is kept")
    func programs() throws {
        let folder = try Folder()
        func outcome(_ script: String, _ limit: Interval = .seconds(20)) -> SpeechError? {
            error(renderer(folder, nl: ["/bin/sh", "-c", script], timeLimit: limit), [.pause(10), .text("a")])
        }
        #expect(
            outcome("echo no voice >&2; exit 2")
                == .programFailed(piece: 2, program: "/bin/sh", reason: "exit status 2: no voice"))
        #expect(
            outcome("sleep 1000", .milliseconds(200)) == .timedOut(piece: 2, program: "/bin/sh", seconds: 0.2))
        #expect(outcome("cat >/dev/null") == .noAudio(piece: 2, program: "/bin/sh"))
        guard case .programFailed(2, "/bin/sh", let reason) = outcome("echo this is no sound") else {
            Issue.record("garbage was accepted")
            return
        }
        #expect(reason.contains("not a WAV file"))
        #expect(folder.names(in: "cache").isEmpty)
        let missing = error(renderer(folder, nl: ["no-such-voice"]), [.text("a")])
        #expect(missing == .programNotFound(piece: 1, program: "no-such-voice"))
        #expect(missing?.description.contains("install it") == true)
    }

    @Test("A program that says silence, or only part of what it announced, says nothing")
    func silence() throws {
        let folder = try Folder()
        for sound in [[Int16](repeating: 0, count: 8000), [Int16](repeating: 4000, count: 8000)] {
            let speech = renderer(folder, nl: try speaker(folder, sound))
            #expect(error(speech, [.text("a")]) == .noAudio(piece: 1, program: "/bin/sh"))
        }
        let command = try speaker(folder)
        try folder.write(Array(WaveFile.encode(tone()).dropLast(100)), "voice.wav")
        #expect(
            error(renderer(folder, nl: command), [.text("a")])
                == .programFailed(
                    piece: 1, program: "/bin/sh", reason: "its output: the WAV file is cut off in its sound"))
    }

    @Test("What can be refused without a program is refused before one runs")
    func refusedFirst() throws {
        let folder = try Folder()
        let speech = renderer(folder, nl: try speaker(folder))
        #expect(error(speech, []) == .emptyMessage)
        #expect(error(speech, [.pause(1000)]) == .emptyMessage)
        for milliseconds in [-1, 60_001, .max, .min] {
            let found = error(speech, [.text("a"), .pause(milliseconds)])
            #expect(found == .pauseNotAllowed(piece: 2, milliseconds: milliseconds))
        }
        #expect(error(speech, [.text("a")], language: "de") == .noLanguage("de"))
        let looked = [folder.path + "/sounds/nl/absent.wav", folder.path + "/recordings/absent"]
        #expect(
            error(speech, [.text("a"), .recording("absent")])
                == .recordingNotFound(piece: 2, name: "absent", looked: looked))
        #expect(timesAsked(folder) == 0)
    }

    @Test("A message that is too long says how long it is")
    func tooLong() throws {
        let folder = try Folder()
        let speech = renderer(folder, nl: try speaker(folder), maximumMessage: .seconds(1))
        #expect(error(speech, [.text("a"), .pause(501)]) == .tooLong(seconds: 1.001, maximum: 1))
        #expect(error(speech, [.text("a"), .pause(500)]) == nil)
    }

    @Test(
        "No name leads out of the folders",
        arguments: ["../secret.wav", "a/../../secret.wav", "..", "/etc/passwd", "a/..", "//secret.wav"])
    func traversal(name: String) throws {
        let folder = try Folder()
        try folder.write(WaveFile.encode(tone()), "secret.wav")
        let speech = renderer(folder)
        #expect(error(speech, [.recording(name)]) == .recordingNotAllowed(piece: 1, name: name))
    }

    @Test("Neither does a language, a NUL, a folder or an empty name")
    func oddNames() throws {
        let folder = try Folder()
        try folder.write(WaveFile.encode(tone()), "secret.wav")
        try folder.write(WaveFile.encode(tone()), "sounds/nl/opening.wav")
        let speech = renderer(folder)
        for (name, language) in [
            ("secret", ".."), ("secret", "../sounds/.."), ("opening.wav\0", "nl"), ("", "nl"), (".", "nl"),
        ] {
            guard case .recordingNotFound = error(speech, [.recording(name)], language: language) else {
                Issue.record("\(name) in \(language) was found")
                continue
            }
        }
    }

    @Test("An absolute path is for those whose configuration says so")
    func absolute() throws {
        let folder = try Folder()
        try folder.write(WaveFile.encode(tone()), "elsewhere.wav")
        let path = folder.path + "/elsewhere.wav"
        #expect(error(renderer(folder), [.recording(path)]) == .recordingNotAllowed(piece: 1, name: path))
        #expect(error(renderer(folder, allowsAbsolutePaths: true), [.recording(path)]) == nil)
    }

    @Test("A recording that is no good is refused with the reason")
    func badRecordings() throws {
        let folder = try Folder()
        let speech = renderer(folder)
        func reason(_ name: String) -> String {
            guard case .recordingUnreadable(1, name, let reason) = error(speech, [.recording(name)]) else { return "" }
            return reason
        }
        try folder.write(Array(WaveFile.encode(tone()).dropLast(1000)), "recordings/half.wav")
        #expect(reason("half.wav") == "the WAV file is cut off in its sound")
        try folder.write(WaveFile.encode([Int16](repeating: 0, count: 8000)), "recordings/silent.wav")
        #expect(reason("silent.wav") == "it is silent")
        try folder.write(Array("|touch pwned".utf8), "recordings/list.m3u")
        #expect(reason("list.m3u").hasPrefix("not a WAV file; "))
        // Nobody writes to it: reading would wait for ever.
        #expect(mkfifo(folder.path + "/recordings/fifo.wav", 0o600) == 0)
        #expect(reason("fifo.wav") == "it is no regular file")
    }
}
