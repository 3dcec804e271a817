// SPDX-License-Identifier: GPL-3.0-or-later

/// How a citizen is reached.
package enum Channel: String, Vocabulary, Codable {
    case voice = "voice"
    case sms = "sms"

    /// As lists of participants name it, in any case: in English or Dutch, or by the telephone that is called. nil: it
    /// names no channel.
    package init?(listed text: String) {
        switch text.lowercased() {
        case "voice", "telefoon", "mobiel": self = .voice
        case "sms": self = .sms
        default: return nil
        }
    }
}
