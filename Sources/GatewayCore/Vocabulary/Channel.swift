// SPDX-License-Identifier: GPL-3.0-or-later

/// How a citizen is reached.
package enum Channel: String, Vocabulary, Codable {
    case voice = "voice"
    case sms = "sms"
}
