// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What a carrier's contract allows on one bind.
package struct BindLimits: Equatable, Sendable {
    /// Requests without a response (SMPP 3.4 section 2.9), 1 at least.
    package var window: Int
    /// Messages per second; nil: as fast as responses come.
    package var perSecond: Int?
    /// Without a contract: messages per second at which a bind begins to find out what the SMSC takes; nil: it does not
    /// begin carefully.
    package var firstPace: Double?

    package init(window: Int, perSecond: Int? = nil, firstPace: Double? = nil) {
        self.window = window
        self.perSecond = perSecond
        self.firstPace = firstPace
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
/// Without a contract the pace begins at `firstPace` for a second in which messages are taken, and doubles up to ten times
/// in each second after that until something is throttled, or until it limits nothing any more.
///
/// Throttling that is believed of the SMSC (``RefusalEvidence``) sets a ceiling: what the SMSC accepted in the last
/// second, a little less. From there the pace is found back additively, in steps that grow while nothing is throttled,
/// so that the bind hovers just below what the SMSC takes and never stands still.
///
/// When a response is overdue and no other has come meanwhile, the SMSC stands still: one message at a time tries it,
/// ever more seldom, until it answers anything. So those who wait are not drawn into the doubt of those who were sent.
package struct MessagePacer: Sendable {
    package var limits: BindLimits {
        didSet { if limits.perSecond != oldValue.perSecond { resizeLog() } }
    }
    /// Requests without a response.
    package private(set) var outstanding = 0

    /// The bind's socket does not take what was admitted: nothing follows before it has left.
    package var isBlocked = false

    private var nextSlot = Timestamp.epoch
    /// When each of the last `perSecond` messages left; a ring.
    private var sent: [Timestamp] = []
    private var oldest = 0

    /// Messages per second below which the SMSC does not throttle; nil: it never did.
    package private(set) var ceiling: Double?
    private var ceilingChanged = Timestamp.epoch
    private var lastThrottled = Timestamp.epoch
    private var firstAccepted: Timestamp?
    /// Accepted messages of the last second in slices.
    private var accepted = SlidingCount(slice: .milliseconds(50))

    /// The pace from which it is found out what the SMSC takes, and how long messages have been taken since; nil: it
    /// limits nothing.
    private var beginning: (pace: Double, taken: Interval)?
    private var lastTaken: Timestamp?

    private var lastHeard: Timestamp?
    /// Responses that were overdue since the last one came, and when the next try is due; nil: it answers.
    private var silence: (tries: Int, retryAt: Timestamp, since: Timestamp)?

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
    private static let carefulTime = Interval.seconds(1)
    private static let doublingTime = 0.1
    /// Faster than any SMSC: the beginning is over.
    private static let unlimited = 50_000.0
    /// Messages that come more seldom prove nothing for a longer time.
    private static let longestGap = Interval.milliseconds(50)
    private static let silenceAfter = Interval.milliseconds(500)
    private static let firstTry = Interval.seconds(1)
    private static let lastTry = Interval.seconds(15)

    package init(limits: BindLimits) {
        self.limits = limits
        if limits.perSecond == nil, let first = limits.firstPace { beginning = (first, .zero) }
        resizeLog()
    }

    /// Messages per second allowed now; nil: no limit.
    package func pace(now: Timestamp) -> Double? {
        let contract = limits.perSecond.map(Double.init)
        guard let found = ceiling(now: now) ?? carefulPace else { return contract }
        return contract.map { min($0, found) } ?? found
    }

    /// In the beginning.
    private var carefulPace: Double? {
        guard let beginning else { return nil }
        guard beginning.taken > Self.carefulTime else { return beginning.pace }
        return beginning.pace * Self.power((beginning.taken - Self.carefulTime).seconds / Self.doublingTime)
    }

    /// Two to the power of `exponent`, linear between whole ones.
    private static func power(_ exponent: Double) -> Double {
        let whole = min(exponent.rounded(.down), 40)
        return Double(1 << Int(whole)) * (1 + min(1, exponent - whole))
    }

    /// Messages accepted in the last second.
    package func acceptedLately(now: Timestamp) -> Int { accepted.count(now: now) }

    /// Responses are overdue and nothing has come since.
    package var isSilent: Bool { silence != nil }

    /// Since when; nil: it answers.
    package var silentSince: Timestamp? { silence?.since }

    /// Whether ESME_RTHROTTLED holds the pace below the contract.
    package func isThrottled(now: Timestamp) -> Bool {
        guard let found = ceiling(now: now) else { return false }
        return limits.perSecond.map { found < Double($0) } ?? true
    }

    package func availability(now: Timestamp) -> BindAvailability {
        if isBlocked || outstanding >= (silence == nil ? limits.window : 1) { return .full }
        var earliest = nextSlot - tolerance(now: now)
        if let silence { earliest = max(earliest, silence.retryAt) }
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
        isBlocked = false
        guard !sent.isEmpty else { return }
        var index = oldest
        for _ in 0..<min(count, sent.count) {
            index = index == 0 ? sent.count - 1 : index - 1
            sent[index] = max(sent[index], now)
        }
    }

    /// An order came back.
    package mutating func release() { outstanding = max(0, outstanding - 1) }

    /// Any response came.
    ///
    /// - Parameter isLate: After its time; its place in the window is free already.
    package mutating func answered(isLate: Bool, now: Timestamp) {
        if !isLate { release() }
        lastHeard = now
        silence = nil
    }

    /// The time for a response is over.
    package mutating func timedOut(now: Timestamp) {
        release()
        // Others are answered: it was lost by itself.
        if silence == nil, let lastHeard, now - lastHeard < Self.silenceAfter { return }
        let tries = silence?.tries ?? 0
        // Those that were sent together are overdue together: one wait for all of them.
        if let silence, now < silence.retryAt { return }
        let wait = min(Self.lastTry, Self.firstTry * Double(1 << min(tries, 8)))
        silence = (tries + 1, now + wait, silence?.since ?? now)
    }

    /// The bind is gone, and its window with it.
    package mutating func releaseAll() {
        outstanding = 0
        isBlocked = false
        silence = nil
    }

    /// A response with status 0.
    package mutating func accepted(now: Timestamp) {
        accepted.add(now)
        if firstAccepted == nil { firstAccepted = now }
        if let soFar = beginning {
            var time = min(Self.longestGap, lastTaken.map { max(.zero, now - $0) } ?? .zero)
            if soFar.taken >= Self.carefulTime, let pace = carefulPace {
                // What is under way at this pace tells how long a response takes: two of them must pass for each doubling,
                // or the pace would be far too high before the first refusal is heard of.
                time = time * min(1, Self.doublingTime / max(1e-6, 2 * Double(outstanding) / pace))
            }
            beginning?.taken = soFar.taken + time
            if let pace = carefulPace, pace >= Self.unlimited { beginning = nil }
        }
        lastTaken = now
    }

    /// ESME_RTHROTTLED, or another refusal for now, that is believed of the SMSC.
    package mutating func throttled(now: Timestamp) {
        defer { lastThrottled = now }
        guard ceiling == nil || now - ceilingChanged >= Self.decreaseInterval else {
            // Growth begins anew from the ceiling as it is.
            return
        }
        beginning = nil
        let seen = accepted.count(now: now)
        let span = min(1, max(0.05, firstAccepted.map { (now - $0).seconds } ?? 1))
        let measured = Double(seen) / span * Self.caution
        // Too little was sent to measure by (the pace was low already): less than before is all that is known.
        let before = ceiling(now: now)
        let next = before.map { min($0 * 0.97, max(measured, $0 * 0.7)) } ?? measured
        ceiling = max(Self.leastCeiling, next)
        ceilingChanged = now
    }

    /// The refusals were those of certain numbers: from the pace of now it goes on as after a careful beginning.
    package mutating func forgive(now: Timestamp) {
        guard let found = ceiling(now: now) else { return }
        ceiling = nil
        beginning = (found, Self.carefulTime)
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
        // What was not used proves nothing: after a pause it begins where it was.
        return min(value, max(ceiling, 3 * Double(accepted.count(now: now)) + 20))
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
