// SPDX-License-Identifier: GPL-3.0-or-later

/// How long a far end may take for a response before it counts as overdue: what is configured, and longer where it is
/// seen to be slower, as TCP finds its retransmission time (RFC 6298 section 2). All times are microseconds.
///
/// Responses that come after their time count too: a sequence number tells which request they answer, so that none is
/// ambiguous (as RFC 6298 section 3 would have it for what was sent twice).
package struct ResponseTime: Hashable, Sendable {
    /// Configured; never less.
    package var least: Int64
    /// Moving average of the time from a request to its response; nil before the first.
    package private(set) var average: Int64?
    private var variation: Int64 = 0

    /// Never more, unless more is configured.
    package static let most: Int64 = 60_000_000

    package init(least: Int64) { self.least = least }

    /// What was learned stays when another time is configured.
    package func with(least: Int64) -> ResponseTime {
        var time = self
        time.least = least
        return time
    }

    /// When a request counts as overdue, from its sending.
    package var limit: Int64 {
        guard let average else { return least }
        return min(max(least, average + max(1000, 4 * variation)), max(least, Self.most))
    }

    /// A response came.
    mutating func sampled(_ time: Int64) {
        guard let known = average else {
            average = time
            variation = time / 2
            return
        }
        variation += (abs(time - known) - variation) / 4
        average = known + (time - known) / 8
    }
}
