// SPDX-License-Identifier: GPL-3.0-or-later
import SMPP
import Testing

@testable import Messaging

@Suite(.serialized) struct MessagingServiceBindTests {
    @Test func wrongPasswordWaitsHalfAMinute() throws {
        let smsc = try TestSMSC(TestSMSC.Rules(bindStatus: .invalidPassword))
        let bench = LinkBench()
        bench.service.configure([LinkBench.settings(smsc.endpoint)])
        try #require(bench.isDown())
        let down = bench.notes.current.downs[0]
        #expect(down.refused == .invalidPassword)
        #expect(down.reason == "bind refused: ESME_RINVPASWD")
        #expect(down.inDoubt.isEmpty && down.unsent.isEmpty)
        let status = try #require(bench.service.status().first)
        #expect(status.state == .waiting)
        #expect(status.lastError == "bind refused: ESME_RINVPASWD")
        let next = try #require(status.nextAttempt)
        let since = try #require(status.lastErrorAt)
        #expect((30_000_000...38_000_000).contains(next - since))
        #expect(bench.shutDown())
    }

    @Test func busySMSCIsTriedAgainSoon() throws {
        let smsc = try TestSMSC(TestSMSC.Rules(bindStatus: .alreadyBound))
        let bench = LinkBench()
        bench.service.configure([LinkBench.settings(smsc.endpoint)])
        try #require(bench.isDown(times: 2))
        smsc.change { $0.bindStatus = .ok }
        #expect(bench.isUp())
        #expect(bench.notes.current.downs.allSatisfy { $0.refused == .alreadyBound })
        #expect(bench.shutDown())
    }

    @Test func nobodyListens() throws {
        let smsc = try TestSMSC()
        let bench = LinkBench()
        let port = SilentPort()
        bench.service.configure([LinkBench.settings(port.endpoint)])
        try #require(bench.isDown(times: 3))
        #expect(bench.notes.current.downs.prefix(3).map(\.reason) == Array(repeating: "connection refused", count: 3))
        #expect(bench.notes.current.ups.isEmpty)
        // A new address is tried at once.
        bench.service.configure([LinkBench.settings(smsc.endpoint)])
        #expect(bench.isUp())
        #expect(bench.shutDown())
    }

    @Test func overTLS() throws {
        let certificates = try TestCertificates.shared.get()
        let smsc = try TestSMSC(tls: try certificates.server())
        let bench = LinkBench()
        var tls = TLSClientConfiguration()
        tls.authorityFile = certificates.path("authority.pem")
        bench.service.configure([LinkBench.settings(smsc.endpoint) { $0.tls = tls }])
        try #require(bench.isUp())
        #expect(bench.notes.current.ups[0].tls?.hasPrefix("TLSv1.") == true)
        bench.service.submit((0..<1000).map { LinkBench.order($0) })
        #expect(bench.hasAnswers(1000))
        #expect(bench.service.status().first?.tls?.hasPrefix("TLSv1.") == true)
        #expect(bench.shutDown())
    }

    @Test func certificatesThatCannotBeRead() throws {
        let smsc = try TestSMSC()
        let bench = LinkBench()
        var tls = TLSClientConfiguration()
        tls.authorityFile = "/nonexistent/authority.pem"
        bench.service.configure([LinkBench.settings(smsc.endpoint) { $0.tls = tls }])
        try #require(bench.isDown(times: 2))
        #expect(bench.notes.current.downs[0].reason.hasPrefix("TLS: "))
        #expect(bench.notes.current.downs[0].reason.contains("/nonexistent/authority.pem"))
        #expect(smsc.notes.current.connections == 0)
        #expect(bench.shutDown())
    }

    @Test func configureKeepsUnbindsAndOpens() throws {
        let smsc = try TestSMSC()
        let bench = LinkBench()
        let first = LinkBench.settings(smsc.endpoint, name: "a")
        let second = LinkBench.settings(smsc.endpoint, name: "b")
        bench.service.configure([first, second])
        try #require(bench.isUp(times: 2))
        #expect(bench.service.index(of: "a") == 0 && bench.service.index(of: "b") == 1)
        // The same again: nothing happens. A new one, and one that goes.
        var third = LinkBench.settings(smsc.endpoint, name: "c")
        bench.service.configure([first, second])
        bench.service.configure([first, third])
        try #require(bench.isUp(times: 3) && bench.isDown())
        #expect(bench.notes.current.downs.map(\.bind) == [1])
        #expect(bench.notes.current.downs.map(\.reason) == ["unbound"])
        #expect(bench.service.names == ["a", "b", "c"])
        #expect(bench.service.status().map(\.name) == ["a", "c"])
        // A changed one unbinds and comes back under its index.
        third.mode = .receiver
        bench.service.configure([first, third])
        try #require(bench.isUp(times: 4))
        #expect(bench.notes.current.ups.map(\.bind).sorted() == [0, 1, 2, 2])
        #expect(bench.notes.current.downs.map(\.bind) == [1, 2])
        #expect(smsc.notes.current.commands.filter { $0 == .unbind }.count == 2)
        #expect(smsc.notes.current.commands.last == .bindReceiver)
        // One that was gone has its index back.
        bench.service.configure([first, second, third])
        try #require(bench.isUp(times: 5))
        #expect(bench.notes.current.ups.last?.bind == 1)
        #expect(bench.shutDown())
    }

