// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// How messages become sound.
public struct SpeechConfiguration: Equatable, Sendable {
    /// Language to program and arguments: text on standard input, WAV on standard output.
    public var commands: [String: [String]]
    /// A program that runs longer is killed.
    public var timeLimit: Interval
    /// Programs at the same time.
    public var concurrency: Int
    public var maximumMessage: Interval
    /// Standard prompts, in a folder for each language.
    public var soundsDirectory: String
    /// Recordings that a message may name.
    public var recordingsDirectory: String
    public var cacheDirectory: String
    /// Bytes.
    public var cacheSize: Int64

    public init(
        commands: [String: [String]] = ["nl": ["espeak-ng", "-v", "nl", "--stdin", "--stdout"]],
        timeLimit: Interval = .seconds(20), concurrency: Int = 2, maximumMessage: Interval = .minutes(2),
        soundsDirectory: String, recordingsDirectory: String, cacheDirectory: String, cacheSize: Int64 = 256 << 20
    ) {
        self.commands = commands
        self.timeLimit = timeLimit
        self.concurrency = concurrency
        self.maximumMessage = maximumMessage
        self.soundsDirectory = soundsDirectory
        self.recordingsDirectory = recordingsDirectory
        self.cacheDirectory = cacheDirectory
        self.cacheSize = cacheSize
    }
}

/// Why a message cannot be spoken. Names the piece (from 1) and what to do.
public enum SpeechError: Error, Equatable, Sendable, CustomStringConvertible {
    case emptyMessage
    case noLanguage(String)
    case programFailed(piece: Int, program: String, reason: String)
    case timedOut(piece: Int, program: String, seconds: Double)
    case noAudio(piece: Int, program: String)
    case recordingNotFound(piece: Int, name: String, looked: [String])
    case recordingNotAllowed(piece: Int, name: String)
    case recordingUnreadable(piece: Int, name: String, reason: String)
    case tooLong(seconds: Double, maximum: Double)

    public var description: String {
        switch self {
        case .emptyMessage: "the message has nothing to hear"
        case .noLanguage(let language): "no text-to-speech program is configured for the language \"\(language)\""
        case .programFailed(let piece, let program, let reason): "piece \(piece): \(program) failed: \(reason)"
        case .timedOut(let piece, let program, let seconds):
            "piece \(piece): \(program) did not finish within \(seconds) s and was ended"
        case .noAudio(let piece, let program): "piece \(piece): \(program) produced no sound"
        case .recordingNotFound(let piece, let name, let looked):
            "piece \(piece): there is no recording \"\(name)\" (looked for \(looked.joined(separator: ", ")))"
        case .recordingNotAllowed(let piece, let name):
            "piece \(piece): the recording \"\(name)\" is outside of the recordings directory"
        case .recordingUnreadable(let piece, let name, let reason): "piece \(piece): recording \"\(name)\": \(reason)"
        case .tooLong(let seconds, let maximum):
            "the message takes \(Int(seconds.rounded(.up))) s; at most \(Int(maximum)) s are allowed"
        }
    }
}
