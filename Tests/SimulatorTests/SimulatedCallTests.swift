// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import Simulator

@Suite struct SimulatedCallTests {
    private let start = Timestamp(milliseconds: 1_000_000)
    private func at(_ milliseconds: Int64) -> Timestamp { start + .milliseconds(milliseconds) }

    private let talker = CallScript(
        beforeAnswer: [
            .init(after: .milliseconds(100), .respond(Response(180))),
            .init(after: .milliseconds(2000), .answer),
        ],
        afterAnswer: [
            .init(after: .milliseconds(300), .play(.hello)),
            .init(after: .milliseconds(4000), .sendKey("1")),
            .init(after: .milliseconds(9000), .hangUp),
        ])

    @Test func aPersonRingsAnswersPressesAndHangsUp() {
        var call = SimulatedCall(script: talker)
        #expect(call.deadline == nil)
        #expect(call.handle(.inviteReceived, at: at(0)) == [])
        #expect(call.deadline == at(100))
        #expect(call.handle(.deadlineReached, at: at(100)) == [.respond(Response(180))])
        #expect(call.deadline == at(2000))
        #expect(call.handle(.deadlineReached, at: at(2000)) == [.answer])
        #expect(call.state == .answered)
        #expect(call.deadline == nil)
        #expect(call.handle(.ackReceived, at: at(2050)) == [])
        #expect(call.state == .talking)
        #expect(call.deadline == at(2350))
        #expect(call.handle(.deadlineReached, at: at(2350)) == [.play(.hello)])
        #expect(call.handle(.deadlineReached, at: at(6050)) == [.sendKey("1")])
        #expect(call.handle(.deadlineReached, at: at(11_050)) == [.hangUp])
        #expect(call.state == .leaving)
        #expect(call.deadline == nil)
        #expect(call.handle(.ended, at: at(11_060)) == [])
        #expect(call.state == .ended)
    }

    @Test func aLateTimerDoesEverythingDueInOrder() {
        var call = SimulatedCall(script: talker)
        _ = call.handle(.inviteReceived, at: at(0))
        #expect(call.handle(.deadlineReached, at: at(5000)) == [.respond(Response(180)), .answer])
        _ = call.handle(.ackReceived, at: at(5000))
        #expect(call.handle(.deadlineReached, at: at(60_000)) == [.play(.hello), .sendKey("1"), .hangUp])
    }

    @Test func anEarlyTimerDoesNothing() {
        var call = SimulatedCall(script: talker)
        _ = call.handle(.inviteReceived, at: at(0))
        #expect(call.handle(.deadlineReached, at: at(99)) == [])
        #expect(call.deadline == at(100))
    }

    @Test func aRefusalAtOnceComesWithTheInvite() {
        var call = SimulatedCall(script: .refusal(Response(503, retryAfterSeconds: 2)))
        #expect(call.handle(.inviteReceived, at: at(0)) == [.respond(Response(503, retryAfterSeconds: 2))])
        #expect(call.state == .leaving)
    }

    @Test func nothingFollowsARefusal() {
        var call = SimulatedCall(
            script: CallScript(beforeAnswer: [
                .init(after: .zero, .respond(Response(486))),
                .init(after: .zero, .answer),
            ]))
        #expect(call.handle(.inviteReceived, at: at(0)) == [.respond(Response(486))])
        #expect(call.handle(.deadlineReached, at: at(1)) == [])
    }

    /// CANCEL while it rings: the timer that was on its way finds nothing to do.
    @Test func cancelEndsTheRinging() {
        var call = SimulatedCall(script: talker)
        _ = call.handle(.inviteReceived, at: at(0))
        _ = call.handle(.deadlineReached, at: at(100))
        #expect(call.handle(.ended, at: at(1500)) == [])
        #expect(call.deadline == nil)
        #expect(call.handle(.deadlineReached, at: at(2000)) == [])
        #expect(call.state == .ended)
    }

    /// Our 200 crosses the CANCEL: nothing is played, no key is pressed.
    @Test func endBeforeTheAckEndsEverything() {
        var call = SimulatedCall(script: talker)
        _ = call.handle(.inviteReceived, at: at(0))
        _ = call.handle(.deadlineReached, at: at(2000))
        _ = call.handle(.ended, at: at(2001))
        #expect(call.handle(.ackReceived, at: at(2002)) == [])
        #expect(call.deadline == nil)
    }

    @Test func aSecondInviteOrAckIsPassedOver() {
        var call = SimulatedCall(script: talker)
        _ = call.handle(.inviteReceived, at: at(0))
        #expect(call.handle(.inviteReceived, at: at(10)) == [])
        #expect(call.handle(.ackReceived, at: at(20)) == [])
        #expect(call.state == .proceeding)
        #expect(call.deadline == at(100))
    }

    @Test func keysOfTheCallerAreKept() {
        var call = SimulatedCall(script: talker)
        _ = call.handle(.inviteReceived, at: at(0))
        _ = call.handle(.deadlineReached, at: at(2000))
        _ = call.handle(.ackReceived, at: at(2001))
        _ = call.handle(.keyHeard("5"), at: at(2500))
        _ = call.handle(.ended, at: at(2600))
        _ = call.handle(.keyHeard("6"), at: at(2700))
        #expect(call.keysHeard == ["5"])
    }

    @Test func heapGivesCallsInOrderOfTime() {
        var heap = CallDeadlines()
        let times: [Int64] = [50, 10, 40, 20, 30, 10]
        for (index, time) in times.enumerated() { heap.set(at(time), for: UInt64(index)) }
        heap.set(at(5), for: 0)  // earlier than before
        heap.set(at(60), for: 1)  // later than before
        heap.set(nil, for: 2)  // given up
        #expect(heap.earliest() == at(5))
        var order: [UInt64] = []
        while let call = heap.popDue(at: at(100)) { order.append(call) }
        #expect(order == [0, 5, 3, 4, 1])
        #expect(heap.earliest() == nil)
    }

    @Test func heapKeepsWhatIsNotDue() {
        var heap = CallDeadlines()
        heap.set(at(10), for: 1)
        #expect(heap.popDue(at: at(9)) == nil)
        #expect(heap.popDue(at: at(10)) == 1)
        heap.set(at(10), for: 1)
        #expect(heap.popDue(at: at(10)) == 1)
    }

    @Test func heapHoldsUnderRandomUse() {
        var heap = CallDeadlines()
        var expected: [UInt64: Timestamp] = [:]
        var generator = SeededGenerator(seed: 3, domain: "heap", number: "")
        for _ in 0..<20_000 {
            let call = UInt64(generator.integer(in: 0...300))
            let time: Timestamp? = generator.chance(0.1) ? nil : at(Int64(generator.integer(in: 0...100_000)))
            heap.set(time, for: call)
            expected[call] = time
        }
        #expect(heap.earliest() == expected.values.min())
        var previous = Timestamp.epoch
        while let time = heap.earliest(), let call = heap.popDue(at: .distantFuture) {
            #expect(expected.removeValue(forKey: call) == time)
            #expect(time >= previous)
            previous = time
        }
        #expect(expected.isEmpty)
    }
}
