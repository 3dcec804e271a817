// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import SMPP

/// What a refused submit_sm means for the recipient (SMPP 3.4 section 5.1.3).
package enum MessageFailure: Equatable, Sendable {
    /// This bind is too fast.
    case throttled
    /// This number's queue is full.
    case queueFull
    /// Another time, or over another SMSC.
    case temporary
    /// The number cannot be reached by SMS.
    case invalidNumber
    /// This SMSC does not want our sender, account or message: another one may.
    case configuration
    /// Nobody will take it.
    case permanent

    package init(_ status: CommandStatus) {
        switch status {
        case .throttled: self = .throttled
        case .messageQueueFull: self = .queueFull
        case .invalidDestinationAddress, .init(rawValue: 0x50), .init(rawValue: 0x51): self = .invalidNumber
        case .invalidSourceAddress, .invalidSourceTON, .invalidSourceNPI, .invalidSystemType, .invalidESMClass,
            .invalidSchedule, .invalidExpiry, .invalidParameterStream, .parameterNotAllowed, .invalidParameterLength,
            .invalidParameterValue, .missingParameter, .invalidDataCoding, .prohibited, .incorrectBindStatus,
            .invalidMessageLength, .invalidCommandLength, .invalidCommandID, .init(rawValue: 0x06),
            .init(rawValue: 0x07), .init(rawValue: 0x15), .init(rawValue: 0x100), .init(rawValue: 0x103):
            self = .configuration
        case .permanentApplicationError, .rejectedByApplication: self = .permanent
        default: self = .temporary
        }
    }
}

extension AttemptHistory {
    /// Counts a failed SMS, and says when, if ever, to try by SMS again (docs/sms.md).
    ///
    /// - Parameters:
    ///   - smsc: Name of the SMSC that refused it.
    ///   - wasDoubtful: It may have been taken all the same.
    ///   - delays: Waits before further tries once every SMSC has failed.
    ///   - hasOtherSMSC: Whether an SMSC that is up is left beside these.
    package mutating func messageFailed(
        _ kind: MessageFailure, smsc: String, wasDoubtful: Bool, delays: [Interval],
        hasOtherSMSC: ([String]) -> Bool
    ) -> RetryDecision {
        if wasDoubtful { doubts += 1 }
        if !excludedSMSCs.contains(smsc) { excludedSMSCs.append(smsc) }
        let hasOther = hasOtherSMSC(excludedSMSCs)
        switch kind {
        case .invalidNumber:
            return .over(.invalidNumber)
        case .configuration, .permanent:
            messages += 1
            // Not `rejected`: that is the citizen's own word, and ends the cascade.
            return hasOther ? .again(after: .zero) : .over(.failed)
        case .throttled, .queueFull, .temporary:
            if hasOther { return .again(after: .zero) }
            excludedSMSCs = []
            messages += 1
            return messages <= delays.count ? .again(after: delays[messages - 1]) : .over(.failed)
        }
    }
}
