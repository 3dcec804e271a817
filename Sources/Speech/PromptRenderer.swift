// SPDX-License-Identifier: GPL-3.0-or-later
import Dispatch
import Foundation
import GatewayCore

/// A message as it is played: the same for everyone who hears it.
public struct Prompt: Equatable, Sendable {
    /// 8 kHz, mono.
    public var samples: [Int16]
    /// Both a multiple of 160 bytes (20 ms) long, padded with silence.
    public var pcma: [UInt8]
    public var pcmu: [UInt8]
    /// SHA-256 of everything that changes the sound, hexadecimal.
    public var hash: String

    public var milliseconds: Int { samples.count / 8 }

    init(samples: [Int16], hash: String) {
        var padded = samples
        padded += [Int16](repeating: 0, count: (160 - samples.count % 160) % 160)
        self.samples = padded
        self.hash = hash
        pcma = G711.encodeALaw(padded)
        pcmu = G711.encodeMuLaw(padded)
    }

    /// A WAV file of what citizens hear, A-law and back.
    public var waveFile: [UInt8] { WaveFile.encode(G711.decodeALaw(pcma)) }
}

/// Makes prompts of messages: text-to-speech, recordings, pauses, each at the same loudness.
///
/// May be used from any thread; programs run on threads of its own, as many at once as configured.
public final class PromptRenderer: Sendable {
    public let configuration: SpeechConfiguration
    private let cache: PromptCache
    private let places: DispatchSemaphore
    private let queue = DispatchQueue(label: "burgernetd.speech", attributes: .concurrent)

    public init(configuration: SpeechConfiguration) {
        self.configuration = configuration
        cache = PromptCache(directory: configuration.cacheDirectory, limit: configuration.cacheSize)
        places = DispatchSemaphore(value: max(1, configuration.concurrency))
    }

    /// Renders off the caller's thread; `completion` comes on a thread of the renderer.
    public func render(
        _ message: [MessagePiece], language: String,
        completion: @escaping @Sendable (Result<Prompt, SpeechError>) -> Void
    ) {
        queue.async { [self] in
            completion(Result { () throws(SpeechError) in try render(message, language: language) })
        }
    }

    /// Renders on the caller's thread; blocks while programs run.
    public func render(_ message: [MessagePiece], language: String) throws(SpeechError) -> Prompt {
        var samples: [Int16] = []
        var identity = SHA256()
        identity.update("prompt-1 \(Loudness.version)")
        for (index, piece) in message.enumerated() {
            switch piece {
            case .pause(let milliseconds):
                identity.update("\npause \(milliseconds)")
                samples += [Int16](repeating: 0, count: max(0, milliseconds) * 8)
            case .text(let text):
                let (sound, key) = try speak(text, language, piece: index + 1)
                identity.update("\ntext \(key)")
                samples += sound
            case .recording(let name):
                let (sound, key) = try recording(name, language, piece: index + 1)
                identity.update("\nrecording \(key)")
                samples += sound
            }
            let seconds = Double(samples.count) / 8000
            guard seconds <= configuration.maximumMessage.seconds else {
                throw .tooLong(seconds: seconds, maximum: configuration.maximumMessage.seconds)
            }
        }
        guard !samples.isEmpty else { throw .emptyMessage }
        return Prompt(samples: samples, hash: hexadecimal(identity.finalize()))
    }

    // MARK: - Texts

