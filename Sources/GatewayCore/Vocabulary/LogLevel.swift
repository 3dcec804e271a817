// SPDX-License-Identifier: GPL-3.0-or-later

/// How important a log line is, most important last.
package enum LogLevel: String, Sendable, CaseIterable, Comparable {
    case debug
    case info
    case notice
    case warning
    case error

    /// syslog(3) priority, as journald reads it from the start of a line (sd-daemon(3)).
    package var priority: Int {
        switch self {
        case .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        }
    }

    package static func < (left: LogLevel, right: LogLevel) -> Bool { left.priority > right.priority }
}
