// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing
import Testing

@Suite struct TrunkPacerTests {
    /// Places calls as fast as the pacer allows, waking `lateness` after it asked to; an INVITE leaves `way` after
    /// its call was admitted, in order, and that is known `report` later. Returns when they left.
    private func run(
        _ pacer: inout TrunkPacer, seconds: Double, lateness: () -> Interval, way: () -> Interval = { .zero },
        report: Interval = .zero
    ) -> [Timestamp] {
        var now = Timestamp(milliseconds: 1_000_000)
        let end = now + .seconds(seconds)
        var times: [Timestamp] = []
        var reported = 0
        while now < end {
            while reported < times.count, times[reported] + report <= now {
                pacer.sent(now: now)
                reported += 1
            }
            switch pacer.availability(now: now) {
            case .ready:
                pacer.ended(pacer.admit(now: now), .nothing, now: now)
                times.append(max(now + way(), times.last ?? .epoch))
            case .paced(let until), .blocked(let until):
                // A report is an event, and begins a turn.
                now = min(until + lateness(), reported < times.count ? times[reported] + report : .distantFuture)
            case .full:
                Issue.record("unexpected")
                return times
            }
        }
        return times
    }

    private func mostInOneSecond(_ times: [Timestamp]) -> Int {
        var most = 0
        var first = 0
        for index in times.indices {
            while times[index] - times[first] >= .seconds(1) { first += 1 }
            most = max(most, index - first + 1)
        }
        return most
    }

    @Test("Exact from the first second, whatever the timer's lateness", arguments: [1.0, 12.5, 33, 50, 200, 1000])
    func rate(callsPerSecond: Double) {
        var pacer = TrunkPacer(limits: TrunkLimits(name: "t", callsPerSecond: callsPerSecond, channels: 10))
        var random = SystemRandomNumberGenerator()
        let times = run(&pacer, seconds: 20) { .microseconds(Int64.random(in: 0...2000, using: &random)) }
        #expect(mostInOneSecond(times) <= Int(callsPerSecond.rounded(.up)))
        #expect(Double(times.count) >= callsPerSecond * 20 * 0.99)
        let gaps = zip(times.dropFirst(), times).map { ($0 - $1).seconds }
        #expect((gaps.min() ?? 1) >= 1 / callsPerSecond - 0.0101)
    }

    @Test("Never above the contract at the socket, whatever is late on the way there", arguments: [1.0, 33, 50, 300])
    func lateSending(callsPerSecond: Double) {
        for seed in 0..<20 {
            var pacer = TrunkPacer(limits: TrunkLimits(name: "t", callsPerSecond: callsPerSecond, channels: 10))
            var random = SystemRandomNumberGenerator()
            func delay(_ usual: Int64, _ rare: Int64) -> Interval {
                .microseconds(Int64.random(in: 0...(Int.random(in: 0..<50, using: &random) == 0 ? rare : usual)))
            }
            let times = run(
                &pacer, seconds: 10, lateness: { delay(2000, 30_000) }, way: { delay(3000, 300_000) },
                report: .microseconds(Int64(seed) * 200))
            #expect(mostInOneSecond(times) <= Int(callsPerSecond))
            #expect(times.count > 3)
        }
    }

    @Test("While a call has not left, no other follows it; slots are not made up for")
    func stall() {
        var pacer = TrunkPacer(limits: TrunkLimits(name: "t", callsPerSecond: 50, channels: 10))
        var now = Timestamp(milliseconds: 0)
        pacer.admit(now: now)
        pacer.sent(now: now)
        now = now + .milliseconds(20)
        pacer.admit(now: now)
        now = now + .milliseconds(500)
        #expect(pacer.availability(now: now) == .paced(until: now + .milliseconds(20)))
        pacer.sent(now: now)
        #expect(pacer.availability(now: now) == .paced(until: now + .microseconds(9900)))
    }

