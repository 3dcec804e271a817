// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GatewayCore

/// Names one call: chosen by the caller below 2^63, by the endpoint (bit 63 set) for incoming ones. Never used twice.
public typealias VoiceCallID = UInt64

/// One outgoing call.
public struct VoiceCallRequest: Sendable, Equatable {
    /// Codecs to offer; PCMA comes first.
    public struct Codecs: OptionSet, Sendable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }
        public static let pcma = Codecs(rawValue: 1)
        public static let pcmu = Codecs(rawValue: 2)
        public static let all: Codecs = [.pcma, .pcmu]
    }

    public var call: VoiceCallID
    public var trunk: UInt32
    public var target: UInt32
    /// Call-ID header, journalled by the caller beforehand.
    public var sipCallID: String
    /// User part of Request-URI and To.
    public var callee: String
    /// User part of From and P-Asserted-Identity.
    public var caller: String
    public var callerName: String?
    public var codecs = Codecs.all
    /// No response at all for this long: ends with 408 and ``OwnReason/noResponse``.
    public var noResponseTimeoutMilliseconds: UInt32 = 4000
    /// Not answered for this long after the INVITE left: CANCEL.
    public var ringTimeoutMilliseconds: UInt32 = 30_000
    /// BYE this long after the answer; 0: unlimited.
    public var maximumDurationMilliseconds: UInt32 = 0
    /// The ACK of the 200 waits for ``VoiceEndpoint/confirm(_:)``.
    public var holdsACK = true

    public init(
        call: VoiceCallID, trunk: UInt32, target: UInt32, sipCallID: String, callee: String, caller: String
    ) {
        self.call = call
        self.trunk = trunk
        self.target = target
        self.sipCallID = sipCallID
        self.callee = callee
        self.caller = caller
    }
}

/// What a BYE needs, to be journalled with the answer: a restarted process ends the call with it.
public struct DialogRecord: Sendable, Codable, Hashable {
    public var trunk: UInt32
    public var target: UInt32
    public var sipCallID: String
    public var localURI: String
    public var localTag: String
    public var remoteURI: String
    public var remoteTag: String
    /// Contact of the far end.
    public var remoteTarget: String
    /// Route header values, comma separated, in order.
    public var routeSet: String
    /// CSeq last used.
    public var localCSeq: UInt32

    public init(
        trunk: UInt32, target: UInt32, sipCallID: String, localURI: String, localTag: String, remoteURI: String,
        remoteTag: String, remoteTarget: String, routeSet: String, localCSeq: UInt32
    ) {
        self.trunk = trunk
        self.target = target
        self.sipCallID = sipCallID
        self.localURI = localURI
        self.localTag = localTag
        self.remoteURI = remoteURI
        self.remoteTag = remoteTag
        self.remoteTarget = remoteTarget
        self.routeSet = routeSet
        self.localCSeq = localCSeq
    }
}

extension DialogRecord {
    /// As it is journalled: a line for each field. No field has control characters (``VoiceEvent/answered(_:)``).
    public var journalText: String {
        let lines = [
            String(trunk), String(target), sipCallID, localURI, localTag, remoteURI, remoteTag, remoteTarget, routeSet,
            String(localCSeq),
        ]
        return lines.joined(separator: "\n")
    }

    /// nil: not what ``journalText`` wrote, nor the JSON that journals held before.
    public init?(journalText text: String) {
        if text.utf8.first == UInt8(ascii: "{") {
            guard let known = try? JSONDecoder().decode(DialogRecord.self, from: Data(text.utf8)) else { return nil }
            self = known
            return
        }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard lines.count == 10, let trunk = UInt32(lines[0]), let target = UInt32(lines[1]),
            let localCSeq = UInt32(lines[9])
        else { return nil }
        self.init(
            trunk: trunk, target: target, sipCallID: lines[2], localURI: lines[3], localTag: lines[4],
            remoteURI: lines[5], remoteTag: lines[6], remoteTarget: lines[7], routeSet: lines[8], localCSeq: localCSeq)
    }
}
