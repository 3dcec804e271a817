// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What kind of error a reply reports; the word on the wire. docs/protocol.md lists them all.
///
/// Not an enumeration: a client must be able to read the errors of a newer daemon.
public struct ErrorCode: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    private init(_ text: String) { rawValue = text }
    public init(from decoder: Decoder) throws { rawValue = try decoder.singleValueContainer().decode(String.self) }
    public func encode(to encoder: Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
    public var description: String { rawValue }

    // A line that cannot be read as a request.
    public static let lineTooLong = ErrorCode("line-too-long")
    public static let invalidUTF8 = ErrorCode("invalid-utf8")
    public static let invalidJSON = ErrorCode("invalid-json")
    public static let nestingTooDeep = ErrorCode("nesting-too-deep")
    public static let unknownVerb = ErrorCode("unknown-verb")
    public static let unknownKey = ErrorCode("unknown-key")
    public static let missingKey = ErrorCode("missing-key")
    public static let wrongType = ErrorCode("wrong-type")
    public static let invalidValue = ErrorCode("invalid-value")

    // Submission.
    /// A value of the action that is not allowed; `field` names it.
    public static let invalidAction = ErrorCode("invalid-action")
    /// Some recipients are invalid and `skip-invalid` was not set; `count` says how many.
    public static let invalidRecipients = ErrorCode("invalid-recipients")
    public static let noRecipients = ErrorCode("no-recipients")
    public static let tooManyRecipients = ErrorCode("too-many-recipients")
    /// The id exists already with other content.
    public static let conflict = ErrorCode("conflict")
    /// Another connection is submitting the same id.
    public static let beingSubmitted = ErrorCode("being-submitted")
    /// A verb came between a `submit` and its commit.
    public static let submissionOpen = ErrorCode("submission-open")
    /// A recipient, commit or abort came without a `submit` before it.
    public static let noSubmission = ErrorCode("no-submission")
    public static let speechFailed = ErrorCode("speech-failed")

    // Operation.
    public static let unknownAction = ErrorCode("unknown-action")
    public static let wrongPhase = ErrorCode("wrong-phase")
    public static let nothingToRetry = ErrorCode("nothing-to-retry")
    public static let unknownTrunk = ErrorCode("unknown-trunk")
    public static let unknownSMSC = ErrorCode("unknown-smsc")
    public static let unknownRecord = ErrorCode("unknown-record")
    public static let nothingToCredit = ErrorCode("nothing-to-credit")

    // The daemon itself.
    public static let busy = ErrorCode("busy")
    public static let timeout = ErrorCode("timeout")
    public static let shuttingDown = ErrorCode("shutting-down")
    public static let journalFailed = ErrorCode("journal-failed")
    public static let internalError = ErrorCode("internal-error")

    // Found by burgernetctl itself.
    /// A recipients file, or a line of it.
    public static let invalidFile = ErrorCode("invalid-file")
    public static let invalidReply = ErrorCode("invalid-reply")

    /// In the order of docs/protocol.md.
    public static let all: [ErrorCode] = [
        .lineTooLong, .invalidUTF8, .invalidJSON, .nestingTooDeep, .unknownVerb, .unknownKey, .missingKey, .wrongType,
        .invalidValue, .invalidAction, .invalidRecipients, .noRecipients, .tooManyRecipients, .conflict,
        .beingSubmitted, .submissionOpen, .noSubmission, .speechFailed, .unknownAction, .wrongPhase, .nothingToRetry,
        .unknownTrunk, .unknownSMSC, .unknownRecord, .nothingToCredit, .busy, .timeout, .shuttingDown, .journalFailed,
        .internalError, .invalidFile,
        .invalidReply,
    ]
}

/// Why a line was refused, in words for an operator. As JSON it is the `error` of a reply.
public struct ProtocolError: Error, Equatable, Sendable, Codable, CustomStringConvertible {
    public var code: ErrorCode
    public var message: String
    /// Path of the key concerned: `action.message[2].pause`, counted from 0.
    public var field: String?
    /// Line of the recipients that is concerned, counted from 1.
    public var line: Int?
    /// How many recipients are concerned.
    public var count: Int?

    public init(_ code: ErrorCode, _ message: String, field: String? = nil, line: Int? = nil, count: Int? = nil) {
        self.code = code
        self.message = message
        self.field = field
        self.line = line
        self.count = count
    }

    public var description: String { message }
}

extension ProtocolError {
    init(_ error: JSONSyntaxError) {
        switch error.kind {
        case .syntax: self.init(.invalidJSON, "not valid JSON: \(error.reason) (\(error.place))")
        case .tooDeep: self.init(.nestingTooDeep, "\(error.reason) (\(error.place))")
        case .notUTF8: self.init(.invalidUTF8, "not UTF-8: \(error.reason) (\(error.place))")
        }
    }

    static func unknownVerb(_ verb: String) -> ProtocolError {
        let hint = closest(to: verb, in: Verb.allCases.map(\.rawValue)).map { "; did you mean \"\($0)\"?" } ?? ""
        return ProtocolError(.unknownVerb, "there is no verb \"\(excerpt(verb))\"\(hint)", field: "verb")
    }
}

/// At most 40 characters of a text that somebody else wrote, fit to stand in an error message.
func excerpt(_ text: String) -> String {
    let cleaned = text.unicodeScalars.prefix(40).map { isControl($0) ? "?" : String(Character($0)) }.joined()
    return text.unicodeScalars.count > 40 ? cleaned + "..." : cleaned
}

/// C0 and C1 control characters, and those that turn the direction of text around.
func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f..<0xa0, 0x2028, 0x2029, 0x202a...0x202e, 0x2066...0x2069: true
    default: false
    }
}

/// The known word that a mistyped one most probably meant; nil when none is near.
public func closest(to word: String, in known: [String]) -> String? {
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
