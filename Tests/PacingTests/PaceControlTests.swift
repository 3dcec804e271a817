// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing
import Testing

/// A carrier that has room for so much and says so when it has not.
struct Carrier {
    enum Capacity {
        /// Calls per second, and how many at once after a pause.
        case bucket(rate: Double, depth: Double)
        /// Calls in each second of its clock.
        case second(Int)
        /// Simultaneous calls, of so many seconds each.
        case channels(Int, duration: Double)
    }
    var capacity: Capacity
    var retryAfter: Interval?

    private var tokens = 0.0
    private var filled = Timestamp.epoch
    private var second: Int64 = 0
    private var taken = 0
    private var ends: [Timestamp] = []

    init(_ capacity: Capacity, retryAfter: Interval? = nil) {
        self.capacity = capacity
        self.retryAfter = retryAfter
    }

    var callsPerSecond: Double {
        switch capacity {
        case .bucket(let rate, _): rate
        case .second(let count): Double(count)
        case .channels(let count, let duration): Double(count) / duration
        }
    }

    /// Of a call that it takes.
    var duration: Interval {
        if case .channels(_, let duration) = capacity { .seconds(duration) } else { .milliseconds(1) }
    }

    mutating func takes(at now: Timestamp) -> Bool {
        switch capacity {
        case .bucket(let rate, let depth):
            tokens = min(depth, tokens + (now - filled).seconds * rate)
            filled = now
            guard tokens >= 1 else { return false }
            tokens -= 1
        case .second(let count):
            if now.microseconds / 1_000_000 != second { (second, taken) = (now.microseconds / 1_000_000, 0) }
            guard taken < count else { return false }
            taken += 1
        case .channels(let count, let duration):
            if let first = ends.first, first <= now { ends.removeAll { $0 <= now } }
            guard ends.count < count else { return false }
            ends.append(now + .seconds(duration))
        }
        return true
    }
}

/// A trunk that always has somebody to call, and what its carrier made of it.
struct TrunkSimulation {
    var pacer: TrunkPacer
    var carrier: Carrier
    var now = Timestamp(milliseconds: 1_000_000)
    private var answers: [(at: Timestamp, serial: Int)] = []
    /// Calls under way, by their ends.
    private var calls: [(end: Timestamp, serial: Int)] = []

    /// Until a refusal is here.
    private static let roundTrip = Interval.milliseconds(20)

    init(contract: Double, _ carrier: Carrier, rampUp: Interval = .zero) {
        pacer = TrunkPacer(
            limits: TrunkLimits(
                name: "t", callsPerSecond: contract, channels: 100_000, rampUp: rampUp,
                obeysRetryAfter: carrier.retryAfter != nil))
        self.carrier = carrier
    }

    struct Result {
        var taken = 0
        var refused = 0
        var insideRetryAfter = 0
        var highestPace = 0.0
        var refusedShare: Double { Double(refused) / Double(max(1, taken + refused)) }
    }

    mutating func run(seconds: Double) -> Result {
        var result = Result()
        var blockedUntil = Timestamp.epoch
        let end = now + .seconds(seconds)
        while now < end {
            while let answer = answers.first, answer.at <= now {
                answers.removeFirst()
                pacer.ended(answer.serial, .refused(Refusal(retryAfter: carrier.retryAfter)), now: now)
                if let wait = carrier.retryAfter { blockedUntil = max(blockedUntil, answer.at + wait) }
            }
            while let call = calls.first, call.end <= now { pacer.ended(calls.removeFirst().serial, .passed, now: now) }
            switch pacer.availability(now: now) {
            case .ready:
                let serial = pacer.admit(now: now)
                pacer.sent(now: now)
                if now < blockedUntil { result.insideRetryAfter += 1 }
                result.highestPace = max(result.highestPace, pacer.pace(now: now))
                if carrier.takes(at: now) {
                    result.taken += 1
                    pacer.passed(serial, now: now)
                    calls.append((now + carrier.duration, serial))
                } else {
                    result.refused += 1
                    answers.append((now + Self.roundTrip, serial))
                }
            case .paced(let until), .blocked(let until):
                now = [until, answers.first?.at, calls.first?.end].compactMap { $0 }.min() ?? until
            case .full:
                Issue.record("unexpected")
                return result
            }
        }
        return result
    }
}

