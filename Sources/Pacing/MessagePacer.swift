// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What a carrier's contract allows on one bind.
package struct BindLimits: Equatable, Sendable {
    /// Requests without a response (SMPP 3.4 section 2.9), 1 at least.
    package var window: Int
    /// Messages per second; nil: as fast as responses come.
    package var perSecond: Int?

    package init(window: Int, perSecond: Int? = nil) {
        self.window = window
        self.perSecond = perSecond
    }
}

/// Whether a bind can take a message now.
package enum BindAvailability: Equatable, Sendable {
    case ready
    /// The pace allows the next one then.
    case paced(until: Timestamp)
    /// The window is full; a response must come first.
    case full
}

/// Keeps one bind to its window and its messages per second, and finds the pace of an SMSC that throttles.
///
/// The contract is kept by a log of the last `perSecond` sendings: a message may leave only when the one so
/// many before it left more than a second ago, so that no second, wherever it begins, sees one too many. Within
/// the second the messages are spread evenly; what a late timer or a slow disk held up is caught up at once.
///
/// ESME_RTHROTTLED sets a ceiling: what the SMSC accepted in the last second, a little less. From there the pace
/// is found back additively, in steps that grow while nothing is throttled, so that the bind hovers just below
/// what the SMSC takes and never stands still.
package struct MessagePacer: Sendable {
    package var limits: BindLimits {
        didSet { if limits.perSecond != oldValue.perSecond { resizeLog() } }
    }
    /// Requests without a response.
    package private(set) var outstanding = 0

    private var nextSlot = Timestamp.epoch
    /// When each of the last `perSecond` messages left; a ring.
    private var sent: [Timestamp] = []
    private var oldest = 0

    /// Messages per second below which the SMSC does not throttle; nil: it never did.
    private var ceiling: Double?
    private var ceilingChanged = Timestamp.epoch
    private var lastThrottled = Timestamp.epoch
    private var firstAccepted: Timestamp?
    /// Accepted messages of the last second in slices.
    private var accepted = SlidingCount(slice: .milliseconds(50))

    /// Added to the second of the contract: what may pass between our clock and the far end's socket.
    private static let margin = Interval.milliseconds(6)
    /// Below what was accepted, after throttling.
    private static let caution = 0.985
    /// Growth of the ceiling in a second without throttling; it doubles each further second.
    private static let leastGrowth = 0.005
    private static let mostGrowth = 0.25
    /// The responses to what was under way say the same thing again.
    private static let decreaseInterval = Interval.milliseconds(300)
    private static let leastCeiling = 1.0

    package init(limits: BindLimits) {
        self.limits = limits
        resizeLog()
    }

    /// Messages per second allowed now; nil: no limit.
    package func pace(now: Timestamp) -> Double? {
        let contract = limits.perSecond.map(Double.init)
        guard let found = ceiling(now: now) else { return contract }
        return contract.map { min($0, found) } ?? found
    }

    /// Whether ESME_RTHROTTLED holds the pace below the contract.
    package func isThrottled(now: Timestamp) -> Bool {
        guard let found = ceiling(now: now) else { return false }
        return limits.perSecond.map { found < Double($0) } ?? true
    }

    package func availability(now: Timestamp) -> BindAvailability {
        if outstanding >= limits.window { return .full }
        var earliest = nextSlot - tolerance(now: now)
        if !sent.isEmpty { earliest = max(earliest, sent[oldest] + .seconds(1) + Self.margin) }
        return now < earliest ? .paced(until: earliest) : .ready
    }

    /// A message is about to leave.
    package mutating func admit(now: Timestamp) {
        outstanding += 1
        if let pace = pace(now: now) {
            nextSlot = max(nextSlot, now) + .microseconds(Int64(1e6 / max(pace, 0.001)))
        }
        guard !sent.isEmpty else { return }
        sent[oldest] = now
        oldest = oldest + 1 == sent.count ? 0 : oldest + 1
    }

    /// The last `count` admitted really left at `now`; the journal took its time before.
    package mutating func launched(_ count: Int, now: Timestamp) {
        guard !sent.isEmpty else { return }
        var index = oldest
        for _ in 0..<min(count, sent.count) {
            index = index == 0 ? sent.count - 1 : index - 1
            sent[index] = max(sent[index], now)
        }
    }

    /// A response came, or its time is over.
    package mutating func release() { outstanding = max(0, outstanding - 1) }

    /// The bind is gone, and its window with it.
    package mutating func releaseAll() { outstanding = 0 }

    /// A response with status 0.
    package mutating func accepted(now: Timestamp) {
        accepted.add(now)
        if firstAccepted == nil { firstAccepted = now }
    }

    /// ESME_RTHROTTLED.
    package mutating func throttled(now: Timestamp) {
        defer { lastThrottled = now }
        guard ceiling == nil || now - ceilingChanged >= Self.decreaseInterval else {
            // Growth begins anew from the ceiling as it is.
            return
        }
        let seen = accepted.count(now: now)
        let span = min(1, max(0.05, firstAccepted.map { (now - $0).seconds } ?? 1))
        let measured = Double(seen) / span * Self.caution
        // Too little was sent to measure by (the pace was low already): less than before is all that is known.
        let before = ceiling(now: now)
        let next = before.map { min($0 * 0.97, max(measured, $0 * 0.7)) } ?? measured
        ceiling = max(Self.leastCeiling, next)
        ceilingChanged = now
    }

    private func ceiling(now: Timestamp) -> Double? {
        guard let ceiling else { return nil }
        // Seconds in which nothing was throttled; the first of them only hovers.
        let quiet = max(0, (now - max(lastThrottled, ceilingChanged)).seconds)
        var growth = Self.leastGrowth
        var value = ceiling
        var left = quiet
        while left > 0, value < 1e6 {
            // Never less than a message a second more, or a slow bind would take minutes.
            value += max(value * growth, 0.5) * min(1, left)
            growth = min(Self.mostGrowth, growth * 2)
            left -= 1
        }
        return value
    }

    private func tolerance(now: Timestamp) -> Interval {
        guard let pace = pace(now: now) else { return .microseconds(.max / 4) }
        // Without a contract's log nothing else bounds a burst.
        if sent.isEmpty || isThrottled(now: now) { return pace > 50 ? .milliseconds(4) : .milliseconds(1) }
        return pace > 50 ? .milliseconds(10) : .milliseconds(1)
    }

    private mutating func resizeLog() {
        sent = Array(repeating: .epoch - .seconds(10), count: limits.perSecond ?? 0)
        oldest = 0
    }
}
