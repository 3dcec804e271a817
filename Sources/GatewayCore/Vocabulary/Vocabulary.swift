// SPDX-License-Identifier: GPL-3.0-or-later

/// A closed list of words, each of which stands for one thing wherever it is written: in requests and replies, in
/// files and on the command line.
package protocol Vocabulary: CaseIterable, Hashable, Sendable {
    /// As it is written.
    var word: String { get }
}

extension Vocabulary {
    /// nil: it is not in the list.
    package init?(word: String) {
        guard let match = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = match
    }

    package static var words: [String] { allCases.map(\.word) }
}

extension Vocabulary where Self: RawRepresentable, RawValue == String {
    package var word: String { rawValue }

    package init?(word: String) { self.init(rawValue: word) }
}

/// A word of a vocabulary as another program wrote it: a newer one may know words that this one does not, and they
/// are shown all the same.
package struct OpenWord<Words: Vocabulary>: Hashable, Sendable, Codable, CustomStringConvertible {
    package let text: String

    package init(_ word: Words) { text = word.word }
    package init(text: String) { self.text = text }

    /// nil: a word of a newer program.
    package var known: Words? { Words(word: text) }

    package init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    package var description: String { text }
}

/// As a key of an object: `{"busy":3,"no-answer":12}`.
extension OpenWord: CodingKeyRepresentable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    package var codingKey: any CodingKey { Key(stringValue: text) }
    package init(codingKey: some CodingKey) { text = codingKey.stringValue }
}