@Suite("The pace that a carrier takes") struct PaceControlTests {
    static let capacities: [Carrier.Capacity] = [
        .bucket(rate: 20, depth: 3), .bucket(rate: 20, depth: 20), .second(20), .channels(40, duration: 2),
    ]

    @Test(
        "After 30 s at most 5 % are refused and 90 % of the capacity is used, and no INVITE is inside a Retry-After",
        arguments: capacities, [nil, Interval.seconds(1), .seconds(2), .seconds(5)])
    func convergence(capacity: Carrier.Capacity, retryAfter: Interval?) {
        for contract in [25.0, 50, 200] {
            var simulation = TrunkSimulation(contract: contract, Carrier(capacity, retryAfter: retryAfter))
            // Whoever wants to be left alone for long is got to know more slowly.
            let settling = max(30, (retryAfter?.seconds ?? 0) * 15)
            let first = simulation.run(seconds: settling)
            let rest = simulation.run(seconds: 120)
            let used = Double(rest.taken) / (120 * simulation.carrier.callsPerSecond)
            #expect(rest.refusedShare <= 0.05, "\(contract): \(rest.refusedShare)")
            #expect(used >= 0.9, "\(contract): \(used)")
            #expect(first.insideRetryAfter + rest.insideRetryAfter == 0)
        }
    }

    @Test("Over an hour the capacity stays used, and few are refused", arguments: capacities)
    func hour(capacity: Carrier.Capacity) {
        var simulation = TrunkSimulation(contract: 50, Carrier(capacity))
        _ = simulation.run(seconds: 60)
        let result = simulation.run(seconds: 3600)
        #expect(result.refusedShare <= 0.03)
        #expect(Double(result.taken) >= 0.94 * 3600 * simulation.carrier.callsPerSecond)
        #expect(result.highestPace <= 50)
    }

    @Test("More room is found, and less is kept to")
    func changingRoom() {
        var simulation = TrunkSimulation(contract: 50, Carrier(.bucket(rate: 20, depth: 5)))
        _ = simulation.run(seconds: 60)
        simulation.carrier = Carrier(.bucket(rate: 40, depth: 5))
        _ = simulation.run(seconds: 60)
        #expect(Double(simulation.run(seconds: 60).taken) >= 0.9 * 60 * 40)
        simulation.carrier = Carrier(.bucket(rate: 10, depth: 5))
        _ = simulation.run(seconds: 15)
        let late = simulation.run(seconds: 60)
        #expect(late.refusedShare <= 0.05)
        #expect(Double(late.taken) >= 0.9 * 60 * 10)
        simulation.carrier = Carrier(.bucket(rate: 1000, depth: 5))
        _ = simulation.run(seconds: 120)
        #expect(simulation.pacer.reason(now: simulation.now) == nil)
        #expect(simulation.run(seconds: 60).taken >= 50 * 59)
    }

    @Test("One refusal in a hundred is a number or a route, and changes nothing")
    func stray() {
        var pacer = TrunkPacer(limits: TrunkLimits(name: "t", callsPerSecond: 100, channels: 10))
        var now = Timestamp(milliseconds: 1_000_000)
        for call in 0..<1000 {
            let serial = pacer.admit(316_10_000_000 + UInt64(call) * 7919, now: now)
            pacer.sent(now: now)
            pacer.ended(serial, call % 100 == 99 ? .refused(Refusal()) : .passed, now: now)
            now = now + .milliseconds(10)
        }
        #expect(pacer.pace(now: now) == 100)
    }

