// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import SMPP

@Suite struct SessionWindowTests {
    @Test func windowHoldsSoManyAndTheRestWaits() throws {
        var bench = try SessionBench.bound { $0.window = 2 }
        #expect(bench.submit(10) == .sent)
        #expect(bench.submit(11) == .sent)
        #expect(bench.submit(12) == .waiting)
        #expect(bench.submit(13) == .waiting)
        #expect(bench.sent().map(\.sequence) == [2, 3])
        #expect(bench.session.windowUsed == 2)
        // Out of order, as an SMSC may answer (section 2.6).
        bench.hear(SessionBench.accepted("b"), sequence: 3)
        #expect(bench.events() == [SessionBench.response(11, .ok, "b")])
        #expect(bench.sent().map(\.sequence) == [4])
        bench.hear(SessionBench.accepted("a"), sequence: 2)
        bench.hear(SessionBench.accepted("c"), sequence: 4)
        #expect(bench.events() == [SessionBench.response(10, .ok, "a"), SessionBench.response(12, .ok, "c")])
        #expect(bench.sent().map(\.sequence) == [5])
        #expect(bench.session.counters.submits == 4)
        #expect(bench.session.counters.responses == 3)
    }

    @Test func receiverMustNotSubmit() throws {
        var bench = try SessionBench.bound(.receiver)
        #expect(bench.submit(1) == .refused(.receiverOnly))
        #expect(bench.sent().isEmpty)
    }

