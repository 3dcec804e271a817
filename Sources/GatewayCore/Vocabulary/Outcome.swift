// SPDX-License-Identifier: GPL-3.0-or-later

/// How it ended for one recipient.
package enum Outcome: String, Vocabulary, Codable {
    /// The call was answered and the message started.
    case answered = "answered"
    /// Answered, and a key with the meaning `confirm` was pressed.
    case confirmed = "confirmed"
    case busy = "busy"
    case noAnswer = "no-answer"
    /// The number does not exist or is incomplete (404, 604, 410, 484).
    case invalidNumber = "invalid-number"
    /// The callee declined (603, 607, 608): never again in this action.
    case rejected = "rejected"
    /// No trunk could complete the call.
    case failed = "failed"
    /// Trunks stayed congested (5xx) through all retries.
    case congestion = "congestion"
    /// Answered, but a crash, a stop or a crossing CANCEL cut the message off; or an SMS that stayed in doubt.
    case interrupted = "interrupted"
    /// Every segment of the SMS is on the telephone, as receipts say.
    case delivered = "delivered"
    /// The SMSC took the SMS over; no receipt was asked for, or none came.
    case sent = "sent"
    /// The SMSC took the SMS over and could not deliver it in time.
    case undelivered = "undelivered"
    /// Not called, or sent no SMS: the citizen had opted out of it.
    case optedOut = "opted-out"
    /// Not contacted: the participant wants no actions at this time, by this channel, or has paused, for as long as the
    /// action runs.
    case notWelcome = "not-welcome"
    /// Not contacted: the participant was in as many actions of the class as wanted.
    case capped = "capped"
    /// Not called, or not called again, because the account's budget would have been overspent.
    case overBudget = "over-budget"
    /// Not called (any more) because the action was cancelled.
    case cancelled = "cancelled"
    /// Not called (any more) because the action's time was over.
    case expired = "expired"
    /// Not called because no second officer let the action go in time.
    case notApproved = "not-approved"

    /// An INVITE was answered: no automatic rule dials this recipient again.
    package var wasAnswered: Bool {
        switch self {
        case .answered, .confirmed, .interrupted: true
        case .busy, .noAnswer, .invalidNumber, .rejected, .failed, .congestion, .cancelled, .expired, .delivered,
            .sent, .undelivered, .optedOut, .notWelcome, .capped, .overBudget, .notApproved:
            false
        }
    }
}