    private func speak(_ text: String, _ language: String, piece: Int) throws(SpeechError) -> ([Int16], String) {
        guard let command = configuration.commands[language], let program = command.first else {
            throw .noLanguage(language)
        }
        let identity = "\(Loudness.version)\u{0}\(command.joined(separator: "\u{0}"))\u{0}\u{0}\(text)"
        let key = SHA256.hexDigest(of: identity.utf8)
        if let known = cache.samples(of: key) { return (known, key) }
        places.wait()
        let result = ChildProcess.run(command, input: Array(text.utf8), timeLimit: configuration.timeLimit)
        places.signal()
        let bytes: [UInt8]
        switch result {
        case .output(let output): bytes = output
        case .timedOut: throw .timedOut(piece: piece, program: program, seconds: configuration.timeLimit.seconds)
        case .failed(let reason): throw .programFailed(piece: piece, program: program, reason: reason)
        }
        guard !bytes.isEmpty else { throw .noAudio(piece: piece, program: program) }
        let samples: [Int16]
        do {
            samples = try decode(bytes, file: nil)
        } catch {
            throw .programFailed(piece: piece, program: program, reason: "its output: \(error.reason)")
        }
        guard Loudness.activeLevel(samples) != nil else { throw .noAudio(piece: piece, program: program) }
        let sound = Loudness.normalised(samples)
        cache.store(sound, as: key)
        return (sound, key)
    }

    // MARK: - Recordings

    private func recording(_ name: String, _ language: String, piece: Int) throws(SpeechError) -> ([Int16], String) {
        guard !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else {
            throw .recordingNotAllowed(piece: piece, name: name)
        }
        var looked = ["\(configuration.recordingsDirectory)/\(name)"]
        if !name.contains("/") { looked.insert("\(configuration.soundsDirectory)/\(language)/\(name).wav", at: 0) }
        guard let path = looked.first(where: { isFile($0) }), let data = FileManager.default.contents(atPath: path)
        else {
            throw .recordingNotFound(piece: piece, name: name, looked: looked)
        }
        let bytes = [UInt8](data)
        let key = SHA256.hexDigest(of: Array("\(Loudness.version)\u{0}recording".utf8) + bytes)
        if let known = cache.samples(of: key) { return (known, key) }
        let samples: [Int16]
        do {
            samples = try decode(bytes, file: path)
        } catch {
            throw .recordingUnreadable(piece: piece, name: name, reason: error.reason)
        }
        let sound = Loudness.normalised(samples)
        cache.store(sound, as: key)
        return (sound, key)
    }

    private func isFile(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && !isDirectory.boolValue
    }

    private struct DecodingFailure: Error { var reason: String }

    /// Directly when it is 8 kHz mono already, otherwise by sox, or ffmpeg where there is no sox.
    private func decode(_ bytes: [UInt8], file: String?) throws(DecodingFailure) -> [Int16] {
        do {
            return try WaveFile.decode(bytes)
        } catch .needsConversion {
            return try convert(bytes, file: file, why: nil)
        } catch {
            return try convert(bytes, file: file, why: "\(error)")
        }
    }

    private func convert(_ bytes: [UInt8], file: String?, why: String?) throws(DecodingFailure) -> [Int16] {
        // -D: without dither the same input gives the same prompt.
        let isWave = bytes.starts(with: Array("RIFF".utf8))
        let type = file == nil || isWave ? ["-t", "wav"] : []
        let output = ["-D", "-t", "wav", "-e", "signed-integer", "-b", "16", "-c", "1", "-r", "8000", "-"]
        let programs = [
            ["sox", "-V1", "--ignore-length"] + type + [file ?? "-"] + output,
            ["ffmpeg", "-v", "error", "-i", file ?? "pipe:0", "-ac", "1", "-ar", "8000", "-f", "wav", "pipe:1"],
        ]
        var reasons: [String] = []
        for program in programs {
            let input = file == nil ? bytes : []
            places.wait()
            let result = ChildProcess.run(program, input: input, timeLimit: configuration.timeLimit)
            places.signal()
            switch result {
            case .output(let converted):
                if let samples = try? WaveFile.decode(converted), !samples.isEmpty { return samples }
                reasons.append("\(program[0]) gave no sound")
            case .timedOut: reasons.append("\(program[0]) did not finish in time")
            case .failed(let reason): reasons.append("\(program[0]): \(reason)")
            }
        }
        let text = (why.map { [$0] } ?? []) + reasons
        throw DecodingFailure(reason: text.joined(separator: "; "))
    }
}
