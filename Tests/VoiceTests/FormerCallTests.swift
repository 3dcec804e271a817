// SPDX-License-Identifier: GPL-3.0-or-later
import Dispatch
import GatewayCore
import Testing

@testable import Voice

extension VoiceEndpointTests {
    @Test("Another process cancels a call with what its INVITE said, challenged or not", arguments: [false, true])
    func formerCall(isChallenged: Bool) async throws {
        let peer = try ScriptedPeer { request in
            switch request.method {
            case "INVITE" where isChallenged && request.headers("Proxy-Authorization").isEmpty:
                return [
                    .init(
                        status: "407 Proxy Authentication Required",
                        headers: [#"Proxy-Authenticate: Digest realm="a", nonce="1", qop="auth""#])
                ]
            case "INVITE": return [.init(status: "180 Ringing")]
            default: return [.init(status: "200 OK")]
            }
        }
        defer { peer.stop() }
        var trunk = VoiceTrunk(id: 1, host: "sip.carrier.example")
        if isChallenged { trunk.credentials = VoiceTrunk.Credentials(username: "burgernet", password: "geheim") }
        var request = VoiceCallRequest(
            call: 7, trunk: 1, target: 4, sipCallID: "0123456789abcdef", callee: "+31612345678", caller: "+31201234567")
        request.callerName = "Burgernet"
        request.tag = String(repeating: "5a", count: 16)
        var configuration = Self.configuration()

        let (stream, continuation) = AsyncStream.makeStream(of: VoiceEvent.self)
        let first = try VoiceEndpoint.start(configuration: configuration, queue: DispatchQueue(label: "voice-test")) {
            for event in $0 { continuation.yield(event) }
        }
        configuration.udpPort = first.udpPort
        first.setTrunk(trunk)
        first.setTargets(trunk: 1, [VoiceTarget(id: 4, address: "127.0.0.1", port: peer.port)])
        first.placeCall(request)
        for await event in stream { if case .provisional = event { break } }
        first.stop(lingerMilliseconds: 0)
        let before = peer.requests.count

        let second = try VoiceEndpoint.start(configuration: configuration, queue: DispatchQueue(label: "voice-test")) {
            _ in
        }
        second.setTrunk(trunk)
        second.cancelFormer(request, address: "127.0.0.1", port: peer.port)
        var cancels: [ScriptedPeer.Request] = []
        while cancels.count < (isChallenged ? 3 : 1) {
            try await Task.sleep(for: .milliseconds(5))
            cancels = peer.requests.dropFirst(before).filter { $0.method == "CANCEL" }
        }
        second.stop(lingerMilliseconds: 0)

        let invite = try #require(peer.requests.last { $0.method == "INVITE" })
        let sequence = invite.headers("CSeq")[0].prefix { $0 != " " }
        let cancel = try #require(cancels.first { $0.headers("CSeq") == ["\(sequence) CANCEL"] })
        #expect(sequence == (isChallenged ? "2" : "1"))
        for name in ["Via", "From", "To", "Call-ID"] { #expect(cancel.headers(name) == invite.headers(name)) }
        #expect(cancel.requestURI == invite.requestURI)
        #expect(invite.headers("From")[0].hasSuffix(";tag=" + (request.tag ?? "")))
    }
}

extension ScriptedPeer.Request {
    fileprivate var requestURI: Substring? { text.split(separator: " ").dropFirst().first }
}
