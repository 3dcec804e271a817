// SPDX-License-Identifier: GPL-3.0-or-later

/// What a CDR says of a call's end, in the words of Asterisk's `cdr_csv`, and of an SMS.
package enum Disposition: String, Sendable, Codable, CaseIterable {
    case answered = "ANSWERED"
    case noAnswer = "NO ANSWER"
    case busy = "BUSY"
    case failed = "FAILED"
    case congestion = "CONGESTION"
    /// An SMS that is on the telephone, every segment of it.
    case delivered = "DELIVERED"
    /// An SMS that the SMSC took over; more was not asked, or not told in time.
    case sent = "SENT"
    case undelivered = "UNDELIVERED"
    case expired = "EXPIRED"
    /// The SMSC, or the network behind it, does not take it.
    case rejected = "REJECTED"
    /// An SMS that may or may not have been taken over.
    case unknown = "UNKNOWN"
}

/// Who ended a call.
package enum HangupParty: String, Sendable, Codable {
    /// Neither: refused, timed out, or unknown after a crash.
    case nobody = ""
    case gateway = "gateway"
    case callee = "callee"
}

/// Why the gateway itself ended or gave up a call.
package enum OwnReason: String, Sendable, Codable {
    case none = ""
    /// The message was heard, or the operator or a shutdown ended the call.
    case requested = "requested"
    case ringTimeout = "ring-timeout"
    /// Nothing at all came back to the INVITE.
    case noResponse = "no-response"
    case maximumDuration = "max-duration"
    case sessionTimer = "session-timer"
    case badMedia = "bad-media"
    case transport = "transport"
    /// The 200 crossed our CANCEL.
    case lateAnswer = "late-answer"
    /// The far end put the call on hold and did not take it up again (RFC 3264 8.4).
    case held = "held"
    /// The process died during the call (CDR with `recovered=1`).
    case crash = "crash"
}

/// Why an INVITE never left: what is counted where there is no CDR.
package enum UnsentReason: String, Sendable, CaseIterable {
    /// The trunk is gone, or the address that the call was meant for.
    case noTarget = "no-target"
    /// This machine has no descriptor, port or memory left for the call's sound.
    case noSocket = "no-socket"
    /// The system takes nothing to that address, or the connection was refused.
    case network
    /// Its numbers and host names make no SIP URI.
    case address
    /// The SIP endpoint has no place for it, or ends.
    case endpoint
}

/// A challenge to digest authentication (RFC 3261 22) that was the last word: a 401 or 407 that was not answered any more.
package struct AuthenticationChallenge: Equatable, Sendable {
    /// The first realm whose credentials were refused; otherwise the first for which none were sent.
    package var realm: String
    /// Credentials for the realm were sent, and refused. False: a called party's own telephone system may ask for its own.
    package var isOurs: Bool

    package init(realm: String, isOurs: Bool) {
        self.realm = realm
        self.isOurs = isOurs
    }
}

/// Audio codecs of RFC 3551, 8 kHz, 20 ms.
package enum Codec: String, Sendable, Codable {
    case pcma = "PCMA"
    case pcmu = "PCMU"
}

/// Names of Q.850 causes as FreeSWITCH and most billing systems write them.
package func hangupCauseName(_ cause: Int) -> String {
    switch cause {
    case 1: "UNALLOCATED_NUMBER"
    case 3: "NO_ROUTE_DESTINATION"
    case 16: "NORMAL_CLEARING"
    case 17: "USER_BUSY"
    case 18: "NO_USER_RESPONSE"
    case 19: "NO_ANSWER"
    case 20: "SUBSCRIBER_ABSENT"
    case 21: "CALL_REJECTED"
    case 22: "NUMBER_CHANGED"
    case 25: "EXCHANGE_ROUTING_ERROR"
    case 27: "DESTINATION_OUT_OF_ORDER"
    case 28: "INVALID_NUMBER_FORMAT"
    case 31: "NORMAL_UNSPECIFIED"
    case 34: "NORMAL_CIRCUIT_CONGESTION"
    case 38: "NETWORK_OUT_OF_ORDER"
    case 41: "NORMAL_TEMPORARY_FAILURE"
    case 42: "SWITCH_CONGESTION"
    case 44: "REQUESTED_CHAN_UNAVAIL"
    case 55: "INCOMING_CALL_BARRED"
    case 57: "BEARERCAPABILITY_NOTAUTH"
    case 65: "BEARERCAPABILITY_NOTIMPL"
    case 79: "SERVICE_NOT_IMPLEMENTED"
    case 88: "INCOMPATIBLE_DESTINATION"
    case 102: "RECOVERY_ON_TIMER_EXPIRE"
    case 127: "INTERWORKING"
    default: "CAUSE_\(cause)"
    }
}

/// How evenly a call's audio left, by the count of the RTP thread.
package struct AudioTiming: Equatable, Sendable, Codable {
    /// Of packets against their due time, each 20 ms.
    package var meanLateness: Interval
    package var maximumLateness: Interval
    /// Packets that were left out because their time had passed.
    package var skipped: Int

    package init(meanLateness: Interval, maximumLateness: Interval = .zero, skipped: Int = 0) {
        self.meanLateness = meanLateness
        self.maximumLateness = maximumLateness
        self.skipped = skipped
    }
}