    @Test("A report that is lost holds a trunk up for seconds, not for good")
    func lostReport() {
        var pacer = TrunkPacer(limits: TrunkLimits(name: "t", callsPerSecond: 2, channels: 10))
        var now = Timestamp(milliseconds: 0)
        var admitted = 0
        while now < Timestamp(milliseconds: 60_000) {
            if pacer.availability(now: now) == .ready {
                pacer.ended(pacer.admit(now: now), .nothing, now: now)
                admitted += 1
                if admitted != 3 { pacer.sent(now: now) }
            }
            now = now + .milliseconds(100)
        }
        #expect(admitted > 90)
    }

    @Test("What every commit takes costs no throughput")
    func steadyJournal() {
        var pacer = TrunkPacer(limits: TrunkLimits(name: "t", callsPerSecond: 50, channels: 1000))
        let sent = run(&pacer, seconds: 20, lateness: { .zero }, way: { .milliseconds(8) })
        #expect(mostInOneSecond(sent) <= 50)
        #expect(sent.count >= 990)
    }

    @Test("Channels are never exceeded")
    func channels() {
        var pacer = TrunkPacer(limits: TrunkLimits(name: "t", callsPerSecond: 1000, channels: 2))
        let start = Timestamp(milliseconds: 10_000)
        let serial = pacer.admit(now: start)
        pacer.admit(now: start + .milliseconds(1))
        #expect(pacer.availability(now: start + .seconds(5)) == .full)
        pacer.ended(serial, .nothing, now: start + .seconds(5))
        #expect(pacer.availability(now: start + .seconds(5)) == .ready)
    }

    @Test("A Retry-After binds the trunk only when it is obeyed to the letter")
    func retryAfter() {
        for isStrict in [true, false] {
            var pacer = TrunkPacer(
                limits: TrunkLimits(name: "t", callsPerSecond: 50, channels: 10, obeysRetryAfter: isStrict))
            let start = Timestamp(milliseconds: 10_000)
            let serial = pacer.admit(31_182_300_000, now: start)
            pacer.sent(now: start)
            let belief = pacer.ended(serial, .refused(Refusal(retryAfter: .seconds(7))), now: start + .seconds(1))
            #expect(belief == (isStrict ? .pace : .number))
            let findings = pacer.evidence.findings(now: start + .seconds(1))
            #expect(findings.map(\.since) == (isStrict ? [start + .seconds(1)] : []))
            let end = start + .seconds(8)
            #expect(
                pacer.availability(now: end - .milliseconds(1)) == (isStrict ? .blocked(until: end) : .ready))
            #expect(pacer.availability(now: end) == .ready)
        }
    }
}

@Suite struct TrunkGroupTests {
    private func group(_ limits: TrunkLimits...) -> TrunkGroup {
        var group = TrunkGroup()
        for limit in limits {
            var state = TrunkState(limits: limit, isProbed: true, mustRegister: false)
            state.targets.resolved([TargetAddress(address: "192.0.2.1", port: 5060)])
            group.trunks.append(state)
        }
        return group
    }

    @Test("Trunks of one priority share by weight")
    func weights() {
        var group = group(
            TrunkLimits(name: "a", callsPerSecond: 1e6, channels: 100_000, weight: 300),
            TrunkLimits(name: "b", callsPerSecond: 1e6, channels: 100_000, weight: 100))
        var counts = [0, 0]
        for step in 0..<4000 {
            let now = Timestamp(milliseconds: Int64(step) * 10)
            guard case .trunk(let index) = group.choose(excluding: .none, now: now) else { continue }
            _ = group.admit(index, now: now)
            group.trunks[index].pacer.sent(now: now)
            counts[index] += 1
        }
        #expect(abs(counts[0] - 3000) <= 2)
    }

