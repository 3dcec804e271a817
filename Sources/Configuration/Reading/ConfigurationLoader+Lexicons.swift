// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Wording

extension ConfigurationLoader {
    /// Reads lexicon and common words of each language. Its lexicon: `lexicon.nl` in the folder of burgernetd.conf, which need not be there, then the
    /// files of `[Language nl] Lexicon=`, whose words go before those of the files before them. What is wrong with them is
    /// wrong with the configuration.
    func readLexicons(_ reader: inout ConfigurationReader) {
        for (index, language) in reader.configuration.speech.languages.enumerated() {
            var lexicon = Lexicon()
            for file in standardFile("lexicon", language.name) + language.lexiconFiles {
                switch ConfigurationFiles.contents(of: file, limit: Self.mostBytes) {
                case .success(let bytes):
                    for complaint in lexicon.read(bytes, file: file) {
                        reader.complain(complaint.location, complaint.subject, complaint.message)
                    }
                case .failure(let error):
                    reader.complain(ConfigurationLocation(file: file, line: 0), "", error.message)
                }
            }
            var words = WordList()
            for file in standardFile("words", language.name) {
                switch ConfigurationFiles.contents(of: file, limit: Self.mostBytes) {
                case .success(let bytes):
                    for complaint in words.read(bytes, file: file) {
                        reader.complain(complaint.location, complaint.subject, complaint.message)
                    }
                case .failure(let error):
                    reader.complain(ConfigurationLocation(file: file, line: 0), "", error.message)
                }
            }
            reader.edit { configuration in
                configuration.speech.languages[index].lexicon = lexicon
                configuration.speech.languages[index].words = words
            }
        }
    }

    /// That of `en-gb` is `lexicon.en-gb`, else `lexicon.en`; none when neither is there.
    func standardFile(_ kind: String, _ language: String) -> [String] {
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let prefix = folder.isEmpty ? (path.hasPrefix("/") ? "/" : "") : folder + "/"
        let names = [language, String(language.prefix { $0 != "-" })]
        return names.map { "\(prefix)\(kind).\($0)" }.first(where: ConfigurationFiles.exists).map { [$0] } ?? []
    }
}
