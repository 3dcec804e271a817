// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Wording

/// How messages become sound.
package struct SpeechConfiguration: Equatable, Sendable {
    /// Language to program and arguments: text on standard input, WAV on standard output.
    package var commands: [String: [String]]
    /// Language to how its texts are written out for the program; texts of another one are handed over as they are.
    package var forms: [String: SpokenForm]
    /// A program that runs longer is killed.
    package var timeLimit: Interval
    /// Programs at the same time.
    package var concurrency: Int
    package var maximumMessage: Interval
    /// Standard prompts, in a folder for each language.
    package var soundsDirectory: String
    /// Recordings that a message may name.
    package var recordingsDirectory: String
    /// Whether a message may name a recording anywhere on this machine, by its absolute path.
    package var allowsAbsolutePaths: Bool
    package var cacheDirectory: String
    /// Bytes.
    package var cacheSize: Int64

    package static let defaultCommands = [
        "nl": ["espeak-ng", "-v", "nl", "-s", "150", "--stdin", "--stdout"],
        "en": ["espeak-ng", "-v", "en-gb", "-s", "150", "--stdin", "--stdout"],
    ]

    package init(
        commands: [String: [String]] = defaultCommands, forms: [String: SpokenForm] = [:],
        timeLimit: Interval = .seconds(20), concurrency: Int = 2, maximumMessage: Interval = .minutes(2),
        soundsDirectory: String, recordingsDirectory: String, cacheDirectory: String, cacheSize: Int64 = 256 << 20,
        allowsAbsolutePaths: Bool = false
    ) {
        self.commands = commands
        self.forms = forms
        self.timeLimit = timeLimit
        self.concurrency = concurrency
        self.maximumMessage = maximumMessage
        self.soundsDirectory = soundsDirectory
        self.recordingsDirectory = recordingsDirectory
        self.allowsAbsolutePaths = allowsAbsolutePaths
        self.cacheDirectory = cacheDirectory
        self.cacheSize = cacheSize
    }
}

/// Why a message cannot be spoken. Names the piece (from 1) and what to do.
package enum SpeechError: Error, Equatable, Sendable, CustomStringConvertible {
    case emptyMessage
    case noLanguage(String)
    case programNotFound(piece: Int, program: String)
    case programFailed(piece: Int, program: String, reason: String)
    case timedOut(piece: Int, program: String, seconds: Double)
    case noAudio(piece: Int, program: String)
    case recordingNotFound(piece: Int, name: String, looked: [String])
    case recordingNotAllowed(piece: Int, name: String)
    case recordingUnreadable(piece: Int, name: String, reason: String)
    case pauseNotAllowed(piece: Int, milliseconds: Int)
    case tooLong(seconds: Double, maximum: Double)

    package var description: String {
        switch self {
        case .emptyMessage: "the message has nothing to hear"
        case .noLanguage(let language):
            "no text-to-speech program is configured for the language \"\(language)\"; "
                + "name one in [Language \(language)] Command="
        case .programNotFound(let piece, let program):
            "piece \(piece): the program \(program) is not found; install it, or name another as Command="
        case .programFailed(let piece, let program, let reason): "piece \(piece): \(program) failed: \(reason)"
        case .timedOut(let piece, let program, let seconds):
            "piece \(piece): \(program) did not finish within \(seconds) s and was ended"
        case .noAudio(let piece, let program):
            "piece \(piece): \(program) produced no sound; has the text anything to speak?"
        case .recordingNotFound(let piece, let name, let looked):
            "piece \(piece): there is no recording \"\(name)\" (looked for \(looked.joined(separator: ", ")))"
        case .recordingNotAllowed(let piece, let name):
            "piece \(piece): the recording \"\(name)\" is outside of the recordings directory; give its name there"
        case .recordingUnreadable(let piece, let name, let reason):
            "piece \(piece): recording \"\(name)\": \(reason); replace it with a good one"
        case .pauseNotAllowed(let piece, let milliseconds):
            "piece \(piece): a pause of \(milliseconds) ms; "
                + "\(PromptRenderer.pauses.lowerBound) to \(PromptRenderer.pauses.upperBound) ms are possible"
        case .tooLong(let seconds, let maximum):
            "the message takes \(Int(seconds.rounded(.up))) s; at most \(Int(maximum)) s are allowed"
        }
    }
}
