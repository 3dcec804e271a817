// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

// What follows when a text was wrong, or when it is over.
extension Verbs {
    package struct Correct: OfficerBearing {
        package var action: ActionID
        /// What is said, and written where the action wrote.
        package var text: String
        /// What is written; nil: `text`.
        package var sms: String?
        package var officer: OfficerName?
        /// The alert that asks for it, by the name that its own action would have; nil: no alert does.
        package var alert: ActionID?

        package init(
            action: ActionID, text: String, sms: String? = nil, officer: OfficerName?, alert: ActionID? = nil
        ) {
            self.action = action
            self.text = text
            self.sms = sms
            self.officer = officer
            self.alert = alert
        }

        package static let officerVerb = OfficerVerb.correct

        package static let declaration = VerbDeclaration<Self>(
            "correct", "stop an action whose text is wrong, and tell those who may have heard it what is right",
            keys: Key("action", \.action, .actionID),
            Key("text", \.text, .requiredSpokenText, help: "what is said, and written where the action wrote"),
            Key("sms", \.sms, .spokenText, help: "what is written instead"),
            Key("officer", \.officer, .officer, help: officerHelp), Key("alert", \.alert, .optionalActionID),
            replies: [Replies.followed], make: Self.init)
    }

    package struct Close: OfficerBearing {
        package var action: ActionID
        /// What those who were reached are told; nil: nothing, and `none` says why.
        package var text: String?
        /// What is written; nil: `text`.
        package var sms: String?
        /// How it ended, for the evaluation; nil: not said.
        package var result: String?
        /// Why nobody is told.
        package var none: String?
        package var officer: OfficerName?
        /// The alert that asks for it, by the name that its own action would have; nil: no alert does.
        package var alert: ActionID?

        package init(
            action: ActionID, text: String? = nil, sms: String? = nil, result: String? = nil, none: String? = nil,
            officer: OfficerName?, alert: ActionID? = nil
        ) {
            self.action = action
            self.text = text
            self.sms = sms
            self.result = result
            self.none = none
            self.officer = officer
            self.alert = alert
        }

        package static let officerVerb = OfficerVerb.close

        package static let declaration = VerbDeclaration<Self>(
            "close", "end an action, and tell those whom it reached how it ended",
            keys: Key("action", \.action, .actionID),
            Key("text", \.text, .spokenText, help: "what is said, and written where the action wrote"),
            Key("sms", \.sms, .spokenText, help: "what is written instead"),
            Key(
                "result", \.result, .optionalIdentifier,
                help: "how it ended, for the evaluation: found, arrested, nothing or another word"),
            Key("none", \.none, .reason, help: "tell nobody, for this reason"),
            Key("officer", \.officer, .officer, help: officerHelp), Key("alert", \.alert, .optionalActionID),
            replies: [Replies.followed],
            make: { action, text, sms, result, none, officer, alert throws(ProtocolError) in
                guard (text == nil) != (none == nil) else {
                    throw ProtocolError(
                        .invalidValue, "exactly one of \"text\" and \"none\" must be there", field: "text")
                }
                guard sms == nil || text != nil else { throw .notAllowed("sms", "needs \"text\"") }
                return Self(
                    action: action, text: text, sms: sms, result: result, none: none, officer: officer, alert: alert)
            })
    }
}

extension ValueForm where Value == String {
    /// As ``spokenText``.
    static var requiredSpokenText: ValueForm { string }
}

extension ValueForm where Value == String? {
    /// For people, one line.
    static var reason: ValueForm {
        ValueForm(
            read: { object, key throws(ProtocolError) in
                guard let text = try object.line(key, maximum: 200) else { return nil }
                guard text.contains(where: { !$0.isWhitespace }) else { throw object.notAllowed(key, "says nothing") }
                return text
            }, write: { $0.map { .string($0) } })
    }
}
