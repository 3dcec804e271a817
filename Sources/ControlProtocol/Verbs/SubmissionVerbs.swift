// SPDX-License-Identifier: GPL-3.0-or-later

extension Verbs {
    /// Opens a submission: recipients and a commit or an abort follow.
    package struct Submit: SubmissionVerb {
        package var action: ActionDocument
        package var skipsInvalid: Bool

        package init(action: ActionDocument, skipsInvalid: Bool = false) {
            self.action = action
            self.skipsInvalid = skipsInvalid
        }

        package static let declaration = VerbDeclaration<Self>(
            "submit", "submit an action with its recipients",
            keys: Key("action", \.action, .action),
            Key(
                "skip-invalid", \.skipsInvalid, .flag,
                help: "leave invalid recipients out and alert the others, instead of refusing all"),
            replies: [Replies.invalid, Replies.duplicate, Replies.accepted, Replies.quote, Replies.aborted],
            make: Self.init)
    }

    /// The same lines as ``Submit``, but a commit answers how it would go, and nothing of it remains.
    package struct Plan: SubmissionVerb {
        package var action: ActionDocument
        package var skipsInvalid: Bool

        package init(action: ActionDocument, skipsInvalid: Bool = false) {
            self.action = action
            self.skipsInvalid = skipsInvalid
        }

        package static let declaration = VerbDeclaration<Self>(
            "plan", "say how long an action would take, what holds it up and what it costs",
            keys: Key("action", \.action, .action), Key("skip-invalid", \.skipsInvalid, .flag),
            replies: [Replies.invalid, Replies.duplicate, Replies.quote, Replies.forecast, Replies.aborted],
            make: Self.init)
    }
}

extension ValueForm where Value == ActionDocument {
    fileprivate static var action: ValueForm {
        ValueForm(
            read: { object, key throws(ProtocolError) in
                try ActionDocument(try object.required(key), path: object.join(key))
            }, write: { $0.json })
    }
}
