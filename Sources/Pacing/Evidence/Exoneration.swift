// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What a trunk said turned out not to be about the numbers that were called.
package struct Exoneration: Equatable, Sendable {
    /// Calls that came to nothing since then.
    package var since: Timestamp
    /// Only those to numbers of this route; nil: all.
    var route: RoutePrefix?
    /// Nothing was heard of them; false: they were refused.
    package var isSilence = false

    package init(since: Timestamp, route: RoutePrefix? = nil, isSilence: Bool = false) {
        self.since = since
        self.route = route
        self.isSilence = isSilence
    }

    /// - Parameter number: Its digits.
    package func covers(_ number: UInt64) -> Bool { route?.covers(RoutePrefix(number: number)) ?? true }
}
