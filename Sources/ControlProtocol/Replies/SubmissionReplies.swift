// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// A recipient that is not called; the rest of the submission goes on.
public struct InvalidRecipient: Equatable, Sendable, Codable {
    public var line: Int
    /// Redacted; "" when the line had none.
    public var number: String
    public var reason: String

    public init(line: Int, number: String, reason: String) {
        self.line = line
        self.number = number
        self.reason = reason
    }
}

/// A number that came before in the same submission: called once.
public struct DuplicateRecipient: Equatable, Sendable, Codable {
    public var line: Int
    public var firstLine: Int
    /// Redacted.
    public var number: String

    public init(line: Int, firstLine: Int, number: String) {
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
public struct Acceptance: Equatable, Sendable, Codable {
    public var action: String
    /// Who will be called.
    public var recipients: Int
    public var invalid: Int
    public var duplicates: Int
    /// The same content was submitted before; nothing new happens.
    public var alreadyAccepted: Bool
    public var messageMilliseconds: Int
    public var promptHash: String

    public init(
        action: String, recipients: Int, invalid: Int, duplicates: Int, alreadyAccepted: Bool,
        messageMilliseconds: Int, promptHash: String
    ) {
        self.action = action
        self.recipients = recipients
        self.invalid = invalid
        self.duplicates = duplicates
        self.alreadyAccepted = alreadyAccepted
        self.messageMilliseconds = messageMilliseconds
        self.promptHash = promptHash
    }

    private enum CodingKeys: String, CodingKey {
        case action, recipients, invalid, duplicates
        case alreadyAccepted = "already-accepted"
        case messageMilliseconds = "message-ms"
        case promptHash = "prompt-hash"
    }
}

/// What a submission held that its client took back.
public struct SubmissionCounts: Equatable, Sendable, Codable {
    public var recipients: Int
    public var invalid: Int
    public var duplicates: Int

    public init(recipients: Int, invalid: Int, duplicates: Int) {
        self.recipients = recipients
        self.invalid = invalid
        self.duplicates = duplicates
    }
}

/// A message as it sounds.
public struct RenderedPrompt: Equatable, Sendable, Codable {
    public var messageMilliseconds: Int
    /// SHA-256 of everything that changes the sound.
    public var promptHash: String
    /// Loudness after normalisation, in dB relative to full scale (RMS).
    public var level: Double

    public init(messageMilliseconds: Int, promptHash: String, level: Double) {
        self.messageMilliseconds = messageMilliseconds
        self.promptHash = promptHash
        self.level = level
    }

    private enum CodingKeys: String, CodingKey {
        case messageMilliseconds = "message-ms"
        case promptHash = "prompt-hash"
        case level = "level-dbfs"
    }
}
