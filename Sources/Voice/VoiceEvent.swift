// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What happened, in the order in which it happened.
///
/// A call's events: ``sent(_:)`` (or at once ``ended(_:)``), any number of ``provisional(_:)``,
/// ``answered(_:)`` at most once, then ``key(_:)`` and ``promptEnded(_:)``, and ``ended(_:)`` exactly once
/// as the last.
public enum VoiceEvent: Sendable, Equatable {
    case sent(CallSent)
    case provisional(CallProvisional)
    case answered(CallAnswered)
    case promptEnded(PromptEnded)
    case key(CallKey)
    case ended(CallEnded)
    case incoming(CallIncoming)
    /// A 2xx that belongs to no call of this process, or from a further fork. It was ACKed and ended with BYE.
    case strayAnswer(StrayAnswer)
    case targetStatus(TargetStatus)
    case targetSilence(TargetSilence)
    case registration(RegistrationStatus)
    /// No call plays this prompt any more and its buffers are gone.
    case promptReleased(UInt32)
}

/// The INVITE left.
public struct CallSent: Sendable, Equatable {
    public var call: VoiceCallID
    public var time: Timestamp
}

/// A 1xx other than 100.
public struct CallProvisional: Sendable, Equatable {
    public var call: VoiceCallID
    public var time: Timestamp
    public var code: Int
    public var reason: String
}

/// A 2xx to our INVITE, or for an incoming call the ACK to our 200.
public struct CallAnswered: Sendable, Equatable {
    public var call: VoiceCallID
    public var time: Timestamp
    /// SIP status of the answer.
    public var code: Int
    public var trunk: UInt32
    public var target: UInt32
    public var codec: Codec?
    /// `address:port` of the far end's RTP.
    public var remoteAddress: String
    public var dialog: DialogRecord
}

/// The prompt was played to its end; silence follows.
public struct PromptEnded: Sendable, Equatable {
    public var call: VoiceCallID
    public var time: Timestamp
    public var prompt: UInt32
    public var media: MediaStatistics
}

/// A key press.
public struct CallKey: Sendable, Equatable {
    public var call: VoiceCallID
    public var time: Timestamp
    /// `0` to `9`, `*`, `#`, `A` to `D`.
    public var digit: Character
    /// By SIP INFO, not RFC 4733.
    public var isInfo: Bool
}

/// The end of a call.
public struct CallEnded: Sendable, Equatable {
    public var call: VoiceCallID
    public var time: Timestamp
    public var trunk: UInt32
    public var target: UInt32
    /// SIP status of the final response; 200 for a call that was answered; 0: none.
    public var code: Int
    /// `code` was sent by the far end; otherwise it is our own.
    public var isCodeFromWire: Bool
    /// From a `Reason: Q.850` header (RFC 3326).
    public var q850Cause: Int?
    public var retryAfterSeconds: UInt32?
    /// Reason phrase or error text.
    public var reason: String
    /// There was a 2xx.
    public var wasAnswered: Bool
    public var endedBy: HangupParty
    public var ownReason: OwnReason
    public var codec: Codec?
    public var media: MediaStatistics
    /// What was heard, in ``codec``, gaps filled with silence; empty unless recording was asked for.
    public var recording: [UInt8]
}

/// A new INVITE from a trunk.
public struct CallIncoming: Sendable, Equatable {
    public var call: VoiceCallID
    public var time: Timestamp
    public var trunk: UInt32
    public var sipCallID: String
    /// User part of the Request-URI.
    public var callee: String
    /// User part of P-Asserted-Identity, else of From.
    public var caller: String
}

/// A 2xx that nobody waited for.
public struct StrayAnswer: Sendable, Equatable {
    /// The call whose further fork this was; `nil`: unknown to this process.
    public var call: VoiceCallID?
    public var time: Timestamp
    public var sipCallID: String
    public var dialog: DialogRecord
}

/// The answer to an OPTIONS probe.
public struct TargetStatus: Sendable, Equatable {
    public var trunk: UInt32
    public var target: UInt32
    public var time: Timestamp
    /// SIP status; 408 and not ``isAnswered`` when nothing came back in time.
    public var code: Int
    public var isAnswered: Bool
    public var roundTripMicroseconds: UInt64
    public var reason: String
}

/// Nothing came back to several INVITEs for seconds, or something does again.
public struct TargetSilence: Sendable, Equatable {
    public var trunk: UInt32
    public var target: UInt32
    public var isSilent: Bool
}

/// The outcome of a REGISTER.
public struct RegistrationStatus: Sendable, Equatable {
    public var trunk: UInt32
    public var time: Timestamp
    public var code: Int
    public var reason: String
    /// `nil`: not registered.
    public var expiresSeconds: UInt32?
}

/// What the RTP thread counted for one call.
public struct MediaStatistics: Sendable, Equatable, Codable {
    public var packetsSent: UInt32 = 0
    public var packetsReceived: UInt32 = 0
    /// Of the prompt, the furthest point sent.
    public var heardMilliseconds: UInt32 = 0
    /// Length of the prompt last played.
    public var promptMilliseconds: UInt32 = 0
    /// How often a prompt was started.
    public var plays: UInt32 = 0
    /// Lateness of packets against their due time.
    public var maximumLatenessMicroseconds: UInt32 = 0
    public var meanLatenessMicroseconds: UInt32 = 0
    /// Packets that were too late to be sent.
    public var skipped: UInt32 = 0
    public var sendErrors: UInt32 = 0

    public init() {}
}

/// Totals since the start.
public struct VoiceStatistics: Sendable, Equatable {
    /// Upper bounds of ``lateness`` in microseconds; its last element counts everything above the last bound.
    public static let latenessBounds: [UInt32] = [100, 250, 500, 1000, 1500, 2000, 3000, 5000, 10_000, 20_000, 50_000]

    /// Calls in the SIP thread, those that are only watched for late answers included.
    public var calls: UInt32 = 0
    /// Calls that send audio now.
    public var streams: UInt32 = 0
    public var packetsSent: UInt64 = 0
    public var packetsReceived: UInt64 = 0
    public var sendErrors: UInt64 = 0
    public var skipped: UInt64 = 0
    public var lateness: [UInt64] = []
    public var maximumLatenessMicroseconds: UInt32 = 0
    public var rtpCPUMicroseconds: UInt64 = 0
    public var sipCPUMicroseconds: UInt64 = 0
    /// SIP requests from addresses that are no trunk's.
    public var droppedRequests: UInt64 = 0

    public init() {}
}
