// SPDX-License-Identifier: GPL-3.0-or-later

/// One part of a spoken message; a message is a sequence of them.
///
/// As JSON: `{"text": "..."}`, `{"recording": "opening"}` or `{"pause": 500}` (milliseconds).
package enum PromptPiece: Hashable, Sendable, Journalled {
    /// Spoken by text-to-speech in the action's language.
    case text(String)
    /// A standard prompt's name, or a file in the recordings directory.
    case recording(String)
    /// Silence, in milliseconds.
    case pause(Int)

    /// Names in the journal and in submissions, which stay whatever the cases are called.
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case text = "text"
        case recording = "recording"
        case pause = "pause"
    }

    package init(from decoder: Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let keys = container.allKeys
        guard keys.count == 1, let key = keys.first else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "a message piece has exactly one of \"text\", \"recording\" and \"pause\""))
        }
        switch key {
        case .text: self = .text(try container.decode(String.self, forKey: .text))
        case .recording: self = .recording(try container.decode(String.self, forKey: .recording))
        case .pause: self = .pause(try container.decode(Int.self, forKey: .pause))
        }
    }

    package func encode(to encoder: Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .text(let text): try container.encode(text, forKey: .text)
        case .recording(let name): try container.encode(name, forKey: .recording)
        case .pause(let milliseconds): try container.encode(milliseconds, forKey: .pause)
        }
    }
}
