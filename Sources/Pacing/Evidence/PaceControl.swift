// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GatewayCore

/// What a trunk's calls of the last moments came to, those that tell nothing left out.
struct PaceSample: Equatable, Sendable {
    /// Calls that were begun, and of them those refused.
    var calls: Int
    var refused: Int
    /// Calls a second that were not refused, in the last second of them.
    var taken: Double
    /// Calls a second that were begun, in the last second of them.
    var rate: Double
    /// The time over which both are counted.
    var second: Interval
    /// From the first call to the last.
    var span: Interval
}

/// Finds the pace that a carrier takes, from what becomes of its calls: multiplicative decrease, additive recovery, and
/// back to the contract at once when a lower pace turns out not to help.
///
/// When more are refused than usual, the pace falls to a little below what is taken. That is a test: when the share that
/// is refused does not fall with it, the pace was not the cause, and the refusals are booked to numbers (``base``). When it
/// does, `known` is what the carrier takes: the pace climbs fast to just below it, creeps past it, and climbs fast again
/// once it is past: then there is more than was known. A refusal while it creeps is no surprise and costs little.
struct PaceControl: Sendable {
    /// What the contract allows, calls per second.
    var contract: Double
    private(set) var reason: PaceReason?
    /// When the pace fell.
    private(set) var reasonSince = Timestamp.epoch
    /// Share of the calls that is refused at any pace.
    private(set) var base = 0.02

    /// nil: the pace is the contract's.
    private var recovery: PaceRecovery?
    private(set) var lastDecrease = Timestamp.epoch
    private var lastCall = Timestamp.epoch
    /// A test has shown what the far end takes.
    private var isConfirmed = false
    private var test: Test?
    /// Decreases that followed one another without a time of peace.
    private var chain = 0
    /// Pace before the first of them, and when it fell.
    private var chainBegin = 0.0
    private(set) var chainSince = Timestamp.epoch
    /// What became of the calls below what is known to be taken, and beyond it.
    private var below = Side()
    private var beyond = Side()
    /// Calls in a row that came through, since a time and a pace; the highest pace that so many of them have proven.
    private var clean = (calls: 0, since: Timestamp.epoch, pace: 0.0)
    private var proven = 0.0
    /// Tests in a row that showed more refusals at a lower pace.
    private var overestimated = 0
    /// No test before: the last ones showed that the pace is not the cause.
    private var quietUntil = Timestamp.epoch
    private var respite = PaceControl.shortestRespite
    /// What was refused at which pace, over minutes.
    private var shares = PaceShares()
    /// The same since the pace fell from the contract's: before, the far end may have taken more.
    private var taking = PaceShares()
    /// When the last calls began.
    private var begins: [Timestamp] = []

    private struct Side: Sendable {
        var calls = 0.0
        var refused = 0.0
        /// At which the first was refused.
        var refusedFrom = 0.0

        mutating func add(isRefused: Bool, pace: Double) {
            calls += 1
            guard isRefused else { return }
            if refused == 0 { refusedFrom = pace }
            refused += 1
        }

        /// Share that is refused; few calls show little.
        var share: Double { (refused + 0.5) / (calls + 10) }

        /// Forgets half.
        mutating func fade() {
            calls /= 2
            refused /= 2
        }
    }

    /// Whether a lower pace helps.
    private struct Test: Sendable {
        /// Refused before, and expected now if it helps.
        var before: Double
        var hoped: Double
        /// Logarithm of how much likelier it is that nothing has changed.
        var evidence = 0.0
        /// Undecided by then, it has not shown that it helps.
        var until: Timestamp
        var calls = 0
        var refused = 0

        /// Share that is refused now, with what may be an accident left out.
        var surelyRefused: Double {
            let share = Double(refused) / Double(max(1, calls))
            return max(0, share - (share * (1 - share) / Double(max(1, calls))).squareRoot())
        }

        /// More are refused than before, although the pace is lower.
        var isWorse: Bool {
            let expected = Double(calls) * before
            return Double(refused) > expected + PaceControl.significance * (expected * (1 - before)).squareRoot() / 2
        }
    }

