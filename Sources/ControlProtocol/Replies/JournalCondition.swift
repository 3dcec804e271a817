// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Beside the last reply of a request while the daemon cannot write its journal: what was answered is what it knows, and
/// what was done is not on the disk yet.
package struct JournalCondition: Equatable, Sendable {
    package var error: String
    package var since: UTCTime
    /// Octets that the disk has left; nil: not known.
    package var spaceLeft: Int64?

    package init(error: String, since: Timestamp, spaceLeft: Int64?) {
        self.error = error
        self.since = UTCTime(since)
        self.spaceLeft = spaceLeft
    }
}
