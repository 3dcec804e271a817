// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// How the voice module says a call ended.
package struct CallEnd: Equatable, Sendable {
    /// Final status of the INVITE; 0 when there was none.
    package var sipCode: Int
    /// The code was received, not made up by us.
    package var fromWire: Bool
    /// From a `Reason: Q.850` header (RFC 3326); 0: none.
    package var reasonCause: Int
    /// Retry-After of the response (RFC 3261 20.33).
    package var retryAfter: Interval?
    /// What a 401 or 407 asked for; nil: another status, or one without a challenge.
    package var challenge: AuthenticationChallenge?
    package var by: HangupParty
    package var ownReason: OwnReason
    /// The INVITE never left; nil: it did, or may have.
    package var unsent: UnsentReason?
    package var heardMilliseconds: Int
    package var packetsSent: Int
    package var packetsReceived: Int
    /// nil: no audio was sent.
    package var audio: AudioTiming?
    /// Reason phrase or error text, for logs.
    package var text: String

    package init(
        sipCode: Int, fromWire: Bool = true, reasonCause: Int = 0, retryAfter: Interval? = nil,
        challenge: AuthenticationChallenge? = nil, by: HangupParty = .nobody, ownReason: OwnReason = .none,
        unsent: UnsentReason? = nil, heardMilliseconds: Int = 0, packetsSent: Int = 0, packetsReceived: Int = 0,
        audio: AudioTiming? = nil,
        text: String = ""
    ) {
        self.sipCode = sipCode
        self.fromWire = fromWire
        self.reasonCause = reasonCause
        self.retryAfter = retryAfter
        self.challenge = challenge
        self.by = by
        self.ownReason = ownReason
        self.unsent = unsent
        self.heardMilliseconds = heardMilliseconds
        self.packetsSent = packetsSent
        self.packetsReceived = packetsReceived
        self.audio = audio
        self.text = text
    }
}

/// Why a call was not answered, grouped by what is done next.
package enum FailureClass: String, Sendable, CaseIterable {
    /// 486, 600.
    case busy
    /// 480, 487 that we did not ask for.
    case unavailable
    /// Nobody answered within our ring timeout.
    case noAnswer
    /// 408, 504, nothing before any 1xx, could not be sent.
    case unreachable
    /// 500, 502, 503, or a 403 that speaks of a limit: the trunk has no room.
    case congestion
    /// 403.
    case forbidden
    /// 401, 407 after our credentials.
    case authentication
    /// 404, 604, 410, 484.
    case invalidNumber
    /// 488, 606: no codec in common.
    case mediaRefused
    /// 482, 483.
    case loop
    /// 603, 607, 608 and other 6xx: the callee does not want it.
    case rejected
    /// 3xx: not followed (toll fraud).
    case redirected
    /// Anything else that a far end should not answer.
    case otherFailure
    /// We hung up before an answer: stop, drain.
    case abandoned
}

/// The one classification of a call's end, for CDR and retry alike. Sources: docs/configuration.md, `[Retry]`, for what is
/// done next, docs/cdr-format.md for the causes; RFC 3261 21, RFC 3398 8.2.6.1.
package struct CallTermination: Equatable, Sendable {
    package var disposition: Disposition
    /// Q.850; the Reason header wins over the table.
    package var cause: Int
    /// nil: the call was answered.
    package var failure: FailureClass?

    package init(disposition: Disposition, cause: Int, failure: FailureClass?) {
        self.disposition = disposition
        self.cause = cause
        self.failure = failure
    }

    package static func classify(_ end: CallEnd, answered: Bool) -> CallTermination {
        if answered {
            return CallTermination(
                disposition: .answered, cause: end.reasonCause > 0 ? end.reasonCause : 16, failure: nil)
        }
        let table = byStatus(end)
        guard end.reasonCause > 0 else { return table }
        let failure = byCause(end.reasonCause) ?? table.failure
        return CallTermination(
            disposition: failure.map(disposition) ?? table.disposition, cause: end.reasonCause, failure: failure)
    }

    private static func byStatus(_ end: CallEnd) -> CallTermination {
        func result(_ failure: FailureClass, _ cause: Int) -> CallTermination {
            CallTermination(disposition: disposition(failure), cause: cause, failure: failure)
        }
        switch end.ownReason {
        case .ringTimeout, .lateAnswer: return result(.noAnswer, 19)
        case .noResponse, .transport: return result(.unreachable, 102)
        case .requested, .crash: return result(.abandoned, 31)
        case .badMedia: return result(.mediaRefused, 88)
        case .none, .maximumDuration, .sessionTimer, .held: break
        }
        switch end.sipCode {
        case 300..<400: return result(.redirected, 23)
        case 401, 407: return result(.authentication, 21)
        case 403 where end.retryAfter != nil || saysLimit(end.text): return result(.congestion, 34)
        case 403: return result(.forbidden, 21)
        case 404, 604: return result(.invalidNumber, 1)
        case 410: return result(.invalidNumber, 22)
        case 484: return result(.invalidNumber, 28)
        case 408, 504, 0: return result(.unreachable, 102)
        case 480: return result(.unavailable, 18)
        case 487: return result(.unavailable, 18)
        case 482, 483: return result(.loop, 25)
        case 486, 600: return result(.busy, 17)
        case 488, 606: return result(.mediaRefused, 88)
        case 500, 503: return result(.congestion, 41)
        case 502: return result(.congestion, 38)
        case 600...: return result(.rejected, 21)
        default: return result(.otherFailure, 127)
        }
    }

    /// Some carriers refuse what is above their calls per second or channels with a 403 and a reason phrase of their own.
    private static func saysLimit(_ text: String) -> Bool {
        let words = ["limit", "exceed", "capacity", "too many", "channels", "cps", "calls per second", "congest"]
        let lowered = text.lowercased()
        return words.contains { lowered.contains($0) }
    }

    /// Only causes that say more than the status decide; 16, 21, 31 and 127 leave it to the status.
    private static func byCause(_ cause: Int) -> FailureClass? {
        switch cause {
        case 1, 22, 28: .invalidNumber
        case 17: .busy
        case 18, 20: .unavailable
        case 19: .noAnswer
        case 25: .loop
        case 34, 38, 41, 42, 44: .congestion
        case 88: .mediaRefused
        case 102: .unreachable
        default: nil
        }
    }

    private static func disposition(_ failure: FailureClass) -> Disposition {
        switch failure {
        case .busy: .busy
        case .unavailable, .noAnswer, .abandoned: .noAnswer
        case .congestion: .congestion
        case .unreachable, .forbidden, .authentication, .invalidNumber, .mediaRefused, .loop, .rejected, .redirected,
            .otherFailure:
            .failed
        }
    }
}
