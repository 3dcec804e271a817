// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// A verb that says for which officer it is asked.
package protocol OfficerBearing: Verb {
    static var officerVerb: OfficerVerb { get }
    var officer: OfficerName? { get }
}

/// Of the key `officer`, wherever it stands.
let officerHelp = "the officer for whom this is asked; default $BURGERNET_OFFICER"

// What officers answer for by name.
extension Verbs {
    package struct Approve: OfficerBearing {
        package var action: ActionID
        package var officer: OfficerName?

        package init(action: ActionID, officer: OfficerName?) {
            self.action = action
            self.officer = officer
        }

        package static let officerVerb = OfficerVerb.approve

        package static let declaration = VerbDeclaration<Self>(
            "approve", "let an action go that waits for a second officer", keys: Key("action", \.action, .actionID),
            Key("officer", \.officer, .officer, help: officerHelp), replies: [Replies.action], make: Self.init)
    }

    package struct Stop: OfficerBearing {
        package var action: ActionID
        /// What is said to those who listen; nil: nothing.
        package var say: String?
        /// At once, in place of the message; else when that has ended.
        package var isSwitch: Bool
        package var officer: OfficerName?

        package init(action: ActionID, say: String? = nil, isSwitch: Bool = false, officer: OfficerName?) {
            self.action = action
            self.say = say
            self.isSwitch = isSwitch
            self.officer = officer
        }

        package static let officerVerb = OfficerVerb.stop

        package static let declaration = VerbDeclaration<Self>(
            "stop", "stop an action for good; whoever listens may hear the message out",
            keys: Key("action", \.action, .actionID),
            Key("say", \.say, .spokenText, help: "what is said to those who listen, when their message has ended"),
            Key("switch", \.isSwitch, .flag, help: "say it at once, in place of the message"),
            Key("officer", \.officer, .officer, help: officerHelp), replies: [Replies.action],
            make: { action, say, isSwitch, officer throws(ProtocolError) in
                guard !isSwitch || say != nil else {
                    throw .notAllowed("switch", "needs \"say\": what is to be said instead")
                }
                return Self(action: action, say: say, isSwitch: isSwitch, officer: officer)
            })
    }
}

extension ValueForm where Value == String? {
    /// A text that is to be spoken, in the action's language. Whatever is wrong with it is said once the action is stopped
    /// (``checkSpokenText(_:field:)``): a stop must not fail because of a text.
    static var spokenText: ValueForm {
        ValueForm(
            read: { object, key throws(ProtocolError) in try object.optionalString(key) },
            write: { $0.map { .string($0) } })
    }
}

/// Refuses a text that is too long, or has nothing that can be spoken.
///
/// - Parameter field: The key in which it came.
package func checkSpokenText(_ text: String, field: String) throws(ProtocolError) {
    let object = try ObjectReader(.object([JSONMember(field, .string(text))]), path: "", keys: [field])
    try object.check(text, field, maximum: ActionDocument.maximumText, allowsNewlines: true)
    let isSpoken = text.unicodeScalars.contains { $0.properties.isAlphabetic || $0.properties.numericType != nil }
    guard isSpoken else { throw object.notAllowed(field, "has nothing that can be spoken") }
}
