// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import SMPP

@Suite struct SessionLinkTests {
    @Test func silenceIsAskedAboutAndEndsTheSession() throws {
        var bench = try SessionBench.bound()
        _ = bench.submit(5)
        _ = bench.submit(6)
        _ = bench.sent()
        let lastOctet = bench.now
        #expect(bench.session.nextDeadline == lastOctet + 2_000_000)
        bench.wait(1_999_999)
        #expect(bench.sent().isEmpty)
        bench.wait(1)
        #expect(bench.sent().map(\.body) == [.enquireLink])
        #expect(bench.session.nextDeadline == lastOctet + 4_500_000)
        bench.wait(2_499_999)
        #expect(bench.events().isEmpty)
        bench.wait(1)
        #expect(bench.now == lastOctet + 4_500_000)
        #expect(bench.events() == [.ended(.linkDead(2_500_000), inDoubt: [5, 6], unsent: [])])
        #expect("\(ESMESession.EndReason.linkDead(2_500_000))" == "no answer to enquire_link for 2.5 s")
        #expect(bench.session.nextDeadline == nil)
    }

    @Test func anyOctetShowsLife() throws {
        var bench = try SessionBench.bound()
        bench.wait(2_000_000)
        #expect(bench.sent().map(\.body) == [.enquireLink])
        bench.now += 2_400_000
        // One octet of a PDU is enough.
        bench.session.received([0], now: bench.now)
        bench.wait(1_999_999)
        #expect(bench.sent().isEmpty)
        bench.wait(1)
        #expect(bench.sent().map(\.body) == [.enquireLink])
        #expect(bench.events().isEmpty)
    }

    @Test func answerIsNotTakenForARequest() throws {
        var bench = try SessionBench.bound()
        bench.wait(2_000_000)
        let enquiry = try #require(bench.sent().first)
        bench.hear(.enquireLinkResponse, sequence: enquiry.sequence)
        #expect(bench.events().isEmpty)
        #expect(bench.session.counters.responses == 0)
        #expect(bench.session.nextDeadline == bench.now + 2_000_000)
    }

    @Test func theFarEndsEnquiryIsAnsweredAtOnce() throws {
        var bench = try SessionBench.bound()
        bench.hear(.enquireLink, sequence: 9)
        #expect(bench.sent() == [PDU(.enquireLinkResponse, sequence: 9)])
    }

    @Test func whoSleptAsksBeforeGivingUp() throws {
        var bench = try SessionBench.bound()
        bench.wait(3_600_000_000)
        #expect(bench.sent().map(\.body) == [.enquireLink])
        #expect(bench.session.state == .bound(.transceiver))
    }

