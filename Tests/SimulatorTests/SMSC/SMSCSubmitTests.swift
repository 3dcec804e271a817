// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import SMPP
import Testing

@testable import Simulator

@Suite struct SMSCSubmitTests {
    @Test func submitGetsAnIDOfItsOwn() {
        let harness = SMSCHarness()
        let connection = harness.bind()
        #expect((0..<3).map { _ in harness.submit(connection)?.messageID } == ["1000000", "1000001", "1000002"])
    }

    @Test func dataSM() {
        let harness = SMSCHarness()
        let connection = harness.bind()
        var data = DataSM()
        data.destination = .e164("+31612345678")
        data.parameters = [OptionalParameter(.messagePayload, Array("Hallo".utf8))]
        let response = harness.ask(.dataSM(data), connection)
        #expect(response?.command == CommandID.dataSM.response)
        #expect(response?.messageID == "1000000")
        #expect(harness.log.contains("\"command\":\"data_sm\"") && harness.log.contains("\"content\":\"48616c6c6f\""))
    }

    @Test func submitMultiHasOneIDAndNamesItsFailures() {
        let harness = SMSCHarness { $0.digits = ["9": .invalid] }
        let connection = harness.bind()
        let bad = Address.e164("31611111119")
        let multi = SubmitMulti(
            SMSCHarness.message(),
            destinations: [.address(.e164("31611111111")), .address(bad), .address(.e164("31611111112"))])
        let response = harness.ask(.submitMulti(multi), connection)
        #expect(
            response?.body
                == .submitMultiResponse(
                    SubmitMultiResponse(
                        messageID: "1000000",
                        failures: [.init(destination: bad, status: .invalidDestinationAddress)])))
        #expect(harness.smsc.tally.accepted == 2)
        // The next message's id must not be one that the second destination used.
        #expect(harness.submit(connection)?.messageID == "1000002")
    }

    @Test func submitMultiThatReachesNobodyFails() {
        let harness = SMSCHarness()
        let connection = harness.bind()
        let lists = SubmitMulti(SMSCHarness.message(), destinations: [.distributionList("all")])
        #expect(harness.ask(.submitMulti(lists), connection)?.status == CommandStatus(rawValue: 0x34))
        #expect(harness.ask(.submitMulti(SubmitMulti()), connection)?.status == CommandStatus(rawValue: 0x33))
    }

    @Test func throttlesBeyondATenthOfASecondsWorth() {
        let harness = SMSCHarness { $0.rate = 50 }
        let one = harness.bind()
        let other = harness.bind()
        // The bucket belongs to the system_id, whatever bind is used.
        let first = (0..<8).map { harness.submit($0 % 2 == 0 ? one : other)?.status }
        #expect(first == Array(repeating: .ok, count: 5) + Array(repeating: .throttled, count: 3))
        harness.pass(0.04)
        #expect((0..<3).map { _ in harness.submit(one)?.status } == [.ok, .ok, .throttled])
        harness.pass(60)
        #expect((0..<6).map { _ in harness.submit(one)?.status }.filter { $0 == .ok }.count == 5)
        #expect(harness.submit(harness.bind(.transceiver, "second"))?.status == .ok)
    }

    @Test func rateHoldsOverTime() {
        var bucket = SubmitBucket(rate: 1000)
        var time = Timestamp.epoch
        var taken = 0
        for _ in 0..<20_000 {
            time = time + .microseconds(500)
            if bucket.take(at: time) { taken += 1 }
        }
        // 10 seconds and the full bucket at their beginning.
        #expect((10_000...10_100).contains(taken))
    }

    @Test func fullQueuesByPrefixForSomeTime() {
        let harness = SMSCHarness {
            $0.queueFullPrefix = "3161"
            $0.queueFullSeconds = 5
        }
        let connection = harness.bind()
        let full = SMSCHarness.message(to: "31612000000")
        #expect(harness.submit(full, connection)?.status == .messageQueueFull)
        #expect(harness.submit(SMSCHarness.message(to: "31622000000"), connection)?.status == .ok)
        harness.pass(4.9)
        #expect(harness.submit(full, connection)?.status == .messageQueueFull)
        harness.pass(0.1)
        #expect(harness.submit(full, connection)?.status == .ok)
    }

    @Test func fullQueuesByShare() {
        let harness = SMSCHarness { $0.queueFullShare = 0.25 }
        let connection = harness.bind()
        let statuses = (0..<2000).map { number in
            harness.submit(SMSCHarness.message(to: "316\(10_000_000 + number)"), connection)?.status
        }
        let full = statuses.filter { $0 == .messageQueueFull }.count
        #expect((400...600).contains(full))
        #expect(statuses.filter { $0 == .ok }.count == 2000 - full)
    }

    @Test(arguments: [
        ("31600000001", CommandStatus.invalidDestinationAddress), ("31600000002", .submitFailed),
        ("31600000003", .messageQueueFull), ("31600000103", .ok), ("+31600000001", .invalidDestinationAddress),
    ])
    func behavioursByTheLastDigits(_ number: String, _ expected: CommandStatus) {
        let harness = SMSCHarness { $0.digits = ["1": .invalid, "2": .refused, "3": .queueFull, "103": .delivered] }
        #expect(harness.submit(SMSCHarness.message(to: number), harness.bind())?.status == expected)
    }

    @Test func silentNumbersAreAcceptedWithoutAResponse() {
        let harness = SMSCHarness { $0.digits = ["8": .silent] }
        let connection = harness.bind()
        #expect(harness.submit(connection) == nil)
        #expect(harness.smsc.tally.accepted == 1)
        #expect(harness.log.contains("\"answered\":false"))
    }

    @Test func someResponsesAreDropped() {
        let harness = SMSCHarness { $0.responseDrop = 0.3 }
        let connection = harness.bind()
        let answered = (0..<1000).filter { _ in harness.submit(connection) != nil }.count
        #expect((620...780).contains(answered))
        #expect(harness.smsc.tally.accepted == 1000)
        #expect(harness.smsc.tally.unanswered == 1000 - answered)
    }

    @Test func responsesTakeTheirTimeAndComeInItsOrder() {
        let harness = SMSCHarness {
            $0.latency = 0.5
            $0.latencySpread = 0.4
        }
        let connection = harness.bind()
        let sent = (0..<50).map { _ in harness.send(.submitSM(SubmitSM(SMSCHarness.message())), connection) }
        harness.pass(0.0999)
        #expect(harness.take(connection).isEmpty)
        var arrived: [UInt32] = []
        for _ in 0..<85 {
            harness.pass(0.01)
            arrived += harness.take(connection).map(\.sequence)
        }
        #expect(arrived.sorted() == sent)
        #expect(arrived != sent)
    }

    @Test func everyTruncationIsReadAsTheDecoderReadsIt() {
        var fields = SMSCHarness.message()
        fields.serviceType = "CMT"
        fields.esmClass = .userDataHeader
        fields.dataCoding = 8
        fields.scheduleDeliveryTime = "000001000000000R"
        fields.replaceIfPresent = 1
        fields.parameters = [
            OptionalParameter(.userMessageReference, UInt16(0x1234)), OptionalParameter(.sarTotalSegments, UInt8(3)),
            OptionalParameter(.sarSegmentSequence, UInt8(2)),
        ]
        let whole = PDU(.submitSM(SubmitSM(fields)), sequence: 1).encoded()
        for length in PDUHeader.length...whole.count {
            var bytes = Array(whole[..<length])
            bytes[3] = UInt8(length)
            let decoded = try? PDU.decode(bytes)
            bytes.withUnsafeBytes { #expect((Submission(submitSM: $0) == nil) == (decoded == nil), "\(length)") }
        }
        whole.withUnsafeBytes { bytes in
            let read = Submission(submitSM: bytes)
            #expect(read?.serviceType == "CMT")
            #expect(read?.source == fields.source)
            #expect(read?.destination == fields.destination)
            #expect(read?.esmClass == 0x40)
            #expect(read?.dataCoding == 8)
            #expect(read?.replacesIfPresent == true)
            #expect(read?.userMessageReference == 0x1234)
            #expect(read?.segments?.total == 3 && read?.segments?.sequence == 2)
            #expect(read.map { Array($0.content) } == fields.shortMessage)
        }
    }

    @Test func logHasALineForEachSubmit() {
        let harness = SMSCHarness { $0.rate = 10 }
        let connection = harness.bind(.transceiver, "gate\"way")
        var fields = SMSCHarness.message(text: "Hé\n")
        fields.dataCoding = 3
        fields.parameters = [OptionalParameter(.userMessageReference, UInt16(77))]
        harness.submit(fields, connection)
        harness.submit(connection)
        let lines = harness.log.split(separator: "\n")
        #expect(
            lines.first
                == """
                {"time_us":1795500000000000,"system_id":"gate\\"way","connection":1,"command":"submit_sm",\
                "destination":"31612345678","source":"31850001234","source_ton":1,"data_coding":3,"esm_class":0,\
                "registered_delivery":0,"user_message_reference":77,"message_id":"1000000","status":0,\
                "answered":true,"content":"48c3a90a"}
                """)
        #expect(lines.count == 2)
        #expect(lines.last?.contains("\"message_id\":null,\"status\":88,") == true)
    }
}

extension SMSCHarness {
    @discardableResult
    func submit(_ connection: Int) -> PDU? { submit(SMSCHarness.message(), connection) }
}
