// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What happened, in the order in which it happened.
///
/// A call's events: ``sent(_:)`` (or at once ``ended(_:)``), any number of ``provisional(_:)``,
/// ``answered(_:)`` at most once, then ``key(_:)`` and ``promptEnded(_:)``, and ``ended(_:)`` exactly once
/// as the last.
package enum VoiceEvent: Sendable, Equatable {
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
package struct CallSent: Sendable, Equatable {
    package var call: VoiceCallID
    package var time: Timestamp
    /// Ours, that the offer names.
    package var rtpPort: UInt16
}

/// A 1xx other than 100.
package struct CallProvisional: Sendable, Equatable {
    package var call: VoiceCallID
    package var time: Timestamp
    package var code: Int
    package var reason: String
}

/// A 2xx to our INVITE, or for an incoming call the ACK to our 200.
package struct CallAnswered: Sendable, Equatable {
    package var call: VoiceCallID
    package var time: Timestamp
    /// SIP status of the answer.
    package var code: Int
    package var trunk: UInt32
    package var target: UInt32
    package var codec: Codec?
    /// `address:port` of the far end's RTP.
    package var remoteAddress: String
    package var dialog: DialogRecord
}

/// The prompt was played to its end; silence follows.
package struct PromptEnded: Sendable, Equatable {
    package var call: VoiceCallID
    package var time: Timestamp
    package var prompt: UInt32
    package var media: MediaStatistics
}

/// A key press.
package struct CallKey: Sendable, Equatable {
    package var call: VoiceCallID
    package var time: Timestamp
    /// `0` to `9`, `*`, `#`, `A` to `D`.
    package var digit: Character
    /// By SIP INFO, not RFC 4733.
    package var isInfo: Bool
}

/// The end of a call.
package struct CallEnded: Sendable, Equatable {
    package var call: VoiceCallID
    package var time: Timestamp
    package var trunk: UInt32
    package var target: UInt32
    /// SIP status of the final response; 200 for a call that was answered; 0: none.
    package var code: Int
    /// `code` was sent by the far end; otherwise it is our own.
    package var isCodeFromWire: Bool
    /// From a `Reason: Q.850` header (RFC 3326).
    package var q850Cause: Int?
    package var retryAfterSeconds: UInt32?
    /// What the 401 or 407 asked for that ended the call.
    package var challenge: AuthenticationChallenge?
    /// Reason phrase or error text.
    package var reason: String
    /// There was a 2xx.
    package var wasAnswered: Bool
    package var endedBy: HangupParty
    package var ownReason: OwnReason
    /// The INVITE never left; nil: it did, or may have.
    package var unsent: UnsentReason?
    package var codec: Codec?
    package var media: MediaStatistics
    /// What was heard, in ``codec``, gaps filled with silence; empty unless recording was asked for.
    package var recording: [UInt8]
}

/// A new INVITE from a trunk.
package struct CallIncoming: Sendable, Equatable {
    package var call: VoiceCallID
    package var time: Timestamp
    package var trunk: UInt32
    package var sipCallID: String
    /// User part of the Request-URI.
    package var callee: String
    /// User part of P-Asserted-Identity, else of From.
    package var caller: String
}

/// A 2xx that nobody waited for.
package struct StrayAnswer: Sendable, Equatable {
    /// The call whose further fork this was; `nil`: unknown to this process.
    package var call: VoiceCallID?
    package var time: Timestamp
    package var sipCallID: String
    package var dialog: DialogRecord
}

/// The answer to an OPTIONS probe.
package struct TargetStatus: Sendable, Equatable {
    package var trunk: UInt32
    package var target: UInt32
    package var time: Timestamp
    /// SIP status; 408 and not ``isAnswered`` when nothing came back in time.
    package var code: Int
    package var isAnswered: Bool
    package var roundTripMicroseconds: UInt64
    package var reason: String
    /// What a 401 or 407 asks for that credentials did not satisfy.
    package var challenge: AuthenticationChallenge?
}

/// Nothing came back to several INVITEs for seconds, or something does again.
package struct TargetSilence: Sendable, Equatable {
    package var trunk: UInt32
    package var target: UInt32
    package var isSilent: Bool
}

/// The outcome of a REGISTER.
package struct RegistrationStatus: Sendable, Equatable {
    package var trunk: UInt32
    package var time: Timestamp
    package var code: Int
    package var reason: String
    /// `nil`: not registered.
    package var expiresSeconds: UInt32?
    /// What a 401 or 407 asks for that credentials did not satisfy.
    package var challenge: AuthenticationChallenge?
}

/// What the RTP thread counted for one call.
package struct MediaStatistics: Sendable, Equatable, Codable {
    package var packetsSent: UInt32 = 0
    package var packetsReceived: UInt32 = 0
    /// Of the prompt, the furthest point sent.
    package var heardMilliseconds: UInt32 = 0
    /// Length of the prompt last played.
    package var promptMilliseconds: UInt32 = 0
    /// How often a prompt was started.
    package var plays: UInt32 = 0
    /// Lateness of packets against their due time.
    package var maximumLatenessMicroseconds: UInt32 = 0
    package var meanLatenessMicroseconds: UInt32 = 0
    /// Packets that were too late to be sent.
    package var skipped: UInt32 = 0
    package var sendErrors: UInt32 = 0

    package init() {}
}

/// Totals since the start.
package struct VoiceStatistics: Sendable, Equatable {
    /// Upper bounds of ``lateness`` in microseconds; its last element counts everything above the last bound.
    package static let latenessBounds: [UInt32] = [100, 250, 500, 1000, 1500, 2000, 3000, 5000, 10_000, 20_000, 50_000]

    /// Calls in the SIP thread, those that are only watched for late answers included.
    package var calls: UInt32 = 0
    /// Calls that send audio now.
    package var streams: UInt32 = 0
    package var packetsSent: UInt64 = 0
    package var packetsReceived: UInt64 = 0
    package var sendErrors: UInt64 = 0
    package var skipped: UInt64 = 0
    package var lateness: [UInt64] = []
    package var maximumLatenessMicroseconds: UInt32 = 0
    package var rtpCPUMicroseconds: UInt64 = 0
    package var sipCPUMicroseconds: UInt64 = 0
    /// SIP requests from addresses that are no trunk's.
    package var droppedRequests: UInt64 = 0

    package init() {}
}
