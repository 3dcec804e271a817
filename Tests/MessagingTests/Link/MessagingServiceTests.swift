// SPDX-License-Identifier: GPL-3.0-or-later
import SMPP
import Testing

@testable import Messaging

@Suite(.serialized) struct MessagingServiceTests {
    @Test func bindsAndSubmits() throws {
        let smsc = try TestSMSC()
        let bench = LinkBench()
        bench.service.configure([
            LinkBench.settings(smsc.endpoint) {
                $0.window = 100
                $0.systemType = "VMA"
            }
        ])
        try #require(bench.isUp())
        let up = bench.notes.current.ups[0]
        #expect(up.bind == 0 && up.name == "test/1" && up.smsc == "TESTSMSC" && up.version == 0x34 && up.tls == nil)
        #expect(up.peer == "\(smsc.endpoint)")
        #expect(smsc.notes.current.binds.map(\.systemType) == ["VMA"])
        bench.service.submit((0..<10_000).map { LinkBench.order($0) })
        try #require(bench.hasAnswers(10_000))
        let notes = bench.notes.current
        #expect(notes.answered.sorted() == Array(0..<10_000))
        #expect(smsc.notes.current.texts == (0..<10_000).map { "\($0)" })
        #expect((1...100).contains(smsc.notes.current.mostUnanswered))
        // Events come by the turn, not one by one.
        #expect(notes.turns < notes.events / 2)
        let status = try #require(bench.service.status().first)
        #expect(status.state == .bound)
        #expect(status.counters.submits == 10_000 && status.counters.responses == 10_000)
        #expect(status.windowUsed == 0 && status.waiting == 0)
        #expect(status.roundTrip != nil && status.boundSince != nil && status.nextAttempt == nil)
        #expect(bench.shutDown())
        #expect(smsc.notes.current.commands.last == .unbind)
    }

    @Test func cutInTheMiddleLosesNothing() throws {
        let smsc = try TestSMSC(TestSMSC.Rules(cutsAfter: 5000))
        let bench = LinkBench()
        bench.service.configure([LinkBench.settings(smsc.endpoint) { $0.window = 50 }])
        try #require(bench.isUp())
        let all = Set<UInt64>(0..<10_000)
        bench.service.submit(all.sorted().map { LinkBench.order($0) })
        try #require(bench.isDown())
        let notes = bench.notes.current
        let down = notes.downs[0]
        #expect(down.inDoubt.count <= 50)
        #expect(!down.inDoubt.isEmpty)
        #expect(notes.answered.count + down.inDoubt.count + down.unsent.count == all.count)
        #expect(Set(notes.answered).union(down.inDoubt).union(down.unsent) == all)
        // What the SMSC has seen is never called unsent.
        let seen = Set(smsc.notes.current.texts.compactMap { UInt64($0) })
        #expect(seen.count == 5000)
        #expect(seen.isDisjoint(with: down.unsent))
        // It comes back and works.
        try #require(bench.isUp(times: 2))
        bench.service.submit(down.unsent.map { LinkBench.order($0) })
        #expect(bench.hasAnswers(notes.answered.count + down.unsent.count))
        let status = try #require(bench.service.status().first)
        #expect(status.reconnects == 1)
        // Counted over both connections.
        #expect(status.counters.submits == 10_000)
        #expect(status.counters.responses == 10_000 - down.inDoubt.count)
        #expect(bench.shutDown())
    }

    @Test func unbindOfTheSMSCIsAnswered() throws {
        let smsc = try TestSMSC(TestSMSC.Rules(answersMessages: false))
        let bench = LinkBench()
        bench.service.configure([LinkBench.settings(smsc.endpoint) { $0.responseTimeout = 300_000 }])
        try #require(bench.isUp())
        bench.service.submit([LinkBench.order(1)])
        try #require(smsc.notes.wait { $0.texts == ["1"] })
        smsc.send(.unbind, sequence: 9)
        try #require(bench.isDown())
        #expect(bench.notes.current.downs[0].reason == "unbound by the SMSC")
        // It had its time for a response.
        #expect(bench.notes.current.timedOut == [1] && bench.notes.current.downs[0].inDoubt.isEmpty)
        // The answer is not lost in the closing.
        #expect(smsc.notes.wait { $0.commands.contains(CommandID.unbind.response) })
        #expect(bench.isUp(times: 2))
        #expect(bench.shutDown())
    }

