// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// When the last calls really left, as a contract counts them: at most `count` in any `span`, wherever it begins.
///
/// A call may leave only when the one `count` before it left a span ago. Calls are let go in order and leave in
/// order; between the two lie the journal and the voice module's queue, so a call that was let go counts as not
/// gone until ``sent(now:)`` says that it is. That makes the bound one of the socket, whatever was late on the way.
struct SendingLog: Sendable {
    /// A ring; of a call that has not left yet, when it was let go.
    private var times: [Timestamp]
    private var next = 0
    private let span: Interval
    /// Calls that were let go and have not left yet: the newest of the ring.
    private(set) var underWay = 0

    /// What may pass between the reading of a clock and its use.
    private static let margin = Interval.milliseconds(1)
    /// No report can take so long; such a call counts as gone, or one that is lost would silence a trunk for good.
    private static let lost = Interval.seconds(5)

    /// For a rate that is no whole number the span is the one in which its calls are: 13 in 1.04 s for 12.5 a second.
    init(perSecond: Double) {
        let count = max(1, perSecond.rounded(.up))
        times = Array(repeating: .epoch - .minutes(24 * 60), count: Int(count))
        span = .microseconds(Int64((count / perSecond * 1e6).rounded(.up)))
    }

    /// Another contract; what has left still counts.
    mutating func resize(perSecond: Double) {
        var resized = SendingLog(perSecond: perSecond)
        for offset in times.indices {
            resized.times[resized.next] = times[(next + offset) % times.count]
            resized.next = (resized.next + 1) % resized.times.count
        }
        resized.underWay = min(underWay, resized.times.count)
        self = resized
    }

    /// The next call may not be let go before; past when it may now.
    func earliest(now: Timestamp) -> Timestamp {
        let oldest = times[next]
        return underWay == times.count ? oldest + span + Self.lost : oldest + span + Self.margin
    }

    /// Since when a call that was let go has not left; nil: all have.
    func waiting(now: Timestamp) -> Timestamp? {
        guard underWay > 0 else { return nil }
        let since = times[(next + times.count - underWay) % times.count]
        return now - since < Self.lost ? since : nil
    }

    mutating func letGo(now: Timestamp) {
        if underWay > 0, waiting(now: now) == nil { underWay -= 1 }
        times[next] = now
        next = next + 1 == times.count ? 0 : next + 1
        underWay = min(underWay + 1, times.count)
    }

    /// The oldest of those let go has left by `now`; returns how long it took.
    mutating func sent(now: Timestamp) -> Interval? {
        guard underWay > 0 else { return nil }
        let index = (next + times.count - underWay) % times.count
        let since = times[index]
        times[index] = max(since, now)
        underWay -= 1
        return times[index] - since
    }
}
