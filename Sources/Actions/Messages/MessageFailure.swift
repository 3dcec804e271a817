// SPDX-License-Identifier: GPL-3.0-or-later
import SMPP

/// What a refused submit_sm means for the recipient (SMPP 3.4 section 5.1.3).
enum MessageFailure: Equatable, Sendable {
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

    init(_ status: CommandStatus) {
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
