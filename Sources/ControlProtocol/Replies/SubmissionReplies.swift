// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// A recipient that is not called; the rest of the submission goes on.
package struct InvalidRecipient: Equatable, Sendable, Codable {
    package var line: Int
    /// Redacted; "" when the line had none.
    package var number: String
    package var reason: String

    package init(line: Int, number: String, reason: String) {
        self.line = line
        self.number = number
        self.reason = reason
    }
}

/// A number that came before in the same submission: called once.
package struct DuplicateRecipient: Equatable, Sendable, Codable {
    package var line: Int
    package var firstLine: Int
    /// Redacted.
    package var number: String

    package init(line: Int, firstLine: Int, number: String) {
        self.line = line
        self.firstLine = firstLine
        self.number = number
    }

    private enum CodingKeys: String, CodingKey {
        case line, number
        case firstLine = "first-line"
    }
}

/// The action is on disk.
package struct Acceptance: Equatable, Sendable, Codable {
    package var action: String
    /// Who will be called.
    package var recipients: Int
    package var invalid: Int
    package var duplicates: Int
    /// The same content was submitted before; nothing new happens.
    package var alreadyAccepted: Bool
    package var promptMilliseconds: Int
    package var promptHash: String
    /// What is odd about it, for people; nil: nothing.
    package var notes: [String]?
    /// Until then a second officer may let it go; nil: none has to.
    package var approveBy: UTCTime?

    package init(
        action: String, recipients: Int, invalid: Int, duplicates: Int, alreadyAccepted: Bool,
        promptMilliseconds: Int, promptHash: String, notes: [String]? = nil,
        approveBy: Timestamp? = nil
    ) {
        self.action = action
        self.recipients = recipients
        self.invalid = invalid
        self.duplicates = duplicates
        self.alreadyAccepted = alreadyAccepted
        self.promptMilliseconds = promptMilliseconds
        self.promptHash = promptHash
        self.notes = notes
        self.approveBy = approveBy.map(UTCTime.init)
    }

    private enum CodingKeys: String, CodingKey {
        case approveBy = "approve-by"
        case action, recipients, invalid, duplicates, notes
        case alreadyAccepted = "already-accepted"
        case promptMilliseconds = "message-ms"
        case promptHash = "prompt-hash"
    }
}

/// What a submission held that its client took back.
package struct SubmissionCounts: Equatable, Sendable, Codable {
    package var recipients: Int
    package var invalid: Int
    package var duplicates: Int
    /// What is odd about it, for people; nil: nothing.
    package var notes: [String]?

    package init(recipients: Int, invalid: Int, duplicates: Int) {
        self.recipients = recipients
        self.invalid = invalid
        self.duplicates = duplicates
    }

    /// Empty `notes` are left out.
    package func noting(_ notes: [String]) -> SubmissionCounts {
        var noted = self
        noted.notes = notes.isEmpty ? nil : notes
        return noted
    }
}

extension Replies {
    package static let invalid = ReplyKind<InvalidRecipient>("invalid")
    package static let duplicate = ReplyKind<DuplicateRecipient>("duplicate")
    package static let accepted = ReplyKind<Acceptance>("accepted")
    package static let aborted = ReplyKind<SubmissionCounts>("aborted")
}
