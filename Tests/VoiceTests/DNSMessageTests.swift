// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import Voice

/// An answer to `_sip._udp.example.nl SRV` with one CNAME and two SRV records, as it stands on the wire.
private let goldenAnswer: [UInt8] = [
    0x12, 0x34,  // ID
    0x81, 0x80,  // QR, RD, RA; RCODE 0
    0x00, 0x01,  // one question
    0x00, 0x03,  // three answers
    0x00, 0x00, 0x00, 0x00,  // no authority, nothing additional
    // 12: question name _sip._udp.example.nl
    0x04, 0x5f, 0x73, 0x69, 0x70, 0x04, 0x5f, 0x75, 0x64, 0x70,
    // 22: example.nl
    0x07, 0x65, 0x78, 0x61, 0x6d, 0x70, 0x6c, 0x65, 0x02, 0x6e, 0x6c, 0x00,
    0x00, 0x21, 0x00, 0x01,  // SRV, IN
    // CNAME: the question's name is an alias of srv.example.nl
    0xc0, 0x0c, 0x00, 0x05, 0x00, 0x01,  // owner: pointer to 12; CNAME, IN
    0x00, 0x00, 0x0e, 0x10,  // TTL 3600
    0x00, 0x06,  // length
    0x03, 0x53, 0x72, 0x56, 0xc0, 0x16,  // 50: "SrV", pointer to 22
    // SRV 10 60 5060 a.example.nl
    0xc0, 0x32, 0x00, 0x21, 0x00, 0x01,  // owner: pointer to 50; SRV, IN
    0x00, 0x00, 0x00, 0x1e,  // TTL 30
    0x00, 0x0a,  // length
    0x00, 0x0a, 0x00, 0x3c, 0x13, 0xc4,  // priority 10, weight 60, port 5060
    0x01, 0x61, 0xc0, 0x16,  // a.example.nl
    // SRV 5 0 5080 b.example.nl
    0xc0, 0x32, 0x00, 0x21, 0x00, 0x01,
    0x80, 0x00, 0x00, 0x00,  // TTL with the topmost bit set: 0 (RFC 2181 8)
    0x00, 0x0a,
    0x00, 0x05, 0x00, 0x00, 0x13, 0xd8,  // priority 5, weight 0, port 5080
    0x01, 0x62, 0xc0, 0x16,  // b.example.nl
]

@Suite struct DNSMessageTests {
    @Test func readsServiceRecordsThroughAnAlias() throws {
        let message = try DNSMessage(goldenAnswer)
        let expected = [
            ServiceRecord(
                name: "srv.example.nl", timeToLive: 30, priority: 10, weight: 60, port: 5060, target: "a.example.nl"),
            ServiceRecord(
                name: "srv.example.nl", timeToLive: 0, priority: 5, weight: 0, port: 5080, target: "b.example.nl"),
        ]
        #expect(message.serviceRecords == expected)
        #expect(message.services(named: "_sip._UDP.example.nl") == expected)
        #expect(message.services(named: "_sip._tcp.example.nl").isEmpty)
        #expect(ServiceRecord.ordered(expected).map(\.target) == ["b.example.nl", "a.example.nl"])
    }

    @Test func equalPrioritiesGoByWeightThenAsTheyCame() {
        func record(_ target: String, _ priority: UInt16, _ weight: UInt16) -> ServiceRecord {
            ServiceRecord(name: "x", timeToLive: 1, priority: priority, weight: weight, port: 1, target: target)
        }
        let ordered = ServiceRecord.ordered([
            record("a", 1, 1), record("b", 1, 9), record("c", 0, 0), record("d", 1, 9),
        ])
        #expect(ordered.map(\.target) == ["c", "b", "d", "a"])
    }

    @Test func everyTruncationIsAnErrorOrFewerRecords() {
        for length in 0..<goldenAnswer.count {
            #expect(throws: DNSMessage.Fault.self) { try DNSMessage(Array(goldenAnswer.prefix(length))) }
        }
    }

    @Test func refusesWhatIsNoAnswer() {
        var query = goldenAnswer
        query[2] = 0x01
        #expect(throws: DNSMessage.Fault.notAnAnswer) { try DNSMessage(query) }
        var failed = goldenAnswer
        failed[3] = 0x83
        #expect(throws: DNSMessage.Fault.failed(code: 3)) { try DNSMessage(failed) }
    }

    @Test func refusesPointersThatDoNotLeadBack() {
        // Header, no question, one answer whose name points at itself.
        let header: [UInt8] = [0, 0, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0]
        #expect(throws: DNSMessage.Fault.badName) { try DNSMessage(header + [0xc0, 0x0c]) }
        // ... and one that points ahead.
        #expect(throws: DNSMessage.Fault.badName) { try DNSMessage(header + [0xc0, 0x0e, 0x00]) }
        // A label type of RFC 2671 that is not in use.
        #expect(throws: DNSMessage.Fault.badName) { try DNSMessage(header + [0x41, 0x00]) }
        // A label with a control character must not reach getaddrinfo.
        #expect(throws: DNSMessage.Fault.badName) { try DNSMessage(header + [0x01, 0x00, 0x00]) }
    }

    @Test func refusesNamesThatAreTooLong() {
        let header: [UInt8] = [0, 0, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0]
        let label = [UInt8(63)] + [UInt8](repeating: 0x61, count: 63)
        #expect(throws: DNSMessage.Fault.nameTooLong) {
            try DNSMessage(header + label + label + label + label + label + [0])
        }
    }

    @Test func anyByteMayBeWrong() {
        for index in goldenAnswer.indices {
            for value: UInt8 in [0x00, 0x3f, 0x7f, 0xc0, 0xff] {
                var bytes = goldenAnswer
                bytes[index] = value
                // Either reading is fine, a trap is not.
                let message = try? DNSMessage(bytes)
                #expect((message?.serviceRecords.count ?? 0) <= 256)
            }
        }
    }
}

@Suite struct TrunkResolverTests {
    @Test(
        arguments: [
            ("127.0.0.1", nil, "127.0.0.1", 5060), ("192.0.2.1", 5070, "192.0.2.1", 5070), ("::1", nil, "::1", 5060),
            ("[2001:db8::0:1]", 5062, "2001:db8::1", 5062),
        ] as [(String, UInt16?, String, UInt16)])
    func numericAddressesPassThrough(host: String, port: UInt16?, address: String, shownPort: UInt16) throws {
        let resolution = try TrunkResolver.lookUp(TrunkQuery(host: host, port: port)).get()
        #expect(resolution.targets == [ResolvedTarget(address: address, port: shownPort, priority: 0, weight: 0)])
        #expect(resolution.timeToLiveSeconds == nil)
        #expect(TrunkResolver.numeric(TrunkQuery(host: host, port: port)) == resolution)
    }

    @Test func aNameIsNotKnownWithoutALookup() {
        #expect(TrunkResolver.numeric(TrunkQuery(host: "localhost")) == nil)
    }

    @Test func completesOffTheCallersThread() async {
        let result = await withCheckedContinuation { continuation in
            TrunkResolver().resolve(TrunkQuery(host: "127.0.0.1")) { continuation.resume(returning: $0) }
        }
        #expect((try? result.get())?.targets.count == 1)
    }

    @Test func localhostHasAnAddressForAMinute() throws {
        let resolution = try TrunkResolver.lookUp(TrunkQuery(host: "localhost", port: 5060, family: .ipv4)).get()
        #expect(resolution.targets.map(\.address) == ["127.0.0.1"])
        #expect(resolution.timeToLiveSeconds == 60)
    }
}
