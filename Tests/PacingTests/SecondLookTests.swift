// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import Pacing

/// What was believed of numbers is looked at again, and taken back where something else explains it (docs/pace.md).
@Suite("The second look at what was believed of numbers") struct SecondLookTests {
    private var now = Timestamp(milliseconds: 1_000_000)
    private var pacer = TrunkPacer(limits: TrunkLimits(name: "t", callsPerSecond: 20, channels: 400))

    private mutating func call(_ number: UInt64, isRefused: Bool) {
        let serial = pacer.admit(number, now: now)
        pacer.sent(now: now)
        pacer.ended(serial, isRefused ? .refused(Refusal()) : .passed, now: now + .milliseconds(20))
        now = now + .milliseconds(50)
    }

    /// Numbers without a common prefix of four digits.
    private func scattered(_ index: Int) -> UInt64 { UInt64(3_110_000_000 + index * 79_197_771 % 890_000_000) }

    @Test("What came of an outage is no number's fault; what was refused before it stays with the number")
    mutating func outage() {
        for index in 0..<40 { call(scattered(index), isRefused: index % 8 == 0) }
        #expect(pacer.evidence.isSuspect(scattered(0)))
        for index in 100..<160 where pacer.evidence.refusing == nil { call(scattered(index), isRefused: true) }
        #expect(pacer.evidence.refusing != nil)
        now = now + .seconds(1)
        call(scattered(200), isRefused: false)
        #expect(pacer.evidence.refusing == nil)
        #expect(!pacer.evidence.isSuspect(scattered(105)))
        #expect(pacer.evidence.isSuspect(scattered(0)))
        let exonerated = pacer.evidence.takeExonerated()
        #expect(exonerated.contains { $0.route == nil && !$0.isSilence })
        #expect(pacer.evidence.takeExonerated().isEmpty)
    }

    @Test("A route that passes calls on again clears its own numbers only")
    mutating func route() {
        for index in 0..<10 { call(scattered(index), isRefused: index == 3) }
        for index in 0..<8 { call(UInt64(31_182_300_000 + index * 7), isRefused: true) }
        #expect(pacer.evidence.routes.count == 1)
        now = now + .seconds(20)
        call(31_182_300_055, isRefused: false)
        #expect(pacer.evidence.routes.isEmpty)
        #expect(!pacer.evidence.isSuspect(31_182_300_000))
        #expect(pacer.evidence.isSuspect(scattered(3)))
        let route = pacer.evidence.takeExonerated().first { $0.route != nil }
        #expect(route?.covers(31_182_300_007) == true && route?.covers(scattered(3)) == false)
    }

    @Test("Numbers that were refused go slowly, faster with each that comes through")
    mutating func secondTries() {
        for index in 0..<20 { call(scattered(index), isRefused: index < 2) }
        func waited() -> Interval { pacer.evidence.secondTryWait(now: now).map { $0 - now } ?? .zero }
        #expect(waited() == .zero)
        call(scattered(0), isRefused: true)
        // Half of 20 a second at first, then a little less; 50 ms have passed.
        #expect(waited() >= .milliseconds(49))
        now = now + .seconds(1)
        call(scattered(1), isRefused: false)
        let first = waited()
        for index in 30..<40 {
            now = now + .seconds(1)
            call(scattered(index), isRefused: true)
            now = now + .seconds(1)
            call(scattered(index), isRefused: false)
        }
        #expect(waited() < first)
    }

    @Test("Calls to a target that fell silent are cleared when it comes back, and once")
    func silence() {
        var targets = TrunkTargets(isProbed: false)
        targets.resolved([TargetAddress(address: "192.0.2.1", port: 5060)])
        #expect(targets.takeExonerated().isEmpty)
        targets.listened(1, isSilent: true, now: now)
        #expect(targets.takeExonerated().isEmpty)
        targets.listened(1, isSilent: false, now: now + .seconds(30))
        let cleared = targets.takeExonerated()
        #expect(cleared.count == 1 && cleared[0].isSilence && cleared[0].since < now)
        #expect(targets.takeExonerated().isEmpty)
    }

    @Test("A lowered pace does not climb while nobody is called")
    func idle() throws {
        var control = PaceControl(contract: 20)
        var time = now
        control.began(now: time)
        let sample = PaceSample(calls: 40, refused: 20, taken: 10, rate: 20, second: .seconds(1), span: .seconds(2))
        control.weigh(sample, long: sample, begun: time, now: time)
        let lowered = control.pace(now: time)
        #expect(lowered < 11)
        #expect(control.pace(now: time + .seconds(60)) < lowered + 2)
        time = time + .seconds(60)
        control.began(now: time)
        #expect(control.pace(now: time) < lowered + 2)
        // Nobody knows what it takes after so long.
        #expect(control.pace(now: time + .minutes(10)) == 20)
    }

    @Test("A refusal that speaks for a route is as if there were no room, for a few tries")
    func routeRule() {
        let policy = RetryPolicy()
        guard case .otherTrunkRepeating(_, let congestion) = policy.rule(for: .congestion, of: .route),
            case .otherTrunkRepeating(let delays, let forbidden) = policy.rule(for: .forbidden, of: .route)
        else {
            Issue.record("not as if there were no room")
            return
        }
        #expect(congestion == policy.congestionLimit && forbidden == 6 && delays == policy.congestion)
    }