    @Test("A ramp begins at a tenth, and again after a minute without calls")
    func rampUp() {
        var simulation = TrunkSimulation(
            contract: 50, Carrier(.bucket(rate: 1000, depth: 100)), rampUp: .seconds(10))
        #expect(simulation.pacer.pace(now: simulation.now) == 5)
        #expect(simulation.pacer.reason(now: simulation.now) == .rampUp)
        let first = simulation.run(seconds: 10).taken
        #expect((250...290).contains(first), "\(first)")
        #expect(simulation.run(seconds: 10).taken >= 495)
        #expect(simulation.pacer.pace(now: simulation.now + .seconds(59)) == 50)
        #expect(simulation.pacer.pace(now: simulation.now + .seconds(61)) == 5)
    }

    /// What becomes of calls at 20 a second.
    private func calls(_ pacer: inout TrunkPacer, _ now: inout Timestamp, seconds: Int, _ sample: (Int) -> CallSample) {
        for call in 0..<(seconds * 20) {
            pacer.learned(sample(call), begun: now - .milliseconds(1), now: now)
            now = now + .milliseconds(50)
        }
    }

    @Test(
        "Calls that take longer to ring than usual lower the pace of those that can wait, while it helps; it comes back"
    )
    func slowing() {
        var pacer = TrunkPacer(limits: TrunkLimits(name: "t", callsPerSecond: 50, channels: 1000))
        var now = Timestamp(milliseconds: 1_000_000)
        calls(&pacer, &now, seconds: 180) { .delay(.milliseconds($0 % 2 == 0 ? 900 : 1100)) }
        #expect(pacer.pace(now: now) == 50)
        // 32 of them are noticed, and no more are judged by yet.
        calls(&pacer, &now, seconds: 2) { _ in .delay(.seconds(4)) }
        #expect(pacer.pace(now: now) < 45)
        guard case .slow = pacer.reason(now: now) else {
            Issue.record("no reason")
            return
        }
        calls(&pacer, &now, seconds: 60) { _ in .delay(.seconds(1)) }
        #expect(pacer.pace(now: now) == 50)
    }

    @Test("Where going slower does not help, the pace goes back and stays")
    func slowingInVain() {
        var pacer = TrunkPacer(limits: TrunkLimits(name: "t", callsPerSecond: 50, channels: 1000))
        var now = Timestamp(milliseconds: 1_000_000)
        calls(&pacer, &now, seconds: 180) { .answered($0 % 2 == 0) }
        calls(&pacer, &now, seconds: 4) { .answered($0 % 20 == 0) }
        guard case .unanswered = pacer.reason(now: now) else {
            Issue.record("no reason")
            return
        }
        calls(&pacer, &now, seconds: 10) { .answered($0 % 20 == 0) }
        #expect(pacer.pace(now: now) == 50)
        for _ in 0..<50 {
            calls(&pacer, &now, seconds: 10) { .answered($0 % 20 == 0) }
            #expect(pacer.pace(now: now) == 50)
        }
    }

    @Test("Neither delay nor few answers hold up a call that cannot wait")
    func pressing() {
        var pacer = TrunkPacer(limits: TrunkLimits(name: "t", callsPerSecond: 50, channels: 1000))
        var now = Timestamp(milliseconds: 1_000_000)
        calls(&pacer, &now, seconds: 180) { .delay(.milliseconds($0 % 2 == 0 ? 900 : 1100)) }
        calls(&pacer, &now, seconds: 2) { _ in .delay(.seconds(4)) }
        func placed(isPressing: Bool) -> Int {
            let end = now + .seconds(4)
            var count = 0
            while now < end {
                if pacer.availability(isPressing: isPressing, now: now) == .ready {
                    let serial = pacer.admit(isPressing: isPressing, now: now)
                    pacer.sent(now: now)
                    pacer.ended(serial, .nothing, now: now)
                    count += 1
                }
                now = now + .milliseconds(1)
            }
            return count
        }
        #expect(placed(isPressing: false) < 190)
        now = now + .seconds(1)
        #expect(placed(isPressing: true) >= 199)
    }
}
