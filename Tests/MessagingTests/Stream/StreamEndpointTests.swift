// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import Messaging

@Suite struct StreamEndpointTests {
    @Test(arguments: [
        ("127.0.0.1:2775", "127.0.0.1", 2775), ("[::1]:2775", "::1", 2775), ("smsc.example:1", "smsc.example", 1),
    ])
    func readsWhatItWrites(text: String, host: String, port: Int) throws {
        let endpoint = try #require(StreamEndpoint(text))
        #expect(endpoint == StreamEndpoint(host: host, port: UInt16(port)))
        #expect(endpoint.description == text)
    }

    @Test(arguments: ["", "host", ":1", "host:", "host:65536", "::1:2775", "[::1]", "[::1:1", "[]:1", "a\0b:1"])
    func refusesOtherText(text: String) {
        #expect(StreamEndpoint(text) == nil)
    }
}