    @Test("Where most are refused without a word of why, a number is tried as often as over a dead route")
    mutating func unclear() {
        var beliefs: [Belief] = []
        for index in 0..<60 {
            let serial = pacer.admit(scattered(index), now: now)
            pacer.sent(now: now)
            let sign: CallSign = index % 4 == 0 ? .passed : .refused(Refusal())
            beliefs.append(pacer.ended(serial, sign, now: now + .milliseconds(20)))
            now = now + .milliseconds(50)
        }
        #expect(beliefs.contains(.unclear))
        let policy = RetryPolicy()
        guard case .otherTrunkOnce = policy.rule(for: .forbidden, of: .number),
            case .otherTrunkRepeating(_, 6) = policy.rule(for: .forbidden, of: .unclear),
            case .otherTrunkRepeating(_, policy.congestionLimit) = policy.rule(for: .congestion, of: .unclear),
            case .otherTrunk = policy.rule(for: .authentication, of: .unclear)
        else {
            Issue.record("a refusal that may not speak about the number")
            return
        }
    }

    @Test("Refusals of calls that were under way when a limit of channels was suspected do not confirm it")
    func underWay() {
        var finder = ChannelFinder()
        // A carrier that counts by seconds refuses whoever comes after the eleventh; a refusal takes 0.25 s.
        for call in 0..<8 {
            let begun = now + .milliseconds(Int64(call) * 30)
            _ = finder.refused(
                beside: 11, begun: begun, row: call + 1, needed: 5, now: begun + .milliseconds(250))
        }
        #expect(finder.limit == 11 && !finder.isFirm)
        // The next second's first call comes through beside as many.
        let next = now + .seconds(1)
        finder.began(beside: 11, now: next)
        finder.passed(beside: 11, now: next + .milliseconds(250))
        #expect(finder.limit == nil)
    }

    @Test("While numbers that were refused come through after all, another refusal may not be about its number")
    mutating func comingThrough() {
        for index in 0..<40 { call(scattered(index), isRefused: index % 4 == 0) }
        func again(_ index: Int, isRefused: Bool) -> Belief {
            now = now + .seconds(2)
            let serial = pacer.admit(scattered(index), now: now)
            return pacer.ended(serial, isRefused ? .refused(Refusal()) : .passed, now: now + .milliseconds(20))
        }
        let dead = again(0, isRefused: true)
        #expect(dead == .number)
        for index in [4, 8, 12] { _ = again(index, isRefused: false) }
        let doubtful = again(16, isRefused: true)
        #expect(doubtful == .unclear)
    }

    @Test("A call that is refused while our BYE is on its way is explained by the channels")
    mutating func justEnded() {
        var active: [Int] = []
        var next = 0
        func begin() -> Int {
            next += 1
            return pacer.admit(scattered(next), now: now)
        }
        func refuse() -> Belief {
            let serial = begin()
            now = now + .milliseconds(50)
            return pacer.ended(serial, .refused(Refusal()), now: now)
        }
        for _ in 0..<30 {
            active.append(begin())
            pacer.passed(active[active.count - 1], now: now + .milliseconds(20))
            now = now + .milliseconds(50)
        }
        for _ in 0..<12 { _ = refuse() }
        for _ in 0..<6 {
            now = now + .seconds(5)
            _ = refuse()
        }
        #expect(pacer.evidence.findings(now: now).contains { $0.subject == .channels })
        pacer.ended(active.removeLast(), .passed, now: now)
        let belief = refuse()
        let isSuspect = pacer.evidence.isSuspect(scattered(next))
        #expect(belief == .pace && !isSuspect)
    }

    @Test("Three refusals just beyond what is known to be taken are enough, where none are below it")
    mutating func beyond() {
        var control = PaceControl(contract: 20)
        var time = now
        func sample(calls: Int, refused: Int, rate: Double) -> PaceSample {
            PaceSample(
                calls: calls, refused: refused, taken: 10, rate: rate, second: .seconds(1), span: .seconds(2))
        }
        control.began(now: time)
        control.weigh(
            sample(calls: 40, refused: 20, rate: 20), long: sample(calls: 40, refused: 20, rate: 20), begun: time,
            now: time)
        // The lower pace helps, and creeps past what is known.
        var highest = 0.0
        while control.pace(now: time) < 10.3, time < now + .minutes(2) {
            control.began(now: time)
            _ = control.passed(begun: time, now: time)
            highest = control.pace(now: time)
            time = time + .milliseconds(100)
        }
        #expect(highest > 10.2)
        for refusal in 1...3 {
            control.began(now: time)
            control.refused(begun: time, now: time)
            let one = sample(calls: 20, refused: 1, rate: 10)
            control.weigh(one, long: sample(calls: 60, refused: refusal, rate: 10), begun: time, now: time)
            if refusal < 3 { #expect(control.pace(now: time) > 10.2) }
            time = time + .seconds(1)
        }
        // A little below what was known, which is not doubted.
        #expect(control.pace(now: time) < 10 && control.pace(now: time) > 9.5)
    }

    @Test("A pace that was taken for a dozen calls is not doubted when the next ones come a little too fast")
    func proven() {
        var control = PaceControl(contract: 5)
        var time = now
        func refused(taken: Double) {
            let sample = PaceSample(
                calls: 8, refused: 4, taken: taken, rate: control.pace(now: time), second: .seconds(2),
                span: .seconds(2))
            control.weigh(sample, long: sample, begun: time, now: time)
        }
        control.began(now: time)
        // A bucket of one token lets half of them through.
        refused(taken: 2)
        #expect(control.pace(now: time) < 2)
        while control.pace(now: time) < 3.6, time < now + .minutes(3) {
            control.began(now: time)
            _ = control.passed(begun: time, now: time)
            time = time + .seconds(1 / control.pace(now: time))
        }
        refused(taken: 1.8)
        let pace = control.pace(now: time)
        // What went through in the last second says 1.8.
        #expect(pace > 2 && pace < 3.6)
    }
}
