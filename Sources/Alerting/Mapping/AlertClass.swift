// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

extension ActionPriority {
    /// How pressing what an alert says is. docs/cap.md has the table.
    ///
    /// What the author does not know counts as the middle of its list: neither a reason to let others wait nor one to wait.
    package init(_ urgency: CAPUrgency, _ severity: CAPSeverity, _ certainty: CAPCertainty) {
        let isNow: Bool
        switch urgency {
        case .immediate: isNow = true
        case .expected, .unknown: isNow = false
        case .future, .past:
            self = .normal
            return
        }
        let isGrave: Bool
        switch severity {
        case .extreme, .severe: isGrave = true
        case .moderate, .unknown: isGrave = false
        case .minor:
            self = .normal
            return
        }
        switch certainty {
        case .observed, .likely: self = isNow && isGrave ? .lifeThreat : .urgent
        case .possible, .unknown: self = .urgent
        case .unlikely: self = .normal
        }
    }

    init(_ info: CAPInfo) { self.init(info.urgency, info.severity, info.certainty) }
}
