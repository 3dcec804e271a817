// SPDX-License-Identifier: GPL-3.0-or-later
import SMPP
import Testing

@testable import Simulator

@Suite struct SMSCDisturbanceTests {
    private let message = SMSCHarness.message(registered: 1)

    @Test(arguments: [(SMSCSettings.Break.reset, SMSCHarness.Ending.reset), (.close, .close)])
    func breaksAtTheNthSubmit(_ how: SMSCSettings.Break, _ ending: SMSCHarness.Ending) {
        let harness = SMSCHarness {
            $0.dropAfter = 3
            $0.dropHow = how
        }
        let connection = harness.bind()
        #expect(harness.submit(message, connection)?.status == .ok)
        #expect(harness.submit(message, connection)?.status == .ok)
        #expect(harness.endings[connection] == nil)
        #expect(harness.submit(message, connection) == nil)
        #expect(harness.endings[connection] == ending)
        // What was accepted is accepted, whatever the ESME knows of it.
        #expect(harness.smsc.tally.accepted == 3)
        #expect(harness.log.split(separator: "\n").map { $0.contains("\"answered\":true") } == [true, true, false])
        harness.disconnect(connection)
        harness.pass(1)
        let second = harness.bind()
        harness.submit(message, second)
        harness.pass(1)
        #expect(harness.smsc.tally.delivers == 4)
        #expect(harness.smsc.tally.broken == 1)
    }

    @Test func restOfTheReadIsLostWithTheConnection() {
        let harness = SMSCHarness { $0.dropAfter = 2 }
        let connection = harness.bind()
        let three = (1...3).flatMap { PDU(.submitSM(SubmitSM(message)), sequence: $0).encoded() }
        harness.write(three, connection)
        #expect(harness.take(connection).map(\.sequence) == [1])
        #expect(harness.smsc.tally.accepted == 2)
    }

    @Test func breaksAtRandom() {
        let harness = SMSCHarness { $0.dropEvery = 10 }
        let connections = (0..<200).map { _ in harness.bind() }
        harness.pass(10)
        let half = connections.filter { harness.endings[$0] == .reset }.count
        #expect((70...130).contains(half))
        harness.pass(10)
        #expect(connections.allSatisfy { harness.endings[$0] == .reset })
    }

    @Test func blackHoleNeitherReadsNorAnswersNorCloses() {
        let harness = SMSCHarness {
            $0.blackHoleAfter = 2
            $0.blackHoleSeconds = 100
            $0.latency = 1
            $0.receiptDelay = 2
        }
        let connection = harness.bind()
        harness.submit(message, connection)
        harness.pass(1)
        #expect(harness.take(connection).map(\.command) == [CommandID.submitSM.response])
        harness.submit(message, connection)
        #expect(harness.endings[connection] == .stopReading)
        harness.send(.enquireLink, connection)
        harness.pass(98)
        #expect(harness.take(connection).isEmpty, "neither the response that was under way nor receipts")
        #expect(harness.endings[connection] == .stopReading)
        #expect(harness.smsc.tally.submits == 2)
        // The receipts come over a new bind.
        let second = harness.connect()
        harness.send(.bind(.receiver, Bind(systemID: "gateway", password: "")), second)
        #expect(harness.takeDeliveries(second).count == 2)
        harness.pass(2)
        #expect(harness.endings[connection] == .reset)
    }

    @Test func blackHolesAtRandom() {
        let harness = SMSCHarness { $0.blackHoleEvery = 10 }
        let connections = (0..<200).map { _ in harness.bind() }
        harness.pass(10)
        #expect((70...130).contains(connections.filter { harness.endings[$0] == .stopReading }.count))
        harness.pass(10)
        #expect(harness.smsc.tally.blackHoles == 200)
    }

    @Test func disconnectedBeforeItsResponse() {
        let harness = SMSCHarness { $0.latency = 1 }
        let connection = harness.bind()
        harness.submit(message, connection)
        harness.disconnect(connection)
        harness.pass(10)
        #expect(harness.take(connection).isEmpty)
        #expect(harness.smsc.tally.open == 0)
    }
}

