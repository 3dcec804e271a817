// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

extension Verbs {
    /// How an action went. docs/evaluation.md describes what it says.
    package struct Evaluate: Verb {
        package enum Format: String, Vocabulary {
            case html, text, json
        }

        package var action: ActionID
        package var format: Format
        package var language: Language
        /// Half a page.
        package var isBriefing: Bool
        /// Of one municipality alone; nil: all.
        package var account: String?

        package init(
            action: ActionID, format: Format = .json, language: Language = .dutch, isBriefing: Bool = false,
            account: String? = nil
        ) {
            self.action = action
            self.format = format
            self.language = language
            self.isBriefing = isBriefing
            self.account = account
        }

        package static let declaration = VerbDeclaration<Self>(
            "evaluation", "say how an action went",
            keys: Key("action", \.action, .actionID), Key("format", \.format, .word(default: .json)),
            Key("language", \.language, .word(default: .dutch)), Key("briefing", \.isBriefing, .flag),
            Key("account", \.account, .optionalIdentifier), replies: [Replies.lines, Replies.rows, Replies.evaluation],
            make: { action, format, language, isBriefing, account throws(ProtocolError) in
                if isBriefing, format == .json { throw .notAllowed("briefing", "is a text or a page, not \"json\"") }
                return Self(
                    action: action, format: format, language: language, isBriefing: isBriefing, account: account)
            })
    }
}
