// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What a client lets pass in its list, which would be refused otherwise.
package struct SubmissionLeniency: Equatable, Sendable {
    /// Recipients who cannot be reached are left out, instead of refusing all.
    package var skipsInvalid: Bool
    /// A number without + and 0 is one whose zeros a spreadsheet took away.
    package var assumesLostZero: Bool
    /// A code that is a configured account's in another writing is an account of its own.
    package var allowsUnknownAccounts: Bool

    package init(skipsInvalid: Bool = false, assumesLostZero: Bool = false, allowsUnknownAccounts: Bool = false) {
        self.skipsInvalid = skipsInvalid
        self.assumesLostZero = assumesLostZero
        self.allowsUnknownAccounts = allowsUnknownAccounts
    }

    static let form = ObjectForm<Self>(
        Key(
            "skip-invalid", \.skipsInvalid, .flag,
            help: "leave invalid recipients out and alert the others, instead of refusing all"),
        Key(
            "assume-lost-zero", \.assumesLostZero, .flag,
            help: "read 612345678 as 0612345678: a spreadsheet took the zero away"),
        Key(
            "allow-unknown-accounts", \.allowsUnknownAccounts, .flag,
            help:
                "take account codes as they are written, also where a configured one differs in case, zeros or GM only"),
        make: Self.init)
}

extension Verbs {
    /// Opens a submission: recipients and a commit or an abort follow.
    package struct Submit: SubmissionVerb, OfficerBearing {
        package var action: ActionDocument
        package var leniency: SubmissionLeniency
        /// Nothing of it is kept; its end answers all that whoever sends it should see before.
        package var isDryRun: Bool
        /// How many recipients the submitter counts on; nil: nothing is said.
        package var confirm: Int?
        package var officer: OfficerName?

        package init(
            action: ActionDocument, leniency: SubmissionLeniency = SubmissionLeniency(), isDryRun: Bool = false,
            confirm: Int? = nil, officer: OfficerName? = nil
        ) {
            self.action = action
            self.leniency = leniency
            self.isDryRun = isDryRun
            self.confirm = confirm
            self.officer = officer
        }

        package static let officerVerb = OfficerVerb.submit

        package static let declaration = VerbDeclaration<Self>(
            "submit", "submit an action with its recipients",
            keys: Key("action", \.action, .action), Key(\.leniency, SubmissionLeniency.form),
            Key("dry-run", \.isDryRun, .flag),
            Key(
                "confirm", \.confirm, .confirmation,
                help: "accept the action only if it has exactly so many recipients; large ones need it"),
            Key("officer", \.officer, .officer, help: officerHelp),
            replies: [
                Replies.invalid, Replies.duplicate, Replies.accepted, Replies.texts, Replies.rule, Replies.quote,
                Replies.forecast, Replies.aborted,
            ],
            make: Self.init)
    }

    /// The same lines as ``Submit``, but a commit answers how it would go, and nothing of it remains.
    package struct Plan: SubmissionVerb {
        package var action: ActionDocument
        package var leniency: SubmissionLeniency

        package init(action: ActionDocument, leniency: SubmissionLeniency = SubmissionLeniency()) {
            self.action = action
            self.leniency = leniency
        }

        package static let declaration = VerbDeclaration<Self>(
            "plan", "say how long an action would take, what holds it up and what it costs",
            keys: Key("action", \.action, .action), Key(\.leniency, SubmissionLeniency.form),
            replies: [Replies.invalid, Replies.duplicate, Replies.quote, Replies.forecast, Replies.aborted],
            make: Self.init)
    }
}

extension ValueForm where Value == Int? {
    fileprivate static var confirmation: ValueForm {
        ValueForm(
            read: { object, key throws(ProtocolError) in try object.integer(key, 1...10_000_000) },
            write: { $0.map { .integer($0) } })
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
