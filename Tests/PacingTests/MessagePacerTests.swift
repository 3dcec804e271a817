// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import Pacing

/// How a simulated SMSC throttles.
private enum Throttle: CaseIterable {
    /// Tokens flow in; a tenth of a second's are kept.
    case bucket
    /// A count that starts anew with each second of the clock.
    case clockSecond
    /// No more than the limit in any second.
    case slidingSecond
}

private struct ThrottlingSMSC {
    var kind: Throttle
    var limit: Int
    var tokens = 0.0
    var last = Timestamp.epoch
    var second: Int64 = -1
    var inSecond = 0
    var log: [Timestamp] = []

    mutating func takes(at now: Timestamp) -> Bool {
        switch kind {
        case .bucket:
            let most = Double(limit) / 10
            tokens = last == .epoch ? most : min(most, tokens + (now - last).seconds * Double(limit))
            last = now
            guard tokens >= 1 else { return false }
            tokens -= 1
        case .clockSecond:
            if now.microseconds / 1_000_000 != second {
                second = now.microseconds / 1_000_000
                inSecond = 0
            }
            guard inSecond < limit else { return false }
            inSecond += 1
        case .slidingSecond:
            log.removeAll { now - $0 >= .seconds(1) }
            guard log.count < limit else { return false }
            log.append(now)
        }
        return true
    }
}

private struct Simulation {
    var sent: [Timestamp] = []
    var accepted: [Timestamp] = []
    var throttled: [Timestamp] = []

    /// Runs a bind with an endless queue; responses come after `delay`, turns are late by up to `lateness`.
    init(_ pacer: MessagePacer, _ smsc: ThrottlingSMSC?, seconds: Double, delay: Interval, lateness: Int64 = 0) {
        var pacer = pacer
        var smsc = smsc
        var generator = SystemRandomNumberGenerator()
        let begin = Timestamp(microseconds: 1_700_000_000_123_456)
        var now = begin
        var responses: [(due: Timestamp, taken: Bool)] = []
        while now - begin < .seconds(seconds) {
            while let next = responses.first, next.due <= now {
                responses.removeFirst()
                pacer.release()
                if next.taken {
                    pacer.accepted(now: now)
                    accepted.append(now)
                } else {
                    pacer.throttled(now: now)
                    throttled.append(now)
                }
            }
            var count = 0
            while pacer.availability(now: now) == .ready, count < 1000 {
                pacer.admit(now: now)
                count += 1
            }
            if count > 0 {
                let left = now + .microseconds(lateness > 0 ? Int64.random(in: 0...lateness, using: &generator) : 0)
                pacer.launched(count, now: left)
                for _ in 0..<count {
                    sent.append(left)
                    responses.append((left + delay, smsc?.takes(at: left) ?? true))
                }
                now = max(now, left)
            }
            var next = responses.first?.due ?? now + .milliseconds(100)
            if case .paced(let until) = pacer.availability(now: now) { next = min(next, until) }
            now = max(next, now + .microseconds(50))
        }
    }

    /// Most messages that left within any second.
    var mostInOneSecond: Int {
        var first = 0
        var most = 0
        for index in sent.indices {
            while sent[index] - sent[first] >= .seconds(1) { first += 1 }
            most = max(most, index - first + 1)
        }
        return most
    }
}

@Suite struct MessagePacerTests {
    @Test(arguments: [(1, 0), (7, 0), (100, 500), (1000, 0), (1000, 2000)])
    func contractHoldsInEverySecond(perSecond: Int, lateness: Int) {
        let seconds = 20.0
        let run = Simulation(
            MessagePacer(limits: BindLimits(window: 1000, perSecond: perSecond)), nil, seconds: seconds,
            delay: .milliseconds(1), lateness: Int64(lateness))
        #expect(run.mostInOneSecond <= perSecond)
        #expect(Double(run.sent.count) >= 0.99 * Double(perSecond) * seconds)
    }

