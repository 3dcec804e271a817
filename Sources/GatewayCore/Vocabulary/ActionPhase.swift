// SPDX-License-Identifier: GPL-3.0-or-later

/// Where an action stands. docs/protocol.md draws the life-cycle.
package enum ActionPhase: String, Vocabulary, Codable {
    /// Its recipients are coming in; it does not exist yet for anybody. -> scheduled, running, or discarded
    case staged = "staged"
    /// Waits for its start time. -> running, paused, cancelled
    case scheduled = "scheduled"
    /// -> paused, completed, cancelled, expired
    case running = "running"
    /// No new calls; those under way go on. -> running, cancelled, expired
    case paused = "paused"
    /// Every recipient has an outcome. -> running (retry of interrupted calls)
    case completed = "completed"
    /// Stopped by the operator. Final.
    case cancelled = "cancelled"
    /// Its time was over before every recipient was reached. Final.
    case expired = "expired"
    /// A second officer has to let it go. -> scheduled, running, cancelled, expired, stale
    case awaitingApproval = "awaiting-approval"
    /// Nobody let it go in time: it must be submitted anew. Final.
    case stale = "stale"

    package var isFinal: Bool {
        switch self {
        case .staged, .scheduled, .running, .paused, .awaitingApproval: false
        case .completed, .cancelled, .expired, .stale: true
        }
    }

    /// What those have in common who still waited when the action ended; nil: it has not, or nobody waited.
    package var outcomeOfWaiting: Outcome? {
        switch self {
        case .cancelled: .cancelled
        case .expired: .expired
        case .stale: .notApproved
        case .staged, .scheduled, .running, .paused, .completed, .awaitingApproval: nil
        }
    }
}
