// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Words and names with the spelling by which a text-to-speech program says them right.
///
/// A file has a line for each, `word = spoken`; `#` begins a comment line. A word may be several, as in `Den Haag`. It
/// is found in large and small letters alike, but one of capitals alone (`AED`) only in capitals. What it says is not
/// read by any rule, so that `Fase I = fase I` also keeps a rule away.
package struct Lexicon: Equatable, Sendable {
    private struct Entry: Equatable {
        var tokens: [Token]
        /// ``tokens`` are compared as they are; else in small letters.
        var isExact: Bool
        var spoken: String
    }

    /// By the first token in small letters, the longest first.
    private var entries: [String: [Entry]] = [:]
    package private(set) var count = 0

    static let longestWord = 64
    static let longestSpoken = 256
    static let mostEntries = 50_000

    package init() {}

    /// Adds what a file says; a word that is known already is spoken as the later file says.
    ///
    /// - Returns: What is wrong, with file and line. The other lines are taken all the same.
    package mutating func read(_ bytes: [UInt8], file: String) -> [ConfigurationComplaint] {
        var complaints: [ConfigurationComplaint] = []
        var lines: [String: Int] = [:]
        for (index, raw) in bytes.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
            var content = raw
            if index == 0, content.starts(with: [0xef, 0xbb, 0xbf]) { content = content.dropFirst(3) }
            func complain(_ message: String) {
                complaints.append(
                    ConfigurationComplaint(
                        location: ConfigurationLocation(file: file, line: index + 1), subject: "", message: message))
            }
            guard let whole = String(validating: content, as: UTF8.self) else {
                complain("is not UTF-8")
                continue
            }
            let line = Self.trimmed(whole)
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let equals = line.firstIndex(of: "=") else {
                complain("\"\(line.prefix(40))\": write \"word = as it is spoken\"")
                continue
            }
            let word = Self.trimmed(line[..<equals])
            let spoken = Self.trimmed(line[line.index(after: equals)...])
            if let problem = Self.problem(word, spoken) {
                complain(problem)
            } else if let former = lines[word] {
                complain("\"\(word)\" stands in line \(former) already")
            } else if count >= Self.mostEntries {
                complain("the lexicon has more than \(Self.mostEntries) words")
                return complaints
            } else {
                lines[word] = index + 1
                add(word, spoken)
            }
        }
        return complaints
    }

    private static func problem(_ word: String, _ spoken: String) -> String? {
        if word.isEmpty { return "the word before \"=\" is missing" }
        if spoken.isEmpty { return "how \"\(word)\" is spoken is missing behind \"=\"" }
        if word.utf8.count > longestWord { return "the word is longer than \(longestWord) bytes" }
        if spoken.utf8.count > longestSpoken { return "what is spoken is longer than \(longestSpoken) bytes" }
        let odd = spoken.unicodeScalars.first { $0.value < 0x20 || SymbolRule.isDangerous($0) }
        return odd.map { "what is spoken must not have \"\($0)\"" }
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        var rest = text[...]
        while let first = rest.first, first.isWhitespace { rest = rest.dropFirst() }
        while let last = rest.last, last.isWhitespace { rest = rest.dropLast() }
        return String(rest)
    }

    private mutating func add(_ word: String, _ spoken: String) {
        let tokens = Token.divide(word)
        let isExact = word.unicodeScalars.allSatisfy { !$0.properties.isLowercase } && word.utf8.count > 1
        let entry = Entry(
            tokens: isExact ? tokens : tokens.map { Token(kind: $0.kind, text: $0.text.lowercased()) },
            isExact: isExact, spoken: spoken)
        let key = tokens[0].text.lowercased()
        var known = entries[key] ?? []
        if let same = known.firstIndex(where: { $0.tokens == entry.tokens && $0.isExact == isExact }) {
            known[same] = entry
        } else {
            known.append(entry)
            // Swift's sort is stable: of two that are as long, the exact one was put first.
            known.sort { ($0.tokens.count, $0.isExact ? 1 : 0) > ($1.tokens.count, $1.isExact ? 1 : 0) }
            count += 1
        }
        entries[key] = known
    }

    /// Whether it has this word by itself, in small letters.
    func has(_ word: String) -> Bool {
        entries[word]?.contains { $0.tokens.count == 1 } ?? false
    }

    func match(_ passage: Passage, _ index: Int) -> Match? {
        guard !entries.isEmpty, let candidates = entries[passage.small[index]] else { return nil }
        guard passage.kind(index) == .mark || passage.begins(index) else { return nil }
        for entry in candidates where matches(entry, passage, index) {
            return Match(count: entry.tokens.count, spoken: entry.spoken)
        }
        return nil
    }

    private func matches(_ entry: Entry, _ passage: Passage, _ index: Int) -> Bool {
        let end = index + entry.tokens.count
        guard end <= passage.tokens.count else { return false }
        for (offset, token) in entry.tokens.enumerated() {
            if token.kind == .space, passage.isSpace(index + offset) { continue }
            let found = entry.isExact ? passage.tokens[index + offset].text : passage.small[index + offset]
            guard found == token.text else { return false }
        }
        return entry.tokens.last?.kind == .mark || passage.isBoundary(end)
    }
}
