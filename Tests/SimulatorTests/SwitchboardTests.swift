// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import Simulator

@Suite struct SwitchboardTests {
    private let start = Timestamp(milliseconds: 1_000_000)
    private let number = "+31612345678"

    private func scenario(_ behaviour: Behaviour, ring: Double = 2) -> Scenario {
        var scenario = Scenario()
        scenario.postDialSeconds = 0...0
        scenario.keyProbability = 0
        scenario.listenAtMostSeconds = 60
        var pinned = PinnedNumber(behaviour)
        pinned.ringSeconds = ring
        scenario.numbers[number] = pinned
        return scenario
    }

    private func call(_ id: UInt64, callee: String = "0612345678") -> IncomingCall {
        IncomingCall(id: id, sipCallID: "call-\(id)", callee: callee, caller: "+31880001122", gateway: "127.0.0.1")
    }

    @Test func anAnsweredCallFromInviteToLog() {
        var board = Switchboard(scenario: scenario(.answer))
        #expect(board.incoming(call(1), at: start) == [.perform(call: 1, .respond(Response(180)))])
        #expect(board.nextDeadline() == start + .seconds(2))
        #expect(board.advance(to: start + .seconds(2)) == [.perform(call: 1, .answer)])
        #expect(board.nextDeadline() == nil)
        let ack = start + .seconds(2.1)
        #expect(board.acknowledged(1, codec: "PCMA", remoteMedia: "127.0.0.1:10000", at: ack) == [])
        #expect(board.advance(to: ack + .milliseconds(300)) == [.perform(call: 1, .play(.hello))])
        var end = CallEnd(finalCode: 200, endedBy: .caller)
        end.packetsReceived = 500
        let effects = board.ended(1, end, at: ack + .seconds(10))
        guard case .log(let record)? = effects.first, effects.count == 1 else {
            Issue.record("no log line: \(effects)")
            return
        }
        #expect(record.number == number)
        #expect(record.callee == "0612345678")
        #expect(record.behaviour == "answer")
        #expect(record.attempt == 1)
        #expect(
            record.responses == [
                .init(value: 180, time: start), .init(value: 200, time: start + .seconds(2)),
            ])
        #expect(record.ack == ack)
        #expect(record.end == ack + .seconds(10))
        #expect(record.packetsReceived == 500)
        #expect(board.isIdle)
        #expect(board.nextDeadline() == nil)
    }

    @Test func aPersonOnThePhoneIsEngaged() {
        var board = Switchboard(scenario: scenario(.answer))
        _ = board.incoming(call(1), at: start)
        #expect(
            board.incoming(call(2, callee: number), at: start + .seconds(1)) == [
                .perform(call: 2, .respond(Response(486, q850Cause: 17)))
            ])
        _ = board.ended(2, CallEnd(finalCode: 486, endedBy: .nobody), at: start + .seconds(1))
        // The refused call has not freed the line.
        #expect(
            board.incoming(call(3), at: start + .seconds(1)) == [
                .perform(call: 3, .respond(Response(486, q850Cause: 17)))
            ])
        _ = board.ended(1, CallEnd(finalCode: 487, endedBy: .caller), at: start + .seconds(2))
        #expect(
            board.incoming(call(4), at: start + .seconds(3)) == [.perform(call: 4, .respond(Response(180)))])
    }

    @Test func channelsAreFreedByTheEndOfCalls() {
        var limited = scenario(.answer)
        limited.channels = 1
        limited.engaged = false
        var board = Switchboard(scenario: limited)
        _ = board.incoming(call(1), at: start)
        let refusal = Switchboard.Effect.perform(call: 2, .respond(Response(503, q850Cause: 34)))
        #expect(board.incoming(call(2), at: start) == [refusal])
        guard case .log(let record)? = board.ended(2, CallEnd(finalCode: 503, endedBy: .nobody), at: start).first
        else {
            Issue.record("no log line")
            return
        }
        #expect(record.behaviour == "channels")
        #expect(record.attempt == 0)
        _ = board.ended(1, CallEnd(finalCode: 487, endedBy: .caller), at: start)
        #expect(board.incoming(call(3), at: start) == [.perform(call: 3, .respond(Response(180)))])
    }

    @Test func aCallThatTheTrunkRefusedIsNoAttempt() {
        var limited = scenario(.later)
        limited.channels = 1
        limited.laterAttempts = 2...2
        var board = Switchboard(scenario: limited)
        _ = board.incoming(call(1, callee: "+31600000001"), at: start)
        _ = board.incoming(call(2), at: start)
        _ = board.ended(1, CallEnd(finalCode: 487, endedBy: .caller), at: start)
        _ = board.ended(2, CallEnd(finalCode: 503, endedBy: .nobody), at: start)
        _ = board.incoming(call(3), at: start)
        #expect(board.advance(to: start + .seconds(60)) == [])
        _ = board.ended(3, CallEnd(finalCode: 487, endedBy: .caller), at: start + .seconds(60))
        _ = board.incoming(call(4), at: start + .seconds(100))
        #expect(board.advance(to: start + .seconds(160)) == [.perform(call: 4, .answer)])
    }

    @Test func recordsThePinnedNumber() {
        var board = Switchboard(scenario: scenario(.answer), recordNumbers: [number])
        _ = board.incoming(call(1), at: start)
        #expect(
            board.advance(to: start + .seconds(2)) == [.record(call: 1), .perform(call: 1, .answer)])
        #expect(board.recordingName(1) == "0612345678_call-1.wav")
        _ = board.incoming(call(2, callee: "+31612000000"), at: start)
        #expect(board.recordingName(2) == nil)
    }

    @Test func recordingNamesStayInTheirDirectory() {
        #expect(
            Switchboard.fileName(callee: "../+316", sipCallID: "a/b\u{0}@h:1") == "..-+316_a-b-@h-1.wav")
    }

    @Test func keysGoIntoTheRecord() {
        var pressing = scenario(.pressKeys)
        pressing.numbers[number]?.keys = "12"
        pressing.numbers[number]?.keySeconds = 1
        var board = Switchboard(scenario: pressing)
        _ = board.incoming(call(1), at: start)
        _ = board.advance(to: start + .seconds(2))
        _ = board.acknowledged(1, codec: "PCMU", remoteMedia: "", at: start + .seconds(2))
        _ = board.keyHeard("9", call: 1, at: start + .seconds(2.5))
        let effects = board.advance(to: start + .seconds(10))
        #expect(effects.suffix(2) == [.perform(call: 1, .sendKey("1")), .perform(call: 1, .sendKey("2"))])
        guard case .log(let record)? = board.ended(1, CallEnd(finalCode: 200, endedBy: .caller), at: start).first
        else {
            Issue.record("no log line")
            return
        }
        #expect(record.keysSent.map(\.value) == ["1", "2"])
        #expect(record.keysHeard.map(\.value) == ["9"])
    }

    @Test func openCallsAreGivenUpAtTheExit() {
        var board = Switchboard(scenario: scenario(.answer))
        _ = board.incoming(call(1), at: start)
        let open = board.giveUp()
        #expect(open.map(\.sipCallID) == ["call-1"])
        #expect(open.first?.end == nil)
        #expect(board.isIdle)
        #expect(board.tally.active == 0)
        #expect(board.ended(1, CallEnd(finalCode: 200, endedBy: .caller), at: start) == [])
    }

    @Test func eventsOfUnknownCallsArePassedOver() {
        var board = Switchboard(scenario: scenario(.answer))
        #expect(board.acknowledged(9, codec: "PCMA", remoteMedia: "", at: start) == [])
        #expect(board.keyHeard("1", call: 9, at: start) == [])
        #expect(board.ended(9, CallEnd(finalCode: 200, endedBy: .caller), at: start) == [])
    }
}
