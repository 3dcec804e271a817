// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// A message as it sounds.
package struct RenderedPrompt: Equatable, Sendable, Codable {
    package var promptMilliseconds: Int
    /// SHA-256 of everything that changes the sound.
    package var promptHash: String
    /// Loudness after normalisation, in dB relative to full scale (RMS).
    package var level: Double

    package init(promptMilliseconds: Int, promptHash: String, level: Double) {
        self.promptMilliseconds = promptMilliseconds
        self.promptHash = promptHash
        self.level = level
    }

    private enum CodingKeys: String, CodingKey {
        case promptMilliseconds = "message-ms"
        case promptHash = "prompt-hash"
        case level = "level-dbfs"
    }
}

/// Piece of a WAV file; base64 on the wire.
package struct AudioPiece: Equatable, Sendable, Codable {
    package var bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package init(from decoder: any Decoder) throws {
        bytes = Array(try decoder.singleValueContainer().decode(Data.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Data(bytes))
    }
}

extension Replies {
    package static let audio = ReplyKind<AudioPiece>("audio")
    package static let rendered = ReplyKind<RenderedPrompt>("rendered")
}