    @Test func messagesAreSpreadOverTheSecond() {
        let run = Simulation(
            MessagePacer(limits: BindLimits(window: 1000, perSecond: 1000)), nil, seconds: 5, delay: .milliseconds(1))
        // No tenth of a second takes much more than its share.
        for tenth in 0..<40 {
            let begin = Timestamp(microseconds: 1_700_000_000_123_456) + .milliseconds(Int64(tenth) * 100)
            let count = run.sent.filter { $0 >= begin && $0 - begin < .milliseconds(100) }.count
            #expect(count <= 112)
        }
    }

    @Test func windowHoldsWhateverThePace() {
        var pacer = MessagePacer(limits: BindLimits(window: 10))
        let now = Timestamp(microseconds: 1_000_000_000)
        for _ in 0..<10 {
            #expect(pacer.availability(now: now) == .ready)
            pacer.admit(now: now)
        }
        #expect(pacer.availability(now: now) == .full)
        pacer.release()
        #expect(pacer.availability(now: now) == .ready)
    }

    @Test(arguments: Throttle.allCases, [10, 50])
    fileprivate func throttlingSMSCIsUsedAndSpared(kind: Throttle, window: Int) {
        for limit in [20, 200, 1000] {
            let seconds = 25.0
            let run = Simulation(
                MessagePacer(limits: BindLimits(window: window)), ThrottlingSMSC(kind: kind, limit: limit),
                seconds: seconds, delay: .milliseconds(2))
            let begin = run.sent[0] + .seconds(10)
            let accepted = run.accepted.filter { $0 >= begin }.count
            let throttled = run.throttled.filter { $0 >= begin }.count
            let used = Double(accepted) / (Double(limit) * (seconds - 10))
            let refused = Double(throttled) / Double(accepted + throttled)
            #expect(used >= 0.95, "\(kind) \(limit)/s window \(window): \(used) of the capacity is used")
            #expect(refused <= 0.02, "\(kind) \(limit)/s window \(window): \(refused) is throttled")
        }
    }

    @Test func paceComesBackWhenTheSMSCTakesMore() {
        var pacer = MessagePacer(limits: BindLimits(window: 50, perSecond: 400))
        var now = Timestamp(microseconds: 1_700_000_000_000_000)
        for _ in 0..<100 {
            pacer.admit(now: now)
            pacer.release()
            pacer.accepted(now: now)
            now = now + .milliseconds(10)
        }
        pacer.throttled(now: now)
        let low = pacer.pace(now: now) ?? 0
        #expect(low > 80 && low < 101)
        #expect(pacer.isThrottled(now: now))
        #expect((pacer.pace(now: now + .seconds(1)) ?? 0) < low * 1.02)
        // Not by itself: what it does not take proves nothing.
        #expect(pacer.pace(now: now + .seconds(30)) == low)
        let end = now + .seconds(30)
        while now < end {
            if case .ready = pacer.availability(now: now) {
                pacer.admit(now: now)
                pacer.answered(isLate: false, now: now)
                pacer.accepted(now: now)
            }
            now = now + .milliseconds(1)
        }
        #expect(pacer.pace(now: now) == 400)
        #expect(!pacer.isThrottled(now: now))
    }

    @Test func oneThrottledMessageNeverStopsTheBind() {
        var pacer = MessagePacer(limits: BindLimits(window: 10))
        let now = Timestamp(microseconds: 1_700_000_000_000_000)
        pacer.admit(now: now)
        pacer.release()
        pacer.throttled(now: now)
        #expect((pacer.pace(now: now) ?? 0) >= 1)
    }
}

@Suite struct NumberBackoffTests {
    private let now = Timestamp(microseconds: 1_000_000)
    private let number = "+31612345678"

    private func waits(_ backoff: inout NumberBackoff, _ count: Int) -> [Double] {
        (0..<count).map { _ in (backoff.refused(number, now: now) - now).seconds }
    }