    @Test func blackHoleIsNoticed() throws {
        let smsc = try TestSMSC()
        let bench = LinkBench()
        bench.service.configure([
            LinkBench.settings(smsc.endpoint) {
                $0.enquireAfter = 100_000
                $0.enquireTimeout = 150_000
            }
        ])
        try #require(bench.isUp())
        smsc.change {
            $0.answersEnquiries = false
            $0.answersMessages = false
        }
        let start = LinkBench.clock()
        bench.service.submit([LinkBench.order(1)])
        try #require(bench.isDown())
        let down = bench.notes.current.downs[0]
        #expect(down.reason == "no answer to enquire_link for 0.15 s")
        #expect(down.inDoubt == [1])
        #expect((100_000..<5_000_000).contains(down.at - start))
        #expect(bench.isUp(times: 2))
        #expect(bench.shutDown(graceful: false))
    }

    @Test func slowSMSCMakesOrdersWait() throws {
        let smsc = try TestSMSC(TestSMSC.Rules(answersMessages: false))
        let bench = LinkBench()
        bench.service.configure([
            LinkBench.settings(smsc.endpoint) {
                $0.window = 10_000
                $0.responseTimeout = 60_000_000
                $0.enquireAfter = 60_000_000
            }
        ])
        try #require(bench.isUp())
        smsc.onConnection { $0.stream.pauseReading() }
        #expect(bench.queue.sync { !bench.service.isBlocked(0) })
        // 40 MB: more than the stream and two sockets hold.
        bench.service.submit((0..<4000).map { LinkBench.order($0, padding: 10_000) })
        #expect(bench.queue.sync { bench.service.isBlocked(0) } && bench.notes.current.drained == 0)
        let status = try #require(bench.service.status().first)
        #expect(status.waiting > 0)
        #expect(status.windowUsed < 4000)
        smsc.onConnection { $0.stream.resumeReading() }
        // No response helps: the connection's buffer alone lets the rest go.
        try #require(smsc.notes.wait { $0.texts.count == 4000 })
        // All of it has left the socket.
        #expect(bench.notes.wait { $0.drained == 1 })
        smsc.answerAll()
        try #require(bench.hasAnswers(4000))
        #expect(bench.notes.current.answered.sorted() == Array(0..<4000))
        #expect(bench.notes.current.downs.isEmpty)
        #expect(bench.shutDown())
    }

    @Test("More than a thousand messages wait for their acknowledgement: the rest is read later, and none is refused")
    func manyIncoming() throws {
        let smsc = try TestSMSC()
        let bench = LinkBench()
        bench.service.configure([
            LinkBench.settings(smsc.endpoint) {
                $0.enquireAfter = 100_000
                $0.enquireTimeout = 200_000
            }
        ])
        try #require(bench.isUp())
        var fields = MessageFields()
        fields.source = .e164("+31612345678")
        fields.shortMessage = [UInt8](repeating: 0x41, count: 140)
        let count = 4000
        for number in 1...count { smsc.send(.deliverSM(DeliverSM(fields)), sequence: UInt32(number)) }
        try #require(bench.notes.wait { $0.incoming.count >= 1000 })
        // Longer than a link may be silent.
        let start = LinkBench.clock()
        _ = bench.notes.wait { _ in LinkBench.clock() - start > 600_000 }
        #expect(bench.notes.current.incoming.count < count && bench.notes.current.downs.isEmpty)
        var acknowledged = 0
        while acknowledged < count {
            let tickets = bench.notes.current.incoming.dropFirst(acknowledged)
            if tickets.isEmpty {
                let known = acknowledged
                try #require(bench.notes.wait { $0.incoming.count > known })
            }
            acknowledged += tickets.count
            bench.service.acknowledge(tickets.map { ($0.bind, $0.ticket, .ok) })
        }
        #expect(smsc.notes.wait { $0.commands.count { $0 == CommandID.deliverSM.response } == count })
        let status = try #require(bench.service.status().first)
        #expect(status.counters.incoming == count && status.counters.incomingRefused == 0)
        #expect(bench.notes.current.downs.isEmpty)
        #expect(bench.shutDown())
    }