    /// Share of the contract by which the pace climbs in a second.
    private static let climb = 0.04
    private static let least = 0.02
    private static let surprise = 0.97
    private static let leastUse = 0.5
    private static let mildest = 0.95
    private static let expectedMost = 0.8
    private static let notFarBeyond = 1.5
    private static let mostOfNear = 0.85
    /// Calls that show well what share is refused at a pace.
    private static let wellKnown = 20.0
    /// Answers to what was under way say the same thing again.
    private static let decreaseInterval = Interval.milliseconds(500)
    /// Standard deviations beyond which a share is no accident.
    private static let significance = 3.0
    /// A test is over: nothing has changed, or it helps.
    private static let refuted = 2.0
    private static let confirmed = -2.5
    private static let shortestTest = 8
    /// In a test that takes longest so many refusals are to be expected when nothing has changed.
    private static let refusalsOfTest = 6.0
    /// At its end this is enough.
    private static let likelier = -1.0
    /// Of what was refused before, the share that is refused still when a lower pace helps.
    private static let hope = 0.3
    private static let shortestRespite = Interval.seconds(5)
    private static let longestRespite = Interval.minutes(1)

    init(contract: Double) { self.contract = contract }

    /// Calls per second allowed now.
    func pace(now: Timestamp) -> Double {
        guard let recovery else { return contract }
        let idle = now - lastCall
        let time = idle > Self.forgotten ? now : min(now, lastCall + restless)
        return min(contract, recovery.pace(fast: contract * Self.climb, now: time))
    }

    /// A call begins. A pace is not known to be taken for the time in which nobody was called.
    ///
    /// - Returns: The pace at which it goes, calls per second: lower than what is allowed where something else holds
    ///   calls up.
    @discardableResult
    mutating func began(now: Timestamp) -> Double {
        let idle = now - lastCall
        let skipped = idle - restless
        if skipped > .zero, idle <= Self.forgotten, var known = recovery {
            known.since = known.since + skipped
            recovery = known
        }
        lastCall = now
        if begins.count >= Self.begunCount { begins.removeFirst() }
        begins.append(now)
        let time = (now - begins[0]).seconds
        let allowed = pace(now: now)
        return begins.count < Self.begunCount ? allowed : min(allowed, Double(begins.count - 1) / max(0.001, time))
    }

    /// Over so many the pace of calls is counted.
    private static let begunCount = 8

    /// Without a call for so long, the pace climbs no further.
    private var restless: Interval { max(.seconds(2), .seconds(5 / max(0.01, contract))) }
    private static let forgotten = Interval.minutes(2)

    /// Why it is below the contract now.
    func reason(now: Timestamp) -> PaceReason? { pace(now: now) < contract ? reason : nil }

    /// A call that left at `begun` came through.
    ///
    /// - Parameter pace: At which it went; nil: its number may have been refused for its own sake.
    /// - Returns: Whether that shows that the lower pace helps.
    mutating func passed(begun: Timestamp, pace: Double? = nil, now: Timestamp) -> Bool {
        note(isRefused: false, pace: pace, now: now)
        return judge(isRefused: false, begun: begun, now: now)
    }

    /// A call that left at `begun` was refused, and nothing else explains it: a test that is under way hears of it.
    mutating func refused(begun: Timestamp, pace: Double? = nil, now: Timestamp) {
        note(isRefused: true, pace: pace, now: now)
        _ = judge(isRefused: true, begun: begun, now: now)
    }

    /// What was refused had another reason than the pace.
    mutating func forgetShares() {
        shares = PaceShares()
        taking = PaceShares()
    }

    private mutating func note(isRefused: Bool, pace: Double?, now: Timestamp) {
        guard let pace else { return }
        shares.add(isRefused: isRefused, pace: pace, contract: contract, now: now)
        taking.add(isRefused: isRefused, pace: pace, contract: contract, now: now)
    }