@Suite struct SMSCAnswerTests {
    private func answers(_ harness: SMSCHarness, _ connection: Int) -> [MessageFields] {
        harness.takeDeliveries(connection).filter { $0.esmClass.messageType == 0 }
    }

    @Test func citizensAnswerAfterTheDelivery() throws {
        let harness = SMSCHarness {
            $0.digits = ["1": .ja, "2": .stop]
            $0.answerDelay = 10
        }
        let connection = harness.bind()
        for number in ["31600000001", "31600000002", "31600000003"] {
            harness.submit(SMSCHarness.message(to: number), connection)
        }
        harness.pass(1)
        #expect(answers(harness, connection).isEmpty)
        harness.pass(20)
        let found = answers(harness, connection).sorted { $0.source.value < $1.source.value }
        #expect(found.map { String(decoding: $0.shortMessage, as: UTF8.self) } == ["JA", "STOP"])
        #expect(found.map(\.source) == [.e164("31600000001"), .e164("31600000002")])
        #expect(found.map(\.destination.value) == ["31850001234", "31850001234"])
    }

    @Test func longAnswerHasTwoSegments() throws {
        let harness = SMSCHarness { $0.digits = ["1": .long] }
        let connection = harness.bind()
        harness.submit(SMSCHarness.message(to: "31600000001"), connection)
        harness.pass(20)
        let found = answers(harness, connection)
        let headers = found.compactMap { UserDataHeader($0.shortMessage) }
        #expect(found.allSatisfy { $0.esmClass == .userDataHeader && $0.shortMessage.count <= 159 })
        #expect(headers.compactMap(\.concatenation?.sequence) == [1, 2])
        #expect(headers.compactMap(\.concatenation?.total) == [2, 2])
        #expect(Set(headers.compactMap(\.concatenation?.reference)).count == 1)
        let text = zip(found, headers).flatMap { $0.shortMessage.dropFirst($1.length) }
        #expect(String(decoding: text, as: UTF8.self) == CitizenAnswer.longText)
    }

    @Test func shareOfTheCitizensAnswers() {
        let harness = SMSCHarness {
            $0.answerShare = 0.2
            $0.answers = Weights([(.ja, 1), (.stop, 1)])
            $0.outcomes = Weights([(.delivered, 1), (.undelivered, 1)])
        }
        let connection = harness.bind()
        for number in 0..<2000 { harness.submit(SMSCHarness.message(to: "316\(30_000_000 + number)"), connection) }
        harness.pass(60)
        let texts = answers(harness, connection).map { String(decoding: $0.shortMessage, as: UTF8.self) }
        // A fifth of the half that the message reached.
        #expect((150...250).contains(texts.count))
        #expect((60...140).contains(texts.filter { $0 == "STOP" }.count))
    }

    @Test func answersToTheLastSegmentOnlyAndNotToAName() {
        let harness = SMSCHarness { $0.digits = ["1": .ja] }
        let connection = harness.bind()
        for sequence in [UInt8(1), 2, 3] {
            var segment = SMSCHarness.message(to: "31600000001")
            segment.esmClass = .userDataHeader
            segment.shortMessage = [5, 0, 3, 9, 3, sequence] + Array("deel".utf8)
            harness.submit(segment, connection)
            segment.esmClass = []
            segment.shortMessage = Array("deel".utf8)
            segment.destination = .e164("31600000011")
            segment.parameters = [
                OptionalParameter(.sarMessageReference, UInt16(1)), OptionalParameter(.sarTotalSegments, UInt8(3)),
                OptionalParameter(.sarSegmentSequence, sequence),
            ]
            harness.submit(segment, connection)
        }
        var named = SMSCHarness.message(to: "31600000021")
        named.source = Address(.alphanumeric, .unknown, "Gemeente")
        harness.submit(named, connection)
        harness.pass(30)
        #expect(answers(harness, connection).map(\.source.value).sorted() == ["31600000001", "31600000011"])
    }
}