    @Test func whatCannotBeWrittenIsRefused() throws {
        var bench = try SessionBench.bound()
        #expect(
            bench.submit(1, String(repeating: "x", count: 255))
                == .refused(.unwritable("short_message holds 254 octets")))
        #expect(
            bench.session.submit(.enquireLink, token: 1, now: bench.now)
                == .refused(.unwritable("enquire_link cannot be submitted")))
        #expect(bench.session.windowUsed == 0)
        #expect(bench.sent().isEmpty)
    }

    @Test func errorsAreCounted() throws {
        var bench = try SessionBench.bound()
        for token in 1...3 { _ = bench.submit(UInt64(token)) }
        _ = bench.sent()
        bench.hearHeader(0x8000_0004, status: 0x58, sequence: 2)
        // An error with a message_id all the same.
        bench.hearHeader(0x8000_0004, status: 0x0B, sequence: 3, body: [0x61, 0])
        bench.hear(SessionBench.accepted("x"), sequence: 4)
        #expect(
            bench.events() == [
                SessionBench.response(1, .throttled), SessionBench.response(2, .invalidDestinationAddress, "a"),
                SessionBench.response(3, .ok, "x"),
            ])
        #expect(bench.session.counters.errors == 2)
        #expect(bench.session.counters.throttled == 1)
    }

    @Test func otherRequestsHaveTheirResponses() throws {
        var bench = try SessionBench.bound()
        let bodies: [PDU.Body] = [
            .dataSM(DataSM()), .querySM(QuerySM(messageID: "1")), .cancelSM(CancelSM(messageID: "2")),
            .replaceSM(ReplaceSM(messageID: "3")),
        ]
        for (token, body) in bodies.enumerated() {
            #expect(bench.session.submit(body, token: UInt64(token), now: bench.now) == .sent)
        }
        #expect(bench.sent().map(\.body) == bodies)
        let failure = OptionalParameter(.deliveryFailureReason, UInt8(1))
        bench.hear(.dataSMResponse(MessageResponse(messageID: "d", parameters: [failure])), sequence: 2)
        bench.hear(.querySMResponse(QuerySMResponse(messageID: "1", messageState: 2)), sequence: 3)
        bench.hear(.cancelSMResponse, sequence: 4)
        bench.hear(.replaceSMResponse, status: CommandStatus(rawValue: 0x13), sequence: 5)
        #expect(
            bench.events() == [
                .response(token: 0, status: .ok, messageID: "d", parameters: [failure]),
                .response(
                    token: 1, status: .ok, messageID: "1", parameters: [OptionalParameter(.messageState, UInt8(2))]),
                SessionBench.response(2), SessionBench.response(3, CommandStatus(rawValue: 0x13)),
            ])
    }

    @Test func submitResponsesInEveryForm() throws {
        var bench = try SessionBench.bound()
        for token in 0..<4 { _ = bench.submit(UInt64(token)) }
        let parameter = OptionalParameter(.congestionState, UInt8(80))
        // Latin-1, a parameter, no body at all, a longer identifier.
        bench.hearHeader(0x8000_0004, sequence: 2, body: [0xE9, 0])
        bench.hear(.submitSMResponse(MessageResponse(messageID: "p", parameters: [parameter])), sequence: 3)
        bench.hearHeader(0x8000_0004, sequence: 4)
        bench.hear(SessionBench.accepted("0123456789-abcdef-0123456789"), sequence: 5)
        #expect(
            bench.events() == [
                SessionBench.response(0, .ok, "é"),
                .response(token: 1, status: .ok, messageID: "p", parameters: [parameter]),
                SessionBench.response(2), SessionBench.response(3, .ok, "0123456789-abcdef-0123456789"),
            ])
    }

    @Test func timedOutThenLateThenUnknown() throws {
        var bench = try SessionBench.bound { $0.enquireAfter = 60_000_000 }
        _ = bench.submit(7)
        bench.wait(9_999_999)
        #expect(bench.events().isEmpty)
        bench.wait(1)
        #expect(bench.events() == [.timedOut(token: 7)])
        #expect(bench.session.windowUsed == 0)
        bench.hear(SessionBench.accepted("late"), sequence: 2)
        #expect(bench.events() == [.lateResponse(token: 7, status: .ok, messageID: "late")])
        bench.hear(SessionBench.accepted("late"), sequence: 2)
        #expect(bench.events().isEmpty)
        #expect(bench.session.counters.unknownResponses == 1)
        #expect(bench.session.counters.late == 1)
        #expect(bench.session.counters.timedOut == 1)
    }

    @Test func timeOutMakesRoom() throws {
        var bench = try SessionBench.bound {
            $0.window = 1
            $0.enquireAfter = 60_000_000
        }
        _ = bench.submit(1)
        _ = bench.submit(2)
        #expect(bench.sent().count == 1)
        #expect(bench.session.nextDeadline == bench.now + 10_000_000)
        bench.wait(10_000_000)
        #expect(bench.sent().map(\.sequence) == [3])
    }

    @Test func lateMemoryIsBounded() throws {
        var bench = try SessionBench.bound {
            $0.lateLimit = 2
            $0.enquireAfter = 60_000_000
        }
        for token in 1...3 { _ = bench.submit(UInt64(token)) }
        bench.wait(10_000_000)
        #expect(bench.events() == [.timedOut(token: 1), .timedOut(token: 2), .timedOut(token: 3)])
        for sequence in 2...4 { bench.hear(SessionBench.accepted("x"), sequence: UInt32(sequence)) }
        #expect(
            bench.events() == [
                .lateResponse(token: 2, status: .ok, messageID: "x"),
                .lateResponse(token: 3, status: .ok, messageID: "x"),
            ])
        #expect(bench.session.counters.unknownResponses == 1)
    }

    @Test func sequenceNumbersWrap() throws {
        var bench = try SessionBench.bound(firstSequence: 0x7FFF_FFFE)
        for token in 0..<3 { _ = bench.submit(UInt64(token)) }
        #expect(bench.sent().map(\.sequence) == [0x7FFF_FFFF, 1, 2])
        bench.hear(SessionBench.accepted("a"), sequence: 0x7FFF_FFFF)
        bench.hear(SessionBench.accepted("b"), sequence: 1)
        #expect(bench.events() == [SessionBench.response(0, .ok, "a"), SessionBench.response(1, .ok, "b")])
    }

    @Test func sequenceInUseIsSkipped() throws {
        var bench = try SessionBench.bound(firstSequence: 0x7FFF_FFFE)
        _ = bench.submit(0)
        bench.session.nextSequence = 0x7FFF_FFFF
        _ = bench.submit(1)
        #expect(bench.sent().map(\.sequence) == [0x7FFF_FFFF, 1])
    }

    @Test func sequenceOfATimedOutRequestIsSkipped() throws {
        var bench = try SessionBench.bound { $0.enquireAfter = 60_000_000 }
        _ = bench.submit(0)
        bench.wait(10_000_000)
        bench.session.nextSequence = 2
        _ = bench.submit(1)
        #expect(bench.sent().map(\.sequence) == [2, 3])
    }

    @Test("A late response makes the next ones wait longer, up to a minute; quick ones take that back")
    func responseTimeAdapts() throws {
        var bench = try SessionBench.bound {
            $0.responseTimeout = 1_000_000
            $0.enquireAfter = 3_600_000_000
        }
        var sequence: UInt32 = 2
        func answered(after time: Int64) -> [ESMESession.Event] {
            _ = bench.submit(1)
            // From deadline to deadline, as a driver goes.
            let end = bench.now + time
            while let next = bench.session.nextDeadline, next < end { bench.wait(next - bench.now) }
            bench.now = end
            bench.hear(SessionBench.accepted("a"), sequence: sequence)
            sequence += 1
            return bench.events()
        }
        #expect(answered(after: 1_300_000).first == .timedOut(token: 1))
        for _ in 0..<20 { #expect(answered(after: 1_300_000) == [SessionBench.response(1, .ok, "a")]) }
        #expect(bench.session.responseTime.limit < 2_000_000)
        for _ in 0..<20 { _ = answered(after: 90_000_000) }
        #expect(bench.session.responseTime.limit == 60_000_000)
        for _ in 0..<60 { _ = answered(after: 1000) }
        #expect(bench.session.responseTime.limit == 1_000_000)
    }

    @Test func roundTripIsAveraged() throws {
        var bench = try SessionBench.bound()
        #expect(bench.session.roundTrip == nil)
        _ = bench.submit(0)
        bench.now += 800
        bench.hear(SessionBench.accepted("a"), sequence: 2)
        #expect(bench.session.roundTrip == 800)
        _ = bench.submit(1)
        bench.now += 1600
        bench.hear(SessionBench.accepted("b"), sequence: 3)
        #expect(bench.session.roundTrip == 900)
    }
}