    /// Whether what was refused is a reason to go slower.
    ///
    /// - Parameters:
    ///   - sample: The calls of the last moments up to this one, since the last decrease at most.
    ///   - long: Those of a longer time.
    mutating func weigh(
        _ sample: PaceSample, long: PaceSample, begun: Timestamp, now: Timestamp
    ) {
        guard begun >= lastDecrease, test == nil, now >= quietUntil else { return }
        guard recovery == nil || now - lastDecrease >= Self.decreaseInterval else { return }
        let before = pace(now: now)
        // What held the calls up was not the pace, which can then not be the cause.
        guard sample.rate >= before * Self.leastUse, sample.taken > 0 else { return }
        let isExpected = isConfirmed && PaceRecovery.isExpected(before, known: recovery?.known ?? 0)
        let (calls, count) = (Double(sample.calls), Double(sample.refused))
        let usual = usual(before, now: now)
        guard sample.refused >= (isExpected ? 2 : 3),
            isSignificant(count, of: calls, base: usual)
                || isSignificant(Double(long.refused), of: Double(long.calls), base: usual)
        else {
            if isExpected, isBeyond, let known = recovery?.known {
                let taken = max(known, beyond.refusedFrom * Self.surprise)
                fall(to: taken * Self.surprise, known: taken, now: now)
            }
            return
        }
        if recovery != nil, isSlowEnough(before, sample, now: now) { return }
        // Within a second a carrier that counts by seconds has not shown yet what it takes.
        guard sample.span >= .seconds(1) || isExpected else { return }
        let share = min(0.98, count / max(1, calls))
        // A lower pace was to end it: refusals that go on at every pace have another cause.
        let isPeaceful = now - lastDecrease >= max(Self.shortestPeace, .seconds(Self.peace / max(0.1, before)))
        if isPeaceful { (chainBegin, chainSince) = (before, now) }
        chain = isPeaceful ? 0 : chain + 1
        guard
            chain < Self.longestChain || before > chainBegin * Self.farBelow
                || shares.showsThatLessHelps(at: before, now: now)
        else {
            base = min(0.95, max(base, share))
            giveUp(now: now)
            return
        }
        // A switch that saves nothing up takes half of what it could from calls that come a little too fast.
        var known = max(sample.taken, min(proven, before))
        if recovery == nil { taking.begin(with: sample, contract: contract, now: now) }
        known = max(known, min(before, taking.surelyTaken(now: now)))
        // Not far beyond what is known it cannot be much less, unless the next test shows it.
        if isConfirmed, chain == 0, before <= (recovery?.known ?? 0) * Self.notFarBeyond {
            known = max(known, before * Self.mostOfNear)
        }
        let taken = min(before * Self.mildest, known * Self.surprise)
        let next = isExpected ? max(taken, before * Self.expectedMost) : taken
        fall(to: next, known: known, now: now)
        let hoped = max(base, 0.02, share * Self.hope)
        if hoped < share {
            let enough = Interval.seconds(Self.refusalsOfTest / share / max(0.1, next))
            let longest = max(sample.second * 2, min(enough, sample.second * 6))
            test = Test(
                before: share, hoped: hoped, until: now + longest)
        }
    }

    private mutating func fall(to pace: Double, known: Double, now: Timestamp) {
        recovery = PaceRecovery(
            floor: max(pace, contract * Self.least, 0.01), since: now, known: known,
            creep: known * PaceRecovery.around / PaceRecovery.creepTime(known: known).seconds)
        lastDecrease = now
        proven = 0
        clean.calls = 0
        below.fade()
        beyond = Side()
        if reason == nil { reasonSince = now }
        reason = .refused(taken: known)
    }

    /// Back to the contract, whatever was learned.
    mutating func forget() { self = PaceControl(contract: contract) }

    /// Whether the pace is below what surely came through lately: then what is refused is not refused for it, unless the
    /// far end takes less than it did.
    ///
    /// - Parameter sample: What was refused lately.
    private mutating func isSlowEnough(_ pace: Double, _ sample: PaceSample, now: Timestamp) -> Bool {
        guard pace < taking.surelyTaken(now: now) else { return false }
        let seen = shares.about(pace, now: now)
        let share = Double(sample.refused) / Double(max(1, sample.calls))
        let expected = Double(sample.calls) * seen.share
        let deviation = (expected * (1 - seen.share) + 0.25).squareRoot()
        if seen.calls >= Self.wellKnown, Double(sample.refused) > expected + Self.significance * deviation {
            // It takes less than it did.
            shares.begin(with: sample, contract: contract, now: now)
            taking = shares
            return false
        }
        guard seen.calls >= Double(Self.shortestTest) else { return true }
        base = min(0.9, max(base, min(share, seen.share)))
        return true
    }

    /// Share that is refused at any pace, as far as calls at about this one, or at what is known to be taken, have surely
    /// shown it.
    private func usual(_ pace: Double, now: Timestamp) -> Double {
        guard isConfirmed, let known = recovery?.known else { return base }
        let seen = shares.about(min(pace, known), now: now)
        let deviation = (seen.share * (1 - seen.share) / max(1, seen.calls)).squareRoot()
        return min(0.9, max(base, seen.share - deviation))
    }

    private func isSignificant(_ count: Double, of calls: Double, base: Double) -> Bool {
        let expected = calls * base
        return count > expected + Self.significance * (calls * base * (1 - base) + 0.25).squareRoot()
    }

