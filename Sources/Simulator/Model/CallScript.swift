// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// A final or provisional response to an INVITE, without SDP of its own.
package struct Response: Equatable, Sendable {
    package var code: Int
    /// For a `Reason: Q.850` header (RFC 3326); 0: none.
    package var q850Cause: Int
    /// For a `Retry-After` header (RFC 3261 20.33); 0: none.
    package var retryAfterSeconds: Int

    package init(_ code: Int, q850Cause: Int = 0, retryAfterSeconds: Int = 0) {
        self.code = code
        self.q850Cause = q850Cause
        self.retryAfterSeconds = retryAfterSeconds
    }
}

/// Sounds that the far end makes.
package enum Sound: UInt32, Sendable, CaseIterable {
    /// What a person says on answering: less than a second, then silence.
    case hello = 1
    /// A machine's greeting of several seconds and its beep.
    case greeting = 2
}

/// Something the simulated network does in a call.
package enum CallAction: Equatable, Sendable {
    /// A 1xx, or a final response of 300 and more.
    case respond(Response)
    /// 200 with SDP.
    case answer
    case play(Sound)
    case sendKey(Character)
    /// BYE.
    case hangUp
}

/// What happens in one call, unless the caller ends it first.
package struct CallScript: Equatable, Sendable {
    package struct Step: Equatable, Sendable {
        /// Since the INVITE, or since the ACK.
        package var after: Interval
        package var action: CallAction

        package init(after: Interval, _ action: CallAction) {
            self.after = after
            self.action = action
        }
    }

    /// From the INVITE on, in order of time: responses, perhaps an answer.
    package var beforeAnswer: [Step]
    /// From the ACK on, in order of time: sounds, keys, at last a hang-up.
    package var afterAnswer: [Step]

    package init(beforeAnswer: [Step], afterAnswer: [Step] = []) {
        self.beforeAnswer = beforeAnswer
        self.afterAnswer = afterAnswer
    }

    /// One final response at once.
    package static func refusal(_ response: Response) -> CallScript {
        CallScript(beforeAnswer: [Step(after: .zero, .respond(response))])
    }
}
