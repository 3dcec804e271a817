// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Numbers whose queue at the SMSC is full (ESME_RMSGQFUL): each is left alone for a while that grows by a step
/// with each such answer, and counts anew once a message is taken.
package struct NumberBackoff: Sendable {
    package var step: Interval
    package var longest: Interval
    private var refusals: [String: Int] = [:]
    private var order: [String] = []
    private static let limit = 50_000

    package init(step: Interval = .seconds(2), longest: Interval = .seconds(60)) {
        self.step = step
        self.longest = longest
    }

    /// How many numbers are left alone.
    package var count: Int { refusals.count }

    /// The queue is full: not before the time returned.
    package mutating func refused(_ number: String, now: Timestamp) -> Timestamp {
        let times = (refusals[number] ?? 0) + 1
        if times == 1 {
            order.append(number)
            if order.count > Self.limit {
                for old in order.prefix(Self.limit / 2) { refusals[old] = nil }
                order.removeFirst(Self.limit / 2)
            }
        }
        refusals[number] = times
        return now + min(longest, step * Double(times))
    }

    /// A message was taken.
    package mutating func accepted(_ number: String) {
        guard !refusals.isEmpty, refusals.removeValue(forKey: number) != nil else { return }
        order.removeAll { $0 == number }
    }
}
