// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What kind of error a reply reports; the word on the wire. docs/protocol.md lists them all.
///
/// Not an enumeration: a client must be able to read the errors of a newer daemon.
package struct ErrorCode: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
    private init(_ text: String) { rawValue = text }
    package init(from decoder: Decoder) throws { rawValue = try decoder.singleValueContainer().decode(String.self) }
    package func encode(to encoder: Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
    package var description: String { rawValue }

    // A line that cannot be read as a request.
    package static let lineTooLong = ErrorCode("line-too-long")
    package static let invalidUTF8 = ErrorCode("invalid-utf8")
    package static let invalidJSON = ErrorCode("invalid-json")
    package static let nestingTooDeep = ErrorCode("nesting-too-deep")
    package static let unknownVerb = ErrorCode("unknown-verb")
    package static let unknownKey = ErrorCode("unknown-key")
    package static let missingKey = ErrorCode("missing-key")
    package static let wrongType = ErrorCode("wrong-type")
    package static let invalidValue = ErrorCode("invalid-value")

    // Submission.
    /// A value of the action that is not allowed; `field` names it.
    package static let invalidAction = ErrorCode("invalid-action")
    /// Some recipients are invalid and `skip-invalid` was not set; `count` says how many.
    package static let invalidRecipients = ErrorCode("invalid-recipients")
    package static let noRecipients = ErrorCode("no-recipients")
    package static let tooManyRecipients = ErrorCode("too-many-recipients")
    /// The id exists already with other content.
    package static let conflict = ErrorCode("conflict")
    /// Another connection is submitting the same id.
    package static let beingSubmitted = ErrorCode("being-submitted")
    /// A verb came between a `submit` and its commit.
    package static let submissionOpen = ErrorCode("submission-open")
    /// A recipient, commit or abort came without a `submit` before it.
    package static let noSubmission = ErrorCode("no-submission")
    package static let speechFailed = ErrorCode("speech-failed")
    /// The texts of the action say what `[Gate]` refuses.
    package static let textRefused = ErrorCode("text-refused")

    // Operation.
    package static let unknownAction = ErrorCode("unknown-action")
    package static let wrongPhase = ErrorCode("wrong-phase")
    package static let nothingToRetry = ErrorCode("nothing-to-retry")
    package static let unknownTrunk = ErrorCode("unknown-trunk")
    package static let unknownSMSC = ErrorCode("unknown-smsc")
    package static let unknownRecord = ErrorCode("unknown-record")
    package static let unknownAccount = ErrorCode("unknown-account")
    package static let nothingToCredit = ErrorCode("nothing-to-credit")
    package static let unknownParticipant = ErrorCode("unknown-participant")

    /// The files have mistakes; `count` says how many.
    package static let invalidConfiguration = ErrorCode("invalid-configuration")

    // Officers.
    /// The verb needs the name of an officer.
    package static let officerRequired = ErrorCode("officer-required")
    /// Who submitted an action cannot approve it.
    package static let sameOfficer = ErrorCode("same-officer")
    /// `confirm` is not the number of recipients, or is missing; `count` is that number.
    package static let notConfirmed = ErrorCode("not-confirmed")
    /// The action was closed before, with another text.
    package static let alreadyClosed = ErrorCode("already-closed")

    // The daemon itself.
    package static let busy = ErrorCode("busy")
    package static let timeout = ErrorCode("timeout")
    package static let shuttingDown = ErrorCode("shutting-down")
    package static let journalFailed = ErrorCode("journal-failed")
    package static let internalError = ErrorCode("internal-error")

    // Found by burgernetctl itself.
    /// A recipients file, or a line of it.
    package static let invalidFile = ErrorCode("invalid-file")
    package static let invalidReply = ErrorCode("invalid-reply")

    /// In the order of docs/protocol.md.
    package static let all: [ErrorCode] = [
        .lineTooLong, .invalidUTF8, .invalidJSON, .nestingTooDeep, .unknownVerb, .unknownKey, .missingKey, .wrongType,
        .invalidValue, .invalidAction, .invalidRecipients, .noRecipients, .tooManyRecipients, .conflict,
        .beingSubmitted, .submissionOpen, .noSubmission, .speechFailed, .textRefused, .unknownAction, .wrongPhase,
        .nothingToRetry,
        .unknownTrunk, .unknownSMSC, .unknownRecord, .unknownAccount, .nothingToCredit, .unknownParticipant,
        .officerRequired, .sameOfficer, .notConfirmed, .alreadyClosed, .invalidConfiguration, .busy, .timeout,
        .shuttingDown,
        .journalFailed, .internalError,
        .invalidFile,
        .invalidReply,
    ]
}

/// Why a line was refused, in words for an operator. As JSON it is the `error` of a reply.
package struct ProtocolError: Error, Equatable, Sendable, Codable, CustomStringConvertible {
    package var code: ErrorCode
    package var message: String
    /// Path of the key concerned: `action.message[2].pause`, counted from 0.
    package var field: String?
    /// Line of the recipients that is concerned, counted from 1.
    package var line: Int?
    /// How many recipients are concerned.
    package var count: Int?

    package init(_ code: ErrorCode, _ message: String, field: String? = nil, line: Int? = nil, count: Int? = nil) {
        self.code = code
        self.message = message
        self.field = field
        self.line = line
        self.count = count
    }

    package var description: String { message }
}

extension ProtocolError {
    init(_ error: JSONSyntaxError) {
        switch error.kind {
        case .syntax: self.init(.invalidJSON, "not valid JSON: \(error.reason) (\(error.place))")
        case .tooDeep: self.init(.nestingTooDeep, "\(error.reason) (\(error.place))")
        case .notUTF8: self.init(.invalidUTF8, "not UTF-8: \(error.reason) (\(error.place))")
        }
    }

    /// `"to" must be later than "from"`: a value of a request, on whose type nothing is wrong.
    static func notAllowed(_ key: String, _ text: String) -> ProtocolError {
        ProtocolError(.invalidValue, "\"\(key)\" \(text)", field: key)
    }

    static func lineTooLong(limit: Int) -> ProtocolError {
        ProtocolError(.lineTooLong, "the line is longer than \(limit) bytes")
    }

    static func unknownVerb(_ verb: String) -> ProtocolError {
        let hint = closest(to: verb, in: Verbs.all.map { $0.name }).map { "; did you mean \"\($0)\"?" } ?? ""
        return ProtocolError(.unknownVerb, "there is no verb \"\(excerpt(verb))\"\(hint)", field: "verb")
    }
}

/// At most 40 characters of a text that somebody else wrote, fit to stand in an error message.
func excerpt(_ text: String) -> String {
    text.readable(40) + (text.unicodeScalars.count > 40 ? "..." : "")
}

/// C0 and C1 control characters, and those that turn the direction of text around.
func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f..<0xa0, 0x2028, 0x2029, 0x202a...0x202e, 0x2066...0x2069: true
    default: false
    }
}

/// The known word that a mistyped one most probably meant; nil when none is near.
package func closest(to word: String, in known: [String]) -> String? {
    let typed = Array(word.lowercased().utf8.prefix(64))
    var best: (distance: Int, word: String)?
    for candidate in known {
        let distance = editDistance(typed, Array(candidate.utf8))
        if distance < best?.distance ?? Int.max { best = (distance, candidate) }
    }
    guard let best, best.distance <= max(1, min(typed.count, best.word.utf8.count) / 3 + 1),
        best.distance < best.word.utf8.count
    else { return nil }
    return best.word
}
