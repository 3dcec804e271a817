// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import SMPP

@Suite struct SessionBindTests {
    @Test(arguments: BindMode.allCases) func bindsAndKeepsWhatTheSMSCSays(mode: BindMode) {
        var bench = SessionBench(mode)
        #expect(bench.session.state == .idle)
        bench.session.connected(now: bench.now)
        #expect(bench.session.state == .binding)
        #expect(
            bench.sent() == [PDU(.bind(mode, Bind(systemID: "burgernet", password: "geheim")), sequence: 1)])
        bench.hear(
            .bindResponse(mode, BindResponse(systemID: "SMSC", parameters: [.init(.scInterfaceVersion, UInt8(0x34))])),
            sequence: 1)
        #expect(bench.events() == [.bound(systemID: "SMSC", version: 0x34)])
        #expect(bench.session.state == .bound(mode))
    }

    @Test func refusalNamesTheStatus() {
        var bench = SessionBench()
        bench.session.connected(now: bench.now)
        _ = bench.sent()
        // As most refusals come: a header alone.
        bench.hearHeader(0x8000_0009, status: 0x0E, sequence: 1)
        #expect(bench.events() == [.ended(.refused(.invalidPassword), inDoubt: [], unsent: [])])
        #expect(bench.session.state == .closed)
        #expect("\(ESMESession.EndReason.refused(.invalidPassword))" == "bind refused: ESME_RINVPASWD")
    }

    @Test func genericNackRefusesToo() {
        var bench = SessionBench()
        bench.session.connected(now: bench.now)
        bench.hear(.genericNack, status: .invalidCommandID, sequence: 1)
        #expect(bench.events() == [.ended(.refused(.invalidCommandID), inDoubt: [], unsent: [])])
    }

    @Test func bindUnansweredForFiveSeconds() {
        var bench = SessionBench()
        bench.session.connected(now: bench.now)
        #expect(bench.session.nextDeadline == bench.now + 5_000_000)
        bench.wait(4_999_999)
        #expect(bench.events().isEmpty)
        bench.wait(1)
        #expect(bench.events() == [.ended(.bindUnanswered(5_000_000), inDoubt: [], unsent: [])])
        #expect("\(ESMESession.EndReason.bindUnanswered(5_000_000))" == "no answer to the bind for 5 s")
    }

    @Test func responseToAnotherSequenceDoesNotBind() {
        var bench = SessionBench()
        bench.session.connected(now: bench.now)
        bench.hear(.bindResponse(.transceiver, BindResponse(systemID: "SMSC")), sequence: 2)
        #expect(bench.session.state == .binding)
        #expect(bench.session.counters.unknownResponses == 1)
    }

    @Test func malformedBindResponseWithoutErrorBinds() {
        var bench = SessionBench()
        bench.session.connected(now: bench.now)
        // system_id without its NUL.
        bench.hearHeader(0x8000_0009, sequence: 1, body: Array("SMSC".utf8))
        #expect(bench.session.state == .bound(.transceiver))
        #expect(bench.events().last == .bound(systemID: "", version: nil))
    }

    @Test func outbindIsToldAndAnsweredByBind() {
        var bench = SessionBench(.receiver) { $0.awaitsOutbind = true }
        bench.session.connected(now: bench.now)
        #expect(bench.session.state == .open)
        #expect(bench.sent().isEmpty)
        bench.hear(.outbind(Outbind(systemID: "SMSC", password: "ook")), sequence: 1)
        #expect(bench.events() == [.outbind(Outbind(systemID: "SMSC", password: "ook"))])
        bench.session.bind(now: bench.now)
        #expect(bench.sent().map(\.command) == [.bindReceiver])
    }

    @Test func noOutbindEndsTheSession() {
        var bench = SessionBench(.receiver) { $0.awaitsOutbind = true }
        bench.session.connected(now: bench.now)
        bench.wait(5_000_000)
        #expect(bench.events() == [.ended(.noOutbind(5_000_000), inDoubt: [], unsent: [])])
    }

    @Test func outbindWhenBoundIsAFault() throws {
        var bench = try SessionBench.bound()
        bench.hear(.outbind(Outbind(systemID: "SMSC", password: "ook")), sequence: 1)
        #expect(bench.events() == [.fault("unexpected outbind 1")])
        #expect(bench.session.state == .bound(.transceiver))
    }

    @Test func enquireLinkIsAnsweredBeforeTheBindIs() {
        var bench = SessionBench()
        bench.session.connected(now: bench.now)
        _ = bench.sent()
        bench.hear(.enquireLink, sequence: 77)
        #expect(bench.sent() == [PDU(.enquireLinkResponse, sequence: 77)])
    }

    @Test func requestsBeforeTheBindAreRefused() {
        var bench = SessionBench()
        #expect(bench.submit(1) == .refused(.notBound))
        bench.session.connected(now: bench.now)
        #expect(bench.submit(1) == .refused(.notBound))
        _ = bench.sent()
        bench.hear(.deliverSM(DeliverSM(SessionBench.fields())), sequence: 5)
        #expect(
            bench.sent().map(\.header) == [
                PDUHeader(command: CommandID.deliverSM.response, status: .incorrectBindStatus, sequence: 5)
            ])
        #expect(bench.events().isEmpty)
    }

    @Test func connectionLostWhileBinding() {
        var bench = SessionBench()
        bench.session.connected(now: bench.now)
        bench.session.disconnected("connection reset by the peer")
        #expect(
            bench.events() == [.ended(.disconnected("connection reset by the peer"), inDoubt: [], unsent: [])])
        bench.session.disconnected("again")
        #expect(bench.events().isEmpty)
    }
}
