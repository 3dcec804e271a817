// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

// The register of participants.
extension Verbs {
    /// Opens an import: participants and a commit or an abort follow.
    package struct ImportParticipants: ImportVerb {
        /// Who is enrolled and not in the list is withdrawn.
        package var replaces: Bool
        package var isDryRun: Bool
        package var skipsInvalid: Bool

        package init(replaces: Bool = false, isDryRun: Bool = false, skipsInvalid: Bool = false) {
            self.replaces = replaces
            self.isDryRun = isDryRun
            self.skipsInvalid = skipsInvalid
        }

        package static let declaration = VerbDeclaration<Self>(
            "participants-import", "bring a list of participants into the register",
            keys: Key("replace", \.replaces, .flag, help: "withdraw whoever is enrolled and not in the list"),
            Key("dry-run", \.isDryRun, .flag, help: "show what would change, and change nothing"),
            Key("skip-invalid", \.skipsInvalid, .flag, help: "pass bad rows over, instead of refusing all"),
            replies: [Replies.invalid, Replies.duplicate, Replies.difference, Replies.imported, Replies.aborted],
            make: Self.init)
    }

    package struct ExportParticipants: Verb {
        package var format: RegisterFormat
        package var locale: ExportLocale?

        package init(format: RegisterFormat = .csv, locale: ExportLocale? = nil) {
            self.format = format
            self.locale = locale
        }

        package static let declaration = VerbDeclaration<Self>(
            "participants-export", "write the register as it can be imported",
            keys: Key("format", \.format, .word(default: .csv), help: "csv or json-lines"),
            Key("locale", \.locale, .optionalWord(), help: "nl: CSV as Dutch spreadsheets read it"),
            replies: [Replies.lines, Replies.rows], make: Self.init)
    }

    /// What the register has of somebody, by a number or a reference.
    package struct ShowParticipant: Verb {
        package var participant: String

        package init(participant: String) { self.participant = participant }

        package static let declaration = VerbDeclaration<Self>(
            "participants-show", "show what the register has of somebody",
            keys: Key("participant", \.participant, .string), replies: [Replies.participant], make: Self.init)
    }

    /// Changes what is spoken of. The `id` and `number` of `to` are the new ones.
    package struct SetParticipant: Verb {
        package var participant: String
        package var to: ParticipantLine

        package init(participant: String, to: ParticipantLine) {
            self.participant = participant
            self.to = to
        }

        package static let declaration = VerbDeclaration<Self>(
            "participants-set", "change what the register has of somebody, or enrol somebody",
            keys: Key("participant", \.participant, .string), Key("to", \.to, .participant),
            replies: [Replies.participant], make: Self.init)
    }

    package struct PauseParticipant: Verb {
        package var participant: String
        /// "": no longer.
        package var until: String

        package init(participant: String, until: String) {
            self.participant = participant
            self.until = until
        }

        package static let declaration = VerbDeclaration<Self>(
            "participants-pause", "call and send somebody nothing until a day or time",
            keys: Key("participant", \.participant, .string),
            Key(
                "until", \.until, .string, help: "a day (its beginning), a local time or one with a zone; '': no longer"
            ),
            replies: [Replies.participant], make: Self.init)
    }

    /// The number of a citizen is purged wherever it stands.
    package struct ForgetParticipant: Verb {
        package var number: String
        /// What was opted out of stays by the number, not by its pseudonym.
        package var keepsNumber: Bool

        package init(number: String, keepsNumber: Bool = false) {
            self.number = number
            self.keepsNumber = keepsNumber
        }

        package static let declaration = VerbDeclaration<Self>(
            "participants-forget", "purge a citizen's number at once; a pseudonym takes its place",
            keys: Key("number", \.number, .string),
            Key(
                "keep-number", \.keepsNumber, .flag,
                help: "keep what was opted out of by the number itself, not by its pseudonym"),
            replies: [Replies.count], make: Self.init)
    }

    /// Each action and rule in order, of one number.
    package struct Why: Verb {
        package var participant: String
        package var action: ActionID?
        package var language: Language

        package init(participant: String, action: ActionID? = nil, language: Language = .english) {
            self.participant = participant
            self.action = action
            self.language = language
        }

        package static let declaration = VerbDeclaration<Self>(
            "why", "say why somebody was called or not, for the help desk; the question is noted",
            keys: Key("participant", \.participant, .string),
            Key("action", \.action, .optionalActionID, help: "in this action alone"),
            Key("language", \.language, .word(default: .english), help: "nl or en"),
            replies: [Replies.reason, Replies.count], make: Self.init)
    }

    package struct Hygiene: Verb {
        package var since: Timestamp
        package var locale: ExportLocale?

        package init(since: Timestamp, locale: ExportLocale? = nil) {
            self.since = since
            self.locale = locale
        }

        package static let declaration = VerbDeclaration<Self>(
            "participants-hygiene", "list numbers that the office which keeps the list should look at",
            keys: Key(
                "since", \.since,
                ValueForm(
                    read: { object, key throws(ProtocolError) in
                        _ = try object.required(key)
                        guard let time = try object.time(key) else { throw object.notAllowed(key, "must be a time") }
                        return time
                    }, write: { .string($0.description) })),
            Key("locale", \.locale, .optionalWord(), help: "nl: CSV as Dutch spreadsheets read it"),
            replies: [Replies.lines, Replies.rows], make: Self.init)
    }
}

package enum RegisterFormat: String, Vocabulary {
    case csv = "csv"
    case jsonLines = "json-lines"
}

extension ValueForm where Value == ParticipantLine {
    static var participant: ValueForm {
        ValueForm(
            read: { object, key throws(ProtocolError) in
                try ParticipantLine(try object.required(key), path: object.join(key))
            }, write: { .object($0.members) })
    }
}