    @Test(
        "Each wait is longer than the one before, by a step or twofold, with a quarter at most added",
        arguments: [(NumberBackoff.Growth.linear, [2.0, 4, 5, 5]), (.doubling, [2.0, 4, 5, 5])])
    func grows(growth: NumberBackoff.Growth, least: [Double]) {
        var backoff = NumberBackoff(first: .seconds(2), longest: .seconds(5), growth: growth)
        for (wait, least) in zip(waits(&backoff, 4), least) { #expect(wait >= least && wait <= least * 1.25) }
        #expect(backoff.times(number) == 4)
        backoff.accepted(number)
        #expect(backoff.times(number) == 0 && backoff.count == 0)
        #expect(waits(&backoff, 1)[0] < 2.5)
    }

    @Test("Numbers that are refused together do not come back together, and always at the same moments")
    func spread() {
        var one = NumberBackoff()
        var other = NumberBackoff()
        let numbers = (0..<1000).map { "+316\(10_000_000 + $0)" }
        let times = numbers.map { one.refused($0, now: now) }
        #expect(times == numbers.map { other.refused($0, now: now) })
        // No tenth of the half second has much more than its share.
        for tenth in 0..<10 {
            let begin = now + .milliseconds(2000 + Int64(tenth) * 50)
            let count = times.count { $0 >= begin && $0 < begin + .milliseconds(50) }
            #expect(count > 60 && count < 140)
        }
    }

    @Test("A hundred thousand numbers are not kept for ever")
    func isBounded() {
        var backoff = NumberBackoff()
        for index in 0..<200_000 { _ = backoff.refused("\(index)", now: now) }
        #expect(backoff.count <= 100_001)
    }
}

@Suite struct MessagePacerSilenceTests {
    private let begin = Timestamp(microseconds: 1_700_000_000_000_000)

    private func full(_ window: Int) -> MessagePacer {
        var pacer = MessagePacer(limits: BindLimits(window: window))
        for _ in 0..<window { pacer.admit(now: begin) }
        return pacer
    }

    @Test("A window that is overdue as a whole: one message at a time tries the SMSC, ever more seldom")
    func standstill() {
        var pacer = full(10)
        var now = begin + .seconds(10)
        for _ in 0..<10 { pacer.timedOut(now: now) }
        for wait in [1.0, 2, 4, 8, 15, 15] {
            #expect(pacer.availability(now: now + .seconds(wait - 0.001)) == .paced(until: now + .seconds(wait)))
            now = now + .seconds(wait)
            #expect(pacer.availability(now: now) == .ready)
            pacer.admit(now: now)
            #expect(pacer.availability(now: now) == .full)
            now = now + .seconds(10)
            pacer.timedOut(now: now)
        }
    }

    @Test("Any response ends it, a late one too")
    func answered() {
        var pacer = full(10)
        let now = begin + .seconds(10)
        for _ in 0..<10 { pacer.timedOut(now: now) }
        pacer.answered(isLate: true, now: now + .milliseconds(10))
        #expect(!pacer.isSilent && pacer.availability(now: now + .milliseconds(10)) == .ready)
        #expect(pacer.outstanding == 0)
    }

    @Test("One response that is lost among others changes nothing")
    func oneLost() {
        var pacer = full(2)
        pacer.answered(isLate: false, now: begin + .milliseconds(9990))
        pacer.timedOut(now: begin + .seconds(10))
        #expect(!pacer.isSilent)
    }

    @Test("What was admitted and has not left the socket lets nothing follow, and counts from when it left")
    func blocked() {
        var pacer = MessagePacer(limits: BindLimits(window: 100, perSecond: 1))
        pacer.admit(now: begin)
        pacer.isBlocked = true
        #expect(pacer.availability(now: begin + .seconds(5)) == .full)
        pacer.launched(1, now: begin + .seconds(5))
        guard case .paced(let until) = pacer.availability(now: begin + .seconds(5)) else {
            Issue.record("the contract is not kept")
            return
        }
        #expect(until > begin + .seconds(6))
    }
}
