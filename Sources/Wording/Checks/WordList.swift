// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Words that nearly everybody knows. A file has one in each line; `#` begins a comment line.
package struct WordList: Equatable, Sendable {
    private var words: Set<String> = []
    private static let longestCompound = 40

    package init() {}
    package init(_ words: some Sequence<String>) { self.words = Set(words) }

    package var isEmpty: Bool { words.isEmpty }
    package var count: Int { words.count }

    /// - Returns: What is wrong, with file and line.
    package mutating func read(_ bytes: [UInt8], file: String) -> [ConfigurationComplaint] {
        for (index, line) in bytes.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
            let location = ConfigurationLocation(file: file, line: index + 1)
            guard let text = String(validating: line.filter { $0 != 13 }, as: UTF8.self) else {
                return [ConfigurationComplaint(location: location, subject: "", message: "is not UTF-8")]
            }
            if text.isEmpty || text.hasPrefix("#") { continue }
            guard !text.contains(where: \.isWhitespace) else {
                return [ConfigurationComplaint(location: location, subject: "", message: "a line has one word")]
            }
            words.insert(text.lowercased())
        }
        return []
    }

    /// In small letters. A compound is known when its parts are, as Dutch puts them together: `reddingsboot`.
    func knows(_ word: String) -> Bool {
        if words.contains(word) { return true }
        let letters = Array(word)
        guard (6...Self.longestCompound).contains(letters.count) else { return false }
        // Whether what stands before each place is made of known words.
        var reached = [Bool](repeating: false, count: letters.count + 1)
        reached[0] = true
        for start in 0..<letters.count where reached[start] {
            for end in stride(from: start + 3, through: letters.count, by: 1) where !reached[end] {
                let part = String(letters[start..<end])
                guard words.contains(part) else { continue }
                reached[end] = true
                // A linking s.
                if end + 1 < letters.count, letters[end] == "s" { reached[end + 1] = true }
            }
        }
        return reached[letters.count]
    }
}

/// Hints for a text that everybody understands at once: plain words, short sentences.
enum Readability {
    /// Of words; guides for plain Dutch say 10 to 15 on average.
    private static let longestSentence = 20
    private static let mostWords = 5
    private static let shortestWord = 5

    static func hints(_ text: PlacedText, _ parts: [SpokenPart], _ form: SpokenForm, _ words: WordList) -> [Finding] {
        let passage = Passage(text.text)
        var hints = abbreviations(parts).map { Finding(.hint, .abbreviation, text.place, $0) }
        hints += sentences(passage).map { Finding(.hint, .sentence, text.place, $0) }
        if passage.isShouted, passage.tokens.count(where: { $0.kind == .word }) > 3 {
            hints.append(Finding(.hint, .capitals, text.place, "capitals only are hard to read, and shout"))
        }
        let strange = unknown(passage, parts, form.lexicon, words)
        if !strange.isEmpty {
            let list = strange.prefix(mostWords).map { "\"\($0)\"" }.joined(separator: ", ")
            let more = strange.count > mostWords ? " and \(strange.count - mostWords) more" : ""
            hints.append(Finding(.hint, .word, text.place, "not everybody knows \(list)\(more)"))
        }
        return hints
    }

    private static func abbreviations(_ parts: [SpokenPart]) -> [String] {
        parts.filter { $0.meaning == .abbreviation }.map { "\"\($0.source)\" is better written out: \($0.spoken)" }
    }

    private static func sentences(_ passage: Passage) -> [String] {
        var found: [String] = []
        var (count, first) = (0, "")
        func end() {
            if count > longestSentence { found.append("a sentence of \(count) words, beginning \"\(first) ...\"") }
            (count, first) = (0, "")
        }
        for index in passage.tokens.indices {
            switch passage.tokens[index].kind {
            case .word, .number:
                count += 1
                if count <= 4 { first += first.isEmpty ? passage.tokens[index].text : " " + passage.tokens[index].text }
            case .mark where passage.isMark(index, ".", "!", "?") && TimeRule.isEndOfSentence(passage, index): end()
            case .mark: break
            case .space: if !passage.isBlank(index) { end() }
            }
        }
        end()
        return found
    }

    /// In small letters, each once. Names are not looked at, nor what the rules or the lexicon have taken.
    private static func unknown(
        _ passage: Passage, _ parts: [SpokenPart], _ lexicon: Lexicon, _ words: WordList
    ) -> [String] {
        guard !words.isEmpty else { return [] }
        var seen: Set<String> = []
        var found: [String] = []
        for part in parts where part.meaning == .plain && part.source == part.spoken {
            let word = part.source.lowercased()
            let isWord = word.unicodeScalars.allSatisfy { $0.properties.isAlphabetic }
            // A capital is a name's, or a sentence begins: neither is worth a hint.
            guard isWord, word == part.source || passage.isShouted, word.count >= shortestWord, !words.knows(word),
                !lexicon.has(word), seen.insert(word).inserted
            else { continue }
            found.append(word)
        }
        return found
    }
}