    @Test func whoIsWantedAgainWhileLeavingComesBack() throws {
        let smsc = try TestSMSC()
        let bench = LinkBench()
        let settings = LinkBench.settings(smsc.endpoint)
        bench.service.configure([settings])
        try #require(bench.isUp())
        bench.queue.sync {
            bench.service.configure([])
            #expect(bench.service.status().map(\.state) == [.unbinding])
            bench.service.configure([settings])
        }
        try #require(bench.isUp(times: 2))
        #expect(bench.notes.current.ups.map(\.bind) == [0, 0])
        #expect(bench.notes.current.downs.map(\.reason) == ["unbound"])
        #expect(bench.service.names == ["test/1"])
        #expect(bench.shutDown())
    }

    // MARK: - Shutdown

    @Test func gracefulShutdownWaitsForResponses() throws {
        let smsc = try TestSMSC(TestSMSC.Rules(answersMessages: false))
        let bench = LinkBench()
        bench.service.configure([LinkBench.settings(smsc.endpoint)])
        try #require(bench.isUp())
        bench.service.submit([LinkBench.order(1), LinkBench.order(2)])
        try #require(smsc.notes.wait { $0.texts.count == 2 })
        let done = Watched(false)
        bench.service.shutdown(graceful: true, within: 15) { done.change { $0 = true } }
        #expect(bench.service.status().map(\.state) == [.unbinding])
        #expect(!smsc.notes.current.commands.contains(.unbind))
        smsc.answerAll()
        #expect(done.wait { $0 })
        #expect(bench.queue.sync { bench.service.closing.isEmpty })
        // The completion comes after all events.
        #expect(bench.notes.current.answered == [1, 2])
        #expect(bench.notes.current.downs.map(\.reason) == ["unbound"])
        #expect(bench.notes.current.downs.allSatisfy { $0.inDoubt.isEmpty && $0.unsent.isEmpty })
        #expect(bench.service.status().isEmpty)
        // Nothing is made any more.
        bench.service.configure([LinkBench.settings(smsc.endpoint)])
        #expect(bench.service.status().isEmpty)
        #expect(bench.shutDown())
    }

    @Test(arguments: [true, false]) func shutdownDoesNotWaitForEver(graceful: Bool) throws {
        let smsc = try TestSMSC(TestSMSC.Rules(answersMessages: false, answersUnbind: false))
        let port = SilentPort()
        let bench = LinkBench()
        bench.service.configure([
            LinkBench.settings(smsc.endpoint), LinkBench.settings(port.endpoint, name: "nobody"),
        ])
        try #require(bench.isUp())
        bench.service.submit([LinkBench.order(1), LinkBench.order(2)])
        let start = LinkBench.clock()
        #expect(bench.shutDown(graceful: graceful, within: 0.2))
        #expect(LinkBench.clock() - start < 5_000_000)
        let down = bench.notes.current.downs.last { $0.bind == 0 }
        #expect(down?.inDoubt == [1, 2])
        #expect(down?.reason == (graceful ? "shut down before all was answered" : "shut down"))
        #expect(smsc.notes.current.commands.contains(.unbind) == graceful)
    }

    // MARK: - Pure parts

    @Test func waitsDoubleWithinHalfAndWhole() {
        for (random, factor) in [(0.0, 0.5), (0.5, 0.75), (1.0, 1.0)] {
            var backoff = Backoff()
            let waits = (0..<8).map { _ in backoff.next(minimum: 500_000, maximum: 30_000_000, random: random) }
            let wholes = [500_000.0, 1_000_000, 2_000_000, 4_000_000, 8_000_000, 16_000_000, 30_000_000, 30_000_000]
            #expect(waits == wholes.map { Int64($0 * factor) })
            backoff.reset()
            #expect(backoff.next(minimum: 500_000, maximum: 30_000_000, random: random) == Int64(500_000 * factor))
        }
        // Never at once, whatever is configured.
        var backoff = Backoff()
        #expect(backoff.next(minimum: 0, maximum: 0, random: 0) >= 500)
    }

    @Test func everyTLSFieldCounts() {
        let changes: [(inout TLSClientConfiguration) -> Void] = [
            { $0.checksAuthority = false }, { $0.authorityFile = "a" }, { $0.pinnedSHA256 = [1] },
            { $0.peerName = "p" }, { $0.certificateFile = "c" }, { $0.keyFile = "k" },
        ]
        // A new field has to be added to the comparison.
        #expect(Mirror(reflecting: TLSClientConfiguration()).children.count == changes.count)
        for change in changes {
            var changed = TLSClientConfiguration()
            change(&changed)
            #expect(changed != TLSClientConfiguration())
            #expect(Set([changed, TLSClientConfiguration()]).count == 2)
        }
    }

    @Test func descriptionHasNoPassword() {
        let settings = LinkBench.settings(StreamEndpoint(host: "smsc.example", port: 2775))
        #expect("\(settings)" == "test/1 (burgernet at smsc.example:2775)")
    }
}