    @Test("Of one priority the cheapest that can take a call now does, and the others take what it cannot")
    func cost() {
        var group = group(
            TrunkLimits(name: "dear", callsPerSecond: 10, channels: 100_000, cost: 0.03),
            TrunkLimits(name: "cheap", callsPerSecond: 10, channels: 100_000, cost: 0.01),
            TrunkLimits(name: "last", callsPerSecond: 10, channels: 100_000, priority: 2))
        let start = Timestamp(milliseconds: 1000)
        #expect(group.choose(excluding: .none, now: start) == .trunk(1))
        _ = group.admit(1, now: start)
        #expect(group.choose(excluding: .none, now: start) == .trunk(0))
        _ = group.admit(0, now: start)
        guard case .wait = group.choose(excluding: .none, now: start + .milliseconds(1)) else {
            Issue.record("a worse priority does not help out while a better one is paced")
            return
        }
    }

    @Test("The second priority is used when the first is full, blocked or down, not while it is paced")
    func priorities() throws {
        var group = group(
            TrunkLimits(name: "a", callsPerSecond: 10, channels: 2, priority: 1, obeysRetryAfter: true),
            TrunkLimits(name: "b", callsPerSecond: 10, channels: 2, priority: 2))
        let start = Timestamp(milliseconds: 1000)
        #expect(group.choose(excluding: .none, now: start) == .trunk(0))
        let admitted = group.admit(0, now: start)
        let first = try #require(admitted)
        group.trunks[0].pacer.sent(now: start)
        #expect(group.choose(excluding: .none, now: start) == .wait(until: start + .milliseconds(95)))
        _ = group.admit(0, now: start + .milliseconds(100))
        group.trunks[0].pacer.sent(now: start + .milliseconds(100))
        #expect(group.choose(excluding: .none, now: start + .seconds(1)) == .trunk(1))
        group.trunks[0].pacer.ended(
            first.serial, .refused(Refusal(retryAfter: .seconds(30))), now: start + .seconds(1))
        #expect(group.choose(excluding: .none, now: start + .seconds(2)) == .trunk(1))
        #expect(
            group.choose(excluding: TrunkMask().inserting(1), now: start + .seconds(2))
                == .wait(until: start + .seconds(31)))
        #expect(group.choose(excluding: TrunkMask(bits: 3), now: start) == .exhausted)
        group.trunks[1].disabledByOperator = true
        group.trunks[0].registrationFailure = "403"
        #expect(group.choose(excluding: .none, now: start + .seconds(60)) == .noneFree)
        #expect(
            group.choose(excluding: TrunkMask().inserting(1), now: start + .seconds(60)) == .stranded(until: nil))
    }

    @Test("Calls that cannot wait go over the second priority when the first would take longer than half a minute")
    func overflow() {
        var group = group(
            TrunkLimits(name: "slow", callsPerSecond: 5, channels: 1000, priority: 1),
            TrunkLimits(name: "fast", callsPerSecond: 50, channels: 1000, priority: 2))
        let start = Timestamp(milliseconds: 1000)
        #expect(group.choose(excluding: .none, waiting: 1000, now: start) == .trunk(0))
        _ = group.admit(0, now: start)
        group.trunks[0].pacer.sent(now: start)
        let wait = TrunkChoice.wait(until: start + .milliseconds(195))
        // 150 calls take 30 s at 5 a second.
        #expect(group.choose(excluding: .none, waiting: 150, now: start) == wait)
        #expect(group.choose(excluding: .none, waiting: 151, now: start) == .trunk(1))
        #expect(group.choose(excluding: .none, isPressing: false, waiting: 1000, now: start) == wait)
        // When both have to wait, whoever is free first is waited for.
        _ = group.admit(1, now: start)
        group.trunks[1].pacer.sent(now: start)
        #expect(group.choose(excluding: .none, waiting: 150, now: start) == wait)
        #expect(group.choose(excluding: .none, waiting: 151, now: start) == .wait(until: start + .milliseconds(15)))
        // The better one goes first whenever it is free.
        #expect(group.choose(excluding: .none, waiting: 1000, now: start + .seconds(1)) == .trunk(0))
        group.trunks[1].disabledByOperator = true
        #expect(group.choose(excluding: .none, waiting: 1000, now: start) == wait)
    }

    @Test("An address is read as it was journalled")
    func text() {
        let addresses = [TargetAddress(address: "192.0.2.1", port: 5060), TargetAddress(address: "::1", port: 5070)]
        for address in addresses { #expect(TargetAddress(text: address.text) == address) }
        for text in ["", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", ":x"] {
            #expect(TargetAddress(text: text) == nil)
        }
    }

    @Test("Two lost probes take a target down, one answer brings it back")
    func probing() {
        var targets = TrunkTargets(isProbed: true)
        targets.resolved([TargetAddress(address: "::1", port: 5060), TargetAddress(address: "192.0.2.2", port: 5070)])
        let ids = targets.targets.map(\.id)
        let now = Timestamp(milliseconds: 5)
        for id in ids { targets.probed(id, code: 200, roundTrip: .milliseconds(1)) }
        for id in ids { targets.probed(id, code: nil, roundTrip: nil) }
        #expect(targets.isUsable(now: now))
        for id in ids { targets.probed(id, code: nil, roundTrip: nil) }
        #expect(targets.reason == "[::1]:5060: no answer to OPTIONS")
        targets.probed(ids[1], code: 404, roundTrip: .milliseconds(3))
        #expect(targets.choose(now: now)?.address.text == "192.0.2.2:5070")
        // Looked up again: what was known stays known.
        targets.resolved([TargetAddress(address: "::1", port: 5060)])
        #expect(!targets.isUsable(now: now))
    }

    @Test("A carrier that never answers OPTIONS is judged by its calls alone; an answered call outweighs a lost probe")
    func unansweredProbes() {
        var targets = TrunkTargets(isProbed: true)
        targets.resolved([TargetAddress(address: "192.0.2.1", port: 5060)])
        let now = Timestamp(milliseconds: 1000)
        for _ in 0..<10 { targets.probed(1, code: nil, roundTrip: nil) }
        #expect(targets.isUsable(now: now))
        for _ in 0..<3 { targets.called(1, silent: true, now: now) }
        #expect(!targets.isUsable(now: now + .seconds(9)))
        #expect(targets.isUsable(now: now + .seconds(10)))
        targets.probed(1, code: 200, roundTrip: nil)
        targets.probed(1, code: nil, roundTrip: nil)
        targets.called(1, silent: false, now: now)
        targets.probed(1, code: nil, roundTrip: nil)
        #expect(targets.isUsable(now: now))
        targets.probed(1, code: nil, roundTrip: nil)
        #expect(!targets.isUsable(now: now))
    }

    @Test("A target that answers OPTIONS and no INVITE is tried by a few calls only, until one is answered")
    func mute() {
        var targets = TrunkTargets(isProbed: true)
        targets.resolved([TargetAddress(address: "192.0.2.1", port: 5060)])
        let now = Timestamp(milliseconds: 1000)
        targets.probed(1, code: 200, roundTrip: nil)
        targets.listened(1, isSilent: true, now: now)
        #expect(targets.reason == "192.0.2.1:5060: no answer to INVITEs")
        func chosen(of count: Int, at time: Timestamp) -> Int {
            (0..<count).count { _ in targets.choose(now: time) != nil }
        }
        #expect(chosen(of: 1, at: now + .minutes(60)) == 0)
        targets.probed(1, code: 200, roundTrip: nil)
        #expect(chosen(of: 10, at: now) == 3)
        targets.probed(1, code: 200, roundTrip: nil)
        #expect(chosen(of: 1, at: now) == 1)
        targets.listened(1, isSilent: false, now: now)
        #expect(chosen(of: 10, at: now) == 10)
    }

    @Test("What becomes of calls begun before a target was given up, or back, changes nothing")
    func formerCalls() {
        var targets = TrunkTargets(isProbed: false)
        targets.resolved([TargetAddress(address: "192.0.2.1", port: 5060)])
        let begun = Timestamp(milliseconds: 1000)
        let now = begun + .seconds(20)
        targets.listened(1, isSilent: true, now: now)
        // Answered before it went silent, and ended only now.
        targets.called(1, silent: false, begun: begun, now: now + .seconds(1))
        #expect(!targets.isUsable(now: now + .seconds(1)))
        targets.listened(1, isSilent: false, now: now + .seconds(2))
        for _ in 0..<5 { targets.called(1, silent: true, begun: now + .seconds(1), now: now + .seconds(9)) }
        #expect(targets.isUsable(now: now + .seconds(9)))
    }

    @Test("A target without probing rests after three silent calls, then gets another chance")
    func silentCalls() {
        var targets = TrunkTargets(isProbed: false)
        targets.resolved([TargetAddress(address: "192.0.2.1", port: 5060)])
        let now = Timestamp(milliseconds: 1000)
        for _ in 0..<3 { targets.called(1, silent: true, now: now) }
        #expect(targets.choose(now: now + .seconds(9)) == nil)
        #expect(targets.nextDeadline(now: now) == now + .seconds(10))
        #expect(targets.choose(now: now + .seconds(10)) != nil)
    }
}

