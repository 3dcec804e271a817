// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Finds out when a far end takes fewer simultaneous calls than its contract says.
///
/// Calls are refused whenever so many are under way, and taken when there are fewer: that is a limit of channels, and
/// no pace helps against it. Now and then a single call looks whether it has grown.
struct ChannelFinder: Sendable {
    /// Calls at a time; nil: as many as the contract allows.
    private(set) var limit: Int?
    private(set) var since = Timestamp.epoch
    /// When the limit was found or changed by refusals: those of calls that were under way then are no trials.
    private var setAt = Timestamp.epoch
    /// Most calls beside which one was taken, of this half minute and the last.
    private var proven = 0
    private var provenBefore = 0
    private var provenSince = Timestamp.epoch
    private var trials = TrialSchedule(first: .zero, growth: 1, longest: .zero, now: .epoch)
    /// Trials beyond it that were refused.
    private var confirmations = 0
    /// By the last refusal it has become sure.
    private(set) var hasJustShown = false
    /// And that were taken.
    private var beyond = 0
    /// By so many it grows when a trial is taken.
    private var step = 1
    /// It was no limit of channels: not suspected again before.
    private var refutedUntil = Timestamp.epoch
    private var respite = ChannelFinder.shortestRespite

    private static let firstGap = Interval.milliseconds(200)
    private static let growth = 1.6
    private static let longestGap = Interval.seconds(15)
    /// With fewer refused trials for one that is taken there is no such limit.
    private static let firmly = 4
    private static let shortestRespite = Interval.seconds(10)
    private static let longestRespite = Interval.minutes(2)
    private static let memory = Interval.seconds(10)

    /// So many trials beyond it were refused that refusals there are no accident.
    var isFirm: Bool { limit != nil && confirmations >= Self.firmly }

    /// Whether `active` calls leave room; nil: they do; otherwise when a single call may try beyond it.
    func wait(active: Int, now: Timestamp) -> Timestamp? {
        guard let limit, active >= limit else { return nil }
        return trials.wait(now: now)
    }

    /// A call begins beside so many others.
    mutating func began(beside others: Int, now: Timestamp) {
        if let limit, others >= limit { trials.began(now: now) }
    }

    mutating func passed(beside others: Int, now: Timestamp) {
        if now - provenSince > Self.memory { (provenBefore, proven, provenSince) = (proven, 0, now) }
        proven = max(proven, others)
        guard let limit, others >= limit else { return }
        beyond += 1
        if confirmations < Self.firmly * beyond {
            self.limit = nil
            (confirmations, beyond) = (0, 0)
            refutedUntil = now + respite
            respite = min(respite * 2, Self.longestRespite)
        } else {
            self.limit = others + step
            step *= 2
            trials.passed(now: now)
        }
    }

    /// A trial beyond the limit came to something that tells nothing of channels.
    mutating func trialTold(beside others: Int, now: Timestamp) {
        if let limit, others >= limit { trials.abandoned(now: now) }
    }

    /// - Parameters:
    ///   - begun: When the call began.
    ///   - justEnded: Others that may have been under way still at the far end.
    ///   - row: Refusals in a row, this one included.
    ///   - needed: So many are no accident.
    /// - Returns: Whether the limit explains it.
    mutating func refused(
        beside others: Int, begun: Timestamp, justEnded: Int = 0, row: Int, needed: Int, now: Timestamp
    ) -> Bool {
        hasJustShown = false
        if let limit {
            if others >= limit {
                if begun <= setAt { return true }
                trials.refused(now: now)
                confirmations += 1
                step = 1
                hasJustShown = confirmations == Self.firmly
                return true
            }
            // Our BYE was still on its way.
            if step == 1, isFirm, row < needed, others + justEnded >= limit { return true }
            // It had grown too far, or it has become smaller.
            guard step > 1 || row >= needed, others > 0 else { return false }
            if step == 1, others < proven { return false }
            set(others, now: now)
            return true
        }
        guard now >= refutedUntil, row >= needed, others > 0, others >= max(proven, provenBefore) else {
            return false
        }
        set(others, now: now)
        return true
    }

    private mutating func set(_ others: Int, now: Timestamp) {
        if limit == nil {
            since = now
            trials = TrialSchedule(first: Self.firstGap, growth: Self.growth, longest: Self.longestGap, now: now)
        }
        limit = others
        setAt = now
        step = 1
    }

    /// What was taken before says nothing any more.
    mutating func forget() { self = ChannelFinder() }
}
