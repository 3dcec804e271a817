// SPDX-License-Identifier: GPL-3.0-or-later

/// How pressing an action is; a more pressing one takes the trunks first.
package enum ActionPriority: Int, Sendable, Codable, Comparable, CaseIterable {
    case lifeThreat = 0
    case urgent = 1
    case normal = 2

    package var name: String {
        switch self {
        case .lifeThreat: "life-threat"
        case .urgent: "urgent"
        case .normal: "normal"
        }
    }

    package init?(name: String) {
        guard let match = ActionPriority.allCases.first(where: { $0.name == name }) else { return nil }
        self = match
    }

    package static func < (left: ActionPriority, right: ActionPriority) -> Bool { left.rawValue < right.rawValue }
}
