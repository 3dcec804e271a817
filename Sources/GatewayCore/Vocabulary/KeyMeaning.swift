// SPDX-License-Identifier: GPL-3.0-or-later

/// What a key that a citizen presses does.
package enum KeyMeaning: String, Vocabulary, Codable {
    /// Plays the message from its beginning.
    case `repeat` = "repeat"
    /// Proves that a person heard it.
    case confirm = "confirm"
}
