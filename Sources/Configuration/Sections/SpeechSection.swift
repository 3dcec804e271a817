// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Wording

extension GatewayConfiguration {
    /// `[Speech]` and `[Language ...]`: text-to-speech.
    package struct Speech: Equatable, Sendable {
        /// A text-to-speech program that runs longer is ended.
        package var timeLimit = Interval.seconds(20)
        /// Programs at the same time.
        package var concurrency = 2
        /// Longest message that is accepted.
        package var maximumMessage = Interval.minutes(2)
        /// Bytes of rendered prompts kept on disk.
        package var cacheSize: Int64 = 256 << 20
        /// `[Language ...]`, the built-in ones first.
        package var languages = [
            Language(name: "nl", command: ["espeak-ng", "-v", "nl", "-s", "150", "--stdin", "--stdout"]),
            Language(name: "en", command: ["espeak-ng", "-v", "en-gb", "-s", "150", "--stdin", "--stdout"]),
        ]

        package init() {}

        /// Language to program and arguments.
        package var commands: [String: [String]] {
            Dictionary(languages.map { ($0.name, $0.command) }, uniquingKeysWith: { first, _ in first })
        }

        package func language(named name: String) -> Language? { languages.first { $0.name == name } }

        /// Language to how its texts are written out; a language that is handed over as it is has none.
        package var forms: [String: SpokenForm] {
            Dictionary(
                languages.filter(\.writesOut).map { ($0.name, SpokenForm(language: $0.name, lexicon: $0.lexicon)) },
                uniquingKeysWith: { first, _ in first })
        }
    }

    /// `[Language nl]`: how texts of a language are spoken.
    package struct Language: Equatable, Sendable {
        /// Code of RFC 5646, in small letters.
        package var name: String
        /// Program and arguments: text on its standard input, WAV on its standard output.
        package var command: [String]
        /// Files with words that are spoken otherwise than they are written, beside the one that stands with the
        /// configuration; absolute.
        package var lexiconFiles: [String] = []
        /// Numbers, dates, abbreviations and the like are written out before the program gets the text.
        package var writesOut = true
        /// What the files say.
        package var lexicon = Lexicon()
        /// Words that nearly everybody knows; empty: nobody wrote any.
        package var words = WordList()

        package init(name: String, command: [String]) {
            self.name = name
            self.command = command
        }
    }
}

extension ConfigurationSchema {
    static var speech: ConfigurationSection<GatewayConfiguration> {
        ConfigurationSection(
            kind: "Speech",
            keys: [
                .value("TimeLimit", \.speech.timeLimit, .duration(.seconds(1) ... .minutes(10))),
                .value("Concurrency", \.speech.concurrency, .integer(1...64)),
                .value("MaximumMessage", \.speech.maximumMessage, .duration(.seconds(1) ... .minutes(60))),
                .value("CacheSize", \.speech.cacheSize, .size(0...(1 << 40))),
            ])
    }

    static var language: ConfigurationSection<GatewayConfiguration.Language> {
        ConfigurationSection(
            kind: "Language",
            home: .named(
                NamedSections(
                    rule: .language, list: \.speech.languages, name: \.name,
                    blank: { name, standard in
                        GatewayConfiguration.Language(name: name, command: standard.speech.commands[name] ?? [])
                    }, sortsChanges: true)),
            keys: [
                ConfigurationKey.value("Command", \.command, .command).required { $0.command.isEmpty },
                .list("Lexicon", \.lexiconFiles, .path),
                .value("WriteOut", \.writesOut, .boolean),
            ])
    }
}

extension SectionNameRule {
    fileprivate static var language: SectionNameRule {
        SectionNameRule { name in
            if let name, isLanguage(name) { return nil }
            return "write [Language nl], with the language's code of RFC 5646"
        }
    }

    /// `nl`, `en-gb`
    private static func isLanguage(_ name: String) -> Bool {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard let first = parts.first, (2...3).contains(first.utf8.count) else { return false }
        return parts.allSatisfy { part in
            (1...8).contains(part.utf8.count)
                && part.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) }
        } && first.utf8.allSatisfy { (97...122).contains($0) }
    }
}
