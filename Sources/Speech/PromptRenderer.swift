// SPDX-License-Identifier: GPL-3.0-or-later
import Dispatch
import Foundation
import GatewayCore

/// A message as it is played: the same for everyone who hears it.
package struct Prompt: Equatable, Sendable {
    /// 8 kHz, mono.
    package var samples: [Int16]
    /// Both a multiple of 160 bytes (20 ms) long, padded with silence.
    package var pcma: [UInt8]
    package var pcmu: [UInt8]
    /// SHA-256 of everything that changes the sound, hexadecimal.
    package var hash: String

    package var milliseconds: Int { samples.count / 8 }

    init(samples: [Int16], hash: String) {
        var padded = samples
        padded += [Int16](repeating: 0, count: (160 - samples.count % 160) % 160)
        self.samples = padded
        self.hash = hash
        pcma = G711.encodeALaw(padded)
        pcmu = G711.encodeMuLaw(padded)
    }

    /// A WAV file of what citizens hear, A-law and back.
    package var waveFile: [UInt8] { WaveFile.encode(G711.decodeALaw(pcma)) }
}

/// Makes prompts of messages: text-to-speech, recordings, pauses, each at the same loudness.
///
/// May be used from any thread; programs run on threads of its own, as many at once as configured.
package final class PromptRenderer: Sendable {
    package let configuration: SpeechConfiguration
    private let cache: PromptCache
    private let places: DispatchSemaphore
    private let converter: SoundConverter
    private let queue = DispatchQueue(label: "burgernetd.speech", attributes: .concurrent)

    package init(configuration: SpeechConfiguration) {
        self.configuration = configuration
        cache = PromptCache(directory: configuration.cacheDirectory, limit: configuration.cacheSize)
        places = DispatchSemaphore(value: max(1, configuration.concurrency))
        converter = SoundConverter(places: places, timeLimit: configuration.timeLimit)
    }

    /// Renders off the caller's thread; `completion` comes on a thread of the renderer.
    ///
    /// - Parameter hash: of a prompt that was made of this message before. It is taken as it was, if it is kept.
    package func render(
        _ message: [PromptPiece], language: String, accepted hash: String? = nil,
        completion: @escaping @Sendable (Result<Prompt, SpeechError>) -> Void
    ) {
        queue.async { [self] in
            if let kept = hash.flatMap(kept) { return completion(.success(kept)) }
            completion(Result { () throws(SpeechError) in try render(message, language: language) })
        }
    }

    /// What a pause may last, in milliseconds; the protocol's limit.
    package static let pauses = 0...60_000
    private static let recordingLimit = 64 << 20

    /// Renders on the caller's thread; blocks while programs run.
    package func render(_ message: [PromptPiece], language: String) throws(SpeechError) -> Prompt {
        // All that can be refused without running a program is refused before one runs.
        var plan: [Part] = []
        var identity = SHA256()
        identity.update("prompt-2 \(Loudness.version)")
        for (index, piece) in message.enumerated() {
            let part = try part(piece, language, number: index + 1)
            identity.update("\n\(part.identity)")
            plan.append(part)
        }
        guard plan.contains(where: { !$0.isPause }) else { throw .emptyMessage }
        let hash = hexadecimal(identity.finalize())
        if let known = cache.samples(of: hash) {
            try check(known)
            return Prompt(samples: known, hash: hash)
        }
        var samples: [Int16] = []
        for (index, part) in plan.enumerated() {
            samples += try sound(part, piece: index + 1)
            try check(samples)
        }
        guard !samples.isEmpty else { throw .emptyMessage }
        cache.store(samples, as: hash)
        return Prompt(samples: samples, hash: hash)
    }

    /// A prompt as it was made before, whatever would be made of its message now; nil: it is kept no more.
    package func kept(_ hash: String) -> Prompt? {
        guard isHash(hash), let samples = cache.samples(of: hash) else { return nil }
        return Prompt(samples: samples, hash: hash)
    }

    /// Only such names lead into the cache.
    private func isHash(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    private func check(_ samples: [Int16]) throws(SpeechError) {
        let seconds = Double(samples.count) / 8000
        guard seconds <= configuration.maximumMessage.seconds else {
            throw .tooLong(seconds: seconds, maximum: configuration.maximumMessage.seconds)
        }
    }

    /// A piece with all that changes its sound, before it sounds.
    private enum Part {
        case pause(milliseconds: Int)
        case text(String, command: [String], key: String)
        case recording(name: String, content: [UInt8], key: String)

        var identity: String {
            switch self {
            case .pause(let milliseconds): "pause \(milliseconds)"
            case .text(_, _, let key): "text \(key)"
            case .recording(_, _, let key): "recording \(key)"
            }
        }

        var isPause: Bool {
            switch self {
            case .pause: true
            case .text, .recording: false
            }
        }
    }

    private func part(_ piece: PromptPiece, _ language: String, number: Int) throws(SpeechError) -> Part {
        switch piece {
        case .pause(let milliseconds):
            guard Self.pauses.contains(milliseconds) else {
                throw .pauseNotAllowed(piece: number, milliseconds: milliseconds)
            }
            return .pause(milliseconds: milliseconds)
        case .text(let text, let own):
            let language = own?.word ?? language
            guard let command = configuration.commands[language], !command.isEmpty else { throw .noLanguage(language) }
            let method = [Loudness.version, SoundConverter.version] + command
            // What the program gets is what changes the sound: another lexicon may, and need not, make another prompt.
            let spoken = configuration.forms[language]?.write(text) ?? text
            let identity = method.joined(separator: "\u{0}") + "\u{0}\u{0}" + spoken
            return .text(spoken, command: command, key: SHA256.hexDigest(of: identity.utf8))
        case .recording(let name):
            let content = try content(ofRecording: name, language, piece: number)
            let method = "\(Loudness.version)\u{0}\(SoundConverter.version)\u{0}recording"
            return .recording(name: name, content: content, key: SHA256.hexDigest(of: Array(method.utf8) + content))
        }
    }

    private func sound(_ part: Part, piece: Int) throws(SpeechError) -> [Int16] {
        switch part {
        case .pause(let milliseconds): return [Int16](repeating: 0, count: milliseconds * 8)
        case .text(let text, let command, let key): return try speak(text, command, key, piece: piece)
        case .recording(let name, let content, let key): return try play(name, content, key, piece: piece)
        }
    }

    // MARK: - Texts

    private func speak(_ text: String, _ command: [String], _ key: String, piece: Int) throws(SpeechError) -> [Int16] {
        if let known = cache.samples(of: key) { return known }
        let program = command[0]
        places.wait()
        // Somebody else may have made it meanwhile.
        if let known = cache.samples(of: key) {
            places.signal()
            return known
        }
        let result = ChildProcess.run(command, input: Array(text.utf8), timeLimit: configuration.timeLimit)
        places.signal()
        let bytes: [UInt8]
        switch result {
        case .output(let output): bytes = output
        case .notFound: throw .programNotFound(piece: piece, program: program)
        case .timedOut: throw .timedOut(piece: piece, program: program, seconds: configuration.timeLimit.seconds)
        case .failed(let reason): throw .programFailed(piece: piece, program: program, reason: reason)
        }
        guard !bytes.isEmpty else { throw .noAudio(piece: piece, program: program) }
        let samples: [Int16]
        do {
            samples = try converter.samples(of: WaveFile.withTrueLength(bytes))
        } catch {
            throw .programFailed(piece: piece, program: program, reason: "its output: \(error.reason)")
        }
        // Asked afterwards: direct current alone is no sound either.
        let sound = Loudness.normalised(samples)
        guard Loudness.activeLevel(sound) != nil else { throw .noAudio(piece: piece, program: program) }
        cache.store(sound, as: key)
        return sound
    }

    // MARK: - Recordings

    /// The content is read once: what is hashed is what is heard.
    private func content(
        ofRecording name: String, _ language: String, piece: Int
    ) throws(SpeechError) -> [UInt8] {
        let isAbsolute = name.hasPrefix("/")
        guard configuration.allowsAbsolutePaths || !isAbsolute, !name.split(separator: "/").contains("..") else {
            throw .recordingNotAllowed(piece: piece, name: name)
        }
        var looked = [isAbsolute ? name : "\(configuration.recordingsDirectory)/\(name)"]
        let isLanguage = !language.contains("/") && language != ".." && language != "."
        if !name.contains("/"), isLanguage {
            looked.insert("\(configuration.soundsDirectory)/\(language)/\(name).wav", at: 0)
        }
        for path in looked {
            switch RegularFile.read(path, limit: Self.recordingLimit) {
            case .bytes(let bytes): return bytes
            case .absent: continue
            case .unreadable(let reason): throw .recordingUnreadable(piece: piece, name: name, reason: reason)
            }
        }
        throw .recordingNotFound(piece: piece, name: name, looked: looked)
    }

    private func play(_ name: String, _ content: [UInt8], _ key: String, piece: Int) throws(SpeechError) -> [Int16] {
        if let known = cache.samples(of: key) { return known }
        let samples: [Int16]
        do {
            samples = try converter.samples(of: content)
        } catch {
            throw .recordingUnreadable(piece: piece, name: name, reason: error.reason)
        }
        let sound = Loudness.normalised(samples)
        guard Loudness.activeLevel(sound) != nil else {
            throw .recordingUnreadable(piece: piece, name: name, reason: "it is silent")
        }
        cache.store(sound, as: key)
        return sound
    }
}
