// SPDX-License-Identifier: GPL-3.0-or-later

/// What an action would say: each text as it is sent and as it is spoken, and what is found in it.
package struct TextReport: Equatable, Sendable, Codable {
    /// A piece of the message, or the text of the SMS.
    package struct Piece: Equatable, Sendable, Codable {
        /// `message[1]` or `sms`.
        package var place: String
        package var text: String?
        /// As the text-to-speech program gets it; of a recording, what it says, if that is known.
        package var spoken: String?
        package var recording: String?
        /// Milliseconds.
        package var pause: Int?

        package init(
            place: String, text: String? = nil, spoken: String? = nil, recording: String? = nil, pause: Int? = nil
        ) {
            self.place = place
            self.text = text
            self.spoken = spoken
            self.recording = recording
            self.pause = pause
        }
    }

    package struct Finding: Equatable, Sendable, Codable {
        /// `error`, `warning` or `hint`.
        package var severity: String
        /// `number`, `link`, `date`, `part`, `abbreviation`, `sentence`, `word`, `capitals`.
        package var check: String
        /// As in ``Piece``; "" for all.
        package var place: String
        package var text: String

        package init(severity: String, check: String, place: String, text: String) {
            self.severity = severity
            self.check = check
            self.place = place
            self.text = text
        }
    }

    package var language: String
    package var pieces: [Piece]
    /// 0 without a message to be spoken.
    package var promptMilliseconds: Int
    /// Of the SMS; nil: there is none, or no SMSC.
    package var segments: Int?
    /// Recipients by the channel that is tried first.
    package var channels: [String: Int]
    /// The gravest first.
    package var findings: [Finding]

    package init(
        language: String, pieces: [Piece], promptMilliseconds: Int, segments: Int?, channels: [String: Int],
        findings: [Finding]
    ) {
        self.language = language
        self.pieces = pieces
        self.promptMilliseconds = promptMilliseconds
        self.segments = segments
        self.channels = channels
        self.findings = findings
    }

    private enum CodingKeys: String, CodingKey {
        case language, pieces, segments, channels, findings
        case promptMilliseconds = "message-ms"
    }
}

extension Replies {
    package static let texts = ReplyKind<TextReport>("texts")
}
