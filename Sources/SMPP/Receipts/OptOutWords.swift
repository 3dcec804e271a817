// SPDX-License-Identifier: GPL-3.0-or-later

/// Recognises a message that is nothing but the wish to receive no more: STOP.
///
/// The whole message must be the word. "Stop! Ik zie hem lopen" is a report from a citizen, and whoever takes it
/// for an opt-out loses the report and the citizen. Case, and whatever is not a letter or a digit, does not count:
/// `"Stop!"`, `STOP.`, `'stop'` and `Stop 🛑` are the word, and so is `stop?`.
package struct OptOutWords: Sendable, Hashable {
    /// Dutch words, and the English ones that carriers prescribe (CTIA Messaging Principles and Best Practices
    /// §5.1.3: STOP, STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT, REVOKE, OPTOUT).
    package static let standardWords = [
        "stop", "stoppen", "stop all", "stopall", "stop alles", "stopalles", "stop sms", "sms stop", "stop a.u.b.",
        "afmelden", "meld af", "meld me af", "uitschrijven", "schrijf uit", "schrijf me uit", "unsubscribe",
        "cancel", "end", "quit", "revoke", "opt out", "optout",
    ]

    /// The Dutch and English words.
    package static let standard = OptOutWords(words: standardWords)

    private let words: Set<String>
    private let longest: Int

    /// Makes a list; words may have blanks, and are compared as messages are.
    package init(words: [String]) {
        self.words = Set(words.map(Self.normalised).filter { !$0.isEmpty })
        longest = self.words.map(\.count).max() ?? 0
    }

    /// Whether the whole message is one of the words.
    package func matches(_ message: String) -> Bool {
        // Letters and digits alone count; a longer message can be no word, however long it is.
        var significant = 0
        for character in message where character.isLetter || character.isNumber {
            significant += 1
            if significant > longest { return false }
        }
        return significant > 0 && words.contains(Self.normalised(message))
    }

    /// Lower case; whatever is no letter or digit becomes one blank between words, and nothing at the ends.
    private static func normalised(_ text: String) -> String {
        var result = ""
        var hasGap = false
        for character in text {
            if character.isLetter || character.isNumber {
                if hasGap && !result.isEmpty { result.append(" ") }
                hasGap = false
                result.append(contentsOf: character.lowercased())
            } else {
                hasGap = true
            }
        }
        return result
    }
}
