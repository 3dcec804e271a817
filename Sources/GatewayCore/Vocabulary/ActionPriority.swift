// SPDX-License-Identifier: GPL-3.0-or-later

/// How pressing an action is; a more pressing one takes the trunks first.
package enum ActionPriority: Int, Vocabulary, Codable, Comparable {
    case lifeThreat = 0
    case urgent = 1
    case normal = 2
    /// Tells those who were reached how it ended.
    case closing = 3
    /// Calls test numbers only.
    case test = 4

    package var word: String {
        switch self {
        case .lifeThreat: "life-threat"
        case .urgent: "urgent"
        case .normal: "normal"
        case .closing: "closing"
        case .test: "test"
        }
    }

    package static func < (left: ActionPriority, right: ActionPriority) -> Bool { left.rawValue < right.rawValue }
}
