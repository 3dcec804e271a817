// SPDX-License-Identifier: GPL-3.0-or-later

/// One key of the configuration, with the value that holds.
package struct ConfigurationValue: Equatable, Sendable, Codable {
    /// `[Trunk kpn]`
    package var section: String
    package var key: String
    /// As one would write it.
    package var value: String
    /// Where it was assigned last; nil: it is the default.
    package var file: String?
    package var line: Int?
    /// A change waits for a restart.
    package var needsRestart: Bool

    package init(section: String, key: String, value: String, file: String?, line: Int?, needsRestart: Bool) {
        self.section = section
        self.key = key
        self.value = value
        self.file = file
        self.line = line
        self.needsRestart = needsRestart
    }

    private enum CodingKeys: String, CodingKey {
        case section, key, value, file, line
        case needsRestart = "at-restart"
    }
}

/// What a reload changed, or would change.
package struct ReloadReport: Equatable, Sendable, Codable {
    /// In words.
    package var changes: [String]
    /// Those that wait for a restart.
    package var atRestart: [String]
    /// Other tariffs hold.
    package var changesTariffs: Bool
    /// What is odd about the files, and no fault.
    package var warnings: [String]

    package init(changes: [String], atRestart: [String], changesTariffs: Bool, warnings: [String]) {
        self.changes = changes
        self.atRestart = atRestart
        self.changesTariffs = changesTariffs
        self.warnings = warnings
    }

    private enum CodingKeys: String, CodingKey {
        case changes, warnings
        case atRestart = "at-restart"
        case changesTariffs = "tariffs"
    }
}

extension Replies {
    package static let setting = ReplyKind<ConfigurationValue>("setting")
    /// One thing that is wrong with the files, with file and line.
    package static let complaint = ReplyKind<String>("complaint")
    package static let reloaded = ReplyKind<ReloadReport>("reloaded")
}
