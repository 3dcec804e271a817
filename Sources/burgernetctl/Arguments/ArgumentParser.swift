// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol

/// What a command line asks for.
enum Parsed {
    case run(Invocation)
    case help(Command?)
    case version
}

/// `burgernetctl [OPTIONS] COMMAND [ARGUMENTS] [OPTIONS]`; options may stand anywhere, `--name=value` is
/// `--name value`, and nothing after `--` is an option.
struct ArgumentParser {
    let commands: [Command]
    let output: Output

    func parse(_ arguments: [String]) throws -> Parsed {
        if arguments.contains("--version") { return .version }
        // The command's words come first among what is no option; options need it to be understood.
        let (command, rest) = try findCommand(arguments)
        guard let command else { return .help(nil) }
        if rest.contains("--help") || rest.contains("-h") { return .help(command) }
        return .run(try parse(rest, of: command))
    }

    private func findCommand(_ arguments: [String]) throws -> (Command?, [String]) {
        var leading: [String] = []
        var words = arguments[...]
        while let word = words.first, word.hasPrefix("-") {
            leading.append(words.removeFirst())
            if word == "--help" || word == "-h" { return (nil, []) }
            if word == "--socket", let value = words.popFirst() { leading.append(value) }
        }
        if words.first == "help" {
            words.removeFirst()
            guard !words.isEmpty else { return (nil, []) }
            words.append("--help")
        }
        guard let first = words.first else {
            throw Failure.usage("a command is missing", command: nil)
        }
        let candidates = commands.filter { $0.words.first == first }
        guard !candidates.isEmpty else {
            let known = commands.map { $0.words[0] }
            let hint = closest(to: first, in: known).map { "; did you mean \"\($0)\"?" } ?? ""
            throw Failure.usage("there is no command \"\(printable(first))\"\(hint)", command: nil)
        }
        let matching = candidates.filter { words.starts(with: $0.words) }
        // "smsc" is a command and the beginning of others: a word that it does not take was meant for those.
        let isGroup = candidates.count > 1 && words.dropFirst().first.map { !$0.hasPrefix("-") } ?? false
        if let command = matching.max(by: { $0.words.count < $1.words.count }),
            !(isGroup && command.words.count == 1 && command.arguments.isEmpty)
        {
            return (command, leading + words.dropFirst(command.words.count))
        }
        // A group of commands, such as "trunk", without its second word.
        let seconds = candidates.compactMap { $0.words.dropFirst().first }
        let second = words.dropFirst().first { !$0.hasPrefix("-") }
        let choice = candidates.map { "\"\($0.name)\"" }.joined(separator: " or ")
        guard let second else { throw Failure.usage("\"\(first)\" is incomplete: \(choice)", command: nil) }
        let hint = closest(to: second, in: seconds).map { "; did you mean \"\(first) \($0)\"?" } ?? ": use \(choice)"
        throw Failure.usage("there is no command \"\(first) \(printable(second))\"\(hint)", command: nil)
    }

    private func parse(_ arguments: [String], of command: Command) throws -> Invocation {
        var invocation = Invocation(command: command, output: output)
        var rest = arguments[...]
        var isPastOptions = false
        while let word = rest.popFirst() {
            if isPastOptions || word == "-" || !word.hasPrefix("-") {
                invocation.arguments.append(word)
            } else if word == "--" {
                isPastOptions = true
            } else {
                let (option, value) = try option(word, &rest, of: command)
                guard option.value == nil || option.isRepeatable || !invocation.has(option.name) else {
                    throw Failure.usage("--\(option.name) is given twice; it takes one value", command: command)
                }
                invocation.options.append((option.name, value))
            }
        }
        guard invocation.arguments.count >= command.requiredArguments else {
            throw Failure.usage("\(command.arguments[invocation.arguments.count]) is missing", command: command)
        }
        guard command.takesMore || invocation.arguments.count <= command.arguments.count else {
            let extra = invocation.arguments[command.arguments.count]
            throw Failure.usage("unexpected argument \"\(printable(extra))\"", command: command)
        }
        for option in command.options where option.isRequired && !invocation.has(option.name) {
            throw Failure.usage("\(option.usage) is missing", command: command)
        }
        return invocation
    }

    private func option(
        _ word: String, _ rest: inout ArraySlice<String>, of command: Command
    ) throws -> (option: Option, value: String) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let name = String(parts[0].drop { $0 == "-" })
        guard word.hasPrefix("--"), let option = command.option(named: name) else {
            let known = (command.options + Command.common).map(\.name)
            let hint = closest(to: name, in: known).map { "; did you mean --\($0)?" } ?? ""
            throw Failure.usage("unknown option \(printable(parts[0]))\(hint)", command: command)
        }
        if option.value == nil {
            guard parts.count == 1 else { throw Failure.usage("--\(name) takes no value", command: command) }
            return (option, "")
        }
        if parts.count == 2 { return (option, parts[1]) }
        guard let value = rest.popFirst(), value == "-" || !value.hasPrefix("--") else {
            throw Failure.usage("--\(name) needs a value: \(option.usage)", command: command)
        }
        return (option, value)
    }
}