@Suite struct CallTerminationTests {
    @Test(
        "The table of docs/cdr-format.md",
        arguments: [
            (486, 17, Disposition.busy, FailureClass.busy), (600, 17, .busy, .busy),
            (480, 18, .noAnswer, .unavailable), (408, 102, .failed, .unreachable), (504, 102, .failed, .unreachable),
            (500, 41, .congestion, .congestion), (502, 38, .congestion, .congestion),
            (503, 41, .congestion, .congestion), (403, 21, .failed, .forbidden),
            (401, 21, .failed, .authentication), (407, 21, .failed, .authentication),
            (404, 1, .failed, .invalidNumber), (604, 1, .failed, .invalidNumber), (410, 22, .failed, .invalidNumber),
            (484, 28, .failed, .invalidNumber), (488, 88, .failed, .mediaRefused), (606, 88, .failed, .mediaRefused),
            (482, 25, .failed, .loop), (483, 25, .failed, .loop), (603, 21, .failed, .rejected),
            (607, 21, .failed, .rejected), (608, 21, .failed, .rejected), (302, 23, .failed, .redirected),
            (400, 127, .failed, .otherFailure), (487, 18, .noAnswer, .unavailable),
        ])
    func table(code: Int, cause: Int, disposition: Disposition, failure: FailureClass) {
        #expect(
            CallTermination.classify(CallEnd(sipCode: code), answered: false)
                == CallTermination(disposition: disposition, cause: cause, failure: failure))
    }

    @Test("Our own reasons")
    func ownReasons() {
        func classify(_ reason: OwnReason, _ code: Int) -> CallTermination {
            CallTermination.classify(CallEnd(sipCode: code, fromWire: false, ownReason: reason), answered: false)
        }
        #expect(classify(.ringTimeout, 487) == CallTermination(disposition: .noAnswer, cause: 19, failure: .noAnswer))
        #expect(classify(.noResponse, 408) == CallTermination(disposition: .failed, cause: 102, failure: .unreachable))
        #expect(classify(.requested, 487).failure == .abandoned)
    }

    @Test("A Q.850 cause in a Reason header wins over the table")
    func reasonHeader() {
        func classify(_ code: Int, _ cause: Int) -> CallTermination {
            CallTermination.classify(CallEnd(sipCode: code, reasonCause: cause), answered: false)
        }
        #expect(classify(503, 17) == CallTermination(disposition: .busy, cause: 17, failure: .busy))
        #expect(classify(480, 1) == CallTermination(disposition: .failed, cause: 1, failure: .invalidNumber))
        // 21 says less than 603 or 403 do: the status still decides what is done.
        #expect(classify(603, 21).failure == .rejected)
        #expect(classify(403, 21).failure == .forbidden)
        #expect(CallTermination.classify(CallEnd(sipCode: 200, reasonCause: 31), answered: true).cause == 31)
    }
}
