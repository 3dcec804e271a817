// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import SMPP

@Suite struct SessionIncomingTests {
    private static let deliver = PDU.Body.deliverSM(DeliverSM(SessionBench.fields("hallo")))

    @Test func deliverIsAcknowledgedWithAnEmptyMessageID() throws {
        var bench = try SessionBench.bound(.receiver)
        bench.hear(Self.deliver, sequence: 3)
        #expect(bench.events() == [.incoming(ticket: 1, fields: SessionBench.fields("hallo"), isDataSM: false)])
        #expect(bench.sent().isEmpty)
        bench.session.acknowledge(1, status: .ok, now: bench.now)
        #expect(
            bench.session.takeOutput(now: bench.now) == [
                0, 0, 0, 17,  // command_length
                0x80, 0, 0, 5,  // deliver_sm_resp
                0, 0, 0, 0,  // command_status
                0, 0, 0, 3,  // sequence_number
                0,  // message_id
            ])
        // Once is enough.
        bench.session.acknowledge(1, status: .ok, now: bench.now)
        #expect(bench.sent().isEmpty)
    }

    @Test func dataSMIsAcknowledgedAsSuch() throws {
        var bench = try SessionBench.bound()
        var data = DataSM()
        data.source = .e164("31612345678")
        data.parameters = [OptionalParameter(.messagePayload, Array("ja".utf8))]
        bench.hear(.dataSM(data), sequence: 3)
        let events = bench.events()
        guard case .incoming(let ticket, let fields, true)? = events.first else {
            Issue.record("\(events)")
            return
        }
        #expect(fields.source == .e164("31612345678"))
        #expect(fields.content == Array("ja".utf8))
        bench.session.acknowledge(ticket, status: .permanentApplicationError, now: bench.now)
        #expect(
            bench.sent().map(\.header) == [
                PDUHeader(command: CommandID.dataSM.response, status: .permanentApplicationError, sequence: 3)
            ])
    }

    @Test func equalSequenceNumbersAreEachAnswered() throws {
        var bench = try SessionBench.bound()
        bench.hear(Self.deliver, sequence: 3)
        bench.hear(Self.deliver, sequence: 3)
        bench.session.acknowledge(2, status: .ok, now: bench.now)
        bench.session.acknowledge(1, status: .ok, now: bench.now)
        #expect(bench.sent().map(\.sequence) == [3, 3])
    }

    @Test("Too many open tickets: nothing more is to be read, and nothing of what was read is refused")
    func manyOpenTickets() throws {
        var bench = try SessionBench.bound { $0.incomingLimit = 2 }
        bench.hear(Self.deliver, sequence: 1)
        #expect(!bench.session.mustPause)
        for sequence in 2...3 { bench.hear(Self.deliver, sequence: UInt32(sequence)) }
        #expect(bench.session.mustPause)
        #expect(bench.events().count == 3 && bench.sent().isEmpty)
        for ticket in 1...2 { bench.session.acknowledge(UInt64(ticket), status: .ok, now: bench.now) }
        #expect(!bench.session.mustPause)
        #expect(bench.session.counters.incoming == 3 && bench.session.counters.incomingRefused == 0)
    }

    @Test("While nothing is read, neither the link nor a request is given up")
    func nothingIsHeardWhilePaused() throws {
        var bench = try SessionBench.bound { $0.incomingLimit = 1 }
        _ = bench.submit(1)
        _ = bench.sent()
        bench.hear(Self.deliver, sequence: 1)
        _ = bench.events()
        bench.wait(60_000_000)
        #expect(bench.events().isEmpty && bench.sent().isEmpty)
        bench.session.acknowledge(1, status: .ok, now: bench.now)
        // What lay in the socket has a moment to be read.
        bench.session.tick(now: bench.now)
        bench.hear(SessionBench.accepted("a"), sequence: 2)
        #expect(bench.events() == [SessionBench.response(1, .ok, "a")])
    }

    @Test func transmitterReceivesNothing() throws {
        var bench = try SessionBench.bound(.transmitter)
        bench.hear(Self.deliver, sequence: 3)
        #expect(bench.sent().map(\.status) == [.incorrectBindStatus])
        #expect(bench.events().isEmpty)
    }

    @Test func alertIsToldAndNotAnswered() throws {
        let alert = AlertNotification(source: .e164("31612345678"), esme: .none)
        var bench = try SessionBench.bound()
        bench.hear(.alertNotification(alert), sequence: 3)
        #expect(bench.events() == [.alert(alert)])
        #expect(bench.sent().isEmpty)
        bench = try SessionBench.bound(.transmitter)
        bench.hear(.alertNotification(alert), sequence: 3)
        #expect(bench.events() == [.fault("unexpected alert_notification")])
    }

    @Test func ticketsGoOnInTheNextSession() throws {
        var bench = try SessionBench.bound()
        bench.hear(Self.deliver, sequence: 3)
        let next = ESMESession(bench.session.configuration, firstTicket: bench.session.nextTicket)
        #expect(next.nextTicket == 2)
    }

    // MARK: - Faults that a session survives

    @Test func malformedDeliverIsRefused() throws {
        var bench = try SessionBench.bound()
        // service_type without a NUL.
        bench.hearHeader(0x05, sequence: 3, body: [0x41])
        #expect(
            bench.sent().map(\.header) == [
                PDUHeader(command: CommandID.deliverSM.response, status: .invalidCommandLength, sequence: 3)
            ])
        #expect(bench.events() == [.fault("deliver_sm 3: service_type: it has no closing NUL")])
        #expect(bench.session.state == .bound(.transceiver))
        #expect(bench.session.counters.malformed == 1)
    }

    @Test func unknownCommandIsNacked() throws {
        var bench = try SessionBench.bound()
        bench.hearHeader(0x0000_0777, sequence: 12)
        #expect(bench.sent() == [PDU(.genericNack, status: .invalidCommandID, sequence: 12)])
        bench.hearHeader(0x8000_0777, sequence: 13)
        #expect(bench.sent().isEmpty)
        #expect(bench.session.state == .bound(.transceiver))
    }

    @Test func aRequestForAnSMSCIsRefused() throws {
        var bench = try SessionBench.bound()
        bench.hear(.submitSM(SubmitSM(SessionBench.fields())), sequence: 12)
        #expect(
            bench.sent().map(\.header) == [
                PDUHeader(command: CommandID.submitSM.response, status: .incorrectBindStatus, sequence: 12)
            ])
    }

    @Test("What is clear in a malformed response counts; only what is not is reported with its token")
    func malformedResponse() throws {
        var bench = try SessionBench.bound()
        for token in 1...3 { _ = bench.submit(UInt64(token)) }
        _ = bench.sent()
        // A message_id without a NUL: accepted.
        bench.hearHeader(0x8000_0004, sequence: 2, body: [0x41])
        // The same with an error: refused, whatever follows.
        bench.hearHeader(0x8000_0004, status: 0x14, sequence: 3, body: [0x41])
        // The response to something else.
        bench.hear(.cancelSMResponse, sequence: 4)
        let events = bench.events().filter { if case .fault = $0 { false } else { true } }
        #expect(
            events == [
                SessionBench.response(1, .ok, "A"),
                SessionBench.response(2, .messageQueueFull, "A"),
                .malformedResponse(token: 3, problem: "cancel_sm_resp answers submit_sm"),
            ])
        #expect(bench.session.windowUsed == 0)
    }

    @Test func genericNackIsTheResponse() throws {
        var bench = try SessionBench.bound()
        for token in 1...2 { _ = bench.submit(UInt64(token)) }
        _ = bench.sent()
        bench.hear(.genericNack, status: .invalidCommandLength, sequence: 2)
        bench.hear(.genericNack, status: .ok, sequence: 3)
        bench.hear(.genericNack, status: .invalidCommandLength, sequence: 0)
        #expect(
            bench.events() == [
                SessionBench.response(1, .invalidCommandLength), SessionBench.response(2, .unknownError),
                .fault("generic_nack 0: ESME_RINVCMDLEN"),
            ])
        #expect(bench.session.counters.errors == 2)
    }

    // MARK: - Faults that it does not survive

    @Test(arguments: [15, 65_537, 0xFFFF_FFFF] as [UInt32]) func unreadableStreamEndsTheSession(length: UInt32) throws {
        var bench = try SessionBench.bound()
        _ = bench.submit(1)
        _ = bench.sent()
        let head = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) }
        bench.session.received(head + [0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 66], now: bench.now)
        #expect(bench.sent() == [PDU(.genericNack, status: .invalidCommandLength, sequence: 66)])
        guard case .ended(.unreadable(let fault), [1], [])? = bench.events().last else {
            Issue.record("no end")
            return
        }
        #expect(fault.commandLength == length)
        #expect(bench.session.state == .closed)
    }

    @Test func octetByOctet() throws {
        var bench = try SessionBench.bound()
        _ = bench.submit(1)
        let bytes = PDU(SessionBench.accepted("abc"), sequence: 2).encoded() + PDU(Self.deliver, sequence: 9).encoded()
        for byte in bytes { bench.session.received([byte], now: bench.now) }
        #expect(
            bench.events() == [
                SessionBench.response(1, .ok, "abc"),
                .incoming(ticket: 1, fields: SessionBench.fields("hallo"), isDataSM: false),
            ])
    }
}
