// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GatewayCore

/// Names one call: chosen by the caller below 2^63, by the endpoint (bit 63 set) for incoming ones. Never used twice.
package typealias VoiceCallID = UInt64

/// One outgoing call.
package struct VoiceCallRequest: Sendable, Equatable {
    /// Codecs to offer; PCMA comes first.
    package struct Codecs: OptionSet, Sendable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }
        package static let pcma = Codecs(rawValue: 1)
        package static let pcmu = Codecs(rawValue: 2)
        package static let all: Codecs = [.pcma, .pcmu]
    }

    package var call: VoiceCallID
    package var trunk: UInt32
    package var target: UInt32
    /// Call-ID header, journalled by the caller beforehand.
    package var sipCallID: String
    /// From tag, 32 characters that nobody can guess; nil: a random one, and no later process can cancel the call.
    package var tag: String?
    /// User part of Request-URI and To.
    package var callee: String
    /// User part of From and P-Asserted-Identity.
    package var caller: String
    package var callerName: String?
    package var codecs = Codecs.all
    /// No response at all for this long: ends with 408 and ``OwnReason/noResponse``.
    package var noResponseTimeoutMilliseconds: UInt32 = 4000
    /// Not answered for this long after the INVITE left: CANCEL.
    package var ringTimeoutMilliseconds: UInt32 = 30_000
    /// BYE this long after the answer; 0: unlimited.
    package var maximumDurationMilliseconds: UInt32 = 0
    /// BYE when the far end holds the call for this long (RFC 3264 8.4); 0: unlimited.
    package var holdTimeoutMilliseconds: UInt32 = 0
    /// The ACK of the 200 waits for ``VoiceEndpoint/confirm(_:)``.
    package var holdsACK = true

    package init(
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

/// A call that a former process placed, and that had no answer, or an answer whose ACK may not have left.
package struct FormerVoiceCall: Sendable, Equatable {
    /// As it was placed; its target, and times before an answer, do not matter.
    package var request: VoiceCallRequest
    /// Numeric; where its INVITE went.
    package var address: String
    package var port: UInt16
    /// Ours, that its offer named; 0: not known, and it cannot go on.
    package var rtpPort: UInt16
    /// No CANCEL.
    package var isAnswered: Bool

    package init(
        _ request: VoiceCallRequest, address: String, port: UInt16, rtpPort: UInt16 = 0, isAnswered: Bool = false
    ) {
        self.request = request
        self.address = address
        self.port = port
        self.rtpPort = rtpPort
        self.isAnswered = isAnswered
    }
}

/// What a BYE needs, to be journalled with the answer: a restarted process ends the call with it.
package struct DialogRecord: Sendable, Journalled, Hashable {
    package var trunk: UInt32
    package var target: UInt32
    package var sipCallID: String
    package var localURI: String
    package var localTag: String
    package var remoteURI: String
    package var remoteTag: String
    /// Contact of the far end.
    package var remoteTarget: String
    /// Route header values, comma separated, in order.
    package var routeSet: String
    /// CSeq last used.
    package var localCSeq: UInt32

    package init(
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

    /// Names in journals of before ``journalText``, which stay whatever the properties are called.
    package enum CodingKeys: String, CodingKey {
        case trunk = "trunk"
        case target = "target"
        case sipCallID = "sipCallID"
        case localURI = "localURI"
        case localTag = "localTag"
        case remoteURI = "remoteURI"
        case remoteTag = "remoteTag"
        case remoteTarget = "remoteTarget"
        case routeSet = "routeSet"
        case localCSeq = "localCSeq"
    }
}

extension DialogRecord {
    /// As it is journalled: a line for each field. No field has control characters (``VoiceEvent/answered(_:)``).
    package var journalText: String {
        let lines = [
            String(trunk), String(target), sipCallID, localURI, localTag, remoteURI, remoteTag, remoteTarget, routeSet,
            String(localCSeq),
        ]
        return lines.joined(separator: "\n")
    }

    /// nil: not what ``journalText`` wrote, nor the JSON that journals held before.
    package init?(journalText text: String) {
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
