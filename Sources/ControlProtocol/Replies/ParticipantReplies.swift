// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What an import came to, or would.
package struct ImportReport: Equatable, Sendable, Codable {
    package var new: Int
    package var changed: Int
    package var same: Int
    /// Enrolled and not in the list; 0 unless the list replaces the register.
    package var gone: Int
    package var invalid: Int
    package var duplicates: Int
    package var dryRun: Bool

    private enum CodingKeys: String, CodingKey {
        case new, changed, same, gone, invalid, duplicates
        case dryRun = "dry-run"
    }

    package init(
        new: Int = 0, changed: Int = 0, same: Int = 0, gone: Int = 0, invalid: Int = 0, duplicates: Int = 0,
        dryRun: Bool
    ) {
        self.new = new
        self.changed = changed
        self.same = same
        self.gone = gone
        self.invalid = invalid
        self.duplicates = duplicates
        self.dryRun = dryRun
    }
}

/// What a dry run would change.
package struct RegisterDifference: Equatable, Sendable, Codable {
    /// `new`, `changed` or `gone`.
    package var kind: String
    package var id: String
    /// Of the list; nil: who is gone has none.
    package var line: Int?

    package init(kind: String, id: String, line: Int?) {
        self.kind = kind
        self.id = id
        self.line = line
    }
}

/// Somebody in the register.
package struct ParticipantReport: Equatable, Sendable, Codable {
    /// As an import would say it.
    package var entry: ParticipantLine
    /// When, and by which of `sms`, `key`, `list`, `operator`, somebody opted out last; nil: of nothing.
    package var optedOutAt: UTCTime?
    package var optedOutBy: String?

    private enum CodingKeys: String, CodingKey {
        case entry
        case optedOutAt = "opted-out-at"
        case optedOutBy = "opted-out-by"
    }

    package init(entry: ParticipantLine, optedOutAt: UTCTime?, optedOutBy: String?) {
        self.entry = entry
        self.optedOutAt = optedOutAt
        self.optedOutBy = optedOutBy
    }
}

/// One thing that happened to somebody, or why it did not.
package struct ReasonReport: Equatable, Sendable, Codable {
    /// nil: not known to the second, such as of somebody whose action ended.
    package var at: UTCTime?
    /// "": of the register.
    package var action: String
    /// `call`, `sms`, `outcome`, `register`, `wrote` or `asked`.
    package var kind: String
    /// A disposition, outcome or rule; stable.
    package var code: String
    /// In the language that was asked for.
    package var text: String

    package init(at: UTCTime?, action: String, kind: String, code: String, text: String) {
        self.at = at
        self.action = action
        self.kind = kind
        self.code = code
        self.text = text
    }
}

extension Replies {
    package static let difference = ReplyKind<RegisterDifference>("difference")
    package static let imported = ReplyKind<ImportReport>("imported")
    package static let participant = ReplyKind<ParticipantReport>("participant")
    package static let reason = ReplyKind<ReasonReport>("reason")
}
