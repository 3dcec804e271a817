// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Why a request about an action was refused.
package enum EngineError: Error, Equatable, Sendable, CustomStringConvertible {
    case unknownAction(String)
    case wrongPhase(action: String, phase: ActionPhase, operation: String)
    case beingSubmitted(String)
    case nothingToRetry(String)
    case unknownTrunk(String)
    case unknownSMSC(String)
    case shuttingDown
    /// Who submitted it cannot approve it.
    case sameOfficer(action: String, OfficerName)
    /// Its text was corrected, or it was closed (`by`: with this action; nil: nobody was told): it is not said again.
    case followed(action: String, Deed, by: String?)

    package var description: String {
        switch self {
        case .unknownAction(let id): "there is no action \"\(id)\""
        case .wrongPhase(let action, let phase, let operation):
            "action \"\(action)\" is \(phase.rawValue); it cannot be \(operation)"
        case .beingSubmitted(let id): "action \"\(id)\" is being submitted by another client at this moment"
        case .nothingToRetry(let id): "action \"\(id)\" has no interrupted calls"
        case .unknownTrunk(let name): "there is no trunk \"\(name)\""
        case .unknownSMSC(let name): "there is no SMSC \"\(name)\""
        case .shuttingDown: "the daemon is shutting down"
        case .sameOfficer(let action, let name):
            "\(name) submitted action \"\(action)\"; another officer has to approve it"
        case .followed(let action, let deed, let other):
            "action \"\(action)\" was \(deed.word)\(other.map { ", by action \"\($0)\"" } ?? ""): its text is not said again"
        }
    }
}
