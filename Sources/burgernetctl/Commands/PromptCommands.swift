// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import Foundation
import GatewayCore
import Glibc

extension Verbs.RenderPrompt: CommandVerb {
    static let commands = [render, play]

    private static let messageOptions = [
        Option(name: "text", value: "TEXT", help: "speak this; may be given several times", isRepeatable: true),
        Option(
            name: "recording", value: "NAME", help: "play this recording; may be given several times",
            isRepeatable: true),
        Option(name: "pause", value: "MS", help: "be silent for so many milliseconds; likewise", isRepeatable: true),
        Option(name: "message", value: "ACTION.json", help: "the message of this action, in its language"),
        Option(name: "language", value: "nl|en", help: "default nl"),
    ]

    private static let render = Command(
        Self.self, words: ["prompt", "render"],
        options: messageOptions + [Option(name: "output", value: "FILE.wav", help: "the file", isRequired: true)],
        examples: [
            "prompt render --recording opening --pause 500 --text 'Dit is een proef.' --output proef.wav",
            "prompt render --message action.json --output action.wav",
        ],
        run: { try save($0, path: $0.value("output") ?? "") })

    private static let play = Command(
        words: ["prompt", "play"], summary: "let a message be heard as it will sound",
        details: "Needs aplay (Debian: alsa-utils) or play (Debian: sox) on this machine.",
        options: messageOptions + [Option(name: "output", value: "FILE.wav", help: "write this file instead")],
        run: { invocation in
            if let path = invocation.value("output") { return try save(invocation, path: path) }
            let player = try findPlayer()
            var sound: [UInt8] = []
            let request = try request(invocation)
            try fetch(invocation, request) { sound += $0 }
            try play(sound, with: player)
        })

    // MARK: - Fetching

    private static func request(_ invocation: Invocation) throws -> Self {
        let language = try invocation.value("language").map { text in
            guard let language = Language(word: text) else {
                throw invocation.usage("--language must be nl or en, not \"\(printable(text))\"")
            }
            return language
        }
        var pieces: [PromptPiece] = []
        for (name, value) in invocation.options {
            switch name {
            case "text": pieces.append(.text(value))
            case "recording": pieces.append(.recording(value))
            case "pause":
                guard let milliseconds = Int(value), ActionDocument.pauses.contains(milliseconds) else {
                    throw invocation.usage("--pause must be 1 to 60000 milliseconds, not \"\(printable(value))\"")
                }
                pieces.append(.pause(milliseconds))
            default: break
            }
        }
        if let path = invocation.value("message") {
            guard pieces.isEmpty else {
                throw invocation.usage("--message cannot be combined with --text, --recording and --pause")
            }
            let action = try readAction(path)
            guard !action.prompt.isEmpty else {
                throw Failure.input("\(path): the action has no message to be spoken, only an SMS")
            }
            return Self(prompt: action.prompt, language: language ?? action.language)
        }
        guard !pieces.isEmpty else { throw invocation.usage("--text, --recording or --message is missing") }
        return Self(prompt: pieces, language: language ?? .dutch)
    }

    /// The sound goes to `piece`; what else comes is shown.
    private static func fetch(
        _ invocation: Invocation, _ request: Self, piece: ([UInt8]) throws -> Void
    ) throws {
        try invocation.connect().exchange(request) { reply, line in
            if let audio = reply.content(of: Replies.audio) { return try piece(audio.bytes) }
            try invocation.deliver(reply, line) { reply in
                guard let prompt = reply.content(of: Replies.rendered) else { return }
                invocation.output.note(
                    "\(lengthOfTime(milliseconds: prompt.promptMilliseconds)), level \(oneDecimal(prompt.level)) dBFS, "
                        + "hash \(printable(prompt.promptHash))")
            }
        }
    }

    private static func save(_ invocation: Invocation, path: String) throws {
        let request = try request(invocation)
        let file = try AtomicFile(path: path)
        try fetch(invocation, request) { try file.write($0) }
        try file.commit()
    }

    // MARK: - Playing

    private static func findPlayer() throws -> (path: String, arguments: [String]) {
        let directories = (getenv("PATH").map { String(cString: $0) } ?? "/usr/bin").split(separator: ":")
        for (name, arguments) in [("aplay", ["-q", "-"]), ("play", ["-q", "-t", "wav", "-"])] {
            for directory in directories where access("\(directory)/\(name)", X_OK) == 0 {
                return ("\(directory)/\(name)", arguments)
            }
        }
        throw Failure.input(
            "there is neither aplay (Debian: alsa-utils) nor play (Debian: sox) here; --output FILE.wav writes a file")
    }

    private static func play(_ sound: [UInt8], with player: (path: String, arguments: [String])) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: player.path)
        process.arguments = player.arguments
        let pipe = Pipe()
        process.standardInput = pipe
        do {
            try process.run()
            try pipe.fileHandleForWriting.write(contentsOf: Data(sound))
            try pipe.fileHandleForWriting.close()
        } catch {
            // A player that cannot play ends before it has read all; its status tells.
            try? pipe.fileHandleForWriting.close()
        }
        guard process.processIdentifier > 0 else { throw Failure.output("\(player.path) cannot be started") }
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure.output("\(player.path) ended with status \(process.terminationStatus)")
        }
    }
}