    /// Beyond what is known to be taken more are refused than below it: that is no accident.
    private var isBeyond: Bool {
        let expected = beyond.calls * below.share
        return beyond.refused >= Self.fewestBeyond
            && beyond.refused > expected + Self.likely * (expected + 0.25).squareRoot()
    }
    private mutating func prove(isRefused: Bool, begun: Timestamp, now: Timestamp) {
        guard !isRefused, recovery != nil else {
            clean.calls = 0
            return
        }
        if clean.calls == 0 { clean = (0, begun, pace(now: begun)) }
        clean.calls += 1
        guard clean.calls >= Self.provenBy else { return }
        let time = begun - clean.since
        // A carrier that counts by seconds takes some in a row in each of them, whatever the pace; and only calls that
        // came at the pace prove it.
        if time >= Self.provenFor, time.seconds * clean.pace <= Double(clean.calls) * 1.5 {
            proven = max(proven, clean.pace)
        }
        clean.calls = 0
    }
    private static let provenBy = 12
    private static let provenFor = Interval.milliseconds(1500)
    private static let fewestBeyond = 3.0
    private static let likely = 2.0

    /// Whether the pace turns out to be the cause.
    private mutating func judge(isRefused: Bool, begun: Timestamp, now: Timestamp) -> Bool {
        guard begun >= lastDecrease else { return false }
        prove(isRefused: isRefused, begun: begun, now: now)
        if isConfirmed, let known = recovery?.known {
            let pace = pace(now: now)
            if pace > known {
                beyond.add(isRefused: isRefused, pace: pace)
            } else {
                below.add(isRefused: isRefused, pace: pace)
            }
        }
        guard var running = test else {
            if recovery == nil { base = max(Self.leastBase, base + ((isRefused ? 1 : 0) - base) / Self.memory) }
            return false
        }
        running.calls += 1
        if isRefused { running.refused += 1 }
        running.evidence +=
            isRefused ? log(running.before / running.hoped) : log((1 - running.before) / (1 - running.hoped))
        test = running
        // Where nearly all are refused, a few calls say enough, and a low pace is dear.
        guard running.calls >= (running.before > 0.6 ? 2 : Self.shortestTest) || now >= running.until else {
            return false
        }
        let isEnough = now >= running.until && running.calls >= Self.shortestTest
        if running.evidence < (isEnough ? Self.likelier : Self.confirmed) {
            confirm(running)
            return true
        } else if running.evidence > Self.refuted, running.isWorse, overestimated < Self.mostOverestimated {
            // It takes less than it seemed: what is refused is judged anew.
            overestimated += 1
            test = nil
        } else if running.evidence <= Self.refuted, now >= running.until, isConfirmed {
            // What is known to be taken is no news.
            test = nil
        } else if running.evidence > Self.refuted || now >= running.until {
            // A dozen calls say so; the many before them may say otherwise.
            if shares.showsThatLessHelps(at: pace(now: now), now: now) {
                confirm(running)
                return true
            }
            // What is refused at the lower pace: at the higher one the pace may have its part in it all the same.
            let seen = Double(running.refused + 1) / Double(running.calls + 2)
            base = min(0.95, max(base, min(running.before, seen)))
            giveUp(now: now)
        }
        return false
    }

    /// The pace is the cause.
    private mutating func confirm(_ test: Test) {
        // Of what it takes a share is refused all the same.
        base = min(0.9, max(Self.leastBase, test.surelyRefused))
        recovery?.known /= 1 - base
        self.test = nil
        overestimated = 0
        isConfirmed = true
        respite = Self.shortestRespite
    }

    /// The pace is not the cause.
    private mutating func giveUp(now: Timestamp) {
        recovery = nil
        isConfirmed = false
        (below, beyond) = (Side(), Side())
        proven = 0
        clean.calls = 0
        reason = nil
        test = nil
        overestimated = 0
        chain = 0
        quietUntil = now + respite
        respite = min(respite * 2, Self.longestRespite)
    }

    /// So soon after a decrease, and after so many calls, its refusals should be over.
    private static let shortestPeace = Interval.seconds(3)
    private static let peace = 50.0
    private static let longestChain = 2
    private static let farBelow = 0.6

    private static let leastBase = 0.02
    private static let mostOverestimated = 2
    /// Calls over which the share of refusals is forgotten.
    private static let memory = 500.0
}
