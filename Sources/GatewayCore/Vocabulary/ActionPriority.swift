// SPDX-License-Identifier: GPL-3.0-or-later

/// How pressing an action is; a more pressing one takes the trunks first.
package enum ActionPriority: Int, Vocabulary, Codable, Comparable {
    case lifeThreat = 0
    case urgent = 1
    case normal = 2

    package var word: String {
        switch self {
        case .lifeThreat: "life-threat"
        case .urgent: "urgent"
        case .normal: "normal"
        }
    }

    package static func < (left: ActionPriority, right: ActionPriority) -> Bool { left.rawValue < right.rawValue }
}
