// SPDX-License-Identifier: GPL-3.0-or-later
import Dispatch
import GatewayCore
import Testing

@testable import Voice

extension VoiceEndpointTests {
    /// Answers whose audio goes one way or none.
    @Suite struct AnswerTests {
        /// The end of a call that is answered so; the hold timeout is 50 ms.
        private func end(
            _ attribute: String = "a=sendrecv", address: String = "127.0.0.1", media: String = "RTP/AVP 8"
        ) async throws -> CallEnded {
            let body = [
                "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 \(address)", "t=0 0", "m=audio 9 \(media)",
                "a=rtpmap:8 PCMA/8000", attribute, "",
            ]
            let answer = ScriptedPeer.Response(
                status: "200 OK", headers: ["Contact: <sip:127.0.0.1>", "Content-Type: application/sdp"],
                body: body.joined(separator: "\r\n"))
            let peer = try ScriptedPeer { $0.method == "INVITE" ? [answer] : [ScriptedPeer.Response(status: "200 OK")] }
            var trunk = VoiceTrunk(id: 1, host: "127.0.0.1", port: peer.port)
            trunk.rewritesContact = true
            var request = VoiceCallRequest(
                call: 1, trunk: 1, target: 4, sipCallID: "held", callee: "+31612345678", caller: "+31201234567")
            request.holdsACK = false
            request.holdTimeoutMilliseconds = 50
            // What is not held ends by this.
            request.maximumDurationMilliseconds = 200
            return try await peer.first(of: trunk, placing: request) { event in
                if case .ended(let ended) = event { ended } else { nil }
            }
        }

        @Test(
            "An answer that lets us send nothing ends as held",
            arguments: [("127.0.0.1", "a=inactive"), ("127.0.0.1", "a=sendonly"), ("0.0.0.0", "a=sendrecv")])
        func held(address: String, direction: String) async throws {
            let ended = try await end(direction, address: address)
            #expect(ended.wasAnswered && ended.code == 200)
            #expect((ended.ownReason, ended.endedBy) == (.held, .gateway))
            #expect(ended.media.packetsSent == 0)
        }

        @Test("An answer that only listens, or names no direction, is not held", arguments: ["a=recvonly", "a=x"])
        func listening(attribute: String) async throws {
            #expect(try await end(attribute).ownReason == .maximumDuration)
        }

        @Test(
            "Audio goes to no group of listeners, and to none who wants it encrypted with keys that nobody named",
            arguments: [
                ("224.0.1.7", "RTP/AVP 8"), ("239.1.2.3", "RTP/AVP 8"), ("255.255.255.255", "RTP/AVP 8"),
                ("127.0.0.1", "RTP/SAVP 8"), ("127.0.0.1", "UDP/TLS/RTP/SAVPF 8"),
            ])
        func nobodyBehind(address: String, media: String) async throws {
            let ended = try await end(address: address, media: media)
            #expect(ended.ownReason == .badMedia)
            #expect(ended.media.packetsSent == 0)
        }

        @Test(
            "A dynamic payload type without a=rtpmap does not end the call",
            arguments: [
                ("RTP/AVP 8 101", "a=fmtp:101 0-15"), ("RTP/AVP 8 96", "a=sendrecv"), ("RTP/AVP 8 96 97", "a=sendrecv"),
                ("RTP/AVP 8 101", "a=rtpmap:101 telephone-event/8000"),
            ])
        func unnamedTypes(media: String, attribute: String) async throws {
            let ended = try await end(attribute, media: media)
            #expect(ended.ownReason == .maximumDuration)
            #expect(ended.media.packetsSent > 0)
        }

        @Test("An answer that takes packets shorter than 20 ms only has no media that we can use")
        func shortPackets() async throws {
            #expect(try await end("a=maxptime:10").ownReason == .badMedia)
            #expect(try await end("a=maxptime:20").ownReason == .maximumDuration)
        }
    }
}
