// SPDX-License-Identifier: GPL-3.0-or-later

/// What somebody did to an action.
package enum Deed: String, Vocabulary, Codable {
    case submitted = "submitted"
    /// Let go by a second officer.
    case approved = "approved"
    case paused = "paused"
    case resumed = "resumed"
    case retried = "retried"
    /// Ended, calls that were answered too.
    case cancelled = "cancelled"
    /// Ended; whoever listened may hear it out.
    case stopped = "stopped"
    /// Ended, and followed by a correction.
    case corrected = "corrected"
    /// Ended, and followed by the closing message.
    case closed = "closed"
    /// Nobody gets a closing message, for a reason.
    case leftUnclosed = "left-unclosed"
}

/// Verbs that carry an officer's name; the configuration says which of them need one (`[Gate] RequireOfficer=`).
package enum OfficerVerb: String, Vocabulary {
    case submit = "submit"
    case pause = "pause"
    case resume = "resume"
    case cancel = "cancel"
    case retry = "retry"
    case approve = "approve"
    case stop = "stop"
    case correct = "correct"
    case close = "close"

    /// Whatever the configuration says.
    package var isAlwaysNamed: Bool {
        switch self {
        case .approve, .stop, .correct, .close: true
        case .submit, .pause, .resume, .cancel, .retry: false
        }
    }
}

/// Why an action is tied to an earlier one.
package enum ActionTie: String, Vocabulary, Codable {
    case correction = "correction"
    case closing = "closing"
}
