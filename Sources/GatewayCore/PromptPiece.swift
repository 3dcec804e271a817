// SPDX-License-Identifier: GPL-3.0-or-later

/// One part of a spoken message; a message is a sequence of them.
///
/// As JSON: `{"text": "..."}`, also with `"language": "en"`, `{"recording": "opening"}` or `{"pause": 500}` (milliseconds).
package enum PromptPiece: Hashable, Sendable, Journalled {
    /// Spoken by text-to-speech; nil: in the action's language.
    case text(String, language: Language? = nil)
    /// A standard prompt's name, or a file in the recordings directory.
    case recording(String)
    /// Silence, in milliseconds.
    case pause(Int)

    /// Names in the journal and in submissions, which stay whatever the cases are called.
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case text = "text"
        case recording = "recording"
        case pause = "pause"
        case language = "language"
    }

    package init(from decoder: Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let keys = container.allKeys.filter { $0 != .language }
        guard keys.count == 1, let key = keys.first else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "a message piece has exactly one of \"text\", \"recording\" and \"pause\""))
        }
        switch key {
        case .text:
            let word = try container.decodeIfPresent(String.self, forKey: .language)
            let language = word.flatMap { Language(word: $0) }
            guard word == nil || language != nil else {
                throw DecodingError.dataCorruptedError(
                    forKey: .language, in: container, debugDescription: "a language that is not known")
            }
            self = .text(try container.decode(String.self, forKey: .text), language: language)
        case .recording: self = .recording(try container.decode(String.self, forKey: .recording))
        case .pause: self = .pause(try container.decode(Int.self, forKey: .pause))
        case .language:
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "a message piece is no language alone"))
        }
    }

    package func encode(to encoder: Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .text(let text, let language):
            try container.encode(text, forKey: .text)
            try container.encodeIfPresent(language?.word, forKey: .language)
        case .recording(let name): try container.encode(name, forKey: .recording)
        case .pause(let milliseconds): try container.encode(milliseconds, forKey: .pause)
        }
    }
}
