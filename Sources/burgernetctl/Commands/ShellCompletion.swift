// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import Foundation
import Glibc

/// `--complete -- WORD ... WORD`: one candidate a line, behind a tab what it is; or a line `:files` or `:directories`, which
/// the shell offers by itself.
enum ShellCompletion {
    /// Someone waits with a finger on the key: a daemon that does not answer meanwhile is as good as none.
    private static let patience: UInt32 = 2

    static func answer(_ arguments: [String], _ commands: [Command], _ output: Output) throws {
        // What cannot be had is not offered; nothing may be said between the words of a command line.
        signal(SIGALRM) { _ in _exit(0) }
        alarm(patience)
        let words = arguments.first == "--" ? Array(arguments.dropFirst()) : arguments
        let completion = Completion(commands: commands) { names(of: $0, words, output) }
        switch completion.answer(to: words) {
        case .files: try output.line(":files")
        case .directories: try output.line(":directories")
        case .candidates(let candidates):
            for candidate in candidates {
                let help = candidate.help.isEmpty ? "" : "\t\(printable(candidate.help))"
                try output.line(printable(candidate.word) + help)
            }
        }
    }

    private static func names(of kind: Completion.Kind, _ words: [String], _ output: Output) -> [Completion.Candidate] {
        guard kind != .template else { return templates(value(of: "--templates", words)) }
        var invocation = Invocation(command: Command(words: [], summary: "", run: { _ in }), output: output)
        if let socket = value(of: "--socket", words) { invocation.options.append(("socket", socket)) }
        var found: [Completion.Candidate] = []
        func ask(_ verb: any Verb, _ take: (Reply) -> Completion.Candidate?) {
            try? invocation.connect().exchange(verb) { reply, _ in
                if let candidate = take(reply), !candidate.word.isEmpty, !found.contains(candidate) {
                    found.append(candidate)
                }
            }
        }
        switch kind {
        case .action:
            ask(Verbs.List()) { reply in
                reply.content(of: Replies.action).map { .init(word: "\($0.id)", help: "\($0.phase.text): \($0.title)") }
            }
        case .trunk:
            ask(Verbs.Trunks()) { reply in
                reply.content(of: Replies.trunk).map { .init(word: $0.name, help: $0.standing.rawValue) }
            }
        case .smsc: ask(Verbs.SMSCs()) { reply in reply.content(of: Replies.smsc).map { .init(word: $0.name) } }
        case .account:
            ask(Verbs.Budgets()) { reply in reply.content(of: Replies.budget).map { .init(word: $0.account) } }
        case .template, .files, .directories, .words, .unknown: break
        }
        return found
    }

    private static func templates(_ directory: String?) -> [Completion.Candidate] {
        let folder = directory ?? TemplateCommands.standardDirectory
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }.sorted().map {
            .init(word: String($0.dropLast(5)))
        }
    }

    private static func value(of option: String, _ words: [String]) -> String? {
        guard let index = words.firstIndex(of: option), words.indices.contains(index + 1) else { return nil }
        return words[index + 1]
    }
}
