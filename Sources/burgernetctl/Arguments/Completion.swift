// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol

/// What a shell may offer behind the words that stand there: `burgernetctl --complete -- WORD ... WORD`, of which the last
/// is being written. The scripts of bash, zsh and fish ask it, so that there is one table of commands.
struct Completion {
    /// A word, and what it is.
    struct Candidate: Equatable {
        var word: String
        var help = ""
    }

    /// What a value or an argument is.
    enum Kind: Equatable {
        case action, trunk, smsc, account, template
        case files, directories
        case words([String])
        case unknown

        /// By the name that the help gives it, such as `ACTION` or `[FILE...]`.
        init(_ name: String) {
            let name = name.filter { !"[].".contains($0) || $0 == "." }.replacing("...", with: "")
            switch name {
            case "ACTION": self = .action
            case "TRUNK": self = .trunk
            case "SMSC": self = .smsc
            case "LOCALE": self = .words(["nl"])
            case "DIR", "DIRECTORY": self = .directories
            case "FILE", "PATH", "CARRIER-FILE": self = .files
            case _ where name.contains("."): self = .files
            case _ where name.contains("|") && name == name.lowercased():
                self = .words(name.split(separator: "|").map(String.init))
            default: self = .unknown
            }
        }
    }

    /// What to offer: words, or names of files that the shell knows better.
    enum Answer: Equatable {
        case candidates([Candidate])
        case files, directories
    }

    let commands: [Command]
    /// Names that the daemon or a directory knows; none when they cannot be had.
    let names: (Kind) -> [Candidate]

    /// - Parameter words: Behind `burgernetctl`; the last one is being written and may be empty.
    func answer(to words: [String]) -> Answer {
        let (before, current) = (Array(words.dropLast()), words.last ?? "")
        let place = place(behind: before)
        switch place {
        case .nowhere: return .candidates([])
        case .commandWord(let leading):
            guard !current.hasPrefix("-") else { return options(Command.common, given: [], current) }
            return .candidates(filter(commandWords(behind: leading), current))
        case .value(let option, let command): return offer(kind(of: option, in: command), current)
        case .argument(let command, let index, let given):
            if current.hasPrefix("-") { return options(command.options + Command.common, given: given, current) }
            if index == 0 {
                // "smsc" is a command and the beginning of others.
                let more = commandWords(behind: command.words)
                if !more.isEmpty { return .candidates(filter(more, current)) }
            }
            guard let name = argument(index, of: command) else { return .candidates([]) }
            return offer(command.words.first == "template" ? .template : Kind(name), current)
        }
    }

    // MARK: - Where it is written

    private enum Place {
        /// Behind a word that begins no command.
        case nowhere
        case commandWord([String])
        case value(Option, Command?)
        case argument(Command, index: Int, given: Set<String>)
    }

    private func place(behind words: [String]) -> Place {
        var leading: [String] = []
        var given: Set<String> = []
        var arguments = 0
        var command: Command?
        var pending: Option?
        var isPastOptions = false
        for word in words {
            if pending != nil {
                pending = nil
            } else if !isPastOptions, word == "--" {
                isPastOptions = true
            } else if !isPastOptions, word.hasPrefix("--") {
                let name = String(word.dropFirst(2).prefix { $0 != "=" })
                let known = (command?.options ?? []) + Command.common
                guard let option = known.first(where: { $0.name == name }) else { continue }
                if !option.isRepeatable { given.insert(name) }
                if option.value != nil, !word.contains("=") { pending = option }
            } else if arguments == 0, !commandWords(behind: leading).filter({ $0.word == word }).isEmpty {
                leading.append(word)
                command = commands.first { $0.words == leading } ?? command
            } else {
                arguments += 1
            }
        }
        if let pending { return .value(pending, command) }
        guard let command, command.words == leading else { return arguments > 0 ? .nowhere : .commandWord(leading) }
        return .argument(command, index: arguments, given: given)
    }

    /// Those that may follow `leading`, each once.
    private func commandWords(behind leading: [String]) -> [Candidate] {
        var found: [Candidate] = []
        for command in commands where command.words.starts(with: leading) && command.words.count > leading.count {
            let word = command.words[leading.count]
            let isLast = command.words.count == leading.count + 1
            guard !found.contains(where: { $0.word == word }) else { continue }
            found.append(Candidate(word: word, help: isLast ? command.summary : ""))
        }
        return found
    }

    private func argument(_ index: Int, of command: Command) -> String? {
        if command.arguments.indices.contains(index) { return command.arguments[index] }
        return command.takesMore ? command.arguments.last : nil
    }

    private func kind(of option: Option, in command: Command?) -> Kind {
        switch option.name {
        case "account": return .account
        case "template": return .template
        case "trunk": return .trunk
        default:
            let kind = Kind(option.value ?? "")
            guard kind == .unknown, let choice = Self.choice(in: option.help) else { return kind }
            return .words(choice)
        }
    }

    /// Of a help that begins as "html (default) or csv" or "csv or json-lines": those words.
    private static func choice(in help: String) -> [String]? {
        let words = help.prefix { $0 != ":" && $0 != ";" }.replacing(" (default)", with: "").replacing(
            ", ", with: " or "
        )
        .split(separator: " or ", omittingEmptySubsequences: false).map(String.init)
        guard words.count > 1, words.allSatisfy({ !$0.isEmpty && !$0.contains(" ") }) else { return nil }
        return words
    }

    // MARK: - What is offered

    private func offer(_ kind: Kind, _ current: String) -> Answer {
        switch kind {
        case .files: .files
        case .directories: .directories
        case .unknown: .candidates([])
        case .words(let words): .candidates(filter(words.map { Candidate(word: $0) }, current))
        case .action, .trunk, .smsc, .account, .template: .candidates(filter(names(kind), current))
        }
    }

    private func options(_ options: [Option], given: Set<String>, _ current: String) -> Answer {
        .candidates(
            filter(
                options.filter { !given.contains($0.name) }.map { Candidate(word: "--\($0.name)", help: $0.help) },
                current))
    }

    private func filter(_ candidates: [Candidate], _ current: String) -> [Candidate] {
        candidates.filter { $0.word.hasPrefix(current) }
    }
}
