// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol

/// `--name VALUE` or, without a value, a switch.
struct Option: Sendable {
    /// Without the dashes.
    var name: String
    /// nil: a switch.
    var value: String?
    var help: String
    var isRequired = false
    /// May be given several times; else a second value would silently take the first one's place.
    var isRepeatable = false

    /// `--name VALUE`
    var usage: String { value.map { "--\(name) \($0)" } ?? "--\(name)" }
}

/// One command: all that its `--help` says, and what it does.
struct Command: Sendable {
    /// `["cdr", "export"]`.
    var words: [String]
    /// Names of the arguments; in brackets when they may be left out.
    var arguments: [String] = []
    var summary: String
    var details = ""
    var options: [Option] = []
    var examples: [String] = []
    var run: @Sendable (Invocation) throws -> Void

    var name: String { words.joined(separator: " ") }
    var requiredArguments: Int { arguments.count { !$0.hasPrefix("[") } }

    /// The last argument may stand several times.
    var takesMore: Bool { arguments.last.map { $0.hasSuffix("...") || $0.hasSuffix("...]") } ?? false }

    func option(named name: String) -> Option? {
        (options + Command.common).first { $0.name == name }
    }

    /// Understood by every command.
    static let common = [
        Option(
            name: "socket", value: "PATH",
            help: "the daemon's control socket; default $BURGERNETD_SOCKET or \(defaultSocketPath)"),
        Option(name: "json", value: nil, help: "print the daemon's replies as they are, one JSON object per line"),
        Option(name: "help", value: nil, help: "print this"),
    ]
}

let defaultSocketPath = "/run/burgernetd/control.sock"

/// A command with what was written after it.
struct Invocation {
    var command: Command
    var arguments: [String] = []
    /// In the order of the command line.
    var options: [(name: String, value: String)] = []
    var output: Output

    func has(_ name: String) -> Bool { options.contains { $0.name == name } }
    func value(_ name: String) -> String? { options.first { $0.name == name }?.value }
    var isJSON: Bool { has("json") }

    func argument(_ index: Int) -> String? { arguments.indices.contains(index) ? arguments[index] : nil }
}

/// What ends a command, and with which exit status.
enum Failure: Error {
    /// 1: the daemon refused; said already, or with this text.
    case refused(String?)
    /// 75 (EX_TEMPFAIL of sysexits.h): the daemon cannot write its journal, and has done nothing.
    case tryAgain(String?)
    /// 2: the command line, or a file that it names.
    case usage(String, command: Command?)
    /// 2: a file cannot be read.
    case input(String)
    /// 3: the daemon cannot be reached, or was lost before its final reply.
    case unreachable(String)
    /// 1: the result cannot be written; nil when the reader of standard output is gone.
    case output(String?)
    /// 4: an alert that asks for nothing to be sent, or is not meant.
    case nothingToDo(String)

    /// What a reply says; `text`: in words, nil when it was said already.
    static func refusal(_ error: ProtocolError, _ text: String?) -> Failure {
        error.code == .journalFailed ? .tryAgain(text) : .refused(text)
    }

    /// Of the whole program, as its help and its man page say them.
    static let statuses: [(status: Int32, meaning: String)] = [
        (0, "done"), (1, "refused by the daemon"), (2, "wrong command line or input file"),
        (3, "the daemon cannot be reached"), (4, "an alert (--cap) for which nothing is to be sent"),
        (75, "the daemon cannot write its journal and did nothing"),
    ]

    var status: Int32 {
        switch self {
        case .refused, .output: 1
        case .tryAgain: 75
        case .usage, .input: 2
        case .unreachable: 3
        case .nothingToDo: 4
        }
    }
}