    @Test func inactivityUnbinds() throws {
        var bench = try SessionBench.bound { $0.inactivity = 3_000_000 }
        for _ in 0..<2 {
            bench.now += 1_500_000
            // Enquiries are no messages.
            bench.hear(.enquireLink, sequence: 1)
            bench.session.tick(now: bench.now)
        }
        #expect(
            bench.sent().map(\.command) == [CommandID.enquireLink.response, CommandID.enquireLink.response, .unbind])
        bench.hear(.unbindResponse, sequence: 2)
        #expect(bench.events() == [.leaving, .ended(.inactive(3_000_000), inDoubt: [], unsent: [])])
        #expect("\(ESMESession.EndReason.inactive(3_000_000))" == "unbound after 3 s without a message")
    }

    @Test func aMessageIsActivity() throws {
        var bench = try SessionBench.bound { $0.inactivity = 3_000_000 }
        bench.now += 1_600_000
        _ = bench.submit(1)
        bench.now += 1_600_000
        bench.hear(SessionBench.accepted("a"), sequence: 2)
        bench.wait(1_600_000)
        #expect(bench.session.state == .bound(.transceiver))
    }

    // MARK: - Unbind

    @Test func unbindWaitsForTheWindow() throws {
        var bench = try SessionBench.bound { $0.window = 1 }
        _ = bench.submit(1)
        _ = bench.submit(2)
        _ = bench.sent()
        bench.session.unbind(now: bench.now)
        #expect(bench.session.state == .draining(.transceiver))
        #expect(bench.submit(3) == .refused(.notBound))
        #expect(bench.sent().isEmpty)
        bench.hear(SessionBench.accepted("a"), sequence: 2)
        #expect(bench.events() == [.leaving, SessionBench.response(1, .ok, "a")])
        #expect(bench.sent() == [PDU(.unbind, sequence: 3)])
        #expect(bench.session.state == .unbinding)
        bench.hear(.unbindResponse, sequence: 3)
        #expect(bench.events() == [.ended(.unbound, inDoubt: [], unsent: [2])])
    }

    @Test func unbindWaitsForOpenTickets() throws {
        var bench = try SessionBench.bound()
        bench.hear(.deliverSM(DeliverSM(SessionBench.fields())), sequence: 4)
        bench.session.unbind(now: bench.now)
        #expect(bench.sent().isEmpty)
        bench.session.acknowledge(1, status: .ok, now: bench.now)
        #expect(bench.sent().map(\.command) == [CommandID.deliverSM.response, .unbind])
    }

    @Test func unbindDoesNotWaitForEver() throws {
        var bench = try SessionBench.bound {
            $0.unbindTimeout = 1_000_000
            $0.responseTimeout = 60_000_000
        }
        _ = bench.submit(1)
        _ = bench.sent()
        bench.session.unbind(now: bench.now)
        #expect(bench.session.nextDeadline == bench.now + 1_000_000)
        bench.wait(1_000_000)
        #expect(bench.sent().map(\.command) == [.unbind])
        #expect(bench.session.nextDeadline == bench.now + 2_000_000)
        bench.wait(2_000_000)
        #expect(bench.events() == [.leaving, .ended(.unbound, inDoubt: [1], unsent: [])])
    }

    @Test func unbindBeforeTheBindEndsAtOnce() {
        var bench = SessionBench()
        bench.session.connected(now: bench.now)
        bench.session.unbind(now: bench.now)
        #expect(bench.events() == [.ended(.unbound, inDoubt: [], unsent: [])])
    }

    @Test("The far end unbinds in mid-window: its responses count, then it is answered")
    func unbindOfTheFarEnd() throws {
        var bench = try SessionBench.bound { $0.window = 2 }
        for token in 1...3 { _ = bench.submit(UInt64(token)) }
        _ = bench.sent()
        bench.hear(.unbind, sequence: 40)
        #expect(bench.sent().isEmpty)
        #expect(bench.events() == [.leaving])
        #expect(bench.session.state == .draining(.transceiver))
        #expect(bench.submit(4) == .refused(.notBound))
        bench.hear(SessionBench.accepted("a"), sequence: 2)
        #expect(bench.sent().isEmpty)
        bench.hear(SessionBench.accepted("b"), sequence: 3)
        #expect(bench.sent() == [PDU(.unbindResponse, sequence: 40)])
        #expect(
            bench.events() == [
                SessionBench.response(1, .ok, "a"), SessionBench.response(2, .ok, "b"),
                .ended(.unboundByPeer, inDoubt: [], unsent: [3]),
            ])
        #expect(bench.session.state == .closed)
    }

    @Test("The far end unbinds and does not respond any more: answered when the time for responses is over")
    func unbindOfTheFarEndWithoutResponses() throws {
        var bench = try SessionBench.bound {
            $0.responseTimeout = 1_000_000
            $0.enquireAfter = 60_000_000
        }
        _ = bench.submit(1)
        _ = bench.sent()
        bench.now += 500_000
        bench.hear(.unbind, sequence: 40)
        bench.wait(499_999)
        #expect(bench.sent().isEmpty && bench.events() == [.leaving])
        bench.wait(1)
        #expect(bench.sent() == [PDU(.unbindResponse, sequence: 40)])
        #expect(bench.events() == [.timedOut(token: 1), .ended(.unboundByPeer, inDoubt: [], unsent: [])])
    }

    @Test func whatFollowsAnUnbindIsDropped() throws {
        var bench = try SessionBench.bound()
        let after: [PDU.Body] = [.deliverSM(DeliverSM(SessionBench.fields())), .enquireLink, .unbind]
        let bytes = ([.unbind] + after).flatMap { PDU($0, sequence: 40).encoded() }
        bench.session.received(bytes, now: bench.now)
        #expect(bench.sent() == [PDU(.unbindResponse, sequence: 40)])
        #expect(bench.events() == [.ended(.unboundByPeer, inDoubt: [], unsent: [])])
    }

    @Test func unbindAgainMayShortenTheWait() throws {
        var bench = try SessionBench.bound()
        _ = bench.submit(1)
        bench.session.unbind(now: bench.now, within: 1_000_000)
        let deadline = bench.session.nextDeadline
        bench.session.unbind(now: bench.now, within: 3_000_000)
        #expect(bench.session.nextDeadline == deadline)
        bench.session.unbind(now: bench.now, within: 0)
        #expect(bench.session.state == .unbinding)
    }

    @Test func closingInPlaceOfUnbindRespIsWhatWasAskedFor() throws {
        var bench = try SessionBench.bound()
        bench.session.unbind(now: bench.now)
        #expect(bench.sent().map(\.command) == [.unbind])
        bench.session.disconnected("closed by the peer")
        #expect(bench.events() == [.leaving, .ended(.unbound, inDoubt: [], unsent: [])])
    }

    @Test func bothUnbindAtOnce() throws {
        var bench = try SessionBench.bound()
        bench.session.unbind(now: bench.now)
        #expect(bench.sent().map(\.command) == [.unbind])
        bench.hear(.deliverSM(DeliverSM(SessionBench.fields())), sequence: 39)
        bench.hear(.unbind, sequence: 40)
        #expect(bench.events() == [.leaving, .ended(.unbound, inDoubt: [], unsent: [])])
        // What crossed the unbind is to be sent again.
        #expect(
            bench.sent().map(\.header) == [
                PDUHeader(command: CommandID.deliverSM.response, status: .temporaryApplicationError, sequence: 39),
                PDUHeader(command: CommandID.unbind.response, sequence: 40),
            ])
    }

    // MARK: - A driver that takes no more

    @Test func blockedOutputIsUnsent() throws {
        var bench = try SessionBench.bound()
        _ = bench.submit(1)
        _ = bench.sent()
        _ = bench.submit(2)
        bench.session.writeOutput(now: bench.now) { _ in false }
        #expect(bench.submit(3) == .waiting)
        bench.session.disconnected("cut")
        #expect(bench.events() == [.ended(.disconnected("cut"), inDoubt: [1], unsent: [2, 3])])
        #expect(bench.sent().isEmpty)
    }

    @Test func blockedOutputGoesOnLater() throws {
        var bench = try SessionBench.bound()
        _ = bench.submit(1)
        bench.session.writeOutput(now: bench.now) { _ in false }
        _ = bench.submit(2)
        // Answers do not wait behind requests.
        bench.hear(.enquireLink, sequence: 8)
        #expect(bench.sent().map(\.sequence) == [2, 8, 3])
        bench.session.disconnected("cut")
        #expect(bench.events() == [.ended(.disconnected("cut"), inDoubt: [1, 2], unsent: [])])
    }

    @Test func outputIsGivenInPortions() throws {
        var bench = try SessionBench.bound { $0.window = 20_000 }
        for token in 0..<10_000 { _ = bench.submit(UInt64(token)) }
        #expect(bench.session.waitingCount > 0)
        var portions: [Int] = []
        var bytes: [UInt8] = []
        bench.session.writeOutput(now: bench.now) {
            portions.append($0.count)
            bytes += $0
            return true
        }
        #expect(portions.count > 1)
        #expect(portions.allSatisfy { $0 < ESMESession.outputLimit + PDUSplitter.maximumLength })
        #expect(SessionBench.pdus(bytes).map(\.sequence) == Array(2...10_001))
    }

    @Test func whoDoesNotReadOurAnswersIsLeft() throws {
        var bench = try SessionBench.bound()
        let enquiries = (1...4096).flatMap { PDU(.enquireLink, sequence: UInt32($0)).encoded() }
        for _ in 0..<16 {
            bench.session.received(enquiries, now: bench.now)
            bench.session.writeOutput(now: bench.now) { _ in false }
        }
        #expect(bench.events().isEmpty)
        bench.hear(.enquireLink, sequence: 1)
        #expect(bench.events() == [.ended(.flooded, inDoubt: [], unsent: [])])
    }
}
