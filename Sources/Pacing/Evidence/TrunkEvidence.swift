// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GatewayCore

/// What a trunk is believed to take, from what becomes of its calls: the one place where an answer becomes a belief.
/// docs/pace.md has the table.
///
/// A refusal is a statement about a number until different numbers say the same: those of a prefix (a route), those that
/// are called beside so many others (channels), those that are called so fast (pace), or all of them (the trunk).
package struct TrunkEvidence: Sendable {
    /// A trunk that refuses everybody: left alone but for single calls.
    package struct Refusing: Sendable {
        package let since: Timestamp
        /// Different numbers that were refused.
        package fileprivate(set) var numbers: Int
        package fileprivate(set) var last: Refusal
        fileprivate var trials: TrialSchedule
        /// When it is tried next, by a single call.
        package var next: Timestamp { trials.next }
        /// When the row of refusals began.
        fileprivate let row: Timestamp
    }

    /// A Retry-After is obeyed to the letter (RFC 3261 21.5.4): nothing goes to a trunk before its time.
    package var obeysRetryAfter = false
    /// Longest time between two trials while our credentials are refused; zero: as for any refusal.
    package var challengeGap = Interval.zero
    package private(set) var refusing: Refusing?
    private var log = CallLog()
    private var learnedRoutes = LearnedRoutes()
    private var channels = ChannelFinder()
    private var control: PaceControl
    /// Of a carrier whose Retry-After is obeyed to the letter.
    private var literal: LiteralPace
    private var soft = SoftPace()
    /// Numbers that were refused, and nothing but the number explains it: their next refusals tell nothing new.
    private var numbers: [UInt64: Timestamp] = [:]
    /// Numbers whose refusals were explained once.
    private var cleared: Set<UInt64> = []
    private var secondTries = SecondTries()
    /// Of the last numbers that only another trunk had refused, the share that came through.
    private var strangers = PassingShare()
    private var ends = SlidingCount(slice: .milliseconds(25))
    private var lastPassed: UInt64 = 0
    private var lastRefusal = Timestamp.epoch
    private var troubleSince = Timestamp.epoch
    private var blockedUntil = Timestamp.epoch
    private var exonerated: [Exoneration] = []
    /// When a trunk that refused everybody came back, and how seldom it was tried by then.
    private var lastOutage = (end: Timestamp.epoch, gap: Interval.zero)
    /// Different numbers that came through since the trunk was found to be of no use.
    package private(set) var passes = 0

    /// A Retry-After beyond this is taken as this: a carrier's typing error must not silence an action.
    package static let longestBlock = Interval.minutes(10)
    private static let numberLimit = 50_000
    /// An accident as rare as this is none.
    private static let trunkAccident = 1e-3
    private static let routeAccident = 1e-4
    private static let fewestNumbers = 5
    private static let mostNumbers = 256
    /// A carrier that counts by seconds refuses everybody for the rest of one.
    private static let leastRow = Interval.milliseconds(1200)
    /// However many are refused at other times: nobody for so long is no accident.
    private static let longestRow = Interval.seconds(4)
    private static let fewChannels = 5
    /// Our own credentials, refused for so many numbers.
    private static let challengedNumbers = 3
    private static let firstTrial = Interval.milliseconds(200)
    private static let trialGrowth = 1.2
    private static let firstChallengeTrial = Interval.seconds(2)
    private static let challengeGrowth = 1.5
    private static let longestTrialGap = Interval.seconds(15)
    private static let idleTrialGap = Interval.milliseconds(250)
    /// Left again so soon after it came back, it is tried no more often than before.
    private static let relapse = Interval.seconds(10)
    /// Without refusals for so long, the next ones are another matter.
    private static let troubleIsOver = Interval.seconds(10)
    /// A longer row of refusals may be a route's, the channels' or the whole trunk's: the pace is judged when it is over.
    private static let longestAccident = 2
    private static let refusalIsOver = Interval.seconds(4)
    /// What was refused before a pace fell, or a limit was found, was so for the same reason: so many ``second``, so long.
    private static let beforeDecrease = 10.0
    private static let beforeLimit = Interval.seconds(3)

    init(contract: Double) {
        control = PaceControl(contract: contract)
        literal = LiteralPace(contract: contract)
    }

    var contract: Double {
        get { control.contract }
        set {
            control.contract = newValue
            literal.contract = newValue
        }
    }

    // MARK: - Questions

    /// Calls per second that the trunk is believed to take.
    package func pace(now: Timestamp) -> Double {
        obeysRetryAfter ? literal.pace(now: now) : control.pace(now: now)
    }

    /// Calls per second at which actions go that can wait.
    package func softPace(now: Timestamp) -> Double {
        min(pace(now: now), control.contract * soft.share(now: now))
    }

    package func reason(now: Timestamp) -> PaceReason? {
        hardReason(now: now) ?? (soft.share(now: now) < 1 ? soft.reason : nil)
    }

    private func hardReason(now: Timestamp) -> PaceReason? {
        obeysRetryAfter ? literal.reason(now: now) : control.reason(now: now)
    }

    /// Calls at a time that it is believed to take; nil: as many as its contract says.
    package var channelLimit: (calls: Int, since: Timestamp)? { channels.limit.map { ($0, channels.since) } }

    /// What is believed of the trunk beside its contract, since when, and on what evidence.
    package func findings(now: Timestamp) -> [TrunkFinding] {
        var findings = learnedRoutes.believed.map { route in
            TrunkFinding(
                .route(route.prefix), since: route.since,
                "\(route.refused) of \(route.refused) numbers of \(route.prefix) refused with \(route.sipCode), others pass: "
                    + "route, not pace")
        }
        if let limit = channels.limit {
            findings.append(
                TrunkFinding(
                    .channels, since: channels.since,
                    "it refuses calls beside \(limit) others: \(limit) channels, whatever the pace"))
        }
        if let reason = hardReason(now: now) {
            let since = obeysRetryAfter ? literal.reasonSince : control.reasonSince
            findings.append(TrunkFinding(.pace, since: since, reason.description))
        }
        if control.base >= Self.worthSaying {
            let percent = Int((control.base * 100).rounded())
            findings.append(
                TrunkFinding(
                    .numbers, since: troubleSince,
                    "\(percent) % of the numbers are refused at any pace: numbers, not pace"))
        }
        return findings
    }

    private static let worthSaying = 0.04

    package var routes: [LearnedRoute] { learnedRoutes.believed }

    /// Until when nothing at all goes to it; nil: no Retry-After binds it.
    package func blocked(now: Timestamp) -> Timestamp? { now < blockedUntil ? blockedUntil : nil }

    /// When a call may go beside so many others; nil: now, as far as what was learned goes.
    func wait(active: Int, now: Timestamp) -> Timestamp? {
        let trial = refusing.flatMap { $0.trials.wait(now: now) } ?? channels.wait(active: active, now: now)
        return [blocked(now: now), trial].compactMap { $0 }.max()
    }

    /// A number that was refused, and nothing but the number explains it.
    package func isSuspect(_ number: UInt64) -> Bool { numbers[number] != nil }

    /// When the next call to such a number may go; nil: now.
    package func secondTryWait(now: Timestamp) -> Timestamp? { secondTries.wait(now: now) }

    func softWait(now: Timestamp) -> Timestamp? { soft.wait(now: now) }

    /// The route of a number that is believed to refuse everybody.
    package func route(of number: UInt64) -> RoutePrefix? {
        learnedRoutes.index(of: number).map { learnedRoutes.believed[$0].prefix }
    }

    package func isRefusing(route: RoutePrefix) -> Bool { learnedRoutes.index(of: route) != nil }

    /// When the next call over a route may go; nil: now.
    ///
    /// - Parameter isIdle: Nobody else could use the slot.
    package func wait(route: RoutePrefix, isIdle: Bool, now: Timestamp) -> Timestamp? {
        guard let index = learnedRoutes.index(of: route) else { return nil }
        return learnedRoutes.believed[index].trials.wait(most: isIdle ? Self.idleTrialGap : nil, now: now)
    }

    // MARK: - Calls

    /// A call begins beside so many others.
    ///
    /// - Returns: By which its end is reported.
    mutating func began(
        _ number: UInt64, isSuspect: Bool, beside others: Int, isPressing: Bool, now: Timestamp
    ) -> Int {
        refusing?.trials.began(now: now)
        channels.began(beside: others, now: now)
        let rate = control.began(now: now)
        if let route = learnedRoutes.index(of: number) { learnedRoutes.trialBegan(route, now: now) }
        if obeysRetryAfter { literal.sent(now: now) }
        let isSecondTry = numbers[number] != nil
        if isSecondTry { secondTries.began(pace: pace(now: now), now: now) }
        if !isPressing { soft.letGo(contract: control.contract, now: now) }
        return log.begin(
            CallLog.Call(
                number: number, begun: now, others: others, justEnded: ends.count(now: now), isTrial: refusing != nil,
                isSuspect: isSuspect || isSecondTry, isSecondTry: isSecondTry, pace: rate, state: .pending))
    }

    /// A call is over that had a channel of the far end.
    mutating func channelFreed(now: Timestamp) { ends.add(now) }

    /// It rings, it was answered, or the callee's own network refused it.
    mutating func passed(_ serial: Int, now: Timestamp) {
        guard var call = log[serial], call.state == .pending else { return }
        call.state = .passed
        log[serial] = call
        numbers[call.number] = nil
        if call.isSecondTry { secondTries.passed() }
        if call.number == 0 || call.number != lastPassed { passes += 1 }
        lastPassed = call.number
        if let route = learnedRoutes.passed(call.number, now: now) {
            exonerate(since: .epoch, route: route.prefix, isFirm: true)
            log.unexplain { route.prefix.covers(RoutePrefix(number: $0)) }
        }
        let others = now - lastRefusal > Self.refusalIsOver ? call.others : log.others(serial)
        channels.passed(beside: others, now: now)
        if call.isStranger { strangers.told(hasPassed: true) }
        if control.passed(begun: call.begun, pace: isTelling(call) ? call.pace : nil, now: now) {
            exonerate(since: max(troubleSince, control.chainSince - second * Self.beforeDecrease))
        }
        guard let known = refusing, call.begun >= known.since else { return }
        refusing = nil
        lastOutage = (now, known.trials.gap)
        exonerate(since: known.row, isFirm: true)
        learnedRoutes.doubt(since: known.row, now: now)
    }

    /// It was given up, and tells nothing.
    mutating func abandoned(_ serial: Int, now: Timestamp) {
        guard var call = log[serial], call.state == .pending else { return }
        call.state = .silent
        log[serial] = call
        if call.isTrial { refusing?.trials.abandoned(now: now) }
        channels.trialTold(beside: call.others, now: now)
        if let route = learnedRoutes.index(of: call.number) { learnedRoutes.trialAbandoned(route, now: now) }
    }

    /// Something was held against it.
    ///
    /// - Returns: Whom that is believed to speak about.
    mutating func refused(_ serial: Int, _ refusal: Refusal, now: Timestamp) -> Belief {
        let letter = obeysRetryAfter ? refusal.retryAfter.map { min($0, Self.longestBlock) } : nil
        if let letter { blockedUntil = max(blockedUntil, now + letter) }
        guard var call = log[serial], call.state == .pending else { return .number }
        if now - lastRefusal > Self.troubleIsOver { troubleSince = now }
        lastRefusal = now
        call.refusedAt = now
        func tellNothing() {
            call.state = .silent
            log[serial] = call
        }
        let isOther = isTelling(call)
        if call.isStranger { strangers.told(hasPassed: false) }
        if call.isSecondTry { secondTries.refused() }
        let before = numbers[call.number]
        if numbers.count >= Self.numberLimit { numbers.removeAll() }
        if call.number > 0 { numbers[call.number] = now }
        if let route = learnedRoutes.index(of: call.number) {
            channels.trialTold(beside: call.others, now: now)
            learnedRoutes.trialRefused(route, sipCode: refusal.sipCode, isOther: isOther, now: now)
            if call.isTrial { refusing?.trials.refused(now: now) }
            tellNothing()
            return .route
        }
        if refusing != nil {
            refusing?.last = refusal
            if isOther { refusing?.numbers += 1 }
            // Those that were under way when it was left say the same again; suspects say nothing.
            if call.isTrial {
                if isOther { refusing?.trials.refused(now: now) } else { refusing?.trials.toldNothing(now: now) }
            }
            tellNothing()
            return isOther ? .trunk : .number
        }
        guard isOther || call.number == 0 else {
            channels.trialTold(beside: call.others, now: now)
            tellNothing()
            return aboutNumber(serial)
        }
        call.state = .refused
        log[serial] = call
        if obeysRetryAfter {
            literal.refused(retryAfter: letter, begun: call.begun, now: now)
            return literal.reason(now: now) == nil ? .number : .pace
        }
        return judge(serial, call, refusal, before: before, now: now)
    }

    /// Its refusal says something new: its number was not refused before, or by another trunk only, whose numbers mostly
    /// come through here.
    private func isTelling(_ call: CallLog.Call) -> Bool {
        !call.isSuspect || call.isStranger && strangers.share > Self.most
    }
    private static let most = 0.5

    private mutating func judge(
        _ serial: Int, _ call: CallLog.Call, _ refusal: Refusal, before: Timestamp?, now: Timestamp
    ) -> Belief {
        let row = log.run(endingAt: serial, longest: Self.mostNumbers)
        if isEverybody(row, refusal, now: now) {
            leave(serial, row, refusal, now: now)
            return .trunk
        }
        let neededForRoute = needed(Self.routeAccident, before: row.first)
        let others = log.others(serial)
        // Of few calls that are under way it is hard to tell.
        let neededForChannels = needed(Self.trunkAccident, before: row.first) * (others < Self.fewChannels ? 2 : 1)
        let isChannels = channels.refused(
            beside: others, begun: call.begun, justEnded: call.justEnded, row: row.count - row.explained,
            needed: neededForChannels, now: now)
        if isChannels {
            if channels.isFirm { numbers[call.number] = before }
            log.explain(through: serial, as: .silent)
            if channels.hasJustShown { control.forgetShares() }
            if channels.hasJustShown { exonerate(since: max(troubleSince, channels.since - Self.beforeLimit)) }
            return .pace
        }
        if let route = learnedRoutes.refused(call.number, sipCode: refusal.sipCode, needed: neededForRoute, now: now) {
            log.explain(through: serial, as: .explained) { route.covers(RoutePrefix(number: $0)) }
            return .route
        }
        // A row that began before a decrease may go on for the rest of a carrier's second.
        if row.since >= control.lastDecrease || call.begun >= control.lastDecrease + .seconds(1) {
            control.refused(begun: call.begun, pace: call.pace, now: now)
        }
        // What a carrier saved up is spent when it has refused for a second: then what it takes can be counted.
        guard row.count <= Self.longestAccident && now - troubleSince >= second else {
            return control.reason(now: now) == nil ? aboutNumber(serial) : .pace
        }
        func sample(_ seconds: Double) -> PaceSample {
            log.sample(endingAt: serial, from: control.lastDecrease, horizon: second * seconds, second: second)
        }
        control.weigh(sample(2), long: sample(6), begun: call.begun, now: now)
        return control.reason(now: now) == nil ? aboutNumber(serial) : .pace
    }

    /// Nothing but the number explains it; where so many are refused, that says little.
    private func aboutNumber(_ serial: Int) -> Belief {
        let isSecondTry = log[serial]?.isSecondTry == true
        return log.isMostlyRefused(before: serial) || isSecondTry && secondTries.arePassing ? .unclear : .number
    }

    /// Over so long it is counted what is taken: a second, or some calls.
    private var second: Interval { max(.seconds(1), .seconds(10 / max(0.1, control.contract))) }

    /// So many refusals in a row are no accident, by the share that is refused at any time.
    private func needed(_ accident: Double, before serial: Int) -> Int {
        let share = min(0.98, max(0.02, log.unexplainedShare(before: serial)))
        return max(Self.fewestNumbers, min(Self.mostNumbers, Int((log10(accident) / log10(share)).rounded(.up))))
    }

    private func isEverybody(_ row: CallLog.Run, _ refusal: Refusal, now: Timestamp) -> Bool {
        if case .challenge(_, let isOurs) = refusal.kind, isOurs,
            row.count >= needed(Self.trunkAccident, before: row.first) * Self.challengedNumbers / Self.fewestNumbers
        {
            return true
        }
        let duration = now - row.since
        let many = max(Self.fewestNumbers, Int(control.contract * Self.longestRow.seconds / 2))
        if row.count >= many, duration >= Self.longestRow { return true }
        return duration >= Self.leastRow && row.count >= needed(Self.trunkAccident, before: row.first)
    }

    private mutating func leave(_ serial: Int, _ row: CallLog.Run, _ refusal: Refusal, now: Timestamp) {
        refusing = Refusing(
            since: now, numbers: row.count, last: refusal, trials: trials(refusal, now: now), row: row.since)
        passes = 0
        log.explain(through: serial, as: .silent)
        channels.forget()
        control.forgetShares()
        if control.lastDecrease >= row.since { control.forget() }
    }

    private func trials(_ refusal: Refusal, now: Timestamp) -> TrialSchedule {
        switch refusal.kind {
        case .network, .challenge(_, isOurs: false):
            let isRelapse = now - lastOutage.end < Self.relapse
            return TrialSchedule(
                first: isRelapse ? max(lastOutage.gap, Self.firstTrial) : Self.firstTrial, growth: Self.trialGrowth,
                longest: Self.longestTrialGap, now: now)
        case .challenge(_, isOurs: true):
            // A carrier locks an account that is tried with a wrong password too often.
            let longest = challengeGap > .zero ? challengeGap : Self.longestTrialGap
            return TrialSchedule(
                first: min(longest, Self.firstChallengeTrial), growth: Self.challengeGrowth, longest: longest, now: now)
        }
    }

    /// Refusals are explained by something else than the numbers.
    ///
    /// - Parameter isFirm: Numbers that were refused again since they were last explained are so as well.
    private mutating func exonerate(since time: Timestamp, route: RoutePrefix? = nil, isFirm: Bool = false) {
        let exoneration = Exoneration(since: time, route: route)
        exonerated.append(exoneration)
        if cleared.count >= Self.numberLimit { cleared = [] }
        numbers = numbers.filter { number, since in
            guard since >= time, exoneration.covers(number) else { return true }
            // What explains the refusals does not explain that one is refused again: it stays with the number.
            guard isFirm || cleared.insert(number).inserted else { return true }
            return false
        }
    }

    mutating func takeExonerated() -> [Exoneration] {
        defer { exonerated = [] }
        return exonerated
    }

    /// What else became of a call that left at `begun`.
    mutating func learned(_ sample: CallSample, begun: Timestamp, now: Timestamp) {
        soft.learned(sample, begun: begun, now: now)
    }

    // MARK: - Taking back

    /// Everything that was learned is dropped.
    package mutating func forget() {
        let former = self
        self = TrunkEvidence(contract: former.control.contract)
        // Calls that are under way end later, and say nothing of what is learned from here on.
        log = CallLog(after: former.log)
        (obeysRetryAfter, challengeGap) = (former.obeysRetryAfter, former.challengeGap)
    }

    /// The trunk was found to be of no use otherwise (silence): it has to show anew that it works.
    mutating func fell() { passes = 0 }
}