    @Test func timedOutAndLate() throws {
        let smsc = try TestSMSC(TestSMSC.Rules(answersMessages: false))
        let bench = LinkBench()
        bench.service.configure([LinkBench.settings(smsc.endpoint) { $0.responseTimeout = 50_000 }])
        try #require(bench.isUp())
        bench.service.submit([LinkBench.order(7)])
        try #require(bench.notes.wait { $0.timedOut == [7] })
        #expect(smsc.notes.wait { $0.texts == ["7"] })
        smsc.answerAll()
        #expect(bench.notes.wait { $0.late == [7] })
        #expect(bench.shutDown())
    }

    @Test func incomingIsAcknowledged() throws {
        let smsc = try TestSMSC()
        let bench = LinkBench()
        bench.service.configure([LinkBench.settings(smsc.endpoint)])
        try #require(bench.isUp())
        var fields = MessageFields()
        fields.shortMessage = Array("stop".utf8)
        smsc.send(.deliverSM(DeliverSM(fields)), sequence: 41)
        smsc.send(.alertNotification(AlertNotification(source: .none, esme: .none)), sequence: 42)
        try #require(bench.notes.wait { $0.incoming.count == 1 && $0.alerts == 1 })
        let message = bench.notes.current.incoming[0]
        #expect(message.bind == 0 && message.text == "stop")
        #expect(smsc.notes.current.responses.isEmpty)
        bench.service.acknowledge([(bind: 0, ticket: message.ticket, status: .ok)])
        #expect(smsc.notes.wait { $0.responses == [PDU(.deliverSMResponse(MessageResponse()), sequence: 41)] })
        #expect(bench.shutDown())
    }

    /// A ticket of an old connection must not answer a message of the new one.
    @Test func oldTicketsAreDead() throws {
        let smsc = try TestSMSC()
        let bench = LinkBench()
        bench.service.configure([LinkBench.settings(smsc.endpoint)])
        try #require(bench.isUp())
        smsc.send(.deliverSM(DeliverSM()), sequence: 41)
        try #require(bench.notes.wait { $0.incoming.count == 1 })
        smsc.onConnection { $0.stream.abort() }
        try #require(bench.isUp(times: 2))
        smsc.send(.deliverSM(DeliverSM()), sequence: 41)
        try #require(bench.notes.wait { $0.incoming.count == 2 })
        let tickets = bench.notes.current.incoming.map(\.ticket)
        #expect(tickets[0] != tickets[1])
        bench.service.acknowledge([(bind: 0, ticket: tickets[0], status: .systemError)])
        bench.service.acknowledge([(bind: 0, ticket: tickets[1], status: .ok)])
        try #require(smsc.notes.wait { !$0.responses.isEmpty })
        #expect(smsc.notes.current.responses.map(\.status) == [.ok])
        #expect(bench.shutDown())
    }

    @Test func ordersForNobodyComeBack() throws {
        let smsc = try TestSMSC(TestSMSC.Rules(bindStatus: .systemError))
        let bench = LinkBench()
        bench.service.configure([LinkBench.settings(smsc.endpoint) { $0.reconnectMinimum = 60_000_000 }])
        try #require(bench.isDown())
        bench.service.submit([LinkBench.order(1), LinkBench.order(2), LinkBench.order(3, bind: 8)])
        try #require(bench.notes.wait { $0.refusals.count >= 2 })
        let refusals = bench.notes.current.refusals
        #expect(refusals[0].reason == .notBound && refusals[0].bind == 0 && refusals[0].tokens == [1, 2])
        #expect(refusals[1].reason == .notBound && refusals[1].bind == 8 && refusals[1].tokens == [3])
        #expect(bench.shutDown())
    }

    @Test func onTheQueueItActsAtOnceAndTellsLater() throws {
        let smsc = try TestSMSC(TestSMSC.Rules(answersMessages: false))
        let bench = LinkBench()
        bench.service.configure([LinkBench.settings(smsc.endpoint)])
        try #require(bench.isUp())
        bench.queue.sync {
            bench.service.submit([LinkBench.order(1), LinkBench.order(2, bind: 5)])
            #expect(bench.service.status().first?.windowUsed == 1)
            // The handler is not called from within.
            #expect(bench.notes.current.refusals.isEmpty)
        }
        #expect(bench.notes.wait { !$0.refusals.isEmpty })
        try #require(smsc.notes.wait { $0.texts == ["1"] })
        smsc.answerAll()
        #expect(bench.hasAnswers(1))
        #expect(bench.shutDown())
    }
}
